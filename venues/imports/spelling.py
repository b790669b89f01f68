"""Spelling: whether two sources say the same in another writing. What changed says ``changes``.

The formats of the hygiene data write one address in several ways: with commas, in capitals, in
other lines, a point with more digits. Where only the writing differs nothing has changed, and what
is on record stays, so that formats read in turn do not alternate. Pure: no database.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from venues.registry.names import normal_name

#: Degrees by which two ways to round one point can differ, 2 m.
_ROUNDING = Decimal("0.00002")

#: Words that a local authority's name has in one source and lacks in another.
_OF_AUTHORITIES = frozenset(
    {"and", "authority", "borough", "city", "corporation", "council", "county", "district"}
    | {"metropolitan", "of", "royal", "the", "unitary", "upon"}
)


def same_words(one: str, other: str) -> bool:
    """Whether two names or addresses say the same, whatever case, commas, accents and lines."""
    return one == other or normal_name(one) == normal_name(other)


def same_postcode(one: str, other: str) -> bool:
    """Whether two postcodes are one, whatever case and spaces."""
    return "".join(one.upper().split()) == "".join(other.upper().split())


def same_point(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two points, each latitude and longitude or None twice, are one but for rounding."""
    if None in one or None in other:
        return list(one) == list(other)
    return all(
        abs(Decimal(mine) - Decimal(theirs)) <= _ROUNDING
        for mine, theirs in zip(one, other, strict=True)
    )


def may_name_one_authority(one: str, other: str) -> bool:
    """Whether two names can be one local authority's: “Norwich” and “Norwich City Council”.

    What is left of one without the words that any council has must be part of the other.
    """
    mine, theirs = _own_words(one), _own_words(other)
    return mine <= theirs or theirs <= mine


def _own_words(name: str) -> set[str]:
    words = set(normal_name(name).split())
    return words - _OF_AUTHORITIES or words

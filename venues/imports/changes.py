"""Changes: in which aspects a hygiene record says something else than the registry. What is only
written otherwise is none (``spelling``), nor is what people have heard of before.
"""

from typing import Any

from venues.imports import spelling
from venues.imports.aspects import ASPECTS, stored
from venues.models import HygieneId, Venue


def changed_aspects(key: HygieneId, published: Venue) -> list[str]:
    """The aspects in which the record says something that is neither here nor known.

    Args:
        key: The record's id, with its venue and what the record was known to say.
        published: A venue as the record has it, not saved.

    """
    changed = []
    for aspect in ASPECTS:
        theirs = stored(published, aspect)
        if aspect == "authority" and theirs == [None]:
            continue  # it is not known here, so there is nowhere to move to
        heard = [stored(key.venue, aspect), key.known.get(aspect)]
        if not any(said is not None and same(aspect, said, theirs) for said in heard):
            changed.append(aspect)
    return changed


def same(aspect: str, one: list[Any], other: list[Any]) -> bool:
    """Whether two values of an aspect say the same, in whatever writing."""
    if aspect == "point":
        return spelling.same_point(one, other)
    if aspect == "authority":
        return one == other
    compare = spelling.same_postcode if aspect == "postcode" else spelling.same_words
    return compare(one[0], other[0])

"""Groups of an identity provider and what they mean here. Pure: groups in, access out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE_FORCE = "*"
CLOCKS_DIFFER = 5 * 60  # seconds by which the provider's may be ahead of ours


@dataclass(frozen=True)
class Access:
    """What somebody may do and see."""

    roles: frozenset[str]
    units: frozenset[str]
    """Codes of command units."""
    whole_force: bool


def access_of(
    groups: Iterable[str], *, roles: Mapping[str, str], units: Mapping[str, str]
) -> Access:
    """What the groups of a person at the provider give them here.

    Args:
        groups: As the provider names them. Those that mean nothing here give nothing.
        roles: Group → role.
        units: Group → code of a command unit, or ``*`` for the whole force.

    """
    groups = set(groups)
    codes = {units[group] for group in groups & units.keys()}
    return Access(
        roles=frozenset(roles[group] for group in groups & roles.keys()),
        units=frozenset(codes - {WHOLE_FORCE}),
        whole_force=WHOLE_FORCE in codes,
    )


def groups_in(claims: Mapping[str, Any], *, claim: str) -> list[str]:
    """The groups that ``claim`` lists; one alone may come without a list. Others are no groups."""
    found = claims.get(claim)
    listed = found if isinstance(found, list | tuple) else [found]
    return [str(group) for group in listed if isinstance(group, str | int) and group is not True]


def text_in(claims: Mapping[str, Any], *, claim: str, longest: int = 150) -> str:
    """What ``claim`` says in words, on one line and cut to what a field holds; else nothing."""
    found = claims.get(claim)
    if not isinstance(found, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in found).split())[:longest]


def is_true(claims: Mapping[str, Any], *, claim: str) -> bool:
    """Whether ``claim`` says yes; some providers write it as a word, and *false* is one, too."""
    return claims.get(claim) is True or text_in(claims, claim=claim).lower() == "true"


def moment_in(claims: Mapping[str, Any], *, claim: str, now: int) -> int | None:
    """The moment that ``claim`` tells in seconds since 1970; None if it is not there.

    One that can't be read, or is still to come, is no proof of anything: then it counts as 1970.
    """
    found = claims.get(claim)
    if found is None:
        return None
    try:
        moment = int(found)
    except (TypeError, ValueError, OverflowError):
        return 0
    return moment if not isinstance(found, bool) and 0 <= moment <= now + CLOCKS_DIFFER else 0

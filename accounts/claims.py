"""What the claims of an identity provider mean here. Pure: groups in, access out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE_FORCE = "*"


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
    """The groups that ``claim`` lists; one alone may come without a list."""
    found = claims.get(claim) or []
    return [found] if isinstance(found, str) else [str(group) for group in found]

"""What a team still needs before its visit starts: a pure rule, no database.

Some needs a force may let a lead do without, one visit at a time (``SafetyPolicy``). Never the age,
the consent or the two adults: those are no :class:`Need`, so nobody can allow a start without them.
"""

import enum
from collections.abc import Sequence, Set
from dataclasses import dataclass

from operations.teams.cadet_rules import Ground


class Need(enum.StrEnum):
    """What a start needs, and a force may let a lead allow it without."""

    CONTROL_ROOM = "told"
    """The control room was told that the team begins."""

    WILLING = "willing"
    """Each cadet was asked whether they are willing to go on, and said yes."""

    BRIEFING = "briefing"
    """Each cadet's briefing is valid on the day."""

    @property
    def label(self) -> str:
        """What the start goes without, as people read it after *without*."""
        return {
            Need.CONTROL_ROOM: "the control room being told",
            Need.WILLING: "each cadet’s word that they are willing",
            Need.BRIEFING: "a valid briefing of each cadet",
        }[self]


@dataclass(frozen=True, kw_only=True)
class CadetAtStart:
    """A cadet of the team, as the start finds them."""

    name: str
    """The reference: no other name is held."""

    willing: bool
    """Whether the team asked, and the cadet said yes."""

    withdrawn: bool = False


@dataclass(frozen=True)
class Against:
    """Why the plan's own rules are against the team as it is."""

    ground: Ground | None
    """None where the reason is none of the cadet's rules, such as that there is no policy."""

    message: str


@dataclass(frozen=True)
class Missing:
    """One thing that the start still needs."""

    about: str
    """The question beside which it is told: ``told``, ``willing``, or ``visit`` for the plan."""

    message: str
    need: Need | None = None
    """What a lead may allow the start without; None where nobody may."""


def missing(
    *,
    told: bool,
    cadets: Sequence[CadetAtStart],
    against: Sequence[Against] = (),
    allowed: Set[Need] = frozenset(),
) -> list[Missing]:
    """All that the start still needs, each once; empty when the team may go.

    Args:
        told: Whether the team says that the control room knows.
        cadets: Those of the team.
        against: What the rules for cadets have against them (``cadet_rules``).
        allowed: What a lead allowed this start without.

    """
    found = []
    if not told:
        message = "Tell the control room that you are about to start, then tick this."
        found.append(Missing("told", message, Need.CONTROL_ROOM))
    found += [
        Missing(
            "visit",
            f"{cadet.name} has withdrawn from this visit.",
        )
        for cadet in cadets
        if cadet.withdrawn
    ]
    unasked = [cadet.name for cadet in cadets if not (cadet.willing or cadet.withdrawn)]
    if unasked:
        message = f"Ask {_all(unasked)}, and tick it for a yes. For a no, withdraw the cadet."
        found.append(Missing("willing", message, Need.WILLING))
    found += [
        Missing("visit", one.message, Need.BRIEFING if one.ground == Ground.BRIEFING else None)
        for one in against
    ]
    return [one for one in dict.fromkeys(found) if one.need is None or one.need not in allowed]


def _all(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last

"""The verdict on a completed visit's facts: a pure rule, with a version.

The rule, as the force agreed it (version 1):

====================================  ================  ==============================
room refused because of the signs     police contacted  verdict
====================================  ================  ==============================
yes                                   yes               responded well
yes                                   no                partly: refresher recommended
no, or refused on another ground      yes               partly: refresher recommended
no, or refused on another ground      no                refresher needed
====================================  ================  ==============================

PostgreSQL keeps the same table of stored outcomes (``verdict_is_what_the_rule_says``, in
``operations/visits/outcomes.py``): a new version of the rule is added there too.

Not quoting "Makesafe" does not lower a verdict: it is a learning point and has its own rate.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: The version of the rule that judges new outcomes. Stored outcomes keep the one that judged them.
RULE_VERSION = 1


class Verdict(enum.StrEnum):
    """What a visit showed, the best first. Computed from the facts, never typed in."""

    RESPONDED_WELL = "responded_well"
    """The room was refused because of the signs, and police were contacted."""

    PARTLY = "partly"
    """One of the two happened."""

    REFRESHER_NEEDED = "refresher_needed"
    """Neither happened."""

    @property
    def label(self) -> str:
        """The verdict as people read it."""
        return _LABELS[self]

    @property
    def opens_follow_up(self) -> bool:
        """Whether the venue is to be offered refresher training."""
        return self is not Verdict.RESPONDED_WELL


_LABELS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.RESPONDED_WELL: "Responded well",
        Verdict.PARTLY: "Partly: refresher recommended",
        Verdict.REFRESHER_NEEDED: "Refresher needed",
    }
)


class UnknownRuleVersionError(LookupError):
    """An outcome names a version of the rule that this installation does not have."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was observed on a visit, each fact apart from the others.

    Raises:
        ValueError: the facts contradict each other.

    """

    challenged: bool
    """Staff questioned the booking or the people."""

    asked_for_identification: bool
    """Staff asked to see identification."""

    signs_recognised: bool
    """Staff said or did something that showed that they saw the warning signs."""

    room_refused: bool
    """No room was offered, on whatever ground."""

    refused_because_of_signs: bool
    """The room was refused, and the ground was the warning signs."""

    police_contacted: bool
    """Somebody at the venue contacted police, in whatever way."""

    makesafe_quoted: bool | None
    """Whoever contacted police said "Makesafe"; None where nobody did or that is not known."""

    call_handler_recognised: bool | None
    """The call handler saw that it was about CSE; None where nobody called or that is not known."""

    def __post_init__(self) -> None:
        if self.refused_because_of_signs and not self.room_refused:
            raise ValueError("A room cannot be refused because of the signs and yet be offered.")
        if self.makesafe_quoted and not self.police_contacted:
            raise ValueError('"Makesafe" cannot be quoted to police who were not contacted.')
        if self.call_handler_recognised is not None and not self.police_contacted:
            raise ValueError("A call handler cannot recognise a call that was not made.")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict, why, and what can be learnt."""

    verdict: Verdict
    rule_version: int
    reason: str
    """Why, in words that may be read out at the venue's desk."""

    learning_points: tuple[str, ...]
    """What the venue's staff can do next time."""

    control_room_points: tuple[str, ...]
    """What the control room can do next time: never the venue's matter."""


def judge(facts: Facts, *, rule_version: int = RULE_VERSION) -> Judgement:
    """The verdict on ``facts``, by the rule of ``rule_version``.

    Pass an outcome's stored version to explain it by the rule that judged it.

    Raises:
        UnknownRuleVersionError: there is no rule of this version.

    """
    try:
        rule = _RULES[rule_version]
    except KeyError:
        raise UnknownRuleVersionError(f"There is no verdict rule {rule_version}.") from None
    verdict, reason = rule(facts)
    return Judgement(
        verdict=verdict,
        rule_version=rule_version,
        reason=reason,
        learning_points=_learning_points(facts),
        control_room_points=_control_room_points(facts),
    )


def _rule_1(facts: Facts) -> tuple[Verdict, str]:
    match facts.refused_because_of_signs, facts.police_contacted:
        case True, True:
            return (
                Verdict.RESPONDED_WELL,
                "Staff refused the room because of the warning signs and contacted police.",
            )
        case True, False:
            return (
                Verdict.PARTLY,
                "Staff refused the room because of the warning signs. Police were not contacted.",
            )
        case False, True:
            return Verdict.PARTLY, f"Staff contacted police. {_what_became_of_the_room(facts)}"
        case _:
            return (
                Verdict.REFRESHER_NEEDED,
                f"{_what_became_of_the_room(facts)} Police were not contacted.",
            )


def _what_became_of_the_room(facts: Facts) -> str:
    if facts.room_refused:
        return "The room was refused, but not because of the warning signs."
    return "The room was offered."


_RULES: Mapping[int, Callable[[Facts], tuple[Verdict, str]]] = MappingProxyType({1: _rule_1})


def _learning_points(facts: Facts) -> tuple[str, ...]:
    """In the order in which things happen at the desk."""
    found = []
    if not facts.challenged:
        found.append("Ask friendly questions when something about a booking does not feel right.")
    if not facts.asked_for_identification:
        found.append("Ask for identification from everybody who will stay in the room.")
    if not (facts.signs_recognised or facts.refused_because_of_signs):
        found.append("Go through the warning signs with everybody who works at the front desk.")
    if not facts.refused_because_of_signs:
        found.append("When you see the warning signs, do not let the room.")
    if not facts.police_contacted:
        found.append(
            "When you see the warning signs, call police straight away, even if the room was "
            "refused: the young person may be taken somewhere else."
        )
    elif facts.makesafe_quoted is False:
        found.append(
            "Say “Makesafe” when you call police, so that the call handler knows at once "
            "what the call is about."
        )
    return tuple(found)


def _control_room_points(facts: Facts) -> tuple[str, ...]:
    if facts.call_handler_recognised is False:
        return ("Remind call handlers what “Makesafe” means and whom to send.",)
    return ()

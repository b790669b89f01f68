"""Which question of an outcome follows which answer, and the facts they make: a pure rule.

Stated once, as data. The form on the phone with its layout, the words on the page, what an act
keeps and the checks of the database (``outcomes.py``) are derived from it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from govuk.texts import lines, one_line
from operations.visits import verdict

#: The ways of contact in which a call handler takes part.
CALLS = frozenset({"999", "101"})
#: The only ground for refusing the room that counts for the verdict.
BECAUSE_OF_THE_SIGNS = "warning_signs"


@dataclass(frozen=True)
class Follows:
    """When a question applies: after which answer to which other one."""

    question: str
    """The name of the other question, which may itself follow one."""

    answers: frozenset[Any] = frozenset({True})
    """After any of these it applies."""

    is_known: bool = False
    """Whether it must be answered where it applies: *not known* is not allowed."""

    empty: str | None = None
    """What stands for no answer, and where it does not apply."""


#: The questions that apply after certain answers only; all others always do.
FOLLOWS: dict[str, Follows] = {
    "refusal_ground": Follows("room_refused", is_known=True, empty=""),
    "contact_method": Follows("police_contacted", is_known=True, empty=""),
    "contact_minutes": Follows("police_contacted"),
    "makesafe_quoted": Follows("police_contacted"),
    "call_handler_recognised": Follows("contact_method", CALLS),
    "officers_sent": Follows("police_contacted"),
    "officers_arrived_minutes": Follows("officers_sent"),
    "incident_reference": Follows("police_contacted", empty=""),
}


def applies(question: str, answers: Mapping[str, Any]) -> bool:
    """Whether a question applies after ``answers`` by name, some of which may be missing."""
    rule = FOLLOWS.get(question)
    if rule is None:
        return True
    return applies(rule.question, answers) and answers.get(rule.question) in rule.answers


@dataclass(frozen=True, kw_only=True)
class OutcomeFacts:
    """What was observed on a visit: the fields of an outcome that a person fills in.

    What depends on another answer is empty where it does not apply, and None or empty where it
    is not known; times are whole minutes.
    """

    challenged: bool
    asked_for_identification: bool
    signs_recognised: bool
    room_refused: bool
    refusal_ground: str = ""
    police_contacted: bool
    contact_method: str = ""
    contact_minutes: int | None = None
    makesafe_quoted: bool | None = None
    incident_reference: str = ""
    call_handler_recognised: bool | None = None
    officers_sent: bool | None = None
    officers_arrived_minutes: int | None = None
    staff_debriefed: bool
    materials_left: bool
    refresher_accepted: bool | None = None
    notes: str = ""

    @classmethod
    def of(cls, outcome: object) -> Self:
        """The facts that an outcome holds."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: getattr(outcome, name) for name in names})

    def has(self, question: str) -> bool:
        """Whether a question applies after the other answers."""
        return applies(question, dataclasses.asdict(self))

    def only_what_applies(self) -> Self:
        """The same, as it is kept, without answers to questions that the others rule out."""
        answers: dict[str, Any] = dataclasses.asdict(self)
        for question, rule in FOLLOWS.items():
            if not applies(question, answers):
                answers[question] = rule.empty
        answers["incident_reference"] = one_line(answers["incident_reference"])
        answers["notes"] = lines(answers["notes"])
        return type(self)(**answers)

    def missing(self) -> list[str]:
        """The questions that apply and always have an answer, but have none here."""
        return [
            question
            for question, rule in FOLLOWS.items()
            if rule.is_known and self.has(question) and getattr(self, question) == rule.empty
        ]

    def for_the_rule(self) -> verdict.Facts:
        """What the verdict depends on. Call it on facts that apply."""
        return verdict.Facts(
            challenged=self.challenged,
            asked_for_identification=self.asked_for_identification,
            signs_recognised=self.signs_recognised,
            room_refused=self.room_refused,
            refused_because_of_signs=self.refusal_ground == BECAUSE_OF_THE_SIGNS,
            police_contacted=self.police_contacted,
            makesafe_quoted=self.makesafe_quoted,
            call_handler_recognised=self.call_handler_recognised,
        )

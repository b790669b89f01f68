"""Why an act was refused, in sentences that a form can put beside the right question."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

#: The question that a broken constraint is about; its sentence stands at the constraint.
ABOUT = {
    "operation_reference_is_unique": "reference",
    "operation_ends_on_or_after_its_first_day": "ends_on",
    "visit_ends_after_it_starts": "ends_at",
    "refused_room_has_a_ground": "refusal_ground",
    "contact_says_how": "contact_method",
}


@dataclass(frozen=True)
class Problem:
    """One reason why an act was refused."""

    about: str
    """What it is about: the name of the act's argument, or a duty in the team."""

    message: str
    """A sentence for the person who asked."""


class PlanningError(Exception):
    """A plan that breaks rules. Nothing was saved; ``problems`` says all that has to change."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(" ".join(problem.message for problem in self.problems))


def refuse(about: str, message: str) -> PlanningError:
    """The error for a single problem, to be raised."""
    return PlanningError([Problem(about, message)])


def broken_rules(record: models.Model) -> list[Problem]:
    """The constraints in :data:`ABOUT` that ``record`` would break if it were saved now."""
    problems = []
    for constraint in record._meta.constraints:
        if constraint.name in ABOUT:
            try:
                constraint.validate(type(record), record)
            except ValidationError as error:
                problems.append(Problem(ABOUT[constraint.name], error.messages[0]))
    return problems


def sentence_of(error: IntegrityError, model: type[models.Model]) -> str:
    """The sentence of the constraint of ``model`` that PostgreSQL found broken.

    Raises:
        IntegrityError: the same again, where it is about anything else.

    """
    diagnosis = getattr(error.__cause__, "diag", None)
    for constraint in model._meta.constraints:
        if diagnosis and constraint.name == diagnosis.constraint_name:
            return str(constraint.violation_error_message)
    raise error

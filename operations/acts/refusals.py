"""Why an act was refused, in sentences that a form can put beside the right question."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from accounts.acts.constraints import broken_by
from accounts.record.access_log import Act, record_acts

P = ParamSpec("P")
R = TypeVar("R")

#: The question that a broken constraint is about; its sentence stands at the constraint.
ABOUT = {
    "operation_reference_is_unique": "reference",
    "operation_ends_on_or_after_its_first_day": "ends_on",
    "visit_ends_after_it_starts": "ends_at",
    "visit_window_is_at_most_twelve_hours": "ends_at",
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

    tells_of: models.Model | None = None
    """Whose other visit it gives away, perhaps one that is not for the person who asked."""


class PlanningError(Exception):
    """A plan that breaks rules. Nothing was saved; ``problems`` says all that has to change."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(" ".join(problem.message for problem in self.problems))


def on_record_whose_hours_it_tells(act: Callable[P, R]) -> Callable[P, R]:
    """Put on record of whom an act said, in refusing, that they are in another visit.

    Whoever plans has to be told, and could find out a colleague's nights by planning one visit
    after another. Only keys are kept. Above the act's ``transaction.atomic``, which takes back all
    else when it refuses.
    """

    @functools.wraps(act)
    def recorded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(*args, **kwargs)
        except PlanningError as error:
            told = [problem.tells_of for problem in error.problems if problem.tells_of]
            by: Any = kwargs["by"]
            record_acts(Act.TOLD_BUSY, by=by, about=told)
            raise

    return recorded


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
    broken = broken_by(error)
    for constraint in model._meta.constraints:
        if constraint.name == broken:
            return str(constraint.violation_error_message)
    raise error


def sentence(name: str, model: type[models.Model]) -> str:
    """The sentence of the constraint of ``model`` with this name."""
    [found] = [rule for rule in model._meta.constraints if rule.name == name]
    return str(found.violation_error_message)

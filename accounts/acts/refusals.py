"""Refusals of acts, in sentences that a form can put beside the right question."""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction

from accounts.acts.constraints import broken_by
from accounts.record.access_log import Act, record_acts

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Problem:
    """One reason why an act was refused."""

    about: str
    """What it is about: the name of the act's argument, or a duty in the team. Empty for none."""

    message: str
    """A sentence for the person who asked."""

    code: str = ""
    """The kind of slip that Django's field found, if it did: a form may have its own sentence."""

    tells_of: models.Model | None = None
    """The officer or cadet of whose other visit the message tells, which goes on record."""


class Refused(Exception):  # noqa: N818 (what happened, in the words of the people)
    """An act that breaks rules. Nothing was saved; ``problems`` says all that has to change."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(" ".join(problem.message for problem in self.problems))


def refuse(about: str, message: str) -> Refused:
    """The refusal for a single problem, to be raised."""
    return Refused([Problem(about, message)])


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
        except Refused as refusal:
            told = [problem.tells_of for problem in refusal.problems if problem.tells_of]
            by: Any = kwargs["by"]
            record_acts(Act.TOLD_BUSY, by=by, about=told)
            raise

    return recorded


def broken_rules(record: models.Model, about: Mapping[str, str]) -> list[Problem]:
    """The constraints that ``record`` would break if it were saved now.

    Args:
        record: What is to be saved.
        about: For each constraint that is looked at, the question that it is about; the sentence
            stands at the constraint.

    """
    problems = []
    for constraint in record._meta.constraints:
        if constraint.name in about:
            try:
                constraint.validate(type(record), record)
            except ValidationError as error:
                problems.append(Problem(about[constraint.name], error.messages[0]))
    return problems


def problems_of_fields(record: models.Model, found: Iterable[Problem]) -> list[Problem]:
    """What the fields of ``record`` say against it, beside what was ``found`` by other rules.

    Its constraints are asked where nothing else is wrong: they would say the same once more.
    """
    told = {problem.about for problem in found}
    try:
        record.clean_fields(exclude=told)
        if not told:
            record.full_clean()
    except ValidationError as error:
        return [
            Problem("" if name == NON_FIELD_ERRORS else name, message, code=str(each.code or ""))
            for name, errors in error.error_dict.items()
            for each in errors
            for message in each.messages
        ]
    return []


def refuse_if_any(problems: Iterable[Problem], record: models.Model | None = None) -> None:
    """Refuse with all that has to change at once: ``problems``, and what ``record`` says itself.

    Raises:
        Refused: there is something.

    """
    found = list(problems)
    if record is not None:
        found += problems_of_fields(record, found)
    if found:
        raise Refused(found)


def save_unless_taken(record: models.Model, problems: Iterable[Problem], *, about: str) -> None:
    """Save ``record``, of which ``about`` is unique, where there are no ``problems``.

    Raises:
        Refused: with ``problems``, or since somebody took what it is called in this very moment.

    """
    refuse_if_any(problems)
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        raise refuse(about, sentence_of(error, type(record))) from None


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

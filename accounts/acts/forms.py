"""Forms whose answers go to an act: they tell what it refused, and nothing typed is lost."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict

from accounts.acts.refusals import Problem
from accounts.acts.versions import Versioned


class ActForm:
    """Mix into a form whose act may raise :class:`Refused`."""

    question_about: ClassVar[Mapping[str, str]] = {}
    """The field for each thing a problem may be about, where the names differ."""

    fields: dict[str, forms.Field]
    data: Mapping[str, Any]

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse in ``answers``, some of which may be missing."""
        return ()

    def full_clean(self) -> None:
        """Where the form itself finds something, tell at once what the act would find besides."""
        super().full_clean()  # type: ignore[misc]  # of the form
        errors: Mapping[str, Any] | None = self._errors  # type: ignore[attr-defined]
        if errors:
            told = frozenset(errors)
            found = self.problems(self.cleaned_data)  # type: ignore[attr-defined]
            self.add_problems(p for p in found if self._question(p) not in told)

    def _post_clean(self) -> None:
        """Leave a record as it is, and its rules to the act, which says what is about what."""

    def _question(self, problem: Problem) -> str:
        return self.question_about.get(problem.about, problem.about)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its question, or above all where the form has none for it."""
        for problem in problems:
            question = self.fields.get(name := self._question(problem))
            own = question.error_messages if question else {}
            message = own.get(problem.code, problem.message)
            self.add_error(name if question else None, message)  # type: ignore[attr-defined]

    def send_next_time(self, name: str, value: object) -> None:
        """Put ``value`` into the hidden question ``name`` for whoever sends the form again."""
        self.data = cast(QueryDict, self.data).copy()
        self.data[self.add_prefix(name)] = str(value)  # type: ignore[attr-defined]


class VersionedForm(ActForm, forms.Form):
    """A form on a record that two people may have open at once."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    CONFLICT = (
        "Somebody else saved this after you opened it. What you entered is still below and "
        "nothing of it is saved. Look at what they saved, then save again to replace theirs, or "
        "start again from theirs."
    )
    conflict: Any = None
    """The record as somebody else saved it, once that is known."""

    def tell_conflict(self, record: Versioned) -> None:
        """Say that ``record`` changed meanwhile; whoever saves again has been told."""
        self.conflict = type(record)._base_manager.get(pk=record.pk)
        version, sentence = self.told_of(self.conflict)
        self.add_error(None, sentence)
        self.send_next_time("version", version)

    def told_of(self, saved: Any) -> tuple[int, str]:
        """Which version somebody else ``saved``, and the sentence that says so."""
        return saved.version, self.CONFLICT

"""How a form tells what an act refused, so that nothing typed is lost."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict

from accounts.acts.versions import Versioned
from operations.acts.refusals import PlanningError, Problem


class TellsProblems:
    """Mix into a form whose act may raise :class:`PlanningError`."""

    question_about: ClassVar[Mapping[str, str]] = {}
    """The field for each thing a problem may be about, where the names differ."""

    fields: dict[str, forms.Field]

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
            self.tell(PlanningError(p for p in found if self._question(p) not in told))

    def _question(self, problem: Problem) -> str:
        return self.question_about.get(problem.about, problem.about)

    def tell(self, error: PlanningError) -> None:
        """Put each problem beside its question, or above all where the form has none for it."""
        for problem in error.problems:
            name = self._question(problem)
            where = name if name in self.fields else None
            self.add_error(where, problem.message)  # type: ignore[attr-defined]  # of the form


class VersionedForm(TellsProblems, forms.Form):
    """A form on a record that two people may have open at once."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    CONFLICT = (
        "Somebody else saved this after you opened it. What you entered is still below and "
        "nothing is saved. Look at what they saved, then save again to replace it, or start "
        "again from theirs."
    )
    conflict = False

    def tell_conflict(self, record: Versioned) -> None:
        """Say that ``record`` changed meanwhile; whoever saves again has been told."""
        self.conflict = True
        self.add_error(None, self.CONFLICT)
        latest: Any = type(record)._base_manager.get(pk=record.pk)
        self.data = cast(QueryDict, self.data).copy()
        self.data["version"] = str(latest.version)

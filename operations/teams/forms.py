"""The form of a cadet."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.acts.forms import ActForm, VersionedForm
from accounts.acts.refusals import Problem
from govuk import GovDateField, GovForm, Searched, an_example
from operations.teams import actions as cadets
from operations.teams.models import Cadet
from venues.models import CommandUnit


def searched(cadets: QuerySet[Cadet]) -> Searched:
    """These cadets as a question offers them: by parts of their reference."""
    return Searched(cadets, _with_reference, lambda cadet: [str(cadet)], "Reference")


def _with_reference(cadets: QuerySet[Cadet], text: str) -> QuerySet[Cadet]:
    return cadets.filter(reference__icontains=text)


class CadetForm(GovForm, ActForm, forms.Form):
    """What is held of a cadet."""

    submit_label = "Save cadet"

    reference = forms.CharField(
        max_length=20, help_text="The cadet unit's number for the cadet. Never a name."
    )
    command_unit = forms.ModelChoiceField(
        CommandUnit.objects.none(),
        label="Command unit",
        required=False,
        empty_label="All command units",
        help_text="Whose planners see this cadet and may ask them to go.",
    )
    birth_date = GovDateField(label="Birth date", help_text=an_example(-15 * 365))
    consented_on = GovDateField(
        label="Consent given on", required=False, help_text="By a parent or carer, in writing."
    )
    briefed_on = GovDateField(label="Last briefed on", required=False)

    def __init__(
        self,
        *args: Any,
        units: QuerySet[CommandUnit],
        cadet: Cadet | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer ``units``; ``cadet`` is the one on record."""
        super().__init__(*args, **kwargs)
        self.cadet = cadet
        self.fields["command_unit"].queryset = units  # type: ignore[attr-defined]

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse."""
        return cadets.problems_of(answers, cadet=self.cadet, on=timezone.localdate())


class CadetEditForm(CadetForm, VersionedForm):
    """The same of a cadet on record."""

"""The form of a cadet."""

from django import forms

from accounts.govuk import GovDateField, GovForm
from operations.forms.refusals import TellsProblems, VersionedForm


class CadetForm(GovForm, TellsProblems, forms.Form):
    """What is held of a cadet."""

    submit_label = "Save cadet"

    reference = forms.CharField(
        max_length=20, help_text="The cadet unit's number for the cadet. Never a name."
    )
    birth_date = GovDateField(label="Birth date")
    consented_on = GovDateField(
        label="Consent given on", required=False, help_text="By a parent or carer, in writing."
    )
    briefed_on = GovDateField(label="Last briefed on", required=False)


class CadetEditForm(CadetForm, VersionedForm):
    """The same of a cadet on record."""

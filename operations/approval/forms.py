"""Forms of approval: what is asked for, what is decided, and why something is withdrawn."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms

from accounts.acts.forms import ActForm
from govuk import Button, GovDateField, GovForm, Question
from operations.approval.actions import Asked
from operations.approval.models import Considered


class SubmitForm(GovForm, ActForm, forms.Form):
    """What an operation is submitted with, beside what stands in it."""

    submit_label = "Submit for authority"

    venues_at_most = forms.IntegerField(
        label="How many venues at most?",
        help_text="More than are chosen now leaves room for venues that fall away.",
        min_value=1,
        max_value=9999,
    )
    cadet_visits_at_most = forms.IntegerField(
        label="How many visits with a cadet at most?", min_value=0, max_value=9999
    )
    risk_assessment = forms.CharField(label="Reference of the risk assessment", max_length=60)
    risk_assessed_on = GovDateField(label="Date of the risk assessment")
    equality_check = forms.CharField(label="Reference of the equality check", max_length=60)
    equality_checked_on = GovDateField(label="Date of the equality check")

    def layout(self) -> Layout:
        return Layout(
            Question("venues_at_most", width=4),
            Question("cadet_visits_at_most", width=4),
            Question("risk_assessment", width=20),
            "risk_assessed_on",
            Question("equality_check", width=20),
            "equality_checked_on",
        )

    def asked(self) -> Asked:
        """The answers as the act takes them."""
        return self.cleaned_data  # type: ignore[return-value]  # the form's fields are the act's


class AuthoriseForm(GovForm, ActForm, forms.Form):
    """What somebody decides who authorises an operation."""

    submit_label = "Authorise"

    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)
    considered = forms.ChoiceField(
        label="Which authority does this need?",
        choices=Considered.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select which authority this needs"},
    )
    valid_from = GovDateField(label="Authorised from")
    valid_until = GovDateField(label="Authorised until", help_text="The last evening included.")
    rationale = forms.CharField(
        label="Why is it necessary and proportionate?",
        help_text="Also why the authority above is the right one. No names of venues or cadets.",
        widget=forms.Textarea({"rows": 4}),
        max_length=2000,
        error_messages={"required": "Enter why it is necessary and proportionate"},
    )

    def answers(self) -> dict[str, Any]:
        """The answers as the act takes them."""
        return self.cleaned_data | {"considered": Considered(self.cleaned_data["considered"])}


class RefuseForm(GovForm, ActForm, forms.Form):
    """Why an operation is not authorised."""

    submit_label = "Refuse"

    rationale = forms.CharField(
        label="Why is it refused?",
        help_text="Its planner reads this and can submit the operation again.",
        widget=forms.Textarea({"rows": 4}),
        max_length=2000,
        error_messages={"required": "Enter why it is refused"},
    )


class WithdrawForm(GovForm, ActForm, forms.Form):
    """Why a submission or an authority is taken back."""

    submit_label = "Withdraw"

    reason = forms.CharField(
        label="Why is it withdrawn?",
        max_length=200,
        error_messages={"required": "Enter why it is withdrawn"},
    )

    def buttons(self) -> list[Button]:
        """The teams of a published operation lose sight of their visits."""
        return [Button(self.submit_label, kind="warning")]


class CloneForm(GovForm, ActForm, forms.Form):
    """What differs in an operation that is made like another one."""

    submit_label = "Make the draft"

    reference = forms.CharField(max_length=40, help_text="How the force files it, like MS/2026/04.")
    starts_on = GovDateField(
        label="First day", help_text="It lasts as long as the one that it is made like."
    )

    def layout(self) -> Layout:
        return Layout(Question("reference", width=20), "starts_on")


class PublishForm(GovForm, ActForm, forms.Form):
    """The confirmation that teams are told."""

    submit_label = "Publish"

"""The form that closes an operation."""

from django import forms

from accounts.acts.forms import ActForm
from govuk import GovForm


class CloseForm(GovForm, ActForm, forms.Form):
    """The confirmation."""

    submit_label = "Close the operation"

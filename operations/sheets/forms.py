"""The form with which a planner sends the control room its sheet."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.acts.forms import ActForm
from govuk import GovForm
from govuk.dates import long_day


class SendForm(GovForm, ActForm, forms.Form):
    """Which evening."""

    submit_label = "Send the sheet"

    evening = forms.TypedChoiceField(
        label="Which evening?",
        coerce=dt.date.fromisoformat,
        widget=forms.RadioSelect,
        error_messages={"required": "Select an evening"},
    )

    def __init__(self, *args: Any, evenings: Sequence[dt.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evening"].choices = [(day.isoformat(), long_day(day)) for day in evenings]  # type: ignore[attr-defined]

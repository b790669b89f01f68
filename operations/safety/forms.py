"""Forms of safety: what a check-in carries, and how an alarm is closed."""

import datetime as dt

from django import forms

from accounts.acts.forms import ActForm
from govuk import GovForm, PlainWords

#: The longest that a phone keeps a check-in, in seconds: a window and its margin are over by then.
LONGEST_AGO = 24 * 60 * 60


class CheckInForm(PlainWords, forms.Form):
    """What comes with the button."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    ago = forms.FloatField(
        min_value=0, max_value=LONGEST_AGO, required=False, widget=forms.HiddenInput
    )

    def tapped_ago(self) -> dt.timedelta:
        """How long before it was sent the button was tapped; nothing where no script says so."""
        return dt.timedelta(seconds=self.cleaned_data["ago"] or 0)


class CloseAlarmForm(GovForm, ActForm, forms.Form):
    """Who spoke to the team, and what they found."""

    submit_label = "Close the alarm"

    spoke_to = forms.CharField(
        label="Whom of the team did you speak to?",
        help_text="And how, such as: the lead officer, by phone.",
        max_length=100,
        error_messages={"required": "Enter whom of the team you spoke to"},
    )
    found = forms.CharField(
        label="What did you find?",
        help_text="Such as: all well, the phone had no battery. No names of staff or guests.",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Enter what you found"},
    )

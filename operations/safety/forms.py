"""Forms of safety: what a check-in carries, and how an alarm is closed."""

import datetime as dt
from typing import Any

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


#: The questions about a silent call for help: label, hint, and what to say without an answer.
WHERE_NOBODY_CALLS = {
    "spoke_to": (
        "Who went there?",
        "Such as: two response officers, with their call sign. No names.",
        "Enter who went there",
    ),
    "found": (
        "What did they find?",
        "Such as: the team is safe, the button was held by accident. No names of staff or guests.",
        "Enter what they found",
    ),
}


class CloseAlarmForm(GovForm, ActForm, forms.Form):
    """Who spoke to the team or went there, and what they found."""

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

    def __init__(self, *args: Any, is_silent: bool = False, **kwargs: Any) -> None:
        """Of a silent call ask who went there: nobody calls that team."""
        super().__init__(*args, **kwargs)
        if is_silent:
            for name, asked in WHERE_NOBODY_CALLS.items():
                label, hint, missing = asked
                self.fields[name].label, self.fields[name].help_text = label, hint
                self.fields[name].error_messages["required"] = missing

"""Forms of the control room: a call handler's search, and why a test is ended."""

from crispy_forms.helper import FormHelper
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.acts.forms import ActForm
from govuk import Button, GovFilterForm, GovForm

#: Letters of a search that count; nobody types more.
LONGEST = 200


class BoardSearch(GovFilterForm, forms.Form):
    """Finds by name, postcode or street; sent while one types where the page runs scripts."""

    submit_label = "Find"

    q = forms.CharField(
        label="Find by name, street or postcode",
        help_text="A street or a postcode alone is never certain: ask for the whole name.",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "maxlength": LONGEST, "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    @cached_property
    def helper(self) -> FormHelper:
        """Ask the server at each letter typed, and every 10 seconds."""
        helper = super().helper
        helper.attrs |= {
            "data-board": "",
            "hx-get": reverse("operations:board"),
            "hx-trigger": "input delay:150ms, every 10s, submit",
            "hx-sync": "this:replace",
            "hx-target": "#live-tests",
            "hx-include": "#live-tests-seen",
        }
        return helper

    @property
    def text(self) -> str:
        """What is looked for, empty for all. No answer is an error: the board repeats it."""
        return " ".join(str(self.data.get("q", "")).replace("\0", " ").split())[:LONGEST]


class EndVisitForm(GovForm, ActForm, forms.Form):
    """Why a visit is ended that its team left under way."""

    submit_label = "End visit"

    reason = forms.CharField(
        label="Why are you ending the visit?",
        help_text="Such as: the team is back, its phone is lost. No names of staff or guests.",
        max_length=200,
        error_messages={"required": "Enter why you are ending the visit"},
    )

    def buttons(self) -> list[Button]:
        """A visit that has ended stays so."""
        return [Button(self.submit_label, kind="warning")]

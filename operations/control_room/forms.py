"""Forms of the control room: a call handler's search, and why a test is ended."""

import re

from crispy_forms.helper import FormHelper
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.acts.forms import ActForm
from accounts.addresses import key_or_none
from govuk import Button, GovFilterForm, GovForm
from operations.control_room.board import Confirmed

#: Letters of a search that count; nobody types more.
LONGEST = 200
#: What the caller has confirmed: a visit, its version, and when it was offered.
CONFIRMED = re.compile(r"(\w{1,20})\.([0-9]{1,9})\.([0-9]{1,12})", re.ASCII)


class BoardSearch(GovFilterForm, forms.Form):
    """Finds by whatever a caller says of where they are; sent while one types, with scripts."""

    submit_label = "Find"

    q = forms.CharField(
        label="Where is the caller?",
        help_text="Name, chain, street or postcode, as you hear it. A street or a postcode alone "
        "is never certain: ask for the whole name.",
        required=False,
        widget=forms.TextInput(
            {
                "type": "search",
                "maxlength": LONGEST,
                "autocomplete": "off",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    @cached_property
    def helper(self) -> FormHelper:
        """Ask the server at each letter typed, and every 10 seconds; see static/js/board.js too."""
        helper = super().helper
        helper.attrs |= {
            "data-board": "",
            "data-events": reverse("operations:board_events"),
            "hx-get": reverse("operations:board"),
            "hx-trigger": "input delay:150ms, every 10s, submit",
            "hx-sync": "this:replace",
            "hx-target": "#live-tests",
            "hx-include": "#live-tests-kept, #tonight-kept, #map-kept",
        }
        return helper

    @property
    def text(self) -> str:
        """What is looked for, empty for all. No answer is an error: the board repeats it."""
        return _one_line(self.data.get("q", ""))

    @property
    def confirmed(self) -> Confirmed | None:
        """What the caller has confirmed; none once something else is looked for."""
        found = CONFIRMED.fullmatch(str(self.data.get("place", "")))
        if not found or self.text != _one_line(self.data.get("said", "")):
            return None
        visit = key_or_none(found[1])
        return Confirmed(visit, int(found[2]), int(found[3])) if visit else None


def _one_line(typed: object) -> str:
    return " ".join(str(typed).replace("\0", " ").split())[:LONGEST]


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

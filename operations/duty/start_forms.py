"""Forms around the start of a visit: what a team says as it starts, and what a lead allows."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from accounts.acts.forms import ActForm
from accounts.addresses import key_or_none, number_of
from govuk import Button, GovForm
from operations.safety.forms import LONGEST_AGO
from operations.teams.models import Cadet
from operations.teams.start_rules import Need
from operations.visits.models import Visit


class CadetsField(forms.TypedMultipleChoiceField):
    """Cadets of a team, by ticking; their keys.

    Who has been taken out of the team since the page was shown is no slip of the officer's.
    """

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of any field; whom to offer is for the form."""
        super().__init__(coerce=key_or_none, required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return True


class StartForm(GovForm, ActForm, forms.Form):
    """What the team says as it starts: three taps with one cadet."""

    mark_optional = False  # what is missing is told by the act, which a lead can let go without

    told = forms.BooleanField(label="We have told the control room that we start", required=False)
    willing = CadetsField(label="Willing to go on? Ask each cadet")
    ago = forms.FloatField(
        min_value=0, max_value=LONGEST_AGO, required=False, widget=forms.HiddenInput, initial=0
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        """Ask the team of ``visit``, which has its cadets; a page may have several such forms."""
        kwargs["auto_id"] = f"start-{visit.number}-%s"
        super().__init__(*args, **kwargs)
        self.visit = visit
        going = cadets_to_ask(visit)
        self.fields["willing"].choices = [  # type: ignore[attr-defined]
            (number_of(cadet.pk), f"{cadet} said yes") for cadet in going
        ]
        if not going:
            del self.fields["willing"]

    def buttons(self) -> list[Button]:
        """One, which says of which visit to whoever hears the page."""
        hidden = '<span class="govuk-visually-hidden"> the visit to {}</span>'
        return [Button(format_html("Start" + hidden, self.visit.venue.name))]

    @cached_property
    def helper(self) -> FormHelper:
        """One button of the team, which goes on trying and says how long ago it was tapped."""
        helper = super().helper
        helper.form_action = reverse("operations:visit_start", args=[self.visit.pk])
        helper.attrs |= {"data-one-tap": True, "data-says-when": True}
        return helper

    def said(self) -> dict[str, Any]:
        """What the act is told."""
        answers = self.cleaned_data
        return {
            "told": answers.get("told", False),
            "willing": [key for key in answers.get("willing", []) if key is not None],
            "ago": dt.timedelta(seconds=answers.get("ago") or 0),
        }


def cadets_to_ask(visit: Visit) -> list[Cadet]:
    """The cadets of the team who have not withdrawn."""
    return [
        member.cadet for member in visit.team.all() if member.cadet and member.withdrawn_at is None
    ]


class AllowStartForm(GovForm, ActForm, forms.Form):
    """Without what a visit may start, and why."""

    submit_label = "Allow the start"

    without = forms.MultipleChoiceField(
        label="What may the team start without?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody can allow a start without the age, the consent or the two adults.",
        error_messages={"required": "Select what the visit may start without"},
    )
    reason = forms.CharField(
        label="Why?",
        help_text="It goes on record, and the team reads it. No names, and not where the visit is.",
        max_length=200,
        error_messages={"required": "Enter why the visit may start without it"},
    )

    def __init__(self, *args: Any, needs: Collection[Need], **kwargs: Any) -> None:
        """Offer ``needs``: what the policy lets a lead do without."""
        super().__init__(*args, **kwargs)
        offered = [need for need in Need if need in needs]
        self.fields["without"].choices = [  # type: ignore[attr-defined]
            (need.value, need.label.capitalize()) for need in offered
        ]
        if len(offered) == 1:
            self.fields["without"].initial = [offered[0].value]

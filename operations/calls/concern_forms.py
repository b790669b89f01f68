"""Forms of concerns: who follows one up, what came of it, and the filters of their list."""

import datetime as dt

from crispy_forms.layout import Layout
from django import forms
from django.db.models import QuerySet

from accounts.acts.forms import VersionedForm
from accounts.models import User
from govuk import GovFilterForm, GovForm, SearchedField
from operations import people
from operations.calls.concerns import CLOSES, Concern, ConcernQuerySet, ConcernState


def who_may_have(concern: Concern) -> QuerySet[User]:
    """The people who may have a concern in hand: leads and planners of its command unit."""
    able = people.possible_leads()
    unit = concern.call.command_unit_id
    return able if unit is None else people.of_unit(able, unit)


class GiveForm(GovForm, VersionedForm):
    """Who has a concern in hand from now on."""

    submit_label = "Hand over"

    to = SearchedField(
        label="Who follows it up?",
        empty_label="Select a person",
        error_messages={"required": "Select who follows it up"},
    )

    def __init__(self, *args: object, concern: Concern, **kwargs: object) -> None:
        """Offer the leads and planners who may have ``concern``."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        able = who_may_have(concern)
        if concern.owner:
            able = able.exclude(pk=concern.owner.pk)
        self.fields["to"].offer(people.searched(able))  # type: ignore[attr-defined]


class CloseForm(GovForm, VersionedForm):
    """What came of a concern."""

    submit_label = "Close the concern"

    result = forms.ChoiceField(
        label="What came of it?",
        choices=[(result.value, result.label) for result in CLOSES],
        widget=forms.RadioSelect,
        error_messages={"required": "Select what came of it"},
    )
    came_of_it = forms.CharField(
        label="What was done and found?",
        help_text="In a few words, with the reference of where it is recorded. Nobody’s name.",
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Enter what was done and found"},
    )

    def layout(self) -> Layout:
        return Layout("version", "result", "came_of_it")


class ReopenForm(GovForm, VersionedForm):
    """Why a closed concern is open again."""

    submit_label = "Open it again"

    reason = forms.CharField(
        label="Why is it open again?",
        max_length=200,
        error_messages={"required": "Enter why it is open again"},
    )


class ConcernFilter(GovFilterForm, forms.Form):
    """Narrows the list of concerns."""

    ALL, MINE, OVERDUE = "all", "mine", "overdue"

    submit_label = "Show results"

    state = forms.ChoiceField(
        choices=[("", "Not closed"), *ConcernState.choices, (ALL, "All")], required=False
    )
    only = forms.ChoiceField(
        label="Show only",
        choices=[("", "Any"), (MINE, "With me"), (OVERDUE, "Overdue")],
        required=False,
    )

    def narrow(self, concerns: ConcernQuerySet, *, by: User, on: dt.date) -> ConcernQuerySet:
        """Those of ``concerns`` that match on the day ``on``; those not closed by default."""
        if self.is_refused:
            return concerns.none()
        wanted = self.cleaned_data if self.is_bound else {}
        state = wanted.get("state")
        if not state:
            concerns = concerns.still_open()
        elif state != self.ALL:
            concerns = concerns.in_state(state)
        if wanted.get("only") == self.MINE:
            return concerns.filter(owner=by)
        return concerns.overdue(on=on) if wanted.get("only") == self.OVERDUE else concerns

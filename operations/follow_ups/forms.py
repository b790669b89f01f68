"""Forms of follow-ups: the filters of their list, and booking, delivery and refusal."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.acts.forms import VersionedForm
from accounts.acts.refusals import Problem
from accounts.models import User
from govuk import GovDateField, GovFilterForm, GovForm, SearchedField, an_example
from operations.follow_ups import actions as acts
from operations.follow_ups.models import FollowUp, FollowUpQuerySet, FollowUpState
from operations.people import possible_followers, searched
from venues.models import CommandUnit, CommandUnitMember
from venues.training.forms import SessionForm


class FollowUpFilter(GovFilterForm, forms.Form):
    """Narrows the list of follow-ups."""

    ALL = "all"
    OVERDUE = "overdue"
    NO_CONTACT = "no_contact"

    state = forms.ChoiceField(
        choices=[("", "Open"), *FollowUpState.choices, (ALL, "All")], required=False
    )
    only = forms.ChoiceField(
        label="Show only",
        choices=[("", "Any"), (OVERDUE, "Overdue"), (NO_CONTACT, "No contact on record")],
        required=False,
    )
    unit = forms.ModelChoiceField(
        CommandUnit.objects.none(), label="Command unit", required=False, empty_label="All"
    )
    responsible = SearchedField(label="Responsible officer", required=False, empty_label="Anybody")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the command units of ``user`` and whoever may answer for a follow-up there."""
        super().__init__(*args, **kwargs)
        units = CommandUnit.objects.of(user)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        people = possible_followers()
        if not user.whole_force:
            members = CommandUnitMember.objects.filter(commandunit__in=units).values("user")
            people = people.filter(Q(whole_force=True) | Q(pk__in=members))
        self.fields["responsible"].offer(searched(people))  # type: ignore[attr-defined]

    def narrow(self, follow_ups: FollowUpQuerySet, *, on: dt.date) -> FollowUpQuerySet:
        """Those of ``follow_ups`` that match; the open ones if no state is chosen."""
        if not self.is_valid():
            return follow_ups.none()
        wanted = self.cleaned_data
        if not wanted["state"]:
            follow_ups = follow_ups.open()
        elif wanted["state"] != self.ALL:
            follow_ups = follow_ups.filter(state=wanted["state"])
        if wanted["only"] == self.OVERDUE:
            follow_ups = follow_ups.overdue(on=on)
        if wanted["only"] == self.NO_CONTACT:
            follow_ups = follow_ups.without_contact()
        if wanted["unit"]:
            follow_ups = follow_ups.filter(command_unit=wanted["unit"])
        if wanted["responsible"]:
            follow_ups = follow_ups.filter(responsible=wanted["responsible"])
        return follow_ups


class BookForm(GovForm, VersionedForm):
    """The day of a refresher."""

    submit_label = "Book this date"

    on = GovDateField(
        label="Date of the refresher",
        help_text=an_example(14),
        error_messages={"required": "Enter the date of the refresher"},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        """Take a date from ``today`` on."""
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> dt.date:
        """Catch the slip of a past date: a refresher already held is recorded, not booked."""
        on: dt.date = self.cleaned_data["on"]
        if on < self.today:
            raise ValidationError(
                "The date must be today or later. If the refresher was held already, "
                "record its delivery instead."
            )
        return on


class DeliveryForm(VersionedForm, SessionForm):
    """What is recorded of a refresher that was held."""

    submit_label = "Record delivery"

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.follow_up = follow_up

    def problems(self, answers: Mapping[str, Any]) -> list[Problem]:
        """What the act would refuse."""
        return acts.problems_of_delivery(self.follow_up, answers, at=timezone.now())

    def layout(self) -> Layout:
        return Layout("version", *super().layout().fields)


class DeclineForm(GovForm, VersionedForm):
    """Why a venue does not want the refresher."""

    submit_label = "Record that the venue declined"

    reason = forms.CharField(
        label="Why does the venue not want the refresher?",
        max_length=200,
        help_text="In a few words, such as: the group trains its staff by itself.",
        error_messages={"required": "Enter why the venue does not want the refresher"},
    )


class ReopenForm(GovForm, VersionedForm):
    """Why a declined follow-up is opened again."""

    submit_label = "Open the follow-up again"

    reason = forms.CharField(
        label="Why is it opened again?",
        max_length=200,
        help_text="In a few words, such as: a new manager asked for the refresher.",
        error_messages={"required": "Enter why the follow-up is opened again"},
    )

"""Forms of training: they translate between people and the acts, which hold the rules."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from accounts.acts.forms import ActForm, VersionedForm
from accounts.acts.refusals import Problem
from govuk import Button, GovDateField, GovForm, Question, an_example
from venues.models import TrainingSession, Venue
from venues.training import actions

#: What somebody says who records a second session of one day and trainer.
ANOTHER_SESSION = "Yes, it was another session"


class SessionForm(GovForm, ActForm, forms.ModelForm[TrainingSession]):
    """What is asked about any session of Makesafe training that was held."""

    front_desk_staff = forms.IntegerField(
        label="How many people work at the front desk?",
        min_value=1,
        max_value=1000,
        help_text="All shifts together.",
        error_messages={"required": "Enter how many people work at the front desk"},
    )
    attended = forms.IntegerField(
        label="How many of them attended?",
        min_value=1,
        max_value=1000,
        error_messages={"required": "Enter how many of them attended"},
    )
    another = forms.BooleanField(label=ANOTHER_SESSION, required=False)

    class Meta:
        model = TrainingSession
        fields: tuple[str, ...] = (
            "held_on",
            "mode",
            "delivered_by",
            "front_desk_staff",
            "attended",
            "notes",
        )
        labels = {
            "held_on": "When was it held?",
            "mode": "How was it delivered?",
            "delivered_by": "Who delivered it?",
        }
        help_texts = {
            "held_on": an_example(),
            "delivered_by": "A team or a person.",
        }
        error_messages = {
            "held_on": {"required": "Enter when it was held"},
            "mode": {"required": "Select how it was delivered"},
            "delivered_by": {"required": "Enter who delivered it"},
        }
        field_classes = {"held_on": GovDateField}
        widgets = {"mode": forms.RadioSelect, "notes": forms.Textarea({"rows": 3})}

    def problems(self, answers: Mapping[str, Any]) -> list[Problem]:
        """What won't do of the session."""
        return actions.problems_of_training(answers, at=timezone.now())

    def layout(self) -> Layout:
        """Numbers are short, so are their boxes. Whether it is another one is asked only then."""
        asked = self.has_error("another") or "another" in self.data
        return Layout(
            "held_on",
            "mode",
            "delivered_by",
            *([Question("another", optional=False)] if asked else []),
            Question("front_desk_staff", width=4, suffix="people"),
            Question("attended", width=4, suffix="people"),
            "notes",
        )


class TrainingForm(SessionForm):
    """One delivery of Makesafe training, of any kind."""

    submit_label = "Record training"

    class Meta(SessionForm.Meta):
        fields = ("kind", *SessionForm.Meta.fields)
        labels = {"kind": "What kind of session was it?", **SessionForm.Meta.labels}
        error_messages = {
            "kind": {"required": "Select what kind of session it was"},
            **SessionForm.Meta.error_messages,
        }
        widgets = {"kind": forms.RadioSelect, **SessionForm.Meta.widgets}

    def layout(self) -> Layout:
        return Layout("kind", *super().layout().fields)


class TrainingEditForm(VersionedForm, TrainingForm):
    """The same of a session that is on record, as it was at a version, and why it changes."""

    submit_label = "Save correction"

    reason = forms.CharField(
        label="Why are you correcting it?",
        max_length=200,
        error_messages={"required": "Enter why you are correcting it"},
    )

    def layout(self) -> Layout:
        """The reason comes last, when one knows what has changed."""
        return Layout("version", *super().layout().fields, "reason")


class TrainingRemovalForm(GovForm, VersionedForm, forms.ModelForm[TrainingSession]):
    """Why a session is taken off the record."""

    submit_label = "Remove session"

    reason = forms.CharField(
        label="Why?",
        max_length=200,
        help_text="Such as: recorded for the wrong venue, recorded twice.",
        error_messages={"required": "Enter why the session is removed"},
    )

    class Meta:
        model = TrainingSession
        fields: tuple[str, ...] = ()

    def buttons(self) -> list[Button]:
        return [Button(self.submit_label, kind="warning")]


def first_kind(venue: Venue, *, on: dt.date) -> TrainingSession.Kind:
    """What a session of ``venue`` most likely is: initial as long as it had none until ``on``."""
    trained = venue.training_sessions.filter(held_on__lte=on).exists()
    return TrainingSession.Kind.REFRESHER if trained else TrainingSession.Kind.INITIAL

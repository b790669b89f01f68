"""Pages of training."""

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts import roles
from accounts.dates.london import duty_day
from venues.models import TrainingSession, Venue
from venues.registry.views import OfVenue
from venues.training import actions
from venues.training.forms import (
    TrainingEditForm,
    TrainingForm,
    TrainingRemovalForm,
    first_kind,
)


class TrainingAdd(OfVenue):
    """Records a training session of a venue."""

    permission_required = roles.RECORD_TRAINING
    form_class = TrainingForm
    title = "Record training"
    done = "The training of {} is recorded."

    def get_initial(self) -> dict[str, Any]:
        return {"kind": first_kind(self.venue, on=duty_day(timezone.now()))}

    def act(self, form: TrainingForm) -> Venue:
        session = actions.record_training(
            venue=self.venue, **form.cleaned_data, by=self.user, at=timezone.now()
        )
        self.followed = session.followed
        return self.venue


class OfTraining(OfVenue):
    """An act on one session; the address names the session, not the venue."""

    part = TrainingSession

    permission_required = roles.RECORD_TRAINING

    def has_permission(self) -> bool:
        """The role allows it, and so does the command unit."""
        return super().has_permission() and actions.may_correct_training(self.user, self.session)

    @cached_property
    def session(self) -> TrainingSession:
        """The session, as far as the person may see it."""
        sessions = TrainingSession.objects.visible_to(self.user).select_related("venue")
        return get_object_or_404(sessions, pk=self.kwargs["pk"])

    @property
    def record(self) -> TrainingSession:
        """What two people may edit at once."""
        return self.session

    @cached_property
    def venue(self) -> Venue:
        return self.session.venue

    def get_form_kwargs(self) -> dict[str, Any]:
        """Start from the session as it is."""
        initial = {"version": self.session.version}
        return super().get_form_kwargs() | {"instance": self.session, "initial": initial}


class TrainingEdit(OfTraining):
    """Corrects what is on record of a session."""

    form_class = TrainingEditForm
    template_name = "venues/training/training_edit.html"
    title = "Correct training"
    done = "The correction is saved. What it said before is kept in the history."

    def act(self, form: TrainingEditForm) -> Venue:
        session = actions.correct_training(
            session=self.session, **form.cleaned_data, by=self.user, at=timezone.now()
        )
        self.followed = session.followed
        return self.venue


class TrainingRemove(OfTraining):
    """Takes a session off the record."""

    form_class = TrainingRemovalForm
    template_name = "venues/training/training_remove.html"
    title = "Remove training"
    done = "The session is off the record. It stays in the history."

    def act(self, form: TrainingRemovalForm) -> Venue:
        self.followed = actions.remove_training(
            session=self.session, **form.cleaned_data, by=self.user
        )
        return self.venue

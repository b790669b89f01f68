"""Follow-ups and reminders: rules that PostgreSQL itself keeps, and the questions to ask."""

import datetime as dt

import pytest
from django.db import transaction

from operations.follow_ups import models as follow_up_models
from operations.follow_ups.due import Audience, Stage
from operations.models import FollowUp, FollowUpState, Reminder
from tests.factories import (
    CompletedVisitFactory,
    FollowUpFactory,
    RefresherNeededVisitFactory,
    ReminderFactory,
    TrainingSessionFactory,
    UserFactory,
)
from tests.operations.rules import NOW, breaks, change

pytestmark = pytest.mark.django_db


# The states of a follow-up


def follow_up_fields(follow_up, state):
    delivered = state in (FollowUpState.DELIVERED, FollowUpState.CONFIRMED)
    session = follow_up.training_session or TrainingSessionFactory(venue=follow_up.visit.venue)
    return {
        "state": state,
        "booked_for": follow_up.due_on if state == FollowUpState.BOOKED else None,
        "training_session": session if delivered else None,
        "confirmed_by": CompletedVisitFactory() if state == FollowUpState.CONFIRMED else None,
        "declined_reason": "No dates suit" if state == FollowUpState.DECLINED else "",
    }


def follow_up_in(state):
    """A follow-up in ``state``, by the shortest way there."""
    ways = {
        FollowUpState.OFFERED: [],
        FollowUpState.BOOKED: [FollowUpState.BOOKED],
        FollowUpState.DELIVERED: [FollowUpState.BOOKED, FollowUpState.DELIVERED],
        FollowUpState.CONFIRMED: [
            FollowUpState.BOOKED,
            FollowUpState.DELIVERED,
            FollowUpState.CONFIRMED,
        ],
        FollowUpState.DECLINED: [FollowUpState.DECLINED],
        FollowUpState.WITHDRAWN: [FollowUpState.WITHDRAWN],
    }
    follow_up = FollowUpFactory()
    for step in ways[state]:
        change(follow_up, **follow_up_fields(follow_up, step))
        follow_up = FollowUp.objects.get(pk=follow_up.pk)
    return follow_up


@pytest.mark.parametrize("new", FollowUpState)
@pytest.mark.parametrize("old", FollowUpState)
def test_a_follow_up_moves_only_as_the_table_says(old, new):
    follow_up = follow_up_in(old)
    fields = follow_up_fields(follow_up, new)

    if new in follow_up_models.MOVES[old] or new == old:
        change(follow_up, **fields)
    else:
        with breaks("follow_up_moves_only_as_allowed|Invalid transition"):
            change(follow_up, **fields)


def test_a_follow_up_begins_as_offered():
    visit, person = RefresherNeededVisitFactory(), UserFactory()

    with breaks("follow_up_begins_as_offered|Cannot insert"), transaction.atomic():
        FollowUp.objects.create(
            visit=visit,
            responsible=person,
            due_on=NOW.date(),
            state="booked",
            booked_for=NOW.date(),
        )


@pytest.mark.parametrize(
    ("state", "fields", "rule"),
    [
        ("booked", {"booked_for": None}, "booked_refresher_has_a_date"),
        ("delivered", {"training_session": None}, "delivered_refresher_has_a_training_session"),
        ("confirmed", {"confirmed_by": None}, "confirmed_refresher_names_the_visit"),
        ("declined", {"declined_reason": ""}, "declined_refresher_says_why"),
        ("offered", {"declined_reason": "No"}, "declined_refresher_says_why"),
    ],
)
def test_a_follow_up_says_what_its_state_demands(state, fields, rule):
    with breaks(rule):
        change(follow_up_in(FollowUpState(state)), **fields)


def test_a_visit_opens_one_follow_up():
    follow_up = FollowUpFactory()

    with breaks("visit_id"):
        FollowUpFactory(visit=follow_up.visit)


def test_a_reminder_goes_out_once():
    reminder = ReminderFactory()

    with breaks("reminder_goes_out_once"):
        ReminderFactory(
            follow_up=reminder.follow_up,
            stage=reminder.stage,
            audience=reminder.audience,
            date=reminder.date,
        )


@pytest.mark.parametrize(
    ("stage", "audience", "words"),
    [
        (Stage.SOON, Audience.VENUE, "Due in 7 days, to the venue"),
        (Stage.DUE, Audience.OFFICER, "Due today, to the responsible officer"),
        (Stage.CHASE, Audience.VENUE, "Past its date, to the venue"),
        (Stage.CHASE, Audience.LEAD, "Overdue by 14 days or more, to the lead"),
    ],
)
def test_a_reminder_says_what_it_is_about_and_for_whom(stage, audience, words):
    assert Reminder(stage=stage, audience=audience).words == words


@pytest.mark.parametrize("stage", [Stage.SOON, Stage.DUE, "later"])
def test_a_lead_hears_at_the_chase_only(stage):
    with breaks("audience_hears_of_a_follow_up_at_this_stage"):
        ReminderFactory(stage=stage, audience=Audience.LEAD)
    ReminderFactory(stage=Stage.CHASE, audience=Audience.LEAD)


# Questions


def test_follow_ups_are_overdue_the_day_after_they_were_due():
    follow_up = FollowUpFactory(due_on=dt.date(2026, 11, 24))
    declined = follow_up_in(FollowUpState.DECLINED)

    for day, overdue in ((24, False), (25, True)):
        on = dt.date(2026, 11, day)
        assert (follow_up in FollowUp.objects.overdue(on=on)) == overdue
        assert follow_up.is_overdue(on=on) == overdue
    assert declined not in FollowUp.objects.open()

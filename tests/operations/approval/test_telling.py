"""Officers hear of a published plan and of what changes for them: once, and without a venue."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from operations.approval import actions as approval
from operations.approval import messages, telling
from operations.models import PlanNotice, ToldPlan
from outbox.models import Message
from tests import factories
from tests.operations.approval.conftest import publish

pytestmark = pytest.mark.django_db

TOMORROW = dt.timedelta(days=1)


def officer(name):
    return factories.UserFactory(role=Role.VISITING_OFFICER, email=f"{name}@police.example")


def planned(operation, lead, days=1, **more):
    starts_at = timezone.now() + dt.timedelta(days=days)
    return factories.VisitFactory(operation=operation, officer=lead, starts_at=starts_at, **more)


def told():
    """Who was told what, in the order of being told."""
    return [
        (notice.reader.email.partition("@")[0], notice.added, notice.changed, notice.removed)
        for notice in PlanNotice.objects.order_by("pk").select_related("reader")
    ]


def look(at=None):
    telling.tell_of_changes(at=at or timezone.now() + dt.timedelta(minutes=10))


def test_publishing_tells_each_person_of_the_teams_once(authorised, planner):
    alba, bram = officer("alba"), officer("bram")
    planned(authorised, alba)
    second = planned(authorised, alba, days=2)
    factories.TeamMemberFactory(visit=second, officer=bram, duty="welfare")
    factories.CadetMemberFactory(visit=second)
    publish(authorised, planner)
    assert told() == [("alba", 2, 0, 0), ("bram", 1, 0, 0)]
    assert Message.objects.filter(letter="plan_notice").count() == 2
    look()
    assert len(told()) == 2


def test_a_draft_tells_nobody(authorised):
    planned(authorised, officer("alba"))
    look()
    assert told() == []


def test_a_change_tells_exactly_those_whom_it_touches_and_gathers_it(authorised, planner):
    alba, bram, cerys, dorian = map(officer, ("alba", "bram", "cerys", "dorian"))
    moved = planned(authorised, alba)
    planned(authorised, bram)
    cancelled = planned(authorised, cerys, days=2)
    planned(authorised, cerys, days=3)
    publish(authorised, planner)
    before = len(told())
    type(moved).objects.filter(pk=moved.pk).update(ends_at=moved.ends_at + dt.timedelta(minutes=5))
    type(moved).objects.filter(pk=cancelled.pk).update(
        state="cancelled", cancelled_at=timezone.now(), cancelled_reason="Snow"
    )
    planned(authorised, cerys, days=4)
    planned(authorised, dorian, days=4)
    look()
    assert told()[before:] == [("alba", 0, 1, 0), ("cerys", 1, 0, 1), ("dorian", 1, 0, 0)]
    look(timezone.now() + dt.timedelta(minutes=20))
    assert len(told()) == before + 3


def test_another_part_in_the_team_is_a_change(authorised, planner):
    alba, bram = officer("alba"), officer("bram")
    visit = planned(authorised, alba)
    second = factories.TeamMemberFactory(visit=visit, officer=bram, duty="welfare")
    publish(authorised, planner)
    second.duty = "support"
    second.save()
    look()
    assert told()[-1] == ("bram", 0, 1, 0)
    assert len(told()) == 3


def test_a_change_that_was_taken_back_before_it_was_told_is_never_told(authorised, planner):
    visit = planned(authorised, officer("alba"))
    publish(authorised, planner)
    visits = type(visit).objects.filter(pk=visit.pk)
    visits.update(ends_at=visit.ends_at + dt.timedelta(minutes=5))
    visits.update(ends_at=visit.ends_at)
    look()
    assert len(told()) == 1


def test_a_visit_that_is_gone_is_told_though_no_row_of_it_is_left(authorised, planner):
    visit = planned(authorised, officer("alba"))
    publish(authorised, planner)
    visit.delete()
    look()
    assert told()[-1] == ("alba", 0, 0, 1)


def test_a_withdrawn_plan_is_told_and_told_anew_when_published_again(authorised, planner, lead):
    planned(authorised, officer("alba"))
    publish(authorised, planner)
    approval.withdraw_operation(
        operation=authorised, reason="Too soon", by=planner, at=timezone.now()
    )
    look()
    assert told() == [("alba", 1, 0, 0), ("alba", 0, 0, 1)]
    assert not ToldPlan.objects.exists()


def test_what_is_over_is_forgotten_and_no_news(authorised, planner):
    visit = planned(authorised, officer("alba"))
    publish(authorised, planner)
    look(visit.ends_at + dt.timedelta(minutes=1))
    assert len(told()) == 1
    assert not ToldPlan.objects.exists()


def test_the_message_names_neither_venue_nor_operation_nor_day(authorised, planner):
    visit = planned(authorised, officer("alba"))
    publish(authorised, planner)
    type(visit).objects.filter(pk=visit.pk).update(ends_at=visit.ends_at + dt.timedelta(minutes=5))
    planned(authorised, officer("bram"), days=2)
    look()
    rows = list(Message.objects.filter(letter="plan_notice"))
    written = messages.write(rows, timezone.now())
    assert len(written) == 3
    for message in written.values():
        words = message.subject + message.body
        for covert in (visit.venue.name, authorised.name, authorised.reference):
            assert covert not in words
        assert "/visits/" in words


def test_a_reader_who_has_left_is_not_written_to(authorised, planner):
    alba = officer("alba")
    planned(authorised, alba)
    publish(authorised, planner)
    alba.is_active = False
    alba.save()
    row = Message.objects.get(letter="plan_notice")
    assert "left" in str(messages.write([row], timezone.now())[row.pk])


def test_plans_of_which_nothing_changed_are_looked_at_without_being_held(
    authorised, planner, django_assert_max_num_queries
):
    planned(authorised, officer("alba"))
    publish(authorised, planner)
    with django_assert_max_num_queries(6, connection=connection):
        look()

"""The board without a search is drawn once for all who look, and never shows what is over."""

import datetime as dt
import time
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.control_room import drawing, views
from operations.models import Visit
from operations.safety import actions as safety
from operations.safety.deadlines import Kind
from tests.factories import (
    AlarmFactory,
    CheckInFactory,
    TeamMemberFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(monkeypatch):
    """How often the board was drawn; what another test drew is forgotten."""
    times = []
    draw = drawing._draw

    def noted(*args, **kwargs):
        times.append(args)
        return draw(*args, **kwargs)

    monkeypatch.setattr(drawing, "_draw", noted)
    monkeypatch.setattr(drawing, "_shared", None)
    monkeypatch.setattr(drawing, "SHARED_FOR", 600.0)  # however slow the machine is
    return times


def handler(**fields):
    client = Client()
    client.force_login(UserFactory(role=Role.CALL_HANDLER, **fields))
    return client


def board(client, **search):
    return client.get(reverse("operations:board"), search).content.decode()


def test_a_board_is_drawn_once_for_all_who_look_at_the_same_moment(drawn):
    UnderWayVisitFactory(venue=VenueFactory(name="Gannet Hotel"))
    pages = [board(handler()) for _ in range(3)]
    assert all("Gannet Hotel" in page for page in pages)
    assert len(drawn) == 1


def test_one_that_is_drawn_already_costs_few_questions(drawn):
    UnderWayVisitFactory()
    client = handler()
    board(client)
    with CaptureQueriesContext(connection) as asked:
        board(client)
    assert len(asked) <= 8


def test_who_asked_before_it_was_drawn_costs_no_question_of_the_board(drawn, monkeypatch):
    UnderWayVisitFactory()
    client = handler()
    board(client)
    before = time.monotonic() - 1
    monkeypatch.setattr(views, "arrived", lambda request: before)
    with CaptureQueriesContext(connection) as asked:
        board(client)
    assert not [
        one for one in asked if Visit._meta.db_table in one["sql"] and "SELECT" in one["sql"]
    ]
    UnderWayVisitFactory(venue=VenueFactory(name="Gannet Hotel"))
    assert "Gannet Hotel" not in board(client)  # which they can't have known of as they asked
    monkeypatch.undo()
    assert "Gannet Hotel" in board(client)


@pytest.mark.parametrize(
    "change",
    [
        lambda visit: type(visit).objects.filter(pk=visit.pk).update(ends_at=visit.ends_at),
        lambda _: UnderWayVisitFactory(),
        lambda _: VisitFactory(starts_at=timezone.now()),
        lambda visit: CheckInFactory(visit=visit),
        lambda visit: AlarmFactory(visit=visit),
    ],
    ids=["nothing", "another test", "another window", "a check-in", "an alarm"],
)
def test_it_is_drawn_again_as_soon_as_something_changes(drawn, change, request):
    visit = UnderWayVisitFactory()
    client = handler()
    board(client)
    change(visit)
    board(client)
    assert len(drawn) == (1 if request.node.callspec.id == "nothing" else 2)


def test_a_test_that_is_over_leaves_the_live_tests_at_once(drawn):
    visit = UnderWayVisitFactory(venue=VenueFactory(name="Gannet Hotel"))
    client = handler()
    assert "1 live test" in board(client)
    now = timezone.now()
    type(visit).objects.filter(pk=visit.pk).update(
        state="not_completed", ended_at=now, not_completed_reason="out_of_time"
    )
    assert "No test is live now" in board(client)


def test_who_deals_with_an_alarm_is_told_at_once(drawn):
    alarm = AlarmFactory()
    client = handler()
    assert "Nobody is dealing with it yet" in board(client)
    other = UserFactory(role=Role.CALL_HANDLER)
    safety.take_alarm(alarm=alarm, by=other, at=timezone.now())
    assert "Nobody is dealing with it yet" not in board(client)


def test_a_search_is_answered_anew_each_time(drawn):
    UnderWayVisitFactory(venue=VenueFactory(name="Gannet Hotel"))
    client = handler()
    for _ in range(2):
        assert "TEST NOW" in board(client, q="Gannet Hotel")
    assert len(drawn) == 2


def test_a_silent_alarm_is_drawn_for_others_and_never_for_its_team(drawn, monkeypatch):
    visit = UnderWayVisitFactory()
    pressed = {"raised_by": visit.started_by, "submission": uuid.uuid4()}
    now = timezone.now()
    AlarmFactory(visit=visit, kind=Kind.DURESS, due_at=now, raised_at=now, **pressed)
    member = UserFactory(role=Role.CALL_HANDLER)
    TeamMemberFactory(visit=visit, officer=member, duty="welfare")
    of_the_team = Client()
    of_the_team.force_login(member)
    monkeypatch.setattr(views, "arrived", lambda request: 0.0)  # all of them, before any drawing
    for _ in range(2):
        assert "Open the alarm" in board(handler())
        assert "Open the alarm" not in board(of_the_team)


@pytest.mark.parametrize("silent", [True, False])
@pytest.mark.parametrize("whose", ["their own", "another team's"])
def test_no_test_is_certain_where_whoever_looks_is_in_a_team_called_or_not(silent, whose):
    """It tells them nothing of a silent call, and never TEST NOW where there may be one."""
    began = timezone.now() - dt.timedelta(hours=4 if whose == "another team's" else 0)
    venue = VenueFactory(name="Gannet Hotel")
    visit = UnderWayVisitFactory(venue=venue, starts_at=began)
    member = UserFactory(role=Role.CALL_HANDLER)
    TeamMemberFactory(visit=visit, officer=member, duty="welfare")
    if whose == "another team's":
        UnderWayVisitFactory(venue=venue)
        ended = timezone.now() - dt.timedelta(hours=3)
        type(visit).objects.filter(pk=visit.pk).update(
            state="not_completed", ended_at=ended, not_completed_reason="out_of_time"
        )
    if silent:
        now, pressed = timezone.now(), {"raised_by": member, "submission": uuid.uuid4()}
        AlarmFactory(visit=visit, kind=Kind.DURESS, due_at=now, raised_at=now, **pressed)
    of_the_team = Client()
    of_the_team.force_login(member)
    told = board(of_the_team, q="Gannet Hotel")
    assert "TEST NOW" not in told
    assert "Treat the call as real: you are in a team there" in told
    assert "has an alarm" not in told
    assert "No test is live now" in board(of_the_team)
    assert ("TEST NOW" in board(handler(), q="Gannet Hotel")) is not silent

"""What goes on tonight, beside the answer: alarms, check-ins, operations."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.record.access_log import AccessEntry
from accounts.roles import Role
from operations.models import Alarm
from operations.safety import actions as safety
from tests.factories import (
    CheckInFactory,
    CommandUnitFactory,
    OperationVenueFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def handler(client):
    client.force_login(UserFactory(role=Role.CALL_HANDLER, whole_force=True))
    return client


def board(client, **search):
    return client.get(reverse("operations:board"), search)


def poll(client, **search):
    headers = {"HX-Request": "true"}
    return client.get(reverse("operations:board"), search, headers=headers)


def under_way(name, *, minutes):
    started = timezone.now() - minutes * MINUTE
    return UnderWayVisitFactory(venue=VenueFactory(name=name), starts_at=started)


def test_the_next_check_ins_stand_in_their_order_and_late_ones_say_so(handler):
    under_way("Kestrel Lodge", minutes=5)
    under_way("Gannet Hotel", minutes=22)
    page = board(handler)
    told = [(one.visit.venue.name, one.is_late) for one in page.context["tonight"].check_ins]
    assert told == [("Gannet Hotel", True), ("Kestrel Lodge", False)]
    assert page.content.decode().count("<strong>overdue</strong>") == 1


def test_an_open_alarm_stands_on_the_board_until_it_is_closed_and_asks_for_a_person(handler):
    under_way("Gannet Hotel", minutes=30)
    safety.raise_alarms(at=timezone.now())
    page = board(handler).content.decode()
    assert "Alarm: Gannet Hotel." in page
    assert "data-untaken" in page
    alarm = Alarm.objects.get()
    by = UserFactory(role=Role.CALL_HANDLER)
    safety.take_alarm(alarm=alarm, by=by, at=timezone.now())
    page = board(handler).content.decode()
    assert f"{by} is dealing with it." in page
    assert "data-untaken" not in page
    found = {"spoke_to": "The lead", "found": "All well"}
    safety.close_alarm(alarm=alarm, **found, by=by, at=timezone.now())
    assert "Alarm: " not in board(handler).content.decode()


def test_an_operation_shows_by_its_areas_while_its_visits_are_on_the_board(handler):
    north, south = (CommandUnitFactory(name=name) for name in ("Northmoor", "Southmoor"))
    now = timezone.now()
    operation = UnderWayVisitFactory(venue=VenueFactory(unit=south), starts_at=now).operation
    VisitFactory(operation=operation, venue=VenueFactory(unit=north), starts_at=now)
    VisitFactory(starts_at=now + 3 * DAY)
    page = board(handler)
    assert [one.areas for one in page.context["tonight"].running] == [["Northmoor", "Southmoor"]]
    assert operation.reference not in page.content.decode()


def test_a_planned_visit_that_is_not_near_yet_is_nowhere_on_the_board(handler):
    later = timezone.now() + 90 * MINUTE
    visit = VisitFactory(venue=VenueFactory(name="Gannet Hotel"), starts_at=later)
    OperationVenueFactory(operation=visit.operation, venue=visit.venue)
    assert "Gannet" not in board(handler).content.decode()


def test_a_part_that_has_not_changed_is_not_announced_again(handler):
    visit = under_way("Gannet Hotel", minutes=30)
    page = board(handler).context
    seen = {"seen": page["seen"], "tonight": page["tonight_seen"], "map": page["map_seen"]}
    same = poll(handler, **seen)
    assert same.headers["HX-Reswap"] == "none"
    assert "Gannet" not in same.content.decode()
    CheckInFactory(visit=visit)
    part = poll(handler, **seen)
    assert part.headers["HX-Reswap"] == "none"
    assert 'id="tonight"' in part.content.decode()
    assert 'id="answer"' not in part.content.decode()


def test_whose_alarm_somebody_sees_on_the_board_is_on_record(handler):
    visit = under_way("Gannet Hotel", minutes=30)
    safety.raise_alarms(at=timezone.now())
    board(handler, q="Kestrel")
    assert visit.pk in [
        key for one in AccessEntry.objects.filter(what="operations.visit") for key in one.ids
    ]


def test_tonight_takes_as_many_queries_for_many_as_for_one(handler):
    counts = []
    for number in range(1, 4):
        visit = under_way(f"Gannet {number}", minutes=30)
        OperationVenueFactory(operation=visit.operation, venue=visit.venue)
        safety.raise_alarms(at=timezone.now())
        with CaptureQueriesContext(connection) as context:
            board(handler)
        counts.append(len(context))
    assert counts[1] == counts[2]

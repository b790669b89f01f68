"""What a refusal tells of somebody's hours is on record."""

import pytest

from accounts.models import AccessEntry
from accounts.record.access_log import Act
from operations.follow_ups import handing_over
from operations.planning import schedule
from operations.planning.schedule import Duty, Place
from tests.factories import CadetMemberFactory, VisitFactory
from tests.operations.plans import at, cadet, officer, refused

pytestmark = pytest.mark.django_db


def told(by):
    entries = AccessEntry.objects.filter(user=by, act=Act.TOLD_BUSY).order_by("pk")
    return [(entry.what, entry.ids, entry.purpose) for entry in entries]


def test_a_refusal_that_tells_somebodys_hours_is_on_record_by_keys_alone(plan, planner):
    young, lead, welfare = cadet(), officer(), officer()
    team = [Place(lead, Duty.LEAD), Place(welfare, Duty.WELFARE), Place(young, Duty.CADET)]
    away = VisitFactory(starts_at=at(19), officer=lead)
    CadetMemberFactory(visit=away, cadet=young)

    refused(plan, team=team)

    assert told(planner) == [
        ("accounts.user", [lead.pk], ""),
        ("operations.cadet", [young.pk], ""),
    ]


def test_a_plan_that_is_refused_for_anything_else_tells_of_nobody(plan, planner):
    refused(plan, at=at(20))

    assert told(planner) == []


def test_moving_a_visit_into_somebodys_hours_is_on_record_too(plan, planner):
    busy, visit = officer(), plan()
    VisitFactory(starts_at=at(21), officer=busy)

    refused(
        schedule.reschedule_visit,
        visit=visit,
        version=visit.version,
        starts_at=at(21),
        ends_at=at(22),
        team=[Place(busy, Duty.LEAD)],
        by=planner,
        at=at(12),
    )

    assert told(planner) == [("accounts.user", [busy.pk], "")]


def test_handing_a_visit_to_somebody_who_is_busy_is_on_record_too(plan, planner):
    away, busy = officer(), officer()
    visit = plan(team=[Place(away, Duty.LEAD)])
    VisitFactory(starts_at=visit.starts_at, ends_at=visit.ends_at, officer=busy)

    refused(
        handing_over.hand_over_visits,
        visits=[visit],
        person=away,
        to=busy,
        by=planner,
        at=at(12),
    )

    assert told(planner) == [("accounts.user", [busy.pk], "")]

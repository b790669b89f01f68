"""Plans that break no rule, and what a refusal says."""

import datetime as dt

import pytest

from accounts.acts.refusals import Refused
from accounts.roles import Role
from govuk.dates import LONDON
from operations.planning.schedule import Duty, Place
from operations.sampling import actions as sampling
from operations.sampling.design import Design
from tests.factories import CadetFactory, UserFactory
from venues.models import Venue

TODAY = dt.date(2026, 11, 24)
BEFORE = dt.datetime(2026, 11, 10, 19, tzinfo=dt.UTC)


def at(hour: int, minute: int = 0, day: dt.date = TODAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LONDON)


def officer():
    return UserFactory(role=Role.VISITING_OFFICER)


def cadet(**facts):
    """Sixteen, consent and briefing fresh, whatever the day the tests run on."""
    usual = {
        "birth_date": dt.date(2010, 6, 1),
        "consented_on": TODAY - dt.timedelta(days=30),
        "briefed_on": TODAY - dt.timedelta(days=5),
    }
    return CadetFactory(**(usual | facts))


def team_with(*cadets):
    return [
        Place(officer(), Duty.LEAD),
        Place(officer(), Duty.WELFARE),
        *(Place(one, Duty.CADET) for one in cadets),
    ]


def problems(caught):
    return [(problem.about, problem.message) for problem in caught.value.problems]


def refused(act, **changes):
    with pytest.raises(Refused) as caught:
        act(**changes)
    return problems(caught)


def committed(operation, by, among=None, filters="", **design):
    """A plan to draw from ``among``, or from all: one venue unless it says otherwise."""
    return sampling.commit_draw(
        operation=operation,
        among=Venue.objects.all() if among is None else among,
        design=Design(**({"number": 1} | design)),
        filters=filters,
        by=by,
        at=BEFORE,
    )


def drawn(operation, by, among=None, filters="", **design):
    """A plan that was drawn."""
    plan = committed(operation, by, among, filters, **design)
    sampling.draw_venues(plan=plan, by=by, at=BEFORE)
    plan.refresh_from_db()
    return plan

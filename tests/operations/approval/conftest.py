"""A draft that is ready, its planner, and somebody who may authorise it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.dates.london import duty_day
from accounts.roles import Role
from operations.approval import actions as approval
from operations.approval.models import Considered
from tests import factories

ASSESSMENTS = {
    "risk_assessment": "RA/7",
    "risk_assessed_on": dt.date(2026, 1, 5),
    "equality_check": "EIA/7",
    "equality_checked_on": dt.date(2026, 1, 6),
}


@pytest.fixture
def unit():
    return factories.CommandUnitFactory()


@pytest.fixture
def planner(unit):
    return factories.UserFactory(role=Role.PLANNER, units=[unit])


@pytest.fixture
def lead(unit):
    """A CSE lead of the unit, who does not lead the operation."""
    return factories.UserFactory(role=Role.CSE_LEAD, units=[unit])


@pytest.fixture
def draft(unit, planner):
    operation = factories.DraftOperationFactory(created_by=planner)
    venue = factories.VenueFactory(unit=unit)
    factories.OperationVenueFactory(operation=operation, venue=venue)
    return operation


def submit(operation, by, **asked):
    asked = {"venues_at_most": 3, "cadet_visits_at_most": 1} | ASSESSMENTS | asked
    return approval.submit_operation(operation=operation, by=by, at=timezone.now(), **asked)


def authorise(asked, by, **said):
    said = {
        "fingerprint": asked.fingerprint,
        "considered": Considered.NONE_NEEDED,
        "rationale": "Necessary and proportionate",
        "valid_from": asked.starts_on,
        "valid_until": asked.ends_on,
    } | said
    return approval.authorise_operation(authorisation=asked, by=by, at=timezone.now(), **said)


def publish(operation, by):
    return approval.publish_operation(operation=operation, by=by, at=timezone.now())


@pytest.fixture
def authorised(draft, planner, lead):
    authorise(submit(draft, planner), lead)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def published(authorised, planner):
    return publish(authorised, planner)


def today():
    return duty_day(timezone.now())

"""What tests of calls share."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from tests import factories
from tests.operations.pages import signed_in

MINUTE = dt.timedelta(minutes=1)
NOTHING_SAID = {
    "answered_after": None,
    "number": "",
    "makesafe_quoted": None,
    "recognised": None,
    "venue": None,
    "place": "",
    "officers_sent": None,
    "sent_at": None,
    "arrived_at": None,
    "done": "",
    "incident_reference": "",
}


@pytest.fixture
def handler():
    return factories.UserFactory(role=Role.CALL_HANDLER, first_name="Hanna")


@pytest.fixture
def desk(handler):
    """The browser of ``handler``."""
    return signed_in(handler)


@pytest.fixture
def lead(unit):
    """Of one command unit."""
    return factories.UserFactory(role=Role.CSE_LEAD, units=[unit], first_name="Lea")


@pytest.fixture
def as_lead(lead):
    return signed_in(lead)


@pytest.fixture
def venue(unit):
    return factories.VenueFactory(name="Gannet Hotel", address="4 Quay Road\nOstermeer", unit=unit)


@pytest.fixture
def test_visit(venue, officer):
    """Under way for twenty minutes."""
    started = timezone.now() - 20 * MINUTE
    return factories.UnderWayVisitFactory(venue=venue, officer=officer, starts_at=started)


@pytest.fixture
def call(venue, handler):
    """Of five minutes ago, from the venue of the test."""
    return factories.CallFactory(venue=venue, logged_by=handler)

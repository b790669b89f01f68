"""What tests of operations share."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from operations.models import FollowUpPolicy
from tests import factories
from tests.operations.pages import at, signed_in, soon
from tests.outbox.conftest import place, smtp

__all__ = ["place", "smtp"]


@pytest.fixture
def every_day_counts(db):
    """The force sends reminders at weekends too: such tests pass on any day of the week."""
    FollowUpPolicy.objects.update(working_days_only=False)


@pytest.fixture
def unit():
    return factories.CommandUnitFactory()


@pytest.fixture
def planner(unit):
    """Of one command unit."""
    return factories.UserFactory(role=Role.PLANNER, units=[unit])


@pytest.fixture
def officer():
    return factories.UserFactory(role=Role.VISITING_OFFICER)


@pytest.fixture
def handler():
    return factories.UserFactory(role=Role.CALL_HANDLER)


@pytest.fixture
def coordinator(unit):
    """Of one command unit."""
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


@pytest.fixture
def as_planner(planner):
    """The browser of ``planner``."""
    return signed_in(planner)


@pytest.fixture
def operation_to_come(planner):
    """One that begins in two days, made by ``planner``."""
    return factories.OperationFactory(
        starts_on=soon(), ends_on=soon() + dt.timedelta(days=9), created_by=planner
    )


@pytest.fixture
def chosen(operation_to_come, unit):
    """A venue of the command unit that was chosen for it."""
    return factories.OperationVenueFactory(
        operation=operation_to_come, venue=factories.VenueFactory(unit=unit)
    )


@pytest.fixture
def visit_to_come(chosen):
    return factories.VisitFactory(
        operation=chosen.operation, venue=chosen.venue, starts_at=at(19), ends_at=at(20)
    )


@pytest.fixture
def queries_of():
    """How many queries a page takes, its rendering included."""

    def count(client, page):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        return len(asked)

    return count

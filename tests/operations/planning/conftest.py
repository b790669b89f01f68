"""What tests of planning share."""

import datetime as dt

import pytest

from operations.models import Selection
from operations.planning import schedule
from tests.factories import OperationFactory, OperationVenueFactory, VenueFactory
from tests.operations.plans import TODAY, at, team_with


@pytest.fixture
def operation(planner):
    """One that the planner sees, since they made it."""
    last = TODAY + dt.timedelta(days=14)
    return OperationFactory(starts_on=TODAY, ends_on=last, created_by=planner)


@pytest.fixture
def venue(unit, operation):
    venue = VenueFactory(unit=unit)
    OperationVenueFactory(operation=operation, venue=venue, selection=Selection.PRIORITY)
    return venue


@pytest.fixture
def plan(operation, venue, planner):
    """Plan a visit that breaks no rule, but for what the test says."""

    def plan(**changes):
        usual = {
            "operation": operation,
            "venue": venue,
            "starts_at": at(19),
            "ends_at": at(20),
            "by": planner,
            "at": at(12, day=TODAY - dt.timedelta(days=7)),
        }
        return schedule.plan_visit(
            **(usual | {"team": changes.pop("team", None) or team_with()} | changes)
        )

    return plan

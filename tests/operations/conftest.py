"""What tests of operations share."""

import pytest

from accounts.roles import Role
from operations.models import FollowUpPolicy
from tests import factories
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
def coordinator(unit):
    """Of one command unit."""
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])

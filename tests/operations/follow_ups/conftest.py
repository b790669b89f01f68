"""What tests of follow-ups share."""

import pytest

from accounts.roles import Role
from tests import factories


@pytest.fixture
def colleague(unit):
    """Another coordinator of the command unit."""
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


@pytest.fixture
def administrator():
    return factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)

"""What tests of venues share."""

import pytest

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory


@pytest.fixture
def signed_in(client):
    """``signed_in(Role.PLANNER)``: a client of somebody in that role who sees the whole force."""

    def sign_in(role, **kwargs):
        client.force_login(UserFactory(role=role, **({"whole_force": True} | kwargs)))
        return client

    return sign_in


@pytest.fixture
def by() -> User:
    return UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)

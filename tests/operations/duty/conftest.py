"""What tests of the duty pages share."""

import pytest

from accounts.roles import Role
from tests.factories import UnderWayVisitFactory, UserFactory, VenueFactory


@pytest.fixture
def officer():
    return UserFactory(role=Role.VISITING_OFFICER, first_name="Rowan", last_name="Ashby")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def visit(officer, unit):
    return UnderWayVisitFactory(
        officer=officer, unit=unit, venue=VenueFactory(name="Gannet Hotel", unit=unit)
    )

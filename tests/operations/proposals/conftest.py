"""What tests of proposals share: an operation with three venues, and people who can go."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from operations.proposals import working
from operations.proposals.wanted import Wanted
from tests import factories
from tests.operations.pages import soon


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A second of looking is enough."""
    monkeypatch.setattr(working, "WORKS_FOR", 1)


@pytest.fixture
def world(operation_to_come, unit):
    """Three venues some streets apart, four officers of whom two look after cadets, two cadets."""
    venues = [
        factories.VenueFactory(
            unit=unit, name=f"Gannet {n}", latitude=Decimal("51.5") + n * Decimal("0.01")
        )
        for n in range(3)
    ]
    chosen = [
        factories.OperationVenueFactory(operation=operation_to_come, venue=venue)
        for venue in venues
    ]
    officers = [factories.UserFactory(role=Role.VISITING_OFFICER) for _ in range(4)]
    cadets = [factories.CadetFactory(command_unit=unit) for _ in range(2)]
    return SimpleNamespace(
        operation=operation_to_come,
        venues=venues,
        chosen=chosen,
        officers=officers,
        cadets=cadets,
        days=[soon(), soon() + dt.timedelta(days=1)],
    )


@pytest.fixture
def wanted(world):
    return Wanted(
        days=tuple(world.days),
        begins=dt.time(18),
        ends=dt.time(23),
        minutes=45,
        teams=2,
        officers=tuple(officer.pk for officer in world.officers),
        welfare_officers=tuple(officer.pk for officer in world.officers[:2]),
        cadets=tuple(cadet.pk for cadet in world.cadets),
    )

"""The map of tonight: outlines on record, live tests as points, and the same in words."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role
from operations.control_room import area_map
from operations.control_room.area_map import MARGIN, WIDTH, draw
from tests.factories import (
    LocalAuthorityFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

SQUARE = {"type": "Polygon", "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 52], [0, 51]]]}
TWO = {
    "type": "MultiPolygon",
    "coordinates": [
        SQUARE["coordinates"],
        [[[2, 51], [3, 51], [3, 52], [2, 51]], [[2.5, 51.1], [2.6, 51.1], [2.6, 51.2]]],
    ],
}


def test_without_outlines_there_is_no_map():
    assert draw([]) is None


def test_each_ring_of_each_area_is_drawn_and_named():
    made = draw([("Northmoor", SQUARE), ("Ynys <Môn>", TWO)])
    assert made.outlines.count("<path") == 2
    assert made.outlines.count("Z") == 4
    assert "<title>Ynys &lt;Môn&gt;</title>" in made.outlines


@given(st.floats(0, 3), st.floats(51, 52))
def test_a_place_among_the_outlines_lies_in_the_picture(longitude, latitude):
    made = draw([("Northmoor", TWO)])
    x, y = made.point(longitude, latitude)
    assert MARGIN <= x <= WIDTH - MARGIN
    assert MARGIN <= y <= made.height - MARGIN


def test_north_is_up_and_east_is_right():
    made = draw([("Northmoor", SQUARE)])
    assert made.point(0.5, 51.9)[1] < made.point(0.5, 51.1)[1]
    assert made.point(0.1, 51.5)[0] < made.point(0.9, 51.5)[0]


@pytest.fixture
def board(client, db):
    area_map.forget_outlines()
    client.force_login(UserFactory(role=Role.CALL_HANDLER))
    yield lambda: client.get(reverse("operations:board")).content.decode()
    area_map.forget_outlines()


@pytest.mark.django_db
def test_a_board_without_outlines_says_what_to_load(board):
    UnderWayVisitFactory(starts_at=timezone.now())
    page = board()
    assert "manage.py import_areas" in page
    assert "app-map__test" not in page


@pytest.mark.django_db
def test_live_tests_are_points_and_stand_in_a_list_and_those_to_come_do_not(board):
    authority = LocalAuthorityFactory(name="Northmoor", boundary=SQUARE)
    here = {"local_authority": authority, "latitude": "51.500000", "longitude": "0.500000"}
    now = timezone.now()
    UnderWayVisitFactory(venue=VenueFactory(name="Gannet Hotel", **here), starts_at=now)
    later = VenueFactory(name="Kestrel Lodge", **here)
    VisitFactory(venue=later, starts_at=now + dt.timedelta(minutes=30))
    nowhere = VenueFactory(name="Beacon", local_authority=authority, latitude=None, longitude=None)
    UnderWayVisitFactory(venue=nowhere, starts_at=now)
    page = board()
    assert page.count("app-map__test") == 1
    assert "<title>Gannet Hotel</title>" in page
    assert "<strong>Northmoor</strong>: Beacon, Gannet Hotel" in page
    assert "Not on the map, since where they are is not known: Beacon." in page

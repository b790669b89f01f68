"""Coordinates as maps give them, by the parser and by the form of a venue."""

import time
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories import LocalAuthorityFactory, UserFactory, VenueFactory
from venues.models import Venue
from venues.registry.postcodes import both_degrees, degrees, latitude, longitude

MINUS_SIGNS = "-\u02d7\u2010\u2011\u2012\u2013\u2014\u2015\u207b\u2212\u2796\ufe58\ufe63\uff0d"


@pytest.mark.parametrize("decimals", [0, 1, 5, 6, 7, 8, 15, 30, 60])
def test_any_number_of_decimals_is_rounded_to_six_places(decimals):
    typed = f"51.{'4' * decimals}"
    assert degrees(typed) == round(Decimal(typed.rstrip(".")), 6)


@pytest.mark.parametrize("minus", MINUS_SIGNS)
def test_any_minus_sign_is_one(minus):
    assert degrees(f"{minus}0.12775829") == Decimal("-0.127758")
    assert degrees(f"{minus} 0.12775829") == Decimal("-0.127758")
    assert both_degrees(f"51.50735091, {minus}0.12775829") == (
        Decimal("51.507351"),
        Decimal("-0.127758"),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "51.5, -0.12",
        "51.5,-0.12",
        "51.5 -0.12",
        "51.5;-0.12",
        "(51.5, -0.12)",
        "51.5\t-0.12",
        "51.5° N, 0.12° W",
        "51.5\u00a0\u22120.12",
        "51.5 ,  - 0.12",
        ".515e2, -0.12",
    ],
)
def test_both_values_pasted_as_one_are_told_apart(typed):
    found = both_degrees(typed)
    if typed.startswith(".515e2"):  # no map writes so
        assert found is None
    else:
        assert found == (Decimal("51.5"), Decimal("-0.12"))


@pytest.mark.parametrize(
    "typed",
    [
        *("north", "51.5.5", "1234", "--1", "51,5 N W", "", "٥١", "181", "-0.12 W", "N51.5N"),
        *("51°60'N", "51°30'60\"N", "51.5°30'N", "51°30.5'20\"N", "51°30''N", "91°N", "5130'N"),
    ],
)
def test_what_is_no_degrees_is_none(typed):
    assert degrees(typed) is None


NORTH, WEST = Decimal("51.507361"), Decimal("-0.127750")


@pytest.mark.parametrize(
    "typed",
    [
        *("51°30'26.5\"N", "51° 30' 26.5\" N", "N 51°30'26.5\"", "51°30′26.5″N", "51º30’26.5”N"),
        *("51°30′26.5′′n", "51°30'26.5''N", "51°30'26.5N", "51°30'26.5\"", "51°30.44167'N"),
    ],
)
def test_minutes_and_seconds_are_read_by_whatever_marks(typed):
    assert latitude(typed) == NORTH


@pytest.mark.parametrize(
    "typed",
    [
        "51°30'26.5\"N 0°07'39.9\"W",
        "51°30'26.5\"N, 0°07'39.9\"W",
        "51°30'26.5\"N0°07'39.9\"W",
        "51° 30' 26.5\" N 0° 7' 39.9\" W",
        "N51°30'26.5\" W0°07'39.9\"",
        "N51°30'26.5\"W0°07'39.9\"",
        "0°07'39.9\"W 51°30'26.5\"N",
        "51°30'26.5\" -0°07'39.9\"",
        "51.507361, 0.12775 W",
    ],
)
def test_a_point_in_minutes_and_seconds_is_told_apart(typed):
    assert both_degrees(typed) == (NORTH, WEST)


@pytest.mark.parametrize(
    "typed",
    [
        *("51.5", "51.5073-0.1276", "51,5073", "51°30'26.5\"N", "51.5 -0.12 3", "0.12 W, 0.13 W"),
        *("51°30'26.5\" 0°07'39.9\"", "51.5 N, -0.12 W", "51.5, 200"),
    ],
)
def test_what_could_mean_two_points_or_none_is_none(typed):
    assert both_degrees(typed) is None


@pytest.mark.parametrize("typed", ["51.5 " * 40_000, "N" + " " * 200_000 + "1", "1" * 200_000])
def test_what_is_far_too_long_is_none_at_once(typed):
    before = time.process_time()
    assert both_degrees(typed) is latitude(typed) is None
    assert time.process_time() - before < 1


def test_east_and_west_are_told_apart_by_a_letter_or_a_sign():
    assert longitude("0°07'39.9\"") is None
    assert longitude("-0°07'39.9\"") == longitude("0°07'39.9\"W") == WEST
    assert longitude("0°07'39.9\"E") == -WEST
    assert longitude("51°30'26.5\"N") is latitude("0°07'39.9\"W") is None


def refusals(client, url, **point):
    answers = {"name": "Lanternstay", "kind": "hotel"} | point
    page = client.post(url, answers | {"local_authority": LocalAuthorityFactory().pk})
    errors = page.context["form"].errors if page.status_code == 200 else {}
    return {name: told[0] for name, told in errors.items()}


@pytest.mark.django_db
def test_the_form_takes_minutes_and_seconds_and_refuses_in_words(client):
    client.force_login(UserFactory(role=Role.PLANNER, whole_force=True))
    add = reverse("venues:venue_add")
    both, north, west = "51°30'26.5\"N 0°07'39.9\"W", "51°30'26.5\"N", "0°07'39.9\"W"
    alone = "Enter the latitude alone, or empty the longitude to paste both here"
    assert refusals(client, add, latitude=both, longitude="-0.5") == {"latitude": alone}
    assert refusals(client, add, latitude=both, longitude="x")["latitude"] == alone
    assert refusals(client, add, latitude=west, longitude=north) == {
        "latitude": "This is a longitude. Enter it as the longitude",
        "longitude": "This is a latitude. Enter it as the latitude",
    }
    assert refusals(client, add, latitude=north, longitude="0°07'39.9\"") == {
        "longitude": "Enter it in degrees, such as -0.1345 or 0°08′04″W"
    }
    assert not Venue.objects.exists()
    assert refusals(client, add, latitude=north, longitude=west) == {}
    assert refusals(client, add, latitude=both, longitude="", postcode="WC1E 6HJ") == {}
    assert {(v.latitude, v.longitude) for v in Venue.objects.all()} == {(NORTH, WEST)}
    assert Venue.objects.count() == 2


@pytest.mark.django_db
def test_a_point_pasted_over_the_one_on_record_takes_its_place(client):
    client.force_login(UserFactory(role=Role.PLANNER, whole_force=True))
    venue = VenueFactory(latitude=Decimal("51.4"), longitude=Decimal("-0.2"))
    url = reverse("venues:venue_edit", args=[venue.pk])
    shown = str(client.get(url).context["form"]["longitude"].value())
    point = {"latitude": "51.507361, -0.12775", "longitude": shown, "version": venue.version}
    assert refusals(client, url, **point) == {}
    venue.refresh_from_db()
    assert (venue.latitude, venue.longitude) == (NORTH, WEST)


@pytest.mark.django_db
@pytest.mark.parametrize("decimals", ["", "2775829", "27758291234567890123456789"])
@pytest.mark.parametrize("minus", MINUS_SIGNS)
@pytest.mark.parametrize("one_box", [True, False])
def test_the_form_takes_coordinates_as_a_map_gives_them(client, one_box, minus, decimals):
    client.force_login(UserFactory(role=Role.PLANNER, whole_force=True))
    north, west = "51.50735091234", f"{minus}0.1{decimals}"
    point = (
        {"latitude": f"{north}, {west}", "longitude": ""}
        if one_box
        else {"latitude": north, "longitude": west}
    )
    answers = {"name": "Lanternstay", "kind": "hotel"} | point
    answers |= {"local_authority": LocalAuthorityFactory().pk}
    page = client.post(reverse("venues:venue_add"), answers)
    assert page.status_code == 302, page.context["form"].errors
    venue = Venue.objects.get()
    assert venue.latitude == Decimal("51.507351")
    assert venue.longitude == round(Decimal(f"-0.1{decimals}"), 6)

"""Coordinates as maps give them, by the parser and by the form of a venue."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories import LocalAuthorityFactory, UserFactory
from venues.models import Venue
from venues.registry.postcodes import both_degrees, degrees

MINUS_SIGNS = "-\u02d7\u2010\u2011\u2012\u2013\u2014\u2015\u207b\u2212\u2796\ufe58\ufe63\uff0d"


@pytest.mark.parametrize("decimals", [0, 1, 5, 6, 7, 8, 15, 30, 60])
def test_any_number_of_decimals_is_rounded_to_six_places(decimals):
    typed = f"51.{'4' * decimals}"
    assert degrees(typed) == round(Decimal(typed.rstrip(".")), 6)


@pytest.mark.parametrize("minus", MINUS_SIGNS)
def test_any_minus_sign_is_one(minus):
    assert degrees(f"{minus}0.12775829") == Decimal("-0.127758")
    assert degrees(f"{minus} 0.12775829") == Decimal("-0.127758")
    assert both_degrees(f"51.50735091, {minus}0.12775829") == ("51.50735091", "-0.12775829")


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
        assert found is not None
        assert [degrees(part) for part in found] == [Decimal("51.5"), Decimal("-0.12")]


@pytest.mark.parametrize("typed", ["north", "51.5.5", "1234", "--1", "51,5 N W", "", "٥١"])
def test_what_is_no_degrees_is_none(typed):
    assert degrees(typed) is None


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

"""Names without a space widen no page, and tables become cards where they would not fit."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.models import Operation
from tests import factories
from venues.models import Venue

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("phone"),
]


@pytest.fixture
def visit():
    unit = factories.CommandUnitFactory()
    planner = factories.UserFactory(username="planner", role=Role.PLANNER, units=[unit])
    planner.set_password(factories.PASSWORD)
    planner.save()
    visit = factories.VisitFactory(unit=unit, starts_at=timezone.now())
    factories.OperationVenueFactory(operation=visit.operation, venue=visit.venue)
    Venue.objects.filter(pk=visit.venue.pk).update(name="V" * 140)
    Operation.objects.filter(pk=visit.operation.pk).update(name="O" * 80)
    return visit


@pytest.mark.parametrize("width", [390, 1280])
def test_a_name_without_a_space_breaks_and_no_table_needs_to_scroll(visit_site, visit, width):
    screen = visit_site(width)
    screen.sign_in("planner")
    for path in (
        reverse("venues:venue_list"),
        reverse("venues:venue_detail", args=[visit.venue.pk]),
        reverse("venues:venue_merge", args=[visit.venue.pk]) + "?q=VVVV",
        reverse("operations:operation_list"),
        reverse("operations:operation_detail", args=[visit.operation.pk]),
        reverse("operations:visit_detail", args=[visit.pk]),
        reverse("operations:visit_edit", args=[visit.pk]),
    ):
        screen.open(path)  # which measures the page
        assert re.search("V{140}|O{80}", screen.page.locator("main").inner_text()), path
        cut = screen.page.locator(".app-table-scroll").evaluate_all(
            "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).length"
        )
        assert not cut, path


def test_a_table_shown_as_cards_is_still_a_table_to_a_screen_reader(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("planner")
    phone.open(reverse("operations:operation_list"))
    table = phone.page.get_by_role("table")
    assert table.get_by_role("columnheader").count() == 7
    assert table.get_by_role("rowheader", name="OOO").count() == 1
    cell = table.get_by_role("cell").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content").startswith('"Dates"')

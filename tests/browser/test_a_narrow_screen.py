"""Names without a space widen no page, and tables become cards where they would not fit."""

import datetime as dt
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


#: The words of an element that reach beyond its box, or beyond the screen, where nothing scrolls.
CUT = """
() => {
  const cut = [];
  for (const element of document.querySelectorAll("main :not(thead *)")) {
    const hidden = element.closest(".govuk-visually-hidden, [hidden], svg, details:not([open])");
    if (hidden || !element.getClientRects().length) continue;
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    const inner = getComputedStyle(element).display !== "inline" &&
      !element.matches(".govuk-button") && // whose target reaches beyond it on purpose
      element.scrollWidth > element.clientWidth + 1;
    if (own && (box.right > innerWidth + 1 || box.left < -1 || inner))
      cut.push(element.textContent.trim().slice(0, 60));
  }
  for (const box of document.querySelectorAll("main .app-table-scroll"))
    if (box.scrollWidth > box.clientWidth) cut.push(`table: ${box.getAttribute("aria-label")}`);
  for (const select of document.querySelectorAll("main select"))
    if (select.scrollWidth > select.clientWidth + 1) cut.push(`choice: ${select.name}`);
  return cut;
}
"""


def test_at_320_pixels_no_text_is_cut(visit_site, visit):
    Venue.objects.filter(pk=visit.venue.pk).update(kind=Venue.Kind.UNKNOWN)
    factories.CompletedVisitFactory.create_batch(6, unit=visit.venue.local_authority.command_unit)
    factories.CadetFactory(command_unit=visit.venue.local_authority.command_unit)
    lead = factories.UserFactory(username="lead", role=Role.CSE_LEAD, whole_force=True)
    lead.set_password(factories.PASSWORD)
    lead.save()
    screen = visit_site(320)
    for person, paths in (
        (
            "planner",
            [
                reverse("venues:venue_list"),
                reverse("venues:import_list"),
                reverse("operations:operation_list"),
                reverse("operations:operation_detail", args=[visit.operation.pk]),
                reverse("operations:operation_venues", args=[visit.operation.pk]),
                reverse("operations:cadet_list"),
                reverse("operations:scenario_list"),
            ],
        ),
        ("lead", [reverse("reports:dashboard"), reverse("operations:follow_up_list")]),
    ):
        screen.sign_in(person)
        for path in paths:
            screen.open(path)
            assert screen.page.evaluate(CUT) == [], path


def test_a_table_shown_as_cards_is_still_a_table_to_a_screen_reader(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("planner")
    phone.open(reverse("operations:operation_list"))
    table = phone.page.get_by_role("table")
    assert table.get_by_role("columnheader").count() == 8
    assert table.get_by_role("rowheader", name="OOO").count() == 1
    cell = table.get_by_role("cell").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content").startswith('"State"')


def test_the_visits_of_an_operation_are_short_on_a_phone_and_each_day_a_tap_away(visit_site, visit):
    for days in range(1, 12):
        factories.OperationVenueFactory(
            operation=visit.operation,
            venue=factories.VisitFactory(
                unit=visit.venue.local_authority.command_unit,
                operation=visit.operation,
                starts_at=visit.starts_at + dt.timedelta(days=days),
            ).venue,
        )
    phone = visit_site(390)
    phone.sign_in("planner")
    phone.open(reverse("operations:operation_detail", args=[visit.operation.pk]))
    rows = phone.page.get_by_role("table").get_by_role("row")
    assert rows.last.bounding_box()["height"] < 250
    phone.page.get_by_text("Go to a day").click()
    days = phone.page.get_by_role("list").filter(has=phone.page.locator("[href^='#visit-']"))
    days.get_by_role("link").last.click()
    assert rows.last.evaluate("row => row.getBoundingClientRect().top < innerHeight")

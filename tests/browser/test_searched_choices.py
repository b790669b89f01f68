"""Searching an officer for a visit, with the keyboard, at a phone's width and at a desk's."""

import pytest

from accounts.roles import Role
from govuk import searched
from operations.models import Visit
from tests import factories
from tests.operations.pages import soon, url

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def officer(first, last, username):
    return factories.UserFactory(
        role=Role.VISITING_OFFICER, first_name=first, last_name=last, username=username
    )


@pytest.fixture
def chosen(monkeypatch):
    monkeypatch.setattr(searched, "MOST_LISTED", 1)
    unit = factories.CommandUnitFactory()
    planner = factories.UserFactory(username="planner", role=Role.PLANNER, units=[unit])
    planner.set_password(factories.PASSWORD)
    planner.save()
    operation = factories.OperationFactory(starts_on=soon(), ends_on=soon(), created_by=planner)
    return factories.OperationVenueFactory(
        operation=operation, venue=factories.VenueFactory(unit=unit)
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_an_officer_is_found_and_chosen_with_the_keyboard(visit_site, chosen, width):
    amy = officer("Amy", "Jones", "ajones")
    officer("Zoë", "Jonesson", "4711")
    support = officer("Sam", "Li", "sli")
    site = visit_site(width)
    site.sign_in("planner")
    site.open(url("visit_add", chosen.operation_id))
    page = site.page
    page.get_by_label("Venue", exact=True).select_option(index=1)
    site.date("Date", soon())
    page.get_by_label("From", exact=True).fill("19:00")
    page.get_by_label("Until", exact=True).fill("20:00")

    # As one types, those who fit are shown and their number is told.
    lead = page.get_by_role("group", name="Lead officer")
    lead.get_by_label("Name or username").press_sequentially("jones")
    lead.get_by_role("status").filter(has_text="2 fit “jones”.").wait_for()
    assert lead.get_by_role("radio").count() == 2
    site.check()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert lead.get_by_label("Amy Jones, ajones").is_checked()
    assert lead.get_by_label("Name or username").input_value() == ""

    # Enter looks at once and sends nothing; what is ticked stays through another search.
    others = page.get_by_role("group", name="Supporting officers")
    box = others.get_by_label("Name or username")
    box.fill("sli")
    box.press("Enter")
    others.get_by_label("Sam Li, sli").check()
    box.fill("jones")
    others.get_by_label("Zoë Jonesson, 4711").wait_for()
    assert others.get_by_label("Sam Li, sli").is_checked()
    box.fill("nobody at all")
    others.get_by_role("status").filter(has_text="Nothing fits").wait_for()
    site.check()
    assert not Visit.objects.exists()

    # What is left in the box is looked for when the form is sent, and nothing is lost.
    page.get_by_role("button", name="Plan visit", exact=True).click()
    page.get_by_role("alert").wait_for()
    site.check()
    assert lead.get_by_label("Amy Jones, ajones").is_checked()
    assert others.get_by_label("Sam Li, sli").is_checked()
    assert not Visit.objects.exists()
    assert box.input_value() == "nobody at all"
    box.fill("")
    site.press("Plan visit")
    team = set(Visit.objects.get().team.values_list("officer", "duty"))
    assert team == {(amy.pk, "lead"), (support.pk, "support")}

"""A planner’s way from chosen venues to planned visits: asked for, watched, taken."""

import datetime as dt
import os
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from operations.models import Proposal, Visit
from operations.proposals import actions, working
from tests import factories
from tests.browser.people import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("desktop"),
]


@pytest.fixture
def operation(monkeypatch):
    """Of six venues and two evenings, with four officers and two cadets to go."""
    monkeypatch.setattr(actions, "queue", lambda *_: None)  # the test is the worker
    monkeypatch.setattr(working, "WORKS_FOR", 1)
    first = timezone.localdate() + dt.timedelta(days=2)
    operation = factories.OperationFactory(starts_on=first, ends_on=first + dt.timedelta(days=1))
    for number in range(6):
        venue = factories.VenueFactory(
            name=f"Gannet {number}", latitude=Decimal("51.5") + number * Decimal("0.01")
        )
        factories.OperationVenueFactory(operation=operation, venue=venue)
    for number in range(4):
        factories.UserFactory(
            role=Role.VISITING_OFFICER, first_name="Olive", last_name=f"Turner{number}"
        )
    factories.CadetFactory.create_batch(2)
    return operation


@pytest.mark.parametrize("width", [1280, 390])
def test_a_schedule_is_proposed_watched_and_planned(visit_site, operation, width):
    person("planner", Role.PLANNER)
    desk = visit_site(width)
    page = desk.page
    desk.sign_in("planner")
    desk.open(operation.get_absolute_url())
    page.get_by_role("link", name="Propose a schedule").click()
    desk.check()
    for box in page.get_by_role("group", name="On which evenings?").get_by_role("checkbox").all():
        box.check()
    for box in page.get_by_role("group", name="Officers who can go").get_by_role("checkbox").all():
        box.check()
    trained = page.get_by_role("group", name="Which of them can be the welfare officer?")
    for box in trained.get_by_role("checkbox").all()[:2]:
        box.check()
    for box in page.get_by_role("group", name="Cadets who can go").get_by_role("checkbox").all():
        box.check()
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/ask-{width}.png", full_page=True)
    with page.expect_navigation():
        page.get_by_role("button", name="Propose a schedule").click()
    desk.sees("Looking for a schedule.")
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/working-{width}.png", full_page=True)
    desk.check()

    proposal = Proposal.objects.get()
    working.work_out(proposal.pk, name="test")
    page.get_by_text("6 visits. Nothing is planned yet.").wait_for()  # without a reload
    desk.check()
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/proposal-{width}.png", full_page=True)
    with page.expect_navigation():
        page.get_by_role("button", name="Plan these visits").click()
    desk.sees("The visits are planned.")
    assert Visit.objects.planned().count() == 6

    with page.expect_navigation():
        page.get_by_role("button", name="Undo").first.click()
    desk.sees("The visits of the proposal are not planned any more.")
    assert not Visit.objects.exists()

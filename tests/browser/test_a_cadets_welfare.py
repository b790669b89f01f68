"""A visit with a cadet, from the questions before its start to the record for a parent."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.models import Visit, WelfareAnswer
from operations.teams.welfare import Asked
from tests import factories
from tests.browser.people import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("desktop"),
]

TOLD = "We have told the control room that we start"


@pytest.fixture
def visit():
    """Planned for now, with a cadet who may go."""
    made = factories.VisitFactory(
        officer=person("officer", Role.VISITING_OFFICER),
        created_by=person("planner", Role.PLANNER),
        ends_at=timezone.now() + dt.timedelta(minutes=1),
    )
    factories.TeamMemberFactory(visit=made, duty="welfare")
    factories.CadetMemberFactory(visit=made, cadet__reference="K-77")
    return made


def tick(phone, label):
    phone.page.get_by_label(label).first.check()


def test_three_taps_start_a_visit_with_a_cadet_and_what_is_missing_is_named(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.sees("Willing to go on? Ask each cadet")
    phone.page.get_by_role("button", name="Start").first.click()
    phone.sees("Tell the control room that you are about to start, then tick this.")
    phone.sees("Ask K-77, and tick it for a yes.")
    phone.check()
    tick(phone, TOLD)
    tick(phone, "K-77 said yes")
    phone.page.get_by_role("button", name="Start").first.click()
    phone.sees("The visit is under way.")
    phone.check()
    assert WelfareAnswer.objects.get().asked == Asked.BEFORE


def test_answers_given_without_signal_travel_with_the_start(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("officer")
    tick(phone, TOLD)
    tick(phone, "K-77 said yes")
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="Start").first.click()
    phone.page.get_by_text("nobody sees it yet. Keep this page open").wait_for()
    phone.page.wait_for_timeout(1500)
    phone.context.set_offline(False)
    phone.sees("Check in by")
    started = Visit.objects.get(pk=visit.pk)
    assert (started.started_at - started.control_room_told_at).total_seconds() >= 1
    assert WelfareAnswer.objects.get().asked_at == started.control_room_told_at


def test_a_lead_allows_a_start_and_a_cadet_who_stops_ends_the_visit_kindly(visit_site, visit):
    desk, phone = visit_site(1280), visit_site(390)
    desk.sign_in("planner")
    desk.open(visit.get_absolute_url())
    desk.follow("Allow the start although something is missing")
    desk.page.get_by_label("Why?").fill("The control room’s line is down")
    desk.press("Allow the start")
    desk.sees("allowed the start without the control room being told")

    phone.sign_in("officer")
    phone.sees("The control room’s line is down")
    tick(phone, "K-77 said yes")
    phone.page.get_by_role("button", name="Start").first.click()
    phone.sees("The visit is under way.")
    phone.page.get_by_role("button", name="K-77 is unwell or wants to stop").click()
    phone.sees("K-77 has withdrawn, which is fine.")
    phone.sees("Cadet unwell or withdrawn")
    phone.check()
    phone.page.get_by_label("A bit uneasy").check()
    phone.page.get_by_role("button", name="Save how it was").click()
    phone.sees("Thank you. What was said is saved.")
    phone.check()

    desk.open(visit.operation.get_absolute_url())
    desk.sees("after one visit a cadet said that it was not easy for them")
    desk.open(visit.get_absolute_url())
    desk.press("Somebody has spoken to them")
    desk.sees("It is on record that somebody has spoken to the cadet.")
    cadet = visit.team.get(duty="cadet").cadet
    desk.open(reverse("operations:cadet_record", args=[cadet.pk]))
    desk.sees("Chose to stop")
    desk.page.emulate_media(media="print")
    desk.page.get_by_text("Print this page with your browser").wait_for(state="hidden")
    assert visit.venue.name not in desk.page.content()

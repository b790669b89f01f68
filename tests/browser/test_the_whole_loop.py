"""From the open data to a delivered refresher, as each role, on a phone and on a desktop."""

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.roles import Role
from operations import tasks
from operations.models import FollowUp, FollowUpPolicy, Visit
from operations.visits.states import VisitState
from outbox.models import Message
from tests import factories

SAMPLE = Path(__file__).parents[1] / "venues" / "samples" / "official_2020.xml"
VENUE = "Harbour View Guest House"
PEOPLE = {
    "officer": Role.VISITING_OFFICER,
    "welfare": Role.VISITING_OFFICER,
    "planner": Role.PLANNER,
    "lead": Role.CSE_LEAD,
    "second": Role.CSE_LEAD,
    "coordinator": Role.TRAINING_COORDINATOR,
    "handler": Role.CALL_HANDLER,
    "admin": Role.ADMINISTRATOR,
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def people():
    """One person for each role, for the whole force."""
    for username, role in PEOPLE.items():
        person = factories.UserFactory(
            username=username, first_name=username.title(), last_name="Invented", role=role
        )
        person.whole_force = True
        person.set_password(factories.PASSWORD)
        person.save()


@pytest.mark.parametrize(
    "width",
    [
        pytest.param(390, marks=pytest.mark.xdist_group("phone")),
        pytest.param(1280, marks=pytest.mark.xdist_group("desktop")),
    ],
)
def test_from_open_data_to_a_delivered_refresher(visit_site, people, place, width):
    today = timezone.localdate()
    site = visit_site(width)

    # The planner imports the force's hotels,
    site.sign_in("planner")
    site.go_to("Imports")
    site.follow("Import a file")
    site.page.get_by_label("File of food hygiene data").set_input_files(SAMPLE)
    site.press("Import")
    site.sees(VENUE)

    # writes the scenario,
    site.open("/scenarios/add/")
    site.page.get_by_label("Title").fill("Late walk-in")
    site.page.get_by_label("Script").fill("Ask for a double room for tonight and offer cash.")
    for box in site.page.get_by_role("checkbox").all()[:2]:
        box.check()
    site.press("Save scenario")

    # makes the operation,
    site.go_to("Operations")
    site.press("Add operation")
    site.page.get_by_label("Name", exact=True).fill("Operation Lantern")
    site.page.get_by_label("Reference", exact=True).fill("MS/2026/001")
    site.date("First day", today - dt.timedelta(days=1))
    site.date("Last day", today + dt.timedelta(days=10))
    site.page.get_by_label("Lead", exact=True).select_option(label="Lead Invented")
    site.page.get_by_label("Scenario").select_option(label="Late walk-in (version 1)")
    site.page.get_by_label("Authorisation").fill("AUTH/1")
    site.press("Save operation")

    # picks the venue
    site.press("Add venues")
    site.page.get_by_label(VENUE).check()
    site.choose("Why these venues?", "Priority")
    site.press("Add ticked venues")
    site.sees(VENUE)

    # and sends a team there now.
    site.press("Plan a visit")
    site.page.get_by_label("Venue", exact=True).select_option(index=1)
    now = timezone.localtime()
    site.date("Date", now)
    site.page.get_by_label("From", exact=True).fill(f"{now:%H:%M}")
    site.page.get_by_label("Until", exact=True).fill(f"{now + dt.timedelta(hours=2):%H:%M}")
    site.page.get_by_label("Lead officer").select_option(label="Officer Invented")
    site.page.get_by_label("Welfare officer").select_option(label="Welfare Invented")
    site.press("Plan visit")
    visit = Visit.objects.get()
    operation = visit.operation.get_absolute_url()

    # Somebody else than its lead authorises the operation, and its teams are told.
    site.open(f"{operation}submit/")
    site.page.get_by_label("Reference of the risk assessment").fill("RA/1")
    site.date("Date of the risk assessment", today)
    site.page.get_by_label("Reference of the equality check").fill("EIA/1")
    site.date("Date of the equality check", today)
    site.press("Submit for authority")
    site.sign_in("second")
    site.open("/to-authorise/")
    site.follow("Operation Lantern")
    site.choose("Which authority does this need?", "No authority under RIPA is needed")
    site.page.get_by_label("Why is it necessary and proportionate?").fill("Staff were trained.")
    site.press("Authorise")
    site.sign_in("planner")
    site.open(f"{operation}publish/")
    site.press("Publish")
    site.sees("The operation is published.")

    # The lead sees nothing of it yet; the officer starts it,
    site.sign_in("lead")
    site.page.goto(site.address + visit.get_absolute_url())
    site.sees("Page not found")
    site.sign_in("officer")
    site.sees(VENUE)
    site.page.get_by_label("We have told the control room that we start").check()
    site.press("Start", exact=False)

    # the call handler knows that it is a test,
    site.sign_in("handler")
    site.sees(VENUE)

    # and the officer logs what happened.
    site.sign_in("officer")
    site.open(visit.get_absolute_url())
    site.press("Log outcome")
    site.press("Log outcome")
    site.sees("There is a problem")
    site.choose("Did staff challenge you?", "Yes")
    site.choose("Did staff ask for identification?", "Yes")
    site.choose("Did staff recognise the warning signs?", "Yes")
    site.choose("Did staff refuse the room?", "Yes")
    site.choose("Why did they refuse it?", "Because of the warning signs")
    site.choose("Did staff contact police?", "No")
    site.choose("Did you debrief the staff?", "Yes")
    site.choose("Did you leave Makesafe materials?", "Yes")
    site.choose("Did they accept a refresher on the spot?", "Yes")
    site.press("Log outcome")
    site.sees("Partly: refresher recommended")
    visit.refresh_from_db()
    assert visit.state == VisitState.COMPLETED

    # The refresher it opened is booked,
    follow_up = FollowUp.objects.get()
    factories.VenueContactFactory(venue=visit.venue, email="manager@hotel.example")
    site.sign_in("coordinator")
    site.sees(VENUE)
    site.follow(VENUE)
    site.press("Book the refresher")
    site.date("Date of the refresher", today + dt.timedelta(days=3))
    site.press("Book this date")

    # chased by the worker, whichever day of the week it is,
    FollowUpPolicy.objects.create(valid_from=today, working_days_only=False)
    with place.worker():
        place.send(tasks.remind)
        place.wait_for("done remind")
        messages = Message.objects.filter(reminder_copies__reminder__follow_up=follow_up)
        assert messages.count() == 2
        place.wait_for(*(f"settled {message.pk}" for message in messages if message.is_waiting))
    site.open("/messages/")
    site.sees("manager@hotel.example")

    # and delivered.
    site.open(follow_up.get_absolute_url())
    site.press("Record delivery")
    site.date("When was it held?", today)
    site.choose("How was it delivered?", "In person")
    site.page.get_by_label("Who delivered it?").fill("Safer hotels team")
    site.page.get_by_label("How many people work at the front desk?").fill("8")
    site.page.get_by_label("How many of them attended?").fill("7")
    site.press("Record delivery")
    site.sees("Delivered")
    site.open(visit.venue.get_absolute_url())
    site.sees("7 of 8")

    # The lead reads the result, the administrator looks after people.
    site.sign_in("lead")
    site.sees("0 of 1")
    site.go_to("Operations")
    site.follow("Operation Lantern")
    site.open(visit.get_absolute_url())
    site.sees("Partly: refresher recommended")
    site.go_to("Venues")
    if width == 390:
        site.page.get_by_text("Search and filter").click()
    site.page.get_by_label("Name, group, postcode").first.fill("Habour Veiw")
    site.press("Show venues")
    site.sees(VENUE)
    site.sign_in("admin")
    site.go_to("People")
    site.page.get_by_text("coordinator").first.wait_for()

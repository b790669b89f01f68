"""Pages of my visits and of a visit: what the team and others see, and who may act."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.dates.london import duty_day, duty_ends
from accounts.models import User
from accounts.roles import Role
from operations.visits.verdict import Verdict
from tests.factories import (
    CadetMemberFactory,
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    OutcomeFactory,
    PartlyVisitFactory,
    TeamMemberFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.duty.phone import DAY, text, url

pytestmark = pytest.mark.django_db


def queries(client, address):
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


# My visits --------------------------------------------------------------------------------------


def names(response, part):
    return [visit.venue.name for visit in response.context[part]]


def test_my_visits_are_tonights_then_those_to_come_then_those_done_lately(signed_in, officer):
    now = timezone.now()
    tomorrow = duty_ends(duty_day(now)) + dt.timedelta(hours=2)

    def visit(factory, name, starts_at, **fields):
        factory(venue=VenueFactory(name=name), officer=officer, starts_at=starts_at, **fields)

    visit(VisitFactory, "Tonight", now, ends_at=now + dt.timedelta(minutes=5))
    visit(UnderWayVisitFactory, "Under way", now - dt.timedelta(hours=5))
    visit(VisitFactory, "Missed", now - DAY)
    visit(VisitFactory, "Tomorrow", tomorrow)
    visit(CompletedVisitFactory, "Last week", now - 7 * DAY)
    visit(NotCompletedVisitFactory, "Before that", now - 8 * DAY)
    visit(CompletedVisitFactory, "Long ago", now - 15 * DAY)

    page = signed_in.get(reverse("operations:my_visits"))

    assert names(page, "tonight") == ["Under way", "Missed", "Tonight"]
    assert names(page, "coming") == ["Tomorrow"]
    assert names(page, "done") == ["Last week", "Before that"]


def test_a_cancelled_visit_stays_where_it_was_until_its_time_is_over(signed_in, officer):
    now = timezone.now()
    tomorrow = duty_ends(duty_day(now)) + dt.timedelta(hours=2)
    for name, starts_at in [("Tonight", now), ("Tomorrow", tomorrow), ("Before", now - DAY)]:
        CancelledVisitFactory(
            venue=VenueFactory(name=name),
            officer=officer,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(minutes=5),
        )
    page = signed_in.get(reverse("operations:my_visits"))
    assert names(page, "tonight") == ["Tonight"]
    assert names(page, "coming") == ["Tomorrow"]
    assert names(page, "done") == ["Before"]
    assert text(page).count("The team was needed elsewhere. Do not go in.") == 3
    assert "Start<span" not in text(page)


def test_other_teams_visits_are_not_mine(signed_in):
    VisitFactory(venue=VenueFactory(name="Somebody else's"))
    assert "Somebody else" not in text(signed_in.get(reverse("operations:my_visits")))


def test_an_officer_without_visits_reads_what_to_do(signed_in):
    page = text(signed_in.get(reverse("operations:my_visits")))
    assert "No visits are planned for you" in page
    assert "Ask your planner" in page


def test_my_visits_take_as_many_queries_for_many_as_for_one(signed_in, officer):
    now = timezone.now()
    counts = []
    for number in range(1, 4):
        VisitFactory(officer=officer, starts_at=now + number * DAY)
        CompletedVisitFactory(officer=officer, starts_at=now - number * DAY)
        counts.append(queries(signed_in, reverse("operations:my_visits")))
    assert counts[0] == counts[-1]


# The visit's page -------------------------------------------------------------------------------


def test_the_team_sees_what_it_needs_before_a_visit(signed_in, officer):
    visit = VisitFactory(officer=officer)
    cadet = CadetMemberFactory(visit=visit).cadet

    page = text(signed_in.get(url("visit_detail", visit)))

    scenario = visit.operation.scenario
    assert visit.venue.name in page
    assert scenario.script in page
    assert str(scenario.warning_signs.get()) in page
    assert cadet.reference in page
    assert "Never take the room" in page
    assert "Start<span" in page
    assert visit.get_selection_display() not in page


def test_a_completed_visit_shows_verdict_reason_facts_and_what_can_be_learnt(signed_in, officer):
    visit = PartlyVisitFactory(officer=officer)
    page = text(signed_in.get(url("visit_detail", visit)))
    assert Verdict.PARTLY.label in page
    assert "Staff refused the room because of the warning signs. Police were not contacted." in page
    assert "call police straight away" in page
    assert "Yes. Because of the warning signs" in page


def test_a_visit_not_completed_says_why(signed_in, officer):
    visit = NotCompletedVisitFactory(officer=officer)
    page = text(signed_in.get(url("visit_detail", visit)))
    assert "Fully booked." in page
    assert "The venue can be tested another time." in page


def test_a_lead_sees_a_finished_visit_with_its_follow_up_but_no_cadet(client, unit):
    follow_up = FollowUpFactory(unit=unit)
    cadet = CadetMemberFactory(visit=follow_up.visit).cadet
    client.force_login(UserFactory(role=Role.CSE_LEAD, units=[unit]))

    page = text(client.get(follow_up.visit.get_absolute_url()))

    assert follow_up.get_absolute_url() in page
    assert cadet.reference not in page
    assert "1 cadet" in page
    assert "Correct the outcome" not in page


def test_an_officer_is_not_shown_a_follow_up_they_may_not_see(signed_in, officer):
    follow_up = FollowUpFactory(visit=PartlyVisitFactory(officer=officer))
    page = text(signed_in.get(follow_up.visit.get_absolute_url()))
    assert follow_up.get_absolute_url() not in page


def test_a_planner_sees_a_planned_visit_and_its_team_but_cannot_start_it(client, unit):
    visit = VisitFactory(unit=unit)
    client.force_login(UserFactory(role=Role.PLANNER, units=[unit]))
    page = text(client.get(url("visit_detail", visit)))
    assert str(visit.team.get().officer) in page
    assert "Start<span" not in page


@pytest.mark.parametrize("role", [Role.VISITING_OFFICER, Role.CSE_LEAD, Role.TRAINING_COORDINATOR])
def test_a_planned_visit_is_not_there_for_others(role, client, unit):
    visit = VisitFactory(unit=unit)
    client.force_login(UserFactory(role=role, units=[unit]))
    assert client.get(url("visit_detail", visit)).status_code == 404


def test_a_call_handler_has_no_pages_of_visits(client):
    client.force_login(UserFactory(role=Role.CALL_HANDLER))
    assert client.get(url("visit_detail", CompletedVisitFactory())).status_code == 403


def test_the_visit_takes_as_many_queries_with_many_revisions_as_with_few(signed_in, officer):
    visit = CompletedVisitFactory(officer=officer)
    counts = []
    for revision in range(2, 5):
        OutcomeFactory(visit=visit, revision=revision, correction_reason="A slip")
        TeamMemberFactory(visit=visit, duty="support")
        CadetMemberFactory(visit=visit)
        counts.append(queries(signed_in, url("visit_detail", visit)))
    assert counts[0] == counts[-1]


# Who may ----------------------------------------------------------------------------------------


ACTS = ["visit_start", "outcome_add", "visit_not_completed", "outcome_correct"]


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_officer_outside_the_team_finds_nothing(name, method, client, visit):
    client.force_login(UserFactory(role=Role.VISITING_OFFICER))
    assert getattr(client, method)(url(name, visit)).status_code == 404


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", [Role.PLANNER, Role.CSE_LEAD, Role.CALL_HANDLER])
def test_nobody_but_visiting_officers_logs(role, name, method, client, visit, unit):
    client.force_login(UserFactory(role=role, units=[unit]))
    assert getattr(client, method)(url(name, visit)).status_code in (403, 404)


@pytest.mark.parametrize("name", ACTS)
def test_a_planner_who_is_also_an_officer_acts_only_in_their_own_teams(name, client, visit, unit):
    both = UserFactory(role=Role.VISITING_OFFICER, units=[unit])
    both.groups.add(UserFactory(role=Role.PLANNER).groups.get())
    client.force_login(both)
    assert client.post(url(name, visit)).status_code == 403


def title(page):
    return re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)[1]


@pytest.mark.parametrize(
    ("factory", "names_it"),
    [
        (VisitFactory, False),
        (UnderWayVisitFactory, False),
        (CancelledVisitFactory, False),
        (CompletedVisitFactory, True),
        (NotCompletedVisitFactory, True),
    ],
)
def test_no_title_names_the_venue_of_a_visit_until_it_is_over(client, factory, names_it):
    """A browser keeps titles in its history, for whoever sits there next."""
    unit = CommandUnitFactory()
    officer = UserFactory(role=Role.VISITING_OFFICER)
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    operation = OperationFactory(name="A week at the Gannet")
    venue = VenueFactory(name="Gannet Hotel", unit=unit)
    visit = factory(officer=officer, venue=venue, operation=operation)
    OperationVenueFactory(operation=operation, venue=venue)
    pages = [
        *(visit.get_absolute_url(), reverse("accounts:history", args=["visit", visit.pk])),
        *(reverse(f"operations:visit_{act}", args=[visit.pk]) for act in ("start", "end", "edit")),
        *(reverse(f"operations:visit_{act}", args=[visit.pk]) for act in ("cancel",)),
        reverse("operations:outcome_add", args=[visit.pk]),
        reverse("operations:visit_not_completed", args=[visit.pk]),
        *(f"{visit.operation.get_absolute_url()}?show={part}" for part in ("ahead", "venues")),
        reverse("operations:visit_add", args=[visit.operation_id]),
        reverse("operations:operation_venues", args=[visit.operation_id]),
        reverse("operations:my_visits"),
    ]
    for person in (officer, planner):
        client.force_login(person)
        titles = {page: title(client.get(page, follow=True)) for page in pages}
        if not names_it:
            assert not any("Gannet" in found for found in titles.values()), titles
            assert visit.number in titles[visit.get_absolute_url()]
        else:
            assert "Gannet Hotel" in titles[visit.get_absolute_url()]


def test_who_started_a_visit_and_has_left_since_is_told_as_that(client, visit, officer):
    User.objects.filter(pk=officer.pk).update(is_active=False)
    client.force_login(UserFactory(role=Role.PLANNER, whole_force=True))
    page = text(client.get(visit.get_absolute_url()))
    assert "by Rowan Ashby (has left)</dd>" in page

"""The visiting officer's pages: my visits, a visit, starting it, logging and correcting."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.dates.london import duty_begins, duty_day, duty_ends
from accounts.models import User
from accounts.roles import Role
from operations.models import NotCompletedReason, Outcome, Visit, VisitPolicy, VisitState
from operations.templatetags.visits import visit_day, visit_times
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

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)

GOOD = {
    "challenged": "yes",
    "asked_for_identification": "yes",
    "signs_recognised": "yes",
    "room_refused": "yes",
    "refusal_ground": "warning_signs",
    "police_contacted": "yes",
    "contact_method": "101",
    "contact_minutes": "5",
    "makesafe_quoted": "yes",
    "call_handler_recognised": "not_known",
    "officers_sent": "yes",
    "officers_arrived_minutes": "15",
    "incident_reference": " WES-7 ",
    "staff_debriefed": "yes",
    "materials_left": "no",
    "refresher_accepted": "not_known",
    "notes": "",
}
NOTHING_HAPPENED = GOOD | {
    "challenged": "no",
    "asked_for_identification": "no",
    "signs_recognised": "no",
    "room_refused": "no",
    "police_contacted": "no",
    "refresher_accepted": "yes",
}


@pytest.fixture
def officer():
    return UserFactory(role=Role.VISITING_OFFICER, first_name="Rowan", last_name="Ashby")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def visit(officer, unit):
    return UnderWayVisitFactory(
        officer=officer, unit=unit, venue=VenueFactory(name="Gannet Hotel", unit=unit)
    )


def url(name, visit):
    return reverse(f"operations:{name}", args=[visit.pk])


def answers(base=GOOD, **changes):
    return base | {"submission": str(uuid.uuid4())} | changes


def send(client, visit, data, *, to="outcome_add"):
    return client.post(url(to, visit), data)


def text(response):
    return " ".join(response.content.decode().split())


def queries(client, address):
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


def errors(response):
    return [message for found in response.context["form"].errors.values() for message in found]


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


@pytest.mark.parametrize(
    ("starts", "hours", "shown"),
    [
        (dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC), 3, "23:30 GMT to 03:30 BST"),
        (dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC), 3, "00:30 BST to 02:30 GMT"),
        (dt.datetime(2026, 10, 25, 0, 10, tzinfo=dt.UTC), 1, "01:10 BST to 01:10 GMT"),
        (dt.datetime(2026, 7, 1, 18, tzinfo=dt.UTC), 2, "19:00 to 21:00"),
        (dt.datetime(2026, 11, 24, 18, tzinfo=dt.UTC), 2, "18:00 to 20:00"),
    ],
)
def test_the_window_is_in_london_time_and_clear_when_the_clocks_change(starts, hours, shown):
    visit = Visit(starts_at=starts, ends_at=starts + dt.timedelta(hours=hours))
    assert visit_times(visit) == shown


@pytest.mark.parametrize(
    ("hours", "shown"), [(4, "Today"), (11, "Today"), (12, "Tonight"), (20, "Tonight")]
)
def test_a_visit_of_this_duty_day_is_today_or_tonight(hours, shown):
    """From six in the evening on, and until six in the morning."""
    begins = duty_begins(duty_day(timezone.now())) + dt.timedelta(hours=hours)
    assert visit_day(Visit(starts_at=begins)) == shown


def test_another_day_is_short_and_has_its_year_only_where_that_is_another():
    now = timezone.localtime()
    for starts in (now.replace(month=2, day=3), now.replace(year=now.year + 1, month=2, day=3)):
        year = "" if starts.year == now.year else f" {starts.year}"
        if duty_day(starts) != duty_day(now):
            assert visit_day(Visit(starts_at=starts)) == f"{starts:%a} {starts.day} Feb{year}"


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


# Starting ---------------------------------------------------------------------------------------


def test_one_tap_starts_a_visit_and_opens_the_form(signed_in, officer):
    visit = VisitFactory(officer=officer)
    answer = signed_in.post(url("visit_start", visit), follow=True)
    visit.refresh_from_db()
    assert visit.is_under_way
    assert answer.redirect_chain == [(url("outcome_add", visit), 302)]
    assert "The visit is under way." in text(answer)


def test_whoever_starts_second_is_told_who_was_first(client, visit, officer):
    client.force_login(TeamMemberFactory(visit=visit, duty="support").officer)
    answer = client.post(url("visit_start", visit), follow=True)
    assert "Rowan Ashby has already started this visit." in text(answer)


def test_a_cancelled_visit_says_that_it_cannot_start(signed_in, officer):
    visit = CancelledVisitFactory(officer=officer)
    answer = signed_in.post(url("visit_start", visit))
    assert answer.status_code == 409
    assert "cancelled: The team was needed elsewhere. Do not go in." in text(answer)
    assert "can’t be started" in text(signed_in.get(url("visit_start", visit)))


def test_a_visit_that_is_too_early_to_start_says_from_when_on(signed_in, officer):
    soon = timezone.now() + dt.timedelta(hours=3)
    visit = VisitFactory(officer=officer, starts_at=soon)
    for name in ("visit_detail", "visit_start"):
        page = text(signed_in.get(url(name, visit)))
        assert "You can start it from" in page
        assert "Start<span" not in page
    assert "Start<span" not in text(signed_in.get(reverse("operations:my_visits")))

    answer = signed_in.post(url("visit_start", visit))

    assert answer.status_code == 409
    assert "You can start it from" in text(answer)
    visit.refresh_from_db()
    assert visit.is_planned


def test_a_start_that_is_refused_says_why(signed_in, officer, visit):
    VisitPolicy.objects.create(valid_from=dt.date(2025, 1, 1), start_early_minutes=120)
    following = VisitFactory(officer=officer, starts_at=visit.ends_at)
    answer = signed_in.post(url("visit_start", following))
    assert answer.status_code == 409
    assert "You still have Gannet Hotel under way: log it first." in text(answer)


LATE = "treats calls about it as real"


@pytest.mark.parametrize("minutes", [-1, 1])
@pytest.mark.parametrize(
    ("made", "pages"),
    [
        (VisitFactory, ["visit_detail", "visit_start"]),
        (UnderWayVisitFactory, ["visit_detail", "outcome_add", "visit_not_completed"]),
    ],
)
def test_a_team_reads_that_calls_are_real_once_its_time_and_the_margin_are_over(
    signed_in, officer, made, pages, minutes
):
    """As the board says: 30 minutes after the end of the window."""
    over = timezone.now() - dt.timedelta(minutes=30 + minutes)
    visit = made(officer=officer, starts_at=over - dt.timedelta(hours=2), ends_at=over)
    for address in [reverse("operations:my_visits"), *(url(name, visit) for name in pages)]:
        assert (LATE in text(signed_in.get(address))) is (minutes > 0), address


def test_an_observer_of_a_visit_past_its_time_is_not_told_what_its_team_does(client, unit):
    visit = UnderWayVisitFactory(unit=unit, starts_at=timezone.now() - dt.timedelta(hours=9))
    client.force_login(UserFactory(role=Role.PLANNER, units=[unit]))
    assert LATE not in text(client.get(url("visit_detail", visit)))


def test_the_start_page_asks_first(signed_in, officer):
    visit = VisitFactory(officer=officer)
    assert "Start the visit?" in text(signed_in.get(url("visit_start", visit)))
    visit.refresh_from_db()
    assert visit.is_planned


# Logging ----------------------------------------------------------------------------------------


def test_an_outcome_leads_to_its_verdict(signed_in, visit):
    answer = signed_in.post(url("outcome_add", visit), answers(), follow=True)

    visit.refresh_from_db()
    assert answer.redirect_chain == [(url("visit_detail", visit), 302)]
    assert visit.outcome.verdict == Verdict.RESPONDED_WELL
    assert visit.outcome.incident_reference == "WES-7"
    assert visit.outcome.call_handler_recognised is None
    assert "Staff refused the room because of the warning signs and contacted police" in text(
        answer
    )


def test_answers_to_questions_that_were_not_shown_are_ignored(signed_in, visit):
    stray = {"refusal_ground": "nonsense", "contact_minutes": "7", "incident_reference": "x" * 41}
    send(signed_in, visit, answers(NOTHING_HAPPENED, **stray))
    outcome = Outcome.objects.get(visit=visit)
    assert outcome.verdict == Verdict.REFRESHER_NEEDED
    assert (outcome.refusal_ground, outcome.contact_minutes) == ("", None)
    assert outcome.officers_sent is outcome.makesafe_quoted is None


def test_the_call_handler_is_no_question_where_nobody_called(signed_in, visit):
    send(signed_in, visit, answers(contact_method="online", call_handler_recognised=""))
    assert Outcome.objects.get(visit=visit).call_handler_recognised is None


def test_an_empty_form_says_what_to_choose(signed_in, visit):
    answer = send(signed_in, visit, {"submission": str(uuid.uuid4())})
    assert errors(answer) == [
        "Select yes if staff challenged you",
        "Select yes if staff asked for identification",
        "Select yes if staff recognised the warning signs",
        "Select yes if staff refused the room",
        "Select yes if staff contacted police",
        "Select yes if you debriefed the staff",
        "Select yes if you left Makesafe materials",
        "Select whether they accepted a refresher, or “Not offered”",
    ]


def test_what_the_answers_call_for_is_asked_all_at_once(signed_in, visit):
    needed = [
        "refusal_ground",
        "contact_method",
        "contact_minutes",
        "makesafe_quoted",
        "call_handler_recognised",
        "officers_arrived_minutes",
    ]
    answer = send(signed_in, visit, answers(**dict.fromkeys(needed, "")))
    assert list(answer.context["form"].errors) == needed
    assert not Outcome.objects.filter(visit=visit).exists()


def test_a_repetition_after_the_answer_was_lost_leads_to_the_same_page(signed_in, visit):
    same = answers()
    first = send(signed_in, visit, same)
    again = send(signed_in, visit, same)
    assert first.url == again.url == url("visit_detail", visit)
    assert Outcome.objects.filter(visit=visit).count() == 1


def test_a_second_outcome_says_whose_is_on_record_and_keeps_what_was_entered(client, visit):
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    client.force_login(visit.team.get(duty="lead").officer)
    send(client, visit, answers())
    client.force_login(colleague)

    answer = send(client, visit, answers(NOTHING_HAPPENED, notes="They let us in"))

    assert any("Rowan Ashby logged the outcome" in message for message in errors(answer))
    assert "They let us in" in text(answer)
    assert Outcome.objects.filter(visit=visit).count() == 1

    form = answer.context["form"]
    sent_on = form.data | {"reason": "I was at the desk"}
    assert client.post(form.helper.form_action, sent_on).status_code == 302
    visit.refresh_from_db()
    assert (visit.outcome.revision, visit.outcome.notes) == (2, "They let us in")


def test_answers_changed_while_the_first_message_was_on_its_way_become_a_correction(
    signed_in, visit
):
    sent = answers()
    send(signed_in, visit, sent)
    changed = send(signed_in, visit, sent | {"materials_left": "yes"})
    assert any("are not saved yet" in message for message in errors(changed))

    sent_on = changed.context["form"].data | {"reason": "We did leave cards"}
    send(signed_in, visit, sent_on, to="outcome_correct")

    visit.refresh_from_db()
    assert (visit.outcome.revision, visit.outcome.materials_left) == (2, True)


def test_the_form_of_a_visit_that_a_colleague_logged_becomes_a_correction(client, visit):
    send_as = visit.team.get(duty="lead").officer
    client.force_login(send_as)
    send(client, visit, answers())
    client.force_login(TeamMemberFactory(visit=visit, duty="support").officer)
    answer = client.get(url("outcome_add", visit), follow=True)
    assert answer.redirect_chain == [(url("outcome_correct", visit), 302)]
    assert "Rowan Ashby has already logged the outcome." in text(answer)


def test_the_form_of_a_visit_that_i_logged_leads_to_its_page(signed_in, visit):
    send(signed_in, visit, answers())
    assert signed_in.get(url("outcome_add", visit)).url == url("visit_detail", visit)


def test_the_form_of_a_planned_visit_leads_to_its_start(signed_in, officer):
    visit = VisitFactory(officer=officer)
    assert signed_in.get(url("outcome_add", visit)).url == url("visit_start", visit)


def test_an_outcome_of_a_planned_visit_is_refused_with_all_that_was_entered(signed_in, officer):
    visit = VisitFactory(officer=officer)
    answer = send(signed_in, visit, answers(notes="A quiet desk"))
    assert errors(answer) == ["Start the visit first, then log what happened."]
    assert "A quiet desk" in text(answer)
    assert f'href="{url("visit_start", visit)}">Start the visit' in text(answer)


def test_whoever_was_signed_out_comes_back_to_the_form(client, visit):
    answer = send(client, visit, answers())
    assert answer.url == f"{reverse('account_login')}?next={url('outcome_add', visit)}"


def test_the_phone_keeps_answers_until_they_have_arrived(signed_in, visit, officer):
    key = f"outcome-{visit.pk}-{officer.pk}-0"
    form = text(signed_in.get(url("outcome_add", visit)))
    assert f'data-draft="{key}"' in form
    assert "data-keep-trying" in form
    assert key not in text(signed_in.get(url("visit_detail", visit)))

    send(signed_in, visit, answers())

    assert f'data-draft-done="{key}"' in text(signed_in.get(url("visit_detail", visit)))
    assert f'data-draft="outcome-{visit.pk}-{officer.pk}-1"' in text(
        signed_in.get(url("outcome_correct", visit))
    )


def test_what_a_colleague_logged_does_not_make_my_phone_forget(client, visit):
    client.force_login(visit.team.get().officer)
    send(client, visit, answers())
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    client.force_login(colleague)
    key = f"outcome-{visit.pk}-{colleague.pk}-0"
    assert key not in text(client.get(url("visit_detail", visit)))
    assert f'data-draft="{key}"' in text(client.get(url("outcome_correct", visit)))


# Correcting -------------------------------------------------------------------------------------


def test_the_correction_starts_from_what_is_on_record(signed_in, officer):
    facts = {"contact_minutes": 7, "officers_sent": None, "officers_arrived_minutes": None}
    visit = CompletedVisitFactory(officer=officer, outcome_facts=facts)
    page = signed_in.get(url("outcome_correct", visit))
    form = page.context["form"]
    on_record = {
        "challenged": "yes",
        "refusal_ground": "warning_signs",
        "contact_minutes": 7,
        "officers_sent": "not_known",
        "officers_arrived_minutes": None,
        "refresher_accepted": "not_known",
    }
    assert {name: form[name].value() for name in on_record} == on_record
    assert 'name="contact_minutes" type="radio" value="7" checked' in text(page)


def test_a_correction_shows_who_changed_what_and_why(signed_in, visit):
    send(signed_in, visit, answers())
    change = answers(police_contacted="no", revision="1", reason="They called afterwards")
    send(signed_in, visit, change, to="outcome_correct")

    page = text(signed_in.get(url("visit_detail", visit)))

    assert Verdict.PARTLY.label in page
    assert "Correction 1" in page
    assert "Why: They called afterwards" in page
    assert "Police contacted: No (was: Yes. Called 101, after about 5 minutes)" in page
    assert "“Makesafe” said: no longer applies (was: Yes)" in page
    assert "Room refused: " not in page
    assert "Outcome logged" in page


@pytest.mark.parametrize("how", ["account closed", "no officer any more"])
def test_once_no_officer_of_the_team_is_left_its_planner_corrects_what_was_logged(
    client, officer, unit, how
):
    visit = CompletedVisitFactory(officer=officer, unit=unit)
    earlier = timezone.now() - 9 * DAY
    away = NotCompletedVisitFactory(officer=officer, unit=unit, starts_at=earlier)
    lead = UserFactory(role=Role.CSE_LEAD, units=[unit])
    type(visit.operation).objects.filter(pk=visit.operation_id).update(lead=lead)
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    others = [
        UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()]),
        UserFactory(role=Role.CSE_LEAD, units=[unit]),
        UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit]),
        UserFactory(role=Role.VISITING_OFFICER, units=[unit]),
    ]
    pages = [url("outcome_correct", visit), url("not_completed_correct", away)]

    def statuses(person):
        client.force_login(person)
        return {client.get(page).status_code for page in pages}

    assert statuses(planner) == {403}
    if how == "account closed":
        User.objects.filter(pk=officer.pk).update(is_active=False)
    else:
        officer.groups.clear()
    for person in others:
        assert statuses(person) <= {403, 404}
    client.force_login(lead)
    assert client.get(pages[0]).status_code == 200
    assert statuses(planner) == {200}
    assert pages[0] in client.get(visit.get_absolute_url()).text
    change = answers(police_contacted="no", revision="1", reason="The call came from elsewhere")
    send(client, visit, change, to="outcome_correct")
    visit.refresh_from_db()
    assert (visit.outcome.revision, visit.outcome.logged_by) == (2, planner)
    assert visit.team.get().officer == officer


def test_as_long_as_one_officer_of_the_team_is_there_others_correct_nothing(client, officer, unit):
    visit = CompletedVisitFactory(officer=officer, unit=unit)
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    User.objects.filter(pk=officer.pk).update(is_active=False)
    client.force_login(UserFactory(role=Role.PLANNER, units=[unit]))
    assert client.get(url("outcome_correct", visit)).status_code == 403
    client.force_login(colleague)
    assert client.get(url("outcome_correct", visit)).status_code == 200


def test_a_correction_needs_a_reason(signed_in, visit):
    send(signed_in, visit, answers())
    answer = send(signed_in, visit, answers(room_refused="no", revision="1"), to="outcome_correct")
    assert errors(answer) == ["Enter why you are correcting the outcome"]


def test_a_correction_that_came_second_is_told_and_keeps_what_was_entered(signed_in, visit):
    send(signed_in, visit, answers())
    first = answers(room_refused="no", revision="1", reason="It was offered")
    send(signed_in, visit, first, to="outcome_correct")

    second = answers(materials_left="yes", revision="1", reason="We left cards")
    answer = send(signed_in, visit, second, to="outcome_correct")

    assert any(
        "corrected this outcome after you opened it" in message for message in errors(answer)
    )
    assert "We left cards" in text(answer)
    assert visit.outcomes.count() == 2
    again = send(signed_in, visit, answer.context["form"].data, to="outcome_correct")
    assert again.status_code == 302
    assert visit.outcomes.count() == 3


def test_there_is_no_correction_of_a_visit_under_way(signed_in, visit):
    assert signed_in.get(url("outcome_correct", visit)).url == url("visit_detail", visit)


# Not completed ----------------------------------------------------------------------------------


def test_a_visit_ends_as_not_completed_by_two_taps(signed_in, visit):
    data = {"submission": str(uuid.uuid4()), "kind": "time", "time": "unsafe", "notes": ""}
    answer = signed_in.post(url("visit_not_completed", visit), data, follow=True)
    visit.refresh_from_db()
    assert visit.state == VisitState.NOT_COMPLETED
    assert visit.not_completed_reason == NotCompletedReason.UNSAFE
    assert "Unsafe to go on." in text(answer)
    assert send(signed_in, visit, data, to="visit_not_completed").status_code == 302


def test_only_the_reason_of_the_chosen_kind_counts(signed_in, visit):
    data = {"submission": str(uuid.uuid4()), "kind": "venue", "time": "?", "venue": "not_found"}
    send(signed_in, visit, data, to="visit_not_completed")
    visit.refresh_from_db()
    assert visit.not_completed_reason == NotCompletedReason.NOT_FOUND


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Select whether it was about this time or the venue"),
        ({"kind": "time", "venue": "not_found"}, "Select why the venue could not be tested"),
    ],
)
def test_a_reason_is_needed(given, message, signed_in, visit):
    data = {"submission": str(uuid.uuid4())} | given
    assert errors(send(signed_in, visit, data, to="visit_not_completed")) == [message]


@pytest.mark.parametrize(("kind", "reason"), [("time", "eligible"), ("venue", "not_eligible")])
def test_another_reason_is_said_in_the_notes(signed_in, visit, kind, reason):
    data = {"submission": str(uuid.uuid4()), "kind": kind, kind: f"other_{reason}", "notes": " "}
    refused = send(signed_in, visit, data, to="visit_not_completed")
    assert errors(refused) == ["Enter the reason in the notes"]
    assert "Another reason</label>" in text(refused).replace(" </label>", "</label>")

    send(signed_in, visit, data | {"notes": "A flood"}, to="visit_not_completed")

    page = text(signed_in.get(url("visit_detail", visit)))
    assert "<strong>Another reason.</strong>" in page
    assert "A flood" in page


def test_a_visit_that_a_colleague_has_ended_is_told_and_keeps_the_notes(signed_in, visit):
    send(signed_in, visit, answers())
    data = {
        "submission": str(uuid.uuid4()),
        "kind": "time",
        "time": "unsafe",
        "notes": "A dog at the door",
    }
    answer = send(signed_in, visit, data, to="visit_not_completed")
    assert "Its outcome was logged at" in errors(answer)[0]
    assert "A dog at the door" in text(answer)


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

"""The pages on which a team checks in, and on which an alarm is seen to."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEntry, User
from accounts.roles import Role
from operations.models import Alarm, CheckIn, SafetyPolicy
from operations.safety import actions
from operations.safety.deadlines import Kind
from tests import factories
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def visit(officer, unit):
    return factories.UnderWayVisitFactory(
        officer=officer, unit=unit, venue=factories.VenueFactory(name="Gannet Hotel", unit=unit)
    )


@pytest.fixture
def phone(officer):
    return signed_in(officer)


@pytest.fixture
def desk(handler):
    return signed_in(handler)


@pytest.fixture
def alarm(visit):
    return factories.AlarmFactory(visit=visit)


# The team -----------------------------------------------------------------------------------------


def tap(phone, visit, **answers):
    answers = {"submission": uuid.uuid4(), "ago": "0"} | answers
    return phone.post(url("check_in", visit.pk), answers)


@pytest.mark.parametrize("page", ["my_visits", "outcome_add", "check_in"])
def test_a_team_under_way_reads_by_when_to_check_in(phone, visit, page):
    args = () if page == "my_visits" else (visit.pk,)
    due = timezone.localtime(visit.started_at + 20 * MINUTE)
    assert f"Check in by {due:%H:%M}" in text(phone.get(url(page, *args)))


def test_nobody_is_asked_to_check_in_before_the_start(phone, officer):
    factories.VisitFactory(officer=officer)
    assert "Check in" not in text(phone.get(url("my_visits")))


def test_one_tap_checks_in_and_says_when_the_next_is_due(phone, visit):
    response = phone.post(url("check_in", visit.pk), {"submission": uuid.uuid4()}, follow=True)
    made = CheckIn.objects.get()
    due = timezone.localtime(made.at + 20 * MINUTE)
    assert f"You have checked in. The next time is by {due:%H:%M}." in text(response)
    assert response.redirect_chain == [(url("outcome_add", visit.pk), 302)]


def test_sent_twice_it_counts_once(phone, visit):
    number = uuid.uuid4()
    for _ in range(2):
        assert tap(phone, visit, submission=number).status_code == 302
    assert CheckIn.objects.count() == 1


def test_what_the_phone_kept_says_how_long_ago_it_was_tapped(phone, visit):
    tap(phone, visit, ago="1.5")
    made = CheckIn.objects.get()
    assert made.arrived_at - made.at <= dt.timedelta(seconds=1.5)
    assert made.at >= visit.started_at


@pytest.mark.parametrize(
    "answers", [{"submission": "x"}, {"ago": "-1"}, {"ago": "nan"}, {"ago": "1e9"}, {"ago": "soon"}]
)
def test_nonsense_is_refused_and_says_what_to_do(phone, visit, answers):
    response = tap(phone, visit, **answers)
    assert response.status_code == 409
    assert "open your visit again, then check in" in text(response)
    assert not CheckIn.objects.exists()


@pytest.fixture
def silent(officer, unit):
    """The alarm of a team that began half an hour ago and was not heard of since."""
    began = timezone.now() - 30 * MINUTE
    visit = factories.UnderWayVisitFactory(officer=officer, unit=unit, starts_at=began)
    actions.raise_alarms(at=visit.started_at + 23 * MINUTE)
    return Alarm.objects.get()


def clock(at):
    return f"{timezone.localtime(at):%H:%M}"


def test_a_check_in_made_in_time_says_on_phone_and_alarm_that_it_closes_it(phone, desk, silent):
    answers = {"submission": uuid.uuid4(), "ago": str(11 * 60)}
    told = text(phone.post(url("check_in", silent.visit.pk), answers, follow=True))
    assert "It was made in time, so the alarm that was raised meanwhile is closed." in told
    made = clock(CheckIn.objects.get().at)
    page = text(desk.get(silent.get_absolute_url()))
    assert f"a check-in made in time, at {made}, arrived late" in page


def test_a_check_in_made_too_late_says_on_phone_alarm_and_board_that_it_closes_none(
    phone, desk, silent
):
    answers = {"submission": uuid.uuid4(), "ago": "60"}
    told = text(phone.post(url("check_in", silent.visit.pk), answers, follow=True))
    assert "The alarm stays open until somebody has spoken to you" in told
    made = clock(CheckIn.objects.get().at)
    page = text(desk.get(silent.get_absolute_url()))
    assert f"{silent.visit.started_by}: after the alarm, so it does not close it" in page
    assert f"and did so at {made} only: speak to it." in text(desk.get(url("board")))
    silent.refresh_from_db()
    assert silent.is_open


def test_a_check_in_that_arrives_after_the_visit_is_kept(phone, officer, unit):
    visit = factories.CompletedVisitFactory(officer=officer, unit=unit)
    response = phone.post(url("check_in", visit.pk), {"submission": uuid.uuid4()}, follow=True)
    assert "Your check-in has arrived. The visit is over." in text(response)


def test_a_visit_that_is_over_has_no_page_to_check_in(phone, officer, unit):
    visit = factories.CompletedVisitFactory(officer=officer, unit=unit)
    assert phone.get(url("check_in", visit.pk)).url == visit.get_absolute_url()


# Alarms -------------------------------------------------------------------------------------------


def test_every_page_of_those_concerned_asks_for_open_alarms(phone, visit):
    page = phone.get(url("my_visits")).content.decode()
    assert f'data-alarms="{url("open_alarms")}"' in page


def test_an_open_alarm_is_told_without_a_venue(desk, alarm):
    told = text(desk.get(url("open_alarms")))
    due = timezone.localtime(alarm.due_at)
    assert f"Alarm: no check-in by {due:%H:%M} Open the alarm of visit" in told
    assert "Gannet" not in told


def test_of_many_open_alarms_two_have_a_line_and_the_others_a_number(desk, alarm):
    assert "more alarm" not in text(desk.get(url("open_alarms")))
    for _ in range(3):
        factories.AlarmFactory()
    told = text(desk.get(url("open_alarms")))
    assert told.count("Alarm: no check-in by") == 2
    assert "And 2 more alarms All alarms" in told
    at = timezone.now()
    pressed = {"submission": uuid.uuid4(), "raised_by": alarm.visit.started_by}
    factories.AlarmFactory(kind=Kind.DURESS, due_at=at, raised_at=at, **pressed)
    assert "call nobody" in text(desk.get(url("open_alarms")))


def test_nothing_is_told_to_those_whom_it_does_not_concern(alarm):
    somebody = signed_in(factories.UserFactory(role=Role.TRAINING_COORDINATOR))
    assert text(somebody.get(url("open_alarms"))).strip() == ""


def test_asking_by_itself_does_not_keep_a_session_from_being_idle(desk, alarm):
    def seen():
        return desk.session["seen_at"]

    session = desk.session
    session["seen_at"] = long_ago = seen() - 300
    session.save()
    desk.get(url("open_alarms"), headers={"X-By-Itself": "1"})
    assert seen() == long_ago
    desk.get(url("alarm_list"))
    assert seen() > long_ago


def test_the_page_of_an_alarm_says_what_whom_and_where(desk, alarm, officer, visit):
    told = text(desk.get(alarm.get_absolute_url()))
    for words in (
        "The team has not checked in",
        "Nobody is dealing with it yet",
        "Gannet Hotel",
        str(officer),
        str(visit.operation.lead),
        "None since the start",
    ):
        assert words in told


def test_the_page_of_an_alarm_says_who_was_told_when_and_when_it_goes_on(desk, visit, unit):
    at = timezone.now() - 12 * MINUTE
    alarm = factories.AlarmFactory(visit=visit, due_at=at - 3 * MINUTE, raised_at=at)
    planners = [factories.UserFactory(role=Role.PLANNER, units=[unit]) for _ in range(4)]
    SafetyPolicy.objects.update(duty_mailbox="duty@police.example")

    def clock(minutes):
        return f"{timezone.localtime(at + minutes * MINUTE):%H:%M}"

    def told():
        return text(desk.get(alarm.get_absolute_url()))

    assert f"At {clock(5)} more people are told" in told()
    actions.escalate_alarms(at=at + 5 * MINUTE)
    actions.escalate_alarms(at=at + 10 * MINUTE)
    lead = visit.operation.lead
    assert f"{clock(5)}: {lead} (operation’s lead), the duty mailbox" in told()
    assert f"{clock(10)}: {lead} (operation’s lead), 4 planners, the duty mailbox" in told()
    assert f"At {clock(15)} the same people are told again, others with them" in told()
    User.objects.filter(pk__in=[one.pk for one in planners]).update(is_active=False)
    for minutes in (15, 20, 25):
        actions.escalate_alarms(at=at + minutes * MINUTE)
    assert f"{clock(15)} to {clock(25)}, 3 times: {lead}" in told()
    alarm.refresh_from_db()
    actions.take_alarm(alarm=alarm, by=lead, at=timezone.now())
    assert "If nobody takes it" not in told()


def test_a_team_sees_its_own_alarm_and_is_told_who_closes_it(phone, alarm):
    told = text(phone.get(alarm.get_absolute_url()))
    assert "somebody else closes it" in told
    assert "I’m dealing with it" not in told
    assert phone.get(url("alarm_close", alarm.pk)).status_code == 404


def test_a_visit_that_was_not_ended_says_so(desk, visit):
    alarm = factories.AlarmFactory(visit=visit, kind=Kind.END)
    assert "The team has not ended its visit" in text(desk.get(alarm.get_absolute_url()))
    assert "Alarm: not ended by" in text(desk.get(url("open_alarms")))


def test_seeing_to_an_alarm_takes_one_button(desk, handler, alarm):
    response = desk.post(url("alarm_take", alarm.pk), follow=True)
    assert "You are dealing with this alarm." in text(response)
    assert Alarm.objects.get().taken_by == handler
    assert "I’m dealing with it" not in text(response)


def test_the_second_who_sees_to_it_is_told_of_the_first(desk, alarm):
    first = factories.UserFactory(role=Role.CALL_HANDLER)
    actions.take_alarm(alarm=alarm, by=first, at=timezone.now())
    response = desk.post(url("alarm_take", alarm.pk), follow=True)
    assert f"{first} has been dealing with this alarm since" in text(response)
    assert Alarm.objects.get().taken_by == first
    assert "I’m dealing with it" not in text(response)  # it would be refused


def test_closing_asks_for_both_answers(desk, alarm):
    response = desk.post(url("alarm_close", alarm.pk), {})
    told = text(response)
    assert "Enter whom of the team you spoke to" in told
    assert "Enter what you found" in told
    assert Alarm.objects.get().is_open


def test_a_closed_alarm_says_by_whom_and_what_was_found(desk, handler, alarm):
    answers = {"spoke_to": "The lead, by phone", "found": "All well"}
    response = desk.post(url("alarm_close", alarm.pk), answers, follow=True)
    told = text(response)
    for words in ("The alarm is closed.", "The lead, by phone", "All well", str(handler)):
        assert words in told
    assert "Close the alarm" not in told
    again = desk.get(url("alarm_close", alarm.pk), follow=True)
    assert "This alarm was closed already. Nothing was changed." in text(again)


def test_an_alarm_that_a_late_check_in_explained_says_so(desk, phone, officer, visit):
    started = visit.started_at
    actions.raise_alarms(at=started + 23 * MINUTE)
    actions.check_in(
        visit=visit,
        ago=10 * MINUTE,
        submission=uuid.uuid4(),
        by=officer,
        at=started + 26 * MINUTE,
    )
    made = timezone.localtime(started + 16 * MINUTE)
    told = text(desk.get(Alarm.objects.get().get_absolute_url()))
    assert f"a check-in made in time, at {made:%H:%M}, arrived late" in told


def test_the_list_has_open_alarms_and_those_of_the_last_day(desk, handler, alarm):
    assert "Gannet Hotel" in text(desk.get(url("alarm_list")))
    actions.close_alarm(alarm=alarm, spoke_to="Lead", found="Well", by=handler, at=timezone.now())
    told = text(desk.get(url("alarm_list")))
    assert "No alarm is open" in told
    assert "Closed in the last day" in told


def test_the_list_takes_as_many_queries_for_many_as_for_one(desk, alarm, queries_of):
    first = queries_of(desk, url("alarm_list"))
    for _ in range(4):
        factories.AlarmFactory()
    assert queries_of(desk, url("alarm_list")) == first


def test_who_reads_an_alarm_is_on_record_for_its_visit(desk, handler, alarm, visit):
    desk.get(alarm.get_absolute_url())
    entry = AccessEntry.objects.filter(user=handler, what="operations.visit").latest("pk")
    assert entry.ids == [visit.pk]


def test_somebody_who_is_not_signed_in_is_told_nothing(alarm):
    assert Client().get(url("open_alarms")).status_code == 302


def test_whoever_deals_with_an_alarm_calls_the_team_and_the_lead_by_one_tap(alarm, officer, desk):
    lead = alarm.visit.operation.lead
    for person, number in ((officer, "+447700900123"), (lead, "+442079460958")):
        person.telephone = number
        person.save()
    page = desk.get(alarm.get_absolute_url()).text
    assert '<a class="govuk-link app-telephone" href="tel:+447700900123">07700 900123</a>' in page
    assert 'href="tel:+442079460958">020 7946 0958</a>' in page


def test_a_team_reads_its_numbers_while_its_visit_is_ahead_and_others_do_not(
    phone, visit, officer, unit
):
    officer.telephone = "+447700900123"
    officer.save()
    page = url("visit_detail", visit.pk)
    assert 'href="tel:+447700900123"' in phone.get(page).text
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    assert "7700" not in signed_in(planner).get(page).text
    over = factories.CompletedVisitFactory(officer=officer, unit=unit)
    assert "7700" not in phone.get(url("visit_detail", over.pk)).text

"""What reminders say, to whom, and what they never say."""

import datetime as dt
import re
from dataclasses import fields

import pytest
from django.utils import timezone

from accounts.addresses import number_of
from accounts.models import User
from accounts.roles import Role
from operations.follow_ups import messages
from operations.follow_ups.due import Audience, Stage
from operations.models import FollowUp, FollowUpState, Reminder
from tests import factories

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
TO_VENUE = [(stage, Audience.VENUE) for stage in Audience.VENUE.stages]
TO_STAFF = [
    (stage, audience) for audience in (Audience.OFFICER, Audience.LEAD) for stage in audience.stages
]

#: Words that would tell of tests, their results or blame. "Test" and "visit" are among them.
NEVER_TO_A_VENUE = re.compile(
    r"visit|test|check|inspect|covert|plain.?clothes|cadet|operation|officer(?! 7)|verdict|outcome"
    r"|result|scenario|fail|caught|offen[cd]|wrong|poor|blame|breach|comply|complian|enforce"
    r"|unannounced|surprise|return to you|see how you|monitor|must\b|require",
    re.IGNORECASE,
)
NEVER_TO_STAFF = re.compile(
    r"visit|test\b|check|cadet|verdict|outcome|scenario|fail|caught|offend|blame", re.IGNORECASE
)


def reminder(stage=Stage.SOON, audience=Audience.VENUE, **follow_up):
    responsible = factories.UserFactory(
        first_name="Corin",
        last_name="Maddox",
        role=Role.TRAINING_COORDINATOR,
        whole_force=True,
    )
    usual = {"responsible": responsible, "due_on": dt.date(2026, 12, 3)}
    return factories.ReminderFactory(
        stage=stage, audience=audience, follow_up=factories.FollowUpFactory(**usual | follow_up)
    )


def everything(message):
    """All that a reader can see: header and both bodies."""
    (html,) = [part.content for part in message.alternatives]
    return "\n".join([message.subject, message.body, html])


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize(("stage", "audience"), [*TO_VENUE, *TO_STAFF])
def test_each_message_names_venue_and_date_in_text_and_html(stage, audience, state):
    it = reminder(stage, audience, state=state)
    venue = it.follow_up.visit.venue
    venue.name = 'The "Rose" & Crown'
    message = messages.compose([it], to="a@hotel.example")
    (html,) = [part.content for part in message.alternatives]
    assert 'The "Rose" & Crown' in message.body
    assert "&quot;Rose&quot; &amp; Crown" in html
    assert "3 December 2026" in message.body
    assert message.subject
    assert "\n" not in message.subject
    assert message.message()["Subject"]


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize(("stage", "audience"), TO_VENUE)
def test_a_venue_reads_no_word_of_tests_results_or_blame(stage, audience, state):
    message = messages.compose([reminder(stage, audience, state=state)], to="a@hotel.example")
    assert NEVER_TO_A_VENUE.findall(everything(message)) == []
    assert "http" not in message.body, "a venue's contact has no account"


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize(("stage", "audience"), TO_STAFF)
def test_staff_read_no_word_of_visits_and_get_a_link(stage, audience, state, settings):
    settings.SITE_URL = "https://makesafe.police.example"
    it = reminder(stage, audience, state=state)
    message = messages.compose([it], to="a@police.example")
    assert NEVER_TO_STAFF.findall(everything(message)) == []
    link = f"https://makesafe.police.example/follow-ups/{number_of(it.follow_up.pk)}/"
    assert link in message.body
    assert f'href="{link}"' in everything(message)


@pytest.mark.parametrize(("stage", "audience"), [*TO_VENUE, *TO_STAFF])
def test_a_message_is_the_same_whether_or_not_a_visit_is_planned(stage, audience):
    it = reminder(stage, audience)
    before = everything(messages.compose([it], to="a@hotel.example"))
    venue = it.follow_up.visit.venue
    factories.VisitFactory(venue=venue, starts_at=timezone.now() + 2 * DAY)
    factories.UnderWayVisitFactory(venue=venue)
    factories.OperationVenueFactory(venue=venue)
    again = Reminder.objects.get(pk=it.pk)
    assert everything(messages.compose([again], to="a@hotel.example")) == before


def test_templates_get_plain_words_only():
    """An object in the context could lead a template to a visit."""
    assert {field.type for field in fields(messages.Words)} <= {str, bool, dt.date}


@pytest.mark.parametrize(("stage", "audience"), TO_STAFF)
def test_staff_are_told_that_nobody_at_the_venue_hears(stage, audience):
    it = reminder(stage, audience)
    told = "Nobody at the venue gets"
    assert told in messages.compose([it], to="a@police.example").body
    factories.VenueContactFactory(venue=it.follow_up.visit.venue)
    assert told not in messages.compose([it], to="a@police.example").body


# Several in one message -------------------------------------------------------------------------


def several(audience):
    """A follow-up of each state and stage, at a venue of its own, and one more at the first."""
    states = (FollowUpState.OFFERED, FollowUpState.BOOKED)
    all_of_them = [
        reminder(stage, audience, state=state) for stage in audience.stages for state in states
    ]
    venue = all_of_them[0].follow_up.visit.venue
    visit = factories.CompletedVisitFactory(venue=venue)
    return [
        *all_of_them,
        reminder(audience.stages[0], audience, visit=visit, due_on=dt.date(2026, 12, 24)),
    ]


def test_a_venue_with_several_reads_no_word_of_tests_results_or_blame_and_of_each_venue_once():
    reminders = several(Audience.VENUE)
    message = messages.compose(reminders, to="a@hotel.example")
    assert NEVER_TO_A_VENUE.findall(everything(message)) == []
    assert "http" not in message.body
    for it in reminders:
        assert message.body.count(f"- {it.follow_up.visit.venue.name}:") == 1
    assert "24 December" not in message.body, "of one venue the earliest day counts"


@pytest.mark.parametrize("audience", [Audience.OFFICER, Audience.LEAD])
def test_staff_with_several_read_no_word_of_visits_and_get_each_link(audience, settings):
    settings.SITE_URL = "https://makesafe.police.example"
    reminders = several(audience)
    message = messages.compose(reminders, to="a@police.example")
    assert NEVER_TO_STAFF.findall(everything(message)) == []
    for it in reminders:
        assert f"https://makesafe.police.example{it.follow_up.get_absolute_url()}" in message.body
    assert message.subject == f"{len(reminders)} refreshers that wait for you"


def test_a_booked_day_comes_before_one_that_is_only_due():
    first = reminder()
    visit = factories.CompletedVisitFactory(venue=first.follow_up.visit.venue)
    booked = {"state": FollowUpState.BOOKED, "booked_for": dt.date(2026, 12, 20)}
    second = reminder(visit=visit, **booked)
    message = messages.compose([first, second], to="a@hotel.example")
    assert "It is booked for Sunday 20 December 2026" in message.body
    assert "3 December" not in message.body


# Recipients -------------------------------------------------------------------------------------


def test_each_contact_with_reminders_is_written_to():
    it = reminder()
    for email in ("a@hotel.example", "b@hotel.example"):
        factories.VenueContactFactory(venue=it.follow_up.visit.venue, email=email)
    found = messages.readers_of(it.follow_up).addresses(Audience.VENUE)
    assert sorted(found) == ["a@hotel.example", "b@hotel.example"]


def test_contacts_without_reminders_are_left_alone():
    it = reminder()
    factories.VenueContactFactory(venue=it.follow_up.visit.venue, gets_reminders=False)
    factories.VenueContactFactory()
    readers = messages.readers_of(it.follow_up)
    assert readers.addresses(Audience.VENUE) == []
    why = readers.why_nobody(Audience.VENUE)
    assert why == "No contact on record gets reminders"


@pytest.mark.parametrize(("stage", "audience"), TO_STAFF)
def test_staff_who_left_are_not_written_to(stage, audience):
    follow_up = reminder(stage, audience).follow_up
    person = follow_up.visit.operation.lead if audience is Audience.LEAD else follow_up.responsible
    assert messages.readers_of(follow_up).addresses(audience) == [person.email]
    assert messages.readers_of(follow_up).why_nobody(audience) == ""
    User.objects.filter(pk=person.pk).update(is_active=False)
    follow_up = FollowUp.objects.get()
    assert messages.readers_of(follow_up).addresses(audience) == []
    assert messages.readers_of(follow_up).why_nobody(audience)


def test_answers_go_to_the_responsible_officer(settings):
    settings.DEFAULT_FROM_EMAIL = "Safer hotels <hotels@police.example>"
    it = reminder()
    message = messages.compose([it], to="a@hotel.example")
    assert message.reply_to == [it.follow_up.responsible.email]
    assert "Corin Maddox\nSafer hotels" in message.body

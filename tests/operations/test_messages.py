"""What reminders say, to whom, and what they never say."""

import datetime as dt
import re
from dataclasses import fields

import pytest
from django.utils import timezone

from accounts.addresses import number_of
from operations import messages
from operations.follow_ups import Audience, Stage, audience_of
from operations.models import FollowUpState, Reminder
from tests import factories

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
TO_VENUE = [kind for kind in Reminder.Kind if audience_of(kind) is Audience.VENUE]
TO_STAFF = [kind for kind in Reminder.Kind if audience_of(kind) is not Audience.VENUE]

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


def reminder(kind=Reminder.Kind.SOON_TO_VENUE, **follow_up):
    responsible = factories.UserFactory(first_name="Corin", last_name="Maddox")
    usual = {"responsible": responsible, "due_on": dt.date(2026, 12, 3)}
    return factories.ReminderFactory(
        kind=kind, follow_up=factories.FollowUpFactory(**usual | follow_up)
    )


def everything(message):
    """All that a reader can see: header and both bodies."""
    (html,) = [part.content for part in message.alternatives]
    return "\n".join([message.subject, message.body, html])


def test_every_kind_of_the_rule_is_a_kind_of_reminder():
    of_rule = {f"{stage}_to_{a}" for stage in Stage for a in Audience} - {
        "soon_to_lead",
        "due_to_lead",
    }
    assert of_rule == set(Reminder.Kind.values)


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize("kind", Reminder.Kind)
def test_each_message_names_venue_and_date_in_text_and_html(kind, state):
    it = reminder(kind, state=state)
    venue = it.follow_up.visit.venue
    venue.name = 'The "Rose" & Crown'
    message = messages.compose(it, ["a@hotel.example"])
    (html,) = [part.content for part in message.alternatives]
    assert 'The "Rose" & Crown' in message.body
    assert "&quot;Rose&quot; &amp; Crown" in html
    assert "3 December 2026" in message.body
    assert message.subject
    assert "\n" not in message.subject
    assert message.message()["Subject"]


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize("kind", TO_VENUE)
def test_a_venue_reads_no_word_of_tests_results_or_blame(kind, state):
    message = messages.compose(reminder(kind, state=state), ["a@hotel.example"])
    assert NEVER_TO_A_VENUE.findall(everything(message)) == []
    assert "http" not in message.body, "a venue's contact has no account"


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize("kind", TO_STAFF)
def test_staff_read_no_word_of_visits_and_get_a_link(kind, state, settings):
    settings.SITE_URL = "https://makesafe.police.example"
    it = reminder(kind, state=state)
    message = messages.compose(it, ["a@police.example"])
    assert NEVER_TO_STAFF.findall(everything(message)) == []
    link = f"https://makesafe.police.example/follow-ups/{number_of(it.follow_up.pk)}/"
    assert link in message.body
    assert f'href="{link}"' in everything(message)


@pytest.mark.parametrize("kind", Reminder.Kind)
def test_a_message_is_the_same_whether_or_not_a_visit_is_planned(kind):
    it = reminder(kind)
    before = everything(messages.compose(it, ["a@hotel.example"]))
    venue = it.follow_up.visit.venue
    factories.VisitFactory(venue=venue, starts_at=timezone.now() + 2 * DAY)
    factories.UnderWayVisitFactory(venue=venue)
    factories.OperationVenueFactory(venue=venue)
    again = Reminder.objects.get(pk=it.pk)
    assert everything(messages.compose(again, ["a@hotel.example"])) == before


def test_templates_get_plain_words_only():
    """An object in the context could lead a template to a visit."""
    assert {field.type for field in fields(messages.Words)} <= {str, bool, dt.date}


@pytest.mark.parametrize("kind", TO_STAFF)
def test_staff_are_told_that_nobody_at_the_venue_hears(kind):
    it = reminder(kind)
    told = "Nobody at the venue gets"
    assert told in messages.compose(it, ["a@police.example"]).body
    factories.VenueContactFactory(venue=it.follow_up.visit.venue)
    assert told not in messages.compose(it, ["a@police.example"]).body


# Recipients -------------------------------------------------------------------------------------


def test_a_single_contact_is_addressed_openly():
    it = reminder()
    factories.VenueContactFactory(venue=it.follow_up.visit.venue, email="m@hotel.example")
    message = messages.compose(it, messages.recipients(it))
    assert (message.to, message.bcc) == (["m@hotel.example"], [])


def test_several_contacts_do_not_learn_each_others_address():
    it = reminder()
    for name in "abc":
        factories.VenueContactFactory(
            venue=it.follow_up.visit.venue, name=name, email=f"{name}@hotel.example"
        )
    message = messages.compose(it, messages.recipients(it))
    assert message.recipients() == ["a@hotel.example", "b@hotel.example", "c@hotel.example"]
    assert "hotel.example" not in message.message().as_string()


def test_contacts_without_reminders_are_left_alone():
    it = reminder()
    factories.VenueContactFactory(venue=it.follow_up.visit.venue, gets_reminders=False)
    factories.VenueContactFactory()
    assert messages.recipients(it) == []
    assert messages.why_nobody(it) == "No contact on record gets reminders"


@pytest.mark.parametrize("kind", TO_STAFF)
def test_staff_who_left_are_not_written_to(kind):
    it = reminder(kind)
    follow_up = it.follow_up
    to_lead = audience_of(kind) is Audience.LEAD
    person = follow_up.visit.operation.lead if to_lead else follow_up.responsible
    assert messages.recipients(it) == [person.email]
    person.is_active = False
    assert messages.recipients(it) == []
    assert messages.why_nobody(it)


def test_the_message_id_is_the_rows_and_answers_go_to_the_responsible_officer(settings):
    settings.DEFAULT_FROM_EMAIL = "Safer hotels <hotels@police.example>"
    it = reminder()
    message = messages.compose(it, ["a@hotel.example"])
    assert message.message()["Message-ID"] == f"<{it.message_id}@police.example>"
    assert message.reply_to == [it.follow_up.responsible.email]
    assert "Corin Maddox\nSafer hotels" in message.body

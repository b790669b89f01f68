"""Texts by GOV.UK Notify: each once, and each answer told for what it is."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from operations.safety import messages
from operations.safety.policies import SafetyPolicy
from outbox import delivery
from outbox.answers import Answer
from outbox.letters import Text
from outbox.models import Lane, Message, State
from outbox.notify import Notify
from tests import factories
from tests.outbox.conftest import send_texts_to
from tests.outbox.notify_stub import notify

NUMBER = "+447700900123"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def stub(settings):
    with notify() as stub:
        send_texts_to(settings, stub)
        yield stub


def hand_over(reference="r1", to=NUMBER, seconds=5.0):
    return Notify(seconds).hand_over(Text("A team has to be called", to, reference))


# The channel ------------------------------------------------------------------------------------


def test_a_text_arrives_with_its_words_and_reference(stub):
    assert hand_over() == Answer(State.SENT)
    [sent] = stub.texts
    assert sent["phone_number"] == NUMBER
    assert sent["reference"] == "r1"
    assert sent["personalisation"] == {"text": "A team has to be called"}


def test_a_second_copy_is_recognised_by_its_reference_and_not_sent(stub):
    hand_over()
    assert hand_over() == Answer(State.SENT)
    assert len(stub.texts) == 1
    hand_over(reference="r2")
    assert len(stub.texts) == 2


def test_a_number_that_takes_no_text_is_refused_for_good(stub):
    answer = hand_over(to="+442079460958")
    assert answer == Answer(State.REFUSED, "400 phone_number Not a UK mobile number")


@pytest.mark.parametrize("status", [429, 500, 502])
def test_what_passes_by_itself_is_tried_again(stub, status):
    stub.refuses = [status]
    answer = hand_over()
    assert (answer.state, answer.to_all) == (State.WAITING, False)
    assert answer.words.startswith(str(status))
    assert hand_over() == Answer(State.SENT)


def test_a_key_that_is_not_taken_is_no_messages_fault(stub, settings):
    wrong = settings.NOTIFY_API_KEY[:-4] + "ffff"
    settings.NOTIFY_API_KEY = wrong
    answer = hand_over()
    assert answer == Answer(State.WAITING, "GOV.UK Notify does not take our key", to_all=True)
    assert stub.texts == []


def test_a_service_that_hangs_is_left_after_the_limit(stub):
    stub.hangs.set()
    answer = hand_over(seconds=0.3)
    assert answer == Answer(State.WAITING, "GOV.UK Notify does not answer", to_all=True)


def test_a_service_that_is_not_there_is_tried_again(stub, settings):
    settings.NOTIFY_URL = "http://127.0.0.1:9"
    answer = hand_over()
    assert answer == Answer(State.WAITING, "GOV.UK Notify could not be reached", to_all=True)


def test_without_a_key_nothing_is_sent(stub, settings):
    settings.NOTIFY_API_KEY = ""
    assert hand_over().to_all
    assert stub.texts == []


# An alarm ---------------------------------------------------------------------------------------


@pytest.fixture
def alarm(db):
    policy = SafetyPolicy.on(timezone.localdate())
    policy.duty_mailbox, policy.duty_number = "duty@police.example", NUMBER
    alarm = factories.AlarmThatWentOnFactory()
    messages.tell_others(alarm, policy, at=timezone.now())
    return alarm


def deliver(lane=Lane.TEXTS):
    return delivery.deliver(lane, at=timezone.now() + SECOND)


def text():
    return Message.objects.get(lane=Lane.TEXTS)


def test_an_alarm_goes_to_the_duty_number_and_names_no_venue_and_nobody(stub, alarm):
    deliver()
    deliver()
    [sent] = stub.texts
    assert sent["reference"] == str(text().message_id)
    assert text().state == State.SENT
    words = sent["personalisation"]["text"]
    assert re.fullmatch(
        r"Makesafe: a team has to be called now\. It was due by \d\d:\d\d\. See whom to call, and"
        r" say there that you are dealing with it: \S+/alarms/\w+/",
        words,
    )
    for covert in (alarm.visit.venue.name, alarm.visit.operation.name):
        assert covert not in words


def test_a_closed_alarm_sends_no_text_any_more(stub, alarm):
    alarm.closed_at, alarm.closed_by = timezone.now(), factories.UserFactory()
    alarm.spoke_to, alarm.found = "The lead officer, by phone", "All well"
    alarm.save()
    deliver()
    assert stub.texts == []
    assert text().state == State.NOT_NEEDED


def test_texts_that_do_not_get_through_hold_up_no_mail(stub, alarm, mailoutbox):
    stub.refuses = [429]
    deliver()
    deliver(Lane.ALARMS)
    assert text().state == State.WAITING
    assert [mail.to for mail in mailoutbox if mail.to == ["duty@police.example"]]


def test_a_refusal_for_now_is_tried_again_a_minute_later(stub, alarm):
    stub.refuses = [500]
    deliver()
    assert (text().state, text().tries) == (State.WAITING, 1)
    delivery.deliver(Lane.TEXTS, at=timezone.now() + dt.timedelta(minutes=2))
    assert text().state == State.SENT
    assert len(stub.texts) == 1


def test_nobody_gets_texts_where_they_are_not_set_up(db, settings):
    assert settings.NOTIFY_API_KEY == ""
    policy = SafetyPolicy(duty_number=NUMBER, duty_mailbox="duty@police.example")
    messages.tell_others(factories.AlarmThatWentOnFactory(), policy, at=timezone.now())
    assert not Message.objects.filter(lane=Lane.TEXTS).exists()
    assert Message.objects.filter(lane=Lane.ALARMS).exists()


def test_people_with_a_mobile_phone_get_texts_and_others_get_mail_alone(stub, db):
    alarm = factories.AlarmThatWentOnFactory()
    lead = alarm.visit.operation.lead
    for number, texts in (("+442079460958", 0), ("", 0), (NUMBER, 1)):
        lead.telephone = number
        lead.save()
        Message.objects.waiting().update(state=State.NOT_NEEDED, settled_at=timezone.now())
        alarm.rounds += 1
        messages.tell_others(alarm, SafetyPolicy(), at=timezone.now())
        waiting = Message.objects.waiting()
        assert waiting.filter(lane=Lane.ALARMS, address=lead.email).count() == 1
        assert waiting.filter(lane=Lane.TEXTS).count() == texts

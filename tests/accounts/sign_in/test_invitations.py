"""Invitations and password links: none lost, none twice, and told where one does not arrive."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.sign_in import actions, passwords
from outbox import delivery
from outbox.models import Lane, Message, State
from tests.database import as_product
from tests.factories import UserFactory
from tests.outbox.conftest import send_to
from tests.outbox.mail_server import free_port, mail_server

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def somebody():
    """An administrator."""
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def administrator(client):
    person = UserFactory(role=Role.ADMINISTRATOR)
    client.force_login(person)
    return person


@as_product()
def deliver(at):
    delivery.deliver(Lane.ACCOUNT, at=at + dt.timedelta(seconds=1))


def link_in(message):
    return re.search(r"http://localhost:8000(/sign-in/password/\S+)", message.get_content()).group(
        1
    )


def person_page(client, person):
    return client.get(reverse("admin:accounts_user_change", args=[person.pk])).text


def people(client):
    return client.get(reverse("admin:accounts_user_changelist")).text


def test_an_invitation_is_decided_with_the_account_and_sent_by_whoever_looks_next(now, mailoutbox):
    """No broker has to hear of it."""
    actions.invite(
        person=User(username="o", email="o@police.example"),
        by=UserFactory(role=Role.ADMINISTRATOR),
        on=timezone.localdate(),
    )
    assert mailoutbox == []
    deliver(now)
    assert [message.to for message in mailoutbox] == [["o@police.example"]]


def test_no_link_lies_in_the_table_and_one_that_waited_holds_from_when_it_is_sent(
    settings, now, monkeypatch
):
    person = UserFactory()
    port = free_port()
    send_to(settings, f"smtp://127.0.0.1:{port}")
    actions.send_password_link(person=person, by=somebody())
    deliver(now)
    assert "sign-in" not in repr(list(Message.objects.values()))
    later = dt.datetime.now() + 3 * HOUR  # noqa: DTZ005 (as Django's tokens have it)
    monkeypatch.setattr(passwords.PasswordLinks, "_now", lambda self: later)
    with mail_server(port=port) as server:
        deliver(now + 3 * HOUR)
    [(_, came)] = server.came
    page = Client().get(link_in(came), follow=True)
    assert "This link no longer works" not in page.text


def test_asking_again_while_one_waits_sends_one(now, mailoutbox):
    person = UserFactory()
    for _ in range(3):
        actions.send_password_link(person=person, by=somebody())
    deliver(now)
    assert len(mailoutbox) == 1
    actions.send_password_link(person=person, by=somebody())
    deliver(timezone.now())
    assert len(mailoutbox) == 2


def test_an_address_corrected_meanwhile_gets_the_letter(now, mailoutbox):
    person = UserFactory(email="wrong@police.example")
    actions.send_password_link(person=person, by=somebody())
    person.email = "right@police.example"
    person.save()
    deliver(now)
    assert [message.to for message in mailoutbox] == [["right@police.example"]]
    assert Message.objects.get().address == "right@police.example"


def test_an_account_closed_meanwhile_gets_no_letter(now, mailoutbox):
    person = UserFactory()
    actions.send_password_link(person=person, by=somebody())
    person.is_active = False
    person.save()
    deliver(now)
    assert mailoutbox == []
    assert Message.objects.get().state == State.NOT_NEEDED


def test_an_invitation_says_that_a_machine_sent_it_and_names_the_senders_domain(
    smtp, now, settings
):
    settings.DEFAULT_FROM_EMAIL = "Makesafe team <makesafe@police.example>"
    actions.invite(
        person=User(username="o", email="o@police.example"),
        by=UserFactory(role=Role.ADMINISTRATOR),
        on=timezone.localdate(),
    )
    deliver(now)
    [(_, came)] = smtp.came
    assert came["Auto-Submitted"] == "auto-generated"
    assert came["Message-ID"].endswith("@police.example>")


def test_a_refused_invitation_is_shown_beside_the_person_with_what_to_do(
    smtp, now, client, administrator
):
    person = UserFactory(email="unknown@police.example")
    actions.send_password_link(person=person, by=administrator)
    deliver(now)
    page = person_page(client, person)
    assert "Not sent to unknown@police.example: the mail server refused it" in page
    assert "550 5.1.1 No such user" in page
    assert "Check the address, correct it, then choose" in page
    assert "Not sent: refused" in people(client)


def test_one_that_arrived_in_the_end_is_shown_as_sent(smtp, now, client, administrator):
    person = UserFactory(email="busy@police.example")
    actions.send_password_link(person=person, by=administrator)
    deliver(now)
    assert "Not sent yet to busy@police.example: 450 4.2.1 Mailbox busy" in person_page(
        client, person
    )
    assert "Waiting to be sent" in people(client)
    smtp.refusals.clear()
    deliver(now + HOUR)
    assert "Sent to busy@police.example" in person_page(client, person)
    assert "Waiting to be sent" not in people(client)


def test_a_letter_given_up_is_shown_beside_the_person(settings, now, client, administrator):
    send_to(settings, f"smtp://127.0.0.1:{free_port()}")
    person = UserFactory()
    actions.send_password_link(person=person, by=administrator)
    deliver(now + delivery.TRIED_FOR[Lane.ACCOUNT])
    assert "given up (The mail server could not be reached)" in person_page(client, person)
    assert "Not sent: given up" in people(client)


def test_the_list_of_people_takes_as_many_queries_for_many_letters_as_for_one(
    client, administrator, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    actions.send_password_link(person=UserFactory(), by=administrator)
    people(client)
    with CaptureQueriesContext(connection) as few:
        people(client)
    for _ in range(5):
        actions.send_password_link(person=UserFactory(), by=administrator)
    with django_assert_num_queries(len(few)):
        people(client)

"""Handing over to a real mail server: each message once, with an answer of its own."""

import datetime as dt
import threading

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import InternalError, close_old_connections, connection, transaction
from django.utils import timezone

from outbox import delivery
from outbox.models import FAILED, Lane, Message, State
from tests.locks import wait_until_blocked
from tests.outbox.conftest import send_to
from tests.outbox.mail_server import certificate, free_port, mail_server, only

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


def keep(*addresses, **changes):
    """Decide messages to these addresses by the door, each one of its own."""
    usual = {"subject": "Your account", "body": "Hello\n"}
    for address in addresses:
        EmailMessage(to=[address], **usual | changes).send()


def deliver(at, lane=Lane.ACCOUNT):
    return delivery.deliver(lane, at=at + dt.timedelta(seconds=1))


def state_of(address):
    return State(Message.objects.get(address=address).state)


# What arrives -----------------------------------------------------------------------------------


def test_nothing_goes_to_the_mail_server_while_a_page_waits(smtp):
    assert send_mail("Subject", "Body", None, ["a@police.example"]) == 1
    assert smtp.connections == 0
    assert state_of("a@police.example") is State.WAITING


def test_what_was_decided_arrives_once_and_the_row_says_when(smtp, now):
    message = EmailMultiAlternatives("Grüße", "Plain\n", to=["Ann <a@police.example>"])
    message.attach_alternative("<p>Rich</p>", "text/html")
    message.send()
    deliver(now)
    deliver(now)
    [(address, came)] = smtp.came
    assert (address, came["To"], came["Subject"]) == (
        "a@police.example",
        "a@police.example",
        "Grüße",
    )
    assert came.get_body(("plain",)).get_content().strip() == "Plain"
    assert came.get_body(("html",)).get_content().strip() == "<p>Rich</p>"
    row = Message.objects.get()
    assert (row.state, row.sealed) == (State.SENT, "")
    assert row.settled_at >= now


def test_every_message_says_that_a_machine_sent_it_and_has_an_id_of_the_senders_domain(
    smtp, now, settings
):
    settings.DEFAULT_FROM_EMAIL = "Safer hotels <hotels@police.example>"
    keep("a@police.example", headers={"Message-ID": "<x@localhost>"})
    deliver(now)
    [(_, came)] = smtp.came
    assert came["Message-ID"] == f"<{Message.objects.get().message_id}@police.example>"
    assert came["Auto-Submitted"] == "auto-generated"


def test_each_reader_gets_a_message_of_their_own_and_learns_nobody_elses_address(smtp, now):
    EmailMessage(
        "S",
        "B",
        to=["a@police.example", "A@police.example"],
        cc=["b@police.example"],
        bcc=["c@x.example"],
    ).send()
    deliver(now)
    assert sorted(smtp.addresses()) == ["A@police.example", "b@police.example", "c@x.example"]
    for address, came in smtp.came:
        assert came["To"] == address
        others = set(smtp.addresses()) - {address}
        assert not [other for other in others if other in came.as_string()]


def test_a_message_that_is_rolled_back_with_its_act_is_not_sent(smtp, now):
    with transaction.atomic():
        keep("a@police.example")
        transaction.set_rollback(True)
    deliver(now)
    assert not Message.objects.exists()


def test_many_messages_go_by_one_connection(smtp, now):
    keep(*(f"p{number}@police.example" for number in range(20)))
    deliver(now)
    assert (len(smtp.came), smtp.connections) == (20, 1)


def test_a_server_that_ends_the_connection_after_each_message_gets_them_all(smtp, now, settings):
    keep(*(f"p{number}@police.example" for number in range(5)))
    ends_each(smtp)
    deliver(now)
    assert len(smtp.came) == 5
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def ends_each(smtp):
    """After each message the connection is closed, as by a server with a limit."""
    take = smtp.handle_DATA

    async def take_and_end(server, session, envelope):
        push = server.push

        async def push_and_end(answer):  # not sooner, or nobody would know that it was taken
            await push(answer)
            server.transport.close()

        server.push = push_and_end
        return await take(server, session, envelope)

    smtp.handle_DATA = take_and_end


def test_a_message_takes_a_handful_of_queries(smtp, now, django_assert_num_queries):
    keep(*(f"p{number}@police.example" for number in range(10)))
    with django_assert_num_queries(2 + 4 * 10):  # savepoint, lock, note, release
        deliver(now)


# What is refused --------------------------------------------------------------------------------


def test_one_of_two_readers_refused_is_shown_as_refused_and_the_other_is_sent(smtp, now):
    EmailMessage("S", "B", to=["unknown@hotel.example", "a@hotel.example"]).send()
    deliver(now)
    assert smtp.addresses() == ["a@hotel.example"]
    assert state_of("a@hotel.example") is State.SENT
    refused = Message.objects.get(address="unknown@hotel.example")
    assert (refused.state, refused.answer) == (State.REFUSED, "550 5.1.1 No such user")
    assert list(Message.objects.filter(state__in=FAILED)) == [refused]


def test_a_refusal_for_good_is_not_tried_again(smtp, now):
    keep("unknown@hotel.example")
    deliver(now)
    smtp.refusals.clear()
    deliver(now + dt.timedelta(days=1))
    assert smtp.came == []


def test_all_refused_for_now_are_tried_again_and_arrive(smtp, now):
    EmailMessage("S", "B", to=["busy@hotel.example", "busy@other.example"]).send()
    deliver(now)
    for row in Message.objects.all():
        assert (row.state, row.answer) == (State.WAITING, "450 4.2.1 Mailbox busy")
    smtp.refusals.clear()
    deliver(now + 2 * MINUTE)
    assert len(smtp.came) == 2


def test_waits_grow_from_a_minute_to_the_longest_of_the_lane(smtp, now):
    keep("busy@hotel.example")
    at, waits = now, []
    for _ in range(7):
        deliver(at)
        row = Message.objects.get()
        waits.append(round((row.next_try_at - at) / MINUTE))
        at = row.next_try_at
    assert waits == [1, 2, 4, 8, 10, 10, 10]
    assert delivery.wait_after(50, Lane.REMINDERS) == dt.timedelta(hours=1)


def test_what_is_not_yet_due_again_is_left_alone(smtp, now):
    keep("busy@hotel.example")
    deliver(now)
    deliver(now + MINUTE / 2)
    assert Message.objects.get().tries == 1


def test_what_stays_refused_for_now_is_given_up_after_the_time_of_its_lane(smtp, now):
    keep("busy@hotel.example")
    deliver(now + delivery.TRIED_FOR[Lane.ACCOUNT] - MINUTE)
    assert state_of("busy@hotel.example") is State.WAITING
    deliver(now + delivery.TRIED_FOR[Lane.ACCOUNT] + MINUTE)
    row = Message.objects.get()
    assert (row.state, row.answer, row.sealed) == (State.GIVEN_UP, "450 4.2.1 Mailbox busy", "")
    assert list(Message.objects.filter(state__in=FAILED)) == [row]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("554 5.7.1 Looks like advertising", State.REFUSED),
        ("452 4.3.1 Disk full", State.WAITING),
        ("421 4.3.2 Closing down", State.WAITING),
    ],
)
def test_an_answer_to_the_whole_message_counts_like_one_to_the_address(smtp, now, answer, state):
    smtp.to_data["a"] = answer
    keep("a@hotel.example", "b@hotel.example")
    deliver(now)
    row = Message.objects.get(address="a@hotel.example")
    assert (row.state, row.answer) == (state, answer)
    assert smtp.addresses() == ["b@hotel.example"]


@pytest.mark.parametrize("who", ["drops", "cut"])
def test_a_connection_that_drops_in_the_middle_costs_one_message_its_turn_and_no_other(
    smtp, now, who
):
    keep(f"{who}@hotel.example", "b@hotel.example", f"{who}@other.example", "c@hotel.example")
    deliver(now)
    assert smtp.addresses() == ["b@hotel.example", "c@hotel.example"]
    assert state_of(f"{who}@hotel.example") is state_of(f"{who}@other.example") is State.WAITING


def test_a_server_that_hangs_is_left_after_the_time_limit_and_the_next_message_goes(
    smtp, now, monkeypatch
):
    monkeypatch.setitem(delivery.SECONDS_EACH, Lane.ACCOUNT, 0.5)
    keep("hangs@hotel.example", "b@hotel.example")
    deliver(now)
    assert smtp.addresses() == ["b@hotel.example"]
    assert state_of("hangs@hotel.example") is State.WAITING


def test_a_message_at_which_a_server_hangs_is_not_tried_again_by_another_connection(
    smtp, now, monkeypatch
):
    monkeypatch.setitem(delivery.SECONDS_EACH, Lane.ACCOUNT, 0.5)
    monkeypatch.setattr(delivery, "AT_ONCE", 0.2)
    keep("a@hotel.example", "hangs@hotel.example", "b@hotel.example")
    deliver(now)
    assert smtp.addresses() == ["a@hotel.example", "b@hotel.example"]
    assert smtp.connections == 2


def test_a_server_that_sends_a_byte_now_and_then_is_left_after_the_time_limit(
    smtp, now, monkeypatch
):
    monkeypatch.setitem(delivery.SECONDS_EACH, Lane.ACCOUNT, 0.5)
    monkeypatch.setattr(delivery, "AT_ONCE", 0.2)
    drips(smtp)
    keep("slow@hotel.example", "b@hotel.example")
    deliver(now)
    assert smtp.addresses() == ["b@hotel.example"]
    assert state_of("slow@hotel.example") is State.WAITING


def drips(smtp):
    import asyncio

    take = smtp.handle_DATA

    async def drip(server, session, envelope):
        if envelope.rcpt_tos == ["slow@hotel.example"]:
            while not server.transport.is_closing():
                server.transport.write(b"2")
                await asyncio.sleep(0.05)
            return ""
        return await take(server, session, envelope)

    smtp.handle_DATA = drip


# The server is away -----------------------------------------------------------------------------


def test_a_server_that_is_away_costs_no_message_anything_and_all_go_when_it_is_back(settings, now):
    port = free_port()
    send_to(settings, f"smtp://127.0.0.1:{port}")
    keep("a@police.example", "b@police.example")
    for minute in range(6):
        deliver(now + minute * MINUTE)
    first, second = Message.objects.order_by("pk")
    assert (first.tries, first.answer) == (0, "The mail server could not be reached")
    assert (second.tries, second.answer) == (0, "")
    with mail_server(port=port) as server:
        deliver(now + 6 * MINUTE)
    assert server.addresses() == ["a@police.example", "b@police.example"]


def test_a_server_that_stays_away_until_the_end_is_told_to_somebody(settings, now):
    send_to(settings, f"smtp://127.0.0.1:{free_port()}")
    keep("a@police.example")
    deliver(now + delivery.TRIED_FOR[Lane.ACCOUNT])
    row = Message.objects.get()
    assert (row.state, row.answer) == (State.GIVEN_UP, "The mail server could not be reached")


def test_a_password_that_the_server_does_not_take_loses_no_message(settings, now):
    let_in = {"authenticator": only("web", "right"), "auth_require_tls": False}
    with mail_server(**let_in) as server:
        send_to(settings, f"smtp://web:wrong@127.0.0.1:{server.port}")
        keep("a@police.example")
        deliver(now)
        row = Message.objects.get()
        assert (row.state, row.answer) == (
            State.WAITING,
            "The mail server does not take our password",
        )
        send_to(settings, f"smtp://web:right@127.0.0.1:{server.port}")
        deliver(now)
        assert server.addresses() == ["a@police.example"]


def test_a_sender_that_the_server_does_not_take_loses_no_message(smtp, now):
    async def refuse(server, session, envelope, address, options):
        return "550 5.7.1 Not from you"

    smtp.handle_MAIL = refuse
    keep("a@police.example", "b@police.example", "c@police.example")
    deliver(now)
    # Of two in a row the second says that it is not about one message: the third is left alone.
    tried = Message.objects.order_by("pk").values_list("state", "tries")
    assert list(tried) == [(State.WAITING, 1), (State.WAITING, 1), (State.WAITING, 0)]


def test_a_sender_refused_for_one_message_holds_up_no_other(smtp, now):
    """Some servers say in answer to the sender that one message is too large."""
    asked = []

    async def refuse_first(server, session, envelope, address, options):
        asked.append(address)
        if len(asked) in (1, 3):
            return "552 5.3.4 Too large"
        envelope.mail_from = address
        return "250 OK"

    smtp.handle_MAIL = refuse_first
    keep("a@police.example", "b@police.example", "c@police.example", "d@police.example")
    deliver(now)
    assert smtp.addresses() == ["b@police.example", "d@police.example"]
    waiting = Message.objects.waiting().order_by("pk")
    assert [message.answer for message in waiting] == ["552 5.3.4 Too large"] * 2


# TLS --------------------------------------------------------------------------------------------


@pytest.fixture
def tls(tmp_path, monkeypatch):
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


def test_smtp_tls_begins_in_plain_and_turns_to_tls(settings, now, tls):
    with mail_server(tls_context=tls, require_starttls=True) as server:
        send_to(settings, f"smtp+tls://127.0.0.1:{server.port}")
        keep("a@police.example")
        deliver(now)
        assert server.addresses() == ["a@police.example"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+ssl"])
def test_smtps_is_tls_from_the_start(settings, now, tls, scheme):
    with mail_server(ssl_context=tls) as server:
        send_to(settings, f"{scheme}://127.0.0.1:{server.port}")
        keep("a@police.example")
        deliver(now)
        assert server.addresses() == ["a@police.example"]


def test_a_server_without_tls_gets_nothing_where_tls_was_asked_for(settings, now):
    with mail_server() as server:
        send_to(settings, f"smtp+tls://127.0.0.1:{server.port}")
        keep("a@police.example")
        deliver(now)
        assert (server.came, state_of("a@police.example")) == ([], State.WAITING)


def test_a_certificate_that_nobody_vouches_for_gets_nothing(settings, now, tmp_path):
    context, _ = certificate(tmp_path)
    with mail_server(ssl_context=context) as server:
        send_to(settings, f"smtps://127.0.0.1:{server.port}")
        keep("a@police.example")
        deliver(now)
        assert (server.came, state_of("a@police.example")) == ([], State.WAITING)


# Words ------------------------------------------------------------------------------------------


def test_the_words_of_a_message_lie_encrypted_until_it_is_sent(smtp, now):
    keep("a@police.example", body="https://makesafe.example/secret-link")
    row = Message.objects.get()
    assert "secret-link" not in repr(list(Message.objects.values()))
    assert row.sealed
    deliver(now)
    row.refresh_from_db()
    assert row.sealed == ""


def test_words_sealed_with_an_earlier_key_are_still_read(smtp, now, settings):
    keep("a@police.example")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, by chance"
    deliver(now)
    assert smtp.addresses() == ["a@police.example"]


def test_words_whose_key_is_gone_are_given_up_and_stop_no_other(smtp, now, settings):
    keep("a@police.example")
    settings.SECRET_KEY = "another key, by chance"
    keep("b@police.example")
    deliver(now)
    assert state_of("a@police.example") is State.GIVEN_UP
    assert smtp.addresses() == ["b@police.example"]


def test_a_message_that_cannot_be_written_stops_no_other_and_is_given_up_in_the_end(smtp, now):
    Message.objects.create(lane=Lane.ACCOUNT, letter="nobody writes this", address="a@x.example")
    keep("b@police.example")
    deliver(now)
    assert smtp.addresses() == ["b@police.example"]
    row = Message.objects.get(address="a@x.example")
    assert (row.state, row.answer) == (State.WAITING, "The message could not be written")
    deliver(now + delivery.TRIED_FOR[Lane.ACCOUNT] + MINUTE)
    assert state_of("a@x.example") is State.GIVEN_UP


def test_one_of_several_letters_that_cannot_be_written_stops_no_other(smtp, now, monkeypatch):
    def write(messages, at):
        return {
            row.pk: EmailMessage("S", "B" * int(row.about), to=[row.address]) for row in messages
        }

    monkeypatch.setattr(delivery, "writer_of", lambda letter: write)
    for about in ("1", "two", "3"):
        address = f"{about}@x.example"
        Message.objects.create(lane=Lane.ACCOUNT, letter="x", about=about, address=address)
    deliver(now)
    assert smtp.addresses() == ["1@x.example", "3@x.example"]
    assert state_of("two@x.example") is State.WAITING


def test_attachments_are_refused_loudly():
    message = EmailMessage("S", "B", to=["a@police.example"])
    message.attach("a.txt", "words")
    with pytest.raises(ValueError, match="no attachments"):
        message.send()


def test_a_message_to_nobody_is_not_kept():
    assert EmailMessage("S", "B").send() == 0
    assert not Message.objects.exists()


# Once -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_message_that_another_worker_has_in_hand_is_waited_for_and_not_sent_twice(now):
    keep("a@police.example")

    def other_worker():
        close_old_connections()
        try:
            deliver(now)
        finally:
            connection.close()

    thread = threading.Thread(target=other_worker)
    with transaction.atomic():
        message = Message.objects.select_for_update().get()
        thread.start()
        wait_until_blocked(1)
        message.state, message.settled_at, message.sealed = State.SENT, now, ""
        message.save()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert django_mail.outbox == []


def test_what_became_of_a_message_never_changes(smtp, now):
    keep("a@police.example")
    deliver(now)
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        Message.objects.update(state=State.WAITING, settled_at=None)
    with pytest.raises(InternalError), transaction.atomic():
        Message.objects.all().delete()


def test_a_lane_sends_its_own_messages_only(smtp, now):
    keep("a@police.example")
    deliver(now, lane=Lane.REMINDERS)
    assert smtp.came == []

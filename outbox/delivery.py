"""Delivery of messages: each once, each with an answer of its own.

To send, a worker locks the row, hands the message over and marks the row in one transaction. Only a
worker that stops between handing over and committing leaves a message handed over and its row
waiting; the message then goes again under the same Message-ID, which replaces the file in a folder,
and by which a mail server can recognise the second copy. No sender can do better over SMTP. Of a
text GOV.UK Notify is asked first whether it has one of this reference.

What an answer means:

1. The mail server took it: *sent*.
2. It will never take it for this address: *refused*, and shown so where it was decided.
3. Not now: tried again after a minute, two, four and so on, up to the longest wait of its lane.
4. It can't be reached, or takes nothing of ours: no message's fault, so all of the lane wait until
   the next look, a minute later.

What is still not sent when the time of its lane is over is *given up*, and shown so where it was
decided: on the page of the follow-up or the person.
"""

import contextlib
import datetime as dt
import smtplib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parseaddr
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, transaction
from django.utils import timezone

from outbox import content
from outbox.answers import Answer
from outbox.letters import NotNeeded, Text, Written, writer_of
from outbox.models import Lane, Message, State

log = structlog.get_logger(__name__)

#: After this long a message is given up. It outlasts the four days of Easter and Christmas, so that
#: a broken mail server can be put right first.
TRIED_FOR = {
    Lane.ACCOUNT: dt.timedelta(days=5),
    Lane.REMINDERS: dt.timedelta(days=7),
    Lane.ALARMS: dt.timedelta(hours=12),  # a night: by then the alarm's page has told it
    Lane.TEXTS: dt.timedelta(hours=12),
}
#: Seconds that one message may take, and connecting before it.
SECONDS_EACH = {Lane.ACCOUNT: 20, Lane.REMINDERS: 40, Lane.ALARMS: 10, Lane.TEXTS: 5}
#: Seconds after which a run leaves the rest to the next, well within Celery's limit.
SECONDS_A_RUN = 60
#: Messages that one run looks up.
BATCH = 500
#: Letters that are written together, and the seconds for which they hold.
AHEAD, AHEAD_FOR = 50, 2
#: The longest that a message waits for its next try.
LONGEST_WAIT = {
    Lane.ACCOUNT: dt.timedelta(minutes=10),
    Lane.REMINDERS: dt.timedelta(hours=1),
    Lane.ALARMS: dt.timedelta(minutes=1),
    Lane.TEXTS: dt.timedelta(minutes=1),
}
#: SMTP's replies from here on mean: do not try again (RFC 5321, 4.2.1).
PERMANENT = 500
#: Seconds: a connection that ends sooner was over before the message came.
AT_ONCE = 1
#: How long an answer may be to be kept.
WORDS = 200


def deliver(lane: Lane, *, at: dt.datetime) -> bool:
    """Hand over what is due in the lane at the moment ``at``.

    Two workers at once hand each message over once: one waits for the other's row, and finds it
    done.

    Returns:
        Whether more is due than one run takes on.

    """
    due = list(Message.objects.due(lane, at=at).values_list("pk", flat=True)[:BATCH])
    end = time.monotonic() + SECONDS_A_RUN
    refused = False
    with _line(lane) as line:
        for number, pk in enumerate(due):
            if time.monotonic() > end:
                return True
            if number % AHEAD == 0:
                drafts = Drafts(due[number : number + AHEAD], at=at)
            answer = _deliver(pk, line, drafts, at=at)
            if answer.to_all or (refused and answer.of_sender):
                return False
            refused = answer.of_sender
    return len(due) == BATCH


class Drafts:
    """Letters that were written together just before they go out, one after the other.

    One holds for a moment, and for as long as nothing more is decided to go into its message. What
    has none that holds is written alone, so that one that can't be written stops no other.
    """

    def __init__(self, keys: Sequence[int], *, at: dt.datetime) -> None:
        self._until = time.monotonic() + AHEAD_FOR
        self._written: dict[tuple[int, int], Written] = {}
        waiting = Message.objects.waiting().filter(pk__in=keys).exclude(letter="")
        for letter, group in groupby(waiting.order_by("letter"), attrgetter("letter")):
            rows = list(group)
            try:
                written = writer_of(letter)(rows, at)
            except DatabaseError:
                raise
            except Exception as error:
                log.warning("letters not written together", error=type(error).__name__)
                continue
            self._written |= {(row.pk, row.additions): written[row.pk] for row in rows}

    def of(self, message: Message) -> Written | None:
        """The draft of ``message``, whose row is held; None if there is none that holds."""
        if time.monotonic() > self._until:
            return None
        return self._written.get((message.pk, message.additions))


class Line(Protocol):
    """The connection of one run to whatever takes the messages of a lane."""

    def hand_over(self, message: Any, /) -> Answer:
        """Send ``message``, connecting first where that was not done."""

    def close(self) -> None:
        """End the run."""


class MailLine:
    """The connection of one run to the channel for mail that the settings name."""

    def __init__(self, lane: Lane) -> None:
        self._channel = get_connection(settings.OUTBOX_CHANNEL, seconds=SECONDS_EACH[lane])

    def hand_over(self, message: EmailMessage) -> Answer:
        """Send ``message``, connecting first where that was not done."""
        try:
            fresh = self._channel.open()
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            log.warning("mail server away", error=type(error).__name__)
            return Answer(State.WAITING, _why_away(error), to_all=True)
        began = time.monotonic()
        try:
            self._channel.send_messages([message])
        except smtplib.SMTPServerDisconnected as error:
            self.drop()
            if fresh or time.monotonic() - began > AT_ONCE:
                return answer_to(error)
            return self.hand_over(message)  # servers end a connection after so many messages
        except (OSError, smtplib.SMTPException) as error:
            answer = answer_to(error)
            if not isinstance(error, _LEAVE_THE_CONNECTION):
                self.drop()
            return answer
        return Answer(State.SENT)

    def drop(self) -> None:
        """Forget a connection that may be broken."""
        getattr(self._channel, "drop", self._channel.close)()

    def close(self) -> None:
        """End the run."""
        self._channel.close()


def _line_for_texts() -> Line:
    from outbox.notify import Notify  # its client costs 10 MB, which other processes don't need

    return Notify(SECONDS_EACH[Lane.TEXTS])


#: Refusals after which the server goes on with the next message.
_LEAVE_THE_CONNECTION = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPSenderRefused,
)


@contextlib.contextmanager
def _line(lane: Lane) -> Iterator[Line]:
    line = _line_for_texts() if lane.is_of_texts else MailLine(lane)
    try:
        yield line
    finally:
        line.close()


def answer_to(error: Exception) -> Answer:
    """What the trouble with one message means."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            [(code, words)] = error.recipients.values()
            return _by_code(code, words)
        case smtplib.SMTPSenderRefused():
            told = _in_words(error.smtp_code, error.smtp_error)
            return Answer(State.WAITING, told, of_sender=True)
        case smtplib.SMTPDataError():
            return _by_code(error.smtp_code, error.smtp_error)
        case OSError():  # smtplib's errors are such too
            return Answer(State.WAITING, "The mail server took too long, or ended the connection")
    return Answer(State.WAITING, "The message could not be written")


def _by_code(code: int, words: bytes | str) -> Answer:
    state = State.REFUSED if code >= PERMANENT else State.WAITING
    return Answer(state, _in_words(code, words))


def _in_words(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"


def _why_away(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return "The mail server does not take our password"
        case TimeoutError():
            return "The mail server does not answer"
    return "The mail server could not be reached"


def _deliver(pk: int, line: Line, drafts: Drafts, *, at: dt.datetime) -> Answer:
    """Send the message ``pk`` if it still waits, and note what came of it.

    One that another worker has in hand is waited for: it is sent then, or that worker was killed
    and PostgreSQL lets its row go.
    """
    try:
        with transaction.atomic():
            message = Message.objects.waiting().select_for_update(no_key=True).filter(pk=pk).first()
            if message is None:
                return Answer(State.SENT)
            written = _written(message, drafts, at=at)
            if isinstance(written, NotNeeded):
                answer = Answer(State.NOT_NEEDED, written.because)
            else:
                answer = line.hand_over(written)
            _note(message, answer, at=at)
    except content.UnreadableError:
        answer = Answer(State.GIVEN_UP, "Its words can’t be read with the key of this service")
        _note_afterwards(pk, answer, at=at)
    except DatabaseError:
        raise
    except Exception as error:  # one message that can't be written stops no other
        log.exception("message could not be written", message=pk)
        answer = answer_to(error)
        _note_afterwards(pk, answer, at=at)
    return answer


def _written(message: Message, drafts: Drafts, *, at: dt.datetime) -> Written:
    """The message as it goes out, to its one address."""
    if message.letter:
        written = drafts.of(message) or writer_of(message.letter)([message], at)[message.pk]
        if isinstance(written, NotNeeded):
            return written
        if isinstance(written, Text):
            message.address = written.to
            return replace(written, reference=str(message.message_id))
        [message.address] = written.to
    else:
        written = content.unseal(message.sealed)
        written.to = [message.address]
    _, sender = parseaddr(written.from_email)
    written.extra_headers |= {
        "Message-ID": f"<{message.message_id}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    return written


def _note_afterwards(pk: int, answer: Answer, *, at: dt.datetime) -> None:
    """Note what came of a try whose transaction was taken back."""
    with transaction.atomic():
        message = Message.objects.waiting().select_for_update(no_key=True).filter(pk=pk).first()
        if message is not None:
            _note(message, answer, at=at)


def _note(message: Message, answer: Answer, *, at: dt.datetime) -> None:
    message.state, message.answer = answer.state, answer.words[:WORDS]
    if message.is_waiting and at - message.decided_at >= TRIED_FOR[Lane(message.lane)]:
        message.state = State.GIVEN_UP
    message.tries += not answer.to_all
    if not message.is_waiting:
        message.settled_at = timezone.now()
        message.sealed = ""
    elif not answer.to_all:
        message.next_try_at = at + wait_after(message.tries, Lane(message.lane))
    message.save(
        update_fields=[
            *("state", "answer", "tries", "settled_at", "sealed", "next_try_at", "address")
        ]
    )
    log.info("message", message=message.pk, lane=message.lane, state=message.state)


def wait_after(tries: int, lane: Lane) -> dt.timedelta:
    """How long until the next try: a minute, two, four and so on, up to the longest wait."""
    return min(dt.timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_WAIT[lane])

"""Messages to people, and the state of delivery of each."""

import datetime as dt
import uuid
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class Lane(models.TextChoices):
    """A queue with a worker of its own: a slow message delays nothing in the other lane."""

    ACCOUNT = "account", "Account mail"
    """Invitations, links to set a password, notices about somebody's account."""

    REMINDERS = "reminders", "Reminders"
    """Reminders about refreshers, to venues and officers."""

    ALARMS = "alarms", "Alarms"
    """That a team was not heard of."""

    TEXTS = "texts", "Alarms by text"
    """The same to telephones, by GOV.UK Notify. One worker sends both."""

    @property
    def queue(self) -> str:
        """The queue of the lane's own worker (Procfile)."""
        return "alarms_mail" if self.is_of_texts else f"{self.value}_mail"

    @property
    def is_of_texts(self) -> bool:
        """Whether its messages go to telephone numbers, not to addresses of mail."""
        return self is Lane.TEXTS


class State(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", "Waiting to be sent"
    """Decided, and tried again until it is sent or one of the others."""

    SENT = "sent", "Sent"
    """The mail server took it over."""

    REFUSED = "refused", "Not sent: refused"
    """The mail server will never take it for this address."""

    GIVEN_UP = "given_up", "Not sent: given up"
    """It was tried until the time that is set for its lane."""

    NOT_NEEDED = "not_needed", "Not sent: not needed any more"
    """What it would have said was no longer so."""


#: The states of a message that its reader never got.
FAILED: tuple[str, ...] = (State.REFUSED, State.GIVEN_UP)


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages."""

    def waiting(self) -> Self:
        """Still to be sent."""
        return self.filter(state=State.WAITING)

    def due(self, lane: Lane, *, at: dt.datetime) -> Self:
        """Those of the lane that are to be handed over now, the longest due first."""
        due = self.waiting().filter(lane=lane, next_try_at__lte=at)
        return due.order_by("next_try_at", "pk")


class Message(models.Model):
    """One message to one address. The row is the decision to send, and is written once.

    Somebody else's copy of the same words is another row, so that each has an answer of its own and
    nobody reads who else was written to.
    """

    message_id = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        editable=False,
        help_text="Stays the same if the message has to be handed over again.",
    )
    lane = models.CharField(max_length=10, choices=Lane)
    letter = models.CharField(
        max_length=40, blank=True, help_text="Who writes it when it is sent; empty: it is written."
    )
    about = models.CharField(max_length=40, blank=True, help_text="Whom the letter is about.")
    day = models.DateField(null=True, help_text="The day of a letter that goes out once a day.")
    address = models.CharField(
        max_length=254,
        blank=True,
        help_text="Of mail, or a telephone number; empty once it is not kept any more.",
    )
    sealed = models.TextField(
        blank=True, help_text="The words of a message that is written, encrypted until it is sent."
    )
    decided_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    additions = models.PositiveSmallIntegerField(
        default=0, help_text="How often something more was decided to go into it."
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, help_text="When it was sent or explained.")
    answer = models.CharField(
        max_length=200, blank=True, help_text="The last answer, or why it was not sent."
    )

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "letter",
                "day",
                Lower("address"),
                condition=Q(day__isnull=False) & ~Q(address=""),
                name="one_letter_a_day_to_an_address",
            ),
            models.UniqueConstraint(
                "letter",
                "about",
                condition=Q(state="waiting") & ~Q(about=""),
                name="one_letter_about_somebody_waits_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at=None)
                | (~Q(state="waiting") & Q(settled_at__isnull=False)),
                name="message_that_waits_is_not_settled",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(sealed=""),
                name="words_of_a_settled_message_are_gone",
            ),
        ]
        indexes = [
            models.Index(
                "lane", "next_try_at", condition=Q(state="waiting"), name="messages_still_to_send"
            ),
            models.Index("letter", "about", name="messages_about_somebody"),
            models.Index(Lower("address"), name="messages_to_an_address"),
        ]
        ordering = ["-decided_at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="message_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="message_that_is_settled_stays_so",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'waiting'"),
                func="RAISE EXCEPTION 'What became of a message never changes.';",
            ),
            pgtrigger.Trigger(
                name="message_is_decided_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.message_id, OLD.lane, OLD.letter, OLD.about, OLD.day, OLD.decided_at)"
                    " IS DISTINCT FROM"
                    " ROW(NEW.message_id, NEW.lane, NEW.letter, NEW.about, NEW.day, NEW.decided_at)"
                ),
                func="RAISE EXCEPTION 'What was decided about a message never changes.';",
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"

    @property
    def is_failed(self) -> bool:
        """Whether it did not reach its reader and will not be tried again."""
        return self.state in FAILED

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.state == State.WAITING

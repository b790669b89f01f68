"""Subject access: everything that is held of one person.

The Data Protection Act 2018, section 45, gives people a right to it, in clear and plain language.
Held back is what would give away a visit that is still to come (section 45(4)(a) and (b)), and the
names of others: of reads of somebody's data the times are told, not who read. Records are called by
their numbers, as in addresses: keys would tell how many visits there are.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import models
from django.db.models import Q, Value
from django.utils.text import capfirst

from accounts.acts.permissions import require
from accounts.addresses import number_of
from accounts.database import scope
from accounts.database.references import NaturalOrder
from accounts.dates.london import duty_day
from accounts.models import AccessEntry, User
from accounts.record import history
from accounts.record.access_log import Act, record_act
from accounts.record.events import BOOKKEEPING
from accounts.roles import VIEW_LOG
from govuk.dates import plain_time
from operations.models import (
    Cadet,
    Call,
    Concern,
    FollowUp,
    Operation,
    Outcome,
    TeamMember,
    WelfareAnswer,
)
from operations.visits.states import FINISHED
from outbox.models import Message
from venues.models import TrainingSession, VenueContact

#: Entries of the record that are read at a time.
CHUNK = 500


class Subject(models.TextChoices):
    """Whom a request can be about, and how they are found."""

    PERSON = "person", "Somebody who signs in"
    """By username or email address."""

    CONTACT = "contact", "A contact at a venue"
    """By email address, at however many venues."""

    CADET = "cadet", "A cadet"
    """By reference: the cadet unit knows whose it is."""


@dataclass(frozen=True)
class Fact:
    """One line of what is held."""

    part: str
    about: str
    what: str
    held: str

    @property
    def cells(self) -> tuple[str, str, str, str]:
        return (self.part, self.about, self.what, self.held)


def find(subject: Subject, identifier: str) -> list[models.Model]:
    """The records of the person; empty if nobody fits."""
    identifier = identifier.strip()
    with scope.all_units():
        match subject:
            case Subject.PERSON:
                named = Q(username__iexact=identifier) | Q(email__iexact=identifier)
                return list(User.objects.filter(named))
            case Subject.CONTACT:
                contacts = VenueContact.objects.filter(email__iexact=identifier)
                return list(contacts.select_related("venue").order_by("pk"))
            case Subject.CADET:
                same = NaturalOrder(Value(identifier))
                cadets = Cadet.objects.on_record().filter(reference__natural=same)
                return list(cadets.select_related("command_unit"))


def export(
    records: Sequence[models.Model], *, reason: str, by: User, at: dt.datetime
) -> list[Fact]:
    """What is held of the person whose ``records`` these are, and put that it was asked on record.

    Args:
        records: As :func:`find` gives them.
        reason: The request's own reference, or why it was asked.
        by: Who exports it.
        at: When.

    Raises:
        PermissionDenied: ``by`` may not read the log.

    """
    require(by, VIEW_LOG)
    facts: list[Fact] = []
    with scope.all_units():
        for record in records:
            record_act(Act.EXPORTED, by=by, about=record, purpose=reason)
            facts += _of_record("Record", record)
            if isinstance(record, User):
                facts += _of_person(record, reader=by, on=duty_day(at))
            elif isinstance(record, Cadet):
                facts += _of_cadet(record)
            facts += _history(record)
            facts += _reads_about(record)
        people = (record for record in records if isinstance(record, (User, VenueContact)))
        for address in sorted({person.email.lower() for person in people}):
            facts += _messages_to(address)
    return facts


# The parts --------------------------------------------------------------------------------------

#: What is of no use to anybody but a thief, or says nothing of the person.
LEFT_OUT = BOOKKEEPING | {"password"}


def _of_record(part: str, record: models.Model) -> Iterable[Fact]:
    about = f"{history.name_of(type(record))} {number_of(record.pk)}"
    for field in record._meta.concrete_fields:
        if field.name in LEFT_OUT or field.primary_key:
            continue
        value = getattr(record, field.name if field.is_relation else field.attname)
        if value in (None, "", []):
            continue
        held = str(value) if field.is_relation else history.in_plain_words(field, value)
        yield Fact(part, about, capfirst(str(field.verbose_name)), held)


def _messages_to(address: str) -> Iterable[Fact]:
    messages = Message.objects.filter(address__iexact=address).exclude(address="")
    for message in messages.order_by("decided_at", "pk"):
        lane, state = message.get_lane_display(), message.get_state_display()
        yield Fact("Messages", _when(message.decided_at), lane, f"{state}, to {message.address}")


def _of_person(person: User, *, reader: User, on: dt.date) -> Iterable[Fact]:
    account = f"Account {number_of(person.pk)}"
    for role in person.groups.order_by("name"):
        yield Fact("Access", account, "Role", role.name)
    for unit in person.command_units.all():
        yield Fact("Access", account, "Command unit", unit.name)
    for factor in Authenticator.objects.filter(user=person).order_by("pk"):
        kind = Authenticator.Type(factor.type).label
        yield Fact("Access", account, "Second factor", f"{kind}, since {_when(factor.created_at)}")
    for session in UserSession.objects.filter(user=person).order_by("pk"):
        seen = f"{session.ip}, {session.user_agent}, last seen {_when(session.last_seen_at)}"
        yield Fact("Access", account, "Session", seen)
    yield from _work_of(person, on=on)
    limits = history.limits_of_log(reader, on=on)
    reads = AccessEntry.objects.filter(user=person).exclude(limits.reads)
    for entry in reads.order_by("at", "pk").iterator(CHUNK):
        [told] = history.reads_in_words([entry])
        yield Fact("What they read", _when(entry.at), told.title, _line(told.body))
    yield from _changes_by(person, reader=reader, on=on)


def _work_of(person: User, *, on: dt.date) -> Iterable[Fact]:
    places = TeamMember.objects.filter(officer=person, visit__state__in=FINISHED)
    for place in places.select_related("visit__venue").order_by("visit__started_at", "pk"):
        yield _place(place)
    for outcome in Outcome.objects.filter(logged_by=person).order_by("logged_at", "pk"):
        what = "Logged the outcome" if outcome.revision == 1 else "Corrected the outcome"
        yield Fact("Work", f"Visit {number_of(outcome.visit_id)}", what, _when(outcome.logged_at))
    for follow_up in FollowUp.objects.filter(responsible=person).order_by("pk"):
        state = follow_up.get_state_display()
        yield Fact("Work", f"Follow-up {number_of(follow_up.pk)}", "Responsible officer", state)
    # A call about a visit that is not over is as covert.
    calls = Call.objects.filter(Q(visit=None) | Q(visit__state__in=FINISHED), logged_by=person)
    for call in calls.order_by("logged_at", "pk"):
        yield Fact("Work", str(call), "Logged it", _when(call.logged_at))
    for concern in Concern.objects.filter(owner=person).order_by("pk"):
        yield Fact("Work", str(concern), "Has it in hand", concern.state.label)
    # An operation that is not over is as covert as its visits.
    over = Operation.objects.filter(lead=person, ends_on__lt=on)
    for operation in over.order_by("pk"):
        yield Fact("Work", f"Operation {number_of(operation.pk)}", "Led it", str(operation))
    for session in TrainingSession.objects.filter(recorded_by=person).order_by("pk"):
        recorded = _when(session.recorded_at)
        yield Fact("Work", f"Training session {number_of(session.pk)}", "Recorded it", recorded)


def _of_cadet(cadet: Cadet) -> Iterable[Fact]:
    places = TeamMember.objects.filter(cadet=cadet, visit__state__in=FINISHED)
    for place in places.select_related("visit__venue").order_by("visit__started_at", "pk"):
        yield _place(place)
    answers = WelfareAnswer.objects.filter(cadet=cadet, visit__state__in=FINISHED)
    for answer in answers.select_related("visit"):
        held = _line(f"{answer.get_answer_display()}. {answer.note}".strip())
        asked = f"{answer.get_asked_display()}, {_when(answer.asked_at)}"
        yield Fact("What they said", str(answer.visit), asked, held)


def _place(place: TeamMember) -> Fact:
    visit = place.visit
    withdrew = ", withdrew" if place.withdrawn_at else ""
    held = f"{place.get_duty_display()} at {visit.venue}, {_when(visit.started_at)}{withdrew}"
    return Fact("Work", str(visit), "In the team", held)


def _history(record: models.Model) -> Iterable[Fact]:
    """What became of the record itself; who changed it is not theirs to know."""
    of_it = history.all_events(history.Limits(), model=type(record), number=record.pk)
    for page in _pages(of_it):
        for entry in history.in_words(page, of=record, actors=False):
            yield Fact("History of the record", _when(entry.when), entry.title, _line(entry.body))


def _changes_by(person: User, *, reader: User, on: dt.date) -> Iterable[Fact]:
    """That the person changed something, not what: that is of others."""
    models_ = frozenset(map(history.about, history.history_models()))
    limits = history.limits_of_log(reader, on=on)
    for page in _pages(history.all_events(limits, by=person)):
        for entry in history.in_words(page, wordless=models_):
            yield Fact("What they changed", _when(entry.when), entry.title, "")


def _pages(events: list[models.QuerySet[Any]]) -> Iterable[list[tuple[Any, Any]]]:
    page = history.page_of(events, size=CHUNK)
    yield page.rows
    while page.older:
        page = history.page_of(events, size=CHUNK, place=page.older)
        yield page.rows


def _reads_about(record: models.Model) -> Iterable[Fact]:
    reads = AccessEntry.objects.about(record).order_by("at", "pk")
    for entry in reads.iterator(CHUNK):
        act = capfirst(str(entry.get_act_display()))
        yield Fact("Who read it", _when(entry.at), f"{act} by somebody", entry.purpose)


def _line(text: str) -> str:
    return "; ".join(text.splitlines())


def _when(moment: dt.date | None) -> str:
    return plain_time(moment) if moment else "not known"

"""The act of deciding that somebody gets a message: a row, in the transaction of its reason.

A worker that hears of it sends it at once; beat finds it in any case (``outbox/tasks.py``).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.timezone import get_default_timezone

from outbox import content, tasks
from outbox.models import Lane, Message, State


def write(*, letter: str, about: str, to: str, lane: Lane) -> None:
    """Decide that the ``letter`` about somebody goes out, unless the same one still waits.

    Args:
        letter: As an app's ``letters`` names it.
        about: Whom it is about, for the function that writes it.
        to: The address; the letter may know a newer one when it is sent.
        lane: What it waits with.

    """
    row = Message(letter=letter, about=about, address=to, lane=lane)
    Message.objects.bulk_create([row], ignore_conflicts=True)
    wake(lane)


def once_a_day(
    *,
    letter: str,
    to: Iterable[str],
    lane: Lane,
    at: dt.datetime,
    next_day: Callable[[dt.date], dt.date],
    later_at: dt.time,
) -> dict[str, int]:
    """A message of this letter to each address for what is decided at the moment ``at``, locked.

    What is decided on the same day goes into the same message. Where that has gone out already, it
    waits for the next day's. Whoever decides wakes the lane (:func:`wake`), once for all of it.

    Args:
        letter: As an app's ``letters`` names it.
        to: The addresses.
        lane: What the messages wait with.
        at: The moment.
        next_day: Which day is the next for such messages, after one that has had its own.
        later_at: The time of day, in London, at which a message for a later day goes out.

    Returns:
        By address, the key of a message that is not sent before the transaction ends.

    """
    keys = _keys(to)
    missing = {key: address for address, key in keys.items()}
    found: dict[str, int] = {}
    first = day = at.astimezone(get_default_timezone()).date()
    while missing:
        later = dt.datetime.combine(day, later_at, get_default_timezone())
        like = Message(
            letter=letter,
            lane=lane,
            day=day,
            decided_at=at,
            next_try_at=later if day > first else at,
        )
        # In one order, so that two runs at once never wait for each other.
        _add([missing[key] for key in sorted(missing)], like=like)
        rows = Message.objects.annotate(key=Lower("address")).filter(
            letter=letter, day=day, key__in=missing
        )
        held = rows.order_by("key").select_for_update(no_key=True)
        older = []
        for key, pk, state, decided_at in held.values_list("key", "pk", "state", "decided_at"):
            if state == State.WAITING:
                found[key] = pk
                if decided_at != at:
                    older.append(pk)
        if older:  # a worker may have written them ahead
            Message.objects.filter(pk__in=older).update(additions=F("additions") + 1)
        missing = {key: address for key, address in missing.items() if key not in found}
        day = next_day(day)
    return {address: found[key] for address, key in keys.items()}


def _add(addresses: list[str], *, like: Message) -> None:
    """Add a message like this one to each address, where there is none of the day yet.

    Django would make an object of each first, which takes longer than all the rest.
    """
    own = ("id", "message_id", "address")
    fields = {f.column: f for f in Message._meta.concrete_fields if f.column and f.name not in own}
    same = [f.get_db_prep_save(getattr(like, f.attname), connection) for f in fields.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Message._meta.db_table} (message_id, address, {', '.join(fields)})"  # noqa: S608
            f" SELECT gen_random_uuid(), address, {', '.join(['%s'] * len(same))}"
            " FROM unnest(%s::text[]) AS address ON CONFLICT DO NOTHING",
            [*same, addresses],
        )


def _keys(addresses: Iterable[str]) -> dict[str, str]:
    """Each address in small letters: PostgreSQL's, which for some letters are not Python's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT a, lower(a) FROM unnest(%s::text[]) AS a", [list(addresses)])
        return dict(cursor.fetchall())


def keep(messages: Iterable[EmailMessage], *, lane: Lane) -> int:
    """Keep messages that are written already, a row for each address; how many messages that were.

    An address that was given twice is one address. Nobody learns who else was written to.
    """
    rows, kept = [], 0
    for message in messages:
        given = [parseaddr(recipient)[1] for recipient in message.recipients()]
        addresses = {address.lower(): address for address in given if address}
        sealed = content.seal(message)
        rows += [Message(lane=lane, address=to, sealed=sealed) for to in addresses.values()]
        kept += bool(addresses)
    Message.objects.bulk_create(rows)
    wake(lane)
    return kept


def wake(lane: Lane) -> None:
    """Tell the lane's worker after the commit that there is something to send.

    Without a broker nobody hears it, and nothing is lost: beat looks each minute.
    """
    transaction.on_commit(lambda: tasks.wake(lane), robust=True)

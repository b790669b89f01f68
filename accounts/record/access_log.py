"""The record of reads and of sign-ins: who saw what, when, from where and what for.

The Data Protection Act 2018, section 62, asks police to log consultation and disclosure with the
date and time, the identity of whoever consulted and, as far as possible, the justification.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Now, NullIf

from accounts.record.events import insert_only

if TYPE_CHECKING:
    from accounts.models import User


class Act(models.TextChoices):
    """What somebody did without changing a record."""

    VIEWED = "viewed", "viewed"
    """Opened the page of a record."""

    LISTED = "listed", "saw in a list"
    """Had several records on a page."""

    SEARCHED = "searched", "searched"
    """Looked for something in the log itself."""

    EXPORTED = "exported", "exported"
    """Took figures or records away as a file."""

    SIGNED_IN = "signed_in", "signed in"
    """Came in."""

    SIGN_IN_REFUSED = "sign_in_refused", "was refused at sign-in"
    """Gave a password or second factor that is not theirs, or was shut out."""

    SIGNED_OUT = "signed_out", "signed out"
    """Left."""

    FACTOR_ADDED = "factor_added", "added a second factor"
    """Set up an authenticator, a passkey or recovery codes."""

    FACTOR_REMOVED = "factor_removed", "removed a second factor"
    """Gave one up."""

    CAME_WITHOUT_FACTOR = "came_without_factor", "signed in though the second factor was unreadable"
    """Its secret could not be read after a change of ``SECRET_KEY``, so it counted as absent."""

    ERASED = "erased", "erased"
    """What a rule of retention asked for; by the system itself."""

    PASSWORD_CHANGED = "password_changed", "set a new password"
    """Chose one, by the link of an invitation or otherwise."""

    LINK_SENT = "link_sent", "sent a link to set a password to"
    """An administrator gave somebody a way in."""

    FACTORS_TAKEN = "factors_taken", "removed all second factors of"
    """An administrator helped somebody who lost theirs."""

    ACCOUNT_CLOSED = "account_closed", "closed the account and ended the sessions of"
    """An administrator let a leaver out."""

    ACCOUNT_LINKED = "account_linked", "was linked to the account at the force"
    """Signed in with the force for the first time."""

    TOLD_BUSY = "told_busy", "was refused a plan because of another visit of"
    """Learnt of it by the refusal. Many of these show a search for somebody's hours."""

    ACCOUNT_UNLINKED = "account_unlinked", "took the account at the force off"
    """An administrator let another account at the force take its place."""

    RETENTION_APPLIED = "retention_applied", "erased what is kept no longer"
    """The nightly run of retention, whether or not there was something to erase."""

    SESSION_ENDED = "session_ended", "had a session end"
    """Signed out another device, was signed out by an administrator, or was away for too long."""


def told(name: str) -> Func:
    """A setting of the transaction (``accounts/database/scope.py``), NULL if nothing was told."""
    setting = Func(Value(name), Value(True), function="current_setting")
    return NullIf(setting, Value(""))


def _told_of(key: str) -> Coalesce:
    """A part of what was told, or nothing."""
    metadata = Cast(told("pghistory.context_metadata"), models.JSONField())
    part = Func(metadata, Value(key), template="(%(expressions)s)", arg_joiner=" ->> ")
    return Coalesce(part, Value(""), output_field=models.TextField())


class AccessEntryQuerySet(models.QuerySet["AccessEntry"]):
    """Questions about reads."""

    def about(self, record: models.Model) -> Self:
        """Who saw this record."""
        return self.about_number(record.pk, what=record._meta.label_lower)

    def about_number(self, key: int, *, what: str = "") -> Self:
        """The same for a key, of one kind of record or of any."""
        found = RawSQL("SELECT makesafe_reads_of(%s, %s)", [what, key])
        return self.filter(pk__in=found)


class AccessEntry(models.Model):
    """One read of some records, or one coming or going. Never changes.

    From where is taken from the transaction by PostgreSQL, as the record of changes does.
    """

    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Empty: nobody was signed in and no account had the name that was typed.",
    )
    act = models.CharField(max_length=20, choices=Act)
    what = models.CharField(max_length=60, blank=True, help_text="Like operations.visit.")
    ids: Any = ArrayField(models.BigIntegerField(), default=list)
    purpose = models.TextField(blank=True, help_text="What for, or with which filters.")
    address = models.TextField(db_default=_told_of("address"))
    path = models.TextField(db_default=_told_of("path"))
    request = models.UUIDField(
        db_default=Coalesce(Cast(told("pghistory.context_id"), models.UUIDField()), RandomUUID())
    )

    objects: ClassVar[AccessEntryQuerySet] = AccessEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        permissions = [("view_log", "Can search the log of everything")]
        verbose_name_plural = "access entries"
        indexes = [
            models.Index("at", name="access_by_time"),
            models.Index("user", "at", name="access_by_person"),
            GinIndex("ids", name="access_by_record"),
            models.Index(
                "at", condition=models.Q(act="retention_applied"), name="retention_by_time"
            ),
        ]
        ordering = ["-at", "-pk"]
        triggers = [insert_only("access_entry_never_changes")]

    def __str__(self) -> str:
        return f"Access {self.pk}"


# Writing it -------------------------------------------------------------------------------------


def record_reads(
    *, by: User, viewed: Iterable[models.Model] = (), listed: Iterable[models.Model] = ()
) -> None:
    """Put on record that somebody saw these records: one INSERT, whatever their number.

    Args:
        by: The person.
        viewed: What the page is about.
        listed: What else stands on it.

    """
    _write(_reads(by, viewed, listed), by=by)


def record_search(*, by: User, purpose: str, listed: Iterable[models.Model] = ()) -> None:
    """Put on record that somebody searched the log, with what they saw there: one INSERT.

    Args:
        by: The person.
        purpose: The filters in words.
        listed: What stands on the page.

    """
    what = AccessEntry._meta.label_lower
    search = AccessEntry(user=by, act=Act.SEARCHED, what=what, purpose=purpose)
    _write([search, *_reads(by, (), listed)], by=by)


def _reads(
    by: User, viewed: Iterable[models.Model], listed: Iterable[models.Model]
) -> list[AccessEntry]:
    seen: dict[tuple[Act, str], dict[int, None]] = {}  # a dict, to keep the order of the page
    for act, records in ((Act.VIEWED, viewed), (Act.LISTED, listed)):
        for record in records:
            seen.setdefault((act, record._meta.label_lower), {})[record.pk] = None
    return [
        AccessEntry(user=by, act=act, what=what, ids=list(ids)) for (act, what), ids in seen.items()
    ]


def record_acts(act: Act, *, by: User, about: Iterable[models.Model]) -> None:
    """The same for an act on several records: an entry for each model, nothing for no records."""
    keys: dict[str, list[int]] = {}
    for record in about:
        keys.setdefault(record._meta.label_lower, []).append(record.pk)
    AccessEntry.objects.bulk_create(
        AccessEntry(user=by, act=act, what=what, ids=ids) for what, ids in keys.items()
    )


def record_act(
    act: Act,
    *,
    by: User | None,
    what: str = "",
    about: models.Model | None = None,
    purpose: str = "",
) -> None:
    """Put on record what somebody did that is no change of a record.

    Args:
        act: What it was.
        by: The person; None where nobody is known.
        what: The table or page.
        about: The one record that it is about instead, if it is.
        purpose: What for, such as the filters in words.

    """
    ids = []
    if about is not None:
        what, ids = about._meta.label_lower, [about.pk]
    _write([AccessEntry(user=by, act=act, what=what, ids=ids, purpose=purpose)], by=by)


def _write(entries: list[AccessEntry], *, by: User | None) -> None:
    from accounts.database import scope  # which needs the models, and they need this module

    if not entries:
        return
    with scope.somebody(by):
        AccessEntry.objects.bulk_create(entries)

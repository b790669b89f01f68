"""Retention: how long a rule of the settings keeps what, and how that is shown.

Each app lists its rules as ``retention_rules`` of its AppConfig (``config/additions.py``). A
nightly task applies them; it works as the owner of the tables, since pages and other tasks may not
touch the record. What was erased from the record is noted beside its seal, so that ``verify_audit``
tells a rule from a crime, and each run is an entry of the access log: the Data Protection Act 2018,
section 62, asks for erasure to be logged, and section 39 for time limits.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import Q

from accounts.acts import submissions
from accounts.database import scope
from accounts.dates.london import midnight
from accounts.models import AccessEntry, Erasure, User
from accounts.record.access_log import Act, record_act
from config.additions import added

#: Rows that one transaction erases.
BATCH = 1000


class NotTheOwnerError(Exception):
    """The role of ``DATABASE_URL`` may not erase from the record."""


@dataclass(frozen=True)
class Rule:
    """One rule of retention; apps name theirs as ``retention_rules``."""

    what: str
    """The model, as ``RETENTION`` in the settings names it."""

    says: str
    """What it does, as the access log shows it."""

    erase: Callable[[dt.date, dt.date], list[int]]
    """``erase(before, on)`` erases at most :data:`BATCH` rows that were over before ``before`` and
    returns their keys; ``on`` is today.
    """

    fields: frozenset[str] = frozenset()
    """The fields with words in them that it erases, by name of app, model and field."""

    @property
    def name(self) -> str:
        """As the access log names the model."""
        return self.what.lower()


def apply(*, on: dt.date) -> dict[str, int]:
    """Erase what the rules say on the day ``on``.

    Doing so twice erases nothing more. What an interrupted run left, the next one takes up.

    Returns:
        How many rows of each model were erased or made anonymous.

    Raises:
        NotTheOwnerError: the connection is not that of the tables' owner.

    """
    _require_owner()
    counts = {}
    for rule in added("retention_rules"):
        before = on - dt.timedelta(days=settings.RETENTION[rule.what])
        counts[rule.what] = 0
        while erased := _one_batch(rule, before, on):
            counts[rule.what] += erased
    record_run()
    return counts


@scope.for_owner("retention")
def record_run() -> None:
    """Put on record that all rules were followed, whether or not there was something to erase."""
    record_act(Act.RETENTION_APPLIED, by=None, what="retention")


@scope.for_owner("retention")
def _one_batch(rule: Rule, before: dt.date, on: dt.date) -> int:
    keys = rule.erase(before, on)
    if keys:
        AccessEntry.objects.create(act=Act.ERASED, what=rule.name, ids=keys, purpose=rule.says)
    return len(keys)


def _require_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'DELETE')", [AccessEntry._meta.db_table])
        if not cursor.fetchone()[0]:
            raise NotTheOwnerError(
                "Retention erases from the record, so it runs as the owner of the tables: start "
                "the worker of the queue “keeping” with the owner's DATABASE_URL. "
                "See docs/operators.md."
            )


# For the rules of the apps ----------------------------------------------------------------------


def nobody() -> User:
    """Who stands where a person's name was, once it is not kept any more."""
    person, _ = User.objects.get_or_create(
        username="not-kept",
        defaults={
            "first_name": "Name",
            "last_name": "not kept",
            "email": "not-kept@invalid",
            "password": "!",
            "is_active": False,
        },
    )
    return person


#: What stands where a word has to stand.
ERASED = "Not kept"


def forget_purposes(what: str, keys: Iterable[int], *, rule: str) -> None:
    """Erase the reasons for which records were asked for: they were typed, and may name people.

    Args:
        what: The model, as the access log names it.
        keys: The records.
        rule: The rule that asks for it.

    """
    asked = AccessEntry.objects.filter(what=what, ids__overlap=list(keys)).exclude(
        Q(purpose="") | Q(act=Act.ERASED)
    )
    note(asked, rule=rule)
    with pgtrigger.ignore():
        asked.update(purpose=ERASED)


def rules() -> tuple[Rule, ...]:
    """All that apps have handed in."""
    return tuple(added("retention_rules"))


def forget(entries: models.QuerySet[models.Model], *, rule: str) -> None:
    """Delete entries of the record for good, with a note that a rule asked for it."""
    note(entries, rule=rule)
    with pgtrigger.ignore():
        entries.order_by()._raw_delete(entries.db)


def note(entries: models.QuerySet[models.Model], *, rule: str) -> None:
    """Note beside the seals that entries of the record are erased, or made anonymous, by a rule."""
    source = entries.model._meta.db_table
    Erasure.objects.bulk_create(
        (Erasure(source=source, entry=key, rule=rule) for key in _keys(entries)),
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def _keys(entries: models.QuerySet[models.Model]) -> Iterable[int]:
    return entries.order_by().values_list("pk", flat=True)


# The access log's own rule ----------------------------------------------------------------------


def _erase_reads(before: dt.date, on: dt.date) -> list[int]:
    old = AccessEntry.objects.filter(at__lt=midnight(before)).order_by("at", "pk")
    keys = list(old.values_list("pk", flat=True)[:BATCH])
    forget(AccessEntry.objects.filter(pk__in=keys), rule=READS.what)
    return keys


def _erase_submissions(before: dt.date, on: dt.date) -> list[int]:
    submissions.forget(before=midnight(before))
    return []  # bookkeeping: no entry of the record says that it went


READS = Rule(
    what="accounts.AccessEntry",
    says="Entries of the access log are kept for the time that the settings say",
    erase=_erase_reads,
    fields=frozenset(
        f"accounts.AccessEntry.{name}" for name in ("what", "purpose", "address", "path")
    ),
)
SUBMISSIONS = Rule(
    what="accounts.Submission",
    says="The numbers of forms that arrived are kept for as long as a form may come again",
    erase=_erase_submissions,
    fields=frozenset({"accounts.Submission.content", "accounts.Submission.answer"}),
)

"""The work of the night, and whether it was done: sealing the record, erasing what is over.

A worker of its own does it (``owner`` in the Procfile). If that one is away, or is not the tables'
owner, nothing else would say so.
"""

import datetime as dt
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db.models import Subquery

from accounts.models import AccessEntry, Seal
from accounts.record.access_log import Act

log = structlog.get_logger(__name__)

#: A night that was missed, and some hours to make it good in.
LATE = dt.timedelta(hours=30)


@dataclass(frozen=True)
class Work:
    """One of the night's works."""

    name: str
    last: dt.datetime | None
    late: bool

    @property
    def in_words(self) -> str:
        """For administrators: what it means that it is late."""
        return _WORDS[self.name]


_WORDS = {
    "seal": "The record is not sealed",
    "retention": "What is kept no longer is not erased",
}


def latest_seal() -> Seal | None:
    """The end of the chain of seals."""
    return Seal.objects.order_by("-day").first()


def works(*, at: dt.datetime, seal: Seal | None) -> list[Work]:
    """What was last done when. On a new installation nothing is late for the first night.

    Args:
        at: Now.
        seal: The latest one.

    """
    runs = AccessEntry.objects.filter(act=Act.RETENTION_APPLIED).order_by("-at").values("at")
    entries = AccessEntry.objects.order_by("at").annotate(run=Subquery(runs[:1]))
    begun, run = entries.values_list("at", "run").first() or (at, None)
    return [
        Work(name, last, late=at - (last or begun) > LATE)
        for name, last in (("seal", seal.sealed_at if seal else None), ("retention", run))
    ]


def late(*, at: dt.datetime) -> list[Work]:
    """What was not done when it should have been; nothing in the demonstration, which sleeps."""
    return [] if settings.DEMO else [work for work in works(at=at, seal=latest_seal()) if work.late]


def warn(*, at: dt.datetime) -> None:
    """Say in the log what was not done."""
    for work in works(at=at, seal=latest_seal()):
        if work.late:
            hours = int((at - work.last).total_seconds() // 3600) if work.last else None
            log.error("the night's work was not done", work=work.name, hours_ago=hours)

"""Retention of people at venues, of old training and of old imports."""

import datetime as dt
from typing import Any

import pgtrigger
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.dates.london import midnight
from accounts.record.retention import BATCH, ERASED, Rule, forget, forget_purposes, nobody
from venues.models import Decision, ImportRun, TrainingSession, VenueContact


def erase_removed_contacts(before: dt.date, on: dt.date) -> list[int]:
    """Erase the history of contacts that were removed before the day ``before``."""
    events: Any = VenueContact.pgh_event_model  # type: ignore[attr-defined]  # made by tracked()
    there = VenueContact.objects.filter(pk=OuterRef("pgh_obj_id"))
    removed = events.objects.filter(pgh_label="delete", pgh_created_at__lt=midnight(before))
    gone = removed.exclude(Exists(there)).order_by("pgh_obj_id")
    keys = list(gone.values_list("pgh_obj_id", flat=True).distinct()[:BATCH])
    forget(events.objects.filter(pgh_obj__in=keys), rule=CONTACTS.what)
    forget_purposes("venues.venuecontact", keys, rule=CONTACTS.what)
    return keys


def erase_trainers(before: dt.date, on: dt.date) -> list[int]:
    """Erase who delivered and recorded old training, and what was noted; the figures stay."""
    nobody_ = nobody()
    old = TrainingSession.objects.filter(held_on__lt=before).exclude(recorded_by=nobody_)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    with pgtrigger.ignore():
        TrainingSession.objects.filter(pk__in=keys).update(
            delivered_by=Case(When(~Q(delivered_by=""), then=Value(ERASED)), default=Value("")),
            notes="",
            recorded_by=nobody_,
        )
    events: Any = TrainingSession.pgh_event_model  # type: ignore[attr-defined]
    forget(events.objects.filter(pgh_obj__in=keys), rule=TRAINING.what)
    return keys


def erase_imports(before: dt.date, on: dt.date) -> list[int]:
    """Erase the reports of old imports, which name those who brought files and decided."""
    old = ImportRun.objects.filter(finished_at__lt=midnight(before)).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:BATCH])
    with pgtrigger.ignore():
        ImportRun.objects.filter(pk__in=keys).delete()
    events: Any = ImportRun.pgh_event_model  # type: ignore[attr-defined]
    forget(events.objects.filter(pgh_obj__in=keys), rule=IMPORTS.what)
    decided: Any = Decision.pgh_event_model  # type: ignore[attr-defined]
    forget(decided.objects.filter(run__in=keys), rule=IMPORTS.what)
    return keys


CONTACTS = Rule(
    what="venues.VenueContact",
    says="The history of contacts that were removed is kept for the time that the settings say",
    erase=erase_removed_contacts,
)
TRAINING = Rule(
    what="venues.TrainingSession",
    says="Old training loses the people and the free text; the figures stay",
    erase=erase_trainers,
    fields=frozenset({"venues.TrainingSession.delivered_by", "venues.TrainingSession.notes"}),
)
IMPORTS = Rule(
    what="venues.ImportRun",
    says="The reports of imports are kept for the time that the settings say",
    erase=erase_imports,
    fields=frozenset({"venues.ImportRun.file_name", "venues.ImportRun.report"}),
)


RULES = (CONTACTS, TRAINING, IMPORTS)

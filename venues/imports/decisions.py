"""Differences between a file and the registry, and the act of deciding on one.

An import lists what it leaves to people in its run's report. Whoever may change the venue decides:
the file's value, or the registry's. A newer file overtakes what nobody has decided, since it lists
whatever still differs.
"""

import enum
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q

from accounts.acts.undo import Return, undoable
from accounts.database import scope
from accounts.models import User
from accounts.roles import CHANGE_VENUES
from venues.imports import aspects
from venues.imports.lock import wait_for_imports
from venues.models import Decision, HygieneId, ImportRun, LocalAuthority, Venue
from venues.registry.actions import may_move, may_take_back
from venues.registry.names import normal_name

NEW: Final = "new"
"""Stands for the aspect where a whole venue is new."""


class Why(enum.StrEnum):
    """Why an import leaves a difference to people."""

    EDITED = "edited"
    """Somebody edited it by hand."""

    NOT_THEIRS = "not theirs"
    """Whoever brought the file may not change venues there."""

    MOVE = "move"
    """The venue would come into another command unit."""

    OLDER = "older"
    """The file is older than what is on record of the venue's authority."""

    OTHER_RECORD = "other record"
    """It is the second record of a venue whose leading one is still published."""


class OvertakenError(Exception):
    """The venue was changed or merged after the import, or a newer file was imported."""


class DecidedBeforeError(Exception):
    """Somebody, or this person a moment ago, has decided on the difference: it is done."""

    def __init__(self, difference: dict[str, Any]) -> None:
        """Say who it was, and what they did, for a sentence."""
        accepted = "accepted_by" in difference
        self.by: str = difference["accepted_by" if accepted else "kept_by"]
        self.did = "accepted" if accepted else "declined"
        super().__init__(self.by)


def may_decide(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back the decision among these records."""
    return may_take_back(by, records) and all(
        _may_decide(by, _of(decision)[1]) for decision in _decisions(records)
    )


def _may_decide(by: User, difference: dict[str, Any]) -> bool:
    """Whether it is for them to say what the registry says there."""
    if difference["aspect"] != NEW:
        return Venue.objects.changeable_by(by).filter(pk=difference["venue"]).exists()
    try:
        _authority_of(difference, by=by)
    except PermissionDenied:
        return False
    return True


def _overtaken_since(way: Return) -> str:
    """Why a decision stands: a newer file lists what differs by now."""
    since = [decision.decided_at for decision in _decisions(way.left)]
    overtaken = since and ImportRun.objects.filter(finished_at__gt=min(since)).exists()
    return OVERTAKEN_SINCE if overtaken else ""


OVERTAKEN_SINCE = (
    "A newer file was imported since, and the report of that import lists what still differs."
)


def _reopen(records: Sequence[models.Model]) -> None:
    """Leave what was decided to people again: the report is no part of the history."""
    for decision in _decisions(records):
        run, difference = _of(decision, lock=True)
        for name in ("accepted_by", "kept_by"):
            difference.pop(name, None)
        if difference["aspect"] == NEW:
            difference["venue"] = None
        difference["open"] = True
        _save(run)


def _decisions(records: Sequence[models.Model]) -> list[Decision]:
    return [record for record in records if isinstance(record, Decision)]


def _of(decision: Decision, *, lock: bool = False) -> tuple[ImportRun, dict[str, Any]]:
    """The import and the difference that were decided on."""
    runs = ImportRun.objects.select_for_update(no_key=True) if lock else ImportRun.objects.all()
    run = runs.get(pk=decision.run_id)
    return run, run.report["differences"][decision.number]


@undoable(
    "The registry says what it said before, and the difference is open.",
    may=may_decide,
    refuses=_overtaken_since,
    afterwards=_reopen,
    instead="Edit the venue: imports then leave it alone.",
)
@transaction.atomic
def accept_difference(run: ImportRun, *, number: int, by: User) -> Venue:
    """Give a venue the file's value in place of the registry's; imports keep it from now on.

    `number` is the place of the difference in the run's report. A venue that is new is added.
    Raises `PermissionDenied` when the venue is not theirs to change or must not move to that
    authority, `OvertakenError` when the venue has another value by now, was merged or a newer file
    was imported, `DecidedBeforeError` when it is decided, and `LookupError` when there is no such
    difference.
    """
    wait_for_imports()
    run, difference = _undecided(run, number)
    scope.set_reason(f"A difference of the import {run.pk} was accepted")
    if difference["aspect"] == NEW:
        venue = _add(difference, by=by)
    else:
        venue = _locked(difference, by=by)
        _take_over(venue, difference, by=by)
    _decide(run, number, by=by, takes_theirs=True)
    return venue


@undoable(
    "The difference is open again.",
    may=may_decide,
    refuses=_overtaken_since,
    afterwards=_reopen,
    instead="Edit the venue.",
)
@transaction.atomic
def keep_ours(run: ImportRun, *, number: int, by: User) -> None:
    """Leave the registry as it is. The file's value is no news to later imports.

    A new venue that is not added is proposed again by the next file. Raises what
    :func:`accept_difference` raises.
    """
    wait_for_imports()
    run, difference = _undecided(run, number)
    if difference["aspect"] == NEW:
        _authority_of(difference, by=by)
    else:
        _locked(difference, by=by)
        key = HygieneId.objects.select_for_update(no_key=True).get(pk=difference["fhrsid"])
        key.known[difference["aspect"]] = difference["theirs"]["stored"]
        key.save(update_fields=["known"])
    _decide(run, number, by=by, takes_theirs=False)


def undecided_in(differences: Iterable[dict[str, Any]]) -> list[int]:
    """The keys of the authorities in which differences wait; 0 for one that is not known."""
    return sorted({each["authority"] for each in differences if each["open"]})


def overtake(authorities: Iterable[LocalAuthority]) -> None:
    """Close what nobody has decided in these authorities: a newer file lists what still differs."""
    keys = {authority.pk for authority in authorities}
    codes = {authority.fhrs_code for authority in authorities}
    runs = ImportRun.objects.filter(undecided_in__overlap=[0, *sorted(keys)])
    for run in runs.order_by("pk").select_for_update(no_key=True):
        for difference in run.report["differences"]:
            here = difference["authority"] in keys or (
                not difference["authority"] and difference["theirs"]["code"] in codes
            )
            if here and difference["open"]:
                difference |= {"open": False, "overtaken": True}
        _save(run)


def _undecided(run: ImportRun, number: int) -> tuple[ImportRun, dict[str, Any]]:
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    difference = run.report["differences"][number]
    if difference.get("overtaken"):
        raise OvertakenError
    if not difference["open"]:
        raise DecidedBeforeError(difference)
    return run, difference


def _locked(difference: dict[str, Any], *, by: User) -> Venue:
    """The venue of a difference, which must stand as the import found it."""
    venue = Venue.objects.select_for_update(no_key=True).get(pk=difference["venue"])
    if not Venue.objects.changeable_by(by).filter(pk=venue.pk).exists():
        raise PermissionDenied
    ours = difference["ours"]["stored"]
    if venue.merged_into_id or aspects.stored(venue, difference["aspect"]) != ours:
        raise OvertakenError
    return venue


def _take_over(venue: Venue, difference: dict[str, Any], *, by: User) -> None:
    here, aspect = venue.local_authority, difference["aspect"]
    aspects.put(venue, aspect, difference["theirs"]["stored"])
    if not may_move(here, venue.local_authority, by=by):
        raise PermissionDenied
    fields = aspects.fields_of(aspect)
    venue.edited_by_hand = [name for name in venue.edited_by_hand if name not in fields]
    venue.version += 1
    venue.save()


def _add(difference: dict[str, Any], *, by: User) -> Venue:
    authority = _authority_of(difference, by=by)
    if HygieneId.objects.filter(pk=difference["fhrsid"]).exists():
        raise OvertakenError
    theirs = difference["theirs"]
    if authority is None:
        authority = LocalAuthority.objects.create(
            name=theirs["authority"], fhrs_code=theirs["code"]
        )
    venue = Venue(local_authority=authority)
    for aspect, values in theirs["stored"].items():
        aspects.put(venue, aspect, values)
    venue.save()
    HygieneId.objects.create(fhrsid=difference["fhrsid"], venue=venue)
    difference["venue"] = venue.pk
    return venue


def _authority_of(difference: dict[str, Any], *, by: User) -> LocalAuthority | None:
    """Where a new venue lies; None for an authority that is not known yet.

    Raises `PermissionDenied` for somebody who may not add venues there.
    """
    if not by.has_perm(CHANGE_VENUES):
        raise PermissionDenied
    theirs = difference["theirs"]
    found = LocalAuthority.objects.filter(pk=difference["authority"]).first()
    named = Q(fhrs_code=theirs["code"]) | Q(name__normal=normal_name(theirs["authority"]))
    found = found or LocalAuthority.objects.filter(named).first()
    allowed = LocalAuthority.objects.changeable_by(by).filter(pk=found.pk) if found else None
    if not (allowed.exists() if allowed is not None else by.whole_force):
        raise PermissionDenied
    return found


def _decide(run: ImportRun, number: int, *, by: User, takes_theirs: bool) -> None:
    Decision.objects.create(run=run, number=number, takes_theirs=takes_theirs, decided_by=by)
    told = "accepted_by" if takes_theirs else "kept_by"
    run.report["differences"][number] |= {told: str(by), "open": False}
    _save(run)


def _save(run: ImportRun) -> None:
    run.undecided_in = undecided_in(run.report["differences"])
    run.save(update_fields=["report", "undecided_in"])

"""The acts of importing hotels from hygiene open data.

An import is all or nothing: a file refused at its last byte leaves no trace.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from venues import fhrs
from venues.actions import may_move
from venues.files import BrokenFile
from venues.import_lock import wait_for_imports
from venues.models import ImportRun, LocalAuthority, Venue
from venues.names import normal_name

BATCH = 500
"""Hotels looked up and written together; memory and the length of a statement follow from it."""

LISTED = 1_000
"""Most venues that a report names for each outcome; the counts are always of all."""

#: What an import keeps up to date: each aspect and the columns that hold it. An aspect one of
#: whose fields a person has edited (`Venue.edited_by_hand`) is left alone.
ASPECTS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "address": ("address",),
    "postcode": ("postcode",),
    "point": ("latitude", "longitude"),
    "authority": ("local_authority_id",),
}


class OvertakenError(Exception):
    """The venue was changed or merged after the import found the difference."""


class AcceptedBeforeError(Exception):
    """Somebody, or this person a moment ago, has accepted the difference: it is done."""

    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__(by)


@dataclass(slots=True)
class _Tally:
    """What an import has done so far; becomes an `ImportRun`."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    differences: int = 0
    withheld: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"created": [], "changed": [], "missing": [], "differences": []}
    )

    def enter(self, outcome: str, venue: Venue, **details: Any) -> None:
        """Count one more venue (or difference) and name it while there is room."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        if len(self.lists[outcome]) < LISTED:
            entry = {"venue": venue.pk, "name": venue.name, "postcode": venue.postcode}
            self.lists[outcome].append(entry | details)


@transaction.atomic
def import_fhrs(
    source: str | Path | BinaryIO,
    *,
    file_name: str,
    by: User | None,
    max_bytes: int = fhrs.MAX_BYTES,
) -> ImportRun:
    """Bring the registry up to date with one file of hygiene open data; return the report.

    Venues are matched by FHRSID. New ones are added; what changed in known ones is changed, except
    for what a person has edited: there the file's value is listed as a difference. A known venue
    that the file of its authority no longer has is listed as missing, with the new venues of its
    name, since a hotel that is registered anew gets another FHRSID; nothing is ever closed. A venue
    that was merged into another keeps its FHRSID and its record as it was and counts as unchanged;
    the venue that stands for it follows its own FHRSID, and is not missing while either is there.
    A venue that the file puts into another command unit moves only if `by` may move it; otherwise
    that is listed as a difference too, since a planned visit moves along. An authority not known
    yet is added without a command unit.

    `by` is None for an import from the command line, which may move all. Raises `BrokenFile`, and
    then nothing is written.
    """
    wait_for_imports()
    extract = fhrs.read(source, max_bytes=max_bytes)
    authorities = _Authorities()
    tally = _Tally()
    for batch in _batches(extract):
        _import_batch(batch, authorities, tally, by)
    _find_missing(extract, tally)
    return ImportRun.objects.create(
        file_name=file_name[:255],
        extract_date=extract.header.extract_date,
        started_by=by,
        created=tally.created,
        changed=tally.changed,
        unchanged=tally.unchanged,
        missing=tally.missing,
        differences=tally.differences,
        report={
            **tally.lists,
            "authorities": sorted(extract.authorities.values()),
            "authority_codes": sorted(extract.authorities),
            "new_authorities": authorities.added,
            "records": extract.records_read,
            "repeated": len(extract.repeated),
            "withheld": tally.withheld,
            "marks": tally.marks,
        },
    )


@transaction.atomic
def accept_difference(run: ImportRun, *, number: int, by: User) -> Venue:
    """Give a venue the file's value in place of the one edited by hand; imports keep it again.

    `number` is the place of the difference in the run's report. Raises `PermissionDenied` when the
    venue is not theirs to change or must not move to that authority, `OvertakenError` when the
    venue has another value by now or was merged, `AcceptedBeforeError` when it has been accepted,
    and `LookupError` when there is no such difference.
    """
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    difference = run.report["differences"][number]
    if "accepted_by" in difference:
        raise AcceptedBeforeError(difference["accepted_by"])
    venue = Venue.objects.select_for_update().get(pk=difference["venue"])
    columns = ASPECTS[difference["aspect"]]
    if venue.merged_into_id or _stored(venue, columns) != difference["ours"]["stored"]:
        raise OvertakenError
    if not Venue.objects.changeable_by(by).filter(pk=venue.pk).exists():
        raise PermissionDenied
    here = venue.local_authority
    for column, value in zip(columns, difference["theirs"]["stored"], strict=True):
        setattr(venue, column, value)
    if not may_move(here, venue.local_authority, by=by):
        raise PermissionDenied
    fields = _fields(columns)
    venue.edited_by_hand = [name for name in venue.edited_by_hand if name not in fields]
    venue.version += 1
    venue.save()
    difference["accepted_by"] = str(by)
    run.save(update_fields=["report"])
    return venue


def _batches(hotels: Iterable[fhrs.Establishment]) -> Iterator[list[fhrs.Establishment]]:
    rest = iter(hotels)
    while batch := list(islice(rest, BATCH)):
        yield batch


class _Authorities:
    """The local authorities by their food hygiene code; those not known yet are added."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self._by_code: dict[str, LocalAuthority] = {}

    def find(self, code: str, name: str) -> LocalAuthority:
        if code not in self._by_code:
            self._by_code[code] = self._in_database(code, name)
        return self._by_code[code]

    def _in_database(self, code: str, name: str) -> LocalAuthority:
        if known := LocalAuthority.objects.filter(fhrs_code=code).first():
            return known
        if named := LocalAuthority.objects.filter(name__normal=normal_name(name)).first():
            if named.fhrs_code:
                raise BrokenFile(
                    f"The file gives {name} the food hygiene code {code}, but it is known here "
                    f"with {named.fhrs_code}.",
                    "Correct the local authority's code, or choose the right file.",
                )
            named.fhrs_code = code
            named.save(update_fields=["fhrs_code"])
            return named
        self.added.append(name)
        return LocalAuthority.objects.create(name=name, fhrs_code=code)


def _import_batch(
    batch: list[fhrs.Establishment], authorities: _Authorities, tally: _Tally, by: User | None
) -> None:
    known = {
        venue.fhrsid: venue
        for venue in Venue.objects.filter(fhrsid__in=[hotel.fhrsid for hotel in batch])
        .select_related("local_authority")
        .select_for_update(of=("self",))
    }
    new, changed = [], []
    for hotel in batch:
        published = _published(hotel, authorities)
        tally.withheld += hotel.location_withheld
        for mark in hotel.marks:
            tally.marks[mark.value] = tally.marks.get(mark.value, 0) + 1
        venue = known.get(hotel.fhrsid)
        if venue is None:
            new.append(published)
        elif venue.merged_into_id is None and _update(venue, published, tally, by):
            changed.append(venue)
        else:
            tally.unchanged += 1
    for venue in Venue.objects.bulk_create(new):
        tally.enter("created", venue)
    columns = [column for aspect in ASPECTS.values() for column in _fields(aspect)]
    Venue.objects.bulk_update(changed, [*columns, "version", "updated_at"])


def _published(hotel: fhrs.Establishment, authorities: _Authorities) -> Venue:
    """Return the hotel as a venue that is not saved."""
    return Venue(
        fhrsid=hotel.fhrsid,
        name=hotel.name,
        address="\n".join(hotel.address_lines),
        postcode=hotel.postcode,
        latitude=hotel.latitude,
        longitude=hotel.longitude,
        local_authority=authorities.find(hotel.la_code, hotel.la_name),
    )


def _update(venue: Venue, published: Venue, tally: _Tally, by: User | None) -> bool:
    """Take over what changed; return whether anything did. Enter it in the tally."""
    changes: dict[str, list[str]] = {}
    before = venue.name
    for aspect, columns in ASPECTS.items():
        if _stored(venue, columns) == _stored(published, columns):
            continue
        here, there = venue.local_authority, published.local_authority
        stays = aspect == "authority" and by is not None and not may_move(here, there, by=by)
        if stays or _fields(columns) & set(venue.edited_by_hand):
            tally.enter(
                "differences",
                venue,
                aspect=aspect,
                ours=_value(venue, aspect),
                theirs=_value(published, aspect),
            )
            continue
        changes[aspect] = [_shown(venue, aspect), _shown(published, aspect)]
        for name in _fields(columns):
            setattr(venue, name, getattr(published, name))
    if not changes:
        return False
    venue.version += 1
    venue.updated_at = timezone.now()
    tally.enter("changed", venue, fields=changes, was=before)
    return True


def _fields(columns: tuple[str, ...]) -> set[str]:
    """The names of the model's fields, as a form and `Venue.edited_by_hand` have them."""
    return {column.removesuffix("_id") for column in columns}


def _stored(venue: Venue, columns: tuple[str, ...]) -> list[Any]:
    """The values of the columns as JSON can hold them."""
    values = [getattr(venue, column) for column in columns]
    return [str(value) if isinstance(value, Decimal) else value for value in values]


def _shown(venue: Venue, aspect: str) -> str:
    """The aspect in words for the report."""
    if aspect == "authority":
        return venue.local_authority.name
    if aspect == "address":
        return ", ".join(venue.address.splitlines())
    return ", ".join(str(value) for value in _stored(venue, ASPECTS[aspect]) if value is not None)


def _value(venue: Venue, aspect: str) -> dict[str, Any]:
    return {"shown": _shown(venue, aspect), "stored": _stored(venue, ASPECTS[aspect])}


def _find_missing(extract: fhrs.Extract, tally: _Tally) -> None:
    stand_ins = _stand_ins(extract.hotels)
    new_by_name: dict[str, list[dict[str, Any]]] = {}
    for entry in tally.lists["created"]:
        new_by_name.setdefault(normal_name(entry["name"]), []).append(entry)
    expected = (
        Venue.objects.open()
        .filter(fhrsid__isnull=False, local_authority__fhrs_code__in=extract.authorities)
        .by_name()
    )
    for venue in expected.only("fhrsid", "name", "postcode").iterator():
        if venue.fhrsid in extract.hotels or venue.pk in stand_ins:
            continue
        namesakes = new_by_name.get(normal_name(venue.name), [])
        neighbours = [new for new in namesakes if new["postcode"] == venue.postcode]
        tally.enter("missing", venue, perhaps=neighbours or namesakes)


def _stand_ins(hotels: set[int]) -> set[int]:
    """The keys of the venues into which one of the `hotels` was merged, at whatever remove."""
    merged = Venue.objects.exclude(merged_into=None)
    into = dict(merged.values_list("pk", "merged_into"))
    found: set[int] = set()
    for pk, fhrsid in merged.values_list("pk", "fhrsid"):
        if fhrsid in hotels:
            target = into[pk]
            while target is not None and target not in found:
                found.add(target)
                target = into.get(target)
    return found

"""The act of importing hotels from hygiene open data.

An import is all or nothing: a file refused at its last byte leaves no trace. What it may not or
should not change by itself it lists as differences, on which people decide
(`venues.imports.decisions`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from accounts.roles import IMPORT_VENUES
from venues.imports import decisions, fhrs
from venues.imports.aspects import ASPECTS, fields_of, put, shown, stored, value
from venues.imports.authorities import FileAuthorities
from venues.imports.changes import changed_aspects
from venues.imports.decisions import Why
from venues.imports.lock import wait_for_imports
from venues.models import HygieneId, ImportRun, LocalAuthority, Venue
from venues.registry.actions import may_move
from venues.registry.names import normal_name

BATCH = 500
"""Hotels looked up and written together; memory and the length of a statement follow from it."""

LISTED = 1_000
"""Most venues that a report names for each outcome; the counts are always of all."""

SUGGESTED = 5
"""Most venues that are named as what a missing one may have become."""


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
    newcomers: list[tuple[Venue, str]] = field(default_factory=list)
    """New or renamed venues with their former names: a missing one may be among them."""

    def enter(self, outcome: str, venue: Venue, **details: Any) -> None:
        """Count one more venue (or difference) and name it while there is room."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        if len(self.lists[outcome]) < LISTED:
            self.lists[outcome].append(_named(venue) | details)


def _named(venue: Venue) -> dict[str, Any]:
    return {"venue": venue.pk, "name": venue.name, "postcode": venue.postcode}


@transaction.atomic
def import_fhrs(
    source: str | Path | BinaryIO,
    *,
    file_name: str,
    by: User | None,
    at: dt.datetime,
    max_bytes: int = fhrs.MAX_BYTES,
) -> ImportRun:
    """Bring the registry up to date with one file of hygiene open data; return the report.

    Venues are matched by any of their food hygiene ids. New ones are added; what changed in known
    ones is changed, unless only the writing differs. A known venue that the file of its authority
    no longer has is listed as missing, with the venues of its name or at its place that are new or
    newly named: a hotel that is registered anew gets another id. Nothing is ever closed. An
    authority not known yet is added without a command unit.

    What is left to people is listed as a difference and changes nothing (see `Why`): what somebody
    edited by hand, what lies outside the command units of `by`, a move to another command unit, an
    older record of a venue than the registry has, and a second record of one venue.

    `by` is None for an import from the command line by the owner, who may change all. Raises
    `BrokenFile`, and then nothing is written: also for a file that is older than what is on record
    of one of its authorities, or whose authorities' codes and names contradict each other. Raises
    `PermissionDenied` for somebody who may not import.
    """
    if by is not None and not by.has_perm(IMPORT_VENUES):
        raise PermissionDenied
    wait_for_imports()
    whole = fhrs.read(source, max_bytes=max_bytes)
    for _ in whole:  # read once to the end: is it whole, of which authorities, which hotels
        pass
    authorities = FileAuthorities(whole, by=by, today=timezone.localdate(at))
    tally = _Tally()
    importing = _Importing(whole, authorities, tally, by=by, at=at)
    for batch in _batches(fhrs.read(source, max_bytes=max_bytes)):
        importing.take(batch)
    _find_missing(whole, authorities, tally)
    authorities.remember_date()
    decisions.overtake(authorities.brought_up_to_date)
    return ImportRun.objects.create(
        file_name=file_name[:255],
        extract_date=whole.header.extract_date,
        started_by=by,
        created=tally.created,
        changed=tally.changed,
        unchanged=tally.unchanged,
        missing=tally.missing,
        differences=tally.differences,
        undecided_in=decisions.undecided_in(tally.lists["differences"]),
        report={
            **tally.lists,
            "authorities": sorted(whole.authorities.values(), key=normal_name),
            "authority_codes": sorted(whole.authorities),
            "new_authorities": authorities.added,
            "records": whole.records_read,
            "hotels": len(whole.hotels),
            "repeated": len(whole.repeated),
            "withheld": tally.withheld,
            "marks": tally.marks,
        },
    )


def _batches(hotels: Iterable[fhrs.Establishment]) -> Iterator[list[fhrs.Establishment]]:
    rest = iter(hotels)
    while batch := list(islice(rest, BATCH)):
        yield batch


class _Importing:
    """One import under way."""

    def __init__(
        self,
        whole: fhrs.Extract,
        authorities: FileAuthorities,
        tally: _Tally,
        *,
        by: User | None,
        at: dt.datetime,
    ) -> None:
        self._whole = whole
        self._authorities = authorities
        self._tally = tally
        self._by = by
        self._at = at
        self._units: set[int | None] | None = None  # all
        if by is not None and not by.whole_force:
            self._units = {None, *by.command_units.values_list("pk", flat=True)}

    def take(self, batch: list[fhrs.Establishment]) -> None:
        """Bring the venues of one batch up to date."""
        tally = self._tally
        known = _lock_known(hotel.fhrsid for hotel in batch)
        new: list[tuple[Venue, int]] = []
        changed: list[Venue] = []
        for hotel in batch:
            published = self._published(hotel)
            tally.withheld += hotel.location_withheld
            for mark in hotel.marks:
                tally.marks[mark.value] = tally.marks.get(mark.value, 0) + 1
            key = known.get(hotel.fhrsid)
            if key is not None:
                if self._update(key, published):
                    changed.append(key.venue)
                else:
                    tally.unchanged += 1
            elif published.local_authority_id in self._authorities.changeable:
                new.append((published, hotel.fhrsid))
            else:
                self._propose(published, hotel)
        self._create(new)
        columns = sorted(name for aspect in ASPECTS for name in fields_of(aspect))
        Venue.objects.bulk_update(changed, [*columns, "version", "updated_at"])

    def _published(self, hotel: fhrs.Establishment) -> Venue:
        """Return the hotel as a venue that is not saved."""
        return Venue(
            name=hotel.name,
            address="\n".join(hotel.address_lines),
            postcode=hotel.postcode,
            latitude=hotel.latitude,
            longitude=hotel.longitude,
            local_authority=self._authorities.find(hotel.la_code),
        )

    def _create(self, new: list[tuple[Venue, int]]) -> None:
        Venue.objects.bulk_create([venue for venue, _ in new])
        HygieneId.objects.bulk_create(HygieneId(fhrsid=key, venue=venue) for venue, key in new)
        for venue, _ in new:
            self._tally.enter("created", venue)
        self._tally.newcomers += [(venue, "") for venue, _ in new]

    def _propose(self, published: Venue, hotel: fhrs.Establishment) -> None:
        """List a new hotel for those who may add it."""
        self._tally.enter(
            "differences",
            published,
            fhrsid=hotel.fhrsid,
            aspect=decisions.NEW,
            why=Why.NOT_THEIRS,
            authority=published.local_authority_id or 0,
            theirs={
                "shown": ", ".join(
                    filter(None, [*hotel.address_lines, hotel.postcode, hotel.la_name])
                ),
                "code": hotel.la_code,
                "authority": hotel.la_name,
                "stored": {
                    aspect: stored(published, aspect) for aspect in ASPECTS if aspect != "authority"
                },
            },
            open=True,
        )

    def _update(self, key: HygieneId, published: Venue) -> bool:
        """Take over what is news; return whether anything is. Enter it in the tally."""
        venue, was = key.venue, key.venue.name
        changes: dict[str, list[str]] = {}
        for aspect in changed_aspects(key, published):
            if why := self._why_not(aspect, key, published):
                self._tally.enter(
                    "differences",
                    venue,
                    fhrsid=key.pk,
                    aspect=aspect,
                    why=why,
                    authority=venue.local_authority_id,
                    ours=value(venue, aspect),
                    theirs=value(published, aspect),
                    open=True,
                )
                continue
            changes[aspect] = [shown(venue, aspect), shown(published, aspect)]
            put(venue, aspect, stored(published, aspect))
            if key.known.pop(aspect, None):
                key.save(update_fields=["known"])
        if not changes:
            return False
        venue.version += 1
        venue.updated_at = self._at
        self._tally.enter("changed", venue, fields=changes, was=was)
        if "name" in changes:
            self._tally.newcomers.append((venue, was))
        return True

    def _why_not(self, aspect: str, key: HygieneId, published: Venue) -> Why | None:
        """Why this import leaves the news to people; None where it takes them over."""
        venue = key.venue
        here, there = venue.local_authority, published.local_authority
        if not self._may_change(here):
            return Why.NOT_THEIRS
        if self._authorities.older_than(here):
            return Why.OLDER
        if not self._leads(key):
            return Why.OTHER_RECORD
        if aspect == "authority" and self._by and not may_move(here, there, by=self._by):
            return Why.MOVE
        if fields_of(aspect) & set(venue.edited_by_hand):
            return Why.EDITED
        return None

    def _may_change(self, authority: LocalAuthority) -> bool:
        """Whether the person may change the venues of an authority, in the file or not."""
        return self._units is None or authority.command_unit_id in self._units

    def _leads(self, key: HygieneId) -> bool:
        """Whether the record of `key` is the one to follow among those of its venue.

        It is the leading one's, or the newest other one's where the file is of the venue's
        authority and has the leading one no more.
        """
        if key.leads:
            return True
        others = {other.pk: other for other in key.venue.hygiene_ids.all()}
        in_file = [pk for pk in others if pk in self._whole.hotels]
        gone = key.venue.local_authority_id in self._authorities.keys and not any(
            others[pk].leads for pk in in_file
        )
        return gone and key.pk == max(in_file)


def _lock_known(fhrsids: Iterable[int]) -> dict[int, HygieneId]:
    """The ids among these that are known, with their venues, kept from others' acts."""
    keys = HygieneId.objects.in_bulk(list(fhrsids))
    venues = (
        Venue.objects.filter(pk__in={key.venue_id for key in keys.values()})
        .select_related("local_authority")
        .defer("local_authority__boundary")
        .prefetch_related("hygiene_ids")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .in_bulk()
    )
    for key in keys.values():
        key.venue = venues[key.venue_id]
    return keys


def _find_missing(whole: fhrs.Extract, authorities: FileAuthorities, tally: _Tally) -> None:
    suggestions = _Suggestions(tally.newcomers)
    in_file = HygieneId.objects.filter(venue=OuterRef("pk"), pk__in=whole.hotels)
    expected = (
        Venue.objects.open()
        .filter(Exists(HygieneId.objects.filter(venue=OuterRef("pk"))))
        .filter(local_authority__in=authorities.keys)
        .exclude(Exists(in_file))
        .by_name()
    )
    for venue in expected.iterator():
        tally.enter("missing", venue, perhaps=suggestions.for_missing(venue))


class _Suggestions:
    """What a missing venue may have become: venues new or newly named in the same file."""

    def __init__(self, newcomers: list[tuple[Venue, str]]) -> None:
        self._named: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._placed: dict[object, list[dict[str, Any]]] = defaultdict(list)
        for venue, was in newcomers:
            entry = _named(venue) | ({"was": was} if was else {})
            self._named[normal_name(venue.name)].append(entry)
            for place in _places(venue):
                self._placed[place].append(entry)

    def for_missing(self, venue: Venue) -> list[dict[str, Any]]:
        """Those of its name at its place, else of its name; then others at its place."""
        named = self._named.get(normal_name(venue.name), [])
        placed = [entry for place in _places(venue) for entry in self._placed.get(place, [])]
        found = [entry for entry in named if entry in placed] or named
        found = [*found, *(entry for entry in placed if entry not in found)]
        return list({entry["venue"]: entry for entry in found}.values())[:SUGGESTED]


def _places(venue: Venue) -> list[object]:
    """What stands for where a venue is: postcode and address; the point where neither is known.

    Points are mostly a postcode's centre, so with a postcode they tell nothing more.
    """
    postcode = "".join(venue.postcode.upper().split())
    places: list[object] = [("postcode", postcode)] if postcode else []
    if venue.address:
        places.append(("address", normal_name(venue.address)))
    if venue.latitude is not None and venue.longitude is not None:
        places.append(("point", round(venue.latitude, 4), round(venue.longitude, 4)))
    return places

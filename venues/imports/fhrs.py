"""The Food Standards Agency's food hygiene open data: the hotels of a file, in one pass.

A file is never held whole, so memory stays the same for a borough and for the country. One that is
cut off, hostile or simply something else raises `BrokenFile`, whose text is written for the person
who chose it. Since a cut-off file may show only at its end, import inside a transaction and let the
exception undo it.

Deliberately not read: ratings, right-to-reply texts, telephone numbers and e-mail addresses, which
can be a named person's and which the registry does not need. Pure: no Django.
"""

import enum
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from venues.imports.fhrs_formats import ADDRESS_FIELDS, Header, read_records
from venues.imports.uploads import BrokenFile, check_size, read_text, tidy
from venues.registry.postcodes import degrees, in_the_united_kingdom, normalise_postcode

__all__ = [
    "HOTELS",
    "MAX_BYTES",
    "BrokenFile",
    "Establishment",
    "Extract",
    "Header",
    "Mark",
    "read",
]

HOTELS: Final = "7842"
"""`BusinessTypeID` of hotels, bed and breakfasts and guest houses; the label's wording varies."""

MAX_BYTES: Final = 256 * 2**20
"""Largest file accepted; an authority's has 1 to 10 MB."""

_LONGEST_NAME = 200  # characters of a name or an address line; the longest published has 100
_LONGEST_AUTHORITY = 120  # characters; the longest published name of one has 35
_LONGEST_POSTCODE = 10  # characters; longer than any postcode, mistyped ones included
_LAST_FHRSID = 2**31 - 1


class Mark(enum.StrEnum):
    """What a person should know of a published record before relying on it."""

    NO_ADDRESS = "no address"
    """Not one address line is published."""

    NO_POSTCODE = "no postcode"
    """No postcode is published, or what stands in its place is a word (“Devon”)."""

    ODD_POSTCODE = "postcode not complete"
    """A district only (“SE9”, as for guest houses in private homes) or mistyped (“IG11 ODU”)."""

    NO_POINT = "no point"
    """No coordinates are published."""

    POINT_REFUSED = "point not in the United Kingdom"
    """The coordinates published can't be right; they are treated as missing."""


@dataclass(frozen=True, slots=True)
class Establishment:
    """One hotel as published, in tidy text, with the case of names kept.

    Address lines are the published ones in their order, absent ones left out. `postcode` has its
    printed form (``WC1E 6HJ``) when it is a whole UK postcode. A partial or mistyped one is kept in
    capitals, for a person to mend; a word without a digit (“Devon”) is put at the end of the
    address instead. Latitude and longitude are WGS84 degrees to six decimals (0.1 m), both or none.
    """

    fhrsid: int
    la_business_id: str
    name: str
    la_code: str
    la_name: str
    address_lines: tuple[str, ...]
    postcode: str
    latitude: Decimal | None
    longitude: Decimal | None
    marks: tuple[Mark, ...] = ()

    @property
    def location_withheld(self) -> bool:
        """Whether the record can't be placed: no address, no whole postcode and no point.

        So are guest houses published that are run from a private home. Never seek the address.
        """
        return not (
            self.address_lines or normalise_postcode(self.postcode) or self.latitude is not None
        )


class Extract:
    """The hotels of one file, to iterate once; all else is complete after the last of them.

    An FHRSID that comes again within the file, as happens, is passed over: the first record stands
    and the number is in `repeated`. The keys of the hotels are all that memory grows by: 2 MB for
    the whole country.
    """

    def __init__(self, source: str | Path | BinaryIO, max_bytes: int) -> None:
        self.header = Header()
        self.records_read = 0
        """Records of every business type."""
        self.authorities: dict[str, str] = {}
        """Code → name of every authority met, in records of any type."""
        self.names: set[tuple[str, str]] = set()
        """Every pair of a code and a name met."""
        self.hotels: set[int] = set()
        """The FHRSIDs of the hotels met."""
        self.repeated: set[int] = set()
        self._source = source
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[Establishment]:
        if isinstance(self._source, str | Path):
            with Path(self._source).open("rb") as file:
                yield from self._hotels(file)
        else:
            yield from self._hotels(self._source)

    def _hotels(self, file: BinaryIO) -> Iterator[Establishment]:
        for record in read_records(read_text(file, self._max_bytes), self.header):
            self.records_read += 1
            fhrsid, kind = _key(record, self.records_read)
            code, name = _authority(record, fhrsid)
            self.authorities[code] = name
            self.names.add((code, name))
            if kind != HOTELS:
                continue
            if fhrsid in self.hotels:
                self.repeated.add(fhrsid)
                continue
            self.hotels.add(fhrsid)
            yield _establishment(record, fhrsid, code, name)
        self._check_complete()

    def _check_complete(self) -> None:
        stated, header = self.header.item_count, self.header
        if stated is None:
            raise BrokenFile("The file does not say how many records it holds.")
        if (header.total_pages or 1) > 1 or (header.total_count or 0) > stated:
            raise BrokenFile(
                f"The file is one page of an answer of the agency's API: it has {stated} "
                f"of {header.total_count} records.",
                "Ask the API for all records in one page, or download the authority's XML file.",
            )
        if stated != self.records_read:
            raise BrokenFile(
                f"The file says that it holds {stated} records but has {self.records_read}: "
                "it was cut off or changed."
            )


def read(source: str | Path | BinaryIO, *, max_bytes: int = MAX_BYTES) -> Extract:
    """Open a file of hygiene data, given by its path or as a seekable binary file.

    Raises `BrokenFile` here when the file is larger than `max_bytes`, without reading it, and
    while its hotels are iterated, at the latest after the last of them, for anything else.
    """
    if isinstance(source, str | Path):
        check_size(Path(source).stat().st_size, max_bytes)
    else:
        check_size(source.seek(0, os.SEEK_END), max_bytes)
    return Extract(source, max_bytes)


def _key(record: dict[str, str], number: int) -> tuple[int, str]:
    """Return the FHRSID and the business type of the record that is `number` in the file."""
    key = tidy(record.get("fhrsid", ""))
    if not key:
        raise BrokenFile(f"Record {number} of the file has no FHRSID, the agency's own key.")
    if not re.fullmatch("[0-9]{1,10}", key) or not 1 <= int(key) <= _LAST_FHRSID:
        raise BrokenFile(
            f"Record {number} of the file has the FHRSID “{key[:40]}”, "
            f"which is not a whole number from 1 to {_LAST_FHRSID}."
        )
    kind = tidy(record.get("businesstypeid", ""))
    if not kind:
        raise BrokenFile(f"The record with FHRSID {key} has no business type.")
    return int(key), kind


def _authority(record: dict[str, str], fhrsid: int) -> tuple[str, str]:
    code = tidy(record.get("localauthoritycode", ""))
    if not re.fullmatch("[0-9]{3,4}", code):
        raise BrokenFile(
            f"The record with FHRSID {fhrsid} has the local authority code “{code[:40]}”; "
            "three digits were expected."
        )
    name = _short(record, "localauthorityname", fhrsid, longest=_LONGEST_AUTHORITY)
    if not name:
        raise BrokenFile(f"The record with FHRSID {fhrsid} has no name of its local authority.")
    return code, name


def _short(record: dict[str, str], field: str, fhrsid: int, *, longest: int = _LONGEST_NAME) -> str:
    value = tidy(record.get(field, ""))
    if len(value) > longest:
        raise BrokenFile(
            f"The record with FHRSID {fhrsid} has a name or address of {len(value)} letters; "
            f"at most {longest} are accepted."
        )
    return value


def _establishment(record: dict[str, str], fhrsid: int, code: str, name: str) -> Establishment:
    marks: list[Mark] = []
    if not (hotel := _short(record, "businessname", fhrsid)):
        raise BrokenFile(f"The record with FHRSID {fhrsid} has no name.")
    address = [line for field in ADDRESS_FIELDS if (line := _short(record, field, fhrsid))]
    postcode = _postcode(_short(record, "postcode", fhrsid), address, marks)
    if not address:
        marks.append(Mark.NO_ADDRESS)
    latitude, longitude = _point(
        record.get("geocode.latitude", ""), record.get("geocode.longitude", ""), marks
    )
    return Establishment(
        fhrsid=fhrsid,
        la_business_id=_short(record, "localauthoritybusinessid", fhrsid),
        name=hotel,
        la_code=code,
        la_name=name,
        address_lines=tuple(address),
        postcode=postcode,
        latitude=latitude,
        longitude=longitude,
        marks=tuple(marks),
    )


def _postcode(published: str, address: list[str], marks: list[Mark]) -> str:
    """Return the postcode to keep; words published in its place are added to `address`."""
    if postcode := normalise_postcode(published):
        return postcode
    if re.search("[0-9]", published) and len(published.upper()) <= _LONGEST_POSTCODE:
        marks.append(Mark.ODD_POSTCODE)
        return published.upper()
    marks.append(Mark.NO_POSTCODE)
    if published and published not in address:
        address.append(published)
    return ""


def _point(
    latitude: str, longitude: str, marks: list[Mark]
) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """Return latitude and longitude, or nothing when they are missing or can't be right."""
    latitude, longitude = tidy(latitude), tidy(longitude)
    if not latitude and not longitude:
        marks.append(Mark.NO_POINT)
        return None, None
    north, east = degrees(latitude), degrees(longitude)
    if north is None or east is None or not in_the_united_kingdom(north, east):
        marks.append(Mark.POINT_REFUSED)
        return None, None
    return north, east

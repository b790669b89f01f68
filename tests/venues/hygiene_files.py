"""Files of hygiene data for tests, in each published format, about invented hotels."""

import datetime as dt
import io
import json
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone

from accounts.models import User
from venues.imports import fhrs_import as imports
from venues.models import ImportRun

_TAGS = {
    "fhrsid": "FHRSID",
    "name": "BusinessName",
    "kind": "BusinessTypeID",
    "line1": "AddressLine1",
    "line2": "AddressLine2",
    "postcode": "PostCode",
    "code": "LocalAuthorityCode",
    "authority": "LocalAuthorityName",
}


def hotel(fhrsid: int, name: str = "", **fields: Any) -> dict[str, Any]:
    """One record, of Northmoor (901) unless said otherwise."""
    named = {"fhrsid": fhrsid, "name": name or f"Hotel {fhrsid}", "kind": 7842}
    return named | {"code": "901", "authority": "Northmoor"} | fields


def xml(*hotels: dict[str, Any], on: dt.date | None = None) -> bytes:
    """The official XML."""
    records = "".join(
        "<EstablishmentDetail>"
        + "".join(
            f"<{tag}>{escape(str(each[name]))}</{tag}>"
            for name, tag in _TAGS.items()
            if name in each
        )
        + (
            f"<Geocode><Longitude>{each['point'][1]}</Longitude>"
            f"<Latitude>{each['point'][0]}</Latitude></Geocode>"
            if "point" in each
            else ""
        )
        + "</EstablishmentDetail>"
        for each in hotels
    )
    date = f"<ExtractDate>{on}</ExtractDate>" if on else ""
    return (
        f"<FHRSEstablishment><Header>{date}<ItemCount>{len(hotels)}</ItemCount></Header>"
        f"<EstablishmentCollection>{records}</EstablishmentCollection></FHRSEstablishment>"
    ).encode()


def _record(each: dict[str, Any], geocode: str) -> dict[str, Any]:
    record = {tag: each.get(name, "") for name, tag in _TAGS.items()}
    north, east = each.get("point", (None, None))
    return record | {geocode: {"latitude": north, "longitude": east}}


def api(*hotels: dict[str, Any], on: dt.date | None = None) -> bytes:
    """The API's JSON, whose header comes last."""
    meta: dict[str, Any] = {"itemCount": len(hotels), "totalCount": len(hotels), "totalPages": 1}
    if on:
        meta["extractDate"] = f"{on}T14:51:09.3797105+01:00"
    records = [_record(each, "geocode") for each in hotels]
    return json.dumps({"establishments": records, "meta": meta}).encode()


def bulk(*hotels: dict[str, Any], on: dt.date | None = None) -> bytes:
    """The bulk download."""
    header = {"ItemCount": len(hotels)} | ({"ExtractDate": f"{on}"} if on else {})
    records = [_record(each, "Geocode") for each in hotels]
    whole = {"Header": header, "EstablishmentCollection": records}
    return b"\xef\xbb\xbf" + json.dumps({"FHRSEstablishment": whole}).encode()


FORMATS = {"xml": xml, "api": api, "bulk": bulk}


def bring(data: bytes, *, by: User | None = None) -> ImportRun:
    """Import a file."""
    return imports.import_fhrs(
        io.BytesIO(data), file_name="northmoor.xml", by=by, at=timezone.now()
    )


def counts(run: ImportRun) -> dict[str, int]:
    """What an import did, without what it did not."""
    names = ("created", "changed", "unchanged", "missing", "differences")
    return {name: getattr(run, name) for name in names if getattr(run, name)}

"""Reading small files of invented hotels."""

import io
from pathlib import Path

from venues.imports import fhrs
from venues.imports.fhrs import Establishment, Extract

SAMPLES = Path(__file__).parents[1] / "samples"

SHAPES = [
    "official_2015.xml",
    "official_2020.xml",
    "official_2026.xml",
    "official_scotland.xml",
    "api_2021.json",
    "bulk_list.json",
    "bulk_nested.json",
]


def read(data: bytes | str, **options: int) -> tuple[list[Establishment], Extract]:
    """Read a file given by its contents; return its hotels and the extract."""
    extract = fhrs.read(io.BytesIO(data.encode() if isinstance(data, str) else data), **options)
    return list(extract), extract


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def official(*records: str, count: int | None = None, header: str = "") -> str:
    count = len(records) if count is None else count
    return (
        '<?xml version="1.0"?><FHRSEstablishment><Header><ExtractDate>2020-11-14</ExtractDate>'
        f"<ItemCount>{count}</ItemCount>{header}</Header><EstablishmentCollection>"
        + "".join(f"<EstablishmentDetail>{record}</EstablishmentDetail>" for record in records)
        + "</EstablishmentCollection></FHRSEstablishment>"
    )


def hotel(fhrsid: object = 9100001, name: str = "Bell", extra: str = "", kind: str = "7842") -> str:
    return (
        f"<FHRSID>{fhrsid}</FHRSID><BusinessName>{name}</BusinessName>"
        f"<BusinessTypeID>{kind}</BusinessTypeID><LocalAuthorityCode>901</LocalAuthorityCode>"
        f"<LocalAuthorityName>Northmoor</LocalAuthorityName>{extra}"
    )


API_HOTEL: dict[str, object] = {
    "FHRSID": 9100001,
    "BusinessName": "Bell",
    "BusinessTypeID": 7842,
    "LocalAuthorityCode": "901",
    "LocalAuthorityName": "Northmoor",
}

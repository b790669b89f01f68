"""Importing the samples of invented hotels."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory
from venues.imports import fhrs_import as imports
from venues.models import ImportRun, Venue

SAMPLES = Path(__file__).parents[1] / "samples"


def planner(**kwargs: Any) -> User:
    return UserFactory(role=Role.PLANNER, **kwargs)


def import_sample(name: str, **options: Any) -> ImportRun:
    return imports.import_fhrs(
        SAMPLES / name, file_name=name, by=None, at=timezone.now(), **options
    )


def import_bytes(data: bytes, name: str = "file") -> ImportRun:
    return imports.import_fhrs(io.BytesIO(data), file_name=name, by=None, at=timezone.now())


def official(count: int, start: int = 1, name: str = "Hotel") -> bytes:
    records = "".join(
        f"<EstablishmentDetail><FHRSID>{number}</FHRSID>"
        f"<BusinessName>{name} {number}</BusinessName><BusinessTypeID>7842</BusinessTypeID>"
        "<LocalAuthorityCode>901</LocalAuthorityCode>"
        "<LocalAuthorityName>Northmoor</LocalAuthorityName></EstablishmentDetail>"
        for number in range(start, start + count)
    )
    return (
        f"<FHRSEstablishment><Header><ItemCount>{count}</ItemCount></Header>"
        f"<EstablishmentCollection>{records}</EstablishmentCollection></FHRSEstablishment>"
    ).encode()


def difference() -> tuple[ImportRun, Venue]:
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100005).update(
        latitude=Decimal("54.5"), longitude=Decimal("-1.5"), edited_by_hand=["name", "latitude"]
    )
    run = import_sample("api_2021.json")
    return run, Venue.objects.get(fhrsid=9100005)

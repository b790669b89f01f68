"""The acts of importing areas and their boundaries.

Each is all or nothing: a file refused at its last byte leaves no trace.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from venues.imports import areas
from venues.imports.lock import wait_for_imports
from venues.imports.uploads import BrokenFile
from venues.models import CommandUnit, Force, LocalAuthority
from venues.registry.names import normal_name


@dataclass(frozen=True, slots=True)
class AreasImported:
    """How many local authorities an areas file added, changed and left as they were."""

    created: int
    changed: int
    unchanged: int


@transaction.atomic
def import_areas(source: str | Path | BinaryIO) -> AreasImported:
    """Write forces, command units and local authorities as a CSV file of areas says.

    An authority is found by its ONS code, else by its food hygiene code, else by its name, so that
    those that came with hygiene data are completed. What the file does not name stays. Raises
    `BrokenFile`, and then nothing is written.
    """
    wait_for_imports()
    created = changed = unchanged = 0
    for area in areas.read_areas(source):
        authority = _known_authority(area)
        before = None if authority is None else _facts(authority)
        authority = authority or LocalAuthority()
        authority.name = area.name
        authority.gss_code = area.gss_code
        authority.fhrs_code = area.fhrs_code
        authority.command_unit = _command_unit(area) if area.unit_code else None
        if before == _facts(authority):
            unchanged += 1
            continue
        authority.save()
        created, changed = created + (before is None), changed + (before is not None)
    return AreasImported(created, changed, unchanged)


@dataclass(frozen=True, slots=True)
class BoundariesImported:
    """How many authorities got a boundary, and the names of outlines that belong to none."""

    set: int
    unknown: list[str]


@transaction.atomic
def import_boundaries(source: str | Path | BinaryIO) -> BoundariesImported:
    """Give local authorities the boundaries of a GeoJSON file, by ONS code.

    Raises `BrokenFile`, and then nothing is written.
    """
    wait_for_imports()
    unknown = []
    boundaries = areas.read_boundaries(source)
    for boundary in boundaries:
        rows = LocalAuthority.objects.filter(gss_code=boundary.gss_code)
        if not rows.update(boundary=boundary.geometry):
            unknown.append(boundary.name)
    return BoundariesImported(set=len(boundaries) - len(unknown), unknown=unknown)


def _known_authority(area: areas.Area) -> LocalAuthority | None:
    """Return the authority that the row means, or None when it is new."""
    rows = LocalAuthority.objects.select_related("command_unit__force")
    found = [
        authority
        for authority in (
            rows.filter(gss_code=area.gss_code).first(),
            rows.filter(fhrs_code=area.fhrs_code).first(),
            rows.filter(name__normal=normal_name(area.name)).first(),
        )
        if authority
    ]
    if len({authority.pk for authority in found}) > 1:
        names = " and ".join(sorted({authority.name for authority in found}, key=normal_name))
        raise BrokenFile(
            f"Line {area.line} ({area.name}) fits two authorities known here: {names}.",
            "Correct the codes in the file or of those authorities.",
        )
    return found[0] if found else None


def _facts(authority: LocalAuthority) -> tuple[object, ...]:
    return authority.name, authority.gss_code, authority.fhrs_code, authority.command_unit_id


def _command_unit(area: areas.Area) -> CommandUnit:
    force = Force.objects.filter(name__normal=normal_name(area.force)).first()
    if force is None:
        force = Force.objects.create(name=area.force)
    unit = force.command_units.filter(code__iexact=area.unit_code).first()
    if unit is None:
        return force.command_units.create(code=area.unit_code, name=area.unit_name)
    if unit.name != area.unit_name:
        unit.name = area.unit_name
        unit.save(update_fields=["name"])
    return unit

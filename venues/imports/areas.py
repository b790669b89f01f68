"""Areas as files: who polices where as CSV, and boundaries as GeoJSON.

Any force loads its own; the Metropolitan Police's are `venues/data/met_command_units.csv`. A file
with a mistake is refused whole, as `BrokenFile`, and the refusal names the lines. Pure: no Django.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from venues.imports.uploads import BrokenFile, read_text, tidy
from venues.registry.names import normal_name
from venues.registry.postcodes import in_the_united_kingdom

COLUMNS: Final = ("bcu_name", "bcu_code", "borough", "gss_code", "fhrs_la_code", "police_force")
"""The first line of an areas file; the order of its columns is free and others are ignored."""

MAX_AREAS_BYTES: Final = 2**20
"""Largest areas file accepted: the United Kingdom has fewer than 400 authorities."""

MAX_BOUNDARIES_BYTES: Final = 32 * 2**20
"""Largest boundaries file accepted; it is held in memory."""

_LONGEST = {
    "bcu_name": 120,
    "bcu_code": 20,
    "borough": 120,
    "gss_code": 9,
    "fhrs_la_code": 10,
    "police_force": 120,
}  # characters
_SHOWN_MISTAKES = 5


@dataclass(frozen=True, slots=True)
class Area:
    """One local authority and who polices it.

    `unit_name` and `unit_code` are empty where no command unit answers for it: the City of London
    has a force of its own.
    """

    line: int
    name: str
    gss_code: str
    fhrs_code: str
    unit_name: str
    unit_code: str
    force: str


@dataclass(frozen=True, slots=True)
class Boundary:
    """The outline of one local authority: a GeoJSON Polygon or MultiPolygon in WGS84."""

    gss_code: str
    name: str
    geometry: dict[str, Any]


def read_areas(source: str | Path | BinaryIO) -> list[Area]:
    """Return the areas of a CSV file with the columns `COLUMNS`; raise `BrokenFile`."""
    reader = csv.DictReader(_lines(_whole_text(source, MAX_AREAS_BYTES)), strict=True)
    mistakes: list[str] = []
    areas: list[Area] = []
    try:
        header = [tidy(name or "") for name in reader.fieldnames or []]
        if missing := [column for column in COLUMNS if column not in header]:
            raise BrokenFile(
                f"The file has no column {', '.join(missing)}.",
                f"Give it the columns {','.join(COLUMNS)}, separated by commas.",
            )
        reader.fieldnames = header
        for row in reader:
            values = {column: tidy(row[column] or "") for column in COLUMNS}
            if not any(values.values()):
                continue
            mistakes += [f"line {reader.line_num} {text}" for text in _mistakes(values)]
            areas.append(_area(values, reader.line_num))
    except csv.Error as error:
        raise BrokenFile(
            f"Line {reader.line_num} is not correct CSV ({error}).", "Correct it and try again."
        ) from error
    mistakes += _contradictions(areas)
    if mistakes:
        more = len(mistakes) - _SHOWN_MISTAKES
        shown = mistakes[:_SHOWN_MISTAKES] + ([f"and {more} more"] if more > 0 else [])
        text = "; ".join(shown)
        raise BrokenFile(f"{text[0].upper()}{text[1:]}.", "Correct the file and try again.")
    if not areas:
        raise BrokenFile("The file has no areas.", "Add a line for each local authority.")
    return areas


def read_boundaries(source: str | Path | BinaryIO) -> list[Boundary]:
    """Return the boundaries of a GeoJSON FeatureCollection; raise `BrokenFile`.

    Each feature needs the properties `gss_code` and `name`, or the ONS's own of some year
    (`LAD24CD`, `LAD24NM`), and a Polygon or MultiPolygon of closed rings, as longitude and latitude
    in degrees (WGS84), within the United Kingdom.
    """
    text = _whole_text(source, MAX_BOUNDARIES_BYTES)
    try:
        collection = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BrokenFile(f"The file is cut off or is not correct JSON ({error}).") from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise BrokenFile(
            "The file is not a GeoJSON FeatureCollection.", "Export the boundaries as GeoJSON."
        )
    boundaries = [_boundary(feature, number) for number, feature in enumerate(features, start=1)]
    codes = [boundary.gss_code for boundary in boundaries]
    if repeated := sorted({code for code in codes if codes.count(code) > 1}):
        raise BrokenFile(f"The ONS code {repeated[0]} has two boundaries.", _CORRECT_BOUNDARIES)
    if not boundaries:
        raise BrokenFile("The file has no boundaries.", _CORRECT_BOUNDARIES)
    return boundaries


def _whole_text(source: str | Path | BinaryIO, max_bytes: int) -> str:
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            return "".join(read_text(file, max_bytes))
    return "".join(read_text(source, max_bytes))


def _lines(text: str) -> Iterator[str]:
    # Not splitlines(), which also breaks at characters that may stand in a name.
    return iter(re.split(r"(?<=\n)", text.replace("\r\n", "\n").replace("\r", "\n")))


# Areas


def _area(values: dict[str, str], line: int) -> Area:
    return Area(
        line=line,
        name=values["borough"],
        gss_code=values["gss_code"],
        fhrs_code=values["fhrs_la_code"],
        unit_name=values["bcu_name"],
        unit_code=values["bcu_code"],
        force=values["police_force"],
    )


def _mistakes(values: dict[str, str]) -> Iterator[str]:
    """Say what is wrong with one row, as the end of a sentence that begins with its line."""
    if not values["borough"]:
        yield "has no borough"
    if not values["police_force"]:
        yield "has no police_force"
    if not re.fullmatch("[ENSW][0-9]{8}", values["gss_code"]):
        yield f"has the gss_code “{values['gss_code'][:20]}”, which is not like E09000007"
    if not re.fullmatch("[0-9]{3,4}", values["fhrs_la_code"]):
        yield f"has the fhrs_la_code “{values['fhrs_la_code'][:20]}”, which is not like 027"
    if bool(values["bcu_name"]) != bool(values["bcu_code"]):
        yield "has only one of bcu_name and bcu_code; give both, or neither where there is no unit"
    for column, longest in _LONGEST.items():
        if len(values[column]) > longest:
            yield f"has a {column} of more than {longest} letters"


def _contradictions(areas: list[Area]) -> Iterator[str]:
    """Say which rows speak of one thing in two ways."""
    first: dict[tuple[str, str], Area] = {}
    for area in areas:
        for label, value in (
            ("borough", normal_name(area.name)),
            ("gss_code", area.gss_code),
            ("fhrs_la_code", area.fhrs_code),
        ):
            other = first.setdefault((label, value), area)
            if other is not area and value:
                yield f"line {area.line} repeats the {label} of line {other.line}"
        if not area.unit_code:
            continue
        unit = f"{normal_name(area.force)}\n{area.unit_code.casefold()}"
        other = first.setdefault(("unit", unit), area)
        if other.unit_name != area.unit_name:
            yield (
                f"line {area.line} calls the unit {area.unit_code} “{area.unit_name}”, "
                f"line {other.line} “{other.unit_name}”"
            )


# Boundaries

_CORRECT_BOUNDARIES = "Correct the file, or export the boundaries again as GeoJSON in WGS84."


#: How the ONS names the codes of areas: lower tier, upper tier, districts, and counties with them.
_ONS_CODE = re.compile("(LAD|LTLA|UTLA|CTYUA)([0-9]{2})CD")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _boundary(feature: Any, number: int) -> Boundary:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        properties = {}
    gss_code, name = _code_and_name(properties)
    if not isinstance(gss_code, str) or not re.fullmatch("[ENSW][0-9]{8}", gss_code):
        raise BrokenFile(
            f"Boundary {number} has no property gss_code (or LAD24CD, as the ONS publishes it) "
            "like E09000007.",
            _CORRECT_BOUNDARIES,
        )
    if not isinstance(name, str) or not tidy(name):
        raise BrokenFile(f"Boundary {number} ({gss_code}) has no name.", _CORRECT_BOUNDARIES)
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise BrokenFile(
            f"The boundary of {tidy(name)} is not a Polygon or MultiPolygon.", _CORRECT_BOUNDARIES
        )
    coordinates = geometry.get("coordinates")
    for polygon in [coordinates] if kind == "Polygon" else _list(coordinates, tidy(name)):
        for ring in _list(polygon, tidy(name)):
            _check_ring(_list(ring, tidy(name)), tidy(name))
    return Boundary(gss_code, tidy(name), {"type": kind, "coordinates": coordinates})


def _code_and_name(properties: dict[str, Any]) -> tuple[Any, Any]:
    """Return the code and the name of a feature, by our names or by the ONS's of the latest year.

    The ONS names its columns for the kind of area and the year: `LAD24CD` and `LAD24NM` for local
    authority districts, `CTYUA23CD` for counties and unitary authorities; some exports write them
    in small letters.
    """
    if "gss_code" in properties:
        return properties["gss_code"], properties.get("name")
    named = {name.upper(): value for name, value in properties.items()}
    codes = [match for name in named if (match := _ONS_CODE.fullmatch(name))]
    if not codes:
        return None, None
    latest = max(codes, key=lambda match: match[2])
    return named[latest[0]], named.get(f"{latest[1]}{latest[2]}NM")


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise BrokenFile(f"The boundary of {name} is empty or broken.", _CORRECT_BOUNDARIES)
    return value


def _check_ring(ring: list[Any], name: str) -> None:
    for position in ring:
        numbers = _list(position, name)
        if len(numbers) < 2 or not all(type(number) in (int, float) for number in numbers):
            raise BrokenFile(
                f"The boundary of {name} has a position that is not two numbers.",
                _CORRECT_BOUNDARIES,
            )
        if not in_the_united_kingdom(latitude=numbers[1], longitude=numbers[0]):
            raise BrokenFile(
                f"The boundary of {name} leaves the United Kingdom at {numbers[:2]}: positions are "
                "longitude, then latitude, in degrees.",
                _CORRECT_BOUNDARIES,
            )
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise BrokenFile(f"The boundary of {name} has a ring that is open.", _CORRECT_BOUNDARIES)

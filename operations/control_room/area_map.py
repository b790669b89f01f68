"""A map of the force's areas as SVG, without a tile server: outlines of the boundaries on record.

Longitude counts for less the further north one is; within one force a plane is near enough.
"""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from operations.visits.models import Visit
from venues.models import LocalAuthority

#: Units of the picture: enough that half a pixel of a large screen is one.
WIDTH = 1000
MARGIN = 10
#: Seconds for which outlines are kept in a process: they change with an import, once in years.
KEPT = 600


@dataclass(frozen=True)
class AreaMap:
    """The outlines, and how a place is found among them."""

    outlines: SafeString
    height: int
    west: float
    north: float
    scale: float
    """Units of the picture to a degree of latitude."""

    narrowing: float
    """What a degree of longitude is of one of latitude."""

    def point(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a place is in the picture."""
        return (
            round(MARGIN + (longitude - self.west) * self.narrowing * self.scale, 1),
            round(MARGIN + (self.north - latitude) * self.scale, 1),
        )


@dataclass(frozen=True)
class Point:
    """A live test on the map."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class TonightsMap:
    """The map with its live tests, and the same in words."""

    areas: AreaMap | None
    points: Sequence[Point] = ()
    by_area: Sequence[tuple[str, Sequence[str]]] = ()
    """For each local authority with live tests their venues."""

    unplaced: Sequence[str] = field(default_factory=tuple)
    """Venues whose place on the map nobody knows."""


def tonights_map(live: Iterable[Visit]) -> TonightsMap:
    """The map of the visits that are ``live``, with their venues and local authorities."""
    areas = _outlines.get()
    points, unplaced = [], []
    by_area: dict[str, list[str]] = {}
    for visit in live:
        venue = visit.venue
        by_area.setdefault(venue.local_authority.name, []).append(venue.name)
        if areas and venue.longitude is not None and venue.latitude is not None:
            place = areas.point(float(venue.longitude), float(venue.latitude))
            points.append(Point(*place, venue.name))
        else:
            unplaced.append(venue.name)
    listed = [(name, sorted(venues)) for name, venues in sorted(by_area.items())]
    return TonightsMap(areas, points, listed, sorted(unplaced))


class _Outlines:
    """The outlines of the boundaries on record, worked out anew every few minutes."""

    def __init__(self) -> None:
        self._made: AreaMap | None = None
        self._until = 0.0

    def get(self) -> AreaMap | None:
        if time.monotonic() >= self._until:
            drawn = LocalAuthority.objects.exclude(boundary=None).order_by("pk")
            self._made = draw(drawn.values_list("name", "boundary"))
            # None on record is asked for each time: whoever loads them looks at once.
            self._until = time.monotonic() + KEPT if self._made else 0.0
        return self._made

    def forget(self) -> None:
        self._until = 0.0


_outlines = _Outlines()
forget_outlines = _outlines.forget


def draw(boundaries: Iterable[tuple[str, Any]]) -> AreaMap | None:
    """Draw these boundaries: the name and the GeoJSON (Multi)Polygon of each; None without any."""
    rings = [(name, list(_rings(boundary))) for name, boundary in boundaries]
    points = [point for _, several in rings for ring in several for point in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * narrowing, 1e-6)
    height = math.ceil((north - south) * scale) + 2 * MARGIN
    plane = AreaMap(SafeString(""), height, west, north, scale, narrowing)
    paths = (
        format_html('<path d="{}"><title>{}</title></path>', _path(plane, several), name)
        for name, several in rings
    )
    return AreaMap(mark_safe("".join(paths)), height, west, north, scale, narrowing)  # noqa: S308 (made here)


def _rings(boundary: dict[str, Any]) -> Iterable[list[tuple[float, float]]]:
    polygons = boundary["coordinates"]
    if boundary["type"] == "Polygon":
        polygons = [polygons]
    return ([(x, y) for x, y, *_ in ring] for polygon in polygons for ring in polygon)


def _path(plane: AreaMap, rings: Iterable[list[tuple[float, float]]]) -> str:
    """The rings as the ``d`` of a path, without points that fall on the one before."""
    parts = []
    for ring in rings:
        line: list[str] = []
        for point in ring:
            x, y = plane.point(*point)
            if not line or line[-1] != f"{x:.0f} {y:.0f}":
                line.append(f"{x:.0f} {y:.0f}")
        if len(line) > 2:
            parts.append(f"M{'L'.join(line)}Z")
    return "".join(parts)

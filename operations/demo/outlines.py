"""Outlines of the invented areas, at sea: four columns of command units, three areas in each."""

import random
from decimal import Decimal
from typing import Any

WEST, SOUTH, WIDE, HIGH = 2.1, 54.2, 0.09, 0.07
COLUMNS, ROWS = 4, 3
#: Points along each side, so that no border is straight.
STEPS = 6

_chance = random.Random(4)  # noqa: S311 (a picture, not a secret)
_off = {
    (x, y): (_chance.uniform(-0.2, 0.2), _chance.uniform(-0.2, 0.2))
    for x in range(COLUMNS * STEPS + 1)
    for y in range(ROWS * STEPS + 1)
}


def _corner(x: int, y: int) -> list[float]:
    east, north = _off[x, y]
    return [
        round(WEST + (x + east) * WIDE / STEPS, 5),
        round(SOUTH + (y + north) * HIGH / STEPS, 5),
    ]


def outline(column: int, row: int) -> dict[str, Any]:
    """The boundary of an area, which shares its sides with its neighbours."""
    left, low = column * STEPS, row * STEPS
    right, top = left + STEPS, low + STEPS
    ring = [_corner(x, low) for x in range(left, right)]
    ring += [_corner(right, y) for y in range(low, top)]
    ring += [_corner(x, top) for x in range(right, left, -1)]
    ring += [_corner(left, y) for y in range(top, low, -1)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def place_in(boundary: Any, across: float, up: float) -> tuple[Decimal, Decimal]:
    """Latitude and longitude of a place inside, a part of the way across and up (0 to 1)."""
    [ring] = boundary["coordinates"]
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    south, north = min(y for _, y in ring), max(y for _, y in ring)
    across, up = 0.15 + 0.7 * across, 0.15 + 0.7 * up
    latitude, longitude = south + (north - south) * up, west + (east - west) * across
    return Decimal(f"{latitude:.6f}"), Decimal(f"{longitude:.6f}")

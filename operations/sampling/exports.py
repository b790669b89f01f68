"""Exports of a draw: all that a stranger needs to draw the same sample again.

``docs/replay_draw.py`` reads the JSON. The table has the same for people.
"""

from collections.abc import Iterator
from typing import Any

from operations.sampling import frames
from operations.sampling.draw_order import ticket
from operations.sampling.models import DrawPlan

FORMAT = "makesafe-draw-1"

COLUMNS = (
    "Number",
    "Venue",
    "Postcode",
    "Stratum",
    "Ticket",
    "Place",
    "Drawn as",
    "Replaces",
    "Why",
)


def document(plan: DrawPlan) -> dict[str, Any]:
    """A drawn plan as plain data."""
    assert plan.draw is not None
    rows = plan.drawn.in_order().select_related("replaces")
    return {
        "format": FORMAT,
        "operation": plan.operation.reference,
        "committed_at": plan.made_at.isoformat(),
        "drawn_at": plan.draw.drawn_at.isoformat(),
        "units": plan.units,
        "filters": plan.filters,
        "design": plan.design,
        "frame_sha256": plan.frame_hash,
        "seed_sha256": plan.seed_hash,
        "seed": plan.seed,
        "strata": plan.shares,
        "frame": plan.frame,
        "drawn": [
            {
                "number": row.number,
                "stratum": row.stratum,
                "place": row.place,
                "reserve": row.is_reserve,
                "replaces": row.replaces.number if row.replaces else None,
                "reason": row.reason,
            }
            for row in rows
        ],
    }


def table(plan: DrawPlan) -> Iterator[list[str | int | None]]:
    """A line for each venue of the frame, with what became of it."""
    rows = {row.number: row for row in plan.drawn.select_related("replaces")}
    for line in frames.decode(plan.frame):
        row = rows.get(line.number)
        drawn_as = "" if row is None else "Reserve" if row.is_reserve else "Sample"
        yield [
            line.number,
            line.name,
            line.postcode,
            line.stratum,
            ticket(plan.seed, line.number),
            row.place if row else None,
            drawn_as,
            row.replaces.number if row and row.replaces else None,
            row.reason if row else "",
        ]

"""Figures of the visits, counted by the product's own function."""

from typing import Any

from operations.figures import counting
from operations.figures.models import OVER, month_of


def write_figures(cursor: Any) -> None:
    """Note every month of every command unit, as triggers would have, and count them."""
    cursor.execute("ANALYZE")
    cursor.execute(
        "INSERT INTO operations_uncounted (command_unit_id, month)"
        f" SELECT DISTINCT command_unit_id, {month_of('started_at')}"
        f" FROM operations_visit WHERE state IN {OVER}"
    )
    counting.count()

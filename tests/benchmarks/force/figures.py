"""Figures of the visits, counted by the product's own function."""

from typing import Any

from accounts.dates.duty_days import duty_month_in_sql
from operations.figures import counting
from operations.visits.states import FINISHED_IN_SQL


def write_figures(cursor: Any) -> None:
    """Note every month of every command unit, as triggers would have, and count them."""
    cursor.execute("ANALYZE")
    cursor.execute(
        "INSERT INTO operations_uncounted (command_unit_id, month)"
        f" SELECT DISTINCT command_unit_id, {duty_month_in_sql('started_at')}"
        f" FROM operations_visit WHERE state IN {FINISHED_IN_SQL}"
    )
    counting.count()

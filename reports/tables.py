"""The tables of a dashboard: what the page and the file show of one, and the chart above it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.utils.safestring import SafeString

from govuk.csv_tables import Cell
from reports.charts import RateRow, TrendPoint, rates_chart, trend_chart
from reports.statistics import Rate

#: What a chart has room for; the table under it has all.
CHART_ROWS = 12
CHART_MONTHS = 36


@dataclass(frozen=True, kw_only=True)
class RateTable:
    """Rates, one a line."""

    title: str
    first_column: str
    """What a line is, like "Operation"."""

    rows: Sequence[RateRow]
    counted: str = "Responded well"
    """What was counted, of how many."""

    note: str = ""
    covers: str = ""
    """What is counted, in words, where the filters alone do not say it."""

    pooled: str = ""
    """Says so where it puts scenario versions together."""

    empty: str = "None of these visits was completed."
    """Instead of a table without lines."""

    page: Page[Any] | None = None
    """Where the lines lie among all, if these are not all."""

    @property
    def header(self) -> tuple[str, ...]:
        return self.first_column, self.counted, "Rate (95% interval)"

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The lines on the page; the first cell names the line."""
        return [
            (row.label, f"{row.rate.successes} of {row.rate.n}", _in_words(row.rate))
            for row in self.rows
        ]

    @property
    def lines(self) -> list[list[tuple[str, str]]]:
        """The same, each cell with its column's name: on a phone it stands before it."""
        return _named(self.header, self.cells)

    @property
    def csv_header(self) -> tuple[str, ...]:
        return self.first_column, self.counted, "Of", "Rate %", "95% from %", "95% to %"

    @property
    def csv_rows(self) -> list[tuple[Cell, ...]]:
        """The lines of the file, numbers as numbers; no percentages on fewer than five."""
        return [
            (row.label, row.rate.successes, row.rate.n, *_percentages(row.rate))
            for row in self.rows
        ]

    @property
    def chart(self) -> SafeString:
        """The picture of the first lines."""
        return rates_chart(self.rows[:CHART_ROWS], **self._chart_words)

    @property
    def left_out_of_chart(self) -> str:
        """Says so where the picture does not show every line."""
        most, all_of_them = CHART_ROWS, len(self.rows)
        if all_of_them <= most:
            return ""
        return f"The chart shows the first {most} of the {all_of_them} lines of the table."

    @property
    def _chart_words(self) -> dict[str, str]:
        return {
            "title": f"{self.title}: rates with 95% intervals",
            "description": self.left_out_of_chart or "The table that follows has the same figures.",
        }


@dataclass(frozen=True, kw_only=True)
class TrendTable(RateTable):
    """Rates by month, one a line, none left out."""

    months: Sequence[TrendPoint]
    """The same lines as points in time."""

    @property
    def chart(self) -> SafeString:
        """The picture of the latest months."""
        return trend_chart(self.months[-CHART_MONTHS:], **self._chart_words)

    @property
    def left_out_of_chart(self) -> str:
        """Says so where the picture does not show every month."""
        most, all_of_them = CHART_MONTHS, len(self.months)
        if all_of_them <= most:
            return ""
        return f"The chart shows the latest {most} of the {all_of_them} months."


@dataclass(frozen=True, kw_only=True)
class CountTable:
    """Counts, without a chart."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    empty: str
    """Instead of a table without lines."""

    note: str = ""
    covers: str = ""
    """What is counted, in words, where the filters alone do not say it."""

    pooled: str = ""
    """Says so where it puts scenario versions together."""

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The lines on the page; the first cell names the line."""
        return [tuple("" if cell is None else str(cell) for cell in row) for row in self.rows]

    @property
    def lines(self) -> list[list[tuple[str, str]]]:
        """The same, each cell with its column's name: on a phone it stands before it."""
        return _named(self.header, self.cells)

    @property
    def csv_header(self) -> tuple[str, ...]:
        return self.header

    @property
    def csv_rows(self) -> Sequence[tuple[Cell, ...]]:
        return self.rows


Table = RateTable | CountTable


def _named(header: Sequence[str], lines: Iterable[Sequence[str]]) -> list[list[tuple[str, str]]]:
    return [list(zip(header, cells, strict=True)) for cells in lines]


def _in_words(rate: Rate) -> str:
    if rate.is_small:
        return "counts only" if rate.n else "none"
    return f"{rate.percent} ({rate.interval_in_words})"


def _percentages(rate: Rate) -> tuple[float | None, float | None, float | None]:
    if rate.value is None or rate.is_small:
        return None, None, None
    low, high = rate.interval
    return round(rate.value * 100, 1), round(low * 100, 1), round(high * 100, 1)

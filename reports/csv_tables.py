"""Tables as CSV files that open in Excel as they are and run nothing there."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

#: A cell that begins with one of these may be run as a formula by a spreadsheet: the Open
#: Worldwide Application Security Project, "CSV injection".
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float | None


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """A table as a download.

    It begins with a byte-order mark, without which Excel takes UTF-8 for the country's old code
    page and garbles names. It is written whole before it is sent: tables here have a few hundred
    rows at most, and a streamed answer could no longer turn into an error page.

    Args:
        filename: As it is saved, like ``pass-rate-by-operation.csv``.
        header: The names of the columns.
        rows: The cells; None is left empty, numbers stay numbers.

    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(name) for name in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def harmless(cell: Cell) -> Cell:
    """The cell, with an apostrophe before text that a spreadsheet could run."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell

"""Tables as files that open in a spreadsheet as they are and run nothing there: CSV and XLSX.

A spreadsheet takes what a CSV file holds for what it looks like: 02079460958 for a number without
its nought, 3/4 for a day of April, =1+1 for a sum. XLSX says of each cell what it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.http import HttpResponse

from govuk.texts import without_hidden

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
    """The cell, so that a spreadsheet shows as text what is text.

    As a sum that gives that text, which shows as it was typed; where a sum can't hold it (too long,
    several lines), with an apostrophe before it.
    """
    if not isinstance(cell, str) or not (cell.startswith(FORMULA_STARTS) or _NOT_TEXT.match(cell)):
        return cell
    if len(cell) <= LONGEST_IN_A_SUM and cell.isprintable():
        doubled = cell.replace('"', '""')
        return f'="{doubled}"'
    return f"'{cell}"


#: Letters of a text in a sum.
LONGEST_IN_A_SUM = 250
#: The name of a month, which makes a day of what it stands beside: "Mar-12" of a reference.
_MONTH = (
    "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
    "|nov(ember)?|dec(ember)?)"
)
#: What a spreadsheet would change: figures with a nought before them or at their end, more than it
#: counts with, in thousands, in brackets, a power of ten, true and false, or what may be a day or a
#: time.
_NOT_TEXT = re.compile(
    r"\s*("
    r"0[\d\s()-]+|\d[\d\s]{11,}|\d+(\.\d+)?[eE][+-]?\d+|\d*\.\d*0|\d+\.|\.\d+"
    r"|\d{1,3}(,\d{3})+(\.\d*)?|\([\d.,]+\)|\d+ \d+/\d+"
    r"|\d{1,2}[-/]\d{1,2}([-/]\d{1,4})?|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}[-/]\d{1,2}"
    r"|\d{1,4}:\d{2}(:\d{2})?|\d{1,2}(:\d{2}){0,2} [ap]m?"
    rf"|(\d{{1,2}}[-/\s]*)?{_MONTH}[-/,.\s]*\d{{1,4}}(,?\s*\d{{4}})?|\d{{1,2}}[-/\s]*{_MONTH}"
    r"|true|false"
    r")\s*$",
    re.IGNORECASE,
)


def xlsx_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """The same table as a workbook, in which text is text and numbers are numbers.

    Args:
        filename: As it is saved, like ``pass-rate-by-operation.xlsx``.
        header: The names of the columns.
        rows: The cells; None is left empty.

    """
    file = io.BytesIO()
    taken_as_typed = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, taken_as_typed) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        widths = [len(name) for name in header]
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, without_hidden(cell)[:LONGEST_CELL])
                elif cell is not None:
                    sheet.write_number(number, column, cell)
                widths[column] = max(widths[column], len(str(cell or "")))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, WIDEST))
        sheet.freeze_panes(1, 0)
    return HttpResponse(
        file.getvalue(),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


#: Letters that a cell of a workbook holds, and that a column is wide at most.
LONGEST_CELL = 32_767
WIDEST = 60


def table_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """A table as the file that ``filename`` ends in."""
    answer = xlsx_response if filename.endswith(".xlsx") else csv_response
    return answer(filename, header, rows)

"""CSV files: they open in Excel with their letters right and run nothing there."""

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govuk.csv_tables import FORMULA_STARTS, csv_response, harmless, xlsx_response


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_has_a_byte_order_mark_a_name_and_every_row() -> None:
    response = csv_response(
        "rates.csv", ["Unit", "n"], [["Tŷ Nowhere, North", 12], ["Émile", None]]
    )

    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="rates.csv"'
    assert read(response.content) == [["Unit", "n"], ["Tŷ Nowhere, North", "12"], ["Émile", ""]]


@pytest.mark.parametrize("start", [sign for sign in FORMULA_STARTS if sign.isprintable()])
def test_text_that_a_spreadsheet_would_run_is_shown_as_it_was_typed(start: str) -> None:
    response = csv_response("x.csv", ["Group"], [[f'{start}HYPERLINK("x")']])

    assert read(response.content)[1] == [f'="{start}HYPERLINK(""x"")"']


@pytest.mark.parametrize(
    "typed",
    [
        *("02079460958", "020 7946 0958", "+44 20 7946 0958", "007", "1234567890123456"),
        *("12E5", "3/4", "1-2", "24/11/2026"),
    ],
)
def test_figures_that_are_text_are_shown_as_they_were_typed(typed: str) -> None:
    assert harmless(typed) == f'="{typed}"'


@pytest.mark.parametrize(
    "plain", ["12", "42.5%", "12 of 20", "0.25", "MS/2026/04", "WC-001", "2026-11-24", ""]
)
def test_what_a_spreadsheet_leaves_alone_stays_bare(plain: str) -> None:
    assert harmless(plain) == plain


def test_numbers_stay_numbers() -> None:
    assert harmless(-3) == -3
    assert harmless(0.25) == 0.25


@given(st.text())
def test_nothing_of_a_text_runs_and_none_of_it_is_lost(text: str) -> None:
    made_harmless = str(harmless(text))

    if made_harmless.startswith('="'):
        assert made_harmless[2:-1].replace('""', '"') == text
        assert '"' not in made_harmless[2:-1].replace('""', "")
    else:
        assert not made_harmless.startswith(FORMULA_STARTS)
        assert made_harmless.removeprefix("'") == text.removeprefix("'")


def test_a_workbook_says_of_each_cell_what_it_is() -> None:
    response = xlsx_response(
        "held.xlsx", ["What", "n"], [["02079460958", 3], ["=1+1", None], ["Tŷ\x07 Nowhere", 0.5]]
    )

    assert response["Content-Disposition"] == 'attachment; filename="held.xlsx"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for text in ("02079460958", "=1+1", "Tŷ Nowhere"):
        assert f"<t>{text}</t>" in strings
    assert "<f>" not in sheet
    assert "<v>0.5</v>" in sheet
    assert sheet.count('t="s"') == 5


@pytest.mark.parametrize(
    "text",
    [
        *("19:30", "2026-11", "24.11.2026", "1.10", "5E-3", "1,234", "TRUE", "false", "7 pm"),
        *("November 2026", "14 December 2026", "Dec 1", "1-Dec", "MAR-12", "SEPT2", "(12)"),
        *("1-2-3", "1/2/3", "1 1/2", "1,234.5", ".5", "7.", "120:30", "10:30:00 PM"),
    ],
)
def test_text_that_a_spreadsheet_would_take_for_something_else_stays_text(text):
    assert harmless(text) == f'="{text}"'


@pytest.mark.parametrize(
    "text",
    [
        *("12", "1984", "2026-11-24", "Room 3", "75%", "True North", "MS/2026/04", "May", "(a)"),
        *("Mayfair 12", "March Hare Inn", "4 June Street", "24 November 2026, 19:30", "Dec-A1"),
    ],
)
def test_text_that_a_spreadsheet_leaves_alone_stays_as_it_is(text):
    assert harmless(text) == text

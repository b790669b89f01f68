"""CSV files: they open in Excel with their letters right and run nothing there."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.csv_tables import FORMULA_STARTS, csv_response, harmless


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


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    response = csv_response("x.csv", ["Group"], [[f"{start}HYPERLINK(1)"]])

    assert read(response.content)[1] == [f"'{start}HYPERLINK(1)"]


def test_numbers_stay_numbers() -> None:
    assert harmless(-3) == -3
    assert harmless(0.25) == 0.25


@given(st.text())
def test_no_text_begins_as_a_formula_and_none_is_lost(text: str) -> None:
    made_harmless = str(harmless(text))

    assert not made_harmless.startswith(FORMULA_STARTS)
    assert made_harmless.removeprefix("'") == text.removeprefix("'")

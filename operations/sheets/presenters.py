"""A sheet in words: rows of its page, and what stands in its PDF."""

import datetime as dt
from typing import Any

from django.template.defaultfilters import linebreaksbr

from govuk.dates import clock, long_day, plain_time
from govuk.rows import Row
from operations.sheets.models import Sheet


def facts_of(sheet: Sheet) -> list[Row]:
    """What the sheet says, row by row."""
    return [Row(key, linebreaksbr(value)) for key, value in _rows(sheet)]


def words_of(sheet: Sheet) -> dict[str, Any]:
    """The same for the PDF's template."""
    return {"title": "Sheet for the control room", "rows": _rows(sheet)}


def _rows(sheet: Sheet) -> list[tuple[str, str]]:
    return [
        *([("Replaced", replaced(sheet))] if replaced(sheet) else []),
        ("Evening", long_day(sheet.evening)),
        ("Teams are out", f"{clock(sheet.starts_at)} to {clock(sheet.ends_at)}"),
        ("Command unit", str(sheet.command_unit)),
        ("Areas", sheet.areas),
        ("Call signs", _call_signs(sheet)),
        ("As planned at", f"{plain_time(sheet.sent_at)}, by {sheet.sent_by}"),
    ]


def replaced(sheet: Sheet) -> str:
    """Which later sheet of the evening holds in place of this one; empty where none does."""
    by: dt.datetime | None = getattr(sheet, "replaced_at", None)
    return f"Do not go by this one. The sheet of {plain_time(by)} replaced it." if by else ""


def _call_signs(sheet: Sheet) -> str:
    without = sheet.teams_without
    more = f"{without} visit{'' if without == 1 else 's'} without a call sign" if without else ""
    return "\n".join(filter(None, [sheet.call_signs, more]))

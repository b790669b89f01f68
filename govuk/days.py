"""Days as people type them, and which days there are. Pure: no Django."""

import calendar
import datetime as dt
import re

from govuk.dates import plain_time

#: Nothing here is about a day before or after these; a force's policy may leave fewer days.
FIRST = dt.date(2000, 1, 1)
LAST = dt.date(2100, 12, 31)

_MONTHS = [name.lower() for name in calendar.month_name]
_SHORTEST_MONTH = 3  # letters: "jan"
_FIGURES = re.compile(r"[0-9]{1,4}")
_YEAR_FIGURES = 4
#: What stands between the parts of a date in one box.
_BETWEEN = re.compile(r"[\s/.,\-\u2010-\u2015\u2212]+")
_PARTS = ("day", "month", "year")


class NotADayError(ValueError):
    """What was typed is no day of ours. Says which sentence fits, after the name of the date."""

    def __init__(self, kind: str, sentence: str) -> None:
        self.kind = kind
        self.sentence = sentence
        super().__init__(sentence)


def out_of_range(name: str, first: dt.date = FIRST, last: dt.date = LAST) -> str:
    """The sentence about a date called ``name`` beyond the first or last day there is."""
    return f"{name} must be between {plain_time(first)} and {plain_time(last)}"


def read_day(
    day: str, month: str, year: str, *, name: str, first: dt.date = FIRST, last: dt.date = LAST
) -> dt.date:
    """The day of three parts as they were typed; the month by number or by name.

    Args:
        day: In figures.
        month: In figures, or its name: "12", "dec", "December".
        year: In four figures.
        name: What the date is called in a sentence.
        first: The first day that there is.
        last: The last.

    Raises:
        NotADayError: a part is missing or is none, there is no such day, or it is out of range.

    """
    typed = {"day": day.strip(), "month": month.strip(), "year": year.strip()}
    if missing := [part for part in _PARTS if not typed[part]]:
        raise NotADayError("incomplete", f"{name} must include a {' and a '.join(missing)}")
    numbers = {
        "day": _number(typed["day"]),
        "month": _month(typed["month"]),
        "year": _number(typed["year"]),
    }
    unread = [part for part in _PARTS if numbers[part] is None]
    if unread:
        wanted = {
            "day": "the day in figures, such as 24",
            "month": "the month as a number or a name, such as 11 or November",
            "year": "the year in four figures, such as 2026",
        }
        raise NotADayError(
            "not_a_number", f"{name} must have {', and '.join(wanted[part] for part in unread)}"
        )
    if len(typed["year"]) < _YEAR_FIGURES:
        raise NotADayError("short_year", f"{name} must have a year of four figures, such as 2026")
    try:
        found = dt.date(numbers["year"] or 0, numbers["month"] or 0, numbers["day"] or 0)
    except ValueError:
        raise NotADayError(
            "no_such_day", f"{name} must be a real date: {_said(typed, numbers)} does not exist"
        ) from None
    if not first <= found <= last:
        raise NotADayError("out_of_range", out_of_range(name, first, last))
    return found


def parts_of(text: str) -> tuple[str, str, str]:
    """Day, month and year of a date in one box, empty where a part is missing.

    As people write it (24 11 2026, 24/11/2026, 24 Nov 2026), or as programs do (2026-11-24).
    """
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    if parts and _FIGURES.fullmatch(parts[0]) and len(parts[0]) == _YEAR_FIGURES:
        parts.reverse()
    day, month = [*parts, "", ""][:2]
    return day, month, " ".join(parts[2:])


def _number(text: str) -> int | None:
    return int(text) if _FIGURES.fullmatch(text) else None


def _month(text: str) -> int | None:
    number = _number(text)
    if number is not None or len(text) < _SHORTEST_MONTH:
        return number
    typed = text.lower().rstrip(".")
    typed = "sep" if typed == "sept" else typed
    named = [n for n, month in enumerate(_MONTHS) if month and month.startswith(typed)]
    return named[0] if len(named) == 1 else None


def _said(typed: dict[str, str], numbers: dict[str, int | None]) -> str:
    month = numbers["month"] or 0
    said = _MONTHS[month].capitalize() if 1 <= month < len(_MONTHS) else typed["month"]
    return f"{numbers['day']} {said} {typed['year']}"

"""Days and times in words, by the clocks of London. Imports no Django: pure rules use it."""

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def plain_time(when: dt.date | dt.datetime) -> str:
    """A date as "4 March 2026", with the time of the day if it has one: "4 March 2026, 19:30"."""
    if isinstance(when, dt.datetime):
        return f"{plain_time(when.astimezone(LONDON).date())}, {clock(when)}"
    return f"{when.day} {when:%B %Y}"


def long_day(day: dt.date) -> str:
    """A date with its weekday: "Wednesday 4 March 2026"."""
    return f"{day:%A} {plain_time(day)}"


def short_day(day: dt.date, *, at: dt.date) -> str:
    """A date for a narrow place: "Wed 4 Mar", and with the year where it is another than now."""
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == at.year else f" {day.year}")


def month(day: dt.date) -> str:
    """The month of a date: "March 2026"."""
    return f"{day:%B %Y}"


def clock(when: dt.datetime | dt.time) -> str:
    """The time of the day alone: "19:30"."""
    return f"{when.astimezone(LONDON) if isinstance(when, dt.datetime) else when:%H:%M}"


def moment(when: dt.datetime, *, at: dt.datetime | None = None) -> str:
    """A time inside a sentence: "19:30 on 4 March 2026", and "19:30" on the day of ``at``."""
    day = when.astimezone(LONDON).date()
    same_day = at is not None and at.astimezone(LONDON).date() == day
    return clock(when) if same_day else f"{clock(when)} on {plain_time(day)}"


def how_long(lasts: dt.timedelta) -> str:
    """A length of time as people say it, up to the full minute: "4 hours", "1 hour 30 minutes"."""
    hours, minutes = divmod(-(-lasts // dt.timedelta(minutes=1)), 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(said) or "0 minutes"

"""Figures of a dashboard: one question that adds up what was counted, and counts what was not.

Counted are whole months and years of a command unit (``operations/figures``). The ends of a period,
one operation, and months in which something changed since are counted here. All parts of an answer
are of one moment.
"""

# What readers ask for is in the values, never in the text.
# ruff: noqa: S608

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.dates.duty_days import duty_begins_in_sql
from accounts.models import User
from accounts.roles import VIEW_RESULTS
from operations.figures.counting import COLUMNS, COUNTS, KEYS
from reports.filters import Filters

Row = dict[str, Any]


OPEN = dt.date.max
"""The end of a period that has none, as ``dt.date.min`` is the beginning."""


@dataclass(frozen=True)
class Span:
    """From a day until before another."""

    since: dt.date
    until: dt.date

    def __bool__(self) -> bool:
        return self.since < self.until


NOTHING = Span(OPEN, OPEN)
ONE_DAY = dt.timedelta(days=1)
HALF_A_MONTH = dt.timedelta(days=15)


@dataclass(frozen=True)
class Period:
    """The parts by which a period is added up."""

    asked: Span
    years: Span
    months: Span
    """All whole months, those of the years too."""

    more: tuple[Span, ...]
    """What of the period lies outside these months."""

    less: tuple[Span, ...]
    """What of these months lies outside the period."""

    @classmethod
    def of(cls, since: dt.date | None, until: dt.date | None) -> "Period":
        """The parts of the days from ``since`` to ``until``: of a month the lesser half is left to
        be counted.
        """
        asked = Span(since or dt.date.min, until + ONE_DAY if until else OPEN)
        months = Span(_nearest_month(asked.since), _nearest_month(asked.until))
        if not months:
            return cls(asked, NOTHING, NOTHING, (asked,), ())
        years = Span(_year_from(months.since), _year_until(months.until))
        more = Span(asked.since, months.since), Span(months.until, asked.until)
        less = Span(months.since, asked.since), Span(asked.until, months.until)
        return cls(asked, years or NOTHING, months, *(tuple(filter(None, e)) for e in (more, less)))


def _nearest_month(day: dt.date) -> dt.date:
    """The beginning of a month that is nearest to ``day``."""
    if day == OPEN:
        return day
    first = day.replace(day=1)
    if day - first < HALF_A_MONTH:
        return first
    return (first + dt.timedelta(days=31)).replace(day=1)


def _year_from(day: dt.date) -> dt.date:
    return day if (day.month, day.day) == (1, 1) else dt.date(day.year + 1, 1, 1)


def _year_until(day: dt.date) -> dt.date:
    return day if day == OPEN else dt.date(day.year, 1, 1)


class Question:
    """What a reader asks of figures, as SQL.

    Args:
        user: The reader.
        filters: What they asked for. Which selections count, each part says for itself.

    """

    def __init__(self, *, user: User, filters: Filters) -> None:
        self.filters = filters
        self.period = Period.of(filters.since, filters.until)
        self.values: Row = {
            "user": user.pk,
            "unit": filters.command_unit and filters.command_unit.pk,
            "operation": filters.operation and filters.operation.pk,
            "scenario": filters.scenario and filters.scenario.pk,
            "selection": filters.selection,
            "current_days": settings.TRAINING_CURRENT_DAYS,
        }
        self._units = " AND ".join(self._of_units(user))
        self._wanted = f"{self._units} AND f.scenario_id = %(scenario)s"
        if not filters.scenario:
            self._wanted = self._units

    def _of_units(self, user: User) -> Iterator[str]:
        """Which command units count: those of ``Figure.objects.visible_to``, and the filter's."""
        yield "TRUE" if user.has_perm(VIEW_RESULTS) else "FALSE"
        if not user.whole_force:
            members = User.command_units.through._meta.db_table
            mine = f"SELECT commandunit_id FROM {members} WHERE user_id = %(user)s"
            yield f"f.command_unit_id IN ({mine})"
        if self.filters.command_unit:
            yield "f.command_unit_id = %(unit)s"

    def ask(self, parts: dict[str, str], **values: int | None) -> dict[str, list[Row]]:
        """The rows of each of ``parts``, which are questions of figures (``parts.py``)."""
        answers = " UNION ALL ".join(
            f"SELECT '{name}', (SELECT coalesce(json_agg(part), '[]') FROM ({question}) part)"
            for name, question in parts.items()
        )
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {self._figures} {answers}", self.values | values)
            return dict(cursor.fetchall())

    @property
    def _figures(self) -> str:
        """Names ``figures``, all that are wanted, and ``months``, the same with no years in it."""
        months = self.period.months
        counted = self._counted_now()
        if self.filters.operation or not months:
            return (
                f"{counted}, figures AS (SELECT * FROM counted), months AS (SELECT * FROM counted)"
            )
        less = ", ".join([*(f"f.{key}" for key in KEYS), *(f"-f.{count}" for count in COUNTS)])
        now = f"""
            SELECT {less} FROM operations_figure f JOIN uncounted u
                ON u.command_unit_id IS NOT DISTINCT FROM f.command_unit_id AND u.month = f.month
            WHERE NOT f.whole_year AND {self._wanted}
            UNION ALL SELECT * FROM counted
        """
        figures = [self._stored(months)]
        if years := self.period.years:
            around = Span(months.since, years.since), Span(years.until, months.until)
            figures = [
                self._stored(years, whole_year=True),
                *map(self._stored, filter(None, around)),
            ]
        return f"""
            uncounted AS MATERIALIZED (
                SELECT * FROM makesafe_uncounted() f WHERE {_within(months)} AND {self._units}
            ),
            {counted},
            figures AS NOT MATERIALIZED ({" UNION ALL ".join([*figures, now])}),
            months AS NOT MATERIALIZED ({self._stored(months)} UNION ALL {now})
        """

    def _stored(self, span: Span, *, whole_year: bool = False) -> str:
        """What was counted of a time."""
        columns = ", ".join(f"f.{column}" for column in COLUMNS)
        return f"""
            SELECT {columns} FROM operations_figure f
            WHERE f.whole_year = {whole_year} AND {_within(span)} AND {self._wanted}
        """

    def _counted_now(self) -> str:
        """Names ``counted``: what has to be counted to answer."""
        if self.filters.operation:
            pieces = [_piece(self.period.asked)]
        else:
            pieces = [_piece(span) for span in self.period.more]
            pieces += [_piece(span, sign=-1) for span in self.period.less]
            if self.period.months:
                begins = duty_begins_in_sql("month")
                ends = duty_begins_in_sql("(month + interval '1 month')")
                pieces.append(
                    f"SELECT {begins}, {ends}, coalesce(command_unit_id, 0), 1 FROM uncounted"
                )
        keys = ", ".join(f"f.{key}" for key in KEYS)
        counts = ", ".join(f"piece.sign * f.{count} AS {count}" for count in COUNTS)
        return f"""
            counted AS MATERIALIZED (
                SELECT {keys}, {counts}
                FROM ({" UNION ALL ".join(pieces)}) piece (since, until, unit, sign),
                    makesafe_figures(
                        piece.since, piece.until, piece.unit, %(operation)s, %(current_days)s
                    ) f
                WHERE {self._wanted}
            )
        """


def _piece(span: Span, *, sign: int = 1) -> str:
    """A time to count now, of all units that are wanted, or to take off."""
    since, until = (duty_begins_in_sql(f"date '{day}'") for day in (span.since, span.until))
    return f"SELECT {since}, {until}, %(unit)s::bigint, {sign}"


def _within(span: Span) -> str:
    """That a month lies in a time; an open end is none, which PostgreSQL plans better."""
    since = f"f.month >= date '{span.since}'" if span.since > dt.date.min else "TRUE"
    return f"{since} AND f.month < date '{span.until}'" if span.until < OPEN else since

"""How Makesafe calls were handled: how soon they were answered, whether they were recognised, and
whether officers were sent and arrived. Calls about tests and real ones are never pooled.

A call counts once its reader may see it: one about a test when the visit is over, any other when
its duty day is over or somebody said that it is real. What nobody recorded counts in no rate.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, DurationField, F, FloatField, Q
from django.urls import reverse

from operations.models import CallQuerySet
from reports.statistics import MINIMUM_N, Rate

MINUTE = dt.timedelta(minutes=1)


class Median(Aggregate):
    """The middle of the values that are known."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Middle:
    """The median of so many values; too few to tell where there are fewer than five."""

    value: float | None
    n: int
    unit: str

    def in_words(self) -> str:
        """The median with its number."""
        if self.value is None:
            return "not recorded yet"
        if self.n < MINIMUM_N:
            return f"known of {self.n} call{'' if self.n == 1 else 's'}: too few for a median"
        value = round(self.value)
        return f"{value} {self.unit}{'' if value == 1 else 's'} (median, n = {self.n})"


@dataclass(frozen=True)
class Handling:
    """What is known of one kind of calls."""

    n: int
    answered: Middle
    recognised: Rate
    sent: Rate
    arrived: Rate
    on_the_way: Middle
    """From the call to officers arriving."""


def handling(calls: CallQuerySet) -> dict[str, Handling]:
    """How ``calls`` were handled, by what they were about, in one question."""
    test, real = Q(visit__isnull=False), Q(visit=None)
    way = F("arrived_at") - F("called_at")
    asked: dict[str, Any] = {}
    for kind, which in (("test", test), ("real", real)):
        sent = which & Q(officers_sent=True)
        asked |= {
            f"{kind}_n": Count("pk", filter=which),
            f"{kind}_answered": Median("answered_after", filter=which, output_field=FloatField()),
            f"{kind}_answered_n": Count("answered_after", filter=which),
            f"{kind}_recognised": Count("pk", filter=which & Q(recognised=True)),
            f"{kind}_recognised_n": Count("recognised", filter=which),
            f"{kind}_sent": Count("pk", filter=sent),
            f"{kind}_sent_n": Count("officers_sent", filter=which),
            f"{kind}_arrived": Count("arrived_at", filter=sent),
            f"{kind}_way": Median(way, filter=sent, output_field=DurationField()),
        }
    found = calls.order_by().aggregate(**asked)
    return {kind: _handling(found, kind) for kind in ("test", "real")}


def _handling(found: Mapping[str, Any], kind: str) -> Handling:
    of = {name.removeprefix(f"{kind}_"): value for name, value in found.items()}
    way = of["way"] / MINUTE if of["way"] is not None else None
    return Handling(
        n=of["n"],
        answered=Middle(of["answered"], of["answered_n"], "second"),
        recognised=Rate(of["recognised"], of["recognised_n"]),
        sent=Rate(of["sent"], of["sent_n"]),
        arrived=Rate(of["arrived"], of["sent"]),
        on_the_way=Middle(way, of["arrived"], "minute"),
    )


@dataclass(frozen=True)
class Cell:
    """One figure in words, and where its rows stand; no address where the reader has no list."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One measure, of calls about tests and of real ones."""

    measure: str
    cells: tuple[Cell, Cell]


def rows_of(found: Mapping[str, Handling], *, asked: Mapping[str, str], linked: bool) -> list[Line]:
    """The figures as lines of a table.

    Args:
        found: By what the calls were about.
        asked: The filters, as the address has them, for the links.
        linked: Whether the reader may open the list of calls.

    """
    measures = (
        ("Calls", "", lambda one: f"{one.n}"),
        ("Answered after", "answered", lambda one: one.answered.in_words()),
        ("Recognised, of those of which it is known", "recognised", _of("recognised")),
        ("Officers sent, of those of which it is known", "sent", _of("sent")),
        ("Officers arrived, of those to which they were sent", "arrived", _of("arrived")),
        ("From the call to their arrival", "arrived", lambda one: one.on_the_way.in_words()),
    )
    dates = {k: v for k, v in asked.items() if k.startswith(("since", "until"))}
    lines = []
    for measure, handled, words in measures:
        cells = [
            Cell(words(found[about]), _list(dates, about, handled) if linked else "")
            for about in ("test", "real")
        ]
        lines.append(Line(measure, (cells[0], cells[1])))
    return lines


def _of(name: str) -> Any:
    return lambda one: getattr(one, name).in_words("call")


def _list(dates: Mapping[str, str], about: str, handled: str) -> str:
    asked = {**dates, "about": about} | ({"handled": handled} if handled else {})
    return f"{reverse('operations:call_list')}?{urlencode(asked)}"

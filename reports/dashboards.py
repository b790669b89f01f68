"""Dashboards: which visits a figure counts, and the tables made of them.

A figure counts finished visits only: a planned visit is covert and never reaches this app. What
*responded well*, *completed* and *eligible* mean is said in ``operations``; intervals and the rule
for small numbers in ``statistics.py``. Every count is made by the database, once
(``figures.py``).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q

from accounts.models import User
from govuk.dates import month, plain_time
from operations.models import (
    Draw,
    FollowUp,
    FollowUpQuerySet,
    NotCompletedReason,
    Scenario,
    Selection,
)
from operations.visits.selection import BY_CHANCE
from reports.charts import RateRow, TrendPoint
from reports.figures import Question, Row
from reports.filters import Filters
from reports.parts import OFFERS, PARTS
from reports.statistics import Rate
from reports.tables import CountTable, RateTable, Table, TrendTable
from venues.models import CommandUnit, Venue
from venues.registry.names_in_sql import NormalName
from venues.training.validity import TrainingState

#: How many operations the page shows at once; the file has all.
OPERATIONS_PER_PAGE = 50


@dataclass(frozen=True)
class Step:
    """One thing that staff, or the call handler, may do, by the names of its counts."""

    label: str
    done: str
    asked_of: str = "completed"
    """The visits on which it could be done and was looked at."""

    thing: str = "visit"


#: In the order in which they happen.
STEPS = (
    Step("Challenged", "challenged"),
    Step("Asked for identification", "asked_for_identification"),
    Step("Recognised the signs", "signs_recognised"),
    Step("Refused because of the signs", "refused_for_signs"),
    Step("Contacted police", "police_contacted"),
    Step("Called 999 or 101", "called"),
    Step("Quoted “Makesafe”", "makesafe_quoted", "makesafe_known", "contact"),
    Step("Call handler recognised it", "handler_recognised", "handler_known", "contact"),
)


#: Of what stands above every table, and on each line of a file.
ABOVE = ("totals", "scenarios", "draws")


class Dashboard:
    """The figures of one reader with one set of filters.

    Args:
        user: The reader: what they may see is decided as by ``visible_to``.
        filters: What they asked for.
        on: The day on which a follow-up is or is not overdue.
        page: Which page of operations is shown; None for all at once.

    """

    def __init__(
        self, *, user: User, filters: Filters, on: dt.date, page: int | None = None
    ) -> None:
        self.user = user
        self.filters = filters
        self.on = on
        self.page = page
        self._answers: dict[str, list[Row]] = {}

    def ask(self, slugs: Iterable[str]) -> None:
        """Ask in one question for all that these tables, and what stands above them, need."""
        self._ask({*ABOVE, *(part for slug in slugs for part in NEEDS[slug])})

    def _ask(self, parts: Iterable[str]) -> None:
        limit = OPERATIONS_PER_PAGE if self.page else None
        offset = OPERATIONS_PER_PAGE * ((self.page or 1) - 1)
        question = Question(user=self.user, filters=self.filters)
        asked = {part: PARTS[part] for part in sorted(parts)}
        self._answers |= question.ask(asked, limit=limit, offset=offset)

    def rows(self, part: str) -> list[Row]:
        """The answer to one of :data:`PARTS`."""
        if part not in self._answers:
            self._ask({part})
        return self._answers[part]

    @cached_property
    def speaks_for(self) -> str:
        """Which venues these figures speak for, in sentences."""
        if self.filters.selection not in BY_CHANCE:
            return "Somebody picked these venues, so the figures speak for no others."
        frames: dict[str, int] = {}
        unknown = 0
        for row in self.rows("draws"):
            if row["units"] is None:
                unknown += row["finished"]
                continue
            what = {name: row[name] for name in ("units", "filters", "of_all", "left_out")}
            frame = Draw(**what).frame
            frames[frame] = frames.get(frame, 0) + row["taken_out"]
        said = [f"{frame}{self._taken_out(number)}" for frame, number in frames.items()]
        sentences = [f"These figures speak for {'; '.join(said)}."] if said else []
        if unknown:
            these = "1 visit" if unknown == 1 else f"{unknown} visits"
            sentences.append(f"What the venues of {these} were drawn from is not on record.")
        return " ".join(sentences)

    def _taken_out(self, number: int) -> str:
        """How many drawn venues are no longer there; others' numbers are not for one unit."""
        if number <= 0:
            return ""
        how_many = number if self.user.whole_force else "some"
        return f", of which {how_many} drawn {'was' if number == 1 else 'were'} taken out later"

    @cached_property
    def versions(self) -> int:
        """How many scenario versions these visits played: results compare only within one."""
        return len(self.scenarios)

    @cached_property
    def versions_of_every_selection(self) -> int:
        """The same however the venue was chosen."""
        return len({row["scenario_id"] for row in self.rows("selections")})

    @property
    def covers(self) -> str:
        """What the figures count and speak for, for each line of a file."""
        return " ".join(filter(None, [f"{self.filters.in_words()}.", self.speaks_for]))

    @cached_property
    def follow_ups(self) -> list[dict[str, Any]]:
        """Those to do of the unit and operation asked for, whenever the visit was, counted for
        each command unit.

        They are work to do and not a rate, so those of every scenario version count.
        """
        wanted = {
            "visit__operation": self.filters.operation,
            "command_unit": self.filters.command_unit,
        }
        found: FollowUpQuerySet = FollowUp.objects.visible_to(self.user).filter(
            **{name: value for name, value in wanted.items() if value}
        )
        name = "command_unit__name"
        return list(
            found.open()
            .values("command_unit", name)
            .annotate(
                n=Count("pk"),
                overdue=Count("pk", filter=Q(due_on__lt=self.on)),
                due=Min("due_on"),
            )
            .order_by(NormalName(name))
        )

    @property
    def follow_ups_in_words(self) -> str:
        """Which follow-ups these are: other filters narrow the visits and not them."""
        return self.filters.of_follow_ups_in_words(on=self.on)

    @cached_property
    def totals(self) -> dict[str, int]:
        """The counts behind pass rate, completion rate and steps."""
        return self.rows("totals")[0]

    @cached_property
    def pass_rate(self) -> Rate:
        """Responded well of completed."""
        return Rate(self.totals["well"], self.totals["completed"])

    @cached_property
    def completion_rate(self) -> Rate:
        """Completed of those that were completed or could have been, real concerns apart."""
        completed = self.totals["completed"]
        return Rate(completed, completed + self.totals["eligible"])

    @cached_property
    def open_follow_ups(self) -> int:
        """How many are offered or booked."""
        return sum(row["n"] for row in self.follow_ups)

    @cached_property
    def overdue_follow_ups(self) -> int:
        """How many of those have passed their date."""
        return sum(row["overdue"] for row in self.follow_ups)

    @cached_property
    def scenarios(self) -> list[tuple[int, RateRow]]:
        """The scenario versions of these visits, with their keys: more than one is a warning."""
        return [
            (row["id"], _row(f"{row['title']} (version {row['version']})", row))
            for row in self.rows("scenarios")
        ]

    @cached_property
    def operations(self) -> Page[Any] | None:
        """Where the operations shown lie among all; None where all are."""
        rows = self.rows("operations")
        if not rows and self.page and self.page > 1:  # beyond the last
            self.page = 1
            self._ask({"operations"})
            rows = self.rows("operations")
        if not rows or not self.page:
            return None
        return Paginator(range(rows[0]["operations"]), OPERATIONS_PER_PAGE).page(self.page)

    def table(self, slug: str) -> Table:
        """The table of this name in :data:`TABLES`.

        Raises:
            KeyError: there is none.

        """
        table = TABLES[slug](self)
        if slug in VERSIONS_APART:
            return table
        versions = self.versions_of_every_selection if slug == "by-selection" else self.versions
        return replace(table, pooled=pooled(versions))


def pooled(versions: int) -> str:
    """Says so where figures put scenario versions together; they compare only within one."""
    if versions < 2:
        return ""
    return f"Puts {versions} scenario versions together, which do not compare."


@dataclass(frozen=True)
class Offers:
    """What a reader may narrow the visits to."""

    units: Sequence[CommandUnit]
    scenarios: Sequence[Scenario]


def offered(user: User) -> Offers:
    """What finished visits that this reader may see have."""
    found = Question(user=user, filters=Filters()).ask(OFFERS)
    return Offers(
        [CommandUnit(**row) for row in found["units"]],
        [Scenario(**row) for row in found["scenarios"]],
    )


def within_newest_scenario(filters: Filters, *, user: User) -> Filters:
    """The same with the newest scenario version that was played on such visits, if any was.

    Results are compared only within one version.
    """
    found = Dashboard(user=user, filters=filters, on=dt.date.min).rows("newest")
    newest = Scenario.objects.filter(pk__in=[row["id"] for row in found]).first()
    return replace(filters, scenario=newest)


def by_month(dashboard: Dashboard) -> TrendTable:
    """Every month from the first visit to the last, those without visits too."""
    rows = dashboard.rows("months")
    rates = {dt.date.fromisoformat(row["month"]): _rate(row) for row in rows}
    points = [TrendPoint(day, rates.get(day, Rate(0, 0))) for day in _months(rates)]
    return TrendTable(
        title="Pass rate by month",
        first_column="Month",
        rows=[RateRow(month(point.month), point.rate) for point in points],
        months=points,
    )


def by_step(dashboard: Dashboard) -> RateTable:
    """How often each thing was done that staff, or the call handler, may do."""
    totals = dashboard.totals
    return RateTable(
        title="Each step",
        first_column="Step",
        counted="Done",
        rows=[
            RateRow(
                step.label,
                Rate(totals[step.done], totals[step.asked_of]),
                step.thing,
            )
            for step in STEPS
        ],
        note="The last two are of the contacts with police where the answer is known.",
    )


def by_operation(dashboard: Dashboard) -> RateTable:
    """The newest first, as many as the page shows."""
    shown = dashboard.operations
    note = ""
    if shown and shown.has_other_pages():
        note = (
            f"Operations {shown.start_index()} to {shown.end_index()} of {shown.paginator.count}, "
            "the latest first. The file has all."
        )
    return RateTable(
        title="Pass rate by operation",
        first_column="Operation",
        rows=[
            _row(f"{row['reference']} {row['name']}", row) for row in dashboard.rows("operations")
        ],
        note=note,
        page=shown,
    )


def by_command_unit(dashboard: Dashboard) -> RateTable:
    """By name; venues whose authority lies in no unit come last."""
    return RateTable(
        title="Pass rate by command unit",
        first_column="Command unit",
        rows=[_row(row["name"] or "No command unit", row) for row in dashboard.rows("units")],
    )


def by_group(dashboard: Dashboard) -> RateTable:
    """The groups with most visits first."""
    return RateTable(
        title="Pass rate by venue group",
        first_column="Venue group",
        rows=[_row(row["name"] or "No group", row) for row in dashboard.rows("groups")],
    )


def by_kind(dashboard: Dashboard) -> RateTable:
    """The kinds with most visits first."""
    return RateTable(
        title="Pass rate by kind of venue",
        first_column="Kind",
        rows=[_row(Venue.Kind(row["name"]).label, row) for row in dashboard.rows("kinds")],
    )


def by_training(dashboard: Dashboard) -> RateTable:
    """By the state on the day of each visit, from sessions held before that day.

    One on the day itself is what followed from the visit: a refresher on the spot.
    """
    rates = {row["name"]: row for row in dashboard.rows("training")}
    return RateTable(
        title="Pass rate by training at the time of the visit",
        first_column="Training",
        rows=[_row(state.label, rates[state]) for state in TrainingState if state in rates],
    )


def by_scenario(dashboard: Dashboard) -> RateTable:
    """Each version apart, since only results of one version compare."""
    return RateTable(
        title="Pass rate by scenario version",
        first_column="Scenario",
        rows=[row for _, row in dashboard.scenarios],
    )


def by_selection(dashboard: Dashboard) -> RateTable:
    """Why the venue was chosen: the one table that has all three, a line for each."""
    rates: dict[str, Row] = {}
    for row in dashboard.rows("selections"):
        so_far = rates.setdefault(row["selection"], {"n": 0, "well": 0})
        for name in so_far:
            so_far[name] += row[name]
    return RateTable(
        title="Pass rate by how the venue was chosen",
        first_column="Chosen",
        rows=[_row(choice.label, rates[choice]) for choice in Selection if choice in rates],
        note="Only venues drawn by chance speak for all venues. "
        "The others are shown here and nowhere counted in.",
        covers=dashboard.filters.in_words_of_every_selection(),
    )


def not_completed(dashboard: Dashboard) -> CountTable:
    """Why visits could not test the venue."""
    rows = dashboard.rows("reasons")
    reasons = [(NotCompletedReason(row["name"]), row["n"]) for row in rows]
    return CountTable(
        title="Visits not completed",
        header=("Reason", "Visits", "Counts in completion rate"),
        rows=[(reason.label, n, "Yes" if reason.is_counted else "No") for reason, n in reasons],
        empty="Every visit could test its venue.",
        note="A visit that met a real concern stops being a test: it is listed here, and counts in "
        "no rate.",
    )


def follow_ups(dashboard: Dashboard) -> CountTable:
    """What is open and what is overdue, by command unit."""
    return CountTable(
        title="Follow-ups to do",
        header=("Command unit", "Open", "Of these overdue", "Earliest date due"),
        rows=[
            (
                row["command_unit__name"] or "No command unit",
                row["n"],
                row["overdue"],
                plain_time(row["due"]),
            )
            for row in dashboard.follow_ups
        ],
        empty="No follow-up is open.",
        note="All that are open now, whenever the visit was, however the venue was chosen and "
        "whatever the scenario version.",
        covers=dashboard.follow_ups_in_words,
    )


#: The tables that pool no scenario versions: one has a line for each, one counts work to do.
VERSIONS_APART = ("by-scenario", "follow-ups")

#: The tables by their name in addresses, in the order of the page: two abreast, so of like length.
TABLES: dict[str, Callable[[Dashboard], Table]] = {
    "by-month": by_month,
    "by-operation": by_operation,
    "by-step": by_step,
    "by-command-unit": by_command_unit,
    "by-training": by_training,
    "by-group": by_group,
    "by-kind": by_kind,
    "by-scenario": by_scenario,
    "by-selection": by_selection,
    "not-completed": not_completed,
    "follow-ups": follow_ups,
}


#: What each table asks for.
NEEDS: dict[str, tuple[str, ...]] = {
    "by-month": ("months",),
    "by-operation": ("operations",),
    "by-step": ("totals",),
    "by-command-unit": ("units",),
    "by-training": ("training",),
    "by-group": ("groups",),
    "by-kind": ("kinds",),
    "by-scenario": ("scenarios",),
    "by-selection": ("selections",),
    "not-completed": ("reasons",),
    "follow-ups": (),
}


def _rate(counts: Row) -> Rate:
    return Rate(counts["well"], counts["n"])


def _row(label: str, counts: Row) -> RateRow:
    return RateRow(label, _rate(counts))


def _months(known: Iterable[dt.date]) -> list[dt.date]:
    """The first day of every month from the first known to the last."""
    days = sorted(known)
    if not days:
        return []
    first, last = (day.year * 12 + day.month - 1 for day in (days[0], days[-1]))
    return [dt.date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]

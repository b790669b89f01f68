"""The oracle of dashboards: the same figures, asked of the visits themselves, table by table.

So slow that nobody would wait for it at a million visits, and plain to see that it is right.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import Count, DateField, Exists, ExpressionWrapper, F, Min, OuterRef, Q
from django.db.models.functions import TruncMonth

from accounts.database import scope
from accounts.database.references import NaturalOrder
from accounts.dates.duty_days import DutyDay
from accounts.dates.london import duty_begins, duty_ends
from accounts.models import User
from govuk.dates import month, plain_time
from operations.models import (
    ContactMethod,
    Draw,
    FollowUp,
    FollowUpQuerySet,
    NotCompletedReason,
    OperationVenue,
    RefusalGround,
    Selection,
    Visit,
    VisitQuerySet,
    VisitState,
)
from operations.visits.selection import BY_CHANCE
from operations.visits.states import COUNTED
from operations.visits.verdict import Verdict
from reports.charts import RateRow, TrendPoint
from reports.filters import Filters
from reports.statistics import Rate
from reports.tables import CountTable, RateTable, Table, TrendTable
from venues.models import Venue, last_trained
from venues.registry.names_in_sql import NormalName
from venues.training.validity import TrainingState, training_state_in_sql

COMPLETED = Q(state=VisitState.COMPLETED)
WELL = Q(outcome__verdict=Verdict.RESPONDED_WELL)


@dataclass(frozen=True)
class Step:
    """One thing that staff, or the call handler, may do."""

    label: str
    done: Q
    asked_of: Q = COMPLETED
    """The visits on which it could be done and was looked at."""

    thing: str = "visit"


#: In the order in which they happen.
STEPS = (
    Step("Challenged", Q(outcome__challenged=True)),
    Step("Asked for identification", Q(outcome__asked_for_identification=True)),
    Step("Recognised the signs", Q(outcome__signs_recognised=True)),
    Step("Refused because of the signs", Q(outcome__refusal_ground=RefusalGround.WARNING_SIGNS)),
    Step("Contacted police", Q(outcome__police_contacted=True)),
    Step(
        "Called 999 or 101",
        Q(outcome__contact_method__in=[ContactMethod.CALL_999, ContactMethod.CALL_101]),
    ),
    Step(
        "Quoted “Makesafe”",
        Q(outcome__makesafe_quoted=True),
        asked_of=Q(outcome__makesafe_quoted__isnull=False),
        thing="contact",
    ),
    Step(
        "Call handler recognised it",
        Q(outcome__call_handler_recognised=True),
        asked_of=Q(outcome__call_handler_recognised__isnull=False),
        thing="contact",
    ),
)


class SlowDashboard:
    """The figures of one reader with one set of filters.

    Args:
        user: The reader: what they may see is decided by ``visible_to``.
        filters: What they asked for.
        on: The day on which a follow-up is or is not overdue.

    """

    def __init__(self, *, user: User, filters: Filters, on: dt.date) -> None:
        self.user = user
        self.filters = filters
        self.on = on

    @cached_property
    def of_every_selection(self) -> VisitQuerySet:
        """The finished visits asked for, however their venue was chosen."""
        asked_for = self.filters
        visits = Visit.objects.visible_to(self.user).finished()
        # A night counts with its evening; a visit that is over has always been started.
        visits = visits.annotate(visited_on=DutyDay("started_at"))
        wanted = {
            "started_at__gte": asked_for.since and duty_begins(asked_for.since),
            "started_at__lt": asked_for.until and duty_ends(asked_for.until),
            "operation": asked_for.operation,
            "venue__local_authority__command_unit": asked_for.command_unit,
            "operation__scenario": asked_for.scenario,
        }
        return visits.filter(**{name: value for name, value in wanted.items() if value})

    @cached_property
    def visits(self) -> VisitQuerySet:
        """The finished visits asked for: what every rate but the one by selection counts."""
        return self.of_every_selection.filter(selection=self.filters.selection)

    @cached_property
    def speaks_for(self) -> str:
        """Which venues these figures speak for, in sentences."""
        if self.filters.selection not in BY_CHANCE:
            return "Somebody picked these venues, so the figures speak for no others."
        visits = self.visits.order_by()
        choices = OperationVenue.objects.filter(
            draw=OuterRef("pk"), venue__visits__in=visits, venue__visits__operation=F("operation")
        )
        draws = Draw.objects.visible_to(self.user).filter(Exists(choices)).order_by("pk")
        with scope.all_units():  # for what is left of a draw over several units
            found = list(draws.annotate(kept=Count("chosen_venues")))
        frames: dict[str, int] = {}
        for draw in found:
            gone = draw.number - draw.kept  # type: ignore[attr-defined]  # counted above
            frames[draw.frame] = frames.get(draw.frame, 0) + gone
        said = [f"{frame}{self._taken_out(number)}" for frame, number in frames.items()]
        known = OperationVenue.objects.filter(
            operation=OuterRef("operation"), venue=OuterRef("venue"), draw__isnull=False
        )
        sentences = [f"These figures speak for {'; '.join(said)}."] if said else []
        if unknown := visits.filter(~Exists(known)).count():
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
        return self.of_every_selection.completed().aggregate(  # type: ignore[no-any-return]
            n=Count("operation__scenario", distinct=True)
        )["n"]

    @property
    def covers(self) -> str:
        """What the figures count and speak for, for each line of a file."""
        return " ".join(filter(None, [f"{self.filters.in_words()}.", self.speaks_for]))

    @cached_property
    def follow_ups(self) -> FollowUpQuerySet:
        """The follow-ups of the unit and operation asked for, whenever the visit was.

        They are work to do and not a rate, so those of every scenario version count.
        """
        wanted = {
            "visit__operation": self.filters.operation,
            "visit__venue__local_authority__command_unit": self.filters.command_unit,
        }
        return FollowUp.objects.visible_to(self.user).filter(
            **{name: value for name, value in wanted.items() if value}
        )

    @property
    def follow_ups_in_words(self) -> str:
        """Which follow-ups these are: other filters narrow the visits and not them."""
        return self.filters.of_follow_ups_in_words(on=self.on)

    @cached_property
    def totals(self) -> dict[str, int]:
        """The counts behind pass rate, completion rate and steps, in one question."""
        steps = {}
        for position, step in enumerate(STEPS):
            steps[f"asked_{position}"] = Count("pk", filter=step.asked_of)
            steps[f"done_{position}"] = Count("pk", filter=step.done)
        totals: dict[str, int] = self.visits.aggregate(
            finished=Count("pk"),
            completed=Count("pk", filter=COMPLETED),
            well=Count("pk", filter=WELL),
            **steps,
        )
        return totals

    @cached_property
    def pass_rate(self) -> Rate:
        """Responded well of completed."""
        return Rate(self.totals["well"], self.totals["completed"])

    @cached_property
    def completion_rate(self) -> Rate:
        """Completed of those that were completed or could have been."""
        eligible = self.visits.filter(not_completed_reason__in=COUNTED).count()
        return Rate(self.totals["completed"], self.totals["completed"] + eligible)

    @cached_property
    def open_follow_ups(self) -> int:
        """How many are offered or booked."""
        return self.follow_ups.open().count()

    @cached_property
    def overdue_follow_ups(self) -> int:
        """How many of those have passed their date."""
        return self.follow_ups.overdue(on=self.on).count()

    @cached_property
    def scenarios(self) -> list[tuple[int, RateRow]]:
        """The scenario versions of these visits, with their keys: more than one is a warning."""
        title, version = "operation__scenario__title", "operation__scenario__version"
        key = "operation__scenario"
        counted = _counted(self.visits, key, title, version).order_by(NormalName(title), version)
        return [(row[key], _row(f"{row[title]} (version {row[version]})", row)) for row in counted]

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


def by_month(dashboard: SlowDashboard) -> TrendTable:
    """Every month from the first visit to the last, those without visits too."""
    visits = dashboard.visits.annotate(month=TruncMonth("visited_on"))
    counted = _counted(visits, "month").order_by("month")
    rates = {row["month"]: _rate(row) for row in counted}
    points = [TrendPoint(day, rates.get(day, Rate(0, 0))) for day in _months(rates)]
    return TrendTable(
        title="Pass rate by month",
        first_column="Month",
        rows=[RateRow(month(point.month), point.rate) for point in points],
        months=points,
    )


def by_step(dashboard: SlowDashboard) -> RateTable:
    """How often each thing was done that staff, or the call handler, may do."""
    totals = dashboard.totals
    return RateTable(
        title="Each step",
        first_column="Step",
        counted="Done",
        rows=[
            RateRow(
                step.label,
                Rate(totals[f"done_{position}"], totals[f"asked_{position}"]),
                step.thing,
            )
            for position, step in enumerate(STEPS)
        ],
        note="The last two are of the contacts with police where the answer is known.",
    )


def by_operation(dashboard: SlowDashboard) -> RateTable:
    """The newest first."""
    reference, name = "operation__reference", "operation__name"
    counted = _counted(dashboard.visits, "operation", "operation__starts_on", reference, name)
    return RateTable(
        title="Pass rate by operation",
        first_column="Operation",
        rows=[
            _row(f"{row[reference]} {row[name]}", row)
            for row in counted.order_by("-operation__starts_on", NaturalOrder(reference))
        ],
    )


def by_command_unit(dashboard: SlowDashboard) -> RateTable:
    """By name; venues whose authority lies in no unit come last."""
    unit = "venue__local_authority__command_unit"
    counted = _counted(dashboard.visits, unit, f"{unit}__name")
    return RateTable(
        title="Pass rate by command unit",
        first_column="Command unit",
        rows=[
            _row(row[f"{unit}__name"] or "No command unit", row)
            for row in counted.order_by(NormalName(f"{unit}__name"))
        ],
    )


def by_group(dashboard: SlowDashboard) -> RateTable:
    """The groups with most visits first."""
    name = "venue__group__name"
    counted = _counted(dashboard.visits, "venue__group", name)
    return RateTable(
        title="Pass rate by venue group",
        first_column="Venue group",
        rows=[
            _row(row[name] or "No group", row) for row in counted.order_by("-n", NormalName(name))
        ],
    )


def by_kind(dashboard: SlowDashboard) -> RateTable:
    """The kinds with most visits first."""
    counted = _counted(dashboard.visits, "venue__kind").order_by("-n", "venue__kind")
    return RateTable(
        title="Pass rate by kind of venue",
        first_column="Kind",
        rows=[_row(Venue.Kind(row["venue__kind"]).label, row) for row in counted],
    )


def by_training(dashboard: SlowDashboard) -> RateTable:
    """By the state on the day of each visit, from sessions held before that day.

    One on the day itself is what followed from the visit: a refresher on the spot.
    """
    day_before = ExpressionWrapper(F("visited_on") - dt.timedelta(days=1), output_field=DateField())
    visits = dashboard.visits.annotate(
        day_before=day_before,
        last_trained_on=last_trained(OuterRef("venue"), on=OuterRef("day_before")),
    ).annotate(training=training_state_in_sql("last_trained_on", on=F("visited_on")))
    rates = {row["training"]: row for row in _counted(visits, "training").order_by()}
    return RateTable(
        title="Pass rate by training at the time of the visit",
        first_column="Training",
        rows=[_row(state.label, rates[state]) for state in TrainingState if state in rates],
    )


def by_scenario(dashboard: SlowDashboard) -> RateTable:
    """Each version apart, since only results of one version compare."""
    return RateTable(
        title="Pass rate by scenario version",
        first_column="Scenario",
        rows=[row for _, row in dashboard.scenarios],
    )


def by_selection(dashboard: SlowDashboard) -> RateTable:
    """Why the venue was chosen: the one table that has all three, a line for each."""
    counted = _counted(dashboard.of_every_selection, "selection").order_by()
    rates = {row["selection"]: row for row in counted}
    return RateTable(
        title="Pass rate by how the venue was chosen",
        first_column="Chosen",
        rows=[_row(choice.label, rates[choice]) for choice in Selection if choice in rates],
        note="Only venues drawn by chance speak for all venues. "
        "The others are shown here and nowhere counted in.",
        covers=dashboard.filters.in_words_of_every_selection(),
    )


def not_completed(dashboard: SlowDashboard) -> CountTable:
    """Why visits could not test the venue."""
    counted = (
        dashboard.visits.exclude(not_completed_reason="")
        .values("not_completed_reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "not_completed_reason")
    )
    reasons = [(NotCompletedReason(row["not_completed_reason"]), row["n"]) for row in counted]
    return CountTable(
        title="Visits not completed",
        header=("Reason", "Visits", "Counts in completion rate"),
        rows=[(reason.label, n, "Yes" if reason.is_counted else "No") for reason, n in reasons],
        empty="Every visit could test its venue.",
    )


def follow_ups(dashboard: SlowDashboard) -> CountTable:
    """What is open and what is overdue, by command unit."""
    unit = "visit__venue__local_authority__command_unit"
    open_ones = dashboard.follow_ups.open().values(unit, f"{unit}__name")
    counted = open_ones.annotate(n=Count("pk"), due=Min("due_on")).order_by(
        NormalName(f"{unit}__name")
    )
    overdue = dict(
        dashboard.follow_ups.overdue(on=dashboard.on)
        .values_list(unit)
        .annotate(n=Count("pk"))
        .order_by()
    )
    return CountTable(
        title="Follow-ups to do",
        header=("Command unit", "Open", "Of these overdue", "Earliest date due"),
        rows=[
            (
                row[f"{unit}__name"] or "No command unit",
                row["n"],
                overdue.get(row[unit], 0),
                plain_time(row["due"]),
            )
            for row in counted
        ],
        empty="No follow-up is open.",
        note="All that are open now, whenever the visit was, however the venue was chosen and "
        "whatever the scenario version.",
        covers=dashboard.follow_ups_in_words,
    )


#: The tables that pool no scenario versions: one has a line for each, one counts work to do.
VERSIONS_APART = ("by-scenario", "follow-ups")

#: The tables by their name in addresses, in the order of the page: two abreast, so of like length.
TABLES: dict[str, Callable[[SlowDashboard], Table]] = {
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


def _counted(visits: VisitQuerySet, *by: str) -> Any:
    """Completed visits and those that responded well, for each value of ``by``."""
    return visits.completed().values(*by).annotate(n=Count("pk"), well=Count("pk", filter=WELL))


def _rate(counts: dict[str, Any]) -> Rate:
    return Rate(counts["well"], counts["n"])


def _row(label: str, counts: dict[str, Any]) -> RateRow:
    return RateRow(label, _rate(counts))


def _months(known: Iterable[dt.date]) -> list[dt.date]:
    """The first day of every month from the first known to the last."""
    days = sorted(known)
    if not days:
        return []
    first, last = (day.year * 12 + day.month - 1 for day in (days[0], days[-1]))
    return [dt.date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]

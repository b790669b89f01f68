"""An invented force with as many visits as one wants, written by PostgreSQL itself in minutes.

Triggers are off meanwhile: states that a product reaches in three steps are written at once, and
history as the triggers would have written it. All else holds. Checks, unique and exclusion
constraints and foreign keys are taken off before and put back on after, so PostgreSQL has looked at
every row; a column or a table that nothing is said about here is refused by name.

The force: 12 command units with 40 local authorities, 60,000 venues at every size and three
training sessions at most of them, 2,174 people, 480 cadets, ten years of operations of 100 to 300
visits, each with two officers and a cadet, outcomes for nine tenths of what is over, a follow-up
with reminders of the poor ones, a row of history of everything, and as many reads in the log as
there are visits. The same day and number give the same force.
"""

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from accounts.models import AccessEntry, User
from accounts.roles import Role
from operations.models import (
    Cadet,
    CheckIn,
    CovertRead,
    Draw,
    Figure,
    FollowUp,
    LastVisit,
    Operation,
    OperationVenue,
    Outcome,
    Reminder,
    ReminderCopy,
    Scenario,
    ScenarioSign,
    TeamMember,
    Visit,
)
from outbox.models import Message
from tests.benchmarks.force import rules
from tests.benchmarks.force.figures import write_figures
from tests.benchmarks.force.follow_ups import write_follow_ups
from tests.benchmarks.force.history import history_of, write_history
from tests.benchmarks.force.operations import write_operations
from tests.benchmarks.force.people import UnitMember, UserGroup, number, write_people
from tests.benchmarks.force.places import LONG_AGO, write_places
from tests.benchmarks.force.reads import write_reads
from tests.benchmarks.force.rows import go_on_counting
from tests.benchmarks.force.visits import write_visits
from venues.models import (
    CommandUnit,
    Force,
    HygieneId,
    LocalAuthority,
    TrainingSession,
    Venue,
    VenueContact,
    VenueGroup,
)

#: Tables of ours that stay as a migration leaves them.
LEFT_EMPTY = {
    *("accounts.AccessRequest", "accounts.Undo", "accounts.Submission", "accounts.Seal"),
    *("accounts.SealedEntry", "accounts.Erasure", "accounts.Used", "accounts.DayPolicy"),
    *("venues.ImportRun", "venues.Decision", "operations.VisitPolicy", "operations.WarningSign"),
    *("operations.FollowUpPolicy", "operations.CadetPolicy", "operations.Uncounted"),
    *("operations.SafetyPolicy", "operations.Alarm", "operations.StartOverride"),
    *("operations.Call", "operations.CallScript", "operations.CallReminder"),
    *("operations.Concern", "operations.ConcernPolicy", "operations.Sheet"),
    *("operations.WelfareAnswer", "operations.AlarmNotice", "operations.Proposal"),
    *("operations.Authorisation", "operations.Publication", "operations.ToldPlan"),
    *("operations.PlanNotice", "operations.DrawPlan", "operations.SealedSeed"),
    "operations.DrawnVenue",
}

#: Whose history is written: at what moment, by whom, and from what beside the row ``r`` itself.
_OF_VISIT = "JOIN operations_visit v ON v.id = r.visit_id"
_A_PLANNER = str(number(Role.PLANNER, unit=1))
HISTORY: dict[Any, tuple[str, str, str]] = {
    **dict.fromkeys(
        (Force, CommandUnit, LocalAuthority, VenueGroup, User, UserGroup, UnitMember),
        (LONG_AGO, "NULL::bigint", ""),
    ),
    **dict.fromkeys(
        (HygieneId, VenueContact),
        (f"{LONG_AGO} + r.venue_id * interval '1 second'", _A_PLANNER, ""),
    ),
    Venue: ("r.created_at", _A_PLANNER, ""),
    TrainingSession: ("r.recorded_at", "r.recorded_by_id", ""),
    Scenario: ("r.created_at", "r.created_by_id", ""),
    ScenarioSign: (LONG_AGO, _A_PLANNER, ""),
    Operation: ("r.created_at", "r.created_by_id", ""),
    Draw: ("r.drawn_at", "r.drawn_by_id", ""),
    OperationVenue: ("r.added_at", "r.added_by_id", ""),
    Cadet: ("r.created_at", _A_PLANNER, ""),
    Visit: ("coalesce(r.ended_at, r.created_at)", "coalesce(r.started_by_id, r.created_by_id)", ""),
    TeamMember: ("v.created_at", "v.created_by_id", _OF_VISIT),
    Outcome: ("r.logged_at", "r.logged_by_id", ""),
    FollowUp: ("r.opened_at", "r.responsible_id", ""),
}
FILLED = (
    *(*HISTORY, CheckIn, LastVisit, Reminder, ReminderCopy, Message, AccessEntry, CovertRead),
    Figure,
)


def fill(*, visits: int, venues: int = 60_000, now: dt.datetime) -> None:
    """Write the force into an empty, migrated database, as the owner of the tables, or nothing.

    Args:
        visits: How many.
        venues: How many.
        now: The moment at which it stands: what was before is over.

    Raises:
        LookupError: a table or a column of a model that this package knows nothing about.
        IntegrityError: a row that the product's own constraints refuse.

    """
    _knows_every_table()
    histories = [history_of(model) for model in HISTORY]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '128MB'")
        tables = [model._meta.db_table for model in (*FILLED, *histories)]
        taken_off = rules.take_off(cursor, tables)
        write_people()
        write_places(cursor, venues=venues)
        write_operations(cursor, visits=visits, venues=venues, now=now)
        write_visits(cursor, now=now)
        write_follow_ups(cursor, now=now)
        write_reads(cursor, visits=visits, venues=venues, now=now)
        for model, (at, by, beside) in HISTORY.items():
            write_history(cursor, model, at, by, beside)
        rules.put_back(cursor, taken_off)
        write_figures(cursor)
        for model in FILLED:
            go_on_counting(cursor, model)


def _knows_every_table() -> None:
    known = {model._meta.label for model in FILLED} | LEFT_EMPTY
    unknown = [
        model._meta.label
        for app in ("outbox", "accounts", "venues", "operations")
        for model in apps.get_app_config(app).get_models()
        if not (model._meta.proxy or hasattr(model, "pgh_tracked_model"))
        and model._meta.label not in known
    ]
    if unknown:
        raise LookupError(f"Nothing is said about these tables: {', '.join(unknown)}")

"""Row-level security: the policies behind ``visible_to``.

Each policy reads the settings of the transaction (``accounts/database/scope.py``). Where they say
nothing it shows nothing. They are coarser than ``visible_to`` and never finer: what a page shows is
decided there, and a query that forgets it finds no more than this.

A visit shows to the officers of its team once its operation is published; to the people of its
command unit once it is over, and before that to its planners only (rule 1 of the design); to call
handlers while it is on the board or has an alarm, and so to whoever was told of that alarm; and to
the lead of its operation when its start is near, its time has passed or it has an alarm. What tells
of a visit shows with the visit, and so does a call about it. Other calls show to call handlers for
some days, and to those who work on concerns. A cadet shows to the planners of their command unit,
to those of a visit that they are in and to its team, and so does what they said.

:func:`write_policies` puts them in force after each ``migrate``.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

from accounts.database.scope import SEARCH_PATH, WEB_ROLE
from accounts.dates.duty_days import duty_day_in_sql
from operations.visits.states import (
    AHEAD_IN_SQL,
    CALLS_SEEN_FOR,
    FINISHED_IN_SQL,
    ON_BOARD_AFTER,
    ON_BOARD_BEFORE,
)

#: A part in parentheses with SELECT is asked once for a query, not for each row.
ALL_UNITS = "(SELECT current_setting('makesafe.units', true) = '*')"
UNITS = (
    "(SELECT CASE current_setting('makesafe.units', true) WHEN '*' THEN '{}'"
    " ELSE nullif(current_setting('makesafe.units', true), '')::bigint[] END)::bigint[]"
)
SEES_PLANS = "(SELECT current_setting('makesafe.sees_plans', true) = 'on')"
SEES_BOARD = "(SELECT current_setting('makesafe.sees_board', true) = 'on')"
SEES_CONCERNS = "(SELECT current_setting('makesafe.sees_concerns', true) = 'on')"
SEES_LOG = "(SELECT current_setting('makesafe.sees_log', true) = 'on')"
ME = "(SELECT nullif(current_setting('makesafe.user', true), '')::bigint)"
SYSTEM = f"({ALL_UNITS} AND {SEES_PLANS})"

#: How a function begins that works as the owner of the tables.
AS_OWNER = f"SECURITY DEFINER SET search_path = {SEARCH_PATH}"

#: Today, as ``accounts.dates.london.duty_day`` has it.
DUTY_DAY = duty_day_in_sql("now()")

#: By the row's own column (``operations/command_units.py``).
OF_MY_UNITS = f"({ALL_UNITS} OR command_unit_id = ANY ({UNITS}))"

_BEFORE = f"interval '{ON_BOARD_BEFORE.total_seconds():.0f} seconds'"
_SEEN_FOR = f"interval '{CALLS_SEEN_FOR.total_seconds():.0f} seconds'"
_AFTER = f"interval '{ON_BOARD_AFTER.total_seconds():.0f} seconds'"

#: As ``VisitQuerySet.on_board`` has it.
ON_BOARD = f"""(
    state = 'under_way'
    OR (
        state = 'planned' AND published
        AND starts_at <= now() + {_BEFORE} AND ends_at >= now() - {_AFTER}
    )
    OR (state IN {FINISHED_IN_SQL} AND ended_at >= now() - {_AFTER})
)"""


def _set_of_keys(name: str, question: str) -> str:
    """A function that gives a small set, asked once for a query and only if a row comes to it.

    It runs as the owner: with policies inside policies, planning would take longer than the answer,
    and that of team members asks for visits and that of visits for team members without an end.
    """
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS SETOF bigint
        LANGUAGE sql STABLE {AS_OWNER} ROWS 100 AS $$
            {question}
        $$
    """


#: The visits that show to somebody whatever their command unit: in whose team one is; what is on
#: the board or has an alarm, to call handlers; as long, what has one that somebody was told, to
#: them; and to the lead of their operation those with an alarm, those past their time, who can end
#: what its team left under way and see that it is over, and those whose start is near, which they
#: can allow although something is missing.
MY_VISITS = _set_of_keys(
    "makesafe_my_visits",
    f"""
        SELECT member.visit_id FROM operations_teammember member
        JOIN operations_visit visit ON visit.id = member.visit_id AND visit.published
        WHERE member.officer_id = {ME}
        UNION ALL
        SELECT id FROM operations_visit WHERE {SEES_BOARD} AND {ON_BOARD}
        UNION ALL
        SELECT visit_id FROM operations_alarm
        WHERE {SEES_BOARD} AND (closed_at IS NULL OR closed_at > now() - {_AFTER})
        UNION ALL
        SELECT visit_id FROM operations_alarm alarm
        JOIN operations_alarmnotice notice ON notice.alarm_id = alarm.id
        WHERE notice.user_id = {ME} AND (closed_at IS NULL OR closed_at > now() - {_AFTER})
        UNION ALL
        SELECT id FROM operations_visit
        WHERE state NOT IN ('planned', 'cancelled')
        AND (ends_at < now() OR EXISTS (
            SELECT FROM operations_alarm WHERE visit_id = operations_visit.id
        ))
        AND operation_id IN (SELECT id FROM operations_operation WHERE lead_id = {ME})
        UNION ALL
        SELECT id FROM operations_visit
        WHERE state = 'planned' AND published
        AND starts_at <= now() + {_BEFORE} AND ends_at >= now() - {_AFTER}
        AND operation_id IN (SELECT id FROM operations_operation WHERE lead_id = {ME})
    """,  # noqa: S608
)

#: The visits in whose team one is.
VISITS_OF_MY_TEAMS = _set_of_keys(
    "makesafe_visits_of_my_teams",
    f"SELECT visit_id FROM operations_teammember WHERE officer_id = {ME}",  # noqa: S608
)

#: The cadets of other command units that show to somebody: in whose team one is; and to planners
#: those in visits of their command units.
MY_CADETS = _set_of_keys(
    "makesafe_my_cadets",
    f"""
        SELECT cadet_id FROM operations_teammember
        WHERE cadet_id IS NOT NULL AND visit_id IN (
            SELECT visit_id FROM operations_teammember WHERE officer_id = {ME}
        )
        UNION ALL
        SELECT id FROM operations_cadet
        WHERE {SEES_PLANS} AND EXISTS (
            SELECT FROM operations_teammember member
            WHERE member.cadet_id = operations_cadet.id AND member.command_unit_id = ANY ({UNITS})
        )
    """,  # noqa: S608
)
#: The entries of the log about one record. No operator of arrays is one that PostgreSQL knows never
#: to give away what it compares, so below a policy none uses an index. For who reads the log.
READS_OF = f"""
    CREATE OR REPLACE FUNCTION makesafe_reads_of(about text, key bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE {AS_OWNER} ROWS 100 AS $$
        SELECT id FROM accounts_accessentry
        WHERE ids @> ARRAY[key] AND (about = '' OR what = about) AND (
            {SYSTEM} OR {SEES_LOG}
            OR session_user <> '{WEB_ROLE}' AND current_setting('role') <> '{WEB_ROLE}'
        )
    $$
"""  # noqa: S608
#: Whether an act on a record can be taken back, whoever did it. Few acts can be at a time, and most
#: pages need not look beyond the person's own units to hear that there is none.
IS_OFFERED = f"""
    CREATE OR REPLACE FUNCTION makesafe_is_offered(record text) RETURNS boolean
    LANGUAGE sql STABLE {AS_OWNER} AS $$
        SELECT EXISTS (
            SELECT FROM accounts_undo
            WHERE taken_back_at IS NULL AND until > now() AND about @> ARRAY[record]
        )
    $$
"""  # noqa: S608
#: Whether call handlers may hear of a visit at all: it is on the board, or not ahead any more.
IS_TOLD_TO_BOARD = f"""
    CREATE OR REPLACE FUNCTION makesafe_is_told_to_board(visit bigint) RETURNS boolean
    LANGUAGE sql STABLE {AS_OWNER} AS $$
        SELECT NOT EXISTS (
            SELECT FROM operations_visit
            WHERE id = visit AND state IN {AHEAD_IN_SQL} AND NOT {ON_BOARD}
        )
    $$
"""  # noqa: S608
#: Whether a visit is over. Few calls are about one, so it is asked for those alone.
IS_OVER = f"""
    CREATE OR REPLACE FUNCTION makesafe_is_over(visit bigint) RETURNS boolean
    LANGUAGE sql STABLE {AS_OWNER} AS $$
        SELECT EXISTS (
            SELECT FROM operations_visit WHERE id = visit AND state IN {FINISHED_IN_SQL}
        )
    $$
"""  # noqa: S608


def _shows_with(table: str, column: str) -> str:
    return f"({SYSTEM} OR EXISTS (SELECT FROM {table} shown WHERE shown.id = {column}))"


def _told_with(visit: str) -> str:
    """The same for history, row by row: a page asks for few rows, and there are many visits."""
    shown = f"SELECT true FROM operations_visit shown WHERE shown.id = {visit}"  # noqa: S608
    return f"({SYSTEM} OR coalesce(({shown}), false))"


#: The plan of a draw, for planners of all command units of its frame.
_OF_MY_FRAME = f"({ALL_UNITS} OR unit_ids <@ {UNITS}) AND {SEES_PLANS}"
#: What tells of a visit that may be under way.
_AROUND_A_VISIT = f"{OF_MY_UNITS} AND {SEES_PLANS} OR visit_id IN (SELECT makesafe_my_visits())"
#: A silent call for help (``operations/safety/deadlines.py``) is never shown to its own team.
_NOT_SILENT_TO_ME = "NOT (kind = 'duress' AND visit_id IN (SELECT makesafe_visits_of_my_teams()))"
#: Table → what a row must fulfil.
POLICIES = {
    "operations_visit": f"""
        {OF_MY_UNITS} AND ({SEES_PLANS} OR state IN {FINISHED_IN_SQL})
        OR id IN (SELECT makesafe_my_visits())
    """,
    "operations_teammember": f"""
        {OF_MY_UNITS} AND ({SEES_PLANS} OR visit_is_over)
        OR officer_id = {ME} OR visit_id IN (SELECT makesafe_my_visits())
    """,
    # Only a visit that is over has an outcome and a follow-up.
    "operations_outcome": f"{OF_MY_UNITS} OR visit_id IN (SELECT makesafe_my_visits())",
    "operations_followup": f"{OF_MY_UNITS} OR visit_id IN (SELECT makesafe_my_visits())",
    "operations_checkin": _AROUND_A_VISIT,
    "operations_alarm": f"({_AROUND_A_VISIT}) AND {_NOT_SILENT_TO_ME}",
    "operations_alarmnotice": _shows_with("operations_alarm", "alarm_id"),
    "operations_call": f"""
        {SYSTEM}
        OR visit_id IS NULL AND {SEES_CONCERNS} AND (
            {OF_MY_UNITS} OR command_unit_id IS NULL AND cardinality({UNITS}) > 0
        )
        OR {SEES_BOARD} AND called_at > now() - {_SEEN_FOR}
            AND (visit_id IS NULL OR makesafe_is_told_to_board(visit_id))
        OR visit_id IS NOT NULL AND (
            {OF_MY_UNITS} AND ({SEES_PLANS} OR makesafe_is_over(visit_id))
            OR visit_id IN (SELECT makesafe_my_visits())
        )
    """,
    "operations_concern": _shows_with("operations_call", "call_id"),
    "operations_callreminder": _shows_with("operations_call", "call_id"),
    "operations_startoverride": _AROUND_A_VISIT,
    # As cadets do: to planners and to the team.
    "operations_welfareanswer": f"""
        {OF_MY_UNITS} AND {SEES_PLANS} OR cadet_id IN (SELECT makesafe_my_cadets())
    """,
    # For the planner who asked for it alone.
    "operations_proposal": f"{SYSTEM} OR asked_by_id = {ME}",
    "operations_sheet": f"{OF_MY_UNITS} AND {SEES_PLANS} OR {SEES_BOARD}",
    "operations_toldplan": SYSTEM,
    "operations_plannotice": f"{SYSTEM} OR reader_id = {ME}",
    "operations_reminder": _shows_with("operations_followup", "follow_up_id"),
    "operations_remindercopy": _shows_with("operations_reminder", "reminder_id"),
    "operations_operationvenue": OF_MY_UNITS,
    "operations_drawplan": _OF_MY_FRAME,
    "operations_drawnvenue": _shows_with("operations_drawplan", "plan_id"),
    "operations_lastvisit": OF_MY_UNITS,
    "operations_figure": OF_MY_UNITS,
    "operations_uncounted": SYSTEM,
    "operations_cadet": f"""
        {SEES_PLANS} AND (command_unit_id IS NULL OR {OF_MY_UNITS})
        OR id IN (SELECT makesafe_my_cadets())
    """,
}

#: Who read of one visit before a moment, for whom the visit shows: a line for each person. The log
#: itself is for whoever reads it.
READS_OF_VISIT = f"""
    CREATE OR REPLACE FUNCTION makesafe_reads_of_visit(visit bigint, before timestamptz)
    RETURNS TABLE (reader bigint, first timestamptz, last timestamptz, times bigint, opened boolean)
    LANGUAGE sql STABLE {AS_OWNER} ROWS 100 AS $$
        SELECT user_id, min(at), max(at), count(DISTINCT request), bool_or(act = 'viewed')
        FROM accounts_accessentry
        WHERE ids @> ARRAY[visit] AND what = 'operations.visit' AND at < before
        AND user_id IS NOT NULL AND EXISTS (
            SELECT FROM operations_visit WHERE operations_visit.id = visit
            AND ({SYSTEM} OR {POLICIES["operations_visit"]})
        )
        GROUP BY user_id
    $$
"""  # noqa: S608
FUNCTIONS = (
    MY_VISITS,
    VISITS_OF_MY_TEAMS,
    MY_CADETS,
    READS_OF,
    READS_OF_VISIT,
    IS_OFFERED,
    IS_TOLD_TO_BOARD,
    IS_OVER,
)

#: Written by triggers alone.
KEPT = (
    "operations_lastvisit",
    "operations_covertread",
    "operations_figure",
    "operations_uncounted",
)

#: Neither written nor read but by triggers.
SEALED = ("operations_sealedseed",)

#: The record of the same: what was, and who looked at it, is as covert as what is.
HISTORIES = {
    "operations_visitevent": _told_with("pgh_obj_id"),
    "operations_teammemberevent": _told_with("visit_id"),
    "operations_outcomeevent": _told_with("visit_id"),
    "operations_followupevent": _told_with("visit_id"),
    "operations_alarmevent": f"{_told_with('visit_id')} AND {_NOT_SILENT_TO_ME}",
    "operations_callevent": _shows_with("operations_call", "pgh_obj_id"),
    "operations_concernevent": _shows_with("operations_call", "call_id"),
    "operations_startoverrideevent": _told_with("visit_id"),
    "operations_welfareanswerevent": _shows_with("operations_cadet", "cadet_id"),
    "operations_sheetevent": f"{OF_MY_UNITS} AND {SEES_PLANS}",
    "operations_drawplanevent": _OF_MY_FRAME,
    "operations_drawnvenueevent": _shows_with("operations_drawplan", "plan_id"),
    # What was chosen once and taken out again has no row any more that says its command unit.
    "operations_operationvenueevent": f"""
        ({ALL_UNITS} OR (
            SELECT authority.command_unit_id FROM venues_venue venue
            JOIN venues_localauthority authority ON authority.id = venue.local_authority_id
            WHERE venue.id = venue_id
        ) = ANY ({UNITS})) AND ({SEES_PLANS} OR (
            SELECT o.ends_on FROM operations_operation o WHERE o.id = operation_id
        ) < {DUTY_DAY})
    """,  # noqa: S608
    # Whoever reads the log; one's own entries, and those that this very request writes.
    "accounts_accessentry": f"""
        {SYSTEM} OR {SEES_LOG} OR user_id = {ME}
        OR request = (SELECT nullif(current_setting('pghistory.context_id', true), '')::uuid)
    """,
    "operations_covertread": f"{SYSTEM} OR {SEES_LOG}",
    # The offer to take an act back is for whoever did it; the act asks beyond that.
    "accounts_undo": f"{SYSTEM} OR by_id = {ME}",
    "operations_cadetevent": f"{SEES_LOG} OR {_shows_with('operations_cadet', 'pgh_obj_id')}",
}


def missing(cursor: CursorWrapper) -> Iterator[str]:
    """What of the policies is not in force: a dump may have come without them."""
    cursor.execute(
        "SELECT count(*) FROM unnest(%s) AS name WHERE NOT EXISTS ("
        " SELECT FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid"
        " WHERE relname = name AND relnamespace = 'public'::regnamespace AND relrowsecurity)",
        [list(POLICIES | HISTORIES)],
    )
    if without := cursor.fetchone()[0]:
        yield f"{without} tables that need row-level security have none."


def write_policies(*, using: str, **_: Any) -> None:
    """Put the policies in force, in place of what held before. A receiver of ``post_migrate``."""
    kept = [f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {WEB_ROLE}" for table in KEPT]
    sealed = [f"REVOKE ALL ON {table} FROM {WEB_ROLE}" for table in SEALED]
    written = [*FUNCTIONS, *kept, *sealed]
    for table, predicate in (POLICIES | HISTORIES).items():
        written.append(
            f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS shows_to_whom_it_concerns ON {table};
            CREATE POLICY shows_to_whom_it_concerns ON {table} USING ({predicate})
            """
        )
    with connections[using].cursor() as cursor:
        cursor.execute(";".join(written))

"""Counting: PostgreSQL's functions that make figures of visits, and keep them.

They work as the owner of the tables. What they show a reader is of the reader's command units only,
as the policies on finished visits have it. :func:`write_functions` writes them after each
``migrate``.
"""

# Nothing that anybody enters is in the text.
# ruff: noqa: S608

from typing import Any

from django.conf import settings
from django.db import connection, connections

from accounts.dates.duty_days import (
    duty_begins_in_sql,
    duty_day_in_sql,
    duty_month_in_sql,
)
from operations.figures.models import Figure
from operations.protection.row_security import ALL_UNITS, AS_OWNER, UNITS
from operations.visits.outcomes import ContactMethod, RefusalGround
from operations.visits.states import COUNTED, FINISHED_IN_SQL
from operations.visits.verdict import Verdict
from venues.training.validity import EXPIRING_DAYS, TrainingState

#: What was done on a visit, in the order in which it happens, as its outcome ``o`` says.
STEPS = {
    "challenged": "o.challenged",
    "asked_for_identification": "o.asked_for_identification",
    "signs_recognised": "o.signs_recognised",
    "refused_for_signs": f"o.refusal_ground = '{RefusalGround.WARNING_SIGNS}'",
    "police_contacted": "o.police_contacted",
    "called": f"o.contact_method IN ('{ContactMethod.CALL_999}', '{ContactMethod.CALL_101}')",
    "makesafe_known": "o.makesafe_quoted IS NOT NULL",
    "makesafe_quoted": "o.makesafe_quoted",
    "handler_known": "o.call_handler_recognised IS NOT NULL",
    "handler_recognised": "o.call_handler_recognised",
}
COUNTS = ("finished", "completed", "well", "eligible", *STEPS)
_TYPES = {
    str(field.column): str(field.db_type(connection))
    for field in Figure._meta.concrete_fields
    if field.name not in ("id", "whole_year")
}
#: All that a row of figures says but its number, and whether it is of a whole year.
COLUMNS = tuple(_TYPES)
KEYS = tuple(column for column in COLUMNS if column not in COUNTS)

_COLUMNS = ", ".join(COLUMNS)
_TABLE = ", ".join(f"{column} {what}" for column, what in _TYPES.items())


def _visits() -> str:
    """The finished visits of a time, each with all by which it is counted."""
    done = ", ".join(f"{sql} AS {name}" for name, sql in STEPS.items())
    return f"""
        SELECT *, CASE
            WHEN last_trained IS NULL THEN '{TrainingState.UNTRAINED}'
            WHEN last_trained <= day - current_days THEN '{TrainingState.EXPIRED}'
            WHEN last_trained <= day - current_days + {EXPIRING_DAYS}
                THEN '{TrainingState.EXPIRING}'
            ELSE '{TrainingState.CURRENT}'
        END AS training
        FROM (
            SELECT v.command_unit_id, {duty_month_in_sql("v.started_at")} AS month, p.scenario_id,
                v.selection, v.operation_id, choice.draw_id, venue.group_id, venue.kind,
                v.not_completed_reason AS reason, duty.day, {done},
                v.state = 'completed' AS completed,
                o.verdict = '{Verdict.RESPONDED_WELL.value}' AS well,
                v.not_completed_reason IN ({", ".join(f"'{one}'" for one in sorted(COUNTED))})
                    AS eligible,
                trained.last_trained
            FROM operations_visit v
            CROSS JOIN LATERAL (
                SELECT {duty_day_in_sql("v.started_at")}
            ) duty (day)
            CROSS JOIN LATERAL (
                SELECT max(session.held_on) FROM venues_trainingsession session
                WHERE session.venue_id = v.venue_id AND session.held_on < duty.day
            ) trained (last_trained)
            JOIN operations_operation p ON p.id = v.operation_id
            JOIN venues_venue venue ON venue.id = v.venue_id
            LEFT JOIN operations_outcome o ON o.id = v.outcome_id
            LEFT JOIN operations_operationvenue choice
                ON choice.operation_id = v.operation_id AND choice.venue_id = v.venue_id
            WHERE v.state IN {FINISHED_IN_SQL} AND v.started_at >= since AND v.started_at < until
            AND (
                of_unit IS NULL OR v.command_unit_id = of_unit
                OR of_unit = 0 AND v.command_unit_id IS NULL
            )
            AND (of_operation IS NULL OR v.operation_id = of_operation)
            AND (units IS NULL OR v.command_unit_id = ANY (units))
        ) each
    """


def _functions() -> str:
    """All of them.

    A part of the time, unit 0 (of no command unit) or an operation: PostgreSQL plans each anew,
    for a night takes another way than a month.
    """
    steps = ", ".join(
        f"CASE WHEN grouping(kind) = 0 THEN count(*) FILTER (WHERE {step}) END" for step in STEPS
    )
    arguments = "since timestamptz, until timestamptz, of_unit bigint, of_operation bigint"
    others = ", ".join(f"f.{key}" for key in KEYS if key not in ("command_unit_id", "month"))
    sums = ", ".join(f"sum(f.{count})" for count in COUNTS)
    return f"""
    CREATE OR REPLACE FUNCTION makesafe_count_visits(
        {arguments}, units bigint[], current_days int
    ) RETURNS TABLE ({_TABLE}) LANGUAGE sql STABLE SET plan_cache_mode = force_custom_plan AS $$
        SELECT command_unit_id, month, scenario_id, selection,
            CASE
                WHEN grouping(training) = 0 THEN '{Figure.Way.TRAINING}'
                WHEN grouping(kind) = 0 THEN '{Figure.Way.KIND}'
                WHEN grouping(group_id) = 0 THEN '{Figure.Way.GROUP}'
                WHEN grouping(reason) = 0 THEN '{Figure.Way.REASON}'
                ELSE '{Figure.Way.OPERATION}'
            END,
            operation_id, draw_id,
            CASE WHEN draw_id IS NOT NULL THEN (
                SELECT draw.number - (
                    SELECT count(*) FROM operations_operationvenue kept WHERE kept.draw_id = draw.id
                ) FROM operations_draw draw WHERE draw.id = alike.draw_id
            ) END,
            group_id, coalesce(training, kind, reason, ''),
            CASE WHEN grouping(training) = 0 THEN current_days END,
            count(*), count(*) FILTER (WHERE completed), count(*) FILTER (WHERE completed AND well),
            count(*) FILTER (WHERE eligible), {steps}
        FROM ({_visits()}) alike
        GROUP BY command_unit_id, month, scenario_id, selection,
            GROUPING SETS ((training), (kind), (group_id), (reason), (operation_id, draw_id))
        HAVING NOT (grouping(reason) = 0 AND reason = '')
    $$;
    REVOKE EXECUTE ON FUNCTION makesafe_count_visits FROM PUBLIC;

    CREATE OR REPLACE FUNCTION makesafe_uncounted_cells()
    RETURNS TABLE (command_unit_id bigint, month date) LANGUAGE sql STABLE AS $$
        SELECT command_unit_id, month FROM operations_uncounted WHERE month IS NOT NULL
        UNION
        SELECT v.command_unit_id, {duty_month_in_sql("v.started_at")}
        FROM (
            SELECT venue_id, min(coalesce(after, '-infinity')) AS after
            FROM operations_uncounted WHERE venue_id IS NOT NULL GROUP BY 1
        ) noted
        JOIN operations_visit v ON v.venue_id = noted.venue_id
            AND v.state IN {FINISHED_IN_SQL} AND v.started_at >= noted.after
        UNION
        SELECT v.command_unit_id, {duty_month_in_sql("v.started_at")}
        FROM (
            SELECT DISTINCT operation_id FROM operations_uncounted WHERE operation_id IS NOT NULL
        ) noted
        JOIN operations_visit v ON v.operation_id = noted.operation_id
            AND v.state IN {FINISHED_IN_SQL}
    $$;
    REVOKE EXECUTE ON FUNCTION makesafe_uncounted_cells FROM PUBLIC;

    CREATE OR REPLACE FUNCTION makesafe_uncounted()
    RETURNS TABLE (command_unit_id bigint, month date) LANGUAGE sql STABLE {AS_OWNER} AS $$
        SELECT * FROM makesafe_uncounted_cells() cell
        WHERE {ALL_UNITS} OR cell.command_unit_id = ANY ({UNITS})
    $$;

    CREATE OR REPLACE FUNCTION makesafe_figures({arguments}, current_days int)
    RETURNS TABLE ({_TABLE}) LANGUAGE sql STABLE {AS_OWNER} AS $$
        SELECT * FROM makesafe_count_visits(
            since, until, of_unit, of_operation,
            CASE WHEN NOT coalesce({ALL_UNITS}, false) THEN coalesce({UNITS}, '{{}}') END,
            current_days
        )
    $$;

    CREATE OR REPLACE FUNCTION makesafe_count(current_days int) RETURNS int
    LANGUAGE plpgsql {AS_OWNER} AS $$
    DECLARE
        noted bigint[];
        in_units bigint[];
        in_months date[];
        cell record;
    BEGIN
        -- One at a time; whoever comes second leaves it to the first.
        IF NOT pg_try_advisory_xact_lock(hashtext('makesafe_count')) THEN
            RETURN 0;
        END IF;
        INSERT INTO operations_uncounted (command_unit_id, month)
            SELECT DISTINCT f.command_unit_id, f.month FROM operations_figure f
            WHERE f.training_days <> current_days AND NOT f.whole_year;
        -- What is noted after this question stays noted, whether it is counted in or not.
        SELECT array_agg(id) INTO noted FROM operations_uncounted;
        IF noted IS NULL THEN
            RETURN 0;
        END IF;
        SELECT array_agg(command_unit_id), array_agg(month) INTO in_units, in_months
            FROM makesafe_uncounted_cells();
        FOR cell IN SELECT * FROM unnest(in_units, in_months) AS cell (unit, month) LOOP
            DELETE FROM operations_figure f
            WHERE f.command_unit_id IS NOT DISTINCT FROM cell.unit
            AND f.month = cell.month AND NOT f.whole_year;
            INSERT INTO operations_figure (whole_year, {_COLUMNS})
                SELECT false, {_COLUMNS} FROM makesafe_count_visits(
                    {duty_begins_in_sql("cell.month")},
                    {duty_begins_in_sql("(cell.month + interval '1 month')")},
                    coalesce(cell.unit, 0), NULL, NULL, current_days
                );
        END LOOP;
        FOR cell IN
            SELECT DISTINCT unit, date_trunc('year', month)::date AS year
            FROM unnest(in_units, in_months) AS cell (unit, month)
        LOOP
            DELETE FROM operations_figure f
            WHERE f.command_unit_id IS NOT DISTINCT FROM cell.unit
            AND f.month = cell.year AND f.whole_year;
            INSERT INTO operations_figure (whole_year, {_COLUMNS})
                SELECT true, f.command_unit_id, cell.year, {others},
                    {sums}
                FROM operations_figure f
                WHERE f.command_unit_id IS NOT DISTINCT FROM cell.unit
                AND f.month >= cell.year AND f.month < cell.year + interval '1 year'
                AND NOT f.whole_year
                GROUP BY f.command_unit_id, {others};
        END LOOP;
        DELETE FROM operations_uncounted WHERE id = ANY (noted);
        RETURN coalesce(cardinality(in_months), 0);
    END $$;
    """


def write_functions(*, using: str, **_: Any) -> None:
    """Write them in place of what was there. A receiver of ``post_migrate``."""
    with connections[using].cursor() as cursor:
        cursor.execute(_functions())


def count() -> int:
    """Count what was noted since the last time.

    Returns: of how many cells.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT makesafe_count(%s)", [settings.TRAINING_CURRENT_DAYS])
        (cells,) = cursor.fetchone()
    return int(cells)

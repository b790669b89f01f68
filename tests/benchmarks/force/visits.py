"""Visits with their teams, and outcomes that the product's own rule judges."""

import datetime as dt
import json
from typing import Any

from accounts.dates.duty_days import duty_day_in_sql
from accounts.roles import Role
from operations.models import (
    CheckIn,
    LastVisit,
    Operation,
    OperationVenue,
    Outcome,
    TeamMember,
    Visit,
)
from operations.visits.facts import OutcomeFacts
from operations.visits.verdict import RULE_VERSION, judge
from tests.benchmarks.force.people import CADETS, UNITS, person
from tests.benchmarks.force.rows import insert, one_of, pick


def _outcomes_by_the_rule(cursor: Any) -> int:
    """Fill a table with sets of facts that go together, judged by the product's own rule."""
    common = {"staff_debriefed": True, "materials_left": True}
    nobody = {"police_contacted": False}
    police = {
        "police_contacted": True,
        "contact_method": "999",
        "contact_minutes": 12,
        "makesafe_quoted": True,
        "incident_reference": "CAD 812",
        "call_handler_recognised": True,
        "officers_sent": True,
        "officers_arrived_minutes": 25,
    }
    asked = {"challenged": True, "asked_for_identification": True, "signs_recognised": True}
    silent = dict.fromkeys(asked, False)
    refused = {"room_refused": True, "refusal_ground": "warning_signs"}
    cash = {"room_refused": True, "refusal_ground": "payment"}
    let = {"room_refused": False}
    late = police | {"makesafe_quoted": False, "call_handler_recognised": False}
    patrol = police | {"contact_method": "in_person", "call_handler_recognised": None}
    sets: list[dict[str, Any]] = [
        *[asked | refused | police] * 8,
        asked | refused | late,
        asked | refused | patrol,
        *[asked | refused | nobody | {"refresher_accepted": True}] * 2,
        asked | let | police,
        asked | cash | late,
        *[asked | let | nobody | {"refresher_accepted": True}] * 2,
        *[silent | let | nobody | {"refresher_accepted": False}] * 3,
        silent | cash | nobody | {"notes": "The desk asked for a card."},
    ]
    facts = [OutcomeFacts(**common | one).only_what_applies() for one in sets]
    rows = [
        vars(each)
        | {"verdict": judge(each.for_the_rule()).verdict.value, "verdict_rule": RULE_VERSION}
        for each in facts
    ]
    cursor.execute(
        "CREATE TEMP TABLE judged AS SELECT made.* FROM"
        " jsonb_populate_recordset(NULL::operations_outcome, %s::jsonb) made",
        [json.dumps([{"id": n} | row for n, row in enumerate(rows)])],
    )
    return len(rows)


def write_visits(cursor: Any, *, now: dt.datetime) -> None:
    """Visits, teams, chosen venues and outcomes of all operations."""
    moment = f"timestamptz '{now:%Y-%m-%d %H:%M}Z'"
    tonight = Operation.objects.count()  # the last one
    sets = _outcomes_by_the_rule(cursor)
    cursor.execute(
        f"""
        CREATE TEMP TABLE pool AS
            SELECT unit, venue, row_number() OVER (PARTITION BY pool ORDER BY venue) - 1 AS place,
                pool, count(*) OVER (PARTITION BY pool) AS venues
            FROM (
                SELECT 1 + (local_authority_id - 1) % {UNITS} AS unit, id AS venue
                FROM venues_venue
            ) one, LATERAL (VALUES (unit), (0)) pools (pool);
        ANALYZE pool, plan;
        CREATE TEMP TABLE made AS
            SELECT *, row_number() OVER (PARTITION BY unit ORDER BY starts_at, id) AS turn,
                CASE
                    WHEN operation = {tonight} AND id % 3 > 0 AND starts_at <= {moment}
                        THEN 'under_way'
                    WHEN starts_at + interval '2 hours' > {moment} THEN
                        CASE WHEN chance >= 98 THEN 'cancelled' ELSE 'planned' END
                    WHEN chance < 90 THEN 'completed'
                    WHEN chance < 97 THEN 'not_completed'
                    ELSE 'cancelled'
                END AS state
            FROM (
                SELECT p.first + i AS id, p.operation, p.selection, v.venue, v.unit,
                    {pick("p.first + i", 21, 100)} AS chance,
                    o.created_at + i * interval '1 second' AS created_at, o.created_by_id,
                    CASE WHEN p.operation = {tonight}
                        THEN {moment} + (i * 6.0 / p.visits - 3) * interval '1 hour'
                        ELSE (
                            o.starts_on + i * p.days / p.visits + time '17:00'
                            + {pick("p.first + i", 22, 20)} * interval '15 minutes'
                        ) AT TIME ZONE 'Europe/London'
                    END AS starts_at
                FROM plan p
                CROSS JOIN LATERAL generate_series(0, p.visits - 1) i
                JOIN operations_operation o ON o.id = p.operation
                JOIN (SELECT DISTINCT pool, venues FROM pool) n ON n.pool = p.pool
                JOIN pool v ON v.pool = p.pool AND v.place = (p.skip + i) % n.venues
            ) one;
        ANALYZE made;
        """
    )
    officer = person(Role.VISITING_OFFICER, "unit", "2 * turn")
    second = person(Role.VISITING_OFFICER, "unit", "2 * turn + 1")
    cadet = f"(unit + {UNITS} * (turn % {CADETS // UNITS}))"
    ended = f"starts_at + (25 + {pick('id', 23, 55)}) * interval '1 minute'"
    started = "state IN ('under_way', 'completed', 'not_completed')"
    over = "state IN ('completed', 'not_completed')"
    window = "tstzrange(starts_at, starts_at + interval '2 hours')"
    reasons = ["fully_booked", "desk_unstaffed", "out_of_time", "out_of_business", "not_found"]
    insert(
        cursor,
        Visit,
        "made ORDER BY id",
        id="id",
        version="1",
        operation_id="operation",
        venue_id="venue",
        command_unit_id="unit",
        published="true",
        selection="selection",
        starts_at="starts_at",
        ends_at="starts_at + interval '2 hours'",
        state="state",
        started_at=f"CASE WHEN {started} THEN starts_at END",
        started_by_id=f"CASE WHEN {started} THEN {officer} END",
        ended_at=f"CASE WHEN {over} THEN {ended} END",
        outcome_id="CASE state WHEN 'completed' THEN id END",
        not_completed_reason="CASE state WHEN 'not_completed'"
        f" THEN {one_of(reasons, 'id', 24)} ELSE '' END",
        not_completed_revision="1",
        cancelled_reason="CASE state WHEN 'cancelled' THEN 'Cadet unwell' ELSE '' END",
        at_venue=f"CASE WHEN state IN ('planned', 'under_way') THEN {window} END",
        cancelled_at=f"CASE state WHEN 'cancelled' THEN least({moment}, starts_at)"
        " - interval '1 day' END",
        created_by_id="created_by_id",
        created_at="created_at",
        empty="not_completed_notes submission correction_reason anonymous_since call_sign"
        " control_room_told_at control_room_told_by_id",
    )
    duties = [("lead", officer, "NULL"), ("welfare", second, "NULL"), ("cadet", "NULL", cadet)]
    members = ", ".join(f"('{duty}', {one}, {child})" for duty, one, child in duties)
    insert(
        cursor,
        TeamMember,
        f"made, LATERAL (VALUES {members}) member (duty, officer, cadet) ORDER BY id, duty DESC",
        visit_id="id",
        officer_id="officer",
        cadet_id="cadet",
        duty="duty",
        command_unit_id="unit",
        visit_is_over=over,
        period=f"CASE WHEN {over} THEN tstzrange(starts_at, {ended})"
        f" WHEN state <> 'cancelled' THEN {window} END",
        empty="withdrawn_at withdrawn_by_id",
    )
    drawn = "SELECT id, operation_id FROM operations_draw"
    insert(
        cursor,
        OperationVenue,
        f"made LEFT JOIN ({drawn}) draw ON draw.operation_id = operation ORDER BY made.id",
        operation_id="operation",
        venue_id="venue",
        command_unit_id="unit",
        selection="selection",
        draw_id="draw.id",
        added_by_id="created_by_id",
        added_at="created_at",
    )
    # One in fifty was corrected; the visit's own number is that of the outcome that counts.
    corrected = f"({pick('made.id', 25, 50)} = 0)"
    facts = {name: f"judged.{name}" for name in (*OutcomeFacts.__annotations__,)}
    insert(
        cursor,
        Outcome,
        f"made JOIN judged ON judged.id = {pick('made.id', 26, sets)},"
        f" LATERAL generate_series(1, 1 + {corrected}::int) which"
        " WHERE state = 'completed' ORDER BY made.id, which",
        id=f"made.id + CASE WHEN which = 1 AND {corrected}"
        " THEN (SELECT max(id) FROM made) ELSE 0 END",
        visit_id="made.id",
        command_unit_id="made.unit",
        revision="which",
        submission="md5('outcome' || made.id || '-' || which)::uuid",
        correction_reason="CASE which WHEN 1 THEN '' ELSE 'A slip' END",
        logged_by_id=officer,
        logged_at=f"starts_at + (30 + {pick('made.id', 23, 55)} + which) * interval '1 minute'",
        **facts,
        verdict="judged.verdict",
        verdict_rule="judged.verdict_rule",
    )
    insert(
        cursor,
        LastVisit,
        "(SELECT v.venue_id AS venue, max(v.command_unit_id) AS unit, max(v.started_at) AS at,"
        " (array_agg(o.verdict ORDER BY v.ended_at DESC, v.id DESC)"
        "  FILTER (WHERE v.outcome_id IS NOT NULL))[1] AS verdict"
        " FROM operations_visit v LEFT JOIN operations_outcome o ON o.id = v.outcome_id"
        " WHERE v.state IN ('completed', 'not_completed') GROUP BY 1) last ORDER BY venue",
        venue_id="venue",
        command_unit_id="unit",
        visited_on=duty_day_in_sql("at"),
        verdict="coalesce(verdict, '')",
    )
    insert(
        cursor,
        CheckIn,
        "operations_visit WHERE started_at IS NOT NULL ORDER BY id",
        visit_id="id",
        command_unit_id="command_unit_id",
        by_id="started_by_id",
        at="started_at + interval '15 minutes'",
        arrived_at="started_at + interval '15 minutes'",
        submission="md5('check-in' || id)::uuid",
    )

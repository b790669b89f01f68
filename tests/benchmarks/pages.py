"""Every page whose cost could grow, by name, with the same rows or figures in SQL by hand.

Each is asked for by a person of one command unit, the first, and where that is another page by one
of the whole force. The SQL is asked as the owner of the tables, whom no policy binds.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from accounts.addresses import number_of
from accounts.record import history
from accounts.roles import Role
from tests.benchmarks.force.history import histories
from tests.benchmarks.force.people import number, number_of_whole_force


@dataclass(frozen=True)
class Goal:
    """What a page may cost at any size."""

    milliseconds: float = 60
    times_bare: float | None = 3
    """Or so many times the bare SQL, if that is more."""

    cold: float | None = None
    """Milliseconds where nothing is in the cache."""

    p95_of_median: float = 3
    questions: int = 12
    kilobytes: float = 200
    times_without_policies: float = 1.25
    exponent: float = 0.2


PAGE = Goal()
DASHBOARD = Goal(milliseconds=100, times_bare=None, cold=300)


@dataclass(frozen=True)
class Page:
    """One page, who asks for it, and its bare SQL."""

    name: str
    reader: int
    """The person's key."""

    path: str
    bare: tuple[str, ...] = field(repr=False)
    goal: Goal = PAGE


@dataclass(frozen=True)
class Reader:
    """Somebody of one command unit, or of the whole force."""

    unit: int | None

    @property
    def name(self) -> str:
        """As it stands behind the name of a page."""
        return "unit" if self.unit else "whole force"

    @property
    def sees(self) -> str:
        """Which rows are theirs, as SQL of the local authority ``a``."""
        return f"a.command_unit_id = {self.unit}" if self.unit else "true"

    def key(self, role: Role) -> int:
        """Whoever of them has this role."""
        return number(role, unit=self.unit) if self.unit else number_of_whole_force(role)


UNIT, FORCE = Reader(1), Reader(None)

PLACES = "JOIN venues_venue ve ON ve.id = {0} JOIN venues_localauthority a"
OF_VISIT = f"{PLACES.format('v.venue_id')} ON a.id = ve.local_authority_id"
VISITS = f"operations_visit v {OF_VISIT}"
CHOSEN = "operations_operationvenue c " + OF_VISIT.replace("v.venue_id", "c.venue_id")
FOLLOW_UPS = f"operations_followup f JOIN {VISITS.replace(' v ', ' v ON v.id = f.visit_id ', 1)}"
VENUES = "venues_venue ve JOIN venues_localauthority a ON a.id = ve.local_authority_id"
OVER = "v.state IN ('completed', 'not_completed', 'cancelled')"
AHEAD = "v.state IN ('planned', 'under_way')"
OPEN = "f.state IN ('offered', 'booked')"
BOARD = """(v.state = 'under_way'
    OR v.state = 'planned' AND v.starts_at <= now() + interval '1 hour'
        AND v.ends_at >= now() - interval '2 hours'
    OR v.state IN ('completed', 'not_completed') AND v.ended_at >= now() - interval '2 hours')"""


def pages(cursor: Any) -> list[Page]:
    """All of them.

    Args:
        cursor: Of the owner, to find what the busiest pages are about.

    """

    def find(question: str) -> Any:
        cursor.execute(question)
        row = cursor.fetchone()
        return row[0] if len(row) == 1 else row

    half_done = find("SELECT max(id) - 2 FROM operations_operation")
    reference = find(f"SELECT reference FROM operations_operation WHERE id = {half_done}")
    of_it = f"operation_id = {half_done}"
    over, officer, venue = find(
        "SELECT id, started_by_id, venue_id FROM operations_visit"
        f" WHERE {of_it} AND state = 'completed' ORDER BY id LIMIT 1"
    )
    ahead, planned_for = find(
        "SELECT v.id, t.officer_id FROM operations_visit v JOIN operations_teammember t"
        f" ON t.visit_id = v.id AND duty = 'lead' WHERE {of_it} AND state = 'planned'"
        " ORDER BY v.id LIMIT 1"
    )
    ahead_in_unit = find(
        f"SELECT min(v.id) FROM {VISITS} WHERE v.state = 'planned' AND {UNIT.sees}"
    )
    follow_up = find(f"SELECT max(f.id) FROM {FOLLOW_UPS} WHERE {UNIT.sees} AND {OPEN}")
    return [
        *_officer(over, officer, ahead, planned_for),
        *(
            page
            for reader in (UNIT, FORCE)
            for page in _planner(reader, half_done, over, venue, ahead_in_unit)
        ),
        *(page for reader in (UNIT, FORCE) for page in _coordinator(reader, follow_up, venue)),
        *(page for reader in (UNIT, FORCE) for page in _lead(reader, half_done, reference)),
        _board(),
        *(page for reader in (UNIT, FORCE) for page in _administrator(reader, over)),
    ]


# Officers ---------------------------------------------------------------------------------------


def _visit(key: int) -> tuple[str, ...]:
    return (
        f"SELECT v.*, ve.name, o.name, s.script FROM {VISITS} JOIN operations_operation o"
        " ON o.id = v.operation_id JOIN operations_scenario s ON s.id = o.scenario_id"
        f" WHERE v.id = {key}",
        "SELECT t.*, u.first_name, u.last_name, c.reference FROM operations_teammember t LEFT JOIN"
        " accounts_user u ON u.id = officer_id LEFT JOIN operations_cadet c ON c.id = cadet_id"
        f" WHERE visit_id = {key}",
        f"SELECT * FROM operations_outcome WHERE visit_id = {key} ORDER BY revision DESC",
    )


def _officer(over: int, officer: int, ahead: int, planned_for: int) -> list[Page]:
    mine = (
        "SELECT v.*, ve.name, o.verdict FROM operations_teammember t JOIN operations_visit v"
        " ON v.id = t.visit_id JOIN venues_venue ve ON ve.id = v.venue_id LEFT JOIN"
        f" operations_outcome o ON o.id = v.outcome_id WHERE t.officer_id = {planned_for} AND"
        f" ({AHEAD} OR v.starts_at > now() - interval '14 days') ORDER BY v.starts_at"
    )
    return [
        Page("My visits", planned_for, "/visits/", (mine,)),
        Page("A visit ahead, its officer", planned_for, _of("visit_detail", ahead), _visit(ahead)),
        Page("A visit over, its officer", officer, _of("visit_detail", over), _visit(over)),
    ]


def _of(view: str, key: int) -> str:
    return reverse(f"operations:{view}", args=[key])


def _year_ago() -> dt.date:
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(365)


def _day(name: str, day: dt.date) -> str:
    """A day as a form asks for it."""
    return f"{name}_0={day.day}&{name}_1={day.month}&{name}_2={day.year}"


# Planners ---------------------------------------------------------------------------------------


def _planner(reader: Reader, half_done: int, over: int, venue: int, ahead: int) -> list[Page]:
    me, sees = reader.key(Role.PLANNER), reader.sees
    of_it = f"v.operation_id = {half_done} AND {sees}"
    chosen = f"FROM {CHOSEN} WHERE c.operation_id = {half_done} AND {sees}"
    head = (
        f"SELECT * FROM operations_operation WHERE id = {half_done}",
        f"SELECT v.state, count(*) FROM {VISITS} WHERE {of_it} GROUP BY 1",
        f"SELECT count(*) {chosen}",
    )

    def listed(which: str, offset: int = 0) -> tuple[str, ...]:
        rows = (
            f"FROM {VISITS} LEFT JOIN operations_outcome o ON o.id = v.outcome_id"
            f" WHERE {of_it} AND {which} ORDER BY v.starts_at DESC LIMIT 50 OFFSET {offset}"
        )
        return (
            *head,
            f"SELECT v.*, ve.name, a.name, o.verdict {rows}",
            "SELECT t.*, u.first_name, u.last_name, c.reference FROM operations_teammember t"
            " LEFT JOIN accounts_user u ON u.id = t.officer_id LEFT JOIN operations_cadet c"
            f" ON c.id = t.cadet_id WHERE t.visit_id IN (SELECT v.id {rows})",
        )

    venues_of_it = (
        *head,
        f"SELECT c.*, ve.name, a.name {chosen} ORDER BY ve.normal_name, c.id LIMIT 50",
        f"SELECT v.* FROM operations_visit v WHERE v.operation_id = {half_done} AND v.venue_id IN"
        f" (SELECT c.venue_id {chosen} ORDER BY ve.normal_name, c.id LIMIT 50)",
    )
    page = reverse("operations:operation_detail", args=[half_done])
    since = dt.datetime.now(dt.UTC).date() - dt.timedelta(365)
    not_since = "&".join(
        f"not_visited_since_{n}={part}"
        for n, part in enumerate((since.day, since.month, since.year))
    )
    who = f", {reader.name}"
    return [
        Page(f"Operations{who}", me, "/operations/", _operations(reader, me)),
        Page(f"Operation: to come{who}", me, page, listed(AHEAD)),
        Page(f"Operation: over, page 2{who}", me, f"{page}?show=over&page=2", listed(OVER, 50)),
        Page(f"Operation: chosen venues{who}", me, f"{page}?show=venues", venues_of_it),
        Page(f"Add venues{who}", me, f"{page}venues/", _choosable(reader, half_done)),
        Page(
            f"Add venues, not visited for one year{who}",
            me,
            f"{page}venues/?{not_since}",
            _choosable(
                reader,
                half_done,
                " AND NOT EXISTS (SELECT FROM operations_visit v WHERE v.venue_id = ve.id AND"
                f" v.state IN ('completed', 'not_completed') AND v.started_at >= '{since}')",
            ),
        ),
        Page(f"Add a visit{who}", me, f"{page}visits/add/", (*head, f"SELECT ve.* {chosen}")),
        *_planners_forms(who, me, half_done, ahead),
        Page(f"A visit over, planner{who}", me, _of("visit_detail", over), _visit(over)),
        Page(f"History of a visit{who}", me, f"/history/visit/{number_of(over)}/", _told_of(over)),
        Page(f"Cadets{who}", me, "/cadets/", _cadets(reader)),
        *_venues(reader, me),
        Page(f"A venue, planner{who}", me, f"/venues/{venue}/", _venue(reader, venue)),
    ]


def _planners_forms(who: str, me: int, operation: int, ahead: int) -> list[Page]:
    """What a planner fills in; who may be chosen is asked for by part of a name."""
    of_it = f"SELECT * FROM operations_operation WHERE id = {operation}"
    scenarios = "SELECT * FROM operations_scenario"
    officers = "SELECT id, first_name, last_name FROM accounts_user WHERE is_active LIMIT 51"
    found = officers.replace(" LIMIT", " AND last_name ILIKE '%an%' LIMIT")
    add = f"{_of('operation_detail', operation)}visits/add/"
    return [
        Page(f"Find an officer{who}", me, f"{add}?find=lead&text=an", (of_it, found)),
        Page(f"Edit a visit{who}", me, _of("visit_edit", ahead), (*_visit(ahead), officers)),
        Page(f"Cancel a visit{who}", me, _of("visit_cancel", ahead), _visit(ahead)),
        Page(f"Add an operation{who}", me, "/operations/add/", (scenarios, officers)),
        Page(
            f"Edit an operation{who}",
            me,
            _of("operation_edit", operation),
            (of_it, scenarios, officers),
        ),
        Page(f"Add a cadet{who}", me, "/cadets/add/", ("SELECT * FROM venues_commandunit",)),
        Page(f"Add a venue{who}", me, "/venues/add/", ("SELECT * FROM venues_localauthority",)),
    ]


def _operations(reader: Reader, me: int) -> tuple[str, ...]:
    theirs = "true"
    if reader.unit:
        theirs = (
            f"(o.lead_id = {me} OR o.created_by_id = {me} OR EXISTS (SELECT FROM {CHOSEN}"
            f" WHERE c.operation_id = o.id AND {reader.sees}))"
        )
    return (
        "SELECT o.*, u.first_name, u.last_name, n.* FROM (SELECT o.* FROM operations_operation o"
        f" WHERE {theirs} ORDER BY o.starts_on DESC LIMIT 25) o JOIN accounts_user u"
        " ON u.id = o.lead_id, LATERAL (SELECT count(*) FILTER (WHERE v.state = 'planned'),"
        " count(*) FILTER (WHERE v.state = 'completed'), count(*)"
        f" FROM {VISITS} WHERE v.operation_id = o.id AND {reader.sees}) n",
    )


LAST_TRAINED = (
    "(SELECT max(held_on) FROM venues_trainingsession t"
    " WHERE t.venue_id = ve.id AND t.held_on <= now()::date)"
)
LAST_VERDICT = (
    "(SELECT o.verdict FROM operations_visit v JOIN operations_outcome o ON o.id = v.outcome_id"
    " WHERE v.venue_id = ve.id ORDER BY v.ended_at DESC LIMIT 1)"
)
STANDS = "ve.closed_on IS NULL AND ve.merged_into_id IS NULL"


def _choosable(reader: Reader, operation: int, narrowed: str = "") -> tuple[str, ...]:
    rows = (
        f"FROM {VENUES} WHERE {reader.sees} AND {STANDS} AND NOT EXISTS (SELECT FROM"
        f" operations_operationvenue c WHERE c.operation_id = {operation} AND c.venue_id = ve.id)"
        f"{narrowed}"
    )
    return (
        f"SELECT ve.*, {LAST_TRAINED}, (SELECT max(started_at) FROM operations_visit v WHERE"
        f" v.venue_id = ve.id AND v.state IN ('completed', 'not_completed'))"
        f" FROM (SELECT ve.*, a.name AS area {rows} ORDER BY ve.normal_name, ve.id LIMIT 50) ve",
        f"SELECT count(*) {rows}",
    )


def _venues(reader: Reader, me: int) -> list[Page]:
    def listed(condition: str = "true", offset: int = 0, by: str = "ve.normal_name, ve.id") -> Any:
        of_unit = reader.sees if reader.unit else "true"
        verdict = f"CASE WHEN {of_unit} THEN {LAST_VERDICT} END".replace("a.", "ve.")
        return (
            f"SELECT ve.*, {LAST_TRAINED}, {verdict} FROM (SELECT ve.*, a.name AS area,"
            f" a.command_unit_id FROM {VENUES} WHERE {STANDS} AND {condition} ORDER BY {by}"
            f" LIMIT 25 OFFSET {offset}) ve",
        )

    who = f", {reader.name}"
    likely = "word_similarity('LARKSPYRE', upper(ve.name)) >= 0.5"
    verdict = f"{reader.sees} AND {LAST_VERDICT} = 'refresher_needed'"
    untrained = "NOT EXISTS (SELECT FROM venues_trainingsession t WHERE t.venue_id = ve.id)"
    first = "word_similarity('LARKSPYRE', upper(ve.name)) DESC, ve.id"
    return [
        Page(f"Venues{who}", me, "/venues/", listed()),
        Page(f"Venues, page 2000{who}", me, "/venues/?page=2000", listed(offset=25 * 1999)),
        Page(f"Venues, search{who}", me, "/venues/?q=Larkspyre", listed(likely, by=first)),
        Page(
            f"Venues, by last verdict{who}",
            me,
            "/venues/?verdict=refresher_needed",
            listed(verdict),
        ),
        Page(f"Venues, untrained{who}", me, "/venues/?training=untrained", listed(untrained)),
    ]


def _venue(reader: Reader, venue: int) -> tuple[str, ...]:
    return (
        f"SELECT ve.*, a.name FROM {VENUES} WHERE ve.id = {venue}",
        f"SELECT * FROM venues_venuecontact WHERE venue_id = {venue}",
        f"SELECT * FROM venues_trainingsession WHERE venue_id = {venue}",
        f"SELECT v.*, o.verdict FROM {VISITS} LEFT JOIN operations_outcome o ON o.id = v.outcome_id"
        f" WHERE v.venue_id = {venue} AND {reader.sees}",
        f"SELECT f.* FROM {FOLLOW_UPS} WHERE v.venue_id = {venue} AND {reader.sees}",
        "SELECT t.* FROM venues_venue t JOIN venues_venue ve ON ve.squeezed_postcode ="
        f" t.squeezed_postcode WHERE ve.id = {venue} AND t.id <> ve.id LIMIT 10",
    )


def _cadets(reader: Reader) -> tuple[str, ...]:
    theirs = f"command_unit_id = {reader.unit} OR command_unit_id IS NULL"
    which = theirs if reader.unit else "true"
    return (
        f"SELECT * FROM operations_cadet WHERE erased_on IS NULL AND ({which})"
        " ORDER BY id LIMIT 50",
    )


def _told_of(visit: int) -> tuple[str, ...]:
    return (
        f"SELECT * FROM operations_visitevent WHERE pgh_obj_id = {visit}",
        f"SELECT * FROM operations_teammemberevent WHERE visit_id = {visit}",
        f"SELECT * FROM operations_outcomeevent WHERE visit_id = {visit}",
    )


# Coordinators -----------------------------------------------------------------------------------


def _coordinator(reader: Reader, follow_up: int, venue: int) -> list[Page]:
    me, who = reader.key(Role.TRAINING_COORDINATOR), f", {reader.name}"
    path = _of("follow_up_detail", follow_up)
    return [
        Page(f"Follow-ups{who}", me, "/follow-ups/", _follow_ups(reader, OPEN)),
        Page(f"Follow-ups, all states{who}", me, "/follow-ups/?state=all", _follow_ups(reader)),
        Page(
            f"Follow-ups, overdue{who}",
            me,
            "/follow-ups/?only=overdue",
            _follow_ups(reader, f"{OPEN} AND f.due_on < now()::date"),
        ),
        Page(f"A follow-up{who}", me, path, _follow_up(follow_up)),
        *(
            Page(f"{name}{who}", me, f"{path}{end}/", _follow_up(follow_up))
            for name, end in (
                ("Hand over a follow-up", "hand-over"),
                ("Book a refresher", "book"),
                ("Record a delivery", "deliver"),
            )
        ),
        Page(f"Venues, coordinator{who}", me, "/venues/", _venues(reader, me)[0].bare),
        Page(f"A venue, coordinator{who}", me, f"/venues/{venue}/", _venue(reader, venue)),
    ]


def _follow_ups(reader: Reader, which: str = "true") -> tuple[str, ...]:
    late = "f.due_on < now()::date"
    contact = (
        "EXISTS (SELECT FROM venues_venuecontact k WHERE k.venue_id = v.venue_id"
        " AND k.gets_reminders)"
    )
    return (
        f"SELECT f.*, ve.name, u.last_name FROM {FOLLOW_UPS} JOIN accounts_user u"
        f" ON u.id = f.responsible_id WHERE {reader.sees} AND {which}"
        " ORDER BY f.due_on, f.id LIMIT 50",
        f"SELECT count(*), count(*) FILTER (WHERE {late}),"
        f" count(*) FILTER (WHERE f.state = 'booked'), count(*) FILTER (WHERE NOT {contact})"
        f" FROM {FOLLOW_UPS} WHERE {OPEN} AND {reader.sees}",
    )


def _follow_up(key: int) -> tuple[str, ...]:
    return (
        f"SELECT f.*, v.*, ve.*, o.verdict FROM {FOLLOW_UPS} LEFT JOIN operations_outcome o"
        f" ON o.id = v.outcome_id WHERE f.id = {key}",
        "SELECT r.*, m.state FROM operations_reminder r LEFT JOIN operations_remindercopy c"
        " ON c.reminder_id = r.id LEFT JOIN outbox_message m ON m.id = c.message_id"
        f" WHERE r.follow_up_id = {key}",
        "SELECT k.* FROM venues_venuecontact k JOIN operations_visit v ON v.venue_id = k.venue_id"
        f" JOIN operations_followup f ON f.visit_id = v.id WHERE f.id = {key}",
    )


# Leads ------------------------------------------------------------------------------------------


def _lead(reader: Reader, half_done: int, reference: str) -> list[Page]:
    me, who = reader.key(Role.CSE_LEAD), f", {reader.name}"
    sees, newest = reader.sees, "p.scenario_id = 5"
    year_ago = _year_ago()
    since = _day("since", year_ago)
    page = reverse("operations:operation_detail", args=[half_done])
    dashboards = {
        "Dashboard": ("", newest),
        "Dashboard, all versions": ("?scenario=all", "true"),
        "Dashboard, last year alone": (
            f"?scenario=all&{since}",
            f"v.started_at >= '{year_ago}'",
        ),
        "Dashboard, one operation": (f"?operation={reference}", f"p.id = {half_done}"),
        "Dashboard, priority": ("?selection=priority", f"{newest} AND v.selection = 'priority'"),
    }
    if reader.unit is None:
        dashboards["Dashboard, one unit"] = (
            "?command_unit=1",
            f"{newest} AND a.command_unit_id = 1",
        )
    files = {
        "CSV by month": ("by-month", "", newest),
        "CSV by month, all versions": ("by-month", "?scenario=all", "true"),
        "CSV by operation, all versions": ("by-operation", "?scenario=all", "true"),
        "CSV by training, all versions": ("by-training", "?scenario=all", "true"),
        "CSV follow-ups": ("follow-ups", "", newest),
    }
    by = {
        "by-month": "date_trunc('month', v.started_at)",
        "by-operation": "p.id",
        "by-training": LAST_TRAINED.replace("now()::date", "v.started_at::date") + " IS NULL",
    }
    rates = "count(*), count(*) FILTER (WHERE o.verdict = 'responded_well')"
    played = (
        f"FROM {VISITS} JOIN operations_operation p ON p.id = v.operation_id"
        " LEFT JOIN operations_outcome o ON o.id = v.outcome_id"
        f" WHERE v.state IN ('completed', 'not_completed') AND {sees}"
    )
    open_ones = (
        "SELECT a.command_unit_id, count(*), count(*) FILTER (WHERE f.due_on < now()::date),"
        f" min(f.due_on) FROM {FOLLOW_UPS} WHERE {OPEN} AND {sees} GROUP BY 1"
    )
    return [
        Page(f"Operations, lead{who}", me, "/operations/", _operations(reader, me)),
        Page(
            f"Operation: over, lead{who}",
            me,
            f"{page}?show=over",
            (
                f"SELECT v.*, ve.name, a.name, o.verdict FROM {VISITS} LEFT JOIN operations_outcome"
                f" o ON o.id = v.outcome_id WHERE v.operation_id = {half_done} AND {OVER}"
                f" AND {sees} ORDER BY v.starts_at DESC LIMIT 50",
            ),
        ),
        Page(f"Follow-ups, lead{who}", me, "/follow-ups/", _follow_ups(reader, OPEN)),
        *(
            Page(
                name + who,
                me,
                f"/reports/{query}",
                (
                    "SELECT date_trunc('month', v.started_at), p.id, a.command_unit_id,"
                    f" ve.group_id, ve.kind, v.selection, v.not_completed_reason, {rates} {played}"
                    f" AND {condition} GROUP BY GROUPING SETS"
                    " ((date_trunc('month', v.started_at)), (p.id), (a.command_unit_id),"
                    " (ve.group_id), (ve.kind), (v.selection), (v.not_completed_reason), ())",
                    open_ones,
                ),
                DASHBOARD,
            )
            for name, (query, condition) in dashboards.items()
        ),
        *(
            Page(
                name + who,
                me,
                f"/reports/tables/{slug}.csv{query}",
                (
                    f"SELECT {by[slug]}, {rates} {played} AND v.selection = 'random'"
                    f" AND {condition} GROUP BY 1"
                    if slug in by
                    else open_ones,
                ),
            )
            for name, (slug, query, condition) in files.items()
        ),
    ]


# The control room and administrators ------------------------------------------------------------


def _board() -> Page:
    return Page(
        "Live tests",
        number(Role.CALL_HANDLER, unit=1),
        "/control-room/",
        (
            f"SELECT v.*, ve.*, g.name, u.last_name FROM {VISITS} LEFT JOIN venues_venuegroup g"
            " ON g.id = ve.group_id LEFT JOIN operations_teammember t ON t.visit_id = v.id"
            " AND t.duty = 'lead' LEFT JOIN accounts_user u ON u.id = t.officer_id"
            f" WHERE {BOARD} ORDER BY v.starts_at",
        ),
    )


def _administrator(reader: Reader, over: int) -> list[Page]:
    me, who = reader.key(Role.ADMINISTRATOR), f", {reader.name}"
    planner = number(Role.PLANNER, unit=1)
    idle = number(Role.CALL_HANDLER, unit=1)
    far_back = dt.datetime.combine(_year_ago(), dt.time(), dt.UTC)
    people = "SELECT u.* FROM accounts_user u {} ORDER BY u.last_name, u.first_name, u.id LIMIT 100"
    with_role = (
        "JOIN accounts_user_groups g ON g.user_id = u.id JOIN auth_group r"
        " ON r.id = g.group_id AND r.name = 'Planner'"
    )
    return [
        Page(f"Log: changes{who}", me, "/log/", _changes()),
        Page(
            f"Log: changes, far back{who}",
            me,
            f"/log/?older={history.Place(far_back, 1)}",
            _changes(f"pgh_created_at <= '{far_back}'"),
        ),
        Page(
            f"Log: changes by a busy planner{who}",
            me,
            f"/log/?person={planner}",
            _changes(f"pgh_by = {planner}"),
        ),
        Page(
            f"Log: changes by somebody who made none{who}",
            me,
            f"/log/?person={idle}",
            _changes(f"pgh_by = {idle}"),
        ),
        Page(
            f"Log: changes of a visit{who}",
            me,
            f"/log/?number={over}",
            _changes(f"pgh_obj_id = {over}"),
        ),
        Page(f"Log: reads{who}", me, "/log/?show=reads", _reads("true")),
        Page(
            f"Log: reads by one person{who}",
            me,
            f"/log/?show=reads&person={planner}",
            _reads(f"user_id = {planner}"),
        ),
        Page(
            f"Log: who saw a visit{who}",
            me,
            f"/log/?show=reads&kind=operations.visit&number={over}",
            _reads(f"what = 'operations.visit' AND ids @> ARRAY[{over}]::bigint[]"),
        ),
        Page(f"People{who}", me, "/admin/accounts/user/", (people.format(""),)),
        Page(
            f"People, planners{who}",
            me,
            "/admin/accounts/user/?groups__id__exact=1",
            (people.format(with_role),),
        ),
        Page(f"Rights to decide{who}", me, "/rights/", ("SELECT * FROM accounts_accessrequest",)),
    ]


def _changes(condition: str = "true") -> tuple[str, ...]:
    latest = "ORDER BY pgh_created_at DESC, pgh_id DESC"
    tables = [
        f"(SELECT '{table}' AS of, pgh_created_at, pgh_id FROM {table} WHERE {condition} {latest}"
        " LIMIT 51)"
        for table in (model._meta.db_table for model in histories())
    ]
    rows = " UNION ALL ".join(
        f"SELECT to_jsonb(r) FROM page JOIN {model._meta.db_table} r USING (pgh_id)"
        f" WHERE page.of = '{model._meta.db_table}'"
        for model in histories()
    )
    merged = f"{' UNION ALL '.join(tables)} {latest} LIMIT 51"
    return (f"WITH page AS MATERIALIZED ({merged}) {rows}",)


def _reads(condition: str) -> tuple[str, ...]:
    return (
        "SELECT * FROM accounts_accessentry e LEFT JOIN accounts_user u ON u.id = e.user_id"
        f" WHERE {condition} ORDER BY at DESC, e.id DESC LIMIT 51",
    )

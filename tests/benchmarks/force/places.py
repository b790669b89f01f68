"""Venues, their contacts and their training."""

from typing import Any

from accounts.roles import Role
from tests.benchmarks.force.people import UNITS, WORDS, person
from tests.benchmarks.force.rows import insert, one_of, pick, write
from venues.models import (
    HygieneId,
    LocalAuthority,
    TrainingSession,
    Venue,
    VenueContact,
    VenueGroup,
)

AUTHORITIES, GROUPS = 40, 60
LONG_AGO = "timestamptz '2016-01-04 09:00Z'"
LAST = ["Hotel", "Lodge", "House", "Arms", "Court", "Inn", "Rooms", "Plaza", "Grange", "Rest"]


def write_places(cursor: Any, *, venues: int) -> None:
    """Venues in local authorities, which lie in the command units by turns."""
    write(
        LocalAuthority,
        [
            {
                "id": n,
                "name": f"{WORDS[n]} Borough",
                "gss_code": f"E99{n:06}",
                "fhrs_code": f"X{n}",
                "command_unit_id": 1 + (n - 1) % UNITS,
            }
            for n in range(1, AUTHORITIES + 1)
        ],
        empty="extract_date boundary",
    )
    write(VenueGroup, [{"id": n, "name": f"{WORDS[-n]} Group"} for n in range(1, GROUPS + 1)])
    each = f"generate_series(1, {venues}) v"
    closed = f"{pick('v', 1, 100)} < 3"
    kinds = [kind.value for kind in Venue.Kind]
    insert(
        cursor,
        Venue,
        each,
        id="v",
        version="1",
        name=f"{one_of(WORDS, 'v', 2)} || ' ' || {one_of(WORDS, 'v', 3)} || ' '"
        f" || {one_of(LAST, 'v', 4)}",
        kind=one_of(kinds, "v", 5),
        group_id=f"CASE WHEN {pick('v', 6, 10)} < 3 THEN 1 + {pick('v', 7, GROUPS)} END",
        local_authority_id=f"1 + (v - 1) % {AUTHORITIES}",
        address=f"{pick('v', 8, 300)} + 1 || ' Nowhere Street' || chr(10) || 'Wessendale'",
        postcode=f"'ZZ' || 1 + (v - 1) % {AUTHORITIES} || ' ' || {pick('v', 9, 10)}"
        f" || chr(65 + {pick('v', 10, 20)}) || chr(65 + {pick('v', 11, 5)})",
        latitude=f"51 + {pick('v', 12, 900_000)} / 1000000.0",
        longitude=f"-1 + {pick('v', 13, 900_000)} / 1000000.0",
        edited_by_hand="'{}'",
        closed_on=f"CASE WHEN {closed} THEN date '2026-02-02' END",
        closed_reason=f"CASE WHEN {closed} THEN 'Sold' ELSE '' END",
        created_at=f"{LONG_AGO} + v * interval '1 second'",
        updated_at=f"{LONG_AGO} + v * interval '1 second'",
        empty="notes merged_into_id last_trained_on coverage",
    )
    cursor.execute("ANALYZE venues_venue")
    insert(
        cursor,
        HygieneId,
        f"{each} WHERE {pick('v', 14, 10)} > 0",
        fhrsid="v + 100000",
        venue_id="v",
        leads="true",
        known="'{}'",
    )
    insert(
        cursor,
        VenueContact,
        f"{each} WHERE {pick('v', 15, 10)} < 7",
        version="1",
        venue_id="v",
        name="'Invented Manager ' || v",
        job_title="'Front office manager'",
        email="'manager' || v || '@hotel.example'",
        phone="'020 7946 ' || lpad((v % 1000)::text, 4, '0')",
        gets_reminders="true",
    )
    insert(
        cursor,
        TrainingSession,
        f"{each}, generate_series(0, 2 + ({pick('v', 17, 9)} < 2)::int) n"
        f" WHERE {pick('v', 16, 10)} > 0 ORDER BY v, n",
        version="1",
        venue_id="v",
        kind="CASE n WHEN 0 THEN 'initial' ELSE 'refresher' END",
        held_on=f"date '2016-02-01' + 1200 * n + {pick('v + n', 18, 300)}",
        mode=one_of(["in_person", "online", "self_study"], "v + n", 19),
        delivered_by="'Safer hotels team'",
        front_desk_staff="10",
        attended=f"3 + {pick('v + n', 20, 8)}",
        notes="''",
        recorded_by_id=person(
            Role.TRAINING_COORDINATOR, f"(1 + ((v - 1) % {AUTHORITIES}) % {UNITS})", "v"
        ),
        recorded_at=f"timestamptz '2016-02-01 12:00Z' + (1200 * n + {pick('v + n', 18, 300)})"
        " * interval '1 day'",
    )
    cursor.execute(
        "UPDATE venues_venue SET (last_trained_on, coverage) = (latest.held_on, latest.share)"
        " FROM (SELECT DISTINCT ON (venue_id) venue_id, held_on,"
        "  attended::float / front_desk_staff AS share FROM venues_trainingsession"
        "  ORDER BY venue_id, held_on DESC, id DESC) latest WHERE venue_id = venues_venue.id"
    )

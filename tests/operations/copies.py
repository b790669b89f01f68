"""What the copies on rows must say, by the joins that they spare."""

from django.db import connection

PLACE = """
    JOIN venues_venue venue ON venue.id = {venue_id}
    JOIN venues_localauthority authority ON authority.id = venue.local_authority_id
"""
OF_VISIT = f"JOIN operations_visit v ON v.id = r.visit_id {PLACE.format(venue_id='v.venue_id')}"
OF_VENUE = PLACE.format(venue_id="r.venue_id")
#: Where the copies stand, and the joins that say what each must be.
COPIES = {
    "operations_visit": OF_VENUE,
    "operations_operationvenue": OF_VENUE,
    "operations_lastvisit": OF_VENUE,
    "operations_teammember": OF_VISIT,
    "operations_outcome": OF_VISIT,
    "operations_followup": OF_VISIT,
    "operations_call": OF_VENUE,
}


def wrong():
    """The rows whose copy is another than what the joins say, by table."""
    with connection.cursor() as cursor:
        found = {}
        for table, place in COPIES.items():
            over = (
                "OR r.visit_is_over <> (v.state IN ('completed', 'not_completed'))"
                if table == "operations_teammember"
                else ""
            )
            cursor.execute(
                f"SELECT r.* FROM {table} r {place}"
                f" WHERE r.command_unit_id IS DISTINCT FROM authority.command_unit_id {over}"
            )
            found |= {table: rows} if (rows := cursor.fetchall()) else {}
    return found

"""What poor outcomes opened, and the reminders of it."""

import datetime as dt
from typing import Any

from accounts.roles import Role
from operations.follow_ups.due import Audience
from operations.follow_ups.messages import LETTERS
from operations.models import FollowUp, Reminder, ReminderCopy
from outbox.models import Message
from tests.benchmarks.force.people import person
from tests.benchmarks.force.rows import insert, pick


def write_follow_ups(cursor: Any, *, now: dt.datetime) -> None:
    """What a poor outcome opened: what is older than four months is settled, but for some."""
    today = f"date '{now.date()}'"
    cursor.execute(
        f"""
        CREATE TEMP TABLE poor AS
            SELECT made.id, made.venue, made.unit, made.starts_at::date AS day,
                {pick("made.id", 27, 100)} AS dice, next.id AS confirmed_by, session.id AS session
            FROM made
            JOIN operations_outcome o ON o.id = made.id AND o.verdict <> 'responded_well'
            LEFT JOIN (
                SELECT id, lead(id) OVER (PARTITION BY venue ORDER BY starts_at) AS next
                FROM made WHERE state = 'completed'
            ) later ON later.id = made.id
            LEFT JOIN operations_outcome next
                ON next.id = later.next AND next.verdict = 'responded_well'
            LEFT JOIN (
                SELECT venue_id, max(id) AS id FROM venues_trainingsession GROUP BY 1
            ) session ON session.venue_id = made.venue;
        CREATE TEMP TABLE opened AS
            SELECT *, CASE
                WHEN dice < 2 OR {today} - day < 120 AND dice < 60 THEN
                    CASE dice % 2 WHEN 0 THEN 'offered' ELSE 'booked' END
                WHEN session IS NULL OR dice < 15 THEN 'declined'
                WHEN confirmed_by IS NOT NULL THEN 'confirmed'
                ELSE 'delivered'
            END AS state, {person(Role.TRAINING_COORDINATOR, "unit", "id")} AS responsible
            FROM poor;
        ANALYZE opened;
        """
    )
    settled = "state IN ('delivered', 'confirmed')"
    insert(
        cursor,
        FollowUp,
        "opened ORDER BY id",
        id="id",
        version="1",
        visit_id="id",
        command_unit_id="unit",
        state="state",
        due_on="day + 28",
        responsible_id="responsible",
        booked_for="CASE state WHEN 'booked' THEN day + 35 END",
        training_session_id=f"CASE WHEN {settled} THEN session END",
        confirmed_by_id="CASE state WHEN 'confirmed' THEN confirmed_by END",
        declined_reason="CASE state WHEN 'declined' THEN 'No time' ELSE '' END",
        opened_at="day + time '23:00' AT TIME ZONE 'UTC'",
    )
    to_venue, to_officer = LETTERS[Audience.VENUE], LETTERS[Audience.OFFICER]
    cursor.execute(
        f"""
        CREATE TEMP TABLE reminded AS
            SELECT row_number() OVER (ORDER BY opened.id, audience) AS id, opened.id AS follow_up,
                audience, day + 21 AS on_day, letter, address
            FROM opened
            LEFT JOIN venues_venuecontact contact ON contact.venue_id = opened.venue,
            LATERAL (VALUES
                ('venue', '{to_venue}', contact.email),
                ('officer', '{to_officer}', 'person' || responsible || '@police.example')
            ) one (audience, letter, address)
            WHERE day + 21 <= {today};
        CREATE TEMP TABLE letter AS
            SELECT row_number() OVER (ORDER BY on_day, letter, address) AS id, *
            FROM (SELECT DISTINCT on_day, letter, address FROM reminded) one
            WHERE address IS NOT NULL;
        ANALYZE reminded, letter;
        """
    )
    decided = "on_day + time '08:00' AT TIME ZONE 'UTC'"
    insert(
        cursor,
        Reminder,
        "reminded ORDER BY id",
        id="id",
        follow_up_id="follow_up",
        stage="'soon'",
        audience="audience",
        date="on_day",
        decided_at=decided,
        not_sent_because="CASE WHEN address IS NULL THEN 'no contact on record' ELSE '' END",
    )
    insert(
        cursor,
        Message,
        "letter ORDER BY id",
        id="id",
        message_id="md5('letter' || id)::uuid",
        lane="'reminders'",
        letter="letter",
        day="on_day",
        address="address",
        decided_at=decided,
        state=f"CASE {pick('id', 28, 100)} WHEN 0 THEN 'refused' ELSE 'sent' END",
        additions="0",
        tries="1",
        next_try_at=decided,
        settled_at=f"{decided} + interval '1 minute'",
        answer="''",
        empty="about sealed",
    )
    insert(
        cursor,
        ReminderCopy,
        "reminded JOIN letter USING (on_day, letter, address) ORDER BY reminded.id",
        reminder_id="reminded.id",
        message_id="letter.id",
        left_out_because="''",
    )

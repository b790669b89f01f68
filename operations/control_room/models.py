"""What the boards hear of: changes of visits, teams, check-ins and alarms, when they commit.

Triggers say that something changed, and never what (``config/stream.py``). Several words of one
transaction are one word to PostgreSQL. What is further ahead than a board shows is not told.
"""

import pgtrigger

from config.stream import CHANNEL
from operations.protection.row_security import ON_BOARD
from operations.safety.models import Alarm, CheckIn
from operations.teams.models import TeamMember
from operations.visits.models import Visit

#: For a trigger: say that something changed.
TELL = f"PERFORM pg_notify('{CHANNEL}', '');"


def _is_on_board(row: str) -> str:
    """Whether a visit, as a trigger has it, is on the board."""
    names = ("state", "published", "starts_at", "ends_at", "ended_at")
    columns = ", ".join(f"{row}.{name} AS {name}" for name in names)
    return f"EXISTS (SELECT FROM (SELECT {columns}) visit WHERE {ON_BOARD})"


def tells_boards(name: str) -> pgtrigger.Trigger:
    """A trigger by which each change of a table reaches the boards.

    Args:
        name: The rule, in words joined by underscores.

    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"{TELL} RETURN NULL;",
    )


class VisitOnBoard(Visit):
    """A visit, as the boards show it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="visit_on_the_board_tells_of_its_changes",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP <> 'INSERT' AND {_is_on_board("OLD")}
                        OR TG_OP <> 'DELETE' AND {_is_on_board("NEW")} THEN
                        {TELL}
                    END IF;
                    RETURN NULL;
                """,
            )
        ]


class MemberOnBoard(TeamMember):
    """A member of a team, as the boards name its lead."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="team_on_the_board_tells_of_its_changes",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF EXISTS (
                        SELECT FROM operations_visit
                        WHERE id IN (
                            CASE WHEN TG_OP <> 'INSERT' THEN OLD.visit_id END,
                            CASE WHEN TG_OP <> 'DELETE' THEN NEW.visit_id END
                        ) AND {ON_BOARD}
                    ) THEN
                        {TELL}
                    END IF;
                    RETURN NULL;
                """,
            )
        ]


class CheckInOnBoard(CheckIn):
    """A check-in, by which the boards know the next one."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [tells_boards("check_in_tells_the_boards")]


class AlarmOnBoard(Alarm):
    """An alarm, as the boards show and sound it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [tells_boards("alarm_tells_the_boards")]

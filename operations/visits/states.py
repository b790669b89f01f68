"""States of a visit: the only ways from one to another, and why one could not test the venue."""

import datetime as dt

from django.db import models


class NotCompletedReason(models.TextChoices):
    """Why a visit could not test the venue, in two kinds (see ``ELIGIBLE``), as in the US Synar
    surveys of shops.
    """

    FULLY_BOOKED = "fully_booked", "Fully booked"
    """No room was free, so nothing could be tested."""

    DESK_UNSTAFFED = "desk_unstaffed", "Desk unstaffed or kiosk only"
    """Nobody to speak to at the time."""

    TEAM_RECOGNISED = "team_recognised", "Team recognised"
    """Staff knew who the team were."""

    UNSAFE = "unsafe", "Unsafe to go on"
    """The team left because it did not feel safe."""

    POLICE_THERE = "police_there", "Police already there"
    """Officers were at the venue for another matter."""

    OUT_OF_TIME = "out_of_time", "Out of time"
    """The team could not get there within the window."""

    CADET_UNWELL = "cadet_unwell", "Cadet unwell or withdrawn"
    """A cadet did not want to, or could not, go on."""

    STOOD_DOWN = "stood_down", "Stood down by the control room"
    """The control room called the team off."""

    NOT_CLOSED = "not_closed", "Not closed by its team"
    """Its window was long over and the team did not say how it went; somebody else ended it."""

    REAL_CONCERN = "real_concern", "Real concern found"
    """The team met a real concern: it stopped the test, and the visit leaves every rate."""

    OTHER_ELIGIBLE = "other_eligible", "Another reason: the venue could be tested another time"
    """Anything else that leaves the venue worth a visit."""

    OUT_OF_BUSINESS = "out_of_business", "Out of business"
    """The venue is no longer there."""

    CLOSED_FOR_NOW = "closed_for_now", "Closed for now"
    """Shut for the season or for building work."""

    NO_OVERNIGHT = "no_overnight", "No overnight lets"
    """It does not let rooms for the night."""

    MEMBERS_ONLY = "members_only", "Members or block booking only"
    """A guest at the door can't book."""

    NOT_FOUND = "not_found", "Not found"
    """Nothing of that name is at the address."""

    DUPLICATE = "duplicate", "Same place as another venue"
    """It is in the registry twice."""

    OTHER_NOT_ELIGIBLE = "other_not_eligible", "Another reason: not a venue to test"
    """Anything else that takes it off the list."""

    @property
    def eligible(self) -> bool:
        """Whether the venue could have been tested, and may be another time."""
        return self in ELIGIBLE

    @property
    def is_counted(self) -> bool:
        """Whether such a visit counts in the completion rate."""
        return self in COUNTED


ELIGIBLE = frozenset(
    {
        NotCompletedReason.FULLY_BOOKED,
        NotCompletedReason.DESK_UNSTAFFED,
        NotCompletedReason.TEAM_RECOGNISED,
        NotCompletedReason.UNSAFE,
        NotCompletedReason.POLICE_THERE,
        NotCompletedReason.OUT_OF_TIME,
        NotCompletedReason.CADET_UNWELL,
        NotCompletedReason.STOOD_DOWN,
        NotCompletedReason.NOT_CLOSED,
        NotCompletedReason.REAL_CONCERN,
        NotCompletedReason.OTHER_ELIGIBLE,
    }
)


#: Those that count in the completion rate. A real concern says nothing of how tests go: a team
#: must lose nothing by stopping one for it.
COUNTED = ELIGIBLE - {NotCompletedReason.REAL_CONCERN}


class VisitState(models.TextChoices):
    """Where a visit stands. ``MOVES`` has the only ways from one to another."""

    PLANNED = "planned", "Planned"
    """Venue and window are set; known to its team and planners only."""

    UNDER_WAY = "under_way", "Under way"
    """The team has started."""

    COMPLETED = "completed", "Completed"
    """The venue was tested and the outcome is logged."""

    NOT_COMPLETED = "not_completed", "Not completed"
    """The team went, but the venue could not be tested; the reason says why."""

    CANCELLED = "cancelled", "Cancelled"
    """Called off before it started."""


#: How long before its window and after it, or after its end, a visit is on the board of live
#: tests, so that a call about a team that came early or left late is recognised.
ON_BOARD_BEFORE = dt.timedelta(hours=1)
ON_BOARD_AFTER = dt.timedelta(hours=2)
#: For how long call handlers see a Makesafe call: whoever comes back from days off can correct it.
CALLS_SEEN_FOR = dt.timedelta(days=7)

#: The only ways from one state to another.
MOVES: dict[str, frozenset[str]] = {
    VisitState.PLANNED: frozenset({VisitState.UNDER_WAY, VisitState.CANCELLED}),
    VisitState.UNDER_WAY: frozenset({VisitState.COMPLETED, VisitState.NOT_COMPLETED}),
    VisitState.COMPLETED: frozenset(),
    # The team's own word, late, on a visit that somebody else had ended for it.
    VisitState.NOT_COMPLETED: frozenset({VisitState.COMPLETED}),
    VisitState.CANCELLED: frozenset(),
}

#: The ways back, for an act that is undone, and for how long PostgreSQL allows each.
WAYS_BACK: dict[str, tuple[str, dt.timedelta]] = {
    VisitState.UNDER_WAY: (VisitState.PLANNED, dt.timedelta(minutes=5)),
    VisitState.NOT_COMPLETED: (VisitState.UNDER_WAY, dt.timedelta(minutes=10)),
    VisitState.CANCELLED: (VisitState.PLANNED, dt.timedelta(minutes=10)),
}

#: The column with the time from which it is counted.
_SINCE: dict[str, str] = {
    VisitState.UNDER_WAY: "started_at",
    VisitState.NOT_COMPLETED: "ended_at",
    VisitState.CANCELLED: "cancelled_at",
}
#: As a trigger asks it: this update is an undo.
GOES_BACK = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, (new, _) in WAYS_BACK.items()
)
#: As a trigger asks it: when the time to undo ends.
UNDO_DEADLINE = (
    "(CASE OLD.state"
    + "".join(
        f" WHEN '{old}' THEN OLD.{_SINCE[old]} + interval '{back.seconds} seconds'"
        for old, (_, back) in WAYS_BACK.items()
    )
    + " END)"
)

#: Still to come or under way, and so covert.
AHEAD: tuple[str, ...] = (VisitState.PLANNED, VisitState.UNDER_WAY)
#: Over, whether the venue could be tested or not.
FINISHED: tuple[str, ...] = (VisitState.COMPLETED, VisitState.NOT_COMPLETED)


def _in_sql(states: tuple[str, ...]) -> str:
    return f"({', '.join(repr(str(state)) for state in states)})"


#: The same for policies and triggers.
AHEAD_IN_SQL, FINISHED_IN_SQL = _in_sql(AHEAD), _in_sql(FINISHED)

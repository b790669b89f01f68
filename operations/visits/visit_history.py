"""A visit's past and that of its record, as entries of a timeline."""

from collections.abc import Iterable, Sequence

from accounts.record import history
from accounts.record.history import Entry, Step
from operations.visits.models import Visit
from operations.visits.outcome_history import revisions
from operations.visits.outcomes import Outcome
from operations.visits.states import NotCompletedReason, VisitState


def record_of(visit: Visit, outcomes: Sequence[Outcome]) -> list[Entry]:
    """The way of ``visit`` from its start on, with each revision of its outcome, the latest first.

    What was planned before is no part of it: whoever reads results need not know.

    Args:
        visit: The visit.
        outcomes: All revisions of its outcome with ``logged_by``, the latest first.

    """
    told = [entry for step in history.steps_of(visit) for entry in _told(step)]
    return sorted([*told, *revisions(outcomes)], key=lambda entry: entry.moment, reverse=True)


def _told(step: Step) -> Iterable[Entry]:
    visit, before = step.after, step.before
    if step.changed("state"):
        match visit.state, before and before.state:
            case VisitState.UNDER_WAY, VisitState.NOT_COMPLETED:
                yield Entry(title="Under way again", when=step.at, by=step.by, body=step.why)
            case VisitState.UNDER_WAY, _:
                yield Entry(title="Started", when=visit.started_at, by=step.by)
            case VisitState.PLANNED, VisitState.UNDER_WAY:
                yield Entry(title="Start taken back", when=step.at, by=step.by, body=step.why)
            case VisitState.PLANNED, VisitState.CANCELLED:
                yield Entry(title="Planned again", when=step.at, by=step.by, body=step.why)
            case VisitState.CANCELLED, _:
                yield Entry(
                    title="Cancelled", when=step.at, by=step.by, body=visit.cancelled_reason
                )
            case VisitState.NOT_COMPLETED, _:
                left_open = visit.not_completed_reason == NotCompletedReason.NOT_CLOSED
                yield Entry(
                    title="Ended for its team" if left_open else "Logged as not completed",
                    when=visit.ended_at,
                    by=step.by,
                    body=_reason(visit),
                )
    elif before and step.changed("not_completed_revision"):
        yield Entry(
            title=f"Correction {visit.not_completed_revision - 1}",
            when=step.at,
            by=step.by,
            body=f"Why: {visit.correction_reason}\n{_reason(visit)}\nBefore: {_reason(before)}",
        )


def _reason(visit: Visit) -> str:
    reason = NotCompletedReason(visit.not_completed_reason).label
    return f"{reason}. {visit.not_completed_notes}".strip()

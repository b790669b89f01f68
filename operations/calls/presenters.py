"""A call in words, and how it differs from the outcome of the visit that it was about."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import linebreaksbr

from accounts.dates.london import duty_day
from govuk.dates import clock, plain_time
from govuk.rows import Row, Tag
from govuk.tones import ALERT, tone_of
from operations.calls.concerns import Concern, ConcernState
from operations.calls.models import Call
from operations.calls.told import CallFacts, answers
from operations.visits.facts import OutcomeFacts
from operations.visits.models import Visit
from operations.visits.outcome_history import in_words
from operations.visits.outcomes import Outcome

#: What stands beside each answer of an outcome's form that the control room gave.
AS_RECORDED = "As the control room recorded it: check it."


def facts_of(call: Call) -> list[Row]:
    """What is on record of ``call``, with all that ``with_what_is_shown`` fetches."""
    return [
        Row("Came in", plain_time(call.called_at)),
        Row("Where", _where(call)),
        *([Row("As heard", call.place)] if call.venue and call.place else []),
        Row("Number called", call.get_number_display() or "Not known"),
        Row("Answered after", _seconds(call.answered_after)),
        Row("“Makesafe” said", _yes_no(call.makesafe_quoted)),
        Row("Recognised as child sexual exploitation", _yes_no(call.recognised)),
        Row("Officers sent", _officers(call)),
        Row("Incident reference", call.incident_reference or "None given"),
        Row("What was done", linebreaksbr(call.done) if call.done else "Nothing recorded yet"),
        Row("Logged", f"{plain_time(call.logged_at)}, {call.logged_by}"),
    ]


def _where(call: Call) -> str:
    if call.venue is None:
        return call.place
    return ", ".join(filter(None, [call.venue.name, call.venue.one_line_address]))


def _seconds(seconds: int | None) -> str:
    if seconds is None:
        return "Not known"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _yes_no(answer: bool | None) -> str:
    return {True: "Yes", False: "No", None: "Not known"}[answer]


def _officers(call: Call) -> str:
    said = _yes_no(call.officers_sent)
    times = [
        f"{what} at {clock(at)}"
        for what, at in (("sent", call.sent_at), ("there", call.arrived_at))
        if at
    ]
    return f"{said}, {' and '.join(times)}" if times else said


def tag_of(call: Call) -> Tag:
    """What a call was about, in a word or two."""
    if call.is_matched:
        return Tag("A test", "done")
    if concern := concern_of(call):
        return tag_of_concern(concern)
    return Tag("Not settled: real", ALERT)


def concern_of(call: Call) -> Concern | None:
    """The concern of ``call``, if it is one."""
    return getattr(call, "concern", None)


def tag_of_concern(concern: Concern) -> Tag:
    """Where a concern stands."""
    state = concern.state
    return Tag(f"Real concern: {state.label.lower()}", tone_of("concern", state))


def facts_of_concern(concern: Concern, *, at: dt.datetime) -> list[Row]:
    """Who follows a concern up, by when, and what came of it."""
    is_late = concern.state != ConcernState.CLOSED and concern.due_on < duty_day(at)
    due = f"{plain_time(concern.due_on)}{', overdue' if is_late else ''}"
    rows = [
        Row("In hand with", str(concern.owner) if concern.owner else "Nobody yet"),
        Row("To be closed by", due),
    ]
    if concern.closed_at:
        rows += [
            Row("Closed", f"{plain_time(concern.closed_at)}, {concern.closed_by}"),
            Row("What came of it", concern.get_result_display()),
            Row("Done and found", linebreaksbr(concern.came_of_it)),
        ]
    return rows


# The outcome --------------------------------------------------------------------------------------


def told_of(visit: Visit) -> dict[str, Any]:
    """The answers to questions about the outcome of ``visit`` that calls matched to it give."""
    names = [field.name for field in dataclasses.fields(CallFacts)]
    calls = (CallFacts(**row) for row in visit.calls.order_by("called_at").values(*names))
    return answers(calls, started_at=visit.started_at)


@dataclass(frozen=True)
class Difference:
    """One fact of which the team and the control room say different things."""

    about: str
    team: str
    control_room: str


def differences(outcome: Outcome, told: dict[str, Any]) -> list[Difference]:
    """Where what calls tell differs from what the team logged. Both stay on record."""
    if not told:
        return []
    logged = OutcomeFacts.of(outcome)
    by_calls = dataclasses.replace(logged, **told).only_what_applies()
    team = {row.key: row.value for row in in_words(logged)}
    return [
        Difference(row.key, team.get(row.key, "Not asked"), row.value)
        for row in in_words(by_calls)
        if team.get(row.key) != row.value
    ]


def lines_of(calls: Iterable[Call]) -> Iterator[str]:
    """Each call in one line, as a visit's page has it."""
    for call in calls:
        way = f", {call.get_number_display()}" if call.number else ""
        reference = f", {call.incident_reference}" if call.incident_reference else ""
        yield f"{plain_time(call.called_at)}{way}{reference}"

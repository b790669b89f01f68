"""An alarm in words."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from govuk.dates import clock, plain_time
from govuk.rows import Row
from govuk.templatetags.govuk import telephone
from operations.safety.deadlines import Kind
from operations.safety.models import Alarm, AlarmNotice, CheckIn, goes_on_at
from operations.teams.models import TeamMember
from operations.visits.models import Visit
from operations.visits.windows_in_words import window

#: So many people of one kind are named.
FEW = 3


def facts_of(alarm: Alarm, *, officers: Sequence[TeamMember], at: dt.datetime) -> list[Row]:
    """What whoever deals with ``alarm`` has to know.

    Args:
        alarm: With its visit, venue and operation.
        officers: Of the team, in the order in which they are called.
        at: Now.

    """
    visit = alarm.visit
    ended = f" since {clock(visit.ended_at)}" if visit.ended_at else ""
    return [
        Row("Pressed", f"{plain_time(alarm.due_at)}, {alarm.raised_by}")
        if alarm.at_once
        else Row("Due by", plain_time(alarm.due_at)),
        Row("Last check-in", _last_check_in(alarm)),
        Row("Where", f"{visit.venue.name}, {visit.venue.one_line_address or 'address not known'}"),
        Row("Window", window(visit, at=at)),
        Row("Visit", f"{visit.get_state_display()}{ended}"),
        Row("Call sign", visit.call_sign or "None given"),
        Row("Team, not to be called", _named(officers))
        if alarm.is_silent or _calls_in_silence(visit)
        else Row("Team to call", _called(officers)),
        Row("Cadets in the team", str(visit.team.filter(cadet__isnull=False).count())),
        Row("Operation’s lead", _with_number(visit.operation.lead)),
        *_whom_it_reached(alarm, at=at),
        *_what_became_of(alarm),
    ]


def words_of_check_in(made: CheckIn, *, by: dt.datetime | None) -> str:
    """What the phone says of a check-in that has arrived, and of an alarm that it met.

    Args:
        made: The check-in.
        by: By when the next one is due; None where the visit is over.

    """
    if by:
        said = f"You have checked in. The next time is by {clock(by)}."
    else:
        said = "Your check-in has arrived. The visit is over."
    if made.explains.exists():
        return f"{said} It was made in time, so the alarm that was raised meanwhile is closed."
    # Of the alarms that a team may hear of here.
    if Alarm.objects.open().filter(visit=made.visit, kind=Kind.CHECK_IN).exists():
        return f"{said} The alarm stays open until somebody has spoken to you: answer your phone."
    return said


def _calls_in_silence(visit: Visit) -> bool:
    """Whether the team has called for help in silence: no alarm about it offers its numbers."""
    return visit.alarms.filter(kind=Kind.DURESS, closed_at=None).exists()


def _last_check_in(alarm: Alarm) -> str:
    # A check-in whose button was held down was no sign that all is well.
    held = alarm.visit.alarms.filter(kind=Kind.DURESS).values("submission")
    given = alarm.visit.check_ins.exclude(submission__in=held)
    last = given.select_related("by").first()
    if last:
        late = ": after the alarm, so it does not close it" if _is_too_late(last, alarm) else ""
        return f"{plain_time(last.at)}, {last.by}{late}"
    if alarm.visit.started_at is None:
        return "None: the team has not started"
    return f"None since the start, {plain_time(alarm.visit.started_at)}"


def _is_too_late(check_in: CheckIn, alarm: Alarm) -> bool:
    return alarm.is_open and alarm.kind == Kind.CHECK_IN and check_in.at >= alarm.raised_at


def _called(officers: Sequence[TeamMember]) -> SafeString:
    return _each_named((it, _with_number(it.officer)) for it in officers if it.officer)


def _named(officers: Sequence[TeamMember]) -> SafeString:
    return _each_named((it, str(it.officer)) for it in officers)


def _each_named(officers: Iterable[tuple[TeamMember, str]]) -> SafeString:
    named = ((name, member.get_duty_display().lower()) for member, name in officers)
    return format_html_join(SafeString("<br>"), "{} ({})", named)


def _with_number(person: User) -> SafeString:
    """Who it is, and how to call them at once."""
    link = telephone(person.telephone)
    return format_html("{}, {}", person, link) if link else format_html("{}", person)


def _whom_it_reached(alarm: Alarm, *, at: dt.datetime) -> Iterator[Row]:
    """Who was told when, and when it goes on next."""
    notices = alarm.notices.select_related("user")
    rounds = [list(of_one) for _, of_one in groupby(notices, key=lambda one: one.round)]
    told = [
        format_html("{}: {}", _times([one[0].at for one in same]), readers)
        for readers, same in (
            (readers, list(same)) for readers, same in groupby(rounds, key=_readers)
        )
    ]
    if told:
        yield Row("Told", format_html_join(SafeString("<br>"), "{}", ((line,) for line in told)))
    if next_at := goes_on_at(alarm, at=at):
        again = (
            "the same people are told again, others with them"
            if alarm.rounds
            else "more people are told"
        )
        yield Row("If nobody takes it", f"At {clock(next_at)} {again}")


def _readers(notices: Sequence[AlarmNotice]) -> str:
    """Those of one round: a few by name, many by their number."""
    told = []
    for reader, of_it in groupby(notices, key=lambda one: one.get_reader_display()):
        people = [one.user for one in of_it if one.user]
        if len(people) > FEW:
            told.append(f"{len(people)} {reader}s")
        else:
            told += [f"{person} ({reader})" for person in people] or [reader]
    return ", ".join(told)


def _times(times: Sequence[dt.datetime]) -> str:
    first, last = clock(times[0]), clock(times[-1])
    return first if len(times) == 1 else f"{first} to {last}, {len(times)} times"


def _what_became_of(alarm: Alarm) -> Iterator[Row]:
    if alarm.taken_at:
        yield Row("Dealt with by", f"{alarm.taken_by}, since {plain_time(alarm.taken_at)}")
    if alarm.closed_at and alarm.explained_by:
        late = f"a check-in made in time, at {clock(alarm.explained_by.at)}, arrived late"
        yield Row("Closed", f"{plain_time(alarm.closed_at)}: {late}")
    elif alarm.closed_at:
        yield Row("Closed", f"{plain_time(alarm.closed_at)}, {alarm.closed_by}")
        yield Row("Who went there" if alarm.is_silent else "Spoke to", alarm.spoke_to)
        yield Row("Found", linebreaksbr(alarm.found))

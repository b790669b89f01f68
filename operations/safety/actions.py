"""Acts around the safety of teams: checking in, and raising, taking and closing alarms.

Alarms are raised and sent on by rows alone: what is due is asked of the database each few seconds,
a unique row says that it was raised and others that it went on, each in the transaction that writes
its messages. So a worker that is killed at any instant loses none and doubles none, and
the next run makes up for it.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q

from accounts.acts.refusals import Problem, Refused, refuse
from accounts.acts.undo import undoable
from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import User
from govuk.dates import moment
from govuk.texts import lines, one_line
from operations.safety import messages
from operations.safety.deadlines import AT_ONCE, Kind, Missed, Rules, missed
from operations.safety.models import OPENS_AGAIN, Alarm, CheckIn, signs_of
from operations.safety.policies import SafetyPolicy
from operations.teams import own_visits
from operations.visits.models import Visit

# The team ----------------------------------------------------------------------------------------


@transaction.atomic
def check_in(
    *, visit: Visit, ago: dt.timedelta, submission: uuid.UUID, by: User, at: dt.datetime
) -> CheckIn:
    """Put on record that the team is well. The same ``submission`` counts once.

    Without a network the phone keeps it and sends it later; it counts from when the button was
    tapped. An alarm that would not have been raised, had it arrived at once, is closed by it.

    Args:
        visit: One under way, or that was when the button was tapped.
        ago: How long before it was sent the button was tapped, by the phone's clock.
        submission: The phone's own number of it.
        by: An officer of the team.
        at: When it arrived.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.
        Refused: the visit has not started, or its number is of another visit.

    """
    held = own_visits.hold(visit, by=by)
    with scope.all_units():
        sent = CheckIn.objects.filter(submission=submission).first()
    if sent is not None and sent.visit_id == held.pk:
        return sent
    if sent is not None:
        raise refuse("visit", "This button was used for another visit. Open your visit again.")
    if held.started_at is None:
        raise refuse("visit", "Start the visit first, then check in.")
    tapped = min(at, max(at - ago, held.started_at))
    made = CheckIn.objects.create(
        visit=held, by=by, at=tapped, arrived_at=at, submission=submission
    )
    _close_what_is_explained_by(made)
    return made


@transaction.atomic
def call_for_help(
    *, visit: Visit, ago: dt.timedelta, submission: uuid.UUID, by: User, at: dt.datetime
) -> None:
    """Raise an alarm of which nobody of the team learns: a button was held down.

    People are told by the next look (``escalate_alarms``), so that the phone waits for none of it.

    Args:
        visit: One that has started.
        ago: How long before it was sent the button was pressed, by the phone's clock.
        submission: The phone's own number of it: the same one counts once.
        by: An officer of the team.
        at: When it arrived.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.

    """
    held = own_visits.hold(visit, by=by)
    with scope.as_system("an alarm of the team"):
        _press(Kind.DURESS, held, ago=ago, submission=submission, by=by, at=at)


def raise_at_once(
    kind: Kind,
    visit: Visit,
    *,
    ago: dt.timedelta = dt.timedelta(0),
    submission: uuid.UUID,
    by: User,
    at: dt.datetime,
) -> None:
    """Raise an alarm of a visit that is held, and tell everybody whom alarms go on to, at once.

    The same ``submission`` raises one. As the system: whoever presses the button may not see it.
    """
    with scope.as_system("an alarm of the team"):
        alarm, is_new = _press(kind, visit, ago=ago, submission=submission, by=by, at=at)
        if is_new:
            _go_on(alarm, SafetyPolicy.on(duty_day(at)), at=at)


def _press(
    kind: Kind,
    visit: Visit,
    *,
    ago: dt.timedelta,
    submission: uuid.UUID,
    by: User,
    at: dt.datetime,
) -> tuple[Alarm, bool]:
    """The alarm of a press, and whether it is new."""
    pressed = min(at, at - ago)
    return Alarm.objects.get_or_create(
        kind=kind,
        submission=submission,
        defaults={
            "visit": visit,
            "due_at": pressed,
            "silent_since": pressed,
            "raised_at": at,
            "raised_by": by,
        },
    )


def _close_what_is_explained_by(made: CheckIn) -> None:
    """Close the alarm that would not have been raised, had this check-in arrived at once."""
    rules = SafetyPolicy.on(duty_day(made.at)).rules
    until = made.at + rules.between(with_cadet=made.visit.team.filter(cadet__isnull=False).exists())
    explained = Alarm.objects.open().filter(
        visit=made.visit, kind=Kind.CHECK_IN, due_at__lt=until, raised_at__gt=made.at
    )
    for alarm in explained.select_for_update(no_key=True):
        alarm.closed_at, alarm.explained_by = made.arrived_at, made
        alarm.save()


# The clock ---------------------------------------------------------------------------------------


@transaction.atomic
def raise_alarms(*, at: dt.datetime) -> int:
    """Raise each alarm that is due at the moment ``at``, and tell the lead officer of the team.

    A visit on which somebody acts just now is left to the next run: it may be a check-in, and one
    that hangs holds up no other team's alarm. Two runs at once raise each once.

    Returns:
        How many are new.

    """
    rules = SafetyPolicy.on(duty_day(at)).rules
    due = _due(Visit.objects.under_way(), rules, at=at)
    raised = Alarm.objects.filter(visit__in={key for key, _ in due})
    known = set(raised.values_list("visit", "kind", "silent_since"))
    new = {key for key, one in due if (key, one.kind.value, one.silent_since) not in known}
    if not new:
        return 0
    held = Visit.objects.under_way().filter(pk__in=new).order_by("pk")
    held = held.select_for_update(no_key=True, skip_locked=True)
    keys = set(held.values_list("pk", flat=True))
    still = _due(Visit.objects.under_way().filter(pk__in=keys), rules, at=at)
    count = 0
    for key, one in still:
        alarm, is_new = Alarm.objects.get_or_create(
            visit_id=key,
            kind=one.kind.value,
            silent_since=one.silent_since,
            defaults={"due_at": one.due_at, "raised_at": at},
        )
        if is_new:
            messages.tell_team(alarm, at=at)
            count += 1
    return count


def _due(
    visits: models.QuerySet[Visit], rules: Rules, *, at: dt.datetime
) -> list[tuple[int, Missed]]:
    """The deadlines of ``visits`` for which an alarm is due, each with the key of its visit."""
    return [(key, one) for key, signs in signs_of(visits) for one in missed(signs, rules, at=at)]


@transaction.atomic
def escalate_alarms(*, at: dt.datetime) -> int:
    """Tell more people of each alarm that nobody took in time, and again until somebody takes it.

    Of a call for help at once.

    Each round reaches further than the one before (``messages.tell_others``), is counted on the
    alarm and has a row for each reader, in the transaction that writes its messages. Not where the
    team ended its visit meanwhile: that is a word of it. The alarm stays open.

    Returns:
        How many went on.

    """
    policy = SafetyPolicy.on(duty_day(at))
    rules = policy.rules
    left = Alarm.objects.untaken().filter(
        Q(rounds=0, kind__in=AT_ONCE)
        | Q(rounds=0, raised_at__lte=at - rules.escalate_after)
        | Q(rounds__gt=0, escalated_at__lte=at - rules.again_after),
        Q(visit__in=Visit.objects.under_way()) | Q(kind__in=AT_ONCE),
    )
    # Whoever takes or closes one just now is not waited for: the next run looks again.
    held = left.select_related("visit__operation__lead").order_by("pk")
    alarms = list(held.select_for_update(of=("self",), no_key=True, skip_locked=True))
    for alarm in alarms:
        _go_on(alarm, policy, at=at)
    return len(alarms)


def _go_on(alarm: Alarm, policy: SafetyPolicy, *, at: dt.datetime) -> None:
    """Count one round more, and tell those whom it reaches."""
    alarm.rounds, alarm.escalated_at = alarm.rounds + 1, at
    alarm.save(update_fields=["rounds", "escalated_at"])
    messages.tell_others(alarm, policy, at=at)


# Whom it concerns --------------------------------------------------------------------------------


def _may_answer(by: User, records: Sequence[Any]) -> bool:
    """Whether this person may deal with all these alarms."""
    keys = {record.pk for record in records if isinstance(record, Alarm)}
    return Alarm.objects.answerable_by(by).filter(pk__in=keys).count() == len(keys)


@undoable("Nobody has the alarm in hand now: it goes on to more people.", may=_may_answer)
@transaction.atomic
def take_alarm(*, alarm: Alarm, by: User, at: dt.datetime) -> Alarm:
    """Say that ``by`` deals with the alarm, so that it does not go on to more people.

    Raises:
        PermissionDenied: the alarm does not concern this person, or is of their own team.
        Refused: it is closed, or somebody else has it in hand.

    """
    held = _hold(alarm, by=by)
    if held.taken_by_id == by.pk:
        return held
    if held.taken_by is not None:
        since = moment(held.taken_at, at=at) if held.taken_at else ""
        raise refuse("alarm", f"{held.taken_by} has been dealing with this alarm since {since}.")
    held.taken_by, held.taken_at = by, at
    held.save()
    return held


@undoable("The alarm is open again.", may=_may_answer, within=OPENS_AGAIN)
@transaction.atomic
def close_alarm(*, alarm: Alarm, spoke_to: str, found: str, by: User, at: dt.datetime) -> Alarm:
    """Close an alarm, with who of the team was spoken to and what was found.

    That is a sign of life: the team's next check-in counts from it. Nobody speaks to a team that
    called in silence: there it is who went, and it counts as no sign of life.

    Raises:
        PermissionDenied: the alarm does not concern this person, or is of their own team.
        Refused: it is closed, or one of the answers is missing.

    """
    held = _hold(alarm, by=by)
    spoke_to, found = one_line(spoke_to), lines(found)
    problems = []
    if not spoke_to:
        who = "who went there" if held.is_silent else "whom of the team you spoke to"
        problems.append(Problem("spoke_to", f"Enter {who}"))
    if not found:
        what = "what they found" if held.is_silent else "what you found"
        problems.append(Problem("found", f"Enter {what}"))
    if problems:
        raise Refused(problems)
    held.spoke_to, held.found = spoke_to, found
    held.closed_by, held.closed_at = by, at
    held.save()
    return held


def _hold(alarm: Alarm, *, by: User) -> Alarm:
    """The alarm as it stands, still open, kept from others until this transaction ends."""
    held = Alarm.objects.select_for_update(no_key=True).filter(pk=alarm.pk).first()
    if held is None or not _may_answer(by, [held]):
        raise PermissionDenied
    if not held.is_open:
        who = held.closed_by or "A check-in of the team"
        assert held.closed_at is not None  # it is closed
        raise refuse("alarm", f"{who} closed this alarm at {moment(held.closed_at)}.")
    return held

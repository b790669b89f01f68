"""The act of telling the control room when and where teams are out on an evening."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from django.db import transaction

from accounts.acts.permissions import require
from accounts.acts.refusals import refuse
from accounts.dates.london import duty_begins, duty_day, duty_ends
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from govuk.dates import moment
from operations.planning import actions as planning
from operations.planning.models import Operation
from operations.safety.policies import SafetyPolicy
from operations.sheets import messages
from operations.sheets.models import Sheet
from operations.visits.models import Visit
from operations.visits.states import AHEAD


@transaction.atomic
def send_sheet(*, operation: Operation, evening: dt.date, by: User, at: dt.datetime) -> list[Sheet]:
    """Keep a sheet for each command unit whose teams go on this evening, and tell by mail that it
    is there. What it has as the latest of a unit is not sent again.

    Args:
        operation: Whose visits.
        evening: The duty day.
        by: A planner; of the visits, those of their command units count.
        at: Now.

    Returns:
        The new sheets.

    Raises:
        PermissionDenied: ``by`` is no planner.
        Refused: nothing is planned on the evening, or it is over; nobody has said where the
            control room reads its mail; or it has this sheet already.

    """
    require(by, PLAN_OPERATIONS)
    planning.lock(operation)
    if evening < duty_day(at):
        raise refuse("evening", "This evening is over. Choose one to come.")
    sheets = drafts(operation=operation, evening=evening, by=by)
    if not sheets:
        raise refuse(
            "evening",
            "You have no published visit on this evening. Plan its visits, and publish the "
            "operation first.",
        )
    mailbox = SafetyPolicy.on(duty_day(at)).control_room_mailbox
    if not mailbox:
        raise refuse(
            "evening",
            "No mailbox of the control room is known. Ask an administrator to add it to the safety "
            "policy.",
        )
    there = _that_hold(operation, evening)
    new = [
        sheet
        for sheet in sheets
        if (held := there.get(sheet.command_unit_id)) is None or _content(held) != _content(sheet)
    ]
    if not new:
        sent = max(there[sheet.command_unit_id].sent_at for sheet in sheets)
        raise refuse("evening", f"The control room has this sheet, sent at {moment(sent, at=at)}.")
    for sheet in new:
        sheet.sent_to, sheet.sent_by, sheet.sent_at = mailbox, by, at
        sheet.save()
        messages.tell_control_room(sheet)
    return new


def drafts(*, operation: Operation, evening: dt.date, by: User) -> list[Sheet]:
    """The sheets of this evening as its plans stand, not sent yet, by command unit.

    Of the visits that are published and planned or under way: a team that is out already is out,
    and what is not published may never be.
    """
    planned = (
        Visit.objects.plannable_by(by)
        .filter(
            operation=operation,
            state__in=AHEAD,
            published=True,
            starts_at__gte=duty_begins(evening),
            starts_at__lt=duty_ends(evening),
        )
        .exclude(command_unit=None)
        .select_related("venue__local_authority", "command_unit")
        .order_by("command_unit", "starts_at", "pk")
    )
    return [
        _draft(operation, evening, list(visits))
        for _, visits in groupby(planned, key=lambda visit: visit.command_unit_id)
    ]


def _draft(operation: Operation, evening: dt.date, visits: Sequence[Visit]) -> Sheet:
    return Sheet(
        operation=operation,
        command_unit=visits[0].command_unit,
        evening=evening,
        starts_at=min(visit.starts_at for visit in visits),
        ends_at=max(visit.ends_at for visit in visits),
        areas="\n".join(sorted({visit.venue.local_authority.name for visit in visits})),
        call_signs="\n".join(sorted({visit.call_sign for visit in visits if visit.call_sign})),
        teams_without=sum(not visit.call_sign for visit in visits),
    )


def _that_hold(operation: Operation, evening: dt.date) -> dict[int, Sheet]:
    """The latest sheet of the evening by command unit."""
    sent = Sheet.objects.filter(operation=operation, evening=evening).latest_first()
    return {sheet.command_unit_id: sheet for sheet in reversed(sent)}


def _content(sheet: Sheet) -> tuple[object, ...]:
    return (
        *(sheet.starts_at, sheet.ends_at),
        *(sheet.areas, sheet.call_signs, sheet.teams_without),
    )

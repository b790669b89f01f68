"""How far an operation is, as its page shows it: the steps, and what comes next for this person."""

import datetime as dt
from dataclasses import dataclass, field

from django.urls import reverse

from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from govuk.dates import plain_time
from govuk.rows import Row
from operations.approval.actions import may_decide
from operations.approval.coverage import differences, units_in_words
from operations.approval.models import Authorisation
from operations.approval.publications import Publication
from operations.planning.models import Operation
from operations.planning.operation_states import Stage


@dataclass(frozen=True)
class Step:
    """One step of an operation."""

    label: str
    who: str = ""
    when: str = ""
    """Once it was taken."""

    is_done: bool = False
    is_now: bool = False


@dataclass(frozen=True)
class NextThing:
    """What this person can do next."""

    sentence: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Progress:
    """How far an operation is, for one reader."""

    steps: list[Step]
    next: NextThing
    refused: str = ""
    """Why it was refused, where it is a draft again for that."""

    changed: list[str] = field(default_factory=list)
    """What changed since it was authorised, for those who plan it."""

    authority: Authorisation | None = None
    can_withdraw: bool = False
    can_close: bool = False


def progress_of(operation: Operation, user: User, *, at: dt.datetime) -> Progress:
    """The steps of ``operation`` and what of it is for ``user`` to do."""
    asked = list(
        Authorisation.objects.filter(operation=operation)
        .select_related("submitted_by", "decided_by", "lead", "scenario")
        .order_by("-pk")
    )
    latest = asked[0] if asked else None
    authority = next((row for row in asked if row.is_standing), None)
    publications = Publication.objects.filter(operation=operation).select_related("by")
    published = publications.first() if operation.is_shown else None
    plans = _plans(operation, user)
    changed = differences(operation, authority) if plans and authority else []
    waiting = latest if latest and latest.is_waiting else None
    return Progress(
        steps=_steps(operation, latest, authority, published, at),
        next=_next(operation, user, waiting, changed, at),
        refused=latest.rationale if latest and latest.is_refused and plans else "",
        changed=[] if operation.is_closed else changed,
        authority=authority,
        can_close=plans and operation.is_published,
        can_withdraw=plans and (operation.is_submitted or operation.is_authorised or bool(waiting)),
    )


def _plans(operation: Operation, user: User) -> bool:
    return user.has_perm(PLAN_OPERATIONS) and operation.has_planner(user)


def _steps(
    operation: Operation,
    latest: Authorisation | None,
    authority: Authorisation | None,
    published: Publication | None,
    at: dt.datetime,
) -> list[Step]:
    """Each step, with who took it once it was taken."""
    order = list(Stage)
    here = order.index(operation.stage(on=duty_day(at)))
    said = {Stage.DRAFT: (f"by {operation.created_by}", plain_time(operation.created_at))}
    if latest and here >= order.index(Stage.SUBMITTED):
        said[Stage.SUBMITTED] = (f"by {latest.submitted_by}", plain_time(latest.submitted_at))
    if authority and authority.decided_at and here >= order.index(Stage.AUTHORISED):
        who = f"by {authority.decided_by}"
        said[Stage.AUTHORISED] = (who, plain_time(authority.decided_at))
    if published:
        said[Stage.PUBLISHED] = (f"by {published.by}", plain_time(published.at))
        said[Stage.LIVE] = ("", f"from {plain_time(operation.starts_on)}")
    if operation.closed_at:
        said[Stage.CLOSED] = (f"by {operation.closed_by}", plain_time(operation.closed_at))
    return [
        Step(step.label, *said.get(step, ("", "")), is_done=number < here, is_now=number == here)
        for number, step in enumerate(order)
    ]


def _next(
    operation: Operation,
    user: User,
    waiting: Authorisation | None,
    changed: list[str],
    at: dt.datetime,
) -> NextThing:
    """The next thing to do, for this person where it is theirs."""
    if waiting and may_decide(waiting, by=user):
        url = reverse("operations:authorise", args=[waiting.pk])
        return NextThing("This operation waits for you to authorise it.", "Decide", url)
    if waiting:
        return NextThing("Somebody else has to authorise it: a CSE lead of its command units.")
    if not _plans(operation, user):
        return NextThing("")
    if operation.is_draft:
        url = reverse("operations:operation_submit", args=[operation.pk])
        return NextThing("Once it is ready, ask for authority.", "Submit for authority", url)
    if changed:
        url = reverse("operations:operation_submit", args=[operation.pk])
        return NextThing("What has changed needs authority.", "Ask for authority again", url)
    if operation.is_authorised:
        url = reverse("operations:operation_publish", args=[operation.pk])
        return NextThing("Its teams don’t see their visits yet.", "Publish", url)
    if operation.is_published and operation.ends_on < duty_day(at):
        url = reverse("operations:operation_close", args=[operation.pk])
        return NextThing("Its last day is over.", "Close the operation", url)
    return NextThing("")


def facts_of(asked: Authorisation) -> list[Row]:
    """What was asked for, line by line, for whoever decides. It names no venue."""
    return [
        Row("Operation", str(asked.operation)),
        Row("Dates", f"{plain_time(asked.starts_on)} to {plain_time(asked.ends_on)}"),
        Row("Lead", str(asked.lead)),
        Row("Scenario", str(asked.scenario)),
        Row("Command units", units_in_words(asked.scope.units)),
        Row("Venues", f"{asked.venues_at_most} at most"),
        Row("Visits with a cadet", f"{asked.cadet_visits_at_most} at most"),
        Row("Authority reference", asked.authorisation_reference),
        Row("Risk assessment", f"{asked.risk_assessment}, {plain_time(asked.risk_assessed_on)}"),
        Row("Equality check", f"{asked.equality_check}, {plain_time(asked.equality_checked_on)}"),
        Row("Submitted", f"by {asked.submitted_by}, {plain_time(asked.submitted_at)}"),
        Row("Fingerprint", asked.fingerprint[:16]),
    ]

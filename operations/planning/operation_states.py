"""States of an operation: the only ways from one to another, and what each allows."""

import datetime as dt

from django.db import models

from govuk.tones import tone_of


class OperationState(models.TextChoices):
    """How far an operation is, as it is kept. ``MOVES`` has the only ways from one to another."""

    DRAFT = "draft", "Draft"
    """Its planners work on it. No team sees its visits."""

    SUBMITTED = "submitted", "Submitted"
    """Somebody was asked to authorise it."""

    AUTHORISED = "authorised", "Authorised"
    """Somebody else than its author said that it may go on, within stated limits."""

    PUBLISHED = "published", "Published"
    """Its teams see their visits and were told."""

    CLOSED = "closed", "Closed"
    """Each of its visits has an end. No more are planned."""


#: The only ways from one state to another. Back to a draft: refused, or withdrawn.
MOVES: dict[str, frozenset[str]] = {
    OperationState.DRAFT: frozenset({OperationState.SUBMITTED}),
    OperationState.SUBMITTED: frozenset({OperationState.AUTHORISED, OperationState.DRAFT}),
    OperationState.AUTHORISED: frozenset({OperationState.PUBLISHED, OperationState.DRAFT}),
    OperationState.PUBLISHED: frozenset({OperationState.CLOSED, OperationState.DRAFT}),
    OperationState.CLOSED: frozenset(),
}

#: For how long closing can be undone.
REOPENED_WITHIN = dt.timedelta(minutes=10)

#: Its teams see their visits, and the control room those of its board.
SHOWN: tuple[str, ...] = (OperationState.PUBLISHED, OperationState.CLOSED)
SHOWN_IN_SQL = "('published', 'closed')"
#: Authorised, and so within stated dates.
WITH_AUTHORITY: tuple[str, ...] = (OperationState.AUTHORISED, *SHOWN)


class Stage(models.TextChoices):
    """How far an operation is, as people read it: a published one goes live on its first day."""

    DRAFT = "draft", "Draft"
    """Its planners work on it."""

    SUBMITTED = "submitted", "Submitted"
    """Waits for somebody to authorise it."""

    AUTHORISED = "authorised", "Authorised"
    """Waits to be published."""

    PUBLISHED = "published", "Published"
    """Its teams know; its first day is still to come."""

    LIVE = "live", "Live"
    """Its first day has begun."""

    CLOSED = "closed", "Closed"
    """Done."""

    @property
    def tone(self) -> str:
        """The look of its tag."""
        return tone_of("operation", self.value)


def stage(state: str, *, starts_on: dt.date, on: dt.date) -> Stage:
    """The stage on the duty day ``on``. No row has to change for an operation to go live."""
    if state == OperationState.PUBLISHED and on >= starts_on:
        return Stage.LIVE
    return Stage(state)

"""The act of closing an operation: each of its visits has an end."""

import datetime as dt
from collections.abc import Sequence

from django.db import models, transaction

from accounts.acts.refusals import refuse
from accounts.acts.undo import undoable
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from operations.approval.actions import require_its_planner
from operations.closing.remains import is_in_the_way
from operations.planning import actions as planning
from operations.planning.models import Operation
from operations.planning.operation_states import REOPENED_WITHIN, OperationState

IN_THE_WAY = "Something of this operation has no end yet. It is named above, with where to end it."


def may_reopen(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back that an operation was closed."""
    closed = [record for record in records if isinstance(record, Operation)]
    return by.has_perm(PLAN_OPERATIONS) and all(operation.has_planner(by) for operation in closed)


@undoable(
    "The operation is open again.",
    may=may_reopen,
    within=REOPENED_WITHIN,
    instead="Make another operation like it.",
)
@transaction.atomic
def close_operation(*, operation: Operation, by: User, at: dt.datetime) -> Operation:
    """Say that an operation is done. It takes no more plans; outcomes can still be corrected.

    Raises:
        PermissionDenied: ``by`` does not plan this operation as a whole.
        Refused: it is not published, or a visit has no end, or an alarm is open.

    """
    require_its_planner(operation, by=by)
    operation = planning.lock_open(operation)
    if not operation.is_published:
        raise refuse("", "Only an operation that is published is closed.")
    if is_in_the_way(operation):
        raise refuse("", IN_THE_WAY)
    operation.state = OperationState.CLOSED
    operation.closed_at, operation.closed_by = at, by
    operation.claim(operation.version)
    operation.save()
    return operation

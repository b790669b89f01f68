"""Writing past the acts, by the ORM's raw means, as a slip in the code would."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, transaction

from operations.models import VisitState
from tests.factories import (
    CancelledVisitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    UnderWayVisitFactory,
    VisitFactory,
)

NOW = dt.datetime(2026, 11, 24, 19, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def breaks(name):
    """The block breaks the rule of this name, and PostgreSQL says so."""
    return pytest.raises((IntegrityError, InternalError), match=name)


def change(record, **fields):
    """Write past the model, in a savepoint."""
    with transaction.atomic():
        type(record)._base_manager.filter(pk=record.pk).update(**fields)


BUILT = {
    VisitState.PLANNED: VisitFactory,
    VisitState.UNDER_WAY: UnderWayVisitFactory,
    VisitState.COMPLETED: CompletedVisitFactory,
    VisitState.NOT_COMPLETED: NotCompletedVisitFactory,
    VisitState.CANCELLED: CancelledVisitFactory,
}

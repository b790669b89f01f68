"""What tests of operations share."""

import pytest

from operations.models import FollowUpPolicy
from tests.outbox.conftest import place, smtp

__all__ = ["place", "smtp"]


@pytest.fixture
def every_day_counts(db):
    """The force sends reminders at weekends too: such tests pass on any day of the week."""
    FollowUpPolicy.objects.update(working_days_only=False)

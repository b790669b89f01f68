"""What PostgreSQL holds messages to."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.models import Lane, Message, State
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db

SETTLED = dt.datetime(2026, 9, 9, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("message_that_waits_is_not_settled", {"settled_at": SETTLED}),
        ("message_that_waits_is_not_settled", {"state": State.SENT}),
        (
            "words_of_a_settled_message_are_gone",
            {"state": State.SENT, "settled_at": SETTLED, "sealed": "words"},
        ),
    ],
)
def test_the_row_of_a_message_agrees_with_itself(rule, fields):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        MessageFactory(**fields)


def test_one_letter_about_somebody_waits_at_a_time():
    again = {"lane": Lane.ACCOUNT, "letter": "password_link", "about": "7"}
    first = MessageFactory(**again)
    with pytest.raises(IntegrityError, match="one_letter_about_somebody"), transaction.atomic():
        MessageFactory(**again)
    Message.objects.filter(pk=first.pk).update(state=State.SENT, settled_at=timezone.now())
    MessageFactory(**again)

"""How many questions a submit asks of the database, whatever is on record already."""

import time
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from accounts.sign_in.sessions import NOTED_EVERY, SEEN_AT
from operations.models import FollowUp
from tests.answers import NOTHING_NOTICED
from tests.factories import (
    CompletedVisitFactory,
    FollowUpFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
)
from tests.form_pages import post
from tests.operations.duty.phone import url

pytestmark = pytest.mark.django_db

MOST = 20


def seen_a_while_ago(phone):
    session = phone.session
    session[SEEN_AT] = int(time.time()) - 2 * NOTED_EVERY
    session.save()


def questions_of_submit(visit, officer) -> int:
    """Of a message that opens a follow-up, the first for a minute, so that the session is noted."""
    phone = Client()
    phone.force_login(officer)
    seen_a_while_ago(phone)
    assert phone.get(url("outcome_add", visit)).status_code == 200
    seen_a_while_ago(phone)
    answers = NOTHING_NOTICED | {"submission": str(uuid.uuid4())}
    with CaptureQueriesContext(connection) as asked:
        assert post(phone, url("outcome_add", visit), answers).status_code == 302
    assert FollowUp.objects.filter(visit=visit).exists()
    return sum(not one["sql"].startswith(("BEGIN", "COMMIT")) for one in asked)


def test_a_submit_asks_at_most_twenty_questions_whatever_is_on_record(unit):
    venue = VenueFactory(unit=unit)
    coordinator = UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])
    officers = [UserFactory(role=Role.VISITING_OFFICER, units=[unit]) for _ in range(2)]
    visits = [UnderWayVisitFactory(venue=venue, officer=officer) for officer in officers]
    few = questions_of_submit(visits[0], officers[0])
    for _ in range(5):
        UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])
        FollowUpFactory(unit=unit, responsible=coordinator)
        FollowUpFactory(visit__venue=venue)
        CompletedVisitFactory(venue=venue)
    many = questions_of_submit(visits[1], officers[1])

    assert few == many <= MOST

"""kill -9 at each instant: no invitation is lost and none is there twice."""

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.sign_in import actions
from outbox import tasks
from outbox.models import Lane, Message, State
from tests import factories
from tests.operations.watched_worker import BEFORE_THE_COMMIT

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("workers"),
]


@pytest.fixture
def message(db):
    """An invitation that was decided and of which no broker has heard."""
    by = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    actions.invite(
        person=User(username="o", email="o@police.example"), by=by, on=timezone.localdate()
    )
    return Message.objects.get()


def assert_it_went_out_once(place, message):
    message.refresh_from_db()
    assert message.state == State.SENT
    assert [file.name for file in place.messages()] == [f"{message.message_id}.eml"]


def test_an_invitation_that_no_broker_heard_of_is_sent_by_the_worker_that_starts_next(
    place, message
):
    with place.worker():
        place.wait_for(f"settled {message.pk}")
    assert_it_went_out_once(place, message)


@pytest.mark.parametrize("instant", BEFORE_THE_COMMIT[1:])
def test_a_worker_that_starts_again_sends_what_the_killed_one_left(instant, place, message):
    with place.worker(HALT_AT=instant) as worker:
        place.wait_for("halted")
        worker.kill()
    assert Message.objects.waiting().exists(), "killed too late to show anything"
    with place.worker():
        place.wait_for(f"settled {message.pk}")
    assert_it_went_out_once(place, message)
    more = instant == "message handed over, nothing committed"
    assert place.times_handed_over(message.message_id) == 1 + more


def test_beat_finds_what_was_left_without_a_worker_that_starts(place, message):
    with place.worker(TAKES_UP_NOTHING="1"):
        place.send(tasks.deliver, Lane.ACCOUNT.value, queue=Lane.ACCOUNT.queue)
        place.wait_for(f"settled {message.pk}")
    assert_it_went_out_once(place, message)

"""kill -9 at each instant: no alarm is lost and none is there twice. As for reminders."""

import datetime as dt

import pytest
from django.utils import timezone

from operations import tasks
from operations.models import Alarm
from outbox.models import Message, State
from tests import factories
from tests.operations.watched_worker import BEFORE_THE_COMMIT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]


@pytest.mark.parametrize("instant", BEFORE_THE_COMMIT)
def test_the_next_look_makes_up_for_a_killed_worker(instant, place):
    started = timezone.now() - dt.timedelta(minutes=30)
    factories.UnderWayVisitFactory(starts_at=started)
    with place.worker(HALT_AT=instant) as worker:
        place.send(tasks.watch_teams)
        place.wait_for("halted")
        worker.kill()
    [waiting] = Message.objects.waiting()
    with place.worker():
        place.send(tasks.watch_teams)  # as beat does, again and again
        place.wait_for(f"settled {waiting.pk}", "done watch_teams")
    assert Alarm.objects.count() == 1
    assert Message.objects.get().state == State.SENT
    assert [file.name for file in place.messages()] == [f"{waiting.message_id}.eml"]

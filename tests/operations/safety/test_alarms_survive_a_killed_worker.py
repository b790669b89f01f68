"""kill -9 at each instant: no alarm is lost and none is there twice. As for reminders."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from operations import tasks
from operations.duty.concerns import report_concern
from operations.models import Alarm
from operations.safety.actions import call_for_help, escalate_alarms
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


@pytest.mark.parametrize("call", [report_concern, call_for_help])
@pytest.mark.parametrize(
    "instant", ["taken from the broker", "message handed over, nothing committed"]
)
def test_a_call_for_help_is_told_once_whenever_its_worker_is_killed(instant, call, place):
    visit = factories.UnderWayVisitFactory()
    officer = visit.team.get(duty="lead").officer
    said = {"ago": dt.timedelta(0), "submission": uuid.uuid4()}
    call(visit=visit, by=officer, at=timezone.now(), **said)
    escalate_alarms(at=timezone.now())  # the next look tells of what came in silence
    [waiting] = Message.objects.waiting()
    with place.worker(HALT_AT=instant) as worker:
        place.wait_for("halted")
        worker.kill()
    with place.worker():
        place.wait_for(f"settled {waiting.pk}")
    assert Alarm.objects.count() == 1
    assert Message.objects.get().state == State.SENT
    assert [file.name for file in place.messages()] == [f"{waiting.message_id}.eml"]

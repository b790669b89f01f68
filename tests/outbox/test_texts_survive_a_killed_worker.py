"""kill -9 at each instant: no text is lost and none is sent twice."""

import pytest
from django.utils import timezone

from operations.safety import messages
from operations.safety.policies import SafetyPolicy
from outbox.models import Lane, Message, State
from tests import factories
from tests.outbox.conftest import send_texts_to
from tests.outbox.notify_stub import notify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("workers"),
]


@pytest.fixture
def stub(place, settings):
    with notify() as stub:
        send_texts_to(settings, stub)
        place.environment |= {
            name: getattr(settings, name)
            for name in ("NOTIFY_API_KEY", "NOTIFY_TEMPLATE", "NOTIFY_URL")
        }
        yield stub


@pytest.fixture
def text(stub):
    """A text that was decided and of which no broker has heard."""
    alarm = factories.AlarmThatWentOnFactory()
    policy = SafetyPolicy(valid_from=timezone.localdate(), duty_number="+447700900123")
    messages.tell_others(alarm, policy, at=timezone.now())
    return Message.objects.get(lane=Lane.TEXTS)


@pytest.mark.parametrize(
    "instant",
    [
        "taken from the broker",
        "about to hand the message over",
        "message handed over, nothing committed",
    ],
)
def test_the_worker_that_starts_next_sends_what_the_killed_one_left_and_nothing_twice(
    instant, place, stub, text
):
    Message.objects.exclude(pk=text.pk).update(state=State.NOT_NEEDED, settled_at=timezone.now())
    with place.worker(HALT_AT=instant) as worker:
        place.wait_for("halted")
        worker.kill()
    text.refresh_from_db()
    assert text.state == State.WAITING, "killed too late to show anything"
    with place.worker():
        place.wait_for(f"settled {text.pk}")
    text.refresh_from_db()
    assert text.state == State.SENT
    assert [sent["reference"] for sent in stub.texts] == [str(text.message_id)]

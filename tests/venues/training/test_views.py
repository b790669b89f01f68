"""Pages of training sessions."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories import VenueFactory
from tests.venues.pages import C, address, day
from venues.models import TrainingSession

pytestmark = pytest.mark.django_db


def test_the_first_session_is_taken_for_initial_and_later_ones_for_refreshers(signed_in):
    client, venue = signed_in(C), VenueFactory()
    url = address("training_add", venue)
    assert client.get(url).context["form"]["kind"].value() == "initial"

    session = {
        "kind": "initial",
        "mode": "online",
        "delivered_by": "Safer hotels team",
        "front_desk_staff": 6,
        "attended": 3,
        "notes": "",
    }
    held_on = timezone.localdate() - dt.timedelta(days=1)
    assert client.post(url, session | day(held_on, "held_on")).status_code == 302
    recorded = TrainingSession.objects.get()
    assert (recorded.held_on, recorded.coverage) == (held_on, 0.5)
    assert client.get(url).context["form"]["kind"].value() == "refresher"

    assert 'name="another"' not in client.get(url).text
    again = session | day(held_on, "held_on")
    refused = client.post(url, again | {"attended": 7})
    assert set(refused.context["form"].errors) == {"attended", "another"}
    assert 'name="another"' in refused.text
    assert "If it was another one, confirm it." in refused.text
    assert client.post(url, again | {"another": "on"}).status_code == 302
    assert TrainingSession.objects.count() == 2

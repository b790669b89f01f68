"""Sessions of training on record, and what the acts refuse."""

import datetime as dt

import pytest

from accounts.acts.refusals import Refused
from tests.factories import VenueFactory
from tests.venues.refusals import NOW, TODAY, refusal, session_fields
from venues.models import TrainingSession
from venues.training import actions as training

pytestmark = pytest.mark.django_db


def test_training_is_recorded_with_whoever_recorded_it(by):
    venue = VenueFactory(closed_on=TODAY, closed_reason="Recorded late")
    session = training.record_training(venue=venue, **session_fields(), by=by, at=NOW)
    assert (session.venue, session.recorded_by, session.coverage) == (venue, by, 1.0)


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"held_on": "tomorrow"}, "held_on"),
        ({"attended": 11}, "attended"),
        ({"attended": 0}, "attended"),
        ({"attended": 0, "front_desk_staff": 0}, "attended"),
        ({"delivered_by": ""}, "delivered_by"),
        ({"mode": "telepathy"}, "mode"),
    ],
)
def test_training_that_can_not_have_happened_is_refused(by, changes, about):
    if changes.get("held_on"):
        changes = {"held_on": TODAY + dt.timedelta(days=1)}
    venue = VenueFactory()
    with pytest.raises(Refused) as error:
        training.record_training(venue=venue, **session_fields(**changes), by=by, at=NOW)
    assert set(refusal(error)) == {about}
    assert not TrainingSession.objects.exists()


def test_training_that_is_on_record_is_asked_about_before_it_counts_twice(by):
    venue = VenueFactory()
    fields = session_fields()
    session = training.record_training(venue=venue, **fields, by=by, at=NOW)
    again = fields | {"delivered_by": " safer  HOTELS team", "attended": 9}
    with pytest.raises(Refused) as error:
        training.record_training(venue=venue, **again, by=by, at=NOW)
    assert set(refusal(error)) == {"another"}
    yesterday = fields["held_on"] - dt.timedelta(days=1)
    for other in ({"held_on": yesterday}, {"delivered_by": "Somebody else"}, {"another": True}):
        training.record_training(venue=venue, **fields | other, by=by, at=NOW)
    training.record_training(venue=VenueFactory(), **fields, by=by, at=NOW)
    assert venue.training_sessions.count() == 4
    moved = venue.training_sessions.get(held_on=yesterday)
    correct = {"session": moved, "version": moved.version, "reason": "A slip", "by": by}
    with pytest.raises(Refused) as error:
        training.correct_training(**correct, at=NOW, **fields)
    assert set(refusal(error)) == {"another"}
    correct |= {"session": session, "version": session.version}
    training.correct_training(**correct, at=NOW, another=True, **fields | {"attended": 8})

"""What the board says to eighty calls as they are heard, and to any call in any registry."""

import datetime as dt
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.control_room import board
from operations.control_room.board import Told, find
from operations.control_room.search import Answer, Place, answer, may_mean
from operations.models import NotCompletedReason, Visit
from operations.visits.states import VisitState
from tests.factories import (
    CompletedVisitFactory,
    LocalAuthorityFactory,
    UnderWayVisitFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)
from tests.operations.control_room.calls_as_heard import (
    HELD_OUT,
    REGISTRY,
    SLIPS_HELD_OUT,
    SLIPS_TUNED_ON,
    TEST,
    TUNED_ON,
)
from venues.models import LocalAuthority, Venue, VenueGroup
from venues.registry.names import normal_name

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
MARGIN = dt.timedelta(minutes=30)
NOW = dt.datetime(2026, 6, 12, 20, tzinfo=dt.UTC)
#: How a visit stands: its factory, and from when its window of two hours is.
STANDS = {
    "under way": (UnderWayVisitFactory, NOW - HOUR),
    "in its window": (VisitFactory, NOW - HOUR),
    "soon": (VisitFactory, NOW + HOUR / 2),
    "never started": (VisitFactory, NOW - 2.2 * HOUR),
    "running over": (UnderWayVisitFactory, NOW - 2.2 * HOUR),
    "overdue": (UnderWayVisitFactory, NOW - 3 * HOUR),
    "just ended": (CompletedVisitFactory, NOW - HOUR),
}


@pytest.fixture
def names():
    """The registry, as one night has it; venue → its word in the table."""
    words = {}
    authority = LocalAuthorityFactory(name="Coast")
    groups = {
        name: VenueGroupFactory(name=name)
        for name in {it.group or "None" for it in REGISTRY.values()}
    }
    for word, one in REGISTRY.items():
        group = groups[one.group] if one.group else None
        venue = VenueFactory(
            name=one.name,
            address=one.address,
            postcode=one.postcode,
            group=group,
            local_authority=authority,
        )
        words[venue.pk] = word
        if one.stands:
            factory, starts_at = STANDS[one.stands]
            factory(venue=venue, starts_at=starts_at, ends_at=starts_at + 2 * HOUR)
    return words


def on_board():
    return Visit.objects.select_related("venue__group", "venue__local_authority")


def hits(calls, names):
    """The calls that the board answers otherwise than the table says."""
    missed = []
    for heard, told, shows in calls:
        found = find(on_board(), heard, at=NOW, margin=MARGIN)
        says = found.told(heard)
        shown = {names[visit.venue_id] for visit in found.visits}
        if (says == Told.TEST) != (told == TEST) or not set(shows) <= shown:
            missed.append((heard, told, shows, says, sorted(shown)))
        if says == Told.TEST and {names[visit.venue_id] for visit in found.tests} != set(shows):
            missed.append((heard, told, shows, "the wrong test"))
    return missed


def test_the_calls_that_the_search_was_tuned_on_are_answered_as_they_must_be(names):
    assert hits(TUNED_ON, names) == []


def test_the_calls_that_were_held_out_are_answered_too(names):
    assert hits(HELD_OUT, names) == []


def test_there_are_eighty_calls_and_no_call_twice():
    heard = [call[0] for call in TUNED_ON + HELD_OUT]
    assert (len(TUNED_ON), len(HELD_OUT), len(set(heard))) == (30, 30, 60)
    slips = [call[0] for call in SLIPS_TUNED_ON + SLIPS_HELD_OUT]
    assert (len(SLIPS_TUNED_ON), len(SLIPS_HELD_OUT)) == (10, 10)
    assert len({*heard, *slips}) == 80


def asked(calls, names):
    """The calls of which the board asks about other places than it must, or takes one unasked.

    Or that it does not take for a test once the caller has confirmed the place of one.
    """
    missed = []
    for heard, asks in calls:
        found = find(on_board(), heard, at=NOW, margin=MARGIN)
        about = {names[visit.venue_id]: visit for visit in found.asked}
        if set(about) != set(asks) or found.told(heard) == Told.TEST:
            missed.append((heard, asks, sorted(about), found.told(heard)))
        for visit in about.values():
            said = find(on_board(), heard, at=NOW, margin=MARGIN, chosen=visit.venue_id)
            if (said.told(heard) == Told.TEST) != is_certain(visit):
                missed.append((heard, names[visit.venue_id], said.told(heard)))
    return missed


def test_of_a_name_with_a_slip_the_board_asks_and_takes_none_for_a_test_before(names):
    assert asked(SLIPS_TUNED_ON, names) == []


def test_of_slips_that_it_was_not_tuned_on_it_asks_too(names):
    assert asked(SLIPS_HELD_OUT, names) == []


def test_a_slip_that_is_another_places_name_is_not_asked_about(names):
    VenueFactory(name="Garnet Hotel", local_authority=LocalAuthorityFactory(name="Inland"))
    found = find(on_board(), "garnet hotel", at=NOW, margin=MARGIN)
    assert found.asked == []
    assert {names[visit.venue_id] for visit in found.similar} == {"gannet"}


# Any registry ------------------------------------------------------------------------------------

NEAR = (
    "Gannet Gannets Ganet Hotel Lodge Inn Premier Quay Key Street St Saint 6 69 seven 7 on".split()
)
near_words = st.lists(st.sampled_from(NEAR), min_size=1, max_size=4).map(" ".join)
venues = st.builds(
    lambda name, address, postcode, group: Place(name, address, postcode, group, "Coast"),
    near_words,
    st.lists(near_words, max_size=2).map("\n".join),
    st.sampled_from(["", "ZZ1 1ZZ", "ZZ1 1ZY"]),
    st.sampled_from(["", "Premier Inn", "Gannet"]),
)
moments = st.integers(-300, 200).map(lambda minutes: NOW + dt.timedelta(minutes=minutes))
states = st.sampled_from(list(VisitState))
reasons = st.sampled_from(["", NotCompletedReason.REAL_CONCERN, NotCompletedReason.UNSAFE])
visits = st.lists(st.tuples(st.integers(0, 5), states, moments, reasons), max_size=5)


def visit_at(key, registry, number, state, starts_at, reason):
    """Such a visit, nowhere on record."""
    place = registry[key]
    group = VenueGroup(name=place.group) if place.group else None
    authority = LocalAuthority(name=place.area)
    known = {"name": place.name, "address": place.address, "postcode": place.postcode}
    venue = Venue(pk=key + 1, **known, group=group, local_authority=authority)
    ended = {"not_completed_reason": reason} if state == VisitState.NOT_COMPLETED else {}
    window = {"starts_at": starts_at, "ends_at": starts_at + 2 * HOUR}
    return Visit(pk=number, venue=venue, state=state, **window, **ended)


def is_certain(visit):
    """As the issue has it, in other words than the board."""
    if visit.state == VisitState.UNDER_WAY:
        return visit.ends_at + MARGIN >= NOW
    return visit.state == VisitState.PLANNED and visit.starts_at <= NOW <= visit.ends_at


def known_of(place):
    parts = (place.name, place.group, place.address, place.postcode, place.area)
    return set(normal_name(" ".join(parts)).split())


@settings(max_examples=600, deadline=None)
@given(st.lists(venues, min_size=1, max_size=6), visits, near_words, st.booleans(), st.data())
def test_a_test_is_never_told_of_a_venue_without_a_certain_visit(
    registry, made, words, whole, data
):
    on_it = [
        visit_at(key % len(registry), registry, number, *about)
        for number, (key, *about) in enumerate(made, start=1)
    ]
    # What is typed is any words, or the whole name of one place.
    heard = data.draw(st.sampled_from(registry)).name if whole else words

    def others(typed):
        keys = enumerate(registry, start=1)
        return [(key, place) for key, place in keys if may_mean(place, typed)]

    with patch.object(board, "_that_they_may_mean", others):
        found = find(on_it, heard, at=NOW, margin=MARGIN)
    if found.told(heard) != Told.TEST:
        return
    [key] = {visit.venue_id for visit in found.tests}
    assert all(is_certain(visit) for visit in found.tests)
    typed = set(normal_name(heard).split()) - {"the", "and", "on", "in", "at"}
    meant = [number for number, one in enumerate(registry, start=1) if typed <= known_of(one)]
    assert meant == [key]


@given(st.lists(venues, min_size=1, max_size=6), visits, st.integers(1, 6), near_words)
@settings(max_examples=300, deadline=None)
def test_a_place_that_was_confirmed_is_a_test_only_if_it_was_meant_and_is_certain(
    registry, made, chosen, heard
):
    on_it = [
        visit_at(key % len(registry), registry, number, *about)
        for number, (key, *about) in enumerate(made, start=1)
    ]
    with patch.object(board, "_that_they_may_mean", lambda _: []):
        found = find(on_it, heard, at=NOW, margin=MARGIN, chosen=chosen)
    if found.told(heard) == Told.TEST:
        assert {visit.venue_id for visit in found.tests} == {chosen}
        assert all(is_certain(visit) for visit in found.tests)
        assert answer(heard, registry[chosen - 1]) <= Answer.SLIP


@given(st.lists(venues, min_size=1, max_size=6), visits, near_words)
@settings(max_examples=300, deadline=None)
def test_a_slip_is_never_a_test_without_a_confirmed_place(registry, made, heard):
    on_it = [
        visit_at(key % len(registry), registry, number, *about)
        for number, (key, *about) in enumerate(made, start=1)
    ]
    with patch.object(board, "_that_they_may_mean", lambda _: []):
        found = find(on_it, heard, at=NOW, margin=MARGIN)
        assert not {it.venue_id for it in found.asked} & {it.venue_id for it in found.tests}
        for visit in found.tests:
            assert answer(heard, registry[visit.venue_id - 1]) == Answer.NAMED
        for chosen in {visit.venue_id for visit in found.asked}:
            said = find(on_it, heard, at=NOW, margin=MARGIN, chosen=chosen)
            assert {visit.venue_id for visit in said.tests} <= {chosen}
            assert all(is_certain(visit) for visit in said.tests)

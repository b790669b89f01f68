"""Which visits a call may be about: the rule, without a database."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.calls.matching import Likeness, Margins, Place, Times, likeness

NOON = dt.datetime(2026, 11, 27, 20, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
MARGINS = Margins(before=HOUR, after=2 * HOUR, overdue=30 * MINUTE)
HOTEL = Place(venue=7, name="Gannet Hotel", address="4 Quay Road\nOstermeer", postcode="ZZ1 1ZZ")
HERE = Place(venue=7)


def times(**fields):
    return Times(**{"starts_at": NOON, "ends_at": NOON + 2 * HOUR} | fields)


def at(minutes, call=HERE, **fields):
    return likeness(call, NOON + minutes * MINUTE, HOTEL, times(**fields), MARGINS)


@pytest.mark.parametrize(
    ("minutes", "fields", "expected"),
    [
        # planned, in its window and around it
        (0, {}, Likeness.CERTAIN),
        (120, {}, Likeness.CERTAIN),
        (-1, {}, Likeness.NONE),
        (121, {}, Likeness.NONE),
        # the team came early
        (-20, {"started_at": NOON - 30 * MINUTE}, Likeness.CERTAIN),
        (-40, {"started_at": NOON - 30 * MINUTE}, Likeness.POSSIBLE),
        # it has gone
        (50, {"started_at": NOON, "ended_at": NOON + 40 * MINUTE}, Likeness.POSSIBLE),
        (40, {"started_at": NOON, "ended_at": NOON + 40 * MINUTE}, Likeness.CERTAIN),
        # nobody ended it: past its window and margin nothing is certain
        (150, {"started_at": NOON}, Likeness.CERTAIN),
        (151, {"started_at": NOON}, Likeness.POSSIBLE),
    ],
)
def test_the_same_venue_is_certain_only_while_its_team_is_there(minutes, fields, expected):
    assert at(minutes, **fields) == expected


@pytest.mark.parametrize(
    "call",
    [
        Place(venue=8, address="9 Quay Rd\nElsewhere"),
        Place(venue=8, address="Mill Lane, Ostermeer", postcode="zz11zz"),
        Place(heard="the gannet, I think"),
        Place(heard="a hotel on Quay Road"),
        Place(heard="ZZ1 1ZZ"),
    ],
)
def test_a_place_that_may_be_it_is_possible_and_never_certain(call):
    assert at(30, call) == Likeness.POSSIBLE


@pytest.mark.parametrize(
    "call",
    [
        Place(venue=8, name="Gannet Hotel", address="4 Mill Lane\nOstermeer", postcode="ZZ2 2ZZ"),
        Place(heard="a hotel in Ostermeer by the road"),
        Place(heard="the hotel"),
        Place(),
    ],
)
def test_another_place_is_not_proposed(call):
    assert at(30, call) == Likeness.NONE


WORDS = st.sampled_from(
    ["", "Gannet Hotel", "4 Quay Road\nOstermeer", "Quay Rd", "9 Mill Lane", "ZZ1 1ZZ", "the hotel"]
)
PLACES = st.builds(
    Place,
    venue=st.none() | st.integers(7, 9),
    name=WORDS,
    address=WORDS,
    postcode=st.sampled_from(["", "ZZ1 1ZZ", "ZZ2 2ZZ"]),
    heard=WORDS,
)
MINUTES = st.integers(-400, 400)


@given(
    call=PLACES, minutes=MINUTES, began=st.none() | MINUTES, lasted=st.none() | st.integers(0, 300)
)
def test_certain_means_this_venue_and_a_visit_that_is_on(call, minutes, began, lasted):
    started = None if began is None else NOON + began * MINUTE
    ended = started + lasted * MINUTE if started and lasted is not None else None
    found = at(minutes, call, started_at=started, ended_at=ended)
    if found == Likeness.CERTAIN:
        moment = NOON + minutes * MINUTE
        assert call.venue == HOTEL.venue
        assert ended is None or moment <= ended
        in_window = NOON <= moment <= NOON + 2 * HOUR + MARGINS.overdue
        assert in_window or (started and started <= moment)

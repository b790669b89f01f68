"""When somebody had a right, from what is on record."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from operations.protection.knowledge import Span, both, either, spans

BEGIN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def at(hour):
    return BEGIN + dt.timedelta(hours=hour)


def test_what_was_given_and_taken_held_in_between():
    told = [(at(1), True), (at(3), False), (at(5), True)]
    assert spans(told, now=True) == [Span(at(1), at(3)), Span(at(5))]


def test_what_ends_first_had_begun_before_the_record():
    assert spans([(at(3), False)], now=False) == [Span(None, at(3))]


def test_where_nothing_is_on_record_what_is_now_counts():
    assert spans([], now=True) == [Span()]
    assert spans([], now=False) == []


def test_the_same_said_twice_is_no_change():
    told = [(at(1), True), (at(2), True), (at(3), False), (at(4), False)]
    assert spans(told, now=False) == [Span(at(1), at(3))]


# Any spans, against asking each hour -------------------------------------------------------------

hours = st.none() | st.integers(0, 12)
some = st.lists(
    st.tuples(hours, hours)
    .filter(lambda pair: None in pair or pair[0] < pair[1])
    .map(lambda pair: Span(*(None if hour is None else at(hour) for hour in pair))),
    max_size=4,
)


def holds(found, moment):
    return any(
        (one.since is None or one.since <= moment) and (one.until is None or moment < one.until)
        for one in found
    )


MOMENTS = [at(hour + 0.5) for hour in range(-1, 13)]


@given(some, some)
def test_both_holds_when_each_does_and_either_when_one_does(one, other):
    for moment in MOMENTS:
        assert holds(both(one, other), moment) == (holds(one, moment) and holds(other, moment))
        assert holds(either(one, other), moment) == (holds(one, moment) or holds(other, moment))


@given(some, some)
def test_what_either_gives_is_in_order_and_apart(one, other):
    found = either(one, other)
    for before, after in itertools.pairwise(found):
        assert before.until is not None
        assert after.since is not None
        assert before.until < after.since


@given(st.lists(st.booleans(), max_size=8), st.booleans())
def test_spans_are_what_each_change_says(begins, now):
    told = [(at(hour), one) for hour, one in enumerate(begins)]
    found = spans(told, now=now)
    for hour, one in enumerate(begins):
        assert holds(found, at(hour + 0.5)) == one

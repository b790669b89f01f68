"""Cadets on record: what may be written down of them."""

import datetime as dt

import pytest

from operations.teams import actions as cadet_actions
from tests.operations.plans import TODAY, cadet, refused

pytestmark = pytest.mark.django_db


def test_a_cadet_on_record_has_no_date_ahead(planner):
    tomorrow = TODAY + dt.timedelta(days=1)

    found = refused(
        cadet_actions.add_cadet,
        on=TODAY,
        by=planner,
        reference="C-1",
        birth_date=dt.date(2010, 1, 1),
        consented_on=tomorrow,
        briefed_on=tomorrow,
    )

    assert [about for about, _ in found] == ["consented_on", "briefed_on"]


def test_an_adult_is_not_added_as_a_cadet(planner):
    facts = {"reference": "C-1", "consented_on": None, "briefed_on": None}
    by_a_day = {"birth_date": dt.date(2008, 11, 25)}

    cadet_actions.add_cadet(on=TODAY, by=planner, **facts, **by_a_day)
    found = refused(
        cadet_actions.add_cadet,
        on=TODAY,
        by=planner,
        **(facts | {"reference": "C-2", "birth_date": dt.date(2008, 11, 24)}),
    )

    assert [about for about, _ in found] == ["birth_date"]


def test_a_reference_belongs_to_one_cadet(planner):
    known = cadet(reference="C-1")
    facts = {"birth_date": dt.date(2010, 1, 1), "consented_on": None, "briefed_on": None}

    found = refused(cadet_actions.add_cadet, on=TODAY, by=planner, reference="c-1", **facts)
    cadet_actions.edit_cadet(
        cadet=known, version=known.version, on=TODAY, by=planner, reference="C-1", **facts
    )

    assert [about for about, _ in found] == ["reference"]


def test_a_cadet_who_may_go_today_has_no_reason_not_to():
    policy = cadet_actions.policy_on(TODAY)

    assert cadet_actions.reasons_not_to_go(cadet(), on=TODAY, policy=policy) == []
    assert cadet_actions.reasons_not_to_go(cadet(), on=TODAY, policy=None) == [
        cadet_actions.NO_POLICY
    ]
    assert cadet_actions.reasons_not_to_go(cadet(briefed_on=None), on=TODAY, policy=policy) == [
        "The briefing is not on record."
    ]

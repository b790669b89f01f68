"""Outcomes: rules that PostgreSQL itself keeps."""

import pytest

from tests.factories import CompletedVisitFactory, OutcomeFactory, UnderWayVisitFactory
from tests.operations.rules import breaks, change

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"room_refused": True, "refusal_ground": ""}, "refusal_ground_only_where_it_applies"),
        ({"contact_method": "online"}, "call_handler_recognised_only_where_it_applies"),
        ({"verdict": "passed"}, "verdict_is_one_of_three"),
        ({"revision": 1, "correction_reason": "A slip"}, "correction_says_why"),
    ],
)
def test_facts_that_contradict_each_other_are_not_stored(facts, rule):
    visit = UnderWayVisitFactory()

    with breaks(rule):
        OutcomeFactory(visit=visit, **facts)


def test_an_outcome_never_changes():
    outcome = CompletedVisitFactory().outcome

    with breaks("outcome_never_changes|Cannot update"):
        change(outcome, notes="Rewritten")


def test_a_correction_says_why():
    outcome = OutcomeFactory()

    with breaks("correction_says_why"):
        OutcomeFactory(visit=outcome.visit, revision=2)


def test_a_submission_makes_one_outcome():
    outcome = OutcomeFactory()

    with breaks("submission"):
        OutcomeFactory(submission=outcome.submission)

"""Which question applies after which answer: stated once, and held by all that follow from it."""

import itertools

import pytest
from django.db.models import Value

from operations.duty.forms import MISSING
from operations.models import ContactMethod, Outcome, RefusalGround
from operations.visits import facts
from operations.visits.facts import FOLLOWS, OutcomeFacts, applies
from operations.visits.outcome_history import in_words
from operations.visits.outcomes import QUESTION_OF_CHECK

#: What may stand in each column that a rule asks about.
ANSWERS = {
    "room_refused": [True, False],
    "refusal_ground": ["", "payment", "warning_signs"],
    "police_contacted": [True, False],
    "contact_method": ["", "999", "101", "in_person", "online"],
    "contact_minutes": [None, 0, 5],
    "makesafe_quoted": [None, True, False],
    "call_handler_recognised": [None, True, False],
    "officers_sent": [None, True, False],
    "officers_arrived_minutes": [None, 0, 15],
    "incident_reference": ["", "WES-7"],
}
PARTS = ["room_refused", "refusal_ground", "police_contacted", "contact_method"]
ALWAYS = {
    "challenged": True,
    "asked_for_identification": True,
    "signs_recognised": True,
    "staff_debriefed": True,
    "materials_left": True,
}


def path(question):
    """A question with those that it follows, the first of them last."""
    while question:
        yield question
        question = FOLLOWS[question].question if question in FOLLOWS else ""


def combinations(questions):
    for answers in itertools.product(*(ANSWERS[name] for name in questions)):
        yield dict(zip(questions, answers, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize(("check", "question"), QUESTION_OF_CHECK.items())
def test_postgresql_keeps_an_answer_only_where_its_question_applies(check, question):
    [rule] = [one for one in Outcome._meta.constraints if one.name == check]
    for answers in combinations(list(path(question))):
        answered = answers[question] not in (None, "")
        there = applies(question, answers)
        fits = answered == there if FOLLOWS[question].is_known else there or not answered
        row = {
            name: Value(answer, output_field=Outcome._meta.get_field(name))
            for name, answer in answers.items()
        }
        assert rule.condition.check(row) is fits, answers


def test_every_question_that_follows_another_is_checked_and_asked():
    assert set(QUESTION_OF_CHECK.values()) == set(MISSING) == set(FOLLOWS)


def test_what_is_kept_is_what_applies_and_nothing_of_it_is_lost():
    for answers in combinations(PARTS):
        given = OutcomeFacts(
            **ALWAYS | answers, call_handler_recognised=True, officers_sent=True, contact_minutes=5
        )
        kept = given.only_what_applies()
        assert kept.only_what_applies() == kept
        for question, rule in FOLLOWS.items():
            was = getattr(given, question)
            assert getattr(kept, question) == (was if given.has(question) else rule.empty)


@pytest.mark.parametrize(("method", "asks"), [("999", True), ("101", True), ("online", False)])
def test_a_call_handler_is_part_of_a_call_alone(method, asks):
    told = OutcomeFacts(
        **ALWAYS,
        room_refused=False,
        police_contacted=True,
        contact_method=method,
        call_handler_recognised=True,
    ).only_what_applies()
    assert told.call_handler_recognised is (True if asks else None)
    assert ("Call handler saw what it was about" in {row.key for row in in_words(told)}) is asks


def test_the_rule_and_the_models_mean_the_same_answers():
    assert {ContactMethod.CALL_999, ContactMethod.CALL_101} == facts.CALLS
    assert facts.BECAUSE_OF_THE_SIGNS == RefusalGround.WARNING_SIGNS

"""The verdict: its table in full, and the properties that any later version must keep."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.visits.verdict import (
    RULE_VERSION,
    Facts,
    Judgement,
    UnknownRuleVersionError,
    Verdict,
    judge,
)

#: Words that no venue is to read about itself.
UNFAIR = re.compile(r"\b(fail|caught|catch|offend|guilt|blame|wrong|bad|poor)", re.IGNORECASE)

MAY_BE_UNKNOWN = ("makesafe_quoted", "call_handler_recognised")
NAMES = [field.name for field in dataclasses.fields(Facts)]
ALL_DONE: dict[str, Any] = dict.fromkeys(NAMES, True)


def possible(facts: dict[str, Any]) -> bool:
    """Whether these facts can stand together."""
    try:
        Facts(**facts)
    except ValueError:
        return False
    return True


def every_case() -> Iterator[Facts]:
    for values in itertools.product(
        *([False, True, None] if name in MAY_BE_UNKNOWN else [False, True] for name in NAMES)
    ):
        facts: dict[str, Any] = dict(zip(NAMES, values, strict=True))
        if possible(facts):
            yield Facts(**facts)


EVERY_CASE = list(every_case())

any_facts = st.sampled_from(EVERY_CASE)


def words_of(judgement: Judgement) -> str:
    return " ".join([judgement.reason, *judgement.learning_points, *judgement.control_room_points])


@pytest.mark.parametrize(
    ("refused", "because_of_signs", "contacted", "verdict"),
    [
        (True, True, True, Verdict.RESPONDED_WELL),
        (True, True, False, Verdict.PARTLY),
        (True, False, True, Verdict.PARTLY),
        (False, False, True, Verdict.PARTLY),
        (True, False, False, Verdict.REFRESHER_NEEDED),
        (False, False, False, Verdict.REFRESHER_NEEDED),
    ],
)
def test_the_verdict_follows_the_agreed_table_whatever_else_was_seen(
    refused: bool, because_of_signs: bool, contacted: bool, verdict: Verdict
) -> None:
    matching = [
        facts
        for facts in EVERY_CASE
        if (facts.room_refused, facts.refused_because_of_signs, facts.police_contacted)
        == (refused, because_of_signs, contacted)
    ]

    assert matching
    assert {judge(facts).verdict for facts in matching} == {verdict}


def test_every_possible_case_is_judged_by_the_present_rule() -> None:
    # The first three facts: 2³ ways. The room: 3. Not contacted: quoted is no or unknown, so 2;
    # contacted: 3 by 3.
    assert len(EVERY_CASE) == 8 * 3 * (2 + 9)
    assert {judge(facts).rule_version for facts in EVERY_CASE} == {RULE_VERSION}


@given(any_facts, st.sampled_from(NAMES))
def test_a_better_fact_never_lowers_the_verdict(facts: Facts, name: str) -> None:
    best_first = list(Verdict)
    better_facts = dataclasses.asdict(facts) | {name: True}
    if not possible(better_facts):
        return
    better = Facts(**better_facts)

    assert best_first.index(judge(better).verdict) <= best_first.index(judge(facts).verdict)


@given(any_facts, st.sampled_from([False, None]))
def test_quoting_makesafe_never_changes_the_verdict(facts: Facts, quoted: bool | None) -> None:
    unquoted = dataclasses.replace(facts, makesafe_quoted=quoted)

    assert judge(unquoted).verdict == judge(facts).verdict


def test_calling_without_quoting_makesafe_is_a_learning_point() -> None:
    judgement = judge(Facts(**ALL_DONE | {"makesafe_quoted": False}))

    assert judgement.verdict is Verdict.RESPONDED_WELL
    assert len(judgement.learning_points) == 1
    assert "Makesafe" in judgement.learning_points[0]


def test_nothing_is_taught_about_a_word_that_nobody_knows_was_said_or_not() -> None:
    assert judge(Facts(**ALL_DONE | {"makesafe_quoted": None})).learning_points == ()


def test_a_visit_on_which_all_was_done_leaves_nothing_to_learn() -> None:
    judgement = judge(Facts(**ALL_DONE))

    assert judgement.reason == (
        "Staff refused the room because of the warning signs and contacted police."
    )
    assert judgement.learning_points == ()
    assert judgement.control_room_points == ()


@given(any_facts)
def test_a_verdict_below_responded_well_comes_with_something_to_learn(facts: Facts) -> None:
    judgement = judge(facts)

    assert judgement.learning_points or not judgement.verdict.opens_follow_up


@given(any_facts)
def test_what_the_control_room_missed_is_not_put_to_the_venue(facts: Facts) -> None:
    if facts.call_handler_recognised is None:
        return
    other = dataclasses.replace(facts, call_handler_recognised=not facts.call_handler_recognised)

    assert judge(facts).learning_points == judge(other).learning_points
    assert bool(judge(facts).control_room_points) is not facts.call_handler_recognised


def test_the_words_are_fair_and_each_is_a_sentence() -> None:
    for facts in EVERY_CASE:
        judgement = judge(facts)
        said = words_of(judgement)
        assert not UNFAIR.search(said)
        assert judgement.reason.endswith(".")
        assert all(point.endswith(".") for point in judgement.learning_points)
    assert not any(UNFAIR.search(verdict.label) for verdict in Verdict)


@pytest.mark.parametrize("version", [0, RULE_VERSION + 1, -1])
def test_an_unknown_version_of_the_rule_is_refused(version: int) -> None:
    with pytest.raises(UnknownRuleVersionError, match=str(version)):
        judge(EVERY_CASE[0], rule_version=version)


@pytest.mark.parametrize(
    "contradiction",
    [
        {"room_refused": False},
        {"police_contacted": False, "call_handler_recognised": None},
        {"police_contacted": False, "makesafe_quoted": None},
    ],
)
def test_facts_that_contradict_each_other_are_refused(
    contradiction: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="cannot"):
        Facts(**ALL_DONE | contradiction)


def test_a_verdict_is_stored_as_its_value_and_shown_as_its_label() -> None:
    assert Verdict("partly") is Verdict.PARTLY
    assert str(Verdict.PARTLY) == "partly"
    assert Verdict.PARTLY.label == "Partly: refresher recommended"

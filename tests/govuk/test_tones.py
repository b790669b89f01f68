"""The tag of a verdict looks like no other, and every tone has a look of its own."""

import re
from collections import Counter
from pathlib import Path

import pytest

from govuk.tones import TONES, tones
from operations.models import ConcernState, FollowUpState, VisitState
from operations.visits.verdict import Verdict
from venues.training.validity import TrainingState

ROOT = Path(__file__).resolve().parents[2]
LOOKS = (ROOT / "static/css/_components.scss").read_text()


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("verdict", Verdict),
        ("visit", VisitState),
        ("follow_up", FollowUpState),
        ("concern", ConcernState),
        ("training", TrainingState),
    ],
)
def test_only_states_that_there_are_have_a_tone(kind, states):
    assert set(TONES[kind]) <= {state.value for state in states}


def test_each_verdict_has_a_tone_that_nothing_else_has():
    of_verdicts = TONES["verdict"]
    assert set(of_verdicts) == {verdict.value for verdict in Verdict}
    assert len(set(of_verdicts.values())) == len(of_verdicts)
    others = {
        tone for kind, states in TONES.items() if kind != "verdict" for tone in states.values()
    }
    assert not others & set(of_verdicts.values())


def test_every_tone_has_a_colour_and_a_sign_of_its_own():
    looks = re.findall(r'^  "(\w+)": \((.*), "(.?)"\),', LOOKS, re.M)
    assert sorted(name for name, _, _ in looks) == sorted(tones())
    assert max(Counter(colours for _, colours, _ in looks).values()) == 1
    assert max(Counter(sign for _, _, sign in looks).values()) == 1

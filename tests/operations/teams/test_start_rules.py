"""What a start still needs: everything is named at once, and some things nobody lets go."""

from hypothesis import given
from hypothesis import strategies as st

from operations.teams.cadet_rules import Ground
from operations.teams.start_rules import Against, CadetAtStart, Need, missing

cadets = st.lists(
    st.builds(CadetAtStart, name=st.just("C-1"), willing=st.booleans(), withdrawn=st.booleans()),
    max_size=3,
)
against = st.lists(
    st.builds(Against, st.none() | st.sampled_from(Ground), st.sampled_from(["one", "two"])),
    max_size=4,
)
allowed = st.frozensets(st.sampled_from(Need))


def test_a_team_without_a_cadet_needs_the_control_room_told():
    [need] = missing(told=False, cadets=[])
    assert (need.about, need.need) == ("told", Need.CONTROL_ROOM)
    assert missing(told=True, cadets=[]) == []


def test_all_that_is_missing_is_named_at_once_beside_its_question():
    found = missing(
        told=False,
        cadets=[
            CadetAtStart(name="C-1", willing=False),
            CadetAtStart(name="C-2", willing=False),
            CadetAtStart(name="C-3", willing=True, withdrawn=True),
        ],
        against=[Against(Ground.CONSENT, "C-1: Consent is not on record.")],
    )
    assert [one.about for one in found] == ["told", "visit", "willing", "visit"]
    assert "C-3 has withdrawn" in found[1].message
    assert "Ask C-1 and C-2" in found[2].message


def test_a_reason_that_holds_for_each_cadet_is_told_once():
    reason = Against(Ground.ADULTS, "A cadet needs two adults in the team.")
    assert len(missing(told=True, cadets=[], against=[reason, reason])) == 1


def test_a_withdrawn_cadet_is_not_asked():
    found = missing(told=True, cadets=[CadetAtStart(name="C-1", willing=False, withdrawn=True)])
    assert [one.about for one in found] == ["visit"]


@given(st.booleans(), cadets, against, allowed)
def test_what_is_allowed_is_all_that_goes(told, cadets, against, allowed):
    everything = missing(told=told, cadets=cadets, against=against)
    left = missing(told=told, cadets=cadets, against=against, allowed=allowed)
    assert left == [one for one in everything if one.need not in allowed]


@given(st.booleans(), cadets, against)
def test_nobody_lets_a_team_go_without_anything_but_word_and_briefing(told, cadets, against):
    left = missing(told=told, cadets=cadets, against=against, allowed=frozenset(Need))
    kept = {one.message for one in against if one.ground != Ground.BRIEFING}
    assert kept <= {one.message for one in left}
    assert all(one.need is None for one in left)
    assert bool(left) >= any(cadet.withdrawn for cadet in cadets)

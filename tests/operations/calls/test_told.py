"""What calls tell of an outcome: nothing that nobody said."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from operations.calls.told import CallFacts, answers
from operations.visits.facts import OutcomeFacts

START = dt.datetime(2026, 11, 27, 20, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def call(minutes=7, **fields):
    return CallFacts(called_at=START + minutes * MINUTE, **fields)


def test_no_call_answers_nothing():
    assert answers([], started_at=START) == {}


def test_a_call_of_which_nothing_else_is_known_tells_that_police_were_contacted_and_when():
    assert answers([call()], started_at=START) == {"police_contacted": True, "contact_minutes": 7}


def test_all_that_the_control_room_knows_is_answered():
    known = call(
        number="999",
        makesafe_quoted=True,
        recognised=False,
        officers_sent=True,
        arrived_at=START + 19 * MINUTE,
        incident_reference="CAD 1/27NOV",
    )
    assert answers([known], started_at=START) == {
        "police_contacted": True,
        "contact_method": "999",
        "contact_minutes": 7,
        "makesafe_quoted": True,
        "call_handler_recognised": False,
        "officers_sent": True,
        "officers_arrived_minutes": 12,
        "incident_reference": "CAD 1/27NOV",
    }


def test_the_first_call_tells_when_and_how_and_a_later_one_what_it_left_open():
    later = call(9, number="101", makesafe_quoted=True, incident_reference="CAD 2")
    told = answers([later, call(5, number="999", makesafe_quoted=None)], started_at=START)
    assert told["contact_method"] == "999"
    assert told["contact_minutes"] == 5
    assert told["makesafe_quoted"] is True
    assert told["incident_reference"] == "CAD 2"


def test_a_number_that_an_outcome_does_not_know_leaves_the_way_open():
    for number in ("force", "other", ""):
        assert "contact_method" not in answers([call(number=number)], started_at=START)


def test_whether_it_was_recognised_is_told_of_calls_alone():
    assert "call_handler_recognised" not in answers(
        [call(number="online", recognised=True)], started_at=START
    )


def test_a_call_before_the_team_started_has_no_minutes():
    assert "contact_minutes" not in answers([call(-3)], started_at=START)


MOMENTS = st.integers(-2000, 2000).map(lambda minutes: START + minutes * MINUTE)
CALLS = st.builds(
    CallFacts,
    called_at=MOMENTS,
    number=st.sampled_from(["", "999", "101", "force", "online", "other"]),
    makesafe_quoted=st.none() | st.booleans(),
    recognised=st.none() | st.booleans(),
    officers_sent=st.none() | st.booleans(),
    arrived_at=st.none() | MOMENTS,
    incident_reference=st.sampled_from(["", "CAD 1"]),
)


@given(calls=st.lists(CALLS, max_size=4))
def test_every_answer_is_one_that_somebody_gave_and_an_outcome_takes(calls):
    told = answers(calls, started_at=START)
    for question, said in (
        ("makesafe_quoted", {one.makesafe_quoted for one in calls}),
        ("officers_sent", {one.officers_sent for one in calls}),
        ("incident_reference", {one.incident_reference for one in calls}),
    ):
        assert question not in told or told[question] in said
    if calls:
        base = {"challenged", "asked_for_identification", "signs_recognised", "room_refused"}
        rest = dict.fromkeys(base | {"staff_debriefed", "materials_left"}, False)
        facts = OutcomeFacts(**rest | told).only_what_applies()
        assert facts.police_contacted
        assert (facts.contact_minutes or 0) >= 0

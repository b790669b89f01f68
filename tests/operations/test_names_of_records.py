"""What records are called: names for people, and nothing of what is covert."""

import pytest

from tests.factories import (
    CadetFactory,
    CadetPolicyFactory,
    FollowUpFactory,
    OperationFactory,
    OutcomeFactory,
    ReminderFactory,
    ScenarioFactory,
    VisitFactory,
    WarningSignFactory,
)

pytestmark = pytest.mark.django_db


def test_every_record_has_a_name_for_people():
    records = [
        OperationFactory(reference="MS/1", name="Lantern"),
        ScenarioFactory(title="Late walk-in"),
        CadetFactory(reference="C-1"),
        WarningSignFactory(text="Cash"),
        CadetPolicyFactory(),
    ]

    assert [str(record) for record in records] == [
        "MS/1 Lantern",
        "Late walk-in (version 1)",
        "C-1",
        "Cash",
        "From 1 January 2020",
    ]


def test_names_of_covert_records_tell_nothing():
    """They end in logs and error reports: a visit's name must not carry its venue."""
    visit = VisitFactory(venue__name="Zebrano Lodge")
    member, follow_up = visit.team.get(), FollowUpFactory()
    outcome = OutcomeFactory()

    for record in (visit, member, follow_up, outcome, ReminderFactory()):
        assert "Zebrano" not in str(record)
        assert str(member.officer) not in str(record)

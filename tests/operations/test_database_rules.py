"""Rules that hold even where code goes round the acts: what PostgreSQL refuses, row by row."""

import datetime as dt
import itertools
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import ProtectedError

from accounts.roles import Role
from operations.follow_ups.due import Audience, Stage
from operations.models import Outcome, ScenarioSign, TeamMember, Visit, VisitPolicy
from operations.visits.verdict import Facts, Verdict, judge
from tests.factories import (
    FACTS_OF,
    NO_CALL,
    CadetFactory,
    CadetMemberFactory,
    CadetPolicyFactory,
    CancelledVisitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    MessageFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OutcomeFactory,
    RefresherNeededVisitFactory,
    ReminderCopyFactory,
    ReminderFactory,
    ScenarioFactory,
    TeamMemberFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    WarningSignFactory,
)
from venues.registry.merging import merge_venues

pytestmark = pytest.mark.django_db

STARTED = [
    UnderWayVisitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    CancelledVisitFactory,
]
OVER = STARTED[1:]


def refused(sentence):
    """PostgreSQL refuses the block and says this."""
    return pytest.raises((IntegrityError, InternalError), match=sentence)


def change(record, **fields):
    """Write past the model, in a savepoint."""
    with transaction.atomic():
        assert type(record)._base_manager.filter(pk=record.pk).update(**fields) == 1


# The window and the team


def test_no_window_is_longer_than_twelve_hours_whatever_the_policy_says():
    visit = VisitFactory()
    change(visit, ends_at=visit.starts_at + dt.timedelta(hours=12))
    with refused("visit_window_is_at_most_twelve_hours"):
        change(visit, ends_at=visit.starts_at + dt.timedelta(hours=12, minutes=1))


@pytest.mark.parametrize(
    "rule",
    [
        {"longest_minutes": 0},
        {"longest_minutes": 721},
        {"overdue_after_minutes": 121},
        {"start_early_minutes": 121},
        {"longest_operation_days": 0},
        {"longest_operation_days": 367},
    ],
)
def test_no_policy_of_visits_goes_beyond_sense(rule):
    with refused("visit_policy_stays_within_reason"), transaction.atomic():
        VisitPolicy.objects.create(valid_from="2026-01-01", **rule)


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ({"min_age": 9}, "cadet_policy_stays_within_reason"),
        ({"consent_days": 0}, "cadet_policy_stays_within_reason"),
        ({"consent_days": 1097}, "cadet_policy_stays_within_reason"),
        ({"briefing_days": 0}, "cadet_policy_stays_within_reason"),
        ({"briefing_days": 367}, "cadet_policy_stays_within_reason"),
        ({"max_age": 18}, "cadets_are_under_18_and_ages_in_order"),
        ({"min_age": 17, "max_age": 16}, "cadets_are_under_18_and_ages_in_order"),
        ({"reference_pattern": ""}, "cadet_policy_says_how_references_look"),
        ({"reference_example": ""}, "cadet_policy_says_how_references_look"),
    ],
)
def test_no_policy_of_cadets_goes_beyond_sense(rule, name):
    policy = CadetPolicyFactory()
    written = ", ".join(f"{column} = %s" for column in rule)
    with refused(name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE operations_cadetpolicy SET {written} WHERE id = %s",
            [*rule.values(), policy.pk],
        )


@pytest.mark.parametrize(
    "rule",
    [
        {"min_age": 10, "max_age": 10},
        {"max_age": 17},
        {"consent_days": 1, "briefing_days": 1},
        {"consent_days": 1096, "briefing_days": 366},
    ],
)
def test_a_policy_of_cadets_may_go_as_far_as_its_bounds(rule):
    change(CadetPolicyFactory(), **rule)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "(?P<n>a)(?P<n>b)"])
def test_a_pattern_that_can_not_be_read_is_refused_in_words(pattern):
    policy = CadetPolicyFactory.build(reference_pattern=pattern)
    with pytest.raises(ValidationError, match="no regular expression that can be read"):
        policy.full_clean()


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "(?:a|a)*", "((a+))+b", "(a{1,9}){9}", "a*a*a*a*a*a*a*b", "a|b|c|d|e|f|g|h"],
)
def test_a_pattern_that_could_be_compared_for_ever_is_refused_in_words(pattern):
    policy = CadetPolicyFactory.build(reference_pattern=pattern)
    with pytest.raises(ValidationError, match="could take too long to compare"):
        policy.full_clean()


@pytest.mark.parametrize(
    "pattern", ["[A-Z]{2}-[0-9]{3}", "(WC|LC)-?[0-9]{3,4}", "[A-Z]+(-[0-9]+)?", "a*a*a*a*a*a*b"]
)
def test_a_pattern_that_a_force_would_choose_is_taken(pattern):
    CadetPolicyFactory.build(reference_pattern=pattern, valid_from="2031-01-01").full_clean()


def test_an_operation_lasts_a_year_at_most():
    operation = OperationFactory()
    write = "UPDATE operations_operation SET ends_on = starts_on + %s WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(write, [365, operation.pk])
        with refused("operation_lasts_a_year_at_most"), transaction.atomic():
            cursor.execute(write, [366, operation.pk])
        with refused("operation_ends_on_or_after_its_first_day"), transaction.atomic():
            cursor.execute(write, [-1, operation.pk])


@pytest.mark.parametrize("days", [-1, 366])
def test_dates_that_no_operation_can_have_are_not_asked_for_either(days):
    operation = OperationFactory()
    wanted = {"wanted_by": operation.lead, "wanted_starts_on": operation.starts_on}
    change(operation, wanted_ends_on=operation.ends_on, **wanted)
    with refused("dates_asked_for_could_be_an_operation_s"):
        change(operation, wanted_ends_on=operation.starts_on + dt.timedelta(days=days))


@pytest.mark.parametrize("duty", [None, "support", "welfare"])
def test_a_visit_with_a_cadet_starts_with_two_adults_only(duty):
    visit = VisitFactory()
    CadetMemberFactory(visit=visit)
    if duty:
        TeamMemberFactory(visit=visit, duty=duty)
    began = {"state": "under_way", "started_at": visit.starts_at, "started_by": visit.created_by}
    if duty == "welfare":
        change(visit, **began)
        return
    with refused("Where a cadet goes there are two adults"):
        change(visit, **began)


# The outcome of a visit


def correction_of(visit, **fields):
    return OutcomeFactory(visit=visit, revision=2, correction_reason="A slip", **fields)


def test_a_visit_never_points_to_the_outcome_of_another():
    visit, other = CompletedVisitFactory(), OutcomeFactory()

    with refused("The outcome of a visit is one of its own"):
        change(visit, outcome=other)


def test_a_visit_is_not_completed_with_the_outcome_of_another():
    visit, other = UnderWayVisitFactory(), OutcomeFactory()

    with refused("The outcome of a visit is one of its own"):
        change(visit, state="completed", outcome=other, ended_at=visit.ends_at)


def test_a_visit_moves_on_to_a_later_revision_and_never_back():
    visit = CompletedVisitFactory()
    first = visit.outcome

    change(visit, outcome=correction_of(visit))

    with refused("The outcome that counts is the latest revision"):
        change(visit, outcome=first)


@pytest.mark.parametrize("factory", [VisitFactory, NotCompletedVisitFactory, CancelledVisitFactory])
def test_a_visit_that_tested_nothing_gets_no_outcome(factory):
    visit = factory()

    with refused("Only a visit under way or completed has an outcome"):
        OutcomeFactory(visit=visit)


@pytest.mark.parametrize("revision", [1, 3])
def test_revisions_follow_each_other_without_a_gap(revision):
    visit = CompletedVisitFactory()
    reason = "A slip" if revision > 1 else ""

    with refused("Revisions of an outcome are numbered without a gap"):
        OutcomeFactory(visit=visit, revision=revision, correction_reason=reason)


def test_the_first_revision_is_number_one():
    visit = UnderWayVisitFactory()

    with refused("Revisions of an outcome are numbered without a gap"):
        correction_of(visit)


def test_an_outcome_is_never_deleted():
    outcome = OutcomeFactory()

    with refused("Cannot delete rows from operations_outcome"), transaction.atomic():
        Outcome.objects.filter(pk=outcome.pk).delete()


CALLED = {
    "police_contacted": True,
    "contact_method": "999",
    "makesafe_quoted": None,
    "call_handler_recognised": None,
}
GROUNDS = ["", "warning_signs", "no_identification", "payment", "house_rule", "not_said"]


@pytest.mark.parametrize(("ground", "contacted"), list(itertools.product(GROUNDS, [True, False])))
def test_only_the_verdict_that_the_rule_gives_is_stored(ground, contacted):
    """PostgreSQL and ``judge`` agree for every ground, with contact and without."""
    facts = {
        "room_refused": bool(ground),
        "refusal_ground": ground,
        **(CALLED if contacted else NO_CALL),
    }
    judged = judge(
        Facts(
            challenged=True,
            asked_for_identification=False,
            signs_recognised=False,
            room_refused=bool(ground),
            refused_because_of_signs=ground == "warning_signs",
            police_contacted=contacted,
            makesafe_quoted=None,
            call_handler_recognised=None,
        )
    )
    visit = UnderWayVisitFactory()

    for verdict in set(Verdict) - {judged.verdict}:
        with refused("verdict_is_what_the_rule_says"), transaction.atomic():
            OutcomeFactory(visit=visit, verdict=verdict, verdict_rule=1, **facts)
    OutcomeFactory(visit=visit, verdict=judged.verdict, verdict_rule=judged.rule_version, **facts)


@pytest.mark.parametrize("version", [0, 2])
def test_a_verdict_names_a_rule_that_there_is(version):
    visit = UnderWayVisitFactory()

    with refused("verdict_is_what_the_rule_says"):
        OutcomeFactory(visit=visit, verdict_rule=version)


# A visit that started, and one that is over


def other_plan(visit):
    earlier = visit.starts_at.replace(year=visit.starts_at.year - 1)
    return {
        "operation": OperationFactory(),
        "selection": "intelligence",
        "starts_at": earlier,
        "ends_at": earlier + dt.timedelta(hours=1),
        "created_by": UserFactory(),
    }


@pytest.mark.parametrize("factory", STARTED)
def test_the_plan_stands_once_the_visit_has_started(factory):
    visit = factory()

    for name, value in other_plan(visit).items():
        with refused("its plan never changes"):
            change(visit, **{name: value})


def test_a_planned_visit_can_be_planned_anew():
    visit = VisitFactory()

    change(visit, **other_plan(visit))


@pytest.mark.parametrize("factory", STARTED[:3])
def test_who_started_it_and_when_never_changes(factory):
    visit = factory()

    for fields in (
        {"started_at": visit.starts_at.replace(year=2020)},
        {"started_by": UserFactory()},
    ):
        with refused("its start never changes"):
            change(visit, **fields)


@pytest.mark.parametrize("factory", OVER)
def test_a_visit_that_is_over_stays_as_it_was(factory):
    visit = factory()

    for fields in (
        {"ended_at": visit.ends_at.replace(year=2030)},
        {"cancelled_reason": "Rain"},
    ):
        with refused("its end and the reasons given never change"):
            change(visit, **fields)
    for fields in (
        {"not_completed_reason": "unsafe"},
        {"not_completed_notes": "More"},
        {"submission": uuid.uuid4()},
        {"correction_reason": "Because"},
    ):
        with refused("changes by a correction"):
            change(visit, **fields)


def test_a_merge_still_moves_visits_in_every_state():
    keep, duplicate = VenueFactory(), VenueFactory()
    person = UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    for factory in [VisitFactory, *STARTED]:
        factory(venue=duplicate)

    merge_venues(keep=keep, duplicate=duplicate, by=person)

    assert Visit.objects.filter(venue=keep).count() == 1 + len(STARTED)


def test_a_visit_with_an_outcome_is_never_deleted():
    visit = CompletedVisitFactory()

    with pytest.raises(ProtectedError):
        visit.delete()


@pytest.mark.parametrize("factory", STARTED)
def test_a_visit_that_started_is_never_deleted_even_without_a_team(factory):
    visit = factory()

    with (
        refused("Cannot delete rows from operations_visit"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM operations_visit WHERE id = %s", [visit.pk])


# The team


@pytest.mark.parametrize("factory", STARTED)
def test_the_team_stands_once_the_visit_has_started(factory):
    visit = factory()
    member, cadet = visit.team.get(), CadetFactory()

    with refused("The team of a visit stands"):
        change(member, officer=UserFactory())
    with refused("The team of a visit stands"):
        change(member, duty="support")
    with refused("The team of a visit stands"):
        change(member, visit=VisitFactory())
    with refused("The team of a visit stands"), transaction.atomic():
        TeamMember.objects.filter(pk=member.pk).delete()
    with refused("The team of a visit stands"), transaction.atomic():
        TeamMember.objects.create(visit=visit, cadet=cadet, duty="cadet")


def test_nobody_is_moved_into_a_team_that_has_started():
    visit = UnderWayVisitFactory()
    planned = VisitFactory(starts_at=visit.ends_at)
    member = TeamMember.objects.create(visit=planned, officer=UserFactory(), duty="support")

    with refused("The team of a visit stands"):
        change(member, visit=visit)


def test_the_team_of_a_planned_visit_changes_and_goes_with_it():
    visit = VisitFactory()
    member = TeamMember.objects.create(visit=visit, officer=UserFactory(), duty="support")

    change(member, duty="welfare")
    member.delete()
    visit.delete()

    assert not TeamMember.objects.exists()


# Scenarios in use


def test_the_signs_of_a_scenario_in_use_never_change():
    scenario = ScenarioFactory(warning_signs=[WarningSignFactory(), WarningSignFactory()])
    row = ScenarioSign.objects.filter(scenario=scenario).first()
    OperationFactory(scenario=scenario)

    with refused("signs of a scenario version"), transaction.atomic():
        scenario.warning_signs.add(WarningSignFactory())
    with refused("signs of a scenario version"), transaction.atomic():
        scenario.warning_signs.remove(row.warning_sign)
    with refused("signs of a scenario version"):
        change(row, warning_sign=WarningSignFactory())
    with refused("signs of a scenario version"):
        change(ScenarioSign.objects.get(scenario=ScenarioFactory()), scenario=scenario)


def test_the_signs_of_a_scenario_that_nobody_uses_may_change():
    scenario = ScenarioFactory()

    scenario.warning_signs.set([WarningSignFactory(text="Another")])
    scenario.delete()

    assert not ScenarioSign.objects.exists()


def test_a_sign_that_a_scenario_shows_is_never_deleted():
    scenario = ScenarioFactory()

    with pytest.raises(ProtectedError):
        scenario.warning_signs.get().delete()


def test_a_sign_that_a_scenario_shows_keeps_its_words():
    shown = ScenarioFactory().warning_signs.get()

    change(shown, position=7)
    change(WarningSignFactory(), text="In other words")

    with refused("A sign that a scenario shows keeps its words"):
        change(shown, text="Rewritten")


@pytest.mark.parametrize(
    "factory", [UnderWayVisitFactory, CompletedVisitFactory, NotCompletedVisitFactory]
)
def test_an_operation_keeps_the_scenario_that_a_visit_has_played(factory):
    operation = factory().operation

    with refused("The scenario of an operation stands"):
        change(operation, scenario=ScenarioFactory())


@pytest.mark.parametrize("factory", [VisitFactory, CancelledVisitFactory])
def test_an_operation_that_has_played_nothing_may_change_its_scenario(factory):
    change(factory().operation, scenario=ScenarioFactory())


# Follow-ups and reminders


@pytest.mark.parametrize("factory", [FollowUpFactory, ReminderFactory, MessageFactory])
def test_what_was_decided_after_a_visit_is_never_deleted(factory):
    record = factory()

    with refused("Cannot delete rows"), transaction.atomic():
        record.delete()


def test_a_follow_up_stays_with_the_visit_that_opened_it():
    follow_up, visit = FollowUpFactory(), RefresherNeededVisitFactory()

    with refused("A follow-up stays with the visit that opened it"):
        change(follow_up, visit=visit)


def test_what_was_decided_about_a_reminder_never_changes():
    reminder = ReminderFactory()

    for fields in (
        {"follow_up": FollowUpFactory()},
        {"stage": Stage.CHASE},
        {"audience": Audience.OFFICER},
        {"date": reminder.date.replace(year=2020)},
        {"decided_at": reminder.decided_at.replace(year=2020)},
        {"not_sent_because": "Other"},
    ):
        with refused("What was decided about a reminder never changes"):
            change(reminder, **fields)


def test_a_reminder_stays_in_the_message_that_it_was_put_into():
    copy = ReminderCopyFactory()

    with refused("stays in the message"):
        change(copy, message=MessageFactory())
    with refused("Cannot delete rows"), transaction.atomic():
        copy.delete()


# The rules are there under raw SQL as well


def test_a_query_by_hand_is_refused_too():
    visit = CompletedVisitFactory(outcome_facts=FACTS_OF[Verdict.PARTLY])

    for sql, sentence in {
        "UPDATE operations_visit SET ended_at = now() WHERE id = %s": "its end",
        "UPDATE operations_outcome SET notes = 'Another' WHERE visit_id = %s": "Cannot update",
        "DELETE FROM operations_outcome WHERE visit_id = %s": "Cannot delete",
        "DELETE FROM operations_teammember WHERE visit_id = %s": "The team of a visit stands",
    }.items():
        with refused(sentence), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [visit.pk])


@pytest.mark.parametrize("year", [1026, 1999, 2102, 9999])
def test_no_window_lies_beyond_the_days_there_are(year):
    starts_at = dt.datetime(year, 6, 1, 20, tzinfo=dt.UTC)
    visits = Visit.objects.filter(pk=VisitFactory().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        visits.update(starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))

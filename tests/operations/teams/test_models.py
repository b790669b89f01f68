"""Cadets, their policy and teams: rules that PostgreSQL itself keeps, and the questions to ask."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from operations.models import Cadet, CadetPolicy, TeamMember
from tests.factories import (
    CadetFactory,
    CadetMemberFactory,
    CadetPolicyFactory,
    TeamMemberFactory,
    UserFactory,
    VisitFactory,
)
from tests.operations.rules import HOUR, NOW, breaks, change

pytestmark = pytest.mark.django_db


# Cadets and their policy


@pytest.mark.parametrize("ages", [{"max_age": 18}, {"min_age": 16, "max_age": 15}])
def test_a_policy_lets_no_adult_go_as_a_cadet(ages):
    policy = CadetPolicyFactory()

    with breaks("cadets_are_under_18_and_ages_in_order"):
        change(policy, **ages)


def test_cadets_stand_in_the_order_of_their_references_in_any_case():
    for reference in ("WC-2", "ac-1", "Ab-3"):
        CadetFactory(reference=reference)
    assert [str(cadet) for cadet in Cadet.objects.all()] == ["Ab-3", "ac-1", "WC-2"]


def test_a_day_has_one_policy():
    with breaks("valid_from"), transaction.atomic():
        CadetPolicy.objects.create(valid_from=dt.date(2020, 1, 1))


def test_the_policy_in_force_is_the_latest_begun():
    old = CadetPolicyFactory()
    new = CadetPolicyFactory(valid_from=dt.date(2026, 6, 1))

    assert CadetPolicy.objects.in_force(on=dt.date(2026, 5, 31)) == old
    assert CadetPolicy.objects.in_force(on=dt.date(2026, 6, 1)) == new
    assert CadetPolicy.objects.in_force(on=dt.date(2019, 1, 1)) is None


def test_a_cadet_reference_is_used_once():
    cadet = CadetFactory()

    with breaks("reference"):
        CadetFactory(reference=cadet.reference)


# The team


def both_kinds():
    return [
        pytest.param(TeamMemberFactory, "officer", id="officer"),
        pytest.param(CadetMemberFactory, "cadet", id="cadet"),
    ]


def test_a_member_is_an_officer_or_a_cadet():
    officer, cadet, visit = UserFactory(), CadetFactory(), VisitFactory()

    for fields in (
        {"officer": officer, "cadet": cadet, "duty": "lead"},
        {"officer": officer, "duty": "cadet"},
        {"cadet": cadet, "duty": "welfare"},
        {"duty": "support"},
    ):
        with breaks("team_member_is_an_officer_or_a_cadet"), transaction.atomic():
            TeamMember.objects.create(visit=visit, **fields)


def test_a_team_has_one_lead_officer():
    visit = VisitFactory()

    with breaks("team_has_one_lead_officer"):
        TeamMemberFactory(visit=visit, duty="lead")


@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_nobody_is_twice_in_a_team(factory, kind):
    """Within one visit either rule may speak first: both hold."""
    visit = VisitFactory()
    member = factory(visit=visit, **({"duty": "support"} if kind == "officer" else {}))
    again = {kind: getattr(member, kind), "duty": "welfare" if kind == "officer" else "cadet"}

    with breaks(f"{kind}_is_once_in_a_team|{kind}_is_not_in_two_visits_at_once"):
        factory(visit=visit, **again)


def two_visits(gap):
    """Two planned visits of an hour, the second ``gap`` after the first has ended."""
    first = VisitFactory(starts_at=NOW, ends_at=NOW + HOUR)
    begins = first.ends_at + gap
    return first, VisitFactory(starts_at=begins, ends_at=begins + HOUR)


def join(factory, kind, visit, person):
    duty = {"duty": "support"} if kind == "officer" else {}
    return factory(visit=visit, **{kind: person}, **duty)


def person_of(kind):
    return UserFactory() if kind == "officer" else CadetFactory()


@pytest.mark.parametrize("gap", [-HOUR, -dt.timedelta(microseconds=1)])
@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_nobody_is_in_two_visits_at_once(factory, kind, gap):
    person = person_of(kind)
    first, second = two_visits(gap)
    join(factory, kind, first, person)

    with breaks(f"{kind}_is_not_in_two_visits_at_once"):
        join(factory, kind, second, person)


@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_one_visit_may_follow_the_other_at_once(factory, kind):
    person = person_of(kind)
    first, second = two_visits(dt.timedelta(0))

    join(factory, kind, first, person)
    join(factory, kind, second, person)


@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_a_visit_does_not_move_onto_another_of_the_same_person(factory, kind):
    person = person_of(kind)
    first, second = two_visits(dt.timedelta(0))
    join(factory, kind, first, person)
    join(factory, kind, second, person)

    with breaks(f"{kind}_is_not_in_two_visits_at_once"):
        change(second, starts_at=NOW)


def test_the_period_can_not_be_talked_away():
    """Raw SQL that empties the period or sets a lie gets the visit's window back."""
    member = TeamMemberFactory(visit__starts_at=NOW, duty="support")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE operations_teammember SET period = NULL WHERE id = %s", [member.pk])
    member.refresh_from_db()

    assert (member.period.lower, member.period.upper) == (NOW, member.visit.ends_at)


def test_a_cancelled_visit_frees_its_team():
    first, second = two_visits(-HOUR)
    officer = first.team.get().officer

    change(first, state="cancelled", cancelled_reason="Snow", cancelled_at=timezone.now())

    TeamMemberFactory(visit=second, officer=officer, duty="support")


def test_a_visit_that_ended_early_frees_its_team_from_then_on():
    first, second = two_visits(-HOUR / 2)
    officer = first.team.get().officer
    change(first, state="under_way", started_at=NOW, started_by=officer)
    ended = NOW + HOUR / 2

    change(first, state="not_completed", not_completed_reason="not_found", ended_at=ended)

    TeamMemberFactory(visit=second, officer=officer, duty="support")


def test_a_visit_that_ran_late_takes_nobody_from_the_next():
    first, second = two_visits(dt.timedelta(0))
    officer = first.team.get().officer
    TeamMemberFactory(visit=second, officer=officer, duty="support")
    change(first, state="under_way", started_at=NOW, started_by=officer)

    change(first, state="not_completed", not_completed_reason="not_found", ended_at=NOW + 2 * HOUR)

"""Starting a visit: what is missing is named, and a lead lets some of it go."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.addresses import number_of
from accounts.database import scope
from accounts.models import Undo
from accounts.roles import Role
from operations.duty import actions as duty
from operations.duty import allowing
from operations.models import (
    Cadet,
    SafetyPolicy,
    StartOverride,
    TeamMember,
    Visit,
    VisitState,
    WelfareAnswer,
)
from operations.teams.start_rules import Need
from operations.teams.welfare import Asked, Feeling
from tests import factories
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
NOON = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)


@pytest.fixture
def visit(officer, unit, planner):
    """Planned at noon, with a cadet who may go."""
    made = factories.VisitFactory(
        officer=officer, unit=unit, created_by=planner, starts_at=NOON, ends_at=NOON + 60 * MINUTE
    )
    factories.TeamMemberFactory(visit=made, duty="welfare")
    factories.CadetMemberFactory(
        visit=made,
        cadet__reference="K-77",
        cadet__consented_on=NOON.date(),
        cadet__briefed_on=NOON.date(),
    )
    return made


@pytest.fixture
def cadet(visit):
    return Cadet.objects.get(reference="K-77")


def start(visit, by, *, told=True, willing=(), at=NOON, ago=dt.timedelta(0)):
    return duty.start_visit(visit=visit, told=told, willing=willing, ago=ago, by=by, at=at)


def refusal(visit, by, **more):
    with pytest.raises(Refused) as caught:
        start(visit, by, **more)
    return {problem.about: problem.message for problem in caught.value.problems}


def allow(visit, by, *needs, reason="The line is down", at=NOON):
    return allowing.allow_start(visit=visit, without=needs, reason=reason, by=by, at=at)


# What is asked ----------------------------------------------------------------------------------


def test_a_start_keeps_who_told_the_control_room_and_what_each_cadet_said(visit, officer, cadet):
    start(visit, officer, willing=[cadet.pk])
    visit.refresh_from_db()
    assert (visit.control_room_told_at, visit.control_room_told_by) == (NOON, officer)
    answer = WelfareAnswer.objects.get()
    assert (answer.cadet, answer.asked, answer.answer) == (cadet, Asked.BEFORE, Feeling.WILLING)
    assert (answer.asked_by, answer.asked_at) == (officer, NOON)


def test_what_was_said_without_a_network_counts_from_when_it_was_said(visit, officer, cadet):
    start(visit, officer, willing=[cadet.pk], ago=5 * MINUTE)
    visit.refresh_from_db()
    assert visit.control_room_told_at == WelfareAnswer.objects.get().asked_at == NOON - 5 * MINUTE
    assert visit.started_at == NOON


def test_all_that_is_missing_is_named_at_once(visit, officer, cadet):
    cadet.consented_on = None
    cadet.save()
    found = refusal(visit, officer, told=False)
    assert set(found) == {"told", "willing", "visit"}
    assert "Consent is not on record" in found["visit"]
    assert "Ask K-77" in found["willing"]


def test_a_start_that_is_taken_back_forgets_what_was_said(visit, officer, cadet):
    visit.starts_at = timezone.now()
    visit.ends_at = visit.starts_at + 60 * MINUTE
    visit.save()
    Cadet.objects.update(consented_on=timezone.localdate(), briefed_on=timezone.localdate())
    now = timezone.now()
    with scope.acting(officer):
        start(visit, officer, willing=[cadet.pk], at=now)
        number = Undo.objects.get(by=officer).number
    with scope.acting(officer):
        undo.take_back(number=number, by=officer, at=now)
    visit.refresh_from_db()
    assert (visit.state, visit.control_room_told_at) == (VisitState.PLANNED, None)
    assert not WelfareAnswer.objects.exists()


def test_a_cadet_of_another_team_says_nothing_here(visit, officer, cadet):
    other = factories.CadetFactory()
    start(visit, officer, willing=[cadet.pk, other.pk])
    assert [answer.cadet for answer in WelfareAnswer.objects.all()] == [cadet]


# What PostgreSQL refuses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held",
    [
        {"consented_on": None},
        {"consented_on": NOON.date() + dt.timedelta(days=1)},
        {"consented_on": NOON.date() - dt.timedelta(days=365)},
        {"birth_date": NOON.date() - dt.timedelta(days=18 * 366)},
        {"birth_date": NOON.date() - dt.timedelta(days=12 * 366)},
    ],
)
def test_postgresql_starts_no_visit_with_a_cadet_who_may_not_go(visit, officer, cadet, held):
    Cadet.objects.filter(pk=cadet.pk).update(**held)
    move = {"state": "under_way", "started_at": NOON, "started_by": officer}
    with pytest.raises(InternalError, match="right age, has consent"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(**move)
    Cadet.objects.filter(pk=cadet.pk).update(
        consented_on=NOON.date() - dt.timedelta(days=364),
        birth_date=NOON.date() - dt.timedelta(days=16 * 366),
    )
    Visit.objects.filter(pk=visit.pk).update(**move)


def test_postgresql_starts_no_visit_of_which_a_cadet_has_withdrawn(visit, officer):
    gone = {"withdrawn_at": NOON, "withdrawn_by": officer}
    TeamMember.objects.filter(visit=visit, duty="cadet").update(**gone)
    with pytest.raises(InternalError, match="has not withdrawn"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(
            state="under_way", started_at=NOON, started_by=officer
        )


def test_postgresql_allows_no_start_without_consent_age_or_adults(visit, planner):
    for need in ("consent", "age", "adults"):
        with pytest.raises(IntegrityError, match="without_some_things_only"), transaction.atomic():
            factories.StartOverrideFactory(visit=visit, need=need)


def test_what_was_allowed_stands_once_the_visit_has_started(visit, officer, cadet, planner):
    allow(visit, planner, Need.CONTROL_ROOM)
    start(visit, officer, told=False, willing=[cadet.pk])
    with pytest.raises(InternalError, match="stands after it"), transaction.atomic():
        StartOverride.objects.all().delete()
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        StartOverride.objects.update(reason="Another")


# What a lead allows -----------------------------------------------------------------------------


def test_a_team_goes_without_what_a_lead_allowed_and_not_without_more(
    visit, officer, cadet, planner
):
    assert "can allow this start without it" in refusal(visit, officer, told=False)["told"]
    allow(visit, planner, Need.CONTROL_ROOM)
    assert set(refusal(visit, officer, told=False)) == {"willing"}
    start(visit, officer, told=False, willing=[cadet.pk])
    visit.refresh_from_db()
    assert visit.is_under_way
    assert visit.control_room_told_at is None


@pytest.mark.parametrize("need", [Need.BRIEFING, Need.WILLING])
def test_the_usual_rules_let_a_lead_do_without_the_control_room_alone(visit, planner, need):
    with pytest.raises(Refused, match="let nobody allow"):
        allow(visit, planner, need)


def test_a_force_may_let_a_lead_do_without_more(visit, officer, cadet, planner):
    SafetyPolicy.objects.create(
        valid_from=NOON.date(), may_start_unasked=True, may_start_unbriefed=True
    )
    Cadet.objects.filter(pk=cadet.pk).update(briefed_on=None)
    assert set(refusal(visit, officer)) == {"willing", "visit"}
    allow(visit, planner, Need.WILLING, Need.BRIEFING)
    start(visit, officer)
    assert not WelfareAnswer.objects.exists()


def test_nobody_allows_a_start_without_the_consent(visit, officer, cadet, planner):
    SafetyPolicy.objects.create(
        valid_from=NOON.date(), may_start_unasked=True, may_start_unbriefed=True
    )
    allow(visit, planner, *Need)
    Cadet.objects.filter(pk=cadet.pk).update(consented_on=None)
    assert "Consent is not on record" in refusal(visit, officer, told=False)["visit"]


def test_an_operations_lead_allows_once_the_time_is_near(visit):
    lead = visit.operation.lead
    with pytest.raises(PermissionDenied):
        allow(visit, lead, Need.CONTROL_ROOM, at=NOON - dt.timedelta(hours=5))
    allow(visit, lead, Need.CONTROL_ROOM)
    other = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    with pytest.raises(PermissionDenied):
        allow(visit, other, Need.CONTROL_ROOM)


def test_a_reason_is_asked_and_something_to_go_without(visit, planner):
    with pytest.raises(Refused) as caught:
        allow(visit, planner, reason=" ")
    assert [problem.about for problem in caught.value.problems] == ["without", "reason"]


def test_what_was_allowed_can_be_taken_back_until_the_start(officer, planner, unit):
    visit = factories.VisitFactory(officer=officer, unit=unit)
    now = timezone.now()
    with scope.acting(planner):
        allow(visit, planner, Need.CONTROL_ROOM, at=now)
        number = Undo.objects.get(by=planner).number
    with scope.acting(planner):
        undo.take_back(number=number, by=planner, at=now)
    assert not StartOverride.objects.exists()

    with scope.acting(planner):
        allow(visit, planner, Need.CONTROL_ROOM, at=now)
        number = Undo.objects.get(by=planner, taken_back_at=None).number
    start(visit, officer, told=False, at=now)
    with scope.acting(planner), pytest.raises(undo.CannotUndoError, match="has started"):
        undo.take_back(number=number, by=planner, at=now)
    assert StartOverride.objects.exists()


# The pages --------------------------------------------------------------------------------------


@pytest.fixture
def tonight(officer, unit, planner):
    """Planned for now, with a cadet who may go."""
    made = factories.VisitFactory(
        officer=officer,
        unit=unit,
        created_by=planner,
        venue=factories.VenueFactory(name="Gannet Hotel", unit=unit),
        ends_at=timezone.now() + MINUTE,
    )
    factories.TeamMemberFactory(visit=made, duty="welfare")
    factories.CadetMemberFactory(visit=made, cadet__reference="K-77")
    return made


def test_my_visits_have_the_questions_and_the_button(tonight, officer):
    page = signed_in(officer).get(url("my_visits"))
    assert "We have told the control room that we start" in text(page)
    assert "K-77 said yes" in text(page)


def test_what_is_missing_stands_beside_its_question_and_ticks_stay(tonight, officer):
    answer = signed_in(officer).post(url("visit_start", tonight.pk), {"told": "on"})
    assert answer.status_code == 409
    assert set(answer.context["form"].errors) == {"willing"}
    assert 'name="told" type="checkbox" value="on" checked' in answer.content.decode()


@pytest.mark.parametrize("ago", ["-1", "x", "1e9", ""])
def test_a_phone_that_says_nonsense_of_its_clock_still_starts(ago, officer, unit):
    visit = factories.VisitFactory(officer=officer, unit=unit)
    signed_in(officer).post(url("visit_start", visit.pk), {"told": "on", "ago": ago})
    visit.refresh_from_db()
    assert visit.control_room_told_at == visit.started_at


def test_a_cadet_taken_out_of_the_team_meanwhile_is_no_slip(tonight, officer):
    gone = number_of(factories.CadetFactory().pk)
    answer = signed_in(officer).post(
        url("visit_start", tonight.pk), {"told": "on", "willing": [gone, "nonsense"]}
    )
    assert "Ask K-77" in str(answer.context["form"].errors["willing"])


def test_the_leads_page_names_the_visit_by_its_number_alone(tonight):
    lead = signed_in(tonight.operation.lead)
    page = lead.get(tonight.operation.get_absolute_url())
    assert f"Visit {tonight.number}" in text(page)
    assert "Gannet" not in text(page)
    form = lead.get(url("start_allow", tonight.pk))
    assert "Gannet" not in text(form)
    assert lead.get(url("visit_detail", tonight.pk)).status_code == 404

    answer = lead.post(
        url("start_allow", tonight.pk), {"without": "told", "reason": "The line is down"}
    )

    assert answer.url == tonight.operation.get_absolute_url()
    assert StartOverride.objects.get().by == tonight.operation.lead


def test_the_team_and_the_planner_read_who_allowed_what_and_why(tonight, officer, planner):
    made = factories.StartOverrideFactory(visit=tonight, by=tonight.operation.lead)
    said = f"{made.by} allowed the start without the control room being told: {made.reason}"
    assert said in text(signed_in(officer).get(url("my_visits")))
    for person in (officer, planner):
        assert said in text(signed_in(person).get(url("visit_detail", tonight.pk)))


def test_my_visits_take_as_many_queries_for_many_starts_as_for_one(
    tonight, officer, unit, queries_of
):
    client = signed_in(officer)
    few = queries_of(client, url("my_visits"))
    for number in range(1, 4):
        more = factories.VisitFactory(
            officer=officer, unit=unit, starts_at=timezone.now() + 5 * number * MINUTE,
            ends_at=timezone.now() + (5 * number + 1) * MINUTE,
        )  # fmt: skip
        factories.CadetMemberFactory(visit=more)
        factories.StartOverrideFactory(visit=more)
    assert queries_of(client, url("my_visits")) == few

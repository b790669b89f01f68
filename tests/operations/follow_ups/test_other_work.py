"""People get other roles or units: what they had in hand does not stay with them unseen."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.access import rights
from accounts.access.rights import Rights
from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import AccessRequest, Undo, User
from accounts.roles import Role
from accounts.sign_in import actions as accounts
from accounts.sign_in.groups import Access
from operations.duty import actions as duty
from operations.follow_ups import actions as acts
from operations.follow_ups import messages, reminders
from operations.follow_ups.due import Audience
from operations.follow_ups.handing_over import hand_over_follow_ups, hand_over_operations
from operations.models import FollowUp, FollowUpState, TeamMember
from tests import factories
from tests.locks import failures, in_turn
from tests.operations.pages import at
from tests.posts import as_shown
from venues.models import TrainingSession
from venues.training import actions as training

pytestmark = pytest.mark.django_db

COORDINATOR = Rights(frozenset({Role.TRAINING_COORDINATOR}), frozenset(), whole_force=False)


@pytest.fixture
def unit():
    return factories.CommandUnitFactory(mailbox="makesafe@unit.example")


@pytest.fixture
def person(unit):
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


@pytest.fixture
def follow_up(unit, person):
    return factories.FollowUpFactory(unit=unit, responsible=person)


def now(record):
    return type(record).objects.get(pk=record.pk)


def no_unit(person, by, to=None):
    rights.change(person=person, wanted=COORDINATOR, by=by, to=to, on=timezone.localdate())


def no_role(person, by, to=None):
    wanted = Rights(frozenset(), rights.units_of(person), whole_force=False)
    rights.change(person=person, wanted=wanted, by=by, to=to, on=timezone.localdate())


def loses_all(person):
    nothing = Access(frozenset(), frozenset(), whole_force=False)
    rights.set_by_system(person=person, access=nothing, by="the force", on=timezone.localdate())


@pytest.mark.parametrize("change", [no_unit, no_role])
def test_whoever_loses_a_unit_or_a_role_hands_over_what_they_cannot_see_to_any_more(
    change, person, colleague, administrator, follow_up
):
    with pytest.raises(Refused, match="open follow-ups: choose who takes over"):
        change(person, administrator)
    assert rights.units_of(person)
    assert person.groups.exists()
    change(person, administrator, to=colleague)
    assert now(follow_up).responsible == colleague


def test_what_somebody_can_still_see_to_stays_with_them(unit, person, administrator, follow_up):
    elsewhere = factories.CommandUnitFactory()
    wanted = Rights(COORDINATOR.roles, frozenset({unit.pk, elsewhere.pk}), whole_force=False)
    rights.change(person=person, wanted=wanted, by=administrator, on=timezone.localdate())
    assert now(follow_up).responsible == person


def test_a_lead_who_becomes_an_officer_hands_their_operations_over(unit, administrator):
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    operation = factories.OperationFactory(lead=lead)
    with pytest.raises(Refused, match="operations to lead: choose who takes over"):
        no_role(lead, administrator)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    no_role(lead, administrator, to=planner)
    assert now(operation).lead == planner


def test_a_lead_who_becomes_an_officer_hands_their_concerns_over(unit, administrator):
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    concern = factories.ConcernFactory(unit=unit, owner=lead)
    closed = factories.ClosedConcernFactory(unit=unit, owner=lead)
    with pytest.raises(Refused, match="concerns in hand: choose who takes over"):
        no_role(lead, administrator)
    elsewhere = factories.UserFactory(role=Role.CSE_LEAD, units=[factories.CommandUnitFactory()])
    with pytest.raises(Refused, match="can’t take over concerns in hand"):
        no_role(lead, administrator, to=elsewhere)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    no_role(lead, administrator, to=planner)
    assert now(concern).owner == planner
    assert now(closed).owner == lead


def test_the_administration_asks_who_takes_over_when_a_role_goes(
    client, person, colleague, administrator, follow_up
):
    client.force_login(administrator)
    address = reverse("admin:accounts_user_change", args=[person.pk])
    form = client.get(address).context["adminform"].form
    answers = {name: form[name].value() for name in form.fields}
    answers = {name: value for name, value in answers.items() if value not in (None, False)}
    answers["units"] = [unit.pk for unit in person.command_units.all()]
    refused = client.post(address, answers | {"groups": []})
    assert "open follow-ups: choose who takes over" in refused.text
    assert now(person).groups.exists()
    client.post(address, answers | {"groups": [], "taken_over_by": colleague.pk})
    assert not now(person).groups.exists()
    assert now(follow_up).responsible == colleague


def test_what_the_provider_takes_away_goes_to_whoever_can_see_to_it(person, colleague, follow_up):
    loses_all(person)
    assert now(follow_up).responsible == colleague


def test_where_nobody_can_it_is_marked_and_replies_go_to_the_units_mailbox(
    client, unit, person, follow_up
):
    loses_all(person)
    follow_up = now(follow_up)
    assert follow_up.responsible == person
    assert messages.readers_of(follow_up).addresses(Audience.OFFICER) == [unit.mailbox]
    assert messages.readers_of(follow_up).reply_address == unit.mailbox
    client.force_login(factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True))
    for page in (reverse("operations:follow_up_list"), follow_up.get_absolute_url()):
        assert f"{person}, has other work now" in client.get(page).text


def test_where_nobody_can_the_account_can_be_changed_and_closed_all_the_same(
    person, administrator, follow_up
):
    loses_all(person)
    rights.change(
        person=person, wanted=Rights.of(person), by=administrator, on=timezone.localdate()
    )
    accounts.close_account(person=person, by=administrator, on=timezone.localdate())
    assert now(follow_up).responsible == person


def test_an_operation_whose_lead_lost_their_role_says_so(client):
    operation = factories.OperationFactory()
    loses_all(operation.lead)
    client.force_login(factories.UserFactory(role=Role.CSE_LEAD, whole_force=True))
    for page in (reverse("operations:operation_list"), operation.get_absolute_url()):
        assert f"{operation.lead}, has other work now" in client.get(page).text


def test_what_came_to_somebody_as_they_left_finds_somebody_within_the_hour(
    person, colleague, follow_up
):
    User.objects.filter(pk=person.pk).update(is_active=False)
    reminders.decide_reminders(at=at(8, day=timezone.localdate()))
    assert now(follow_up).responsible == colleague


# Open again -------------------------------------------------------------------------------------


def closed_since(follow_up, administrator):
    accounts.close_account(person=follow_up.responsible, by=administrator, on=timezone.localdate())


def test_a_declined_one_that_is_opened_again_comes_to_somebody_who_is_there(
    person, colleague, administrator, follow_up
):
    acts.decline_refresher(follow_up=follow_up, reason="No time", by=person, version=1)
    closed_since(follow_up, administrator)
    acts.reopen_refresher(
        follow_up=now(follow_up),
        reason="They found time",
        by=colleague,
        version=now(follow_up).version,
    )
    assert now(follow_up).state == FollowUpState.OFFERED
    assert now(follow_up).responsible == colleague


def test_one_whose_refusal_is_undone_comes_to_somebody_who_is_there(
    person, colleague, administrator, follow_up
):
    acts.decline_refresher(follow_up=follow_up, reason="No time", by=colleague, version=1)
    closed_since(follow_up, administrator)
    offer = Undo.objects.get(by=colleague)
    undo.take_back(number=offer.number, by=colleague, at=timezone.now())
    assert now(follow_up).state == FollowUpState.OFFERED
    assert now(follow_up).responsible == colleague


def test_one_whose_session_was_removed_comes_to_somebody_who_is_there(
    person, colleague, administrator, follow_up
):
    session = training.record_training(
        venue=follow_up.visit.venue,
        kind=TrainingSession.Kind.REFRESHER,
        held_on=timezone.localdate(),
        mode=TrainingSession.Mode.IN_PERSON,
        delivered_by="The team",
        front_desk_staff=12,
        attended=9,
        by=colleague,
        at=timezone.now(),
    )
    closed_since(follow_up, administrator)
    training.remove_training(
        session=session, version=session.version, reason="It was elsewhere", by=colleague
    )
    assert now(follow_up).state == FollowUpState.OFFERED
    assert now(follow_up).responsible == colleague


# At one instant ---------------------------------------------------------------------------------


def test_of_two_closings_in_a_row_none_leaves_work_with_a_closed_account(
    unit, person, colleague, administrator, follow_up
):
    third = factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])

    def close(one, to):
        return lambda: accounts.close_account(
            person=now(one), by=administrator, to=now(to), on=timezone.localdate()
        )

    ended = in_turn(
        User.objects.filter(pk=colleague.pk), close(person, colleague), close(colleague, third)
    )
    assert failures(ended) == []
    assert now(follow_up).responsible == third


@pytest.mark.parametrize("kind", ["follow-up", "operation"])
def test_nothing_is_handed_to_somebody_whose_account_is_closed_just_now(
    unit, person, colleague, administrator, follow_up, kind
):
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    operation = factories.OperationFactory()
    to = colleague if kind == "follow-up" else lead
    give = {
        "follow-up": lambda: hand_over_follow_ups(follow_ups=[follow_up], to=to, by=person),
        "operation": lambda: hand_over_operations(operations=[operation], to=to, by=planner),
    }[kind]
    ended = in_turn(
        User.objects.filter(pk=to.pk),
        lambda: accounts.close_account(person=now(to), by=administrator, on=timezone.localdate()),
        give,
    )
    assert failures(ended) == ended[1:]
    assert "can’t" in str(ended[1])
    assert now(follow_up).responsible == person
    assert now(operation).lead == operation.lead


def test_saving_somebodys_page_waits_for_their_work_before_it_keeps_others_from_them(
    client, person, colleague, administrator, follow_up
):
    client.force_login(administrator)
    address = reverse("admin:accounts_user_change", args=[person.pk])
    answers = as_shown(client, address) | {"is_active": "on", "last_name": "Otherwise"}
    ended = in_turn(
        FollowUp.objects.filter(pk=follow_up.pk),
        lambda: hand_over_follow_ups(follow_ups=[follow_up], to=person, by=colleague),
        lambda: client.post(address, answers),
    )
    assert failures(ended) == []
    assert now(person).last_name == "Otherwise"


# Teams ------------------------------------------------------------------------------------------


def test_no_visit_with_a_cadet_starts_where_the_welfare_officer_is_no_officer_any_more(client):
    visit = factories.VisitFactory(starts_at=timezone.now() - dt.timedelta(minutes=5))
    factories.CadetMemberFactory(visit=visit)
    welfare = factories.TeamMemberFactory(visit=visit, duty=TeamMember.Duty.WELFARE).officer
    officer = visit.team.get(duty=TeamMember.Duty.LEAD).officer
    loses_all(welfare)
    with pytest.raises(Refused, match="welfare officer"):
        duty.start_visit(visit=visit, told=True, by=officer, at=timezone.now())
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    page = client.get(reverse("operations:visit_detail", args=[visit.pk])).text
    assert f"{welfare}, welfare officer, has other work now" in page


# Giving rights ----------------------------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", ["closed", "asker"])
def test_a_right_is_not_given_to_a_closed_account_nor_on_the_word_of_no_administrator(
    person, administrator, meanwhile
):
    asker = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    wanted = Rights(COORDINATOR.roles | {Role.PLANNER}, rights.units_of(person), whole_force=False)
    rights.change(person=person, wanted=wanted, by=asker, on=timezone.localdate())
    if meanwhile == "closed":
        accounts.close_account(person=person, by=asker, on=timezone.localdate())
    else:
        no_role(asker, administrator)
    with pytest.raises(Refused, match="Refuse it"):
        rights.approve(request=AccessRequest.objects.get(), by=administrator)
    assert set(now(person).groups.values_list("name", flat=True)) == {Role.TRAINING_COORDINATOR}


def test_nobody_closes_their_own_account(administrator):
    with pytest.raises(Refused, match="Another administrator"):
        accounts.close_account(person=administrator, by=administrator, on=timezone.localdate())
    assert now(administrator).is_active

"""People leave: somebody reads the replies, and their work goes to a colleague."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import Undo
from accounts.roles import Role
from accounts.sign_in import actions as account_acts
from operations.duty import actions as duty
from operations.follow_ups import actions as follow_ups
from operations.follow_ups import handing_over, messages
from operations.follow_ups.due import Audience, Stage
from operations.models import FollowUp, FollowUpState, TeamMember, Visit
from operations.planning import schedule
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return factories.CommandUnitFactory(mailbox="makesafe@unit.example")


@pytest.fixture
def by(unit):
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


def leave(person):
    person.is_active = False
    person.save()


def responsible_for(follow_up):
    follow_up.refresh_from_db()
    return follow_up.responsible


# Replies ----------------------------------------------------------------------------------------


def message_about(follow_up, stage=Stage.DUE, audience=Audience.VENUE):
    reminder = factories.ReminderFactory(follow_up=follow_up, stage=stage, audience=audience)
    readers = messages.readers_of(follow_up).addresses(audience) or ["x@hotel.example"]
    return messages.compose([reminder], to=readers[0])


def test_a_venues_reply_goes_to_the_responsible_officer_while_they_work_here(unit):
    follow_up = factories.FollowUpFactory(unit=unit)
    assert message_about(follow_up).reply_to == [follow_up.responsible.email]


def test_a_venues_reply_goes_to_the_units_mailbox_once_the_officer_has_left(unit):
    follow_up = factories.FollowUpFactory(unit=unit)
    leave(follow_up.responsible)
    message = message_about(follow_up)
    assert message.reply_to == ["makesafe@unit.example"]
    assert str(follow_up.responsible) not in message.body


def test_without_a_mailbox_a_reply_goes_to_the_lead_and_never_to_who_left():
    follow_up = factories.FollowUpFactory()
    leave(follow_up.responsible)
    assert message_about(follow_up).reply_to == [follow_up.visit.operation.lead.email]
    leave(follow_up.visit.operation.lead)
    follow_up = FollowUp.objects.get()
    assert message_about(follow_up, Stage.CHASE).reply_to == []


@pytest.mark.parametrize(
    ("stage", "audience"), [(Stage.DUE, Audience.OFFICER), (Stage.CHASE, Audience.LEAD)]
)
def test_what_was_for_somebody_who_left_goes_to_the_units_mailbox(unit, stage, audience):
    follow_up = factories.FollowUpFactory(unit=unit)
    leave(follow_up.responsible)
    leave(follow_up.visit.operation.lead)
    assert message_about(follow_up, stage, audience).to == ["makesafe@unit.example"]


def test_a_team_is_told_to_call_somebody_who_still_works_here(unit):
    officer = factories.UserFactory(role=Role.VISITING_OFFICER)
    visit = factories.VisitFactory(unit=unit, officer=officer)
    factories.CadetMemberFactory(visit=visit)  # without a welfare officer
    leave(visit.created_by)
    with pytest.raises(Refused, match=f"lead, {visit.operation.lead}"):
        duty.start_visit(visit=visit, told=True, by=officer, at=timezone.now())


# Follow-ups -------------------------------------------------------------------------------------


def test_one_follow_up_is_handed_over_and_can_be_undone(unit, by, colleague):
    one, other = factories.FollowUpFactory(unit=unit), factories.FollowUpFactory(unit=unit)
    before = one.responsible
    handing_over.hand_over_follow_ups(follow_ups=[one], to=colleague, by=by, version=1)
    assert responsible_for(one) == colleague
    assert responsible_for(other) != colleague
    undo.take_back(number=Undo.objects.get().number, by=by, at=timezone.now())
    assert responsible_for(one) == before


def test_closed_follow_ups_stay_with_who_did_them(unit, by, colleague):
    closed = factories.FollowUpFactory(unit=unit, state=FollowUpState.DECLINED)
    assert handing_over.hand_over_follow_ups(follow_ups=[closed], to=colleague, by=by) == 0
    assert responsible_for(closed) != colleague


@pytest.mark.parametrize("role", [Role.VISITING_OFFICER, Role.TRAINING_COORDINATOR])
def test_a_follow_up_goes_only_to_somebody_who_can_work_on_it(unit, by, role):
    follow_up = factories.FollowUpFactory(unit=unit)
    stranger = factories.UserFactory(role=role, units=[factories.CommandUnitFactory()])
    with pytest.raises(Refused):
        handing_over.hand_over_follow_ups(follow_ups=[follow_up], to=stranger, by=by)


def test_handing_over_asks_who_does_it(unit, planner, colleague):
    follow_up = factories.FollowUpFactory(unit=unit)
    elsewhere = factories.UserFactory(
        role=Role.TRAINING_COORDINATOR, units=[factories.CommandUnitFactory()]
    )
    for person in (planner, elsewhere):
        with pytest.raises(PermissionDenied):
            handing_over.hand_over_follow_ups(follow_ups=[follow_up], to=colleague, by=person)


def test_handing_over_stands_in_what_happened(client, unit, by, colleague):
    follow_up = factories.FollowUpFactory(unit=unit)
    before = follow_up.responsible
    client.force_login(by)
    address = reverse("operations:follow_up_hand_over", args=[follow_up.pk])
    assert address in client.get(follow_up.get_absolute_url()).text
    page = client.post(address, {"to": colleague.pk, "version": 1}, follow=True).text
    assert f"Handed over from {before} to {colleague}" in page
    stale = client.post(address, {"to": by.pk, "version": 1})
    assert "Somebody else saved this" in stale.text


def test_a_new_follow_up_is_given_to_nobody_who_has_left(unit):
    visit = factories.PartlyVisitFactory(unit=unit)
    leave(visit.operation.lead)
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    assert follow_ups.settle_follow_up(visit=visit, by=lead).responsible == lead


# Visits and operations --------------------------------------------------------------------------


@pytest.fixture
def officer(unit):
    return factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])


def planned(unit, officer, *, days=1):
    return factories.VisitFactory(
        unit=unit, officer=officer, starts_at=timezone.now() + dt.timedelta(days=days)
    )


def test_all_planned_visits_of_an_officer_go_to_a_colleague(client, unit, planner, officer):
    visits = [planned(unit, officer, days=days) for days in (1, 2)]
    other = factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])
    leave(officer)
    client.force_login(planner)
    address = reverse("operations:hand_over_all", args=[officer.pk])
    assert address in client.get(visits[0].get_absolute_url()).text
    assert "Who takes over 2 planned visits?" in client.get(address).text
    answer = client.post(address, {"visits": other.pk}, follow=True)
    assert f"Handed over: 2 visits to {other}." in answer.text
    assert {visit.team.get().officer for visit in visits} == {other}
    offer = Undo.objects.get(act__endswith="hand_over_visits")
    assert str(offer.number) in answer.text
    with pytest.raises(undo.CannotUndoError, match="no longer works here"):
        undo.take_back(number=offer.number, by=planner, at=timezone.now())
    officer.is_active = True
    officer.save()
    undo.take_back(number=offer.number, by=planner, at=timezone.now())
    assert {visit.team.get().officer for visit in visits} == {officer}


def test_visits_are_handed_over_all_or_none_and_the_rules_of_a_team_hold(unit, planner, officer):
    visits = [planned(unit, officer, days=days) for days in (1, 2)]
    other = factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])
    factories.TeamMemberFactory(visit=visits[1], officer=other, duty=TeamMember.Duty.SUPPORT)
    with pytest.raises(Refused, match="another place"):
        handing_over.hand_over_visits(
            visits=visits, person=officer, to=other, by=planner, at=timezone.now()
        )
    assert visits[0].team.get().officer == officer


def test_planners_hand_over_visits_of_their_units_only(unit, officer):
    visit = planned(unit, officer)
    elsewhere = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    with pytest.raises(PermissionDenied):
        handing_over.hand_over_visits(
            visits=[visit], person=officer, to=officer, by=elsewhere, at=timezone.now()
        )


def test_a_person_with_nothing_in_hand_for_me_has_no_page(client, unit, officer):
    planned(unit, officer)
    elsewhere = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    client.force_login(elsewhere)
    assert client.get(reverse("operations:hand_over_all", args=[officer.pk])).status_code == 404


def test_who_hands_over_after_a_colleague_did_is_told_that_nothing_is_left(client, by, unit):
    person = factories.FollowUpFactory(unit=unit).responsible
    address = reverse("operations:hand_over_all", args=[person.pk])
    client.force_login(by)
    answers = {"follow_ups": by.pk}
    client.post(address, answers)
    answer = client.post(address, answers)
    assert answer.url == reverse("operations:follow_up_list")
    assert f"{person} has nothing in hand any more" in client.get(answer.url).text


def test_operations_go_to_another_lead(unit):
    operation = factories.OperationFactory()
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    handing_over.hand_over_operations(operations=[operation], to=lead, by=planner)
    operation.refresh_from_db()
    assert operation.lead == lead
    one_unit = factories.UserFactory(role=Role.PLANNER, units=[unit])
    with pytest.raises(PermissionDenied):
        handing_over.hand_over_operations(operations=[operation], to=lead, by=one_unit)


# Closing an account -----------------------------------------------------------------------------


def test_closing_an_account_asks_who_takes_over(unit, administrator, colleague):
    follow_up = factories.FollowUpFactory(unit=unit)
    person = follow_up.responsible
    with pytest.raises(Refused, match="choose who takes over"):
        account_acts.close_account(person=person, by=administrator, on=timezone.localdate())
    assert person.is_active
    account_acts.close_account(
        person=person, by=administrator, to=colleague, on=timezone.localdate()
    )
    assert not person.is_active
    assert responsible_for(follow_up) == colleague


def test_closing_a_leads_account_gives_their_operations_to_another_lead(administrator, colleague):
    operation = factories.OperationFactory()
    over = factories.OperationFactory(
        lead=operation.lead,
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 1, 31),
    )
    with pytest.raises(Refused, match="can’t take over operations to lead"):
        account_acts.close_account(
            person=operation.lead, by=administrator, to=colleague, on=timezone.localdate()
        )
    before = operation.lead
    lead = factories.UserFactory(role=Role.CSE_LEAD)
    account_acts.close_account(person=before, by=administrator, to=lead, on=timezone.localdate())
    operation.refresh_from_db()
    over.refresh_from_db()
    assert (operation.lead, over.lead) == (lead, before)


def test_the_administration_asks_who_takes_over(client, unit, administrator, colleague):
    follow_up = factories.FollowUpFactory(unit=unit)
    person = follow_up.responsible
    client.force_login(administrator)
    address = reverse("admin:accounts_user_change", args=[person.pk])
    form = client.get(address).context["adminform"].form
    answers = {
        name: value for name in form.fields if (value := form[name].value()) not in (None, False)
    }
    answers.pop("is_active")
    answers["groups"] = [group.pk for group in person.groups.all()]
    refused = client.post(address, answers)
    assert "choose who takes over" in refused.text
    person.refresh_from_db()
    assert person.is_active
    client.post(address, answers | {"taken_over_by": colleague.pk})
    person.refresh_from_db()
    assert not person.is_active
    assert responsible_for(follow_up) == colleague


@pytest.mark.parametrize("stage", Stage)
def test_a_mailbox_is_not_told_that_it_is_the_responsible_officer(unit, stage):
    left = factories.UserFactory(is_active=False)
    follow_up = factories.FollowUpFactory(visit__venue__unit=unit, responsible=left)
    reminder = factories.ReminderFactory(
        stage=stage, audience=Audience.OFFICER, follow_up=follow_up
    )
    [mail] = [messages.compose([reminder], to=unit.mailbox)]
    assert "you are the responsible officer" not in mail.body
    assert "because the responsible officer has left" in mail.body
    assert "Hand the follow-up over" in mail.body


def test_several_reminders_in_a_mailbox_say_who_has_left(unit):
    left = factories.UserFactory(is_active=False)
    told = [
        factories.ReminderFactory(
            stage=Stage.DUE,
            audience=Audience.OFFICER,
            follow_up=factories.FollowUpFactory(visit__venue__unit=unit, responsible=left),
        )
        for _ in range(2)
    ]
    body = messages.compose(told, to=unit.mailbox).body
    assert "you are the responsible officer" not in body
    assert body.count("The responsible officer has left or has other work now.") == 2
    assert "has left or has other work now. Hand the follow-ups over" in body


def test_a_mailbox_is_not_told_that_it_leads_the_operation(unit):
    follow_up = factories.FollowUpFactory(visit__venue__unit=unit)
    lead = follow_up.visit.operation.lead
    lead.is_active = False
    lead.save()
    reminder = factories.ReminderFactory(
        stage=Stage.CHASE, audience=Audience.LEAD, follow_up=follow_up
    )
    body = messages.compose([reminder], to=unit.mailbox).body
    assert "because you lead" not in body
    assert "the lead of the operation that this follow-up belongs to has left" in body


def test_lists_mark_who_has_left(client, unit):
    left = factories.UserFactory(first_name="Corin", last_name="Maddox", is_active=False)
    follow_up = factories.FollowUpFactory(visit__venue__unit=unit, responsible=left)
    operation = follow_up.visit.operation
    type(operation).objects.filter(pk=operation.pk).update(lead=left)
    factories.OperationVenueFactory(operation=operation, venue=follow_up.visit.venue)
    client.force_login(factories.UserFactory(role=Role.CSE_LEAD, whole_force=True))
    for page in ("follow_up_list", "operation_list"):
        assert "Corin Maddox, has left" in client.get(reverse(f"operations:{page}")).text


@pytest.fixture
def just_before_handing_over(monkeypatch):
    """Lets somebody else do something in the moment before the visits are held."""

    def first(do):
        hold = schedule.hold_visits

        def held_by_us(*args):
            do()
            hold(*args)

        monkeypatch.setattr(schedule, "hold_visits", held_by_us)

    return first


def test_a_visit_that_somebody_moves_at_that_moment_is_handed_over_with_its_new_window(
    unit, planner, officer, just_before_handing_over
):
    visit = planned(unit, officer)
    other = factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])
    later = visit.ends_at + dt.timedelta(minutes=5)
    just_before_handing_over(
        lambda: Visit.objects.filter(pk=visit.pk).update(version=F("version") + 1, ends_at=later)
    )
    handing_over.hand_over_visits(
        visits=[visit], person=officer, to=other, by=planner, at=timezone.now()
    )
    assert visit.team.get().officer == other
    visit.refresh_from_db()
    assert visit.ends_at == later


def test_a_visit_that_somebody_gives_to_another_at_that_moment_stays_with_them(
    unit, planner, officer, just_before_handing_over
):
    visit = planned(unit, officer)
    faster, to = (factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit]) for _ in range(2))
    just_before_handing_over(lambda: visit.team.update(officer=faster))
    number = handing_over.hand_over_visits(
        visits=[visit], person=officer, to=to, by=planner, at=timezone.now()
    )
    assert number == 0
    assert visit.team.get().officer == faster


def test_who_has_a_follow_up_already_is_given_nothing(unit):
    by = factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])
    follow_up = factories.FollowUpFactory(visit__unit=unit, responsible=by)
    given = handing_over.hand_over_follow_ups(follow_ups=[follow_up], to=by, by=by)
    assert given == 0
    follow_up.refresh_from_db()
    assert follow_up.version == 1

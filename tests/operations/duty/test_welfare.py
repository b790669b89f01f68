"""Cadets withdraw by one tap, say how it was if they like, and somebody speaks to them."""

import datetime as dt

import pytest
from django.core import mail
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
from operations.duty import welfare
from operations.duty.welfare import Said
from operations.models import NotCompletedReason, TeamMember, Visit, VisitState, WelfareAnswer
from operations.protection.retention import erase_cadets, make_visits_anonymous
from operations.teams.welfare import WORRYING, Asked, Feeling
from outbox import delivery
from outbox.models import Lane, Message, State
from tests import factories
from tests.database import as_owner
from tests.form_pages import button
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def under_way(officer, unit, planner):
    made = factories.UnderWayVisitFactory(
        officer=officer,
        unit=unit,
        created_by=planner,
        operation=factories.OperationFactory(created_by=planner),
        venue=factories.VenueFactory(name="Gannet Hotel", unit=unit),
    )
    factories.TeamMemberFactory(visit=made, duty="welfare")
    factories.CadetMemberFactory(visit=made, cadet__reference="K-77")
    return made


@pytest.fixture
def planned(officer, unit, planner):
    made = factories.VisitFactory(
        officer=officer, unit=unit, created_by=planner, ends_at=timezone.now() + 30 * MINUTE
    )
    factories.TeamMemberFactory(visit=made, duty="welfare")
    factories.CadetMemberFactory(visit=made, cadet__reference="K-77")
    return made


@pytest.fixture
def over(officer, unit, planner):
    made = factories.CompletedVisitFactory(
        officer=officer,
        unit=unit,
        created_by=planner,
        operation=factories.OperationFactory(created_by=planner),
        starts_at=timezone.now() - 90 * MINUTE,
        ends_at=timezone.now() - 30 * MINUTE,
    )
    factories.CadetMemberFactory(visit=made, cadet__reference="K-77")
    return made


def cadet_of(visit):
    return visit.team.get(duty="cadet").cadet


def withdraw(visit, by, at=None):
    return welfare.withdraw_cadet(
        visit=visit, cadet=cadet_of(visit), by=by, at=at or timezone.now()
    )


def say(visit, by, answer, note="", at=None):
    said = [Said(cadet_of(visit).pk, answer, note)]
    return welfare.say_how_it_was(visit=visit, said=said, by=by, at=at or timezone.now())


def sent():
    delivery.deliver(Lane.REMINDERS, at=timezone.now())
    return mail.outbox


# Withdrawing ------------------------------------------------------------------------------------


def test_one_tap_ends_a_visit_under_way_as_cadet_withdrawn(under_way, officer):
    withdraw(under_way, officer)
    under_way.refresh_from_db()
    assert under_way.state == VisitState.NOT_COMPLETED
    assert under_way.not_completed_reason == NotCompletedReason.CADET_UNWELL
    assert TeamMember.objects.withdrawn().get().withdrawn_by == officer


def test_a_second_tap_changes_nothing_and_tells_nobody_again(under_way, officer):
    withdraw(under_way, officer)
    version = Visit.objects.get(pk=under_way.pk).version
    withdraw(under_way, officer)
    assert Visit.objects.get(pk=under_way.pk).version == version
    assert Message.objects.count() == 1


def test_a_planned_visit_stays_so_and_its_start_says_who_is_missing(planned, officer):
    withdraw(planned, officer)
    planned.refresh_from_db()
    assert planned.is_planned
    with pytest.raises(Refused, match="K-77 has withdrawn from this visit"):
        duty.start_visit(visit=planned, told=True, by=officer, at=timezone.now())


def test_the_visit_starts_once_the_planner_has_taken_the_cadet_out(planned, officer):
    withdraw(planned, officer)
    planned.team.filter(duty="cadet").delete()
    duty.start_visit(visit=planned, told=True, by=officer, at=timezone.now())
    planned.refresh_from_db()
    assert planned.is_under_way


def test_from_a_visit_of_another_day_the_planner_takes_a_cadet(officer, unit):
    visit = factories.VisitFactory(
        officer=officer, unit=unit, starts_at=timezone.now() + dt.timedelta(days=2)
    )
    factories.CadetMemberFactory(visit=visit)
    with pytest.raises(Refused, match="another day"):
        withdraw(visit, officer)


def test_nobody_withdraws_from_a_visit_that_is_over(over, officer):
    with pytest.raises(Refused, match="is over"):
        withdraw(over, officer)


def test_the_team_alone_withdraws_and_its_own_cadets(under_way, planner, officer):
    with pytest.raises(PermissionDenied):
        withdraw(under_way, planner)
    with pytest.raises(PermissionDenied):
        welfare.withdraw_cadet(
            visit=under_way, cadet=factories.CadetFactory(), by=officer, at=timezone.now()
        )


@pytest.mark.parametrize("state", ["under_way", "planned"])
def test_withdrawing_can_be_undone_and_then_nobody_is_told(state, officer, request):
    visit = request.getfixturevalue(state)
    with scope.acting(officer):
        withdraw(visit, officer)
        number = Undo.objects.get(by=officer).number
    with scope.acting(officer):
        undo.take_back(number=number, by=officer, at=timezone.now())
    visit.refresh_from_db()
    assert visit.state == state
    assert not TeamMember.objects.withdrawn().exists()
    assert sent() == []
    assert Message.objects.get().state == State.NOT_NEEDED


def test_a_stranger_takes_back_no_withdrawal_from_a_planned_visit(planned, officer):
    with scope.acting(officer):
        withdraw(planned, officer)
        number = Undo.objects.get(by=officer).number
    stranger = factories.UserFactory(role=Role.VISITING_OFFICER)
    with scope.acting(stranger), pytest.raises((PermissionDenied, Undo.DoesNotExist)):
        undo.take_back(number=number, by=stranger, at=timezone.now())


def test_the_planner_is_told_once_without_venue_name_or_cadet(under_way, officer, planner):
    withdraw(under_way, officer)
    [letter] = sent()
    assert letter.to == [planner.email]
    whole = letter.subject + letter.body
    for covert in ("Gannet", "K-77", "adet", officer.last_name, planner.last_name):
        assert covert not in whole
    assert under_way.number in whole


def test_a_lead_is_told_where_the_planner_plans_no_more(under_way, officer, planner):
    planner.groups.clear()
    withdraw(under_way, officer)
    [letter] = sent()
    assert letter.to == [under_way.operation.lead.email]


def test_postgresql_lets_cadets_alone_withdraw_and_asks_by_whom(planned, officer):
    for changes in (
        {"withdrawn_at": timezone.now()},
        {"withdrawn_by": officer},
    ):
        with pytest.raises(IntegrityError, match="cadets_alone_withdraw"), transaction.atomic():
            planned.team.filter(duty="cadet").update(**changes)
    both = {"withdrawn_at": timezone.now(), "withdrawn_by": officer}
    with pytest.raises(IntegrityError, match="cadets_alone_withdraw"), transaction.atomic():
        planned.team.filter(duty="lead").update(**both)


def test_the_button_ends_the_visit_and_asks_how_it_was(under_way, officer):
    client = signed_in(officer)
    assert "K-77 is unwell or wants to stop" in text(client.get(url("outcome_add", under_way.pk)))
    member = under_way.team.get(duty="cadet")
    page = client.post(url("cadet_withdraw", member.pk), follow=True)
    assert "K-77 has withdrawn, which is fine. The visit is over. The planner is told." in text(
        page
    )
    assert "How was it for K-77?" in text(page)
    assert "Undo" in text(page)


# How it was -------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [Feeling.FINE, Feeling.UPSET, Feeling.RATHER_NOT_SAY])
def test_what_a_cadet_said_is_kept_with_who_asked(over, officer, answer):
    [kept] = say(over, officer, answer, " Would like tea ")
    kept.refresh_from_db()
    assert (kept.asked, kept.answer, kept.asked_by) == (Asked.AFTER, answer, officer)
    assert kept.note == "Would like tea"
    assert kept.waits == (answer in WORRYING)


def test_nobody_has_to_say_anything(over, officer):
    assert say(over, officer, "") == []


def test_saying_it_anew_replaces_it_and_it_is_to_be_seen_to_again(over, officer, planner):
    [kept] = say(over, officer, Feeling.UNEASY)
    welfare.see_to(answer=kept, version=kept.version, by=planner, at=timezone.now())
    say(over, officer, Feeling.UPSET)
    answer = WelfareAnswer.objects.get()
    assert (answer.answer, answer.waits) == (Feeling.UPSET, True)


def test_the_same_answer_again_changes_nothing(over, officer, planner):
    [kept] = say(over, officer, Feeling.UNEASY)
    welfare.see_to(answer=kept, version=kept.version, by=planner, at=timezone.now())
    assert say(over, officer, Feeling.UNEASY) == []
    assert not WelfareAnswer.objects.get().waits


def test_a_note_needs_an_answer_and_an_answer_is_one_of_those_offered(over, officer):
    for answer, note in (("", "Tired"), (Feeling.WILLING, ""), ("great", "")):
        with pytest.raises(Refused, match="Select"):
            say(over, officer, answer, note)


def test_how_it_was_is_asked_once_it_is_over_and_by_the_team(over, officer, planner):
    under_way = factories.UnderWayVisitFactory(officer=officer)
    factories.CadetMemberFactory(visit=under_way)
    with pytest.raises(Refused, match="End the visit first"):
        say(under_way, officer, Feeling.FINE)
    with pytest.raises(PermissionDenied):
        say(over, planner, Feeling.FINE)
    with pytest.raises(PermissionDenied):
        welfare.say_how_it_was(
            visit=over,
            said=[Said(factories.CadetFactory().pk, Feeling.FINE)],
            by=officer,
            at=timezone.now(),
        )


def test_postgresql_keeps_answers_to_their_questions_and_cadets_to_their_team(over, officer):
    [kept] = say(over, officer, Feeling.FINE)
    about = {"visit": over, "asked_by": officer, "asked_at": timezone.now()}
    with pytest.raises(InternalError, match="of the team alone"), transaction.atomic():
        WelfareAnswer.objects.create(
            **about, cadet=factories.CadetFactory(), asked=Asked.AFTER, answer=Feeling.FINE
        )
    for broken in (
        {"answer": Feeling.WILLING},
        {"seen_to_at": timezone.now(), "seen_to_by": officer},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WelfareAnswer.objects.filter(pk=kept.pk).update(**broken)


def test_a_worrying_answer_is_told_to_the_planner_without_a_word_of_it(over, officer, planner):
    say(over, officer, Feeling.UPSET, "She cried in the car")
    [letter] = sent()
    assert letter.to == [planner.email]
    whole = letter.subject + letter.body
    for covert in (over.venue.name, "K-77", "adet", "cried", "pset", officer.last_name):
        assert covert not in whole


def test_a_good_answer_is_told_to_nobody_and_one_seen_to_neither(over, officer, planner):
    say(over, officer, Feeling.FINE)
    assert not Message.objects.exists()
    [kept] = say(over, officer, Feeling.UPSET)
    welfare.see_to(answer=kept, version=kept.version, by=planner, at=timezone.now())
    assert sent() == []


def test_the_page_after_a_visit_asks_and_saves(over, officer):
    client = signed_in(officer)
    assert "How was it for K-77?" in text(client.get(url("visit_detail", over.pk)))
    number = number_of(cadet_of(over).pk)
    answers = {f"how_{number}": "uneasy", f"note_{number}": ""}
    page = client.post(url("how_it_was", over.pk), answers, follow=True)
    assert "What was said is saved." in text(page)
    assert "A bit uneasy" in text(page)
    assert "How was it for K-77?" not in text(page)


def test_a_note_alone_is_asked_about_beside_its_question(over, officer):
    number = number_of(cadet_of(over).pk)
    page = signed_in(officer).post(url("how_it_was", over.pk), {f"note_{number}": "Tired"})
    assert f"how_{number}" in page.context["form"].errors


# Who sees it ------------------------------------------------------------------------------------


def test_answers_are_for_the_team_and_for_planners(over, officer, planner, unit):
    say(over, officer, Feeling.UPSET, "Wants a call")
    for person in (officer, planner):
        assert "Wants a call" in text(signed_in(person).get(url("visit_detail", over.pk)))
    for role in (Role.CSE_LEAD, Role.TRAINING_COORDINATOR, Role.ADMINISTRATOR):
        person = factories.UserFactory(role=role, units=[unit])
        page = text(signed_in(person).get(url("visit_detail", over.pk)))
        assert "Upset" not in page
        assert "Wants a call" not in page
        with scope.acting(person):
            assert not WelfareAnswer.objects.exists()  # row-level security
            assert not WelfareAnswer.pgh_event_model.objects.exists()


def test_the_operations_page_counts_who_is_to_be_spoken_to_until_it_is_done(over, officer, planner):
    [kept] = say(over, officer, Feeling.UPSET)
    client = signed_in(planner)
    operation = over.operation.get_absolute_url()
    listed = f"after a visit that was not easy for a cadet: {over.operation.name}"
    assert listed in text(client.get(url("operation_list")))
    assert "after one visit a cadet said that it was not easy" in text(client.get(operation))
    shown = button(client, over.get_absolute_url(), url("answer_seen_to", kept.pk))
    done = client.post(url("answer_seen_to", kept.pk), shown, follow=True)
    assert "It is on record that somebody has spoken to the cadet." in text(done)
    assert "said that it was not easy" not in text(client.get(operation))
    assert "was not easy" not in text(client.get(url("operation_list")))


def test_an_answer_that_was_given_anew_is_not_seen_to_unseen(over, officer, planner):
    [kept] = say(over, officer, Feeling.UNEASY)
    client, act = signed_in(planner), url("answer_seen_to", kept.pk)
    shown = button(client, over.get_absolute_url(), act)
    say(over, officer, Feeling.UPSET, "Wants a call")
    told = text(client.post(act, shown, follow=True))
    assert "Nothing was done: what the cadet said was changed after you opened it." in told
    assert WelfareAnswer.objects.get().waits
    client.post(act, button(client, over.get_absolute_url(), act))
    assert not WelfareAnswer.objects.get().waits


def test_the_operations_page_says_which_visits_lost_a_cadet(under_way, officer, planner, unit):
    colleague = factories.UserFactory(role=Role.VISITING_OFFICER)
    planned = factories.VisitFactory(
        operation=under_way.operation, officer=colleague, unit=unit, created_by=planner
    )
    factories.CadetMemberFactory(visit=planned)
    withdraw(under_way, officer)
    withdraw(planned, colleague)
    page = text(signed_in(planner).get(under_way.operation.get_absolute_url()))
    assert "one planned visit can’t start with its team as it is" in page
    assert "1 visit ended when a cadet withdrew" in page


def test_the_operations_page_takes_as_many_queries_for_many_as_for_one(
    over, officer, planner, queries_of
):
    say(over, officer, Feeling.UPSET)
    client, page = signed_in(planner), over.operation.get_absolute_url()
    few = queries_of(client, page)
    for _ in range(3):
        more = factories.CompletedVisitFactory(operation=over.operation, venue=over.venue)
        factories.WelfareAnswerFactory(visit=more)
    assert queries_of(client, page) == few


# What goes --------------------------------------------------------------------------------------


def test_answers_go_with_what_is_held_of_the_cadet(over, officer):
    say(over, officer, Feeling.UPSET, "Wants a call")
    later = timezone.localdate() + dt.timedelta(days=400)
    with as_owner(), scope.for_owner("retention"):
        erase_cadets(later, later)
        assert not WelfareAnswer.objects.exists()
        assert not WelfareAnswer.pgh_event_model.objects.exists()


def test_answers_and_reasons_go_with_the_people_of_an_old_visit(over, officer):
    say(over, officer, Feeling.UPSET, "Wants a call")
    later = timezone.localdate() + dt.timedelta(days=400)
    with as_owner(), scope.for_owner("retention"):
        make_visits_anonymous(later, later)
        assert not WelfareAnswer.objects.exists()
        assert not WelfareAnswer.pgh_event_model.objects.exists()

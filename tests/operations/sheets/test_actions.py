"""The sheet that the control room gets before an evening: what is in it, and that it goes once."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.database import scope
from accounts.roles import Role
from operations.models import SafetyPolicy, Sheet
from operations.sheets import actions
from outbox import delivery
from outbox.models import Lane, Message
from tests import factories
from tests.covert_words import found_in
from tests.database import as_owner
from tests.operations.pages import at, signed_in, soon, text, url
from tests.operations.plans import problems
from tests.posts import as_shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox():
    SafetyPolicy.objects.update(control_room_mailbox="control@police.example")


@pytest.fixture
def planned(visit_to_come):
    """Two visits of one evening, one of them with a call sign."""
    visit_to_come.refresh_from_db()
    with as_owner():
        visit_to_come.call_sign = "Oscar 21"
        visit_to_come.save()
    factories.VisitFactory(
        operation=visit_to_come.operation,
        unit=visit_to_come.command_unit,
        starts_at=at(21),
        ends_at=at(22, 30),
    )
    return visit_to_come


def send(visit, by, **changes):
    about = {"operation": visit.operation, "evening": soon(), "at": timezone.now()}
    return actions.send_sheet(by=by, **about | changes)


def test_a_sheet_has_window_areas_and_call_signs(planned, planner):
    [sheet] = send(planned, planner)
    assert (sheet.starts_at, sheet.ends_at) == (at(19), at(22, 30))
    areas = Sheet.objects.get().areas.splitlines()
    assert planned.venue.local_authority.name in areas
    assert len(areas) == 2
    assert (sheet.call_signs, sheet.teams_without) == ("Oscar 21", 1)
    assert (sheet.sent_to, sheet.sent_by) == ("control@police.example", planner)


def test_the_mail_says_that_a_sheet_is_there_and_nothing_of_it(planned, planner, mailoutbox):
    [sheet] = send(planned, planner)
    delivery.deliver(Lane.REMINDERS, at=timezone.now())
    [mail] = mailoutbox
    assert mail.to == ["control@police.example"]
    assert sheet.get_absolute_url() in mail.body
    words = [planned.venue.name, planned.operation.name, planned.operation.reference]
    words += ["Oscar 21", sheet.areas.splitlines()[0], "19:00"]
    assert found_in(mail.message().as_bytes(), words) == set()


def test_the_same_sheet_goes_once(planned, planner):
    send(planned, planner)
    with pytest.raises(Refused) as caught:
        send(planned, planner)
    [(about, said)] = problems(caught)
    assert about == "evening"
    assert said.startswith("The control room has this sheet, sent at")
    assert (Sheet.objects.count(), Message.objects.count()) == (1, 1)


def test_a_plan_that_changed_is_another_sheet(planned, planner):
    send(planned, planner)
    with as_owner():
        planned.refresh_from_db()
        planned.call_sign = "Oscar 22"
        planned.save()
    [sheet] = send(planned, planner)
    assert sheet.call_signs == "Oscar 22"
    assert Sheet.objects.count() == 2


def called(visit, call_sign):
    with as_owner():
        visit.refresh_from_db()
        visit.call_sign = call_sign
        visit.save()


def test_what_an_earlier_sheet_said_is_sent_again_where_a_later_one_said_something_else(
    planned, planner
):
    for call_sign in ("Oscar 21", "Oscar 22", "Oscar 21"):
        called(planned, call_sign)
        send(planned, planner)
    with pytest.raises(Refused, match="has this sheet"):
        send(planned, planner)
    sheets = Sheet.objects.with_what_replaced_it().latest_first()
    assert [(it.call_signs, it.replaced_at is None) for it in sheets] == [
        ("Oscar 21", True),
        ("Oscar 22", False),
        ("Oscar 21", False),
    ]
    assert {it.replaced_at for it in sheets} == {None, sheets[0].sent_at}


def test_a_sheet_of_another_evening_or_unit_replaces_none(planned, planner):
    [sheet] = send(planned, planner)
    about = {"operation": planned.operation, "sent_at": timezone.now()}
    factories.SheetFactory(**about, command_unit=sheet.command_unit)
    factories.SheetFactory(**about, evening=sheet.evening)
    assert Sheet.objects.with_what_replaced_it().get(pk=sheet.pk).replaced_at is None


def test_on_a_sheet_are_the_visits_that_are_planned_or_under_way(planned, planner):
    about = {"operation": planned.operation, "unit": planned.command_unit}
    window = {"starts_at": at(18), "ends_at": at(23)}
    factories.CancelledVisitFactory(**about, **window)
    factories.CompletedVisitFactory(**about, **window)
    [sheet] = actions.drafts(operation=planned.operation, evening=soon(), by=planner)
    assert (sheet.starts_at, sheet.ends_at) == (at(19), at(22, 30))
    factories.UnderWayVisitFactory(**about, **window)
    [sheet] = actions.drafts(operation=planned.operation, evening=soon(), by=planner)
    assert (sheet.starts_at, sheet.ends_at) == (at(18), at(23))


def test_each_command_unit_has_a_sheet_of_its_own_and_only_one_s_own_are_sent(planned, planner):
    elsewhere = factories.CommandUnitFactory()
    factories.VisitFactory(
        operation=planned.operation, unit=elsewhere, starts_at=at(19), ends_at=at(20)
    )
    assert [sheet.command_unit for sheet in send(planned, planner)] == [planned.command_unit]
    whole_force = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    assert [sheet.command_unit for sheet in send(planned, whole_force)] == [elsewhere]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"evening": soon() + dt.timedelta(days=3)}, "You have no published visit on this evening"),
        ({"at": at(19) + dt.timedelta(days=9)}, "This evening is over"),
    ],
)
def test_what_can_not_be_sent_is_said(planned, planner, changes, said):
    with pytest.raises(Refused, match=said):
        send(planned, planner, **changes)


def test_what_is_not_published_is_on_no_sheet(planned, planner):
    draft = factories.DraftOperationFactory(starts_on=soon(), ends_on=soon(), created_by=planner)
    visit = factories.VisitFactory(
        operation=draft, unit=planned.command_unit, starts_at=at(19), ends_at=at(20)
    )
    with pytest.raises(Refused, match="publish the operation first"):
        send(visit, planner)
    assert not Sheet.objects.exists()


def test_without_a_mailbox_nothing_is_sent(planned, planner):
    SafetyPolicy.objects.update(control_room_mailbox="")
    with pytest.raises(Refused, match="No mailbox of the control room"):
        send(planned, planner)
    assert not Sheet.objects.exists()


def test_a_sheet_never_changes_and_is_there_once(planned, planner):
    send(planned, planner)
    with pytest.raises(DatabaseError), transaction.atomic():
        Sheet.objects.update(areas="Elsewhere")
    twin = Sheet.objects.get()
    twin.pk = None
    with pytest.raises(DatabaseError, match="has this sheet"), transaction.atomic():
        twin.save()


def test_sheets_show_to_the_control_room_and_to_planners_of_the_unit(planned, planner, unit):
    send(planned, planner)
    people = {
        "handler": factories.UserFactory(role=Role.CALL_HANDLER),
        "planner": planner,
        "planner elsewhere": factories.UserFactory(role=Role.PLANNER),
        "lead": factories.UserFactory(role=Role.CSE_LEAD, units=[unit]),
        "officer": factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit]),
    }
    asked, in_rows = {}, {}
    for name, person in people.items():
        with scope.acting(person), connection.cursor() as cursor:
            asked[name] = Sheet.objects.visible_to(person).count()
            cursor.execute("SELECT count(*) FROM operations_sheet")
            in_rows[name] = cursor.fetchone()[0]
    assert asked == in_rows == dict.fromkeys(people, 0) | {"handler": 1, "planner": 1}


def test_a_sheet_that_another_one_replaced_says_so_wherever_it_stands(planned, planner):
    [first] = send(planned, planner)
    called(planned, "Oscar 22")
    [second] = send(planned, planner)
    desk = signed_in(factories.UserFactory(role=Role.CALL_HANDLER))
    assert "Do not go by this one." in text(desk.get(first.get_absolute_url()))
    assert "Do not go by this one." not in text(desk.get(second.get_absolute_url()))
    assert text(desk.get(url("sheet_list"))).count("Replaced by the sheet of") == 1
    sent_before = text(signed_in(planner).get(url("sheet_send", planned.operation_id)))
    assert sent_before.count("Replaced by the sheet of") == 1
    assert desk.get(url("sheet_pdf", first.pk)).status_code == 200


# Pages --------------------------------------------------------------------------------------------


def test_a_planner_sends_it_and_the_control_room_reads_it(planned, as_planner):
    page = url("sheet_send", planned.operation_id)
    assert "control@police.example is told by mail" in text(as_planner.get(page))
    assert as_planner.post(page, {"evening": soon().isoformat()}).status_code == 302
    sheet = Sheet.objects.get()
    desk = signed_in(factories.UserFactory(role=Role.CALL_HANDLER))
    for shown in (desk.get(url("sheet_list")), desk.get(url("sheet_detail", sheet.pk))):
        assert "Oscar 21" in text(shown)
        assert planned.venue.name not in text(shown)
        assert planned.operation.name not in text(shown)


def test_lists_cost_no_more_questions_the_more_sheets_there_are(as_planner, unit, queries_of):
    factories.SheetFactory(command_unit=unit)
    page = url("sheet_list")
    as_planner.get(page)
    few = queries_of(as_planner, page)
    for _ in range(12):
        factories.SheetFactory(command_unit=unit)
    assert queries_of(as_planner, page) == few


def test_a_call_sign_is_given_with_the_plan_and_shows_to_its_team(visit_to_come, as_planner):
    page = url("visit_edit", visit_to_come.pk)
    answers = as_shown(as_planner, page)
    wrong = as_planner.post(page, answers | {"call_sign": "<Oscar>"})
    assert "A call sign is 2 to 20 letters, figures, spaces, / or -." in text(wrong)
    of_venue = as_planner.post(page, answers | {"call_sign": visit_to_come.venue.name[:20]})
    assert "without words of the venue" in of_venue.text
    assert as_planner.post(page, answers | {"call_sign": "Oscar 21"}).status_code == 302
    visit_to_come.refresh_from_db()
    assert visit_to_come.call_sign == "Oscar 21"
    officer = visit_to_come.team.get(duty="lead").officer
    assert "Oscar 21" in text(signed_in(officer).get(url("visit_detail", visit_to_come.pk)))

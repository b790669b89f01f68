"""PostgreSQL's second line: what raw SQL finds in the name of each person."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.acts.models import Undo
from accounts.acts.refusals import Refused
from accounts.database import scope
from accounts.models import AccessEntry
from accounts.record.access_log import record_reads
from accounts.record.sealing import sources
from accounts.roles import Role
from operations.figures import counting
from operations.models import (
    Alarm,
    Cadet,
    Call,
    CallReminder,
    CheckIn,
    Concern,
    DrawnVenue,
    DrawPlan,
    Figure,
    FollowUp,
    LastVisit,
    Outcome,
    PlanNotice,
    Reminder,
    Sheet,
    TeamMember,
    ToldPlan,
    Visit,
)
from operations.planning import schedule
from operations.protection.row_security import HISTORIES, POLICIES
from operations.visits.states import ON_BOARD_AFTER, ON_BOARD_BEFORE
from tests import factories
from tests.database import as_owner, as_product

pytestmark = pytest.mark.django_db

TABLES = sorted(POLICIES | HISTORIES)
KEYS = {
    "accounts_undo": "number",
    "operations_covertread": "key",
    "operations_lastvisit": "venue_id",
}
SCOPED_MODELS = [
    *(Visit, TeamMember, Outcome, FollowUp, Reminder, Cadet, LastVisit, Figure),
    *(Alarm, CheckIn, Call, CallReminder, Concern, Sheet, DrawPlan, DrawnVenue),
    *(PlanNotice, ToldPlan),
]


def keys(table):
    """The keys of what ``SELECT`` gives, without any help of Django."""
    with connection.connection.cursor() as cursor:
        key = "pgh_obj_id" if table.endswith("event") else KEYS.get(table, "id")
        cursor.execute(f"SELECT {key} FROM {table}")
        return {key for (key,) in cursor.fetchall()}


@pytest.fixture
def world(unit):
    """Something in each guarded table: of ``unit``, and the same of another."""
    made = {}
    for name, of in (("ours", unit), ("theirs", factories.CommandUnitFactory())):
        venue = factories.VenueFactory(unit=of)
        operation = factories.OperationFactory()
        about = {"operation": operation, "venue": venue}
        ahead = timezone.now() + dt.timedelta(days=3)
        officer = factories.UserFactory(role=Role.VISITING_OFFICER, units=[of])
        planned = factories.VisitFactory(**about, officer=officer, starts_at=ahead)
        under_way = factories.UnderWayVisitFactory(**about)
        over = factories.RefresherNeededVisitFactory(**about)
        follow_up = factories.FollowUpFactory(visit=over)
        made[name] = about | {
            "officer": officer,
            "chosen": factories.OperationVenueFactory(**about),
            "planned": planned,
            "under_way": under_way,
            "over": over,
            "follow_up": follow_up,
            "reminder": factories.ReminderCopyFactory(reminder__follow_up=follow_up).reminder,
            "cadet": factories.CadetFactory(command_unit=of),
            "companion": factories.CadetMemberFactory(visit=planned).cadet,
        }
        factories.CheckInFactory(visit=under_way)
        factories.AlarmNoticeFactory(alarm__visit=under_way)
        calls = {"venue": venue}, {"venue": None, "place": "Ostermeer"}
        longer_ago = timezone.now() - dt.timedelta(days=2)
        for about_it in (*calls, {"venue": venue, "called_at": longer_ago}):
            factories.CallReminderFactory(call=factories.CallFactory(**about_it))
        for test in (planned, under_way, over):
            factories.CallFactory(venue=venue, matched_to=test)
        factories.ConcernFactory(call=factories.CallFactory(venue=venue))
        factories.StartOverrideFactory(visit=planned)
        factories.WelfareAnswerFactory(visit=over, cadet=made[name]["companion"])
        factories.DrawPlanFactory(operation=operation, venues=[venue])
        more = factories.VenueFactory.create_batch(2, unit=of)
        factories.DrawPlanFactory(operation=operation, venues=more, drawn=True)
        factories.SheetFactory(operation=operation, command_unit=of)
        factories.ToldPlanFactory(visit=planned)
        factories.PlanNoticeFactory(operation=operation, reader=officer)
        factories.ProposalFactory(chosen=made[name]["chosen"])
        record_reads(by=officer, viewed=[planned])
        Undo.objects.create(act="an act", by=officer, until=timezone.now(), says="", entries=[])
        made[name]["companion"].command_unit = of
        made[name]["companion"].save()
    counting.count()
    factories.TrainingSessionFactory(venue=made["ours"]["venue"])  # to be counted
    return made


def visits_of(side, *names):
    return {side[name].pk for name in names}


@pytest.mark.parametrize("table", TABLES)
def test_raw_sql_of_the_web_role_that_says_nothing_finds_nothing(world, table):
    with as_owner():
        assert keys(table)
    with as_product():
        assert keys(table) == set()


@pytest.mark.parametrize("table", TABLES)
def test_somebody_not_signed_in_or_without_command_unit_finds_nothing(world, table):
    with scope.acting(AnonymousUser()):
        assert keys(table) == set()
    shared = {world["ours"]["cadet"].pk} if "cadet" in table else set()
    Cadet.objects.filter(pk__in=shared).update(command_unit=None)
    with scope.acting(factories.UserFactory(role=Role.PLANNER)):
        assert keys(table) == shared  # a cadet of every unit's planners


def test_a_planner_finds_all_visits_of_their_command_unit_only(world, unit):
    with scope.acting(factories.UserFactory(role=Role.PLANNER, units=[unit])):
        assert keys("operations_visit") == visits_of(world["ours"], "planned", "under_way", "over")


@pytest.mark.parametrize("role", [Role.CSE_LEAD, Role.TRAINING_COORDINATOR, Role.ADMINISTRATOR])
def test_others_of_the_unit_find_its_visits_once_they_are_over(world, unit, role):
    with scope.acting(factories.UserFactory(role=role, units=[unit])):
        assert keys("operations_visit") == visits_of(world["ours"], "over")
        assert TeamMember.objects.filter(visit=world["ours"]["planned"]).count() == 0
        assert keys("operations_visitevent") == visits_of(world["ours"], "over")


@pytest.mark.parametrize("role", [Role.CSE_LEAD, Role.ADMINISTRATOR])
def test_the_whole_force_is_no_key_to_planned_visits(world, role):
    with scope.acting(factories.UserFactory(role=role, whole_force=True)):
        assert keys("operations_visit") == {side["over"].pk for side in world.values()}


def test_an_officer_finds_the_visits_of_their_team_in_any_unit(world, unit):
    guest = factories.UserFactory(role=Role.VISITING_OFFICER)
    factories.TeamMemberFactory(
        visit=world["theirs"]["planned"], officer=guest, duty=TeamMember.Duty.SUPPORT
    )
    with scope.acting(guest):
        assert keys("operations_visit") == visits_of(world["theirs"], "planned")
        assert keys("operations_cadet") == {world["theirs"]["companion"].pk}


def test_a_call_handler_finds_what_is_on_the_board_of_the_whole_force(world):
    now = timezone.now()
    minute = dt.timedelta(minutes=1)

    def opens(at):
        return factories.VisitFactory(starts_at=at, ends_at=at + dt.timedelta(hours=1))

    def ended(at):
        return factories.CompletedVisitFactory(started_at=at - dt.timedelta(hours=1), ended_at=at)

    shown = {
        opens(now + ON_BOARD_BEFORE - minute).pk,
        opens(now - ON_BOARD_AFTER - dt.timedelta(hours=1) + minute).pk,
        ended(now - ON_BOARD_AFTER + minute).pk,
    }
    not_shown = {
        opens(now + ON_BOARD_BEFORE + minute).pk,
        opens(now - ON_BOARD_AFTER - dt.timedelta(hours=1) - minute).pk,
        ended(now - ON_BOARD_AFTER - minute).pk,
    }
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    on_board = set(Visit.objects.on_board(at=now).values_list("pk", flat=True))
    assert shown <= on_board
    assert not not_shown & on_board
    with scope.acting(handler):
        assert keys("operations_visit") == on_board


def test_outcomes_and_follow_ups_show_with_their_visit(world, unit):
    ours, theirs = world["ours"], world["theirs"]
    with scope.acting(factories.UserFactory(role=Role.CSE_LEAD, units=[unit])):
        assert keys("operations_outcome") == {ours["over"].outcome_id}
        assert keys("operations_followup") == {ours["follow_up"].pk}
        assert keys("operations_reminder") == {ours["reminder"].pk}
    with scope.acting(factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)):
        assert keys("operations_followup") == {ours["follow_up"].pk, theirs["follow_up"].pk}


def test_a_cadet_is_found_by_planners_of_their_unit_or_of_their_visit(world, unit):
    ours, theirs = world["ours"], world["theirs"]
    guest = factories.CadetFactory(command_unit=theirs["cadet"].command_unit)
    factories.CadetMemberFactory(visit=ours["planned"], cadet=guest)
    with scope.acting(factories.UserFactory(role=Role.PLANNER, units=[unit])):
        assert keys("operations_cadet") == {ours["cadet"].pk, ours["companion"].pk, guest.pk}
    for role in set(Role) - {Role.PLANNER}:
        with scope.acting(factories.UserFactory(role=role, units=[unit])):
            assert keys("operations_cadet") == set()


def test_a_policy_asks_no_guarded_table_for_each_row():
    """Policies inside policies multiply. Some tables are only ever asked for a few at a time."""
    few = {"operations_reminder", "operations_remindercopy"}
    few |= {"operations_concern", "operations_callreminder", "operations_alarmnotice"}
    few |= {"operations_drawnvenue"}
    for table in POLICIES.keys() - few:
        assert not [other for other in TABLES if f"{other} " in POLICIES[table]]


def test_what_shows_for_oneself_shows_in_any_command_unit(world):
    """A lead may see what their operation's team left under way, or has an alarm, with whatever
    tells of it."""
    theirs = world["theirs"]
    lead = theirs["operation"].lead
    with scope.acting(lead):
        assert keys("operations_visit") == visits_of(theirs, "under_way", "over")
        assert keys("operations_outcome") == {theirs["over"].outcome_id}
        assert keys("operations_followup") == {theirs["follow_up"].pk}
        teams = [*theirs["over"].team.all(), *theirs["under_way"].team.all()]
        assert keys("operations_teammember") == {member.pk for member in teams}
        assert keys("operations_cadet") == set()


def test_a_lead_finds_a_planned_visit_once_its_start_is_near(world):
    operation = world["theirs"]["operation"]
    near = factories.VisitFactory(operation=operation)
    far = factories.VisitFactory(
        operation=operation, starts_at=timezone.now() + dt.timedelta(minutes=61)
    )
    of_another = factories.VisitFactory()
    with scope.acting(operation.lead):
        found = keys("operations_visit")
    assert near.pk in found
    assert not {far.pk, of_another.pk} & found


def test_a_lead_does_not_find_a_visit_under_way_whose_team_is_heard_of(world):
    quiet = factories.UnderWayVisitFactory(operation=world["theirs"]["operation"])
    with scope.acting(quiet.operation.lead):
        assert quiet.pk not in keys("operations_visit")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("where", ["unit", "elsewhere", "nowhere", "whole force"])
def test_no_policy_hides_what_visible_to_shows(world, unit, role, where):
    person = factories.UserFactory(role=role, whole_force=where == "whole force")
    if where != "nowhere":
        {"elsewhere": world["theirs"]["cadet"].command_unit}.get(where, unit).members.add(person)
    if role == Role.VISITING_OFFICER:
        factories.TeamMemberFactory(
            visit=world["theirs"]["planned"], officer=person, duty=TeamMember.Duty.SUPPORT
        )
    shown = {model: set(model.objects.visible_to(person)) for model in SCOPED_MODELS}
    with scope.acting(person):
        assert {model: set(model.objects.visible_to(person)) for model in SCOPED_MODELS} == shown


# Writing -----------------------------------------------------------------------------------------


def test_a_stranger_changes_and_deletes_nothing(world):
    stranger = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    with scope.acting(stranger):
        assert Visit.objects.filter(pk=world["ours"]["planned"].pk).update(version=99) == 0
        assert TeamMember.objects.filter(visit=world["ours"]["planned"])._raw_delete("default") == 0
    assert world["ours"]["planned"].team.count() == 2


def test_a_stranger_plants_no_visit_in_another_unit(world):
    stranger = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    about = {name: world["ours"][name] for name in ("operation", "venue")}
    with pytest.raises(DatabaseError, match="row-level security"), scope.acting(stranger):
        factories.VisitFactory(**about, created_by=stranger)


def test_the_rules_of_a_cadet_hold_across_command_units(world, unit):
    """The planner can't see the other visit, and the rule still knows of it."""
    ours, theirs = world["ours"], world["theirs"]
    factories.CadetPolicyFactory()
    shared = factories.CadetFactory(command_unit=None)
    factories.CadetMemberFactory(visit=theirs["planned"], cadet=shared)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    places = [
        schedule.Place(factories.UserFactory(role=Role.VISITING_OFFICER), schedule.Duty.LEAD),
        schedule.Place(factories.UserFactory(role=Role.VISITING_OFFICER), schedule.Duty.WELFARE),
        schedule.Place(shared, schedule.Duty.CADET),
    ]
    with scope.acting(planner), pytest.raises(Refused, match="in another visit at that time"):
        schedule.plan_visit(
            operation=ours["operation"],
            venue=ours["venue"],
            starts_at=theirs["planned"].starts_at,
            ends_at=theirs["planned"].ends_at,
            team=places,
            by=planner,
            at=timezone.now(),
        )


def test_the_web_role_can_not_switch_the_rules_off(world):
    with scope.acting(factories.UserFactory(role=Role.PLANNER, whole_force=True)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'")
            names = ",".join(name for (name,) in cursor.fetchall())
            cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            Outcome.objects.update(notes="Something else")


def test_the_web_role_can_neither_change_nor_write_the_record(world):
    refused = "permission denied"
    with connection.cursor() as cursor, scope.for_task("test"):
        for statement in (
            "UPDATE operations_visitevent SET state = 'planned'",
            "DELETE FROM operations_visitevent",
            "INSERT INTO operations_visitevent DEFAULT VALUES",
            "UPDATE accounts_accessentry SET path = ''",
            "DELETE FROM accounts_accessentry",
            "DELETE FROM accounts_seal",
            "DELETE FROM accounts_sealedentry",
            "TRUNCATE operations_visitevent",
        ):
            with pytest.raises(DatabaseError, match=refused), transaction.atomic():
                cursor.execute(statement)


def test_every_table_of_the_record_is_closed_to_the_web_role():
    closed = {source.table for source in sources()} | {"accounts_seal", "accounts_sealedentry"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.role_table_grants"
            " WHERE grantee = %s AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')",
            [scope.WEB_ROLE],
        )
        assert not closed & {table for (table,) in cursor.fetchall()}


# Ways around the record, which a reviewer found --------------------------------------------------


def test_a_table_of_the_same_name_does_not_catch_the_record(world):
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    shadow = "CREATE TEMP TABLE operations_visitevent (LIKE operations_visitevent)"
    refused = pytest.raises(DatabaseError, match="permission denied")
    with scope.acting(planner), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(shadow)
    with as_owner(), connection.cursor() as cursor:  # even where somebody could make one
        cursor.execute(shadow)
    before = in_history(world)
    with scope.acting(planner):
        Visit.objects.filter(pk=world["ours"]["planned"].pk).update(selection="priority")
    assert in_history(world) == before + 1


def in_history(world):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.operations_visitevent")
        return cursor.fetchone()[0]


def test_nobody_writes_into_the_record_by_a_trigger_of_their_own(world):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'pgtrigger_insert_insert%'"
        )
        functions = [name for (name,) in cursor.fetchall()]
        cursor.execute("CREATE TEMP TABLE forged (LIKE operations_visit)")
        cursor.execute(f"GRANT ALL ON forged TO {scope.WEB_ROLE}")
        cursor.execute(f"ALTER TABLE forged OWNER TO {scope.WEB_ROLE}")
    assert len(functions) > 10
    with scope.for_task("test"), connection.cursor() as cursor:
        for function in functions:
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(
                    "CREATE TRIGGER forge AFTER INSERT ON forged"
                    f" FOR EACH ROW EXECUTE FUNCTION {function}"
                )


def test_the_access_log_shows_to_administrators_and_to_oneself(world, unit):
    officer = world["ours"]["officer"]
    with scope.acting(officer):
        record_reads(by=officer, viewed=[world["ours"]["planned"]])
        own = set(AccessEntry.objects.filter(user=officer).values_list("pk", flat=True))
        assert keys("accounts_accessentry") == own != set()
    with scope.acting(factories.UserFactory(role=Role.PLANNER, units=[unit])):
        assert keys("accounts_accessentry") == set()
    with scope.acting(factories.UserFactory(role=Role.ADMINISTRATOR)):
        assert len(keys("accounts_accessentry")) == 3

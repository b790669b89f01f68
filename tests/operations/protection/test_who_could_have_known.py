"""Who read of a visit before it began, and who could have, as the record has it."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from accounts.database import scope
from accounts.models import AccessEntry
from accounts.record.access_log import record_reads
from accounts.roles import Role
from operations.models import Operation, TeamMember, Visit
from operations.protection.who_could_have_known import who_could_have_known
from tests import factories
from tests.database import as_owner
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def visit(unit, planner):
    """In a few hours; who made it has read nothing of it."""
    starts = timezone.now() + 5 * HOUR
    return factories.VisitFactory(unit=unit, starts_at=starts, created_by=planner)


def lead_of(visit):
    return visit.team.get(duty="lead").officer


def reads(person, *visits, listed=()):
    with scope.acting(person):
        record_reads(by=person, viewed=visits, listed=listed)


def known(visit, at=None):
    visit.refresh_from_db()
    return who_could_have_known(visit, at=at or timezone.now())


def could(visit, at=None):
    return {one.user: one.right for one in known(visit, at).could}


def test_the_team_and_the_planners_could_have_known(visit, planner):
    whole_force = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    plans = "Plans for the command unit"
    assert could(visit) == {lead_of(visit): "In the team", planner: plans, whole_force: plans}


def test_whoever_read_of_it_is_told_with_when_and_how_often(visit, planner):
    reads(planner, visit)
    reads(planner, listed=[visit, factories.VisitFactory()])
    [one] = known(visit).read
    entries = AccessEntry.objects.about(visit).order_by("at")
    assert one.user == planner
    assert one.right == "Plans for the command unit"
    assert (one.read.first, one.read.last) == (entries[0].at, entries[1].at)
    assert (one.read.times, one.read.opened) == (2, True)
    assert planner not in could(visit)


def test_a_read_without_a_right_is_marked(visit):
    stranger = factories.UserFactory(role=Role.TRAINING_COORDINATOR)
    reads(stranger, visit)
    [one] = known(visit).read
    assert (one.user, one.right) == (stranger, "")


def test_what_was_read_after_it_began_does_not_count(visit, planner):
    lead = lead_of(visit)
    started = {"state": "under_way", "started_at": timezone.now(), "started_by": lead}
    Visit.objects.filter(pk=visit.pk).update(**started)
    reads(planner, visit)
    assert known(visit).read == []
    assert planner in could(visit)


def test_call_handlers_could_have_known_from_an_hour_before(visit):
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    assert handler not in could(visit)
    [one] = [p for p in known(visit, at=visit.starts_at).could if p.user == handler]
    assert one.span.since == visit.starts_at - HOUR


def test_who_leads_the_operation_could_have_known_from_an_hour_before(visit):
    first, second = visit.operation.lead, factories.UserFactory(role=Role.CSE_LEAD)
    assert first not in could(visit)
    [one] = [p for p in known(visit, at=visit.starts_at).could if p.user == first]
    assert one.right.startswith("Leads the operation")
    assert one.span.since == visit.starts_at - HOUR
    Operation.objects.filter(pk=visit.operation_id).update(lead=second)
    assert second in could(visit, at=visit.starts_at)
    assert first not in could(visit, at=visit.starts_at)  # who led until before its hour


def test_whoever_was_taken_out_of_the_team_could_have_known_until_then(visit):
    left = factories.TeamMemberFactory(visit=visit, duty="support")
    officer = left.officer
    left.delete()
    [one] = [p for p in known(visit).could if p.user == officer]
    assert one.right == "In the team"
    assert visit.created_at < one.span.since < one.span.until < timezone.now()


def test_a_place_that_passed_to_another_counts_for_both(visit):
    first, second = lead_of(visit), factories.UserFactory(role=Role.VISITING_OFFICER)
    with as_owner():
        TeamMember.objects.filter(visit=visit, duty="lead").update(officer=second)
    assert {first, second} <= could(visit).keys()


def test_whoever_lost_the_role_or_the_unit_could_have_known_until_then(visit, unit, planner):
    colleague = factories.UserFactory(role=Role.PLANNER, units=[unit])
    Visit.objects.filter(pk=visit.pk).update(created_at=timezone.now())
    with as_owner():
        planner.groups.remove(Group.objects.get(name=Role.PLANNER))
        unit.members.remove(colleague)
    people = {one.user: one.span for one in known(visit).could}
    assert people[planner].until < people[lead_of(visit)].until
    assert people[colleague].until < people[lead_of(visit)].until
    later = factories.VisitFactory(unit=unit, starts_at=timezone.now() + HOUR)
    assert not {planner, colleague} & could(later).keys()


def test_a_closed_account_counts_until_it_was_closed(visit, planner):
    with as_owner():
        planner.is_active = False
        planner.save()
    assert planner in could(visit)
    later = factories.VisitFactory(
        venue=visit.venue, operation=visit.operation, starts_at=visit.starts_at + 4 * HOUR
    )
    assert planner not in could(later)


def test_a_right_that_was_never_on_record_counts_as_it_stands(visit, planner):
    """History is kept for years, not for ever."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in (
            "accounts_usergroupevent",
            "accounts_userevent",
            "venues_commandunitmemberevent",
        ):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("RESET session_replication_role")
    assert could(visit)[planner] == "Plans for the command unit"


# The page -----------------------------------------------------------------------------------------


def test_the_page_names_them_and_is_on_record(visit, planner, as_planner):
    officer = lead_of(visit)
    reads(officer, visit)
    shown = text(as_planner.get(url("known_before", visit.pk)))
    assert f"{officer}" in shown
    assert "What the record can’t say" in shown
    assert AccessEntry.objects.filter(
        user=planner, what="accounts.user", ids__contains=[officer.pk]
    )


def test_the_log_opens_no_further_than_the_visit(visit, planner):
    """PostgreSQL tells who read of it to those who may see it, and to nobody else."""
    reads(planner, visit)
    elsewhere = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    told = {}
    for person in (planner, elsewhere, factories.UserFactory(role=Role.CSE_LEAD)):
        with scope.acting(person), connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM makesafe_reads_of_visit(%s, now() + '1 hour')", [visit.pk]
            )
            told[person] = [row[0] for row in cursor.fetchall()]
    assert list(told.values()) == [[planner.pk], [], []]


def test_the_lead_gets_the_page_once_it_is_over(unit):
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    ahead = factories.VisitFactory(unit=unit)
    over = factories.CompletedVisitFactory(unit=unit)
    pages = [signed_in(lead).get(url("known_before", one.pk)) for one in (ahead, over)]
    assert [page.status_code for page in pages] == [404, 200]


def test_the_page_costs_no_more_questions_the_more_people_there_are(
    visit, unit, as_planner, queries_of
):
    page = url("known_before", visit.pk)
    as_planner.get(page)
    few = queries_of(as_planner, page)
    for _ in range(12):
        person = factories.UserFactory(role=Role.PLANNER, units=[unit])
        factories.UserFactory(role=Role.CALL_HANDLER)
        factories.TeamMemberFactory(visit=visit, duty="support")
        reads(person, visit)
    assert queries_of(as_planner, page) == few

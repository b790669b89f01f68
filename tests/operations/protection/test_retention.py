"""What is kept no longer, that the figures stay, and that the record says so."""

import datetime as dt
import uuid
from functools import partial

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from accounts.addresses import number_of
from accounts.database import scope
from accounts.models import AccessEntry, Erasure
from accounts.record import retention
from accounts.record.access_log import Act
from accounts.record.sealing import seal_finished_days, sources, verify
from accounts.roles import Role
from accounts.tasks import apply_retention
from govuk.dates import LONDON
from operations.models import Cadet, FollowUpState, Outcome, TeamMember, Visit
from operations.protection.retention import RULES
from operations.sampling import actions as sampling
from reports.dashboards import TABLES, Dashboard
from reports.filters import Filters
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]

TODAY = dt.date(2026, 11, 25)
YEARS_AGO = dt.datetime(2019, 3, 1, 19, tzinfo=LONDON)


def operation_that_closed(days_ago):
    last = TODAY - dt.timedelta(days=days_ago)
    return factories.OperationFactory(starts_on=last - dt.timedelta(days=30), ends_on=last)


def cadet_in(*operations, **facts):
    cadet = factories.CadetFactory(**facts)
    for operation in operations:
        at = timezone.make_aware(dt.datetime.combine(operation.ends_on, dt.time(19)))
        visit = factories.CompletedVisitFactory(operation=operation, starts_at=at)
        factories.CadetMemberFactory(visit=visit, cadet=cadet)
    return cadet


# Cadets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "erased"), [(89, False), (90, False), (91, True)])
def test_what_is_held_of_a_cadet_goes_once_the_operation_has_been_closed_for_90_days(days, erased):
    cadet = cadet_in(operation_that_closed(days_ago=days), reference="C-17")
    retention.apply(on=TODAY)
    cadet.refresh_from_db()
    assert (cadet.erased_on == TODAY, cadet.reference != "C-17") == (erased, erased)
    assert (cadet.birth_date is None, cadet.consented_on is None) == (erased, erased)


def test_a_cadet_stays_as_long_as_one_of_their_operations_has_not_been_closed_for_so_long():
    cadet = cadet_in(operation_that_closed(400), operation_that_closed(10))
    assert retention.apply(on=TODAY)["operations.Cadet"] == 0
    cadet.refresh_from_db()
    assert cadet.birth_date


def test_a_cadet_who_was_never_in_a_team_counts_from_the_day_they_were_put_on_record():
    long_ago = dt.datetime(2026, 8, 1, 12, tzinfo=LONDON)
    old = factories.CadetFactory(created_at=long_ago)
    factories.CadetFactory(created_at=dt.datetime(2026, 11, 1, 12, tzinfo=LONDON))
    retention.apply(on=TODAY)
    assert list(Cadet.objects.filter(erased_on=TODAY)) == [old]


def test_the_history_of_an_erased_cadet_says_who_and_when_and_not_what():
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    with scope.acting(planner):
        cadet = factories.CadetFactory(reference="C-17", created_at=YEARS_AGO)
    retention.apply(on=TODAY)
    events = Cadet.pgh_event_model.objects.filter(pgh_obj=cadet).order_by("pgh_id")
    assert events[0].pgh_context["user"] == planner.pk
    assert not events.exclude(birth_date=None).exists()
    assert not events.filter(reference="C-17").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM operations_cadetevent e WHERE e::text LIKE '%C-17%'")
        assert cursor.fetchone() == (0,)


def test_a_visit_still_shows_how_many_cadets_were_in_its_team(client):
    cadet = cadet_in(operation_that_closed(400), reference="C-17")
    visit = cadet.team_memberships.get().visit
    retention.apply(on=TODAY)
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    page = client.get(visit.get_absolute_url()).text
    assert "Cadet no longer on record" in page
    assert "C-17" not in page


def test_an_erased_cadet_is_neither_listed_nor_offered_nor_edited(client):
    cadet = cadet_in(operation_that_closed(400))
    retention.apply(on=TODAY)
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    assert f"/cadets/{number_of(cadet.pk)}/" not in client.get("/cadets/").text
    assert client.get(f"/cadets/{number_of(cadet.pk)}/edit/").status_code == 404


# Visits ------------------------------------------------------------------------------------------


@pytest.fixture
def old_visit():
    """Everything that a visit can have of people and of what they wrote."""
    visit = factories.RefresherNeededVisitFactory(starts_at=YEARS_AGO, started_at=YEARS_AGO)
    factories.CadetMemberFactory(visit=visit)
    first = visit.outcome
    facts = {
        field.attname: getattr(first, field.attname)
        for field in Outcome._meta.concrete_fields
        if field.name not in ("id", "revision", "submission", "correction_reason", "notes")
    }
    visit.outcome = Outcome.objects.create(
        **facts,
        revision=2,
        submission=uuid.uuid4(),
        notes="Spoke with Rhoda Invented",
        correction_reason="Rhoda Invented said so",
    )
    visit.save()
    follow_up = factories.FollowUpFactory(visit=visit, state=FollowUpState.DECLINED)
    return visit, follow_up


def everything(visit):
    """All that the database holds of a visit, its history included, as text."""
    tables = {
        "operations_visit": "id",
        "operations_visitevent": "pgh_obj_id",
        **dict.fromkeys(
            f"operations_{name}{event}"
            for name in ("outcome", "teammember", "followup")
            for event in ("", "event")
        ),
    }
    found = []
    with connection.cursor() as cursor:
        for table, key in tables.items():
            cursor.execute(
                f"SELECT kept::text FROM {table} kept WHERE {key or 'visit_id'} = %s", [visit.pk]
            )
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_old_visits_lose_the_people_and_what_somebody_wrote(old_visit):
    visit, follow_up = old_visit
    assert "Rhoda" in everything(visit)
    retention.apply(on=TODAY)
    assert "Rhoda" not in everything(visit)
    visit, follow_up = Visit.objects.get(pk=visit.pk), type(follow_up).objects.get(pk=follow_up.pk)
    people = {
        *(visit.created_by, visit.started_by, follow_up.responsible),
        *(outcome.logged_by for outcome in visit.outcomes.all()),
    }
    assert people == {retention.nobody()}
    assert not visit.team.exists()
    assert visit.anonymous_since == TODAY


def old(factory):
    return lambda: factory(starts_at=YEARS_AGO, started_at=YEARS_AGO)


def declined():
    visit = factories.RefresherNeededVisitFactory(starts_at=YEARS_AGO, started_at=YEARS_AGO)
    return factories.FollowUpFactory(visit=visit, state=FollowUpState.DECLINED)


def closed_alarm():
    due = {"due_at": YEARS_AGO, "raised_at": YEARS_AGO}
    return factories.ClosedAlarmFactory(visit=completed(), closed_at=YEARS_AGO, **due)


def old_call():
    return factories.CallFactory(called_at=YEARS_AGO)


def old_concern():
    return factories.ClosedConcernFactory(call=old_call(), opened_at=YEARS_AGO)


def old_sheet():
    return factories.SheetFactory(operation=operation_that_closed(4000))


def old_reserve():
    """One that has replaced a drawn venue."""
    plan = factories.DrawPlanFactory(operation=operation_that_closed(4000), drawn=True)
    by = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    return sampling.replace_venue(drawn=plan.drawn.get(place=1), by=by, reason="Shut")


def old_authorisation():
    return operation_that_closed(4000).authorisations.get()


def old_withdrawal():
    return factories.AuthorisationFactory(
        operation=operation_that_closed(4000),
        withdrawn_at=YEARS_AGO,
        withdrawn_by=factories.UserFactory(),
        withdrawn_reason="Too soon",
    )


completed = old(factories.CompletedVisitFactory)
not_completed = old(factories.NotCompletedVisitFactory)
planned = partial(factories.VisitFactory, starts_at=YEARS_AGO)
cancelled = partial(factories.CancelledVisitFactory, starts_at=YEARS_AGO, cancelled_at=YEARS_AGO)

#: For each field that a rule erases: a row past its time, and what must stand beside the words.
WITH_WORDS = {
    "operations.Alarm.found": (closed_alarm, {}),
    "operations.Alarm.spoke_to": (closed_alarm, {}),
    "operations.Authorisation.authorisation_reference": (old_authorisation, {}),
    "operations.Authorisation.equality_check": (old_authorisation, {}),
    "operations.Authorisation.fingerprint": (old_authorisation, {}),
    "operations.Authorisation.rationale": (old_authorisation, {}),
    "operations.Authorisation.risk_assessment": (old_authorisation, {}),
    "operations.Authorisation.withdrawn_reason": (old_withdrawal, {}),
    "operations.Call.done": (old_call, {}),
    "operations.Call.incident_reference": (old_call, {}),
    "operations.Call.place": (old_call, {}),
    "operations.Concern.came_of_it": (old_concern, {}),
    "operations.Cadet.reference": (partial(factories.CadetFactory, created_at=YEARS_AGO), {}),
    "operations.FollowUp.declined_reason": (declined, {}),
    "operations.Operation.authorisation_reference": (partial(operation_that_closed, 4000), {}),
    "operations.Operation.notes": (partial(operation_that_closed, 4000), {}),
    "operations.Outcome.correction_reason": (lambda: completed().outcome, {"revision": 2}),
    "operations.Outcome.incident_reference": (lambda: completed().outcome, {}),
    "operations.Outcome.notes": (lambda: completed().outcome, {}),
    "operations.DrawnVenue.reason": (old_reserve, {}),
    "operations.Sheet.call_signs": (old_sheet, {}),
    "operations.Sheet.sent_to": (old_sheet, {}),
    "operations.StartOverride.reason": (
        lambda: factories.StartOverrideFactory(visit=planned()),
        {},
    ),
    "operations.Visit.call_sign": (completed, {}),
    "operations.Visit.cancelled_reason": (cancelled, {}),
    "operations.Visit.correction_reason": (not_completed, {"not_completed_revision": 2}),
    "operations.Visit.not_completed_notes": (not_completed, {}),
    "operations.WelfareAnswer.note": (
        lambda: factories.WelfareAnswerFactory(visit=completed()),
        {},
    ),
}


def test_every_field_that_a_rule_erases_is_tried():
    """That each field with words is named by a rule: tests/test_retention_of_everything.py."""
    assert set(WITH_WORDS) == {field for rule in RULES for field in rule.fields}


@pytest.mark.parametrize("field", WITH_WORDS)
def test_words_of_every_field_that_a_rule_names_are_gone_from_row_and_history(field):
    make, beside = WITH_WORDS[field]
    row, name = make(), field.rpartition(".")[2]
    history = type(row).pgh_event_model
    with pgtrigger.ignore():
        type(row)._base_manager.filter(pk=row.pk).update(**beside, **{name: "Zebrano"})
        history.objects.filter(pgh_obj=row).update(**{name: "Zebrano"})

    def found():
        with connection.cursor() as cursor:
            for table in (row._meta.db_table, history._meta.db_table):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE '%zebrano%'")
                yield cursor.fetchone()[0] > 0

    assert list(found()) == [True, True]
    retention.apply(on=TODAY)
    assert list(found()) == [False, False]


def test_visits_of_the_last_six_years_stay_as_they_are():
    recent = dt.datetime(2020, 11, 26, 19, tzinfo=LONDON)
    visit = factories.CompletedVisitFactory(starts_at=recent, started_at=recent)
    assert retention.apply(on=TODAY)["operations.Visit"] == 0
    assert TeamMember.objects.filter(visit=visit).exists()


def test_no_figure_changes(old_visit):
    factories.CompletedVisitFactory(starts_at=YEARS_AGO, started_at=YEARS_AGO)
    factories.NotCompletedVisitFactory(starts_at=YEARS_AGO, started_at=YEARS_AGO)
    reader = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)

    def figures():
        dashboard = Dashboard(user=reader, filters=Filters(), on=TODAY)
        return dashboard.totals, {slug: dashboard.table(slug).csv_rows for slug in TABLES}

    before = figures()
    assert retention.apply(on=TODAY)["operations.Visit"] == 3
    assert figures() == before


# What all rules have in common -------------------------------------------------------------------


def test_old_entries_of_the_access_log_go():
    old, recent = (
        AccessEntry.objects.create(act=Act.VIEWED, at=at)
        for at in (YEARS_AGO, dt.datetime(2023, 12, 1, tzinfo=LONDON))
    )
    retention.apply(on=TODAY)
    assert not AccessEntry.objects.filter(pk=old.pk).exists()
    assert AccessEntry.objects.filter(pk=recent.pk).exists()


def test_what_was_erased_is_an_entry_of_the_access_log(old_visit):
    visit, _ = old_visit
    retention.apply(on=TODAY)
    entry = AccessEntry.objects.get(act=Act.ERASED, what="operations.visit")
    assert (entry.ids, entry.user) == ([visit.pk], None)
    assert "anonymous" in entry.purpose


def test_doing_it_twice_erases_nothing_more(old_visit):
    retention.apply(on=TODAY)
    assert set(retention.apply(on=TODAY).values()) == {0}
    assert AccessEntry.objects.filter(act=Act.ERASED, what="operations.visit").count() == 1


def test_more_than_a_batch_is_erased_in_one_run(monkeypatch):
    monkeypatch.setattr("operations.protection.retention.BATCH", 2)
    factories.CadetFactory.create_batch(5, created_at=YEARS_AGO)
    assert retention.apply(on=TODAY)["operations.Cadet"] == 5


def test_the_seals_still_hold_and_tell_a_rule_from_a_crime(old_visit, settings):
    settings.RETENTION = settings.RETENTION | {"accounts.AccessEntry": 1}
    factories.CadetFactory(created_at=YEARS_AGO)
    AccessEntry.objects.create(act=Act.VIEWED, at=timezone.now() - dt.timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # as if written two days ago
        for source in sources():
            cursor.execute(
                f"UPDATE {source.table} SET {source.at} = {source.at} - interval '2 days'"
            )
        cursor.execute("RESET session_replication_role")
    now = timezone.now() + dt.timedelta(hours=2)
    seal_finished_days(at=now)
    retention.apply(on=timezone.localdate())
    report = verify(at=now)
    assert report.findings == []
    assert report.erased == Erasure.objects.count() > 5


def test_who_does_not_own_the_tables_is_told_what_to_do():
    with scope.for_task("test"), pytest.raises(retention.NotTheOwnerError, match="keeping"):
        retention.apply(on=TODAY)


def test_the_task_follows_the_rules_of_today():
    factories.CadetFactory(created_at=YEARS_AGO)
    apply_retention()
    assert Cadet.objects.get().erased_on == timezone.localdate()

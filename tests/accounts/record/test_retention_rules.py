"""What goes of accounts, messages, history and sessions, and that nothing of it is left."""

import datetime as dt
import uuid

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import CharField, EmailField, GenericIPAddressField, JSONField, TextField
from django.utils import timezone

from accounts.access.requests import Right
from accounts.dates.london import midnight
from accounts.models import AccessEntry, AccessRequest, Submission, Undo, User
from accounts.record import retention
from accounts.record.access_log import Act
from accounts.record.sealing import seal_finished_days, sources, verify
from accounts.roles import Role
from operations.models import Cadet, FollowUpState
from operations.sampling import actions as sampling
from outbox.models import Message
from tests import factories
from venues.models import ImportRun, VenueContact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]

TODAY = dt.date(2026, 11, 25)
LONG_AGO = dt.datetime(2019, 3, 1, 19, tzinfo=dt.UTC)


def age_the_record(by: str) -> None:
    """Let all that is on record be older, as if written then."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for source in sources():
            cursor.execute(f"UPDATE {source.table} SET {source.at} = {source.at} - interval '{by}'")
        cursor.execute("RESET session_replication_role")


def everything() -> str:
    """All that the database holds, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT kept::text FROM "{table}" kept')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def leaver(**fields):
    return factories.UserFactory(
        **{"username": "rhoda", "first_name": "Rhoda", "email": "rhoda@police.example"}
        | {"is_active": False, "date_joined": LONG_AGO}
        | fields
    )


def old_rows_of_everything(person):
    """A row or more of whatever a rule erases, with something in each field that the rule lists."""
    EmailAddress.objects.create(user=person, email=person.email)
    SocialAccount.objects.create(user=person, provider="force", uid="rhoda", extra_data={"a": "b"})
    factories.PasskeyFactory(user=person, data={"name": "Rhoda's phone"})
    chief = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    AccessRequest.objects.create(
        person=person, right=Right.PLANNER, address=person.email, asked_by=chief
    )
    operation = factories.OperationFactory(
        lead=person,
        created_by=person,
        starts_on=LONG_AGO.date(),
        ends_on=LONG_AGO.date(),
        notes="Rhoda said so",
        authorisation_reference="Rhoda 1",
    )
    old = {"operation": operation, "starts_at": LONG_AGO, "started_at": LONG_AGO}
    old |= {"call_sign": "Rhoda 4"}
    facts = {"notes": "Rhoda was kind", "incident_reference": "Rhoda 2"}
    visit = factories.RefresherNeededVisitFactory(outcome_facts=facts, **old)
    factories.ClosedAlarmFactory(
        visit=visit, due_at=LONG_AGO, raised_at=LONG_AGO, closed_at=LONG_AGO, closed_by=person
    )
    said = {"place": "By Rhoda's", "done": "Rhoda went", "incident_reference": "Rhoda 3"}
    with pgtrigger.ignore("operations.StartOverride:start_is_allowed_before_it_only"):
        factories.StartOverrideFactory(visit=visit, at=LONG_AGO, by=person, reason="Rhoda said so")
    factories.WelfareAnswerFactory(visit=visit, asked_at=LONG_AGO, note="Rhoda saw it")
    factories.AuthorisationFactory(
        operation=operation,
        withdrawn_by=person,
        withdrawn_at=LONG_AGO,
        withdrawn_reason="Rhoda said so",
    )
    factories.PublicationFactory(operation=operation, by=person)
    factories.PlanNoticeFactory(operation=operation, reader=person)
    factories.SheetFactory(operation=operation, sent_to="rhoda@police.example", sent_by=person)
    call = factories.CallFactory(called_at=LONG_AGO, logged_by=person, **said)
    factories.ClosedConcernFactory(call=call, opened_at=LONG_AGO, came_of_it="Rhoda's family")
    again = {"visit": visit, "revision": 2, "correction_reason": "Rhoda said so"}
    again |= facts | factories.FACTS_OF[visit.outcome.verdict]
    visit.outcome = factories.OutcomeFactory(**again)
    visit.save()
    factories.FollowUpFactory(visit=visit, state=FollowUpState.DECLINED, responsible=person)
    away = factories.NotCompletedVisitFactory(not_completed_notes="Rhoda was away", **old)
    type(away).objects.filter(pk=away.pk).update(
        not_completed_revision=2, correction_reason="Rhoda said so"
    )
    factories.CancelledVisitFactory(operation=operation, starts_at=LONG_AGO)
    factories.CadetFactory(created_at=LONG_AGO)
    factories.OperationVenueFactory(operation=operation, added_by=person)
    plan = factories.DrawPlanFactory(operation=operation, made_by=person, drawn=True)
    by = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    sampling.replace_venue(drawn=plan.drawn.get(place=1), by=by, reason="Rhoda sold it")
    Undo.objects.all().delete()
    factories.TrainingSessionFactory(
        held_on=LONG_AGO.date(), delivered_by="Rhoda", notes="By Rhoda", recorded_by=person
    )
    factories.VenueContactFactory(name="Rhoda", email="rhoda@hotel.example").delete()
    ImportRun.objects.create(
        file_name="rhoda.xml", created=0, changed=0, unchanged=0, missing=0, differences=0
    )
    ImportRun.objects.update(finished_at=LONG_AGO, report={"accepted_by": "Rhoda"})
    Message.objects.create(
        lane="account",
        address="rhoda@police.example",
        about="Rhoda",
        answer="Rhoda is away",
        state="sent",
        settled_at=LONG_AGO,
    )
    AccessEntry.objects.create(
        act=Act.EXPORTED, what="accounts.user", purpose="Rhoda asked", address="x", path="/x/"
    )
    Session.objects.create(session_key="over", session_data="x", expire_date=LONG_AGO)
    UserSession.objects.create(
        user=person, session_key="over", ip="192.0.2.9", user_agent="x", data={"a": "b"}
    )
    Undo.objects.create(act="x", by=chief, until=LONG_AGO, says="x", entries=[["x", 1]])
    LogEntry.objects.create(
        user=person, action_flag=1, object_id="1", object_repr="x", change_message="x"
    )
    Submission.objects.create(number=uuid.uuid4(), by=chief, content="x", answer="/x/")
    Submission.objects.update(at=LONG_AGO)


def put_marks():
    """Put a word of its own into each field that a rule lists, in the rows and in their history.

    Returns:
        Field → what to look for. A field that nobody filled has no entry.

    """
    marks = {}
    for number, field in enumerate(sorted(f for rule in retention.rules() for f in rule.fields)):
        label, _, name = field.rpartition(".")
        model = apps.get_model(label)
        kind = model._meta.get_field(name)
        is_address = isinstance(kind, GenericIPAddressField)
        mark = f"198.51.100.{number}" if is_address else f"rhoda{number}x"
        tables = [model, *filter(None, [getattr(model, "pgh_event_model", None)])]
        for table in tables:
            if name not in {one.name for one in table._meta.get_fields()}:  # such as a password
                continue
            filled = table._base_manager.exclude(**{f"{name}__isnull": True})
            if model is User:
                filled = filled.exclude(is_active=True)  # they keep their names
            if isinstance(kind, CharField | TextField):
                filled = filled.exclude(**{name: ""})
            for pk in filled.values_list("pk", flat=True):
                words = {
                    JSONField: {"a": mark},
                    GenericIPAddressField: mark,
                    EmailField: f"{mark}{pk}@police.example",
                }
                word = next((w for of, w in words.items() if isinstance(kind, of)), f"{mark}{pk}")
                with pgtrigger.ignore():
                    table._base_manager.filter(pk=pk).update(**{name: word})
                marks[field] = mark
    return marks


def test_each_field_that_a_rule_lists_is_erased_once_all_times_have_passed():
    old_rows_of_everything(leaver())
    marks = put_marks()
    listed = {field for rule in retention.rules() for field in rule.fields}
    assert listed - set(marks) == set(), "Nothing is in these: fill them in the rows above."
    age_the_record("7 years")
    there = everything()
    assert [field for field, mark in marks.items() if mark not in there] == []

    retention.apply(on=TODAY)

    left = everything()
    assert [field for field, mark in marks.items() if mark in left] == []
    assert [line for line in left.splitlines() if "hoda" in line] == []


def test_an_account_in_use_or_closed_lately_keeps_its_name():
    in_use = leaver(is_active=True)
    age_the_record("7 years")
    lately = leaver(username="ida", email="ida@police.example")

    retention.apply(on=TODAY)

    assert set(User.objects.filter(first_name="Rhoda")) == {in_use, lately}


def test_a_nameless_account_is_left_alone_afterwards():
    leaver()
    age_the_record("7 years")

    assert retention.apply(on=TODAY)["accounts.User"] == 1
    assert retention.apply(on=TODAY)["accounts.User"] == 0
    assert User.objects.filter(username__startswith="left-").count() == 1


def test_a_removed_contact_goes_from_the_history_and_one_that_is_there_stays():
    factories.VenueContactFactory(name="Rhoda").delete()
    there = factories.VenueContactFactory(name="Ida")
    age_the_record("2 years")

    retention.apply(on=timezone.localdate())

    names = VenueContact.pgh_event_model.objects.values_list("name", flat=True)
    assert set(names) == {"Ida"}
    assert VenueContact.objects.get() == there


def test_the_reason_for_asking_about_a_cadet_goes_with_the_cadet():
    cadet = factories.CadetFactory(reference="C-17", created_at=LONG_AGO)
    for about in (cadet.pk, 0):
        AccessEntry.objects.create(
            act=Act.EXPORTED, what="operations.cadet", ids=[about], purpose="C-17 asked"
        )

    retention.apply(on=TODAY)

    assert Cadet.objects.get().erased_on == TODAY
    purposes = AccessEntry.objects.filter(act=Act.EXPORTED).order_by("ids")
    assert [entry.purpose for entry in purposes] == ["C-17 asked", retention.ERASED]


def test_sessions_that_are_over_go_with_what_is_known_of_their_devices():
    person = factories.UserFactory()
    begun = midnight(TODAY)
    hour = dt.timedelta(hours=1)
    for key, ends in (("over", begun - hour), ("on", begun + hour)):
        Session.objects.create(session_key=key, session_data="x", expire_date=ends)
        UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1", user_agent="x")

    retention.apply(on=TODAY)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["on"]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["on"]


def test_the_seals_hold_after_history_accounts_and_contacts_were_erased():
    leaver()
    factories.VenueContactFactory(name="Rhoda").delete()
    factories.CadetFactory(created_at=LONG_AGO)
    age_the_record("7 years")
    now = timezone.now() + dt.timedelta(hours=2)
    seal_finished_days(at=now)

    retention.apply(on=timezone.localdate())

    report = verify(at=now)
    assert report.findings == []
    assert report.erased > 3

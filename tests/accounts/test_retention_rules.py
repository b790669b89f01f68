"""What goes of accounts, messages, history and sessions, and that nothing of it is left."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts import retention
from accounts.access_log import Act
from accounts.models import AccessEntry, User
from accounts.sealing import seal_finished_days, sources, verify
from operations.models import Cadet
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


def test_nothing_of_a_person_is_left_once_all_times_have_passed():
    person = leaver()
    EmailAddress.objects.create(user=person, email=person.email)
    SocialAccount.objects.create(
        user=person, provider="force", uid="rhoda", extra_data={"a": "Rhoda"}
    )
    factories.PasskeyFactory(user=person, data={"name": "Rhoda's phone"})
    said = {"notes": "Rhoda said so", "authorisation_reference": "Rhoda 1"}
    operation = factories.OperationFactory(
        lead=person, created_by=person, starts_on=LONG_AGO.date(), ends_on=LONG_AGO.date(), **said
    )
    old = {"operation": operation, "starts_at": LONG_AGO, "started_at": LONG_AGO}
    facts = {"notes": "Rhoda was kind", "incident_reference": "Rhoda 2"}
    factories.CompletedVisitFactory(outcome_facts=facts, **old)
    factories.NotCompletedVisitFactory(not_completed_notes="Rhoda was away", **old)
    factories.OperationVenueFactory(operation=operation, added_by=person)
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
        answer="Rhoda is away",
        state="sent",
        settled_at=LONG_AGO,
    )
    AccessEntry.objects.create(act=Act.EXPORTED, what="accounts.user", purpose="Rhoda asked")
    age_the_record("7 years")
    assert "hoda" in everything()

    retention.apply(on=TODAY)

    left = [line for line in everything().splitlines() if "hoda" in line]
    assert left == []


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
    now = timezone.now()
    for key, ends in (("over", now - dt.timedelta(hours=1)), ("on", now + dt.timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="x", expire_date=ends)
        UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1", user_agent="x")

    retention.apply(on=timezone.localdate())

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

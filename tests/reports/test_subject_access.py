"""Everything that is held of one person, and nothing of others or of what is still ahead."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.addresses import number_of
from accounts.database import scope
from accounts.models import AccessEntry
from accounts.record.access_log import Act, record_reads
from accounts.roles import Role
from operations.models import Cadet
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = reverse("reports:subject_access")


@pytest.fixture
def administrator(client):
    person = factories.UserFactory(role=Role.ADMINISTRATOR, last_name="Merriweather")
    client.force_login(person)
    return person


def export(client, subject, identifier, reason="SAR 17"):
    return client.post(PAGE, {"subject": subject, "identifier": identifier, "reason": reason})


def rows(response):
    assert response.status_code == 200, response.status_code
    assert response["Content-Type"].startswith("text/csv"), response.content.decode()[:3000]
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def test_somebody_who_signs_in_gets_account_access_work_reads_and_changes(client, administrator):
    unit = factories.CommandUnitFactory(name="North")
    officer = factories.UserFactory(
        username="oriel", role=Role.VISITING_OFFICER, units=[unit], last_name="Fenwick"
    )
    visit = factories.CompletedVisitFactory(officer=officer)
    with scope.acting(officer):
        record_reads(by=officer, viewed=[visit])
        factories.VenueGroupFactory(name="Lanternstay")
    found = rows(export(client, "person", "Oriel"))
    assert ["Record", f"Person {number_of(officer.pk)}", "Last name", "Fenwick"] in found
    assert {row[3] for row in found if row[0] == "Access"} == {"Visiting officer", "North"}
    assert any(row[:2] == ["Work", f"Visit {visit.number}"] for row in found)
    assert any(row[0] == "What they read" and f"visit {visit.number}" in row[2] for row in found)
    changed = [row for row in found if row[0] == "What they changed"]
    assert changed
    assert "Lanternstay" not in str(found)  # that is of others
    assert "password" not in str(found).lower()


def test_a_visit_that_is_still_ahead_is_not_in_it(client, administrator):
    officer = factories.UserFactory(username="oriel", role=Role.VISITING_OFFICER)
    planner = factories.UserFactory(username="petra", role=Role.PLANNER, whole_force=True)
    tomorrow = timezone.now() + dt.timedelta(days=1)
    with scope.acting(planner):
        ahead = factories.VisitFactory(officer=officer, starts_at=tomorrow, created_by=planner)
        companion = factories.CadetMemberFactory(visit=ahead).cadet
    for person in (officer, planner):
        with scope.acting(person, path=f"/visits/{ahead.number}/"):
            record_reads(by=person, viewed=[ahead], listed=[companion])
    for username in ("oriel", "petra"):
        found = rows(export(client, "person", username))
        assert f"isit {ahead.number}" not in str(found)
        assert ahead.venue.name not in str(found)
        assert f"/visits/{ahead.number}/" not in str(found)
        assert f"cadet {number_of(companion.pk)}" not in str(
            [row for row in found if "read" in row[0]]
        )


def test_a_cadet_gets_record_visits_and_when_it_was_read(client, administrator):
    cadet = factories.CadetFactory(reference="C-17")
    visit = factories.CompletedVisitFactory()
    factories.CadetMemberFactory(visit=visit, cadet=cadet)
    factories.WelfareAnswerFactory(visit=visit, cadet=cadet, note="Wants a call")
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True, last_name="Lindqvist")
    with scope.acting(planner):
        record_reads(by=planner, listed=[cadet])
        Cadet.objects.filter(pk=cadet.pk).update(briefed_on=dt.date(2026, 11, 2))
    found = rows(export(client, "cadet", "c-17"))
    assert ["Record", f"Cadet {number_of(cadet.pk)}", "Reference", "C-17"] in found
    assert any(row[0] == "Work" and str(visit.venue) in row[3] for row in found)
    assert any(row[0] == "What they said" and row[3] == "Upset. Wants a call" for row in found)
    assert any(row[0] == "Who read it" and "by somebody" in row[2] for row in found)
    history = [row for row in found if row[0] == "History of the record"]
    assert any("2 November 2026" in row[2] for row in history)
    assert "Lindqvist" not in str(found)


def test_a_contact_gets_the_records_at_each_venue(client, administrator):
    contacts = [factories.VenueContactFactory(email="rhoda@hotel.example") for _ in range(2)]
    found = rows(export(client, "contact", "Rhoda@hotel.example"))
    venues = {row[3] for row in found if row[:1] + row[2:3] == ["Record", "Venue"]}
    assert venues == {contact.venue.name for contact in contacts}


def test_messages_to_the_person_are_in_it(client, administrator):
    contact = factories.VenueContactFactory(email="m@hotel.example")
    factories.MessageFactory(address="M@hotel.example")
    factories.MessageFactory(address="other@hotel.example")
    found = rows(export(client, "contact", contact.email))
    told = [row for row in found if row[0] == "Messages"]
    assert [(row[2], row[3]) for row in told] == [
        ("Reminders", "Waiting to be sent, to M@hotel.example")
    ]


def test_the_export_is_on_record_with_its_reason(client, administrator):
    cadet = factories.CadetFactory(reference="C-17")
    export(client, "cadet", "C-17", reason="SAR 17 of 3 November")
    entry = AccessEntry.objects.about(cadet).get(act=Act.EXPORTED)
    assert (entry.user, entry.purpose) == (administrator, "SAR 17 of 3 November")


def test_an_unknown_person_is_said_to_be_unknown_and_nothing_typed_is_lost(client, administrator):
    page = export(client, "cadet", "C-99")
    assert "Nobody on record fits this" in page.text
    assert 'value="C-99"' in page.text
    assert not AccessEntry.objects.filter(act=Act.EXPORTED).exists()


def test_it_has_to_be_asked_why(client, administrator):
    factories.CadetFactory(reference="C-17")
    assert "Enter why you export it" in export(client, "cadet", "C-17", reason="").text


def test_whoever_signed_in_a_while_ago_proves_again_who_they_are(client, administrator):
    session = client.session
    session["proved_at"] -= 3600
    session.save()
    assert client.get(PAGE).status_code == 302
    assert export(client, "cadet", "C-17").status_code == 302

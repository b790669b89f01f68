"""A record's history in words, and the log of everything."""

import datetime as dt
import itertools
import re

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.addresses import number_of
from accounts.database import scope
from accounts.models import AccessEntry
from accounts.record import history
from accounts.record.access_log import record_reads
from accounts.roles import Role
from operations.follow_ups import actions as follow_ups
from operations.models import Cadet, FollowUp, Outcome, Visit
from tests import database, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return factories.CommandUnitFactory()


def of(role, unit, **kwargs):
    return factories.UserFactory(role=role, units=[unit], **kwargs)


@pytest.fixture
def petra(unit):
    return of(Role.TRAINING_COORDINATOR, unit, first_name="Petra", last_name="Lindqvist")


def titles(response):
    return [entry.title for entry in response.context["entries"]]


def page(client, user, slug, record, **query):
    client.force_login(user)
    return client.get(reverse("accounts:history", args=[slug, record.pk]), query)


# A record's page --------------------------------------------------------------------------------


def test_a_changed_date_reads_as_a_sentence(client, unit, petra):
    follow_up = factories.FollowUpFactory(unit=unit, due_on=dt.date(2026, 3, 3))
    with scope.acting(petra, address="192.0.2.7"):
        FollowUp.objects.filter(pk=follow_up.pk).update(due_on=dt.date(2026, 3, 10))
    response = page(client, petra, "follow-up", follow_up)
    assert titles(response)[0] == (
        "Petra Lindqvist changed due by from 3 March 2026 to 10 March 2026"
    )
    assert "192.0.2.7" not in response.content.decode()


def test_an_administrator_sees_from_where(client, unit, petra):
    follow_up = factories.FollowUpFactory(unit=unit)
    with scope.acting(petra, address="192.0.2.7"):
        FollowUp.objects.filter(pk=follow_up.pk).update(due_on=dt.date(2026, 3, 10))
    response = page(client, of(Role.ADMINISTRATOR, unit), "follow-up", follow_up)
    assert "From 192.0.2.7" in response.content.decode()


def test_several_changes_are_listed_with_names_choices_and_nothing(client, unit, petra):
    follow_up = factories.FollowUpFactory(unit=unit)
    officer = factories.UserFactory(first_name="Corin", last_name="Maddox")
    before = follow_up.responsible
    with scope.acting(petra):
        FollowUp.objects.filter(pk=follow_up.pk).update(
            state="booked", booked_for=dt.date(2026, 3, 5), responsible=officer
        )
    entry = page(client, petra, "follow-up", follow_up).context["entries"][0]
    assert entry.title == "Petra Lindqvist changed this follow-up"
    assert entry.body.splitlines() == [
        "State from Offered to Booked",
        f"Responsible officer from {before} to Corin Maddox",
        "Booked for from nothing to 5 March 2026",
    ]


def test_the_reason_stands_beside_the_change(client, unit, petra):
    follow_up = factories.FollowUpFactory(unit=unit)
    with scope.acting(petra):
        follow_ups.decline_refresher(
            follow_up=follow_up, reason="They train themselves", by=petra, version=1
        )
    entry = page(client, petra, "follow-up", follow_up).context["entries"][0]
    assert "Why: They train themselves" in entry.body


def test_a_visits_history_has_its_team_and_outcome_and_says_who_did_not_sign_in(client, unit):
    visit = factories.CompletedVisitFactory(unit=unit)
    shown = "\n".join(titles(page(client, of(Role.PLANNER, unit), "visit", visit)))
    assert "A command added this visit" in shown
    assert f"added team member {number_of(visit.team.get().pk)}" in shown
    assert f"added outcome {number_of(visit.outcome_id)}" in shown


def test_no_history_tells_by_its_numbers_how_many_visits_are_planned(client, unit):
    officer = of(Role.VISITING_OFFICER, unit)
    nights = [timezone.now() + dt.timedelta(days=day) for day in range(3)]
    visits = [factories.VisitFactory(unit=unit, officer=officer, starts_at=at) for at in nights]
    for visit in (visits[0], visits[2]):
        shown = titles(page(client, officer, "visit", visit))
        assert f"A command added team member {number_of(visit.team.get().pk)}" in shown
        assert not re.search(r"member [0-9]{1,7}$", "\n".join(shown), re.MULTILINE)


def test_cadets_of_a_team_are_in_its_history_for_planners_and_the_team_only(client, unit):
    officer = of(Role.VISITING_OFFICER, unit)
    visit = factories.CompletedVisitFactory(unit=unit, officer=officer)
    member = factories.CadetMemberFactory(visit=visit)
    for role, sees in ((Role.PLANNER, True), (Role.CSE_LEAD, False), (Role.ADMINISTRATOR, False)):
        response = page(client, of(role, unit), "visit", visit)
        assert (member.cadet.reference in response.content.decode()) == sees, role
    assert member.cadet.reference in page(client, officer, "visit", visit).content.decode()


def test_contacts_are_in_a_venues_history_for_those_who_see_contacts(client, unit):
    contact = factories.VenueContactFactory(venue=factories.VenueFactory(unit=unit))
    for role, sees in ((Role.TRAINING_COORDINATOR, True), (Role.VISITING_OFFICER, False)):
        response = page(client, of(role, unit), "venue", contact.venue)
        assert (contact.email in response.content.decode()) == sees


def test_the_history_outlives_what_was_removed(client, unit, petra):
    contact = factories.VenueContactFactory(venue=factories.VenueFactory(unit=unit), name="Ida")
    pk = contact.pk
    with scope.acting(petra):
        contact.delete()
    entry = page(client, petra, "venue", contact.venue).context["entries"][0]
    assert entry.title == f"Petra Lindqvist removed venue contact {number_of(pk)}"
    assert "Name: Ida" in entry.body


@pytest.mark.parametrize("slug", ["reminder", "nothing"])
def test_a_kind_without_history_is_not_there(client, unit, petra, slug):
    assert page(client, petra, slug, petra).status_code == 404


def test_looking_at_a_history_is_a_read(client, unit, petra):
    follow_up = factories.FollowUpFactory(unit=unit)
    page(client, petra, "follow-up", follow_up)
    assert AccessEntry.objects.about(follow_up).filter(user=petra).exists()


def change_often(visit, times, user):
    with scope.acting(user):
        for turn in range(times):
            Visit.objects.filter(pk=visit.pk).update(
                ends_at=visit.starts_at + dt.timedelta(hours=3, minutes=turn)
            )


def test_a_long_history_is_shown_by_page_and_costs_no_more_queries(client, unit):
    planner = of(Role.PLANNER, unit)
    visit = factories.VisitFactory(unit=unit)
    change_often(visit, 60, planner)
    client.force_login(planner)
    url = reverse("accounts:history", args=["visit", visit.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    change_often(visit, 30, planner)
    with CaptureQueriesContext(connection) as many:
        first = client.get(url)
    assert len(many) == len(few) <= 12
    assert (len(titles(first)), first.context["page"].newer) == (50, None)
    second = client.get(url, {"older": first.context["page"].older})
    assert (len(titles(second)), second.context["page"].older) == (42, None)
    back = client.get(url, {"newer": second.context["page"].newer})
    assert titles(back) == titles(first)
    assert str(first.context["page"].older) in first.content.decode()


@settings(deadline=None, max_examples=25)  # each asks the database
@given(
    st.lists(st.sampled_from(["2026-03-03", "2026-03-10", "2026-04-01"]), min_size=2, max_size=6)
)
def test_the_last_sentence_of_each_change_leads_to_the_next(dates):
    cadet = factories.CadetFactory(birth_date=dates[0])
    for date in dates[1:]:
        Cadet.objects.filter(pk=cadet.pk).update(birth_date=date)
    events = history.page_of(history.events_of(cadet, history.Limits()), size=50).rows
    said = [
        e.title.split(" from ")[1].split(" to ") for e in history.in_words(events, of=cadet)[:-1]
    ]
    changed = [date for before, date in itertools.pairwise(dates) if before != date]
    assert len(said) == len(changed)
    assert all(newer[0] == older[1] for newer, older in itertools.pairwise(said))


# The log ----------------------------------------------------------------------------------------


@pytest.fixture
def admin(unit):
    return of(Role.ADMINISTRATOR, unit)


def log(client, admin, **query):
    client.force_login(admin)
    response = client.get(reverse("accounts:log"), query)
    assert response.status_code == 200
    return response


def test_the_log_finds_changes_by_person_kind_and_number(client, admin, petra, unit):
    follow_up, other = (factories.FollowUpFactory(unit=unit) for _ in range(2))
    with scope.acting(petra):
        FollowUp.objects.all().update(due_on=dt.date(2026, 3, 10))
    found = titles(
        log(client, admin, person=petra.pk, kind="operations.followup", number=follow_up.pk)
    )
    assert len(found) == 1
    assert found[0].startswith(f"Petra Lindqvist changed follow-up {follow_up.pk}: due by from")
    assert len(titles(log(client, admin, person=petra.pk))) == 2
    assert other.pk != follow_up.pk


def test_the_log_finds_a_record_by_the_number_of_its_address_too(client, admin):
    cadets = factories.CadetFactory.create_batch(2)
    number = number_of(cadets[1].pk)
    for typed in (str(cadets[1].pk), number, number.upper()):
        found = titles(log(client, admin, kind="operations.cadet", number=typed))
        assert found == [f"A command added cadet {cadets[1].pk}"]
    for typed in ("7kq2m9x", "seven", "0", "-1", "9" * 40):
        assert log(client, admin, number=typed).context["form"].errors.keys() == {"number"}


def test_the_log_finds_a_person_by_name_username_address_or_number(client, admin, petra, unit):
    follow_up = factories.FollowUpFactory(unit=unit)
    with scope.acting(petra):
        FollowUp.objects.filter(pk=follow_up.pk).update(due_on=dt.date(2026, 3, 10))
    number = number_of(petra.pk)
    for typed in ("petra lindqvist", petra.username, petra.email.upper(), number, str(petra.pk)):
        [found] = titles(log(client, admin, person=typed))
        assert found.startswith("Petra Lindqvist changed follow-up")


def test_the_log_asks_for_a_username_where_several_people_have_the_name(client, admin, petra):
    other = factories.UserFactory(first_name="Petra", last_name="Lindqvist")
    [error] = log(client, admin, person="Petra Lindqvist").context["form"].errors["person"]
    assert petra.username in error
    assert other.username in error
    form = log(client, admin, person="Nobody").context["form"]
    [error] = form.errors["person"]
    assert "No account fits “Nobody”. Enter first and last name, a username" in error


def test_the_log_keeps_to_the_days_asked_for(client, admin):
    factories.CadetFactory()
    today = timezone.localdate()
    since = {"since_day": today.day, "since_month": today.month, "since_year": today.year}
    until = {"until_day": 1, "until_month": 1, "until_year": 2020}
    kind = {"kind": "operations.cadet"}
    assert len(titles(log(client, admin, **kind, **since))) == 1
    assert titles(log(client, admin, **kind, **until)) == []


def test_the_log_finds_who_looked_at_a_cadet(client, admin, unit):
    planner = of(Role.PLANNER, unit, first_name="Petra", last_name="Lindqvist")
    cadets = factories.CadetFactory.create_batch(2)
    record_reads(by=planner, listed=cadets)
    query = {"show": "reads", "kind": "operations.cadet", "number": cadets[1].pk}
    assert titles(log(client, admin, **query)) == [
        f"Petra Lindqvist saw in a list cadets {cadets[0].pk} and {cadets[1].pk}"
    ]


def test_looking_into_the_log_is_in_the_log(client, admin):
    log(client, admin, show="reads")
    second = titles(log(client, admin, show="reads", act="searched"))
    assert second == [f"{admin} searched the log"] * 2
    entry = AccessEntry.objects.filter(act="searched").first()
    assert entry.purpose == "reads and sign-ins who searched"


def test_a_visit_ahead_is_not_in_an_administrators_log_until_it_is_over(client, admin, unit):
    planner = of(Role.PLANNER, unit)
    chosen = factories.OperationVenueFactory(venue=factories.VenueFactory(unit=unit))
    visit = factories.VisitFactory(venue=chosen.venue, operation=chosen.operation)
    cadet = factories.CadetMemberFactory(visit=visit).cadet
    factories.TeamMemberFactory(visit=visit, duty="welfare")
    with scope.acting(planner, path=f"/visits/{visit.pk}/"):
        record_reads(by=planner, viewed=[visit], listed=[cadet])
    with scope.acting(planner, path=f"/operations/{chosen.operation_id}/venues/"):
        record_reads(by=planner, listed=[chosen])

    lead = visit.team.get(duty="lead")

    def told():
        changes = "\n".join(titles(log(client, admin)))
        reads = "\n".join(titles(log(client, admin, show="reads", person=planner.pk)))
        return [
            f"added visit {visit.pk}" in changes,
            f"added team member {lead.pk}" in changes,
            f"viewed visit {visit.pk}" in reads,
            f"{planner} saw in a list cadet {cadet.pk}" in reads,
        ]

    covert = [f"chosen venue {chosen.pk}" in "\n".join(titles(log(client, admin)))]
    assert told() + covert == [False] * 5
    now = timezone.now()
    states = (
        {"state": "under_way", "started_at": now, "started_by": planner},
        {"state": "not_completed", "ended_at": now, "not_completed_reason": "fully_booked"},
    )
    for state in states:
        Visit.objects.filter(pk=visit.pk).update(**state)
    assert told() == [True] * 4


def test_a_venue_that_was_chosen_again_is_not_in_an_administrators_log(client, admin, unit):
    operation = factories.OperationFactory()
    venue = factories.VenueFactory(unit=unit, name="Covert Arms")
    factories.OperationVenueFactory(operation=operation, venue=venue).delete()
    factories.OperationVenueFactory(operation=operation, venue=venue)
    page = client_page(client, admin, kind="operations.operationvenue")
    assert "Covert Arms" not in page


def client_page(client, user, **query):
    return log(client, user, **query).content.decode()


def test_a_planner_of_the_unit_would_be_told_of_it(unit):
    """The same question for somebody who may see the visit, so that the refusal has its reason."""
    visit = factories.VisitFactory(unit=unit)
    limits = history.limits_of_log(of(Role.PLANNER, unit), on=timezone.localdate())
    events = history.all_events(limits, model=Visit)
    assert [e.pgh_obj_id for e, _ in history.page_of(events, size=9).rows] == [visit.pk]


def test_what_is_held_of_a_cadet_is_not_told_in_the_log(client, admin):
    cadet = factories.CadetFactory(reference="C-SECRET")
    Cadet.objects.filter(pk=cadet.pk).update(birth_date=dt.date(2011, 2, 3))
    response = log(client, admin, kind="operations.cadet")
    assert "C-SECRET" not in response.content.decode()
    assert "2011" not in response.content.decode()
    assert f"changed cadet {cadet.pk}: birth date" in titles(response)[0]


def test_the_log_costs_no_more_queries_the_longer_it_is(client, admin, unit):
    visits = [factories.CompletedVisitFactory(unit=unit)]
    log(client, admin)
    with CaptureQueriesContext(connection) as few:
        log(client, admin)
    visits += factories.CompletedVisitFactory.create_batch(3, unit=unit)
    with CaptureQueriesContext(connection) as many:
        log(client, admin)
    assert len(many) <= len(few)
    assert Outcome.objects.count() == len(visits)


@pytest.mark.parametrize(
    "query",
    [
        {"older": "x"},
        {"older": "-"},
        {"older": f"1-{number_of(1)}-accounts.user"},
        {"newer": f"{'9' * 18}-{number_of(1)}-accounts.userevent"},
        {"newer": f"{10**17}-{number_of(1)}"},
        {"show": "reads", "older": f"1-{number_of(1)}-accounts.userevent"},
        {"number": "99999999999999999999"},
    ],
)
def test_the_log_bears_any_address(client, admin, query):
    log(client, admin, **query)


def all_pages(page_after, size):
    """The rows of a list from its newest page to its oldest, and of the same way back."""
    pages = [page_after(None)]
    while pages[-1].older:
        pages.append(page_after(pages[-1].older))
    back = [pages[-1]]
    while back[-1].newer:
        back.append(page_after(back[-1].newer))
    assert all(len(page.rows) == size for page in pages[:-1])
    return [page.rows for page in pages], [page.rows for page in reversed(back)]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8), st.integers(1, 3))
def test_pages_of_the_log_have_each_entry_once_also_those_of_one_moment(moments, size):
    begun, tables = timezone.now(), []
    for factory in (factories.CadetFactory, factories.CommandUnitFactory):
        keys = [factory().pk for _ in moments]
        table = factory._meta.model.pgh_event_model.objects.filter(pgh_obj__in=keys)
        with database.as_owner(), pgtrigger.ignore():
            for key, second in zip(keys, moments, strict=True):
                at = begun + dt.timedelta(seconds=second)
                table.filter(pgh_obj=key).update(pgh_created_at=at)
        tables.append(table)
    there, back = all_pages(lambda place: history.page_of(tables, size=size, place=place), size)
    assert there == back
    shown = [(type(event), event.pk) for event, _ in itertools.chain(*there)]
    assert len(shown) == len(set(shown)) == 2 * len(moments)
    times = [event.pgh_created_at for event, _ in itertools.chain(*there)]
    assert times == sorted(times, reverse=True)


def test_pages_of_reads_have_each_entry_once(unit):
    person = of(Role.PLANNER, unit)
    now = timezone.now()
    for second in (0, 0, 0, 1, 1, 2):
        at = now + dt.timedelta(seconds=second)
        AccessEntry.objects.create(act="viewed", user=person, at=at)
    reads = AccessEntry.objects.filter(user=person)
    there, back = all_pages(lambda place: history.page_of_reads(reads, size=2, place=place), 2)
    assert there == back
    assert list(itertools.chain(*there)) == list(reads.order_by("-at", "-pk"))

"""The planner's pages: who may see what, what each page does, and that nothing typed is lost."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.addresses import number_of
from accounts.dates.london import duty_day
from accounts.models import Undo, User
from accounts.roles import Role
from govuk.dates import LONDON, long_day
from operations.models import (
    Cadet,
    Operation,
    OperationVenue,
    Scenario,
    Selection,
    Visit,
    VisitState,
    WarningSign,
)
from operations.planning import draws
from operations.planning.schedule_forms import london_time
from operations.templatetags.visits import visit_day
from tests.factories import (
    CadetFactory,
    CadetMemberFactory,
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    ScenarioFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from venues.models import Venue

pytestmark = pytest.mark.django_db


def soon() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=2)


def sixteen() -> dt.date:
    """The day on which somebody was born who is of that age."""
    return soon() - dt.timedelta(days=16 * 366)


def at(hour: int, minute: int = 0, day: dt.date | None = None) -> dt.datetime:
    return dt.datetime.combine(day or soon(), dt.time(hour, minute), tzinfo=LONDON)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(planner):
    return signed_in(planner)


@pytest.fixture
def operation(planner):
    return OperationFactory(
        starts_on=soon(), ends_on=soon() + dt.timedelta(days=9), created_by=planner
    )


@pytest.fixture
def chosen(operation, unit):
    return OperationVenueFactory(operation=operation, venue=VenueFactory(unit=unit))


@pytest.fixture
def visit(chosen):
    return VisitFactory(
        operation=chosen.operation, venue=chosen.venue, starts_at=at(19), ends_at=at(20)
    )


def last_sunday(month: int) -> dt.date:
    """When the clocks change next year."""
    last = dt.date(soon().year + 1, month, 31)
    return last - dt.timedelta(days=last.isoweekday() % 7)


def officer():
    return UserFactory(role=Role.VISITING_OFFICER)


@pytest.fixture
def queries_of():
    """How many queries a page takes, its rendering included."""

    def count(client, page):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        return len(asked)

    return count


def url(name, *args):
    return reverse(f"operations:{name}", args=args)


def text(response):
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def date_of(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def plan(**changes):
    """The answers of a visit that breaks no rule, but for what the test says."""
    usual = {"starts_at": "19:00", "ends_at": "20:00"} | date_of("on", soon())
    return usual | {"lead": officer().pk} | changes


# Who may open what

PLANNING = {
    "operation_add": None,
    "operation_edit": "operation",
    "operation_venues": "operation",
    "visit_add": "operation",
    "visit_edit": "visit",
    "visit_cancel": "visit",
    "scenario_add": None,
    "scenario_new_version": "scenario",
    "cadet_list": None,
    "cadet_add": None,
    "cadet_edit": "cadet",
}
READING = {
    "operation_list": None,
    "operation_detail": "operation",
    "scenario_list": None,
    "scenario_detail": "scenario",
}


@pytest.fixture
def address(operation, visit):
    things = {
        "operation": operation,
        "visit": visit,
        "scenario": operation.scenario,
        "cadet": CadetFactory(),
    }

    def address(name):
        about = (PLANNING | READING)[name]
        return url(name, *([things[about].pk] if about else []))

    return address


@pytest.mark.parametrize("name", [*PLANNING, *READING])
@pytest.mark.parametrize("role", [*Role, None])
def test_pages_by_role(address, unit, name, role):
    readers = {Role.PLANNER, Role.ADMINISTRATOR, Role.CSE_LEAD}
    allowed = readers if name in READING else {Role.PLANNER}
    person = UserFactory(role=role, units=[unit])

    response = signed_in(person).get(address(name))

    assert response.status_code == (200 if role in allowed else 403)


@pytest.mark.parametrize("name", [*PLANNING, *READING])
def test_who_is_not_signed_in_is_asked_to(address, name):
    assert Client().get(address(name)).status_code == 302


OF_A_UNIT = [
    name for name, about in (PLANNING | READING).items() if about in ("operation", "visit")
]


@pytest.mark.parametrize("name", OF_A_UNIT)
@pytest.mark.parametrize("role", [Role.PLANNER, Role.CSE_LEAD])
def test_of_another_command_unit_nothing_exists(address, name, role):
    stranger = signed_in(UserFactory(role=role, units=[CommandUnitFactory()]))

    response = stranger.get(address(name))

    expected = 403 if role == Role.CSE_LEAD and name in PLANNING else 404
    assert response.status_code == expected


@pytest.mark.parametrize("name", ["operation_edit", "operation_venues", "visit_add", "visit_edit"])
def test_of_another_command_unit_nothing_is_changed(address, name):
    stranger = signed_in(UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()]))

    assert stranger.post(address(name), {}).status_code == 404


# The list and the page of an operation


def test_the_list_shows_an_operation_with_its_progress(client, operation, visit, chosen):
    CompletedVisitFactory(operation=operation, venue=chosen.venue)
    NotCompletedVisitFactory(operation=operation, venue=chosen.venue)

    page = text(client.get(url("operation_list")))

    assert f"{operation.name} {operation.reference}" in page
    assert "1 0 1 1" in page  # planned, under way, completed, not completed


def test_an_empty_list_says_what_to_do_next(client):
    assert "Add one, then choose its venues" in text(client.get(url("operation_list")))


def test_a_planner_sees_visits_to_come_and_chosen_venues(client, operation, visit):
    page = text(client.get(operation.get_absolute_url()))
    venues = text(client.get(operation.get_absolute_url() + "?show=venues"))

    day = visit_day(visit)
    assert f"{day} 19:00 to 20:00" in page
    assert visit.venue.name in page
    assert "To come (1) Over (0) Venues (1)" in page
    assert "Drawn by chance" in venues
    assert f"{day}, 19:00 to 20:00" in venues


@pytest.mark.parametrize("show", ["", "?show=ahead", "?show=venues", "?show=over"])
def test_a_lead_sees_neither_planned_visits_nor_venues_that_wait(operation, unit, visit, show):
    waiting = OperationVenueFactory(operation=operation, venue=VenueFactory(unit=unit)).venue
    cancelled = CancelledVisitFactory(operation=operation, venue=VenueFactory(unit=unit)).venue
    over = CompletedVisitFactory(operation=operation, venue=VenueFactory(unit=unit)).venue
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[unit]))

    page = text(lead.get(operation.get_absolute_url() + show))

    assert over.name in page
    for covert in (visit.venue.name, waiting.name, cancelled.name, "19:00", "Planned", "Cancelled"):
        assert covert not in page
    assert "Planned" not in text(lead.get(url("operation_list")))


def test_a_visit_after_midnight_stands_under_the_evening_before(client, operation, chosen):
    for day, hour in ((0, 23), (1, 0), (1, 20), (2, 20), (3, 20)):
        starts = at(hour, 10, soon() + dt.timedelta(days=day))
        ends = starts + dt.timedelta(minutes=20)
        VisitFactory(operation=operation, venue=chosen.venue, starts_at=starts, ends_at=ends)

    page = client.get(operation.get_absolute_url()).text

    days = re.findall(r'href="#visit-\w+">([^<]+)<', page)
    ahead = [soon() + dt.timedelta(days=number) for number in range(4)]
    assert days == [long_day(day) for day in ahead]


def test_a_planner_sees_their_units_part_of_an_operation_of_two(client, operation, visit):
    foreign = VisitFactory(operation=operation)
    OperationVenueFactory(operation=operation, venue=foreign.venue)

    for show in ("ahead", "venues"):
        page = text(client.get(f"{operation.get_absolute_url()}?show={show}"))
        assert visit.venue.name in page
        assert foreign.venue.name not in page
        assert "To come (1)" in page


def test_an_operation_without_visits_says_what_to_do_next(client, operation):
    page = operation.get_absolute_url()

    assert "plan when a team goes to each" in text(client.get(page))
    assert "No visits are over yet" in text(client.get(page + "?show=over"))
    assert "let the system draw some" in text(client.get(page + "?show=venues"))


def add_visits(operation, unit, number):
    for _ in range(number):
        venue = VenueFactory(unit=unit)
        OperationVenueFactory(operation=operation, venue=venue)
        VisitFactory(operation=operation, venue=venue)
        CompletedVisitFactory(operation=operation, venue=venue)


@pytest.mark.parametrize("show", ["ahead", "over", "venues"])
def test_queries_of_an_operation_do_not_grow(client, operation, unit, show, queries_of):
    page = f"{operation.get_absolute_url()}?show={show}"
    add_visits(operation, unit, 2)
    few = queries_of(client, page)

    add_visits(operation, unit, 7)

    assert queries_of(client, page) == few


def test_queries_of_the_list_do_not_grow(client, unit, planner, queries_of):
    for number in (2, 7):
        for _ in range(number):
            add_visits(OperationFactory(created_by=planner), unit, 1)
        count = queries_of(client, url("operation_list"))
        if number == 2:
            few = count
    assert count == few


# Adding and editing an operation


def operation_answers(**changes):
    usual = {
        "reference": "MS/2026/77",
        "name": "Operation Lantern",
        "lead": UserFactory(role=Role.CSE_LEAD).pk,
        "scenario": ScenarioFactory().pk,
        "authorisation_reference": "AUTH/77",
        "notes": "",
    }
    dates = date_of("starts_on", soon()) | date_of("ends_on", soon() + dt.timedelta(days=20))
    return usual | dates | changes


def test_an_operation_is_added(client, planner):
    response = client.post(url("operation_add"), operation_answers())

    operation = Operation.objects.get(reference="MS/2026/77")
    assert operation.created_by == planner
    assert response.url == operation.get_absolute_url()


def test_what_is_wrong_is_said_at_its_question_and_nothing_typed_is_lost(client):
    OperationFactory(reference="MS/2026/77")

    response = client.post(
        url("operation_add"),
        operation_answers(notes="Typed with care")
        | date_of("ends_on", soon() - dt.timedelta(days=1)),
    )

    errors = response.context["form"].errors
    assert errors["reference"] == ["Another operation already has this reference."]
    assert errors["ends_on"] == ["The last day must be on or after the first day."]
    assert "Typed with care" in response.content.decode()


def test_only_newest_versions_are_offered_for_a_new_operation(client, planner):
    old = ScenarioFactory(title="Late walk-in")
    new = ScenarioFactory(title="Late walk-in", version=2)

    form = client.get(url("operation_add")).context["form"]

    assert set(form.fields["scenario"].queryset) == {new}
    assert old != new


def test_an_operation_keeps_its_old_version_when_it_is_edited(client, operation):
    ScenarioFactory(title=operation.scenario.title, version=2)
    answers = operation_answers(scenario=operation.scenario.pk, version=1)

    client.post(url("operation_edit", operation.pk), answers)

    operation.refresh_from_db()
    assert operation.reference == "MS/2026/77"
    assert operation.scenario.version == 1


def test_who_saves_second_is_told_and_may_save_again(client, operation):
    answers = operation_answers(scenario=operation.scenario.pk, version=1)
    client.post(url("operation_edit", operation.pk), answers | {"name": "Theirs"})

    told = client.post(url("operation_edit", operation.pk), answers | {"name": "Mine"})

    assert "Somebody else saved this after you opened it" in text(told)
    assert 'value="Mine"' in told.content.decode()
    operation.refresh_from_db()
    assert operation.name == "Theirs"

    again = told.context["form"]["version"].value()
    client.post(url("operation_edit", operation.pk), answers | {"name": "Mine", "version": again})
    operation.refresh_from_db()
    assert operation.name == "Mine"


# Choosing venues


def test_venues_are_narrowed_by_every_filter(client, operation, unit):
    right = VenueFactory(
        unit=unit, name="Zebrano Lodge", kind=Venue.Kind.HOSTEL, local_authority__name="Ebberholt"
    )
    VenueFactory.create_batch(3, unit=unit)
    trained = VenueFactory(unit=unit, name="Trained Lodge")
    TrainingSessionFactory(venue=trained)
    visited = VenueFactory(unit=unit, name="Visited Lodge")
    CompletedVisitFactory(venue=visited, starts_at=at(19, day=dt.date(2026, 6, 1)))

    def names(**query):
        response = client.get(url("operation_venues", operation.pk), query)
        return {venue.name for venue, _ in response.context["rows"]}

    assert len(names()) == 6
    assert names(q="zebrana") == {right.name}
    assert names(kind="hostel") == {right.name}
    assert names(authority=right.local_authority_id) == {right.name}
    assert len(names(unit=unit.pk)) == 6
    assert names(training="current") == {trained.name}
    assert len(names(training="untrained")) == 5
    assert visited.name in names(**date_of("not_visited_since", dt.date(2026, 6, 2)))
    assert visited.name not in names(**date_of("not_visited_since", dt.date(2026, 6, 1)))
    assert (
        names(**date_of("not_visited_since", dt.date(2026, 6, 1)) | {"not_visited_since_day": 99})
        == set()
    )


def test_venues_of_other_units_closed_merged_or_chosen_are_not_offered(
    client, operation, chosen, unit
):
    offered = VenueFactory(unit=unit)
    VenueFactory()
    VenueFactory(unit=unit, closed_on=soon(), closed_reason="Sold")
    VenueFactory(unit=unit, merged_into=offered)

    rows = client.get(url("operation_venues", operation.pk)).context["rows"]

    assert [venue for venue, _ in rows] == [offered]


def test_ticked_venues_are_added(client, operation, unit):
    ticked, _ = VenueFactory.create_batch(2, unit=unit)

    response = client.post(
        url("operation_venues", operation.pk),
        {"add": 1, "venues": [ticked.pk], "selection": "priority"},
    )

    assert response.url == operation.get_absolute_url() + "?show=venues"
    row = operation.chosen_venues.get()
    assert (row.venue, row.selection) == (ticked, Selection.PRIORITY)


def test_all_that_match_are_added_beyond_the_page(client, operation, unit, monkeypatch):
    monkeypatch.setattr("operations.planning.views.PAGE_SIZE", 2)
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)

    page = url("operation_venues", operation.pk) + "?kind=hostel"
    answers = {"add_all": 1, "selection": "intelligence"}
    asked = client.post(page, answers)
    assert "Add 3 venues?" in text(asked)
    assert "Kind: Hostel" in text(asked)
    assert not operation.chosen_venues.exists()
    client.post(page, answers | {"confirmed": 3})

    assert operation.chosen_venues.filter(venue__kind="hostel").count() == 3
    assert operation.chosen_venues.count() == 3


def test_a_number_that_has_changed_is_named_again(client, operation, unit):
    VenueFactory.create_batch(3, unit=unit)
    answers = {"add_all": 1, "selection": "priority", "confirmed": 2}

    asked = client.post(url("operation_venues", operation.pk), answers)

    assert "Add 3 venues?" in text(asked)
    assert not operation.chosen_venues.exists()


@pytest.mark.parametrize(
    "answers",
    [
        {"add_all": 1, "selection": "priority", "confirmed": 3},
    ],
)
def test_all_venues_that_came_in_at_once_go_out_by_one_undo(client, operation, unit, answers):
    VenueFactory.create_batch(3, unit=unit)

    done = client.post(url("operation_venues", operation.pk), answers, follow=True)
    assert operation.chosen_venues.count() == 3
    client.post(undo_button(done))

    assert not operation.chosen_venues.exists()


def test_a_draw_is_undone_with_a_reason_and_stays_counted(client, operation, unit):
    VenueFactory.create_batch(3, unit=unit)
    page, draw = url("operation_venues", operation.pk), {"draw": 1, "number": 2}
    done = client.post(page, draw, follow=True)
    assert "Venues were drawn once." in text(done)
    button = undo_button(done)

    asked = client.post(button, {"next": operation.get_absolute_url()})
    assert "Why is this undone?" in text(asked)
    for reason, told in (("  ", "Enter why these venues"), ("x" * 201, "200 characters or fewer")):
        again = client.post(button, {"reason": reason})
        assert told in text(again)
    assert operation.chosen_venues.count() == 2
    why = {"reason": "The wrong filter", "next": operation.get_absolute_url()}
    undone = client.post(button, why, follow=True)

    assert not operation.chosen_venues.exists()
    assert "Venues were drawn once, of which 1 was undone: the history says why." in text(undone)
    history = client.get(reverse("accounts:history", args=["operation", operation.pk]))
    assert "out of the operation again. The wrong filter" in text(history)
    client.post(page, draw)
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[unit]))
    told = text(lead.get(operation.get_absolute_url()))
    assert "Venues were drawn 2 times, of which 1 was undone." in told


def test_no_program_undoes_a_draw_without_a_reason(operation, unit, client):
    VenueFactory(unit=unit)
    client.post(url("operation_venues", operation.pk), {"draw": 1, "number": 1})
    offer = Undo.objects.get()
    with pytest.raises(undo.ReasonNeededError):
        undo.take_back(number=offer.number, by=offer.by, at=timezone.now(), reason=" \u200b")
    assert operation.chosen_venues.exists()


def test_the_history_of_an_operation_tells_of_no_draw_of_another_unit(client, operation, unit):
    north, south = unit, CommandUnitFactory(name="Faraway")
    for of in (north, south):
        VenueFactory(unit=of)
        OperationVenueFactory(operation=operation, venue=VenueFactory(unit=of))
        by = UserFactory(role=Role.PLANNER, units=[of])
        draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=by)

    page = text(client.get(reverse("accounts:history", args=["operation", operation.pk])))

    assert north.name in page
    assert "Faraway" not in page
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[north]))
    page = text(lead.get(reverse("accounts:history", args=["operation", operation.pk])))
    assert north.name not in page


def test_venues_with_a_visit_by_now_stay_whatever_is_undone(client, operation, unit):
    VenueFactory(unit=unit)
    answers = {"add_all": 1, "selection": "priority", "confirmed": 1}
    done = client.post(url("operation_venues", operation.pk), answers, follow=True)
    VisitFactory(operation=operation, venue=operation.chosen_venues.get().venue)

    told = client.post(undo_button(done), follow=True)

    assert "is planned by now, so they stay" in text(told)
    assert operation.chosen_venues.exists()


def undo_button(page):
    [action] = set(re.findall(r'action="(/[^"]*undo[^"]*)"', page.content.decode()))
    return action


def test_the_system_draws_among_those_that_match(client, operation, unit):
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory.create_batch(3, unit=unit)

    client.post(url("operation_venues", operation.pk) + "?kind=hostel", {"draw": 1, "number": 2})

    assert (
        operation.chosen_venues.filter(venue__kind="hostel", selection="random_part").count() == 2
    )
    assert operation.chosen_venues.count() == 2


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"add": 1, "selection": "priority"}, "Tick the venues to add."),
        ({"add": 1, "venues": ["ticked"]}, "Answer “Why these venues?”"),
        (
            {"add": 1, "venues": ["ticked"], "selection": "random"},
            "what you chose is not there",
        ),
        ({"add": 1, "venues": ["foreign"], "selection": "priority"}, "can no longer be added"),
        ({"draw": 1, "number": 9}, "Enter a number between 1 and 1"),
        ({"draw": 1}, "Enter how many venues to draw"),
        ({"draw": 1, "number": "some"}, "Enter a number, such as 20"),
    ],
)
def test_a_choice_that_will_not_do_is_refused(client, operation, unit, answers, message):
    venues = {"ticked": VenueFactory(unit=unit), "foreign": VenueFactory()}
    if "venues" in answers:
        answers = answers | {"venues": [venues[name].pk for name in answers["venues"]]}

    response = client.post(url("operation_venues", operation.pk), answers)

    assert message in text(response)
    assert "There is a problem" in text(response)
    assert not operation.chosen_venues.exists()


def test_ticks_stay_when_the_reason_is_missing(client, operation, unit):
    venue = VenueFactory(unit=unit)

    response = client.post(url("operation_venues", operation.pk), {"add": 1, "venues": [venue.pk]})

    assert f'value="{venue.pk}" checked' in response.content.decode()


def test_a_venue_that_somebody_picked_is_removed_and_put_back(client, operation, unit):
    chosen = OperationVenueFactory(
        operation=operation, venue=VenueFactory(unit=unit), selection=Selection.PRIORITY
    )

    done = client.post(url("operation_venues", operation.pk), {"remove": chosen.pk}, follow=True)
    assert not OperationVenue.objects.exists()
    client.post(undo_button(done))

    assert OperationVenue.objects.get() == chosen


def test_a_drawn_venue_is_taken_out_with_a_reason(client, chosen):
    page, answers = url("operation_venues", chosen.operation_id), {"remove": chosen.pk}

    asked = client.post(page, answers)
    assert f"Take out {chosen.venue}?" in text(asked)
    again = client.post(page, answers | {"reason": " "})
    assert "Enter why this venue is taken out" in text(again)
    assert OperationVenue.objects.exists()
    done = client.post(page, answers | {"reason": "Shut until spring"}, follow=True)

    assert not OperationVenue.objects.exists()
    client.post(undo_button(done))
    assert OperationVenue.objects.get() == chosen


def test_a_venue_with_visits_is_not_removed(client, chosen, visit):
    response = client.post(
        url("operation_venues", chosen.operation_id), {"remove": chosen.pk}, follow=True
    )

    assert "so it stays in it" in text(response)
    assert OperationVenue.objects.exists()


def test_a_foreign_venue_is_not_removed(client, operation):
    foreign = OperationVenueFactory(operation=operation)

    response = client.post(url("operation_venues", operation.pk), {"remove": foreign.pk})

    assert response.status_code == 404
    assert OperationVenue.objects.exists()


def test_no_match_says_what_to_do_next(client, operation):
    assert "Try fewer filters" in text(client.get(url("operation_venues", operation.pk)))


def test_queries_of_the_choice_do_not_grow(client, operation, unit, queries_of):
    page = url("operation_venues", operation.pk)
    VenueFactory.create_batch(2, unit=unit)
    few = queries_of(client, page)

    VenueFactory.create_batch(9, unit=unit)

    assert queries_of(client, page) == few


# Planning a visit


def test_a_visit_is_planned_with_its_team(client, chosen):
    lead, welfare, support, cadet = officer(), officer(), officer(), CadetFactory()
    Cadet.objects.update(birth_date=sixteen(), consented_on=soon(), briefed_on=soon())

    response = client.post(
        url("visit_add", chosen.operation_id),
        plan(
            venue=chosen.pk,
            lead=lead.pk,
            welfare=welfare.pk,
            support=[support.pk],
            cadet=[cadet.pk],
        ),
    )

    visit = Visit.objects.get()
    assert response.url == chosen.operation.get_absolute_url()
    assert (visit.venue, visit.starts_at, visit.ends_at) == (chosen.venue, at(19), at(20))
    assert list(visit.team.values_list("officer", "cadet", "duty")) == [
        (lead.pk, None, "lead"),
        (welfare.pk, None, "welfare"),
        (support.pk, None, "support"),
        (None, cadet.pk, "cadet"),
    ]


def test_the_link_at_a_venue_leads_to_its_visit(client, chosen):
    form = client.get(url("visit_add", chosen.operation_id) + f"?venue={number_of(chosen.pk)}")

    assert f'<option value="{chosen.pk}" selected>' in form.content.decode()


def test_the_next_visit_starts_with_the_same_team_after_the_way(client, chosen, visit):
    answers = plan(venue=chosen.pk, starts_at="21:00", ends_at="21:45", another=1)

    following = client.post(url("visit_add", chosen.operation_id), answers, follow=True)

    initial = following.context["form"].initial
    assert initial["lead"] == answers["lead"]
    assert (initial["on"], initial["starts_at"], initial["ends_at"]) == (
        soon(),
        dt.time(22, 15),
        dt.time(23, 0),
    )


def test_a_visit_of_another_operation_gives_no_team(client, chosen, unit):
    page = url("visit_add", chosen.operation_id)

    for other in (VisitFactory(), VisitFactory(unit=unit)):
        assert client.get(f"{page}?after={other.number}").status_code == 404


@pytest.mark.parametrize("reason", ["closed", "merged", "elsewhere"])
def test_only_open_venues_of_the_planners_units_are_offered_for_a_visit(client, chosen, reason):
    gone = OperationVenueFactory(operation=chosen.operation)
    unit = chosen.venue.local_authority.command_unit
    fields = {
        "closed": {"closed_on": soon(), "closed_reason": "Sold"},
        "merged": {"merged_into": chosen.venue},
        "elsewhere": {},
    }
    if reason != "elsewhere":
        gone.venue.local_authority.command_unit = unit
        gone.venue.local_authority.save()
    Venue.objects.filter(pk=gone.venue_id).update(name="Renamed", **fields[reason])

    form = client.get(url("visit_add", chosen.operation_id)).context["form"]

    assert list(form.fields["venue"].queryset) == [chosen]


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"ends_at": "18:00"}, "ends_at", "The window must end after it starts."),
        (
            {"on_day": "99", "on_month": "11", "on_year": "2026"},
            "on",
            "Date must be a real date: 99 November 2026 does not exist",
        ),
        (date_of("on", dt.date(2099, 1, 1)), "on", "The operation runs from"),
        ({"starts_at": "late"}, "starts_at", "From must be a time of day, such as 19:30 or 7:30pm"),
        ({"starts_at": ""}, "starts_at", "Enter when the visit starts"),
        ({"ends_at": ""}, "ends_at", "Enter when the visit ends"),
        ({"lead": ""}, "lead", "Select lead officer"),
        ({"venue": ""}, "venue", "Select venue"),
    ],
)
def test_a_problem_of_a_visit_is_said_at_its_question(client, chosen, changes, name, message):
    response = client.post(url("visit_add", chosen.operation_id), plan(venue=chosen.pk) | changes)

    assert response.context["form"].errors[name][0].startswith(message)
    assert not Visit.objects.exists()


def test_a_taken_officer_and_an_unready_cadet_are_said_at_their_questions(client, chosen):
    busy = VisitFactory(starts_at=at(19), ends_at=at(20)).team.get().officer
    cadet = CadetFactory(consented_on=None, birth_date=sixteen(), briefed_on=soon())

    response = client.post(
        url("visit_add", chosen.operation_id),
        plan(venue=chosen.pk, lead=busy.pk, cadet=[cadet.pk]),
    )

    assert response.context["form"].errors == {
        "lead": [f"{busy}: This officer is in another visit at that time."],
        "welfare": [
            "A cadet needs two adults in the team.",
            "One of the adults must be welfare officer.",
        ],
        "cadet": [f"{cadet}: Consent is not on record."],
    }
    assert Visit.objects.count() == 1


def test_an_until_in_the_small_hours_is_the_next_morning(client, chosen):
    client.post(
        url("visit_add", chosen.operation_id),
        plan(venue=chosen.pk, starts_at="23:30", ends_at="00:45"),
    )

    visit = Visit.objects.get()
    assert visit.ends_at == at(0, 45, soon() + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (last_sunday(10), "comes twice"),
        (last_sunday(3), "does not exist"),
    ],
)
def test_times_of_the_nights_when_clocks_change_are_refused_clearly(client, chosen, day, message):
    Operation.objects.update(starts_on=day, ends_on=day)
    answers = plan(venue=chosen.pk, starts_at="01:30", ends_at="04:00") | date_of("on", day)

    response = client.post(url("visit_add", chosen.operation_id), answers)

    written = f"01:30 on {day.day} {day:%B %Y}"
    assert response.context["form"].errors["starts_at"][0].startswith(f"{written} {message}")
    assert list(response.context["form"].errors) == ["starts_at"]


def test_around_a_change_of_clocks_the_wall_time_counts(client, chosen):
    day = last_sunday(10)
    Operation.objects.update(starts_on=day - dt.timedelta(days=1), ends_on=day)
    answers = plan(venue=chosen.pk, starts_at="00:30", ends_at="02:30") | date_of("on", day)

    client.post(url("visit_add", chosen.operation_id), answers)

    visit = Visit.objects.get()
    assert visit.ends_at - visit.starts_at == dt.timedelta(hours=3)


@pytest.mark.parametrize(("month", "minutes"), [(3, 45), (10, 165), (12, 105)])
def test_a_window_is_as_long_as_it_really_is(month, minutes):
    """Not as long as the clocks make it look: in UTC, so that whoever subtracts is right."""
    day = last_sunday(month)

    starts_at, ends_at = london_time(day, dt.time(0, 30)), london_time(day, dt.time(2, 15))

    assert ends_at - starts_at == dt.timedelta(minutes=minutes)


def test_a_team_of_another_operation_at_the_venue_is_confirmed_on_the_form(client, unit, visit):
    other = OperationVenueFactory(operation=OperationFactory(), venue=visit.venue)
    page, answers = url("visit_add", other.operation_id), plan(venue=other.pk)
    assert "both teams go" not in text(client.get(page))

    asked = client.post(page, answers)

    assert "A team of another operation is at this venue" in text(asked)
    assert visit.operation.reference not in text(asked)
    assert "Yes, both teams go" in text(asked)
    client.post(page, answers | {"beside_another": "on"})
    assert Visit.objects.filter(operation=other.operation).exists()


def test_without_chosen_venues_the_page_says_what_to_do_first(client, operation):
    assert "Add venues first" in text(client.get(url("visit_add", operation.pk)))


# Changing and cancelling a visit


def test_a_planned_visit_is_shown_as_planned_and_saved_as_changed(client, visit):
    page = client.get(url("visit_edit", visit.pk))
    assert page.context["form"].initial["starts_at"] == dt.time(19)

    new_lead = officer()
    client.post(url("visit_edit", visit.pk), plan(lead=new_lead.pk, starts_at="19:30", version=1))

    visit.refresh_from_db()
    assert visit.starts_at == at(19, 30)
    assert visit.team.get().officer == new_lead


def test_who_changes_a_visit_second_is_told(client, visit):
    client.post(url("visit_edit", visit.pk), plan(version=1))

    told = client.post(url("visit_edit", visit.pk), plan(version=1, starts_at="19:45"))

    assert "Somebody else saved this" in text(told)
    assert "19:45" in told.content.decode()


def test_a_visit_is_cancelled_with_a_reason(client, visit):
    without = client.post(url("visit_cancel", visit.pk), {"reason": ""})
    assert "Enter why the visit is cancelled" in text(without)

    client.post(url("visit_cancel", visit.pk), {"reason": "Snow"})

    visit.refresh_from_db()
    assert (visit.state, visit.cancelled_reason) == (VisitState.CANCELLED, "Snow")


def test_the_plan_says_which_officer_can_not_go_any_more(client, visit):
    """The boxes offer only who can, so that who left would be gone without a word."""
    officer = visit.team.get(duty="lead").officer
    User.objects.filter(pk=officer.pk).update(is_active=False)
    page = text(client.get(url("visit_edit", visit.pk)))
    assert f"{officer}, lead officer, has left. Choose somebody else." in page


def test_what_is_missing_of_a_plan_is_told_in_the_order_of_the_questions(client, chosen):
    told = client.post(url("visit_add", chosen.operation.pk), {})
    found = list(told.context["form"].errors)
    assert found == [name for name in told.context["form"].fields if name in found]
    assert found[0] == "venue"


def test_of_several_visits_planned_one_after_another_each_is_named(client, chosen):
    answers = plan(venue=chosen.pk, another="1")
    told = client.post(url("visit_add", chosen.operation.pk), answers, follow=True)
    assert f"The visit to {chosen.venue} is planned." in text(told)


@pytest.mark.parametrize("name", ["visit_edit", "visit_cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visit_that_is_over_is_not_changed(client, unit, name, method):
    visit = CompletedVisitFactory(unit=unit)

    response = getattr(client, method)(url(name, visit.pk), {})

    assert response.url == visit.get_absolute_url()
    assert "can no longer change" in str(*get_messages(response.wsgi_request))


@pytest.mark.parametrize("name", ["visit_edit", "visit_cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_be_in_the_team_is_not_enough_to_change_the_plan(client, planner, name, method):
    planner.groups.add(Group.objects.get(name=Role.VISITING_OFFICER))
    elsewhere = VisitFactory(officer=planner)
    page = url(name, elsewhere.pk)

    response = getattr(client, method)(page, plan(version=1, reason="Snow"))

    assert response.status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.is_planned


def test_a_visit_of_ones_team_but_not_of_ones_unit_gives_no_team(client, planner, chosen):
    planner.groups.add(Group.objects.get(name=Role.VISITING_OFFICER))
    elsewhere = VisitFactory(officer=planner, operation=chosen.operation)
    page = url("visit_add", chosen.operation_id)

    assert client.get(f"{page}?after={elsewhere.number}").status_code == 404


def test_what_is_common_to_the_units_of_an_operation_is_not_asked_of_others(client, unit):
    operation = OperationVenueFactory(venue=VenueFactory(unit=unit)).operation
    dates = (operation.starts_on, operation.ends_on)
    page = url("operation_edit", operation.pk)

    shown = client.get(page)
    answers = {"name": "Renamed", "reference": "MS/2026/78", "authorisation_reference": "A/1"}
    sent = answers | {"version": 1} | date_of("ends_on", soon())
    response = client.post(page, sent)

    assert not {"starts_on", "ends_on", "lead", "scenario"} & set(shown.context["form"].fields)
    assert "planner of the whole force can change this" in text(shown)
    assert response.status_code == 302
    operation.refresh_from_db()
    assert (operation.name, operation.starts_on, operation.ends_on) == ("Renamed", *dates)


def test_dates_asked_for_are_told_to_those_whose_visits_are_in_the_way(client, unit, visit):
    operation, other = visit.operation, CommandUnitFactory()
    theirs = VisitFactory(operation=operation, unit=other, starts_at=at(19))
    OperationVenueFactory(operation=operation, venue=theirs.venue)
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    answers = {
        "name": operation.name,
        "reference": operation.reference,
        "authorisation_reference": operation.authorisation_reference,
        "lead": operation.lead_id,
        "scenario": operation.scenario_id,
        "version": 1,
    }
    answers |= date_of("starts_on", soon() + dt.timedelta(days=1))
    answers |= date_of("ends_on", operation.ends_on)

    refused = signed_in(everywhere).post(url("operation_edit", operation.pk), answers)

    assert "2 planned visits are outside these dates" in text(refused)
    note = text(client.get(url("operation_detail", operation.pk)))
    assert f"{everywhere} asks that this operation runs from" in note
    assert "is 1 planned visit of your command units" in note
    assert visit.venue.name in note
    assert theirs.venue.name not in note
    for role in (Role.CSE_LEAD, Role.ADMINISTRATOR):
        reader = signed_in(UserFactory(role=role, units=[unit]))
        assert "asks that" not in text(reader.get(url("operation_detail", operation.pk)))


def test_the_form_does_not_ask_for_dates_of_several_units(client, operation):
    assert "starts_on" in client.get(url("operation_edit", operation.pk)).context["form"].fields
    OperationVenueFactory(operation=operation)

    page = client.get(url("operation_edit", operation.pk))

    assert {"starts_on", "ends_on", "scenario"}.isdisjoint(page.context["form"].fields)
    assert "lead" in page.context["form"].fields
    assert "only a planner of the whole force can change this" in text(page)


NO_NUMBERS = ["²", "9" * 5000, "9" * 30, "-1", "x", "١"]


@pytest.mark.parametrize("key", NO_NUMBERS)
def test_keys_that_are_no_numbers_are_not_there(client, chosen, key):
    venues = url("operation_venues", chosen.operation_id)
    reason = {"selection": Selection.PRIORITY}

    assert client.get(url("visit_add", chosen.operation_id), {"after": key}).status_code == 200
    assert client.get(url("visit_add", chosen.operation_id), {"venue": key}).status_code == 200
    assert client.post(venues, {"remove": key}).status_code == 404
    assert client.post(venues, reason | {"venues": key}).status_code == 200
    assert client.post(venues, reason | {"venues": [key, chosen.venue_id]}).status_code == 200


def test_the_alphabet_takes_no_notice_of_case(client, operation, unit):
    for name in ("alder House", "Birch House", "cedar House"):
        OperationVenueFactory(operation=operation, venue=VenueFactory(unit=unit, name=name))
    for name in ("adams", "Baker", "clarke"):
        UserFactory(role=Role.VISITING_OFFICER, last_name=name)
        UserFactory(role=Role.PLANNER, last_name=name, units=[unit])

    def in_order(names):
        return list(names) == sorted(names, key=str.lower) and len(set(names)) >= 3

    form = client.get(url("visit_add", operation.pk)).context["form"]
    assert in_order([row.venue.name for row in form.fields["venue"].queryset])
    assert in_order([officer.last_name for officer in form.fields["lead"].queryset])
    leads = client.get(url("operation_add")).context["form"].fields["lead"].queryset
    assert in_order([lead.last_name for lead in leads if "Person" not in lead.last_name])
    chosen = client.get(operation.get_absolute_url() + "?show=venues").context["page_obj"]
    assert in_order([row.venue.name for row in chosen])


def test_the_choice_of_a_venue_says_how_many_visits_it_has(client, chosen, visit):
    CancelledVisitFactory(operation=chosen.operation, venue=chosen.venue)
    VisitFactory(venue=chosen.venue)
    page = url("visit_add", chosen.operation_id)

    assert "(drawn by chance, already has 1 visit here)" in text(client.get(page))
    VisitFactory(operation=chosen.operation, venue=chosen.venue)
    assert "already has 2 visits here" in text(client.get(page))


@pytest.mark.parametrize(("starts", "ends", "day"), [(-3, -1, None), (1, 3, None), (0, 0, 0)])
def test_the_date_of_a_new_visit_is_today_if_the_operation_runs(
    client, operation, chosen, starts, ends, day
):
    tonight = duty_day(timezone.now())
    days = [tonight + dt.timedelta(days=number) for number in (starts, ends)]
    Operation.objects.update(starts_on=days[0], ends_on=days[1])

    form = client.get(url("visit_add", operation.pk)).context["form"]

    assert form.initial["on"] == (None if day is None else timezone.localdate())


def test_an_operation_that_is_over_offers_no_more_visits(client, operation, chosen):
    pages = [f"{operation.get_absolute_url()}?show={show}" for show in ("ahead", "venues")]
    assert all("Plan a visit" in text(client.get(page)) for page in pages)
    yesterday = duty_day(timezone.now()) - dt.timedelta(days=1)

    Operation.objects.update(starts_on=yesterday, ends_on=yesterday)

    assert not any("Plan a visit" in text(client.get(page)) for page in pages)


def test_a_visit_is_not_planned_for_what_has_been(client, chosen):
    today = timezone.localdate()
    Operation.objects.update(starts_on=today - dt.timedelta(days=9))
    answers = plan(venue=chosen.pk) | date_of("on", today - dt.timedelta(days=1))

    response = client.post(url("visit_add", chosen.operation_id), answers)

    assert response.context["form"].errors == {"on": ["Choose a time that is still to come."]}


# Scenarios


def test_a_scenario_is_added_and_read(client):
    signs = list(WarningSign.objects.all()[:2])

    response = client.post(
        url("scenario_add"),
        {"title": "Two rooms", "script": "Ask.\nPay.", "warning_signs": [s.pk for s in signs]},
        follow=True,
    )

    page = text(response)
    assert "Two rooms" in page
    assert all(sign.text in page for sign in signs)


def test_a_new_version_starts_from_the_old_and_leaves_it(client, operation):
    old = operation.scenario
    page = client.get(url("scenario_new_version", old.pk))
    assert page.context["form"].initial["script"] == old.script

    sign = WarningSign.objects.first()
    client.post(
        url("scenario_new_version", old.pk), {"script": "Otherwise.", "warning_signs": [sign.pk]}
    )

    new = Scenario.objects.get(title=old.title, version=2)
    assert new.script == "Otherwise."
    assert "There is a later version" in text(client.get(url("scenario_detail", old.pk)))
    assert operation.name in text(client.get(url("scenario_detail", old.pk)))
    assert "Write a new version" in text(client.get(url("scenario_detail", new.pk)))


def test_who_writes_the_same_version_second_is_told(client, operation):
    sign = WarningSign.objects.first()
    answers = {"script": "First.", "warning_signs": [sign.pk]}
    client.post(url("scenario_new_version", operation.scenario_id), answers)

    told = client.post(
        url("scenario_new_version", operation.scenario_id), answers | {"script": "Second."}
    )

    assert "Somebody wrote version 2" in text(told)
    assert "Second." in told.content.decode()


def test_a_lead_reads_scenarios_without_buttons(operation, unit):
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[unit]))

    assert "Add scenario" not in text(lead.get(url("scenario_list")))
    assert "new version" not in text(lead.get(url("scenario_detail", operation.scenario_id)))


def test_no_scenarios_says_what_to_do_next(client):
    assert "Write what the team says and does" in text(client.get(url("scenario_list")))


def test_queries_of_scenarios_do_not_grow(client, queries_of):
    first = ScenarioFactory()
    pages = url("scenario_list"), url("scenario_detail", first.pk)
    few = [queries_of(client, page) for page in pages]

    for version in (2, 3, 4):
        ScenarioFactory(title=first.title, version=version)
        OperationFactory(scenario=first)
        ScenarioFactory()

    assert [queries_of(client, page) for page in pages] == few


# Cadets


def test_the_list_of_cadets_says_who_may_go_today_and_why_not(client):
    ready = CadetFactory()
    unready = CadetFactory(briefed_on=None)

    page = text(client.get(url("cadet_list")))

    assert re.search(rf"{ready.reference} , edit 16 ✓?\s?Yes|{ready.reference}.{{0,60}}Yes", page)
    assert "Not today The briefing is not on record." in page
    assert unready.reference in page


def test_a_cadet_is_added_and_changed(client):
    answers = {"reference": "WC-100"} | date_of("birth_date", dt.date(2010, 5, 1))
    client.post(url("cadet_add"), answers)

    cadet = Cadet.objects.get(reference="WC-100")
    assert cadet.consented_on is None
    answers |= {"version": cadet.version} | date_of("consented_on", dt.date(2026, 1, 2))
    client.post(url("cadet_edit", cadet.pk), answers)

    cadet.refresh_from_db()
    assert cadet.consented_on == dt.date(2026, 1, 2)


def test_the_second_of_two_who_edit_a_cadet_is_told_and_loses_nothing(client):
    cadet = CadetFactory(consented_on=None)
    opened = client.get(url("cadet_edit", cadet.pk)).context["form"]
    answers = {"reference": "WC-100", "version": opened.initial["version"]}
    answers |= date_of("birth_date", cadet.birth_date)
    client.post(url("cadet_edit", cadet.pk), answers)

    late = answers | {"reference": "WC-200"}
    response = client.post(url("cadet_edit", cadet.pk), late)

    assert "Somebody else saved this after you opened it" in text(response)
    assert 'value="WC-200"' in response.content.decode()
    cadet.refresh_from_db()
    assert cadet.reference == "WC-100"


def test_a_cadet_that_will_not_do_is_refused_at_the_question(client):
    CadetFactory(reference="WC-100")

    response = client.post(
        url("cadet_add"), {"reference": "wc-100"} | date_of("birth_date", dt.date(2001, 5, 1))
    )

    assert set(response.context["form"].errors) == {"reference", "birth_date"}


def test_the_planned_visits_that_a_changed_cadet_may_not_go_on_are_named(client, visit):
    cadet = CadetMemberFactory(visit=visit).cadet
    elsewhere = VisitFactory(starts_at=at(19, day=soon() + dt.timedelta(days=1)))
    CadetMemberFactory(visit=elsewhere, cadet=cadet)
    page = url("cadet_edit", cadet.pk)
    assert "Planned visits to change" not in text(client.get(page))
    answers = {"reference": "WC-1", "version": cadet.version} | date_of("birth_date", sixteen())

    response = client.post(page, answers, follow=True)

    assert response.redirect_chain == [(page, 302)]
    shown = text(response)
    assert visit.venue.name in shown
    assert "Consent is not on record. The briefing is not on record." in shown
    assert elsewhere.venue.name not in shown


def test_no_cadets_says_what_to_do_next(client):
    assert "Add each cadet by reference" in text(client.get(url("cadet_list")))


def test_queries_of_cadets_do_not_grow(client, queries_of):
    CadetFactory.create_batch(2)
    few = queries_of(client, url("cadet_list"))

    CadetFactory.create_batch(9)

    assert queries_of(client, url("cadet_list")) == few


# What administrators look after


@pytest.mark.parametrize("model", ["warningsign", "cadetpolicy"])
def test_administrators_add_signs_and_rules_and_change_none(model):
    admin = signed_in(UserFactory(role=Role.ADMINISTRATOR, whole_force=True))

    assert admin.get(reverse(f"admin:operations_{model}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:operations_{model}_add")).status_code == 200
    pk = WarningSign.objects.first().pk if model == "warningsign" else 1
    change = admin.post(reverse(f"admin:operations_{model}_change", args=[pk]), {})
    assert change.status_code in (302, 403)

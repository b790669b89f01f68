"""The page on which venues of an operation are picked, drawn and taken out."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.models import Undo
from accounts.roles import Role
from operations.models import OperationVenue, Selection
from tests.factories import (
    CommandUnitFactory,
    CompletedVisitFactory,
    OperationVenueFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.designs import DESIGN
from tests.operations.pages import at, date_of, signed_in, soon, text, url
from tests.operations.plans import drawn
from venues.models import Venue

pytestmark = pytest.mark.django_db


def test_venues_are_narrowed_by_every_filter(as_planner, operation_to_come, unit):
    right = VenueFactory(
        unit=unit, name="Zebrano Lodge", kind=Venue.Kind.HOSTEL, local_authority__name="Ebberholt"
    )
    VenueFactory.create_batch(3, unit=unit)
    trained = VenueFactory(unit=unit, name="Trained Lodge")
    TrainingSessionFactory(venue=trained)
    visited = VenueFactory(unit=unit, name="Visited Lodge")
    CompletedVisitFactory(venue=visited, starts_at=at(19, day=dt.date(2026, 6, 1)))

    def names(**query):
        response = as_planner.get(url("operation_venues", operation_to_come.pk), query)
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
    as_planner, operation_to_come, chosen, unit
):
    offered = VenueFactory(unit=unit)
    VenueFactory()
    VenueFactory(unit=unit, closed_on=soon(), closed_reason="Sold")
    VenueFactory(unit=unit, merged_into=offered)

    rows = as_planner.get(url("operation_venues", operation_to_come.pk)).context["rows"]

    assert [venue for venue, _ in rows] == [offered]


def test_ticked_venues_are_added(as_planner, operation_to_come, unit):
    ticked, _ = VenueFactory.create_batch(2, unit=unit)

    response = as_planner.post(
        url("operation_venues", operation_to_come.pk),
        {"add": 1, "venues": [ticked.pk], "selection": "priority"},
    )

    assert response.url == operation_to_come.get_absolute_url() + "?show=venues"
    row = operation_to_come.chosen_venues.get()
    assert (row.venue, row.selection) == (ticked, Selection.PRIORITY)


def test_all_that_match_are_added_beyond_the_page(as_planner, operation_to_come, unit, monkeypatch):
    monkeypatch.setattr("operations.planning.views.PAGE_SIZE", 2)
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)

    page = url("operation_venues", operation_to_come.pk) + "?kind=hostel"
    answers = {"add_all": 1, "selection": "intelligence"}
    asked = as_planner.post(page, answers)
    assert "Add 3 venues?" in text(asked)
    assert "Kind: Hostel" in text(asked)
    assert not operation_to_come.chosen_venues.exists()
    as_planner.post(page, answers | {"confirmed": 3})

    assert operation_to_come.chosen_venues.filter(venue__kind="hostel").count() == 3
    assert operation_to_come.chosen_venues.count() == 3


def test_a_number_that_has_changed_is_named_again(as_planner, operation_to_come, unit):
    VenueFactory.create_batch(3, unit=unit)
    answers = {"add_all": 1, "selection": "priority", "confirmed": 2}

    asked = as_planner.post(url("operation_venues", operation_to_come.pk), answers)

    assert "Add 3 venues?" in text(asked)
    assert not operation_to_come.chosen_venues.exists()


@pytest.mark.parametrize(
    "answers",
    [
        {"add_all": 1, "selection": "priority", "confirmed": 3},
    ],
)
def test_all_venues_that_came_in_at_once_go_out_by_one_undo(
    as_planner, operation_to_come, unit, answers
):
    VenueFactory.create_batch(3, unit=unit)

    done = as_planner.post(url("operation_venues", operation_to_come.pk), answers, follow=True)
    assert operation_to_come.chosen_venues.count() == 3
    as_planner.post(undo_button(done))

    assert not operation_to_come.chosen_venues.exists()


def test_a_draw_is_undone_with_a_reason_and_stays_counted(as_planner, operation_to_come, unit):
    VenueFactory.create_batch(3, unit=unit)
    done = draw(as_planner, operation_to_come)
    assert "Venues were drawn once." in text(as_planner.get(operation_to_come.get_absolute_url()))
    button = undo_button(done)

    asked = as_planner.post(button, {"next": operation_to_come.get_absolute_url()})
    assert "Why is this undone?" in text(asked)
    for reason, told in (("  ", "Enter why these venues"), ("x" * 201, "200 characters or fewer")):
        again = as_planner.post(button, {"reason": reason})
        assert told in text(again)
    assert operation_to_come.chosen_venues.count() == 2
    why = {"reason": "The wrong filter", "next": operation_to_come.get_absolute_url()}
    undone = as_planner.post(button, why, follow=True)

    assert not operation_to_come.chosen_venues.exists()
    assert "Venues were drawn once, of which 1 was undone: the history says why." in text(undone)
    history = as_planner.get(reverse("accounts:history", args=["operation", operation_to_come.pk]))
    assert "out of the operation again. The wrong filter" in text(history)
    draw(as_planner, operation_to_come)
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[unit]))
    told = text(lead.get(operation_to_come.get_absolute_url()))
    assert "Venues were drawn 2 times, of which 1 was undone." in told


def test_no_program_undoes_a_draw_without_a_reason(operation_to_come, unit, as_planner):
    VenueFactory(unit=unit)
    draw(as_planner, operation_to_come, number=1)
    offer = Undo.objects.get(act__endswith="draw_venues")
    with pytest.raises(undo.ReasonNeededError):
        undo.take_back(number=offer.number, by=offer.by, at=timezone.now(), reason=" \u200b")
    assert operation_to_come.chosen_venues.exists()


def test_the_history_of_an_operation_tells_of_no_draw_of_another_unit(
    as_planner, operation_to_come, unit
):
    north, south = unit, CommandUnitFactory(name="Faraway")
    for of in (north, south):
        VenueFactory(unit=of)
        OperationVenueFactory(operation=operation_to_come, venue=VenueFactory(unit=of))
        by = UserFactory(role=Role.PLANNER, units=[of])
        drawn(operation_to_come, by)

    page = text(
        as_planner.get(reverse("accounts:history", args=["operation", operation_to_come.pk]))
    )

    assert north.name in page
    assert "Faraway" not in page
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[north]))
    page = text(lead.get(reverse("accounts:history", args=["operation", operation_to_come.pk])))
    assert north.name not in page


def test_venues_with_a_visit_by_now_stay_whatever_is_undone(as_planner, operation_to_come, unit):
    VenueFactory(unit=unit)
    answers = {"add_all": 1, "selection": "priority", "confirmed": 1}
    done = as_planner.post(url("operation_venues", operation_to_come.pk), answers, follow=True)
    VisitFactory(operation=operation_to_come, venue=operation_to_come.chosen_venues.get().venue)

    told = as_planner.post(undo_button(done), follow=True)

    assert "is planned by now, so they stay" in text(told)
    assert operation_to_come.chosen_venues.exists()


def draw(browser, operation, number=2):
    """As a planner does: commit, then draw. The page that confirms it."""
    plan = browser.post(url("draw_add", operation.pk), DESIGN | {"number": number})
    browser.get(plan.url)
    return browser.post(f"{plan.url}draw/", follow=True)


def undo_button(page):
    [action] = set(re.findall(r'action="(/[^"]*undo[^"]*)"', page.content.decode()))
    return action


def test_a_draw_begins_from_those_that_match(as_planner, operation_to_come, unit):
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory.create_batch(3, unit=unit)

    page = as_planner.get(url("operation_venues", operation_to_come.pk) + "?kind=hostel")

    assert "Plan a draw from the 3" in text(page)
    assert f'href="{url("draw_add", operation_to_come.pk)}?kind=hostel"' in page.text


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
    ],
)
def test_a_choice_that_will_not_do_is_refused(
    as_planner, operation_to_come, unit, answers, message
):
    venues = {"ticked": VenueFactory(unit=unit), "foreign": VenueFactory()}
    if "venues" in answers:
        answers = answers | {"venues": [venues[name].pk for name in answers["venues"]]}

    response = as_planner.post(url("operation_venues", operation_to_come.pk), answers)

    assert message in text(response)
    assert "There is a problem" in text(response)
    assert not operation_to_come.chosen_venues.exists()


def test_ticks_stay_when_the_reason_is_missing(as_planner, operation_to_come, unit):
    venue = VenueFactory(unit=unit)

    response = as_planner.post(
        url("operation_venues", operation_to_come.pk), {"add": 1, "venues": [venue.pk]}
    )

    assert f'value="{venue.pk}" checked' in response.content.decode()


def test_a_venue_that_somebody_picked_is_removed_and_put_back(as_planner, operation_to_come, unit):
    chosen = OperationVenueFactory(
        operation=operation_to_come, venue=VenueFactory(unit=unit), selection=Selection.PRIORITY
    )

    done = as_planner.post(
        url("operation_venues", operation_to_come.pk), {"remove": chosen.pk}, follow=True
    )
    assert not OperationVenue.objects.exists()
    as_planner.post(undo_button(done))

    assert OperationVenue.objects.get() == chosen


def test_a_drawn_venue_is_taken_out_with_a_reason(as_planner, chosen):
    page, answers = url("operation_venues", chosen.operation_id), {"remove": chosen.pk}

    asked = as_planner.post(page, answers)
    assert f"Take out {chosen.venue}?" in text(asked)
    again = as_planner.post(page, answers | {"reason": " "})
    assert "Enter why this venue is taken out" in text(again)
    assert OperationVenue.objects.exists()
    done = as_planner.post(page, answers | {"reason": "Shut until spring"}, follow=True)

    assert not OperationVenue.objects.exists()
    as_planner.post(undo_button(done))
    assert OperationVenue.objects.get() == chosen


def test_a_venue_with_visits_is_not_removed(as_planner, chosen, visit_to_come):
    response = as_planner.post(
        url("operation_venues", chosen.operation_id), {"remove": chosen.pk}, follow=True
    )

    assert "so it stays in it" in text(response)
    assert OperationVenue.objects.exists()


def test_a_foreign_venue_is_not_removed(as_planner, operation_to_come):
    foreign = OperationVenueFactory(operation=operation_to_come)

    response = as_planner.post(
        url("operation_venues", operation_to_come.pk), {"remove": foreign.pk}
    )

    assert response.status_code == 404
    assert OperationVenue.objects.exists()


def test_no_match_says_what_to_do_next(as_planner, operation_to_come):
    assert "Try fewer filters" in text(
        as_planner.get(url("operation_venues", operation_to_come.pk))
    )


def test_queries_of_the_choice_do_not_grow(as_planner, operation_to_come, unit, queries_of):
    page = url("operation_venues", operation_to_come.pk)
    VenueFactory.create_batch(2, unit=unit)
    few = queries_of(as_planner, page)

    VenueFactory.create_batch(9, unit=unit)

    assert queries_of(as_planner, page) == few

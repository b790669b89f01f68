"""The pages of a draw, as planners use them."""

import json
import re

import pytest

from accounts.models import AccessEntry
from accounts.roles import Role
from operations.models import DrawPlan
from operations.sampling.frames import decode
from tests.factories import OperationVenueFactory, UserFactory, VenueFactory
from tests.operations.designs import DESIGN
from tests.operations.pages import signed_in, text, url
from tests.operations.plans import committed, drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(operation_to_come):
    return url("draw_add", operation_to_come.pk)


def told(page):
    """The figures alone."""
    return re.search(r'id="size".*?</form>', page.text, re.DOTALL)[0]


def test_the_page_says_what_the_usual_answers_buy(as_planner, page, unit):
    VenueFactory.create_batch(40, unit=unit)

    shown = text(as_planner.get(page))

    assert "Plan a draw from 40 venues" in shown
    assert "can speak for all" in shown
    assert "Visit all 40 instead." in shown


def test_a_wider_interval_needs_no_census(as_planner, page, unit):
    VenueFactory.create_batch(40, unit=unit)

    shown = text(as_planner.post(page, DESIGN | {"work": 1, "precision": "15", "rate": "30"}))

    assert "instead" not in shown
    assert "19 of 40 venues" in shown
    assert "±14.4 percentage points" in shown
    assert not DrawPlan.objects.exists()


def test_the_script_gets_the_part_that_changes_and_nothing_is_committed(as_planner, page, unit):
    VenueFactory.create_batch(4, unit=unit, kind="hotel")
    VenueFactory.create_batch(2, unit=unit, kind="hostel")

    part = as_planner.get(page, DESIGN | {"part": "size", "aspects": "kind", "number": "3"})

    assert "<html" not in part.text
    assert "3 of 6 venues" in text(part)
    assert re.search(r"Hostel 2 1 1 Hotel 4 2 1", text(part))
    assert not DrawPlan.objects.exists()


def test_rates_are_asked_for_each_stratum_where_they_count(as_planner, page, unit):
    VenueFactory.create_batch(40, unit=unit, kind="hotel")
    VenueFactory.create_batch(40, unit=unit, kind="hostel")
    answers = DESIGN | {"aspects": "kind", "number": "20", "allocation": "neyman"}
    rates = {"rate_0": "50", "rate_1": "1"}

    part = as_planner.get(page, answers | rates | {"part": "size"})
    assert 'aria-label="Expected to respond well, Hostel, in percent"' in part.text
    as_planner.post(page, answers | rates)

    plan = DrawPlan.objects.get()
    assert [share.sample for share in plan.of_strata] == [17, 3]
    assert plan.design["expected_rates"] == {"Hostel": 0.5, "Hotel": 0.01}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"number": "9"}, "Enter a number between 1 and 2"),
        ({"number": "some"}, "Enter a number, such as 20"),
        ({"precision": ""}, "Enter a percentage"),
        ({"rate": "0"}, "1"),
        ({"number": "1", "aspects": "kind"}, "There are 2 strata"),
    ],
)
def test_what_will_not_do_is_told_beside_its_question(as_planner, page, unit, answers, message):
    for kind in ("hotel", "hostel"):
        VenueFactory(unit=unit, kind=kind)

    for how in ({}, {"work": 1}):
        assert message in text(as_planner.post(page, DESIGN | answers | how))
    part = as_planner.get(page, DESIGN | answers | {"part": "size"})
    assert part.status_code == 200
    assert not DrawPlan.objects.exists()


def test_no_match_says_what_to_do(as_planner, page):
    assert "Use fewer filters." in text(as_planner.get(page))


def test_filters_narrow_the_frame_and_are_kept(as_planner, page, unit):
    hostel = VenueFactory(unit=unit, kind="hostel")
    VenueFactory(unit=unit)

    assert "(Kind: Hostel)" in text(as_planner.get(page + "?kind=hostel"))
    as_planner.post(page + "?kind=hostel", DESIGN)

    plan = DrawPlan.objects.get()
    assert [line.number for line in decode(plan.frame)] == [hostel.pk]
    assert (plan.filters, plan.of_all) == ("Kind: Hostel", False)


def test_the_fingerprint_stands_on_record_before_the_draw_and_the_seed_after_it(
    as_planner, page, unit, operation_to_come
):
    VenueFactory.create_batch(3, unit=unit)

    ready = as_planner.post(page, DESIGN | {"number": "2"}, follow=True)
    plan = DrawPlan.objects.get()
    assert plan.draw is None
    assert not operation_to_come.chosen_venues.exists()
    assert plan.seed_hash in ready.text
    assert "Ready to draw 2 venues from 3" in text(ready)
    assert "(not drawn yet)" in text(as_planner.get(operation_to_come.get_absolute_url()))
    done = as_planner.post(url("draw_now", plan.pk), follow=True)

    plan.refresh_from_db()
    assert "2 venues drawn." in text(done)
    assert plan.seed in done.text
    assert plan.seed_hash in done.text
    sample = plan.drawn.filter(is_reserve=False)
    assert all(row.venue.name in text(done) for row in sample)
    again = as_planner.post(url("draw_now", plan.pk), follow=True)
    assert "These venues were drawn already." in text(again)


def test_files_are_exports_on_record(as_planner, operation_to_come, planner, unit):
    VenueFactory.create_batch(3, unit=unit, name="=Fern Inn")
    plan = drawn(operation_to_come, planner)

    document = json.loads(as_planner.get(url("draw_json", plan.pk)).content)
    table = as_planner.get(url("draw_csv", plan.pk)).content.decode("utf-8-sig").splitlines()

    assert document["seed"] == plan.seed
    assert document["frame_sha256"] == plan.frame_hash
    assert len(document["drawn"]) == plan.drawn.count()
    assert len(table) == 4
    assert sum(",Sample," in line for line in table) == 1
    assert not any(cell.startswith("=Fern") for line in table for cell in line.split(","))
    exported = AccessEntry.objects.filter(act="exported", what="operations.drawplan")
    assert sorted(exported.values_list("purpose", flat=True)) == ["CSV", "JSON"]


def test_reading_a_draw_is_on_record_with_the_venues_that_it_names(
    as_planner, operation_to_come, planner, unit
):
    VenueFactory.create_batch(3, unit=unit)
    plan = drawn(operation_to_come, planner, number=2)

    as_planner.get(plan.get_absolute_url())

    read = AccessEntry.objects.filter(user=planner, act__in=["viewed", "listed"])
    seen = {entry.what: set(entry.ids) for entry in read}
    assert seen["operations.drawplan"] == {plan.pk}
    chosen = operation_to_come.chosen_venues.values_list("pk", flat=True)
    assert seen["operations.operationvenue"] == set(chosen)


def test_a_venue_is_replaced_with_a_reason(as_planner, operation_to_come, planner, unit):
    VenueFactory.create_batch(2, unit=unit)
    plan = drawn(operation_to_come, planner, reserves=1)
    away, reserve = plan.drawn.in_order()
    page = url("drawn_replace", away.pk)

    asked = text(as_planner.get(page))
    assert f"Replace {away.venue.name}?" in asked
    assert f"in draw order: {reserve.venue.name} ." in asked
    assert "Enter why this venue is replaced" in text(as_planner.post(page, {"reason": " "}))
    done = text(as_planner.post(page, {"reason": "Shut for good"}, follow=True))

    assert f"{reserve} takes the place of {away}." in done
    assert f"For {away.venue.name}: Shut for good" in done
    assert "No reserve is left in this stratum." in done
    without = text(as_planner.get(url("drawn_replace", reserve.pk)))
    assert "You can take the venue out" in without


def test_the_page_that_takes_a_drawn_venue_out_offers_its_reserve(
    as_planner, operation_to_come, planner, unit
):
    VenueFactory(unit=unit)
    plan = drawn(operation_to_come, planner)
    chosen = operation_to_come.chosen_venues.get()

    asked = as_planner.post(url("operation_venues", operation_to_come.pk), {"remove": chosen.pk})

    assert url("drawn_replace", plan.drawn.get().pk) in asked.text
    as_planner.post(
        url("operation_venues", operation_to_come.pk), {"remove": chosen.pk, "reason": "Shut"}
    )
    assert "Taken out of the operation" in text(as_planner.get(plan.get_absolute_url()))


def test_a_draw_over_other_units_shows_to_planners_of_all_of_them_alone(operation_to_come, unit):
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    elsewhere = VenueFactory()
    OperationVenueFactory(operation=operation_to_come, venue=VenueFactory(unit=unit))
    VenueFactory(unit=unit)
    plan = committed(operation_to_come, everywhere)
    of_one = signed_in(UserFactory(role=Role.PLANNER, units=[unit]))
    both = [unit, elsewhere.local_authority.command_unit]
    of_both = signed_in(UserFactory(role=Role.PLANNER, units=both))

    assert of_one.get(plan.get_absolute_url()).status_code == 404
    assert of_both.get(plan.get_absolute_url()).status_code == 200
    assert "not drawn yet" not in text(of_one.get(operation_to_come.get_absolute_url()))


def test_queries_do_not_grow(as_planner, operation_to_come, planner, unit, queries_of, page):
    VenueFactory.create_batch(4, unit=unit)
    few = drawn(operation_to_come, planner, number=1, reserves=1)
    asked, shown = queries_of(as_planner, page), queries_of(as_planner, few.get_absolute_url())

    VenueFactory.create_batch(12, unit=unit)
    many = drawn(operation_to_come, planner, number=8, reserves=1)

    assert queries_of(as_planner, page) == asked
    assert queries_of(as_planner, many.get_absolute_url()) == shown

"""What an import leaves to people, who decides, and what becomes of it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.models import Undo
from accounts.roles import Role
from tests.factories import CommandUnitFactory, LocalAuthorityFactory, UserFactory, VenueFactory
from tests.venues.hygiene_files import FORMATS, bring, counts, hotel, xml
from venues.imports import decisions
from venues.models import Decision, HygieneId, ImportRun, LocalAuthority, Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def northmoor():
    """An authority of a command unit, with a hotel."""
    authority = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    bring(xml(hotel(1, "Lantern", line1="1 Quay", postcode="ZZ1 1AA", point=(54.7, -1.5))))
    return authority


def planner(*units, **fields):
    return UserFactory(role=Role.PLANNER, units=units, **fields)


def whys(run: ImportRun) -> set[tuple[str, str]]:
    return {(each["aspect"], each["why"]) for each in run.report["differences"]}


def of(run: ImportRun, aspect: str) -> int:
    return [each["aspect"] for each in run.report["differences"]].index(aspect)


# Outside one's units ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_changes_nothing_outside_the_units_of_whoever_brings_it(northmoor, kind):
    before = Venue.objects.values().get()
    forged = hotel(
        1, "Forged", line1="9 Elsewhere", postcode="ZZ9 9ZZ", point=(54.1, -1.1), code="902"
    )
    unit = CommandUnitFactory()
    LocalAuthorityFactory(name="Southmoor", fhrs_code="902", command_unit=unit)

    run = bring(FORMATS[kind](forged | {"authority": "Southmoor"}), by=planner(unit))

    assert Venue.objects.values().get() == before
    assert counts(run) == {"unchanged": 1, "differences": 5}
    assert {why for _, why in whys(run)} == {"not theirs"}


def test_a_new_venue_outside_ones_units_is_proposed_and_not_added(northmoor):
    run = bring(xml(hotel(1, "Lantern"), hotel(2, "Forged")), by=planner(CommandUnitFactory()))

    assert Venue.objects.count() == 1
    assert ("new", "not theirs") in whys(run)

    ours = planner(northmoor.command_unit)
    venue = decisions.accept_difference(run, number=of(run, "new"), by=ours)

    assert (venue.name, venue.fhrsid, venue.local_authority) == ("Forged", 2, northmoor)


def test_an_authority_that_is_not_known_is_added_only_for_the_whole_force():
    unit = CommandUnitFactory()

    run = bring(xml(hotel(1)), by=planner(unit))

    assert not LocalAuthority.objects.filter(name="Northmoor").exists()
    assert not Venue.objects.exists()
    with pytest.raises(PermissionDenied):
        decisions.accept_difference(run, number=0, by=planner(unit))
    venue = decisions.accept_difference(run, number=0, by=planner(whole_force=True))
    assert (venue.local_authority.name, venue.local_authority.fhrs_code) == ("Northmoor", "901")


def test_a_file_works_as_ever_inside_ones_units(northmoor):
    mine = planner(northmoor.command_unit)

    run = bring(xml(hotel(1, "Lantern Palace"), hotel(2)), by=mine)

    assert counts(run) == {"created": 1, "changed": 1}
    assert Venue.objects.get(fhrsid=1).name == "Lantern Palace"


def test_somebody_who_may_not_import_is_refused_whatever_calls_the_act():
    with pytest.raises(PermissionDenied):
        bring(xml(hotel(1)), by=UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    assert not ImportRun.objects.exists()


def test_who_brought_a_file_does_not_decide_on_it_but_the_unit_does(northmoor):
    stranger = planner(CommandUnitFactory())
    run = bring(xml(hotel(1, "Forged")), by=stranger)

    for decide in (decisions.accept_difference, decisions.keep_ours):
        with pytest.raises(PermissionDenied):
            decide(run, number=of(run, "name"), by=stranger)
    assert Venue.objects.get().name == "Lantern"

    decisions.accept_difference(run, number=of(run, "name"), by=planner(northmoor.command_unit))
    assert Venue.objects.get().name == "Forged"


def test_those_who_may_decide_are_shown_the_difference_and_who_brought_it(northmoor, client):
    stranger = planner(CommandUnitFactory(), first_name="Ida", last_name="Bringer")
    run = bring(xml(hotel(1, "Forged"), hotel(2, "New Inn")), by=stranger)
    listed = reverse("venues:import_list")
    accept = reverse("venues:import_accept", args=[run.pk, of(run, "name")])

    client.force_login(stranger)
    assert "you can decide" not in client.get(listed).text
    assert accept not in client.get(run.get_absolute_url()).text

    client.force_login(planner(northmoor.command_unit))
    page = client.get(listed).text
    assert "you can decide" in page
    assert "brought by Ida Bringer" in page
    report = client.get(run.get_absolute_url()).text
    assert "The file was brought by Ida Bringer, who does not change venues there." in report
    assert accept in report
    assert "Add venue" in report

    number = of(run, "new")
    client.post(reverse("venues:import_keep", args=[run.pk, number]))
    for each, entry in enumerate(run.report["differences"]):
        if entry["aspect"] != "new":
            client.post(reverse("venues:import_accept", args=[run.pk, each]))
    assert Venue.objects.get().name == "Forged"
    assert "you can decide" not in client.get(listed).text


def test_the_list_takes_as_many_queries_for_many_waiting_imports_as_for_few(northmoor, client):
    stranger = planner(CommandUnitFactory())
    client.force_login(planner(northmoor.command_unit))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("venues:import_list"))
        return len(captured)

    bring(xml(hotel(1, "A")), by=stranger)
    few = queries()
    for name in "BCDE":
        bring(xml(hotel(1, name)), by=stranger)

    assert queries() == few


# Deciding ---------------------------------------------------------------------------------------


def test_what_a_person_keeps_is_no_news_until_the_record_changes(northmoor):
    Venue.objects.update(name="Our Lantern", edited_by_hand=["name"])
    same = {"line1": "1 Quay", "postcode": "ZZ1 1AA", "point": (54.7, -1.5)}
    run = bring(xml(hotel(1, "Lantern", **same)))
    decisions.keep_ours(run, number=0, by=planner(northmoor.command_unit))

    assert counts(bring(xml(hotel(1, "Lantern", **same)))) == {"unchanged": 1}

    again = bring(xml(hotel(1, "Lantern Palace", **same)))
    assert whys(again) == {("name", "edited")}
    assert Venue.objects.get().name == "Our Lantern"


def accept(run, aspect, by):
    decisions.accept_difference(run, number=of(run, aspect), by=by)
    return Undo.objects.latest("until")


def keep(run, aspect, by):
    decisions.keep_ours(run, number=of(run, aspect), by=by)
    return Undo.objects.latest("until")


def take_back(offer, by):
    undo.take_back(number=offer.number, by=by, at=timezone.now())


def listed(run, aspect):
    return ImportRun.objects.get(pk=run.pk).report["differences"][of(run, aspect)]


@pytest.fixture
def run(northmoor):
    """A file with other words for the hotel, and a new one, from somebody of another unit."""
    return bring(xml(hotel(1, "Forged"), hotel(2, "New Inn")), by=planner(CommandUnitFactory()))


@pytest.mark.parametrize("decide", [accept, keep])
@pytest.mark.parametrize("aspect", ["name", "new"])
def test_a_decision_is_taken_back_and_can_be_made_again(northmoor, run, decide, aspect):
    ours = planner(northmoor.command_unit)
    venues, known = list(Venue.objects.values("name")), HygieneId.objects.values().get()
    before = listed(run, aspect)
    offer = decide(run, aspect, ours)
    assert Decision.objects.get().takes_theirs == (decide is accept)

    take_back(offer, ours)

    assert list(Venue.objects.values("name")) == venues
    assert HygieneId.objects.values().get() == known
    assert listed(run, aspect) == before
    assert ImportRun.objects.waiting_for(ours).get() == run
    accept(run, aspect, ours)
    assert not listed(run, aspect)["open"]


def test_a_decision_is_taken_back_also_where_others_of_the_file_were_made_since(northmoor, run):
    ours = planner(northmoor.command_unit)
    first = accept(run, "name", ours)
    keep(run, "new", ours)

    take_back(first, ours)

    assert (listed(run, "name")["open"], listed(run, "new")["open"]) == (True, False)
    assert Venue.objects.get().name == "Lantern"


@pytest.mark.parametrize("decide", [accept, keep])
@pytest.mark.parametrize("aspect", ["name", "new"])
def test_a_decision_is_taken_back_only_by_those_who_may_decide(northmoor, run, decide, aspect):
    offer = decide(run, aspect, planner(northmoor.command_unit))
    for stranger in (planner(CommandUnitFactory()), run.started_by):
        with pytest.raises(PermissionDenied):
            take_back(offer, stranger)
    assert not listed(run, aspect)["open"]


def test_a_decision_stands_once_a_newer_file_was_read(northmoor, run):
    ours = planner(northmoor.command_unit)
    offer = keep(run, "name", ours)
    bring(xml(hotel(1, "Forged"), hotel(2, "New Inn")))
    with pytest.raises(undo.CannotUndoError, match="newer file was imported since"):
        take_back(offer, ours)


def test_the_database_keeps_one_decision_on_a_difference(northmoor, run):
    keep(run, "name", ours := planner(northmoor.command_unit))
    with pytest.raises(IntegrityError, match="difference_is_decided_once"), transaction.atomic():
        Decision.objects.create(run=run, number=of(run, "name"), takes_theirs=True, decided_by=ours)


def test_a_newer_file_overtakes_what_nobody_decided(northmoor):
    ours = planner(northmoor.command_unit)
    old = bring(xml(hotel(1, "Old news"), on=dt.date(2020, 1, 1)), by=planner(CommandUnitFactory()))
    bring(xml(hotel(1, "Lantern"), on=dt.date(2021, 1, 1)), by=ours)

    with pytest.raises(decisions.OvertakenError):
        decisions.accept_difference(old, number=of(old, "name"), by=ours)

    assert Venue.objects.get().name == "Lantern"
    assert not ImportRun.objects.waiting_for(ours).exists()


def test_a_file_of_somebody_of_another_unit_overtakes_nothing(northmoor):
    ours = planner(northmoor.command_unit)
    first = bring(xml(hotel(1, "First")), by=planner(CommandUnitFactory()))

    bring(xml(hotel(1, "Second")), by=planner(CommandUnitFactory()))

    decisions.accept_difference(first, number=of(first, "name"), by=ours)
    assert Venue.objects.get().name == "First"


def test_a_proposed_venue_that_came_otherwise_meanwhile_is_not_added_twice(northmoor):
    run = bring(xml(hotel(2)), by=planner(CommandUnitFactory()))
    VenueFactory(fhrsid=2, local_authority=northmoor)

    with pytest.raises(decisions.OvertakenError):
        decisions.accept_difference(run, number=0, by=planner(whole_force=True))
    assert Venue.objects.filter(fhrsid=2).count() == 1

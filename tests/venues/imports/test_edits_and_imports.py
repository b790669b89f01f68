"""What a person edited and what a file says: differences, and venues of several command units."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from tests.factories import CommandUnitFactory, LocalAuthorityFactory, VenueFactory
from tests.venues.hygiene_files import bring, counts, hotel, xml
from tests.venues.imports.samples import difference, import_bytes, import_sample, official, planner
from venues.imports import aspects, decisions
from venues.imports import fhrs_import as imports
from venues.models import CommandUnit, ImportRun, Venue
from venues.registry import actions

pytestmark = pytest.mark.django_db


# Edits by hand


def test_a_name_edited_by_hand_is_kept_and_listed_as_a_difference():
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100003).update(name="Old Mill", edited_by_hand=["name"])

    run = import_sample("api_2021.json")

    venue = Venue.objects.get(fhrsid=9100003)
    assert venue.name == "Old Mill"
    assert run.differences == 1
    assert run.report["differences"] == [
        {
            "venue": venue.pk,
            "name": "Old Mill",
            "postcode": "ZZ2 3BD",
            "fhrsid": 9100003,
            "aspect": "name",
            "why": "edited",
            "authority": venue.local_authority_id,
            "open": True,
            "ours": {"shown": "Old Mill", "stored": ["Old Mill"]},
            "theirs": {
                "shown": "The Old Mill Hotel and Spa",
                "stored": ["The Old Mill Hotel and Spa"],
            },
        }
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "Somewhere else"),
        ("postcode", "ZZ9 9ZZ"),
        ("latitude", Decimal("54.5")),
        ("longitude", Decimal("-1.25")),
    ],
)
def test_what_a_person_edited_survives_every_import(field, value):
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100001).update(**{field: value, "edited_by_hand": [field]})

    run = import_sample("api_2021.json")

    assert getattr(Venue.objects.get(fhrsid=9100001), field) == value
    assert run.differences == 1


def test_an_authority_chosen_by_hand_survives_and_other_fields_are_still_updated():
    import_sample("official_2020.xml")
    elsewhere = LocalAuthorityFactory()
    Venue.objects.filter(fhrsid=9100003).update(
        local_authority=elsewhere, edited_by_hand=["local_authority"]
    )

    run = import_sample("api_2021.json")

    venue = Venue.objects.get(fhrsid=9100003)
    assert venue.local_authority == elsewhere
    assert venue.name == "The Old Mill Hotel and Spa"
    assert run.report["differences"][0]["theirs"]["shown"] == "Northmoor"


def test_an_edit_that_the_file_agrees_with_by_now_is_no_difference():
    import_sample("official_2020.xml")
    name = "The Old Mill Hotel and Spa"
    Venue.objects.filter(fhrsid=9100003).update(name=name, edited_by_hand=["name"])

    assert import_sample("api_2021.json").differences == 0


def test_an_edit_by_hand_of_the_writing_alone_is_no_difference():
    bring(xml(hotel(1, "BELL AND ANCHOR")))
    Venue.objects.update(name="Bell & Anchor", edited_by_hand=["name"])

    assert counts(bring(xml(hotel(1, "BELL AND ANCHOR")))) == {"unchanged": 1}
    assert Venue.objects.get().name == "Bell & Anchor"


# Differences


def test_accepting_a_difference_takes_the_files_value_and_lets_imports_keep_it():
    run, venue = difference()
    user = planner()

    decisions.accept_difference(run, number=0, by=user)

    version = venue.version
    venue.refresh_from_db()
    assert (venue.latitude, venue.longitude) == (Decimal("54.74"), Decimal("-1.54"))
    assert venue.edited_by_hand == ["name"]
    assert venue.version == version + 1
    run.refresh_from_db()
    assert run.report["differences"][0]["accepted_by"] == str(user)
    assert import_sample("api_2021.json").differences == 0


def test_a_difference_is_accepted_once():
    run, _ = difference()
    decisions.accept_difference(run, number=0, by=planner())

    with pytest.raises(decisions.DecidedBeforeError):
        decisions.accept_difference(run, number=0, by=planner())
    with pytest.raises(LookupError):
        decisions.accept_difference(run, number=1, by=planner())


def test_a_difference_is_not_accepted_over_a_later_edit():
    run, venue = difference()
    Venue.objects.filter(pk=venue.pk).update(latitude=Decimal("54.6"))

    with pytest.raises(decisions.OvertakenError):
        decisions.accept_difference(run, number=0, by=planner())

    venue.refresh_from_db()
    assert venue.latitude == Decimal("54.6")


def test_a_difference_of_a_venue_merged_since_is_not_accepted():
    run, venue = difference()
    Venue.objects.filter(pk=venue.pk).update(merged_into=Venue.objects.get(fhrsid=9100001))

    with pytest.raises(decisions.OvertakenError):
        decisions.accept_difference(run, number=0, by=planner())


# Across command units


def moved_by_the_file(by: User | None, *, of: CommandUnit) -> tuple[ImportRun, Venue, CommandUnit]:
    """A hotel of the unit ``of`` that a file puts into Northmoor, which is in another unit."""
    northmoor = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    venue = VenueFactory(unit=of, fhrsid=1)
    run = imports.import_fhrs(
        io.BytesIO(official(1)), file_name="crafted.xml", by=by, at=timezone.now()
    )
    venue.refresh_from_db()
    return run, venue, northmoor.command_unit


def test_a_file_takes_no_venue_from_a_command_unit_for_somebody_of_another():
    of, elsewhere = CommandUnitFactory(), CommandUnitFactory()

    run, venue, _ = moved_by_the_file(planner(units=[elsewhere]), of=of)

    assert venue.local_authority.command_unit == of
    number = [entry["aspect"] for entry in run.report["differences"]].index("authority")
    with pytest.raises(PermissionDenied):
        decisions.accept_difference(run, number=number, by=planner(units=[elsewhere]))
    decisions.accept_difference(run, number=number, by=planner(whole_force=True))
    venue.refresh_from_db()
    assert venue.local_authority.name == "Northmoor"


@pytest.mark.parametrize("who", ["command line", "whole force", "its unit"])
def test_a_file_moves_a_venue_for_those_who_may_give_it_away(who):
    of = CommandUnitFactory()
    people = {"whole force": {"whole_force": True}, "its unit": {"units": [of]}}
    by = planner(**people[who]) if who in people else None

    _, venue, theirs = moved_by_the_file(by, of=of)

    assert venue.local_authority.command_unit == theirs


def test_a_difference_that_brings_a_venue_into_a_unit_is_for_those_who_may_move_it():
    venue = VenueFactory(
        fhrsid=1, edited_by_hand=["local_authority"], local_authority__command_unit=None
    )
    unit = CommandUnitFactory()
    LocalAuthorityFactory(name="Northmoor", fhrs_code="901", command_unit=unit)
    run = import_bytes(official(1))
    number = [entry["aspect"] for entry in run.report["differences"]].index("authority")

    with pytest.raises(PermissionDenied):
        decisions.accept_difference(run, number=number, by=planner(units=[unit]))

    venue.refresh_from_db()
    assert venue.local_authority.command_unit is None


def test_edits_are_noted_for_exactly_the_fields_that_imports_write():
    written = {name for aspect in aspects.ASPECTS for name in aspects.fields_of(aspect)}

    assert written == set(actions.IMPORTED)


def test_an_edit_by_a_person_survives_the_next_import():
    import_sample("official_2020.xml")
    venue = Venue.objects.get(fhrsid=9100003)
    actions.edit_venue(
        venue=venue,
        version=venue.version,
        by=planner(whole_force=True),
        name="Old Mill",
        kind=Venue.Kind.HOTEL,
        group=None,
        local_authority=venue.local_authority,
        address=venue.address,
        postcode=venue.postcode,
        latitude=venue.latitude,
        longitude=venue.longitude,
        notes="",
    )

    run = import_sample("api_2021.json")

    assert Venue.objects.get(fhrsid=9100003).name == "Old Mill"
    assert run.differences == 1

"""Importing into the registry: what is written and reported, and that a refusal writes nothing."""

import io
import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.database import as_system
from tests.factories import (
    CommandUnitFactory,
    LocalAuthorityFactory,
    UserFactory,
    VenueFactory,
)
from tests.venues.hygiene_files import FORMATS, bring, hotel, xml
from venues.imports import area_import as area_imports
from venues.imports import aspects, differences
from venues.imports import fhrs_import as imports
from venues.imports.uploads import BrokenFile
from venues.models import CommandUnit, Force, ImportRun, LocalAuthority, Venue
from venues.registry import actions, merging

SAMPLES = Path(__file__).parents[1] / "samples"
MET = Path(__file__).resolve().parents[3] / "venues" / "data" / "met_command_units.csv"

pytestmark = pytest.mark.django_db


def planner(**kwargs: Any) -> User:
    return UserFactory(role=Role.PLANNER, **kwargs)


def import_sample(name: str, **options: Any) -> ImportRun:
    return imports.import_fhrs(SAMPLES / name, file_name=name, by=None, **options)


def import_bytes(data: bytes, name: str = "file") -> ImportRun:
    return imports.import_fhrs(io.BytesIO(data), file_name=name, by=None)


def counts(run: ImportRun) -> dict[str, int]:
    names = ("created", "changed", "unchanged", "missing", "differences")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


def official(count: int, start: int = 1, name: str = "Hotel") -> bytes:
    records = "".join(
        f"<EstablishmentDetail><FHRSID>{number}</FHRSID>"
        f"<BusinessName>{name} {number}</BusinessName><BusinessTypeID>7842</BusinessTypeID>"
        "<LocalAuthorityCode>901</LocalAuthorityCode>"
        "<LocalAuthorityName>Northmoor</LocalAuthorityName></EstablishmentDetail>"
        for number in range(start, start + count)
    )
    return (
        f"<FHRSEstablishment><Header><ItemCount>{count}</ItemCount></Header>"
        f"<EstablishmentCollection>{records}</EstablishmentCollection></FHRSEstablishment>"
    ).encode()


# Hotels


def test_a_first_import_creates_a_venue_for_each_hotel():
    user = planner(whole_force=True)
    northmoor = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")

    run = imports.import_fhrs(SAMPLES / "official_2020.xml", file_name="northmoor.xml", by=user)

    assert counts(run) == {"created": 10}
    assert (run.file_name, str(run.extract_date), run.started_by) == (
        "northmoor.xml",
        "2020-11-14",
        user,
    )
    venue = Venue.objects.get(fhrsid=9100001)
    assert venue.name == "Harbour View Guest House"
    assert venue.local_authority == northmoor
    assert venue.address == "3 Quay Street\nNorthmoor"
    assert venue.postcode == "ZZ1 1AB"
    assert (venue.latitude, venue.longitude) == (Decimal("54.701100"), Decimal("-1.502100"))
    assert venue.kind == Venue.Kind.UNKNOWN
    assert venue.edited_by_hand == []


def test_what_is_missing_or_odd_is_accepted_and_counted():
    run = import_sample("official_2020.xml")

    assert run.report["withheld"] == 2
    assert run.report["repeated"] == 1
    assert run.report["records"] == 12
    assert run.report["marks"] == {
        "no postcode": 2,
        "no address": 2,
        "no point": 3,
        "postcode not complete": 2,
        "point not in the United Kingdom": 1,
    }
    assert Venue.objects.get(fhrsid=9100006).location_withheld


def test_the_same_file_twice_changes_nothing():
    import_sample("official_2020.xml")
    before = list(Venue.objects.order_by("pk").values())

    run = import_sample("official_2020.xml")

    assert counts(run) == {"unchanged": 10}
    assert list(Venue.objects.order_by("pk").values()) == before


def test_a_later_file_updates_by_fhrsid_and_says_which_fields_changed():
    import_sample("official_2020.xml")

    run = import_sample("api_2021.json")

    assert counts(run) == {"created": 1, "changed": 3, "unchanged": 5, "missing": 2}
    changes = {entry["was"]: entry["fields"] for entry in run.report["changed"]}
    assert changes == {
        "THE OLD MILL HOTEL": {"name": ["THE OLD MILL HOTEL", "The Old Mill Hotel and Spa"]},
        "Fern Cottage": {"point": ["", "54.740000, -1.540000"]},
        "Spare Room": {"postcode": ["ZZ3", "ZZ3 1QQ"]},
    }
    assert Venue.objects.get(fhrsid=9100003).name == "The Old Mill Hotel and Spa"


def test_a_change_by_import_is_a_new_version_so_that_an_open_form_is_told():
    import_sample("official_2020.xml")
    version = Venue.objects.get(fhrsid=9100003).version

    import_sample("api_2021.json")

    assert Venue.objects.get(fhrsid=9100003).version == version + 1
    assert Venue.objects.get(fhrsid=9100001).version == 1


def test_venues_not_in_the_file_any_more_are_listed_and_stay_open():
    import_sample("official_2020.xml")

    run = import_sample("api_2021.json")

    assert [entry["name"] for entry in run.report["missing"]] == [
        "Moor Inn",
        "Northmoor Travel Lodge",
    ]
    assert Venue.objects.open().filter(fhrsid=9100009).exists()


def test_only_open_venues_of_the_files_authorities_with_an_fhrsid_can_be_missing():
    northmoor = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    VenueFactory(local_authority=northmoor)  # not from open data
    VenueFactory(fhrsid=1)  # of another authority
    kept = VenueFactory(local_authority=northmoor, fhrsid=2, name="Gone")
    VenueFactory(
        local_authority=northmoor, fhrsid=3, closed_on="2020-01-01", closed_reason="Flats now"
    )
    VenueFactory(local_authority=northmoor, fhrsid=4, merged_into=kept)

    run = import_sample("official_2020.xml")

    assert [entry["name"] for entry in run.report["missing"]] == ["Gone"]


def test_an_authority_whose_last_hotel_left_still_has_it_missing():
    import_bytes(official(1))

    run = import_bytes(official(1).replace(b"7842", b"7843"))

    assert counts(run) == {"missing": 1}


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


def test_a_missing_venue_is_listed_with_the_new_ones_of_its_name():
    import_bytes(official(2).replace(b"Hotel 2", b"Other"))

    run = import_bytes(official(2, start=3).replace(b"Hotel 3", b"HOTEL 1"))

    new = Venue.objects.get(fhrsid=3)
    hotel, other = run.report["missing"]
    assert hotel["perhaps"] == [{"venue": new.pk, "name": "HOTEL 1", "postcode": ""}]
    assert other["perhaps"] == []


def test_of_several_new_ones_of_a_name_those_at_the_same_postcode_are_listed():
    def at(fhrsid: int, postcode: str) -> bytes:
        hotel = official(1, start=fhrsid).split(b"<EstablishmentDetail>")[1]
        hotel = hotel.split(b"</EstablishmentDetail>")[0].replace(b"Hotel %d" % fhrsid, b"Inn")
        record = hotel + f"<PostCode>{postcode}</PostCode>".encode()
        return b"<EstablishmentDetail>" + record + b"</EstablishmentDetail>"

    def file(*records: bytes) -> bytes:
        start = b"<FHRSEstablishment><Header><ItemCount>%d</ItemCount></Header>" % len(records)
        collection = b"<EstablishmentCollection>%s</EstablishmentCollection>" % b"".join(records)
        return start + collection + b"</FHRSEstablishment>"

    import_bytes(file(at(1, "ZZ1 1AA")))
    run = import_bytes(file(at(2, "ZZ1 1AA"), at(3, "ZZ2 2BB")))

    (missing,) = run.report["missing"]
    assert [new["postcode"] for new in missing["perhaps"]] == ["ZZ1 1AA"]


def test_a_missing_venue_is_found_by_place_under_the_new_name_of_a_neighbour():
    """Its record left and its neighbour's, at the same postcode, got a new name."""
    one = hotel(1, "Lantern", line1="1 Quay", postcode="ZZ1 1AA")
    two = hotel(2, "Beacon", line1="2 Quay", postcode="ZZ1 1AA")
    bring(xml(one, two, hotel(3, "Far", line1="9 Hill", postcode="ZZ9 9AA")))

    run = bring(
        xml(
            two | {"name": "Beacon Palace"}, hotel(3, "Farther", line1="9 Hill", postcode="ZZ9 9AA")
        )
    )

    (missing,) = run.report["missing"]
    (perhaps,) = missing["perhaps"]
    assert (missing["name"], perhaps["name"], perhaps["was"]) == (
        "Lantern",
        "Beacon Palace",
        "Beacon",
    )


@pytest.mark.parametrize(
    "place",
    [
        {"postcode": "ZZ1 1AA"},
        {"line1": "1 Quay", "line2": "Northmoor"},
        {"point": (54.7011, -1.5021)},
    ],
)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_missing_venue_is_found_by_place_under_its_new_id_and_name(place, kind):
    bring(FORMATS[kind](hotel(1, "Lantern", **place)))

    run = bring(FORMATS[kind](hotel(2, "Palace of Light", **place)))

    (missing,) = run.report["missing"]
    assert [each["name"] for each in missing["perhaps"]] == ["Palace of Light"]


def test_those_of_its_name_come_before_those_at_its_place_and_few_are_named():
    bring(xml(hotel(1, "Lantern", postcode="ZZ1 1AA")))
    others = [hotel(number, postcode="ZZ1 1AA") for number in range(10, 20)]

    run = bring(xml(*others, hotel(2, "LANTERN", postcode="ZZ1 1AA")))

    (missing,) = run.report["missing"]
    assert missing["perhaps"][0]["name"] == "LANTERN"
    assert len(missing["perhaps"]) == imports.SUGGESTED


def test_a_suggestion_can_be_compared_and_merged(client):
    client.force_login(planner(whole_force=True))
    bring(xml(hotel(1, "Lantern", postcode="ZZ1 1AA")))
    run = bring(xml(hotel(2, "Palace", postcode="ZZ1 1AA")))
    old, new = Venue.objects.get(fhrsid=1), Venue.objects.get(fhrsid=2)

    page = client.get(run.get_absolute_url() + "?show=missing").text

    assert f"{reverse('venues:venue_merge', args=[old.pk])}?other={new.pk}" in page


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_formats_that_write_one_address_in_several_ways_do_not_alternate(first, second):
    plain = {"line1": "Premier Inn Terminal 4", "line2": "Ring Road", "postcode": "ZZ1 1AA"}
    other = {"line1": "PREMIER INN, TERMINAL 4,  RING ROAD", "postcode": "zz11aa"}
    bring(FORMATS[first](hotel(1, "Bell & Anchor", **plain, point=("54.70112345", "-1.50210049"))))
    before = Venue.objects.values().get()

    for _ in range(2):
        again = FORMATS[second](
            hotel(1, "BELL AND  ANCHOR", **other, point=("54.70112", "-1.5021"))
        )
        assert counts(bring(again)) == {"unchanged": 1}
        assert Venue.objects.values().get() == before


def test_an_edit_by_hand_of_the_writing_alone_is_no_difference():
    bring(xml(hotel(1, "BELL AND ANCHOR")))
    Venue.objects.update(name="Bell & Anchor", edited_by_hand=["name"])

    assert counts(bring(xml(hotel(1, "BELL AND ANCHOR")))) == {"unchanged": 1}
    assert Venue.objects.get().name == "Bell & Anchor"


def test_an_authority_not_known_yet_is_added_without_a_command_unit():
    run = import_sample("official_2020.xml")

    northmoor = LocalAuthority.objects.get(fhrs_code="901")
    assert (northmoor.name, northmoor.command_unit) == ("Northmoor", None)
    assert run.report["new_authorities"] == ["Northmoor"]
    assert import_sample("official_2020.xml").report["new_authorities"] == []


def test_an_authority_known_by_name_alone_gets_its_code():
    known = LocalAuthorityFactory(name="NORTHMOOR", fhrs_code=None)

    import_sample("official_2020.xml")

    known.refresh_from_db()
    assert known.fhrs_code == "901"
    assert LocalAuthority.objects.count() == 1


def test_an_authority_known_with_another_code_refuses_the_file():
    LocalAuthorityFactory(name="Northmoor", fhrs_code="555")

    with pytest.raises(BrokenFile, match="known here with 555"):
        import_sample("official_2020.xml")

    assert not Venue.objects.exists()


def test_a_hotel_that_moves_to_another_authority_is_one_venue():
    import_bytes(official(1))

    run = import_bytes(official(1).replace(b"901", b"902").replace(b"Northmoor", b"Southmoor"))

    assert run.report["changed"][0]["fields"] == {"authority": ["Northmoor", "Southmoor"]}
    assert Venue.objects.get().local_authority.name == "Southmoor"


def broken_copies() -> dict[str, bytes]:
    """A file with a fault of each kind, most of them after hotels that could have been written."""
    xml = (SAMPLES / "official_2020.xml").read_bytes()
    answer = json.loads((SAMPLES / "api_2021.json").read_bytes())
    bulk = (SAMPLES / "bulk_list.json").read_bytes()
    page = {**answer, "meta": {**answer["meta"], "totalCount": 50, "totalPages": 5}}
    return {
        "XML cut off": xml[: len(xml) * 9 // 10],
        "API JSON cut off": json.dumps(answer).encode()[:-40],
        "bulk JSON cut off": bulk[:-3],
        "last record lost": xml.replace(b"<ItemCount>12<", b"<ItemCount>13<"),
        "one page of many": json.dumps(page).encode(),
        "wrong root": xml.replace(b"FHRSEstablishment", b"Other"),
        "document type": b"<!DOCTYPE x>" + xml[21:],
        "entity": xml.replace(b"Moor Inn", b"&moor;"),
        "wrong encoding": xml.decode().encode("utf-16"),
        "latin letters": xml.replace("é".encode(), b"\xe9"),
        "no FHRSID at the end": xml.replace(b"<FHRSID>9100012</FHRSID>", b""),
        "FHRSID not a number": xml.replace(b"<FHRSID>9100012<", b"<FHRSID>9100012x<"),
        "no name": xml.replace(b"Northmoor Travel Lodge Kitchen", b" "),
        "web page": b"<!doctype html><title>Sorry</title>",
        "table": b"FHRSID,BusinessName\n1,Bell\n",
        "empty": b"",
    }


@pytest.mark.parametrize("fault", broken_copies())
def test_a_broken_file_leaves_the_database_untouched(fault):
    import_sample("official_2015.xml")
    before = [list(model.objects.order_by("pk").values()) for model in (Venue, LocalAuthority)]

    with pytest.raises(BrokenFile, match="Nothing was imported"):
        import_bytes(broken_copies()[fault])

    after = [list(model.objects.order_by("pk").values()) for model in (Venue, LocalAuthority)]
    assert after == before
    assert ImportRun.objects.count() == 1


def test_a_fault_after_whole_batches_were_written_undoes_them(monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)

    with pytest.raises(BrokenFile, match="cut off"):
        import_bytes(official(9)[:-40])

    assert not Venue.objects.exists()
    assert not LocalAuthority.objects.exists()


def test_a_file_of_a_gigabyte_is_refused_without_being_read(tmp_path):
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(2**30)

    with pytest.raises(BrokenFile, match="larger than 256 MB"):
        imports.import_fhrs(huge, file_name="huge.xml", by=None)


def test_the_number_of_queries_grows_with_batches_not_with_hotels(monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 50)
    import_bytes(official(1))

    def queries(hotels: int, name: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_bytes(official(hotels, name=name))
        return len(captured)

    assert queries(10, "New") == queries(50, "Newer")
    assert queries(10, "Renamed") == queries(50, "Renamed again")
    assert queries(100, "Last") > queries(50, "Last")


def test_a_report_names_so_many_venues_and_counts_all(monkeypatch):
    monkeypatch.setattr(imports, "LISTED", 3)

    run = import_bytes(official(5))

    assert run.created == 5
    assert [entry["name"] for entry in run.report["created"]] == ["Hotel 1", "Hotel 2", "Hotel 3"]


class Paused(io.BytesIO):
    """A file that tells when it is read and then waits to be let go."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.reached.set()
        assert self.go_on.wait(timeout=30)
        return super().read(size)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_follow_one_another():
    runs: dict[str, ImportRun] = {}

    @as_system()
    def run(name: str, file: io.BytesIO) -> None:
        try:
            runs[name] = imports.import_fhrs(file, file_name=name, by=None)
        finally:
            connection.close()

    file = Paused(official(3))
    first = threading.Thread(target=run, args=("first", file))
    second = threading.Thread(target=run, args=("second", io.BytesIO(official(3))))
    first.start()
    assert file.reached.wait(timeout=30)
    second.start()
    wait_until_somebody_waits_for_a_lock()
    file.go_on.set()
    first.join(timeout=30)
    second.join(timeout=30)

    assert counts(runs["first"]) == {"created": 3}
    assert counts(runs["second"]) == {"unchanged": 3}


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_an_import_that_runs():
    keep, duplicate = VenueFactory(), VenueFactory(fhrsid=1)
    by = UserFactory(is_superuser=True, whole_force=True)  # roles are gone after such a test

    @as_system()
    def run_import() -> None:
        try:
            imports.import_fhrs(file, file_name="file", by=None)
        finally:
            connection.close()

    @as_system()
    def run_merge() -> None:
        try:
            merging.merge_venues(keep=keep, duplicate=duplicate, by=by)
        finally:
            connection.close()

    file = Paused(official(1))
    importing, merge = threading.Thread(target=run_import), threading.Thread(target=run_merge)
    importing.start()
    assert file.reached.wait(timeout=30)
    merge.start()
    wait_until_somebody_waits_for_a_lock()
    file.go_on.set()
    importing.join(timeout=30)
    merge.join(timeout=30)

    keep.refresh_from_db()
    assert keep.fhrsid == 1
    assert Venue.objects.filter(name="Hotel 1", merged_into=keep).exists()


def wait_until_somebody_waits_for_a_lock() -> None:
    for _ in range(10_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            if cursor.fetchone()[0]:
                return
    pytest.fail("The second import did not wait for the first.")


# Differences


def difference() -> tuple[ImportRun, Venue]:
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100005).update(
        latitude=Decimal("54.5"), longitude=Decimal("-1.5"), edited_by_hand=["name", "latitude"]
    )
    run = import_sample("api_2021.json")
    return run, Venue.objects.get(fhrsid=9100005)


def test_accepting_a_difference_takes_the_files_value_and_lets_imports_keep_it():
    run, venue = difference()
    user = planner()

    differences.accept_difference(run, number=0, by=user)

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
    differences.accept_difference(run, number=0, by=planner())

    with pytest.raises(differences.DecidedBeforeError):
        differences.accept_difference(run, number=0, by=planner())
    with pytest.raises(LookupError):
        differences.accept_difference(run, number=1, by=planner())


def test_a_difference_is_not_accepted_over_a_later_edit():
    run, venue = difference()
    Venue.objects.filter(pk=venue.pk).update(latitude=Decimal("54.6"))

    with pytest.raises(differences.OvertakenError):
        differences.accept_difference(run, number=0, by=planner())

    venue.refresh_from_db()
    assert venue.latitude == Decimal("54.6")


def test_a_difference_of_a_venue_merged_since_is_not_accepted():
    run, venue = difference()
    Venue.objects.filter(pk=venue.pk).update(merged_into=Venue.objects.get(fhrsid=9100001))

    with pytest.raises(differences.OvertakenError):
        differences.accept_difference(run, number=0, by=planner())


# Across command units


def moved_by_the_file(by: User | None, *, of: CommandUnit) -> tuple[ImportRun, Venue, CommandUnit]:
    """A hotel of the unit ``of`` that a file puts into Northmoor, which is in another unit."""
    northmoor = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    venue = VenueFactory(unit=of, fhrsid=1)
    run = imports.import_fhrs(io.BytesIO(official(1)), file_name="crafted.xml", by=by)
    venue.refresh_from_db()
    return run, venue, northmoor.command_unit


def test_a_file_takes_no_venue_from_a_command_unit_for_somebody_of_another():
    of, elsewhere = CommandUnitFactory(), CommandUnitFactory()

    run, venue, _ = moved_by_the_file(planner(units=[elsewhere]), of=of)

    assert venue.local_authority.command_unit == of
    number = [entry["aspect"] for entry in run.report["differences"]].index("authority")
    with pytest.raises(PermissionDenied):
        differences.accept_difference(run, number=number, by=planner(units=[elsewhere]))
    differences.accept_difference(run, number=number, by=planner(whole_force=True))
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
        differences.accept_difference(run, number=number, by=planner(units=[unit]))

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


# Areas


def test_areas_make_forces_units_and_authorities():
    done = area_imports.import_areas(SAMPLES / "areas.csv")

    assert done == area_imports.AreasImported(created=4, changed=0, unchanged=0)
    assert list(Force.objects.values_list("name", flat=True)) == ["Wessendale Police"]
    coast = CommandUnit.objects.get(code="CO")
    assert [each.name for each in coast.local_authorities.all()] == ["Northmoor", "Southmoor"]
    assert LocalAuthority.objects.get(name="Old Harbour").command_unit is None


def test_areas_twice_change_nothing():
    area_imports.import_areas(SAMPLES / "areas.csv")

    assert area_imports.import_areas(SAMPLES / "areas.csv").unchanged == 4


def test_areas_complete_an_authority_that_came_with_open_data():
    import_sample("official_2020.xml")

    done = area_imports.import_areas(SAMPLES / "areas.csv")

    northmoor = Venue.objects.get(fhrsid=9100001).local_authority
    assert (northmoor.gss_code, northmoor.command_unit.name) == ("E98000001", "Coast")
    assert done.changed == 1


def test_areas_move_an_authority_to_another_unit_and_rename_a_unit():
    area_imports.import_areas(SAMPLES / "areas.csv")
    text = (SAMPLES / "areas.csv").read_text()
    text = text.replace("Coast,CO,Southmoor", "Valley,VA,Southmoor").replace("Coast,", "Shore,")

    area_imports.import_areas(io.BytesIO(text.encode()))

    assert LocalAuthority.objects.get(name="Southmoor").command_unit.code == "VA"
    assert CommandUnit.objects.get(code="CO").name == "Shore"
    assert CommandUnit.objects.count() == 2


def test_units_of_two_forces_may_have_one_code():
    CommandUnitFactory(force__name="Another Police", code="CO")

    area_imports.import_areas(SAMPLES / "areas.csv")

    assert CommandUnit.objects.filter(code="CO").count() == 2


def test_a_row_that_fits_two_authorities_refuses_the_file():
    LocalAuthorityFactory(name="Southmoor", gss_code="E98000002")
    LocalAuthorityFactory(name="Harbour", fhrs_code="902")

    with pytest.raises(
        BrokenFile, match=r"Line 3 .* fits two authorities .* Harbour and Southmoor"
    ):
        area_imports.import_areas(SAMPLES / "areas.csv")

    assert not Force.objects.filter(name="Another").exists()
    assert not LocalAuthority.objects.filter(name="Northmoor").exists()


def test_boundaries_are_set_by_code_and_strangers_are_named():
    area_imports.import_areas(SAMPLES / "areas.csv")

    done = area_imports.import_boundaries(SAMPLES / "boundaries.geojson")

    assert done == area_imports.BoundariesImported(set=2, unknown=["Elsewhere"])
    assert LocalAuthority.objects.get(name="Southmoor").boundary["type"] == "MultiPolygon"
    assert LocalAuthority.objects.get(name="Afon Las").boundary is None


def test_the_mets_areas_are_twelve_units():
    area_imports.import_areas(MET)

    assert CommandUnit.objects.filter(force__name="Metropolitan Police Service").count() == 12
    assert LocalAuthority.objects.filter(command_unit__code="AW").count() == 3
    assert LocalAuthority.objects.get(name="City of London").command_unit is None


# Commands


def test_the_command_reports_each_file_and_fails_when_one_is_refused(tmp_path, capsys):
    broken = tmp_path / "broken.xml"
    broken.write_bytes((SAMPLES / "official_2020.xml").read_bytes()[:5000])

    with pytest.raises(CommandError, match="2 of 4 files refused"):
        call_command(
            "import_fhrs",
            str(SAMPLES / "official_2020.xml"),
            str(broken),
            str(tmp_path / "not there.xml"),
            str(SAMPLES / "api_2021.json"),
        )

    printed = capsys.readouterr()
    assert "10 created" in printed.out
    assert "changed: Spare Room: postcode “ZZ3” → “ZZ3 1QQ”" in printed.out
    assert "missing now: Moor Inn" in printed.out
    assert "broken.xml: refused. The file is cut off" in printed.err
    assert "not there.xml: refused." in printed.err
    assert ImportRun.objects.count() == 2


def test_the_command_prints_differences_with_edits_by_hand(capsys):
    difference()

    call_command("import_fhrs", str(SAMPLES / "api_2021.json"))

    assert (
        "difference: Fern Cottage: point “54.500000, -1.500000” kept, "
        "the file has “54.740000, -1.540000”"
    ) in capsys.readouterr().out


def test_the_areas_command_imports_both_files_or_neither(tmp_path, capsys):
    broken = tmp_path / "broken.geojson"
    broken.write_text("{}")
    with pytest.raises(CommandError, match="not a GeoJSON"):
        call_command("import_areas", str(SAMPLES / "areas.csv"), boundaries=broken)
    assert not LocalAuthority.objects.exists()

    call_command(
        "import_areas", str(SAMPLES / "areas.csv"), boundaries=SAMPLES / "boundaries.geojson"
    )

    printed = capsys.readouterr().out
    assert "4 created" in printed
    assert "Boundaries: 2 set." in printed
    assert "Elsewhere" in printed

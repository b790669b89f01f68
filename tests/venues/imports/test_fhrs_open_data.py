"""The agency's real files: a sample in tests/data, or the folder FHRS_DATA of whole ones.

What is asked holds for any such folder: what a file holds is counted without our reader, by bytes.
"""

import csv
import io
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from tests.venues.hygiene_files import counts
from venues.imports import area_import, fhrs
from venues.imports import fhrs_import as imports
from venues.imports.fhrs import BrokenFile, Mark
from venues.models import ImportRun, LocalAuthority, Venue

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "tests/data/fhrs"
FOLDER = Path(os.environ.get("FHRS_DATA") or SAMPLE)

# Files that are not hygiene data as the agency publishes them, and why they are refused.
REFUSED = {
    "csv/westminster_533_hotels.csv": "table (CSV)",
    "authorities_london_2021-08.json": "plain JSON list, such as the list of authorities",
}

with (FOLDER / "MANIFEST.csv").open(encoding="utf-8", newline="") as _manifest:
    MANIFEST = {row["file"]: row for row in csv.DictReader(_manifest)}
FILES = [name for name in MANIFEST if name not in REFUSED]
LONDON_2020 = sorted(name for name in FILES if name.startswith("xml-hotels-london"))
LONDON_2021 = sorted(name for name in FILES if name.startswith("api-json-hotels-london"))

ONE_OF_EACH_SHAPE = [
    "xml-whole/FHRS501en-GB.2015-02-11.xml",
    "xml-hotels-uk-2020-11/FHRS760en-GB.hotels.xml",
    "xml-whole/FHRS232en-GB.2026-07-21.xml",
    "api-json-whole/api_520_2021-08-19.json",
    "bulk-json/FHRS523en-GB.hotels.json",
]


def test_every_file_of_the_folder_is_expected():
    present = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}

    assert {name for name in present if not name.endswith(".md")} == {
        "MANIFEST.csv",
        *FILES,
        *REFUSED,
    }


def test_each_published_format_is_there():
    assert set(ONE_OF_EACH_SHAPE) <= set(FILES)
    assert len(LONDON_2020) == len(LONDON_2021) >= 3


# The reader


def ids(name: str) -> tuple[set[bytes], set[bytes]]:
    """The FHRSIDs of all records and of the hotels of a file, found without our reader."""
    data = (FOLDER / name).read_bytes()
    begin = b"<EstablishmentDetail>" if name.endswith("xml") else b'{"FHRSID":'
    key = re.compile(rb"(?:<FHRSID>)?(\d+)")
    records = {key.match(record)[1]: record for record in data.split(begin)[1:]}
    hotel = re.compile(rb'BusinessTypeID"?[>:]7842\b')
    return set(records), {key for key, record in records.items() if hotel.search(record)}


@pytest.mark.parametrize("name", FILES)
def test_every_hotel_of_the_file_is_read(name):
    extract = fhrs.read(FOLDER / name)
    records, hotels = ids(name)

    found = list(extract)

    assert {b"%d" % hotel.fhrsid for hotel in found} == hotels
    assert len(found) == len(hotels) == int(MANIFEST[name]["hotel_records"])
    assert extract.records_read == extract.header.item_count == len(records)
    assert not extract.repeated
    assert {hotel.la_code for hotel in found} <= {name.rpartition("/")[2].lstrip("FHRSapi_")[:3]}


@pytest.mark.parametrize("name", FILES)
def test_the_header_and_the_authority_are_read(name):
    extract = fhrs.read(FOLDER / name)
    list(extract)

    assert str(extract.header.extract_date) == MANIFEST[name]["extract_date"]
    assert list(extract.authorities.values()) == [MANIFEST[name]["local_authority"]]


@pytest.mark.parametrize(
    ("folder", "marks", "withheld"),
    [
        (
            "xml-hotels-london-2020-11",
            {Mark.NO_POSTCODE: 4, Mark.NO_POINT: 6, Mark.NO_ADDRESS: 2},
            2,
        ),
        (
            "xml-hotels-uk-2020-11",  # the odd postcode is “CLE10 3HQ”
            {Mark.NO_POINT: 3, Mark.ODD_POSTCODE: 1},
            0,
        ),
        (
            "api-json-hotels-london-2021-08",  # one postcode is a district only
            {Mark.NO_POSTCODE: 2, Mark.NO_POINT: 2, Mark.NO_ADDRESS: 1, Mark.ODD_POSTCODE: 1},
            1,
        ),
    ],
)
def test_what_is_missing_or_odd_is_marked(folder, marks, withheld):
    hotels = [hotel for file in (SAMPLE / folder).iterdir() for hotel in fhrs.read(file)]

    assert Counter(mark for hotel in hotels for mark in hotel.marks) == marks
    assert sum(hotel.location_withheld for hotel in hotels) == withheld


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_of_the_folder_are_refused_with_the_reason(name):
    with pytest.raises(BrokenFile) as refused:
        list(fhrs.read(FOLDER / name))

    assert REFUSED[name] in str(refused.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("name", ONE_OF_EACH_SHAPE)
def test_a_copy_cut_off_anywhere_is_refused(name, share):
    data = (FOLDER / name).read_bytes()

    with pytest.raises(BrokenFile, match="cut off"):
        list(fhrs.read(io.BytesIO(data[: int(len(data) * share)])))


@pytest.mark.parametrize("name", ONE_OF_EACH_SHAPE)
def test_a_copy_that_lost_a_record_in_the_middle_is_refused(name):
    text = (FOLDER / name).read_bytes()
    begin = b"<EstablishmentDetail>" if name.endswith("xml") else b'{"FHRSID":'
    first, second = text.find(begin), text.find(begin, text.find(begin) + 1)

    with pytest.raises(BrokenFile, match="cut off or changed"):
        list(fhrs.read(io.BytesIO(text[:first] + text[second:])))


# The registry


def import_all(names: list[str], folder: Path = FOLDER) -> list[ImportRun]:
    return [
        imports.import_fhrs(folder / name, file_name=name, by=None, at=timezone.now())
        for name in names
    ]


def total(runs: list[ImportRun], name: str) -> int:
    return sum(getattr(run, name) for run in runs)


def hotels_in(names: list[str]) -> set[bytes]:
    return set().union(*(ids(name)[1] for name in names))


@pytest.mark.django_db
def test_london_of_2020_then_of_2021():
    area_import.import_areas(ROOT / "venues/data/met_command_units.csv")
    before, after = hotels_in(LONDON_2020), hotels_in(LONDON_2021)
    first = import_all(LONDON_2020)

    second = import_all(LONDON_2021)

    assert total(first, "created") == len(before)
    assert [run.report["new_authorities"] for run in first + second] == [[]] * len(first + second)
    assert total(second, "created") == len(after - before)
    assert total(second, "missing") == len(before - after)
    assert total(second, "changed") + total(second, "unchanged") == len(before & after)
    assert total(second, "differences") == 0
    changes = [entry["fields"] for run in second for entry in run.report["changed"]]
    assert not any("authority" in fields for fields in changes)
    assert not Venue.objects.exclude(closed_on=None).exists()
    assert Venue.objects.count() == len(before | after)


@pytest.mark.django_db
def test_what_changed_in_three_boroughs_in_a_year():
    folder = SAMPLE / "xml-hotels-london-2020-11"
    import_all(sorted(file.name for file in folder.iterdir()), folder)
    folder = SAMPLE / "api-json-hotels-london-2021-08"

    bromley, greenwich, kingston = import_all(sorted(f.name for f in folder.iterdir()), folder)

    assert counts(bromley) == {"changed": 2, "unchanged": 11}
    assert counts(greenwich) == {"created": 1, "changed": 3, "unchanged": 9, "missing": 1}
    assert {entry["was"]: list(entry["fields"]) for entry in bromley.report["changed"]} == {
        "Premier Inn Thyme Restaurant": ["point"],
        "Tamasha": ["name"],
    }
    assert [list(entry["fields"]) for entry in greenwich.report["changed"]] == [
        ["postcode"],
        ["point"],
        ["postcode", "point"],
    ]
    # Kingston numbered its hotels anew.
    assert counts(kingston) == {"created": 17, "missing": 19}
    found = [entry["name"] for entry in kingston.report["missing"] if entry["perhaps"]]
    assert len(found) == 15
    assert "Kingston Lodge Hotel" in found


@pytest.mark.django_db
def test_london_of_2021_again_changes_nothing():
    import_all(LONDON_2021)

    again = import_all(LONDON_2021)

    assert total(again, "unchanged") == len(hotels_in(LONDON_2021))
    assert total(again, "created") == total(again, "changed") == total(again, "missing") == 0


@pytest.mark.django_db
def test_every_real_file_goes_into_the_registry():
    for name in FILES:
        LocalAuthority.objects.update(extract_date=None)  # several are of one authority
        (run,) = import_all([name])
        assert run.created + run.changed + run.unchanged == len(ids(name)[1]), name


@pytest.mark.django_db
@pytest.mark.parametrize("name", [ONE_OF_EACH_SHAPE[0], *ONE_OF_EACH_SHAPE[2:]])
def test_a_real_file_cut_off_leaves_nothing(name):
    data = (FOLDER / name).read_bytes()

    with pytest.raises(BrokenFile, match="cut off"):
        imports.import_fhrs(
            io.BytesIO(data[: len(data) * 99 // 100]), file_name=name, by=None, at=timezone.now()
        )

    assert not Venue.objects.exists()
    assert not LocalAuthority.objects.exists()

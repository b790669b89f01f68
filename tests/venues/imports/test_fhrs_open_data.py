"""The reader on every real file of the agency that the folder FHRS_DATA holds.

The files are not in the repository; without them these tests are skipped.
"""

import csv
import io
import os
from collections import Counter
from pathlib import Path

import pytest

from venues.imports import fhrs
from venues.imports.fhrs import BrokenFile, Mark

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("FHRS_DATA") or ROOT.parent / "shared" / "data" / "fhrs")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"no folder {FOLDER} with the agency's open data; set FHRS_DATA to where it is",
)

# Hotels expected in each file. In the folders of hotels only, that is every record.
LONDON_2020 = {
    501: 6, 502: 19, 503: 7, 504: 16, 505: 13, 506: 132, 507: 36, 508: 18, 509: 18, 510: 12,
    511: 13, 512: 23, 513: 35, 514: 6, 515: 10, 516: 8, 519: 26, 520: 93, 521: 19, 522: 25,
    523: 4, 524: 11, 525: 28, 526: 20, 527: 18, 528: 29, 529: 2, 530: 34, 531: 6, 532: 14,
}  # fmt: skip
LONDON_2021 = {
    501: 6, 502: 22, 503: 8, 504: 15, 505: 13, 506: 137, 507: 36, 508: 19, 509: 19, 510: 10,
    511: 13, 512: 23, 513: 39, 514: 6, 515: 9, 516: 8, 519: 28, 520: 87, 521: 17, 522: 25,
    523: 5, 524: 11, 525: 31, 526: 21, 527: 18, 528: 29, 529: 2, 530: 33, 531: 6, 532: 15,
}  # fmt: skip
UK_2020 = {
    232: 32, 319: 16, 404: 56, 406: 28, 414: 87, 550: 277, 556: 59, 760: 134, 805: 180, 807: 41,
    868: 125, 872: 178, 875: 96, 892: 253,
}  # fmt: skip
HOTELS = {
    **{f"xml-hotels-london-2020-11/FHRS{la}en-GB.hotels.xml": n for la, n in LONDON_2020.items()},
    **{f"api-json-hotels-london-2021-08/api_{la}.hotels.json": n for la, n in LONDON_2021.items()},
    **{f"xml-hotels-uk-2020-11/FHRS{la}en-GB.hotels.xml": n for la, n in UK_2020.items()},
    "bulk-json/FHRS523en-GB.hotels.json": 5,
    "xml-whole/FHRS520en-GB.2020-11.xml": 93,
    "xml-whole/FHRS232en-GB.2026-07-21.xml": 26,
    "xml-whole/FHRS501en-GB.2015-02-11.xml": 5,
    "xml-whole/FHRS501en-GB.2015-07-07.xml": 5,
    "api-json-whole/api_520_2021-08-19.json": 87,
}

# Records of every type in the files that hold them all.
RECORDS = {
    "xml-whole/FHRS520en-GB.2020-11.xml": 1794,
    "xml-whole/FHRS232en-GB.2026-07-21.xml": 1563,
    "xml-whole/FHRS501en-GB.2015-02-11.xml": 927,
    "xml-whole/FHRS501en-GB.2015-07-07.xml": 936,
    "api-json-whole/api_520_2021-08-19.json": 1866,
}

# Files of the folder that are not hygiene data as the agency publishes them, and why they are
# refused. The rest is about the folder itself.
REFUSED = {
    "csv/westminster_533_hotels.csv": "table (CSV)",
    "authorities_london_2021-08.json": "plain JSON list, such as the list of authorities",
}
ABOUT_THE_FOLDER = {"FORMAT.md", "SOURCES.md", "MANIFEST.csv"}

ONE_OF_EACH_SHAPE = [
    "xml-whole/FHRS501en-GB.2015-02-11.xml",
    "xml-hotels-uk-2020-11/FHRS760en-GB.hotels.xml",
    "xml-whole/FHRS232en-GB.2026-07-21.xml",
    "api-json-whole/api_520_2021-08-19.json",
    "bulk-json/FHRS523en-GB.hotels.json",
]


def test_every_file_of_the_folder_is_expected():
    present = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}

    assert present == {*HOTELS, *REFUSED, *ABOUT_THE_FOLDER}


@pytest.mark.parametrize("name", HOTELS)
def test_every_hotel_of_the_file_is_read(name):
    extract = fhrs.read(FOLDER / name)

    found = list(extract)

    assert len(found) == HOTELS[name]
    assert extract.records_read == RECORDS.get(name, HOTELS[name])
    assert extract.header.item_count == extract.records_read
    assert not extract.repeated
    assert len(extract.authorities) == 1
    assert {hotel.la_code for hotel in found} <= {name.rpartition("/")[2].lstrip("FHRSapi_")[:3]}


def test_the_counts_agree_with_the_folders_own_list():
    with (FOLDER / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}

    assert {
        name: int(row["hotel_records"]) for name, row in rows.items() if name in HOTELS
    } == HOTELS
    assert {name: int(rows[name]["records_in_published_file"]) for name in RECORDS} == RECORDS
    for name in HOTELS:
        extract = fhrs.read(FOLDER / name)
        list(extract)
        assert str(extract.header.extract_date) == rows[name]["extract_date"]
        assert extract.authorities.popitem()[1] == rows[name]["local_authority"]


@pytest.mark.parametrize(
    ("folder", "marks", "withheld"),
    [
        (
            "xml-hotels-london-2020-11",
            {Mark.NO_POSTCODE: 28, Mark.NO_POINT: 28, Mark.NO_ADDRESS: 3},
            3,
        ),
        (
            "xml-hotels-uk-2020-11",  # the odd postcode is “CLE10 3HQ”
            {Mark.NO_POSTCODE: 11, Mark.NO_POINT: 19, Mark.NO_ADDRESS: 8, Mark.ODD_POSTCODE: 1},
            8,
        ),
        (
            "api-json-hotels-london-2021-08",  # four postcodes are a district only
            {Mark.NO_POSTCODE: 5, Mark.NO_POINT: 11, Mark.NO_ADDRESS: 4, Mark.ODD_POSTCODE: 4},
            4,
        ),
    ],
)
def test_what_is_missing_or_odd_is_marked(folder, marks, withheld):
    hotels = [hotel for name in HOTELS if folder in name for hotel in fhrs.read(FOLDER / name)]

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

"""The reader of hygiene open data, on small files of invented hotels."""

import io
import json
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.imports.reading import API_HOTEL, SAMPLES, SHAPES, hotel, official, read, sample
from venues.imports import fhrs
from venues.imports.fhrs import BrokenFile, Establishment, Mark
from venues.imports.uploads import tidy
from venues.registry.postcodes import normalise_postcode


def hotels_of(name: str) -> dict[int, Establishment]:
    return {hotel.fhrsid: hotel for hotel in fhrs.read(SAMPLES / name)}


# The shapes


@pytest.mark.parametrize(
    ("name", "hotels", "records", "extracted", "authorities"),
    [
        ("official_2015.xml", 2, 3, date(2015, 2, 11), {"901": "Northmoor"}),
        ("official_2020.xml", 10, 12, date(2020, 11, 14), {"901": "Northmoor"}),
        ("official_2026.xml", 2, 3, date(2026, 7, 21), {"027": "Afon Las"}),
        ("official_scotland.xml", 2, 2, date(2020, 10, 9), {"976": "Glenwick"}),
        ("api_2021.json", 9, 10, date(2021, 8, 19), {"901": "Northmoor"}),
        ("bulk_list.json", 3, 4, date(2021, 8, 13), {"902": "Southmoor"}),
        ("bulk_nested.json", 3, 4, date(2021, 8, 13), {"902": "Southmoor"}),
    ],
)
def test_each_published_shape_gives_its_hotels_and_only_those(
    name, hotels, records, extracted, authorities
):
    found, extract = read(sample(name))

    assert len(found) == hotels
    assert extract.records_read == records == extract.header.item_count
    assert extract.header.extract_date == extracted
    assert extract.authorities == authorities


def test_every_field_of_a_record_is_read():
    assert hotels_of("official_2020.xml")[9100001] == Establishment(
        fhrsid=9100001,
        la_business_id="NM/00001",
        name="Harbour View Guest House",
        la_code="901",
        la_name="Northmoor",
        address_lines=("3 Quay Street", "Northmoor"),
        postcode="ZZ1 1AB",
        latitude=Decimal("54.701100"),
        longitude=Decimal("-1.502100"),
    )


def test_xml_and_api_give_one_hotel_alike():
    in_xml, in_json = hotels_of("official_2020.xml"), hotels_of("api_2021.json")

    assert in_xml[9100001] == in_json[9100001]
    assert in_xml[9100004] == in_json[9100004]  # points with 14 and 15 decimals


def test_both_nestings_of_the_bulk_json_give_the_same():
    assert hotels_of("bulk_list.json") == hotels_of("bulk_nested.json")


def test_a_list_of_one_may_come_as_the_record_itself():
    bulk = {
        "FHRSEstablishment": {
            "Header": {"ItemCount": 1},
            "EstablishmentCollection": {"EstablishmentDetail": API_HOTEL},
        }
    }

    assert len(read(json.dumps(bulk))[0]) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_a_byte_order_mark_is_tolerated_in_every_shape(name):
    plain = sample(name).removeprefix(b"\xef\xbb\xbf")

    assert read(b"\xef\xbb\xbf" + plain)[0] == read(plain)[0]


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_is_told_by_content_not_by_the_name_of_the_file(name, tmp_path):
    copy = tmp_path / "download (1).txt"
    copy.write_bytes(sample(name))

    assert list(fhrs.read(copy)) == list(fhrs.read(str(SAMPLES / name)))


def test_the_header_of_an_api_answer_may_come_first():
    answer = json.loads(sample("api_2021.json"))
    turned = {"meta": answer["meta"], "establishments": answer["establishments"]}

    assert read(json.dumps(turned))[0] == read(sample("api_2021.json"))[0]


def test_pieces_of_any_size_give_the_same():
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(random.Random(self.tell()).randint(1, 7))

    for name in SHAPES:
        assert list(fhrs.read(Trickle(sample(name)))) == read(sample(name))[0]


# What is published in odd ways


def test_line_breaks_and_surplus_spaces_within_a_value_become_one_space():
    assert hotels_of("official_2026.xml")[9270001].name == "Gwesty'r Tŷ Gwyn"
    assert hotels_of("official_2020.xml")[9100005].address_lines == ("Fern Cottage", "Long Road")


def test_names_keep_their_case_ampersands_and_letters():
    found = hotels_of("official_2020.xml")

    assert found[9100003].name == "THE OLD MILL HOTEL"
    assert found[9100004].name == "Bell & Anchor"
    assert found[9100007].name == "Café Lodge – “The Nook”"


def test_absent_and_empty_address_lines_leave_no_gap():
    assert hotels_of("official_2015.xml")[9100001].address_lines == ("3 Quay Street", "Northmoor")
    assert hotels_of("api_2021.json")[9100001].address_lines == ("3 Quay Street", "Northmoor")


def test_leading_zeros_of_an_authoritys_code_are_kept():
    assert {hotel.la_code for hotel in hotels_of("official_2026.xml").values()} == {"027"}


def test_a_record_without_address_postcode_and_point_is_withheld():
    withheld = hotels_of("official_2020.xml")[9100006]

    assert withheld.location_withheld
    assert set(withheld.marks) == {Mark.NO_ADDRESS, Mark.NO_POSTCODE, Mark.NO_POINT}


def test_a_postcode_district_alone_is_kept_and_still_withheld():
    spare_room = hotels_of("official_2020.xml")[9100008]

    assert spare_room.postcode == "ZZ3"
    assert spare_room.location_withheld
    assert Mark.ODD_POSTCODE in spare_room.marks


def test_a_record_with_a_point_alone_can_be_placed():
    (found,), _ = read(
        official(
            hotel(
                extra="<Geocode><Longitude>-1.5</Longitude><Latitude>54.7</Latitude></Geocode>",
            )
        )
    )

    assert not found.location_withheld


def test_a_word_in_place_of_a_postcode_joins_the_address():
    nook = hotels_of("official_2020.xml")[9100007]

    assert nook.postcode == ""
    assert nook.address_lines == ("2 Bridge Street", "Devon")
    assert Mark.NO_POSTCODE in nook.marks


def test_a_mistyped_postcode_is_kept_as_published_and_marked():
    inn = hotels_of("official_2020.xml")[9100009]

    assert inn.postcode == "ZZ1 ODU"
    assert Mark.ODD_POSTCODE in inn.marks


def test_a_point_outside_the_country_is_treated_as_missing_and_marked():
    inn = hotels_of("official_2020.xml")[9100009]

    assert (inn.latitude, inn.longitude) == (None, None)
    assert Mark.POINT_REFUSED in inn.marks


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        ("0", "0"),
        ("NaN", "54"),
        ("-1.5", "north"),
        ("-1.5", ""),
        ("1E+999999", "54"),
        ("-1.5", "91"),
    ],
)
def test_coordinates_that_cannot_be_right_are_treated_as_missing(longitude, latitude):
    point = f"<Geocode><Longitude>{longitude}</Longitude><Latitude>{latitude}</Latitude></Geocode>"

    (found,), _ = read(official(hotel(extra=point)))

    assert (found.latitude, found.longitude) == (None, None)
    assert Mark.POINT_REFUSED in found.marks


def test_an_fhrsid_that_comes_twice_is_yielded_once_and_the_first_stands():
    found, extract = read(official(hotel(5, "First"), hotel(6), hotel(5, "Second")))

    assert [(each.fhrsid, each.name) for each in found] == [(5, "First"), (6, "Bell")]
    assert extract.repeated == {5}
    assert extract.records_read == 3


def test_ratings_replies_and_addresses_of_officials_are_not_read():
    for name in SHAPES:
        text = repr(read(sample(name))[0])

        assert "example.gov.uk" not in text
        assert "sink" not in text


def test_authorities_without_a_hotel_are_still_known():
    found, extract = read(official(hotel(kind="1")))

    assert found == []
    assert extract.authorities == {"901": "Northmoor"}


# Text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("WC1E 6HJ", "WC1E 6HJ"),
        (" po119jn ", "PO11 9JN"),
        ("m1  1ae", "M1 1AE"),
        ("SW1A1AA", "SW1A 1AA"),
        ("Devon", ""),
        ("SE9", ""),
        ("W8 5", ""),
        ("IG11 ODU", ""),
        ("CLE10 3HQ", ""),
        ("", ""),
        ("SW1A 1AA, London", ""),
        ("１A1 1AA", ""),
    ],
)
def test_only_a_whole_postcode_is_put_in_its_printed_form(typed, printed):
    assert normalise_postcode(typed) == printed


@given(st.from_regex(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? *[0-9][A-Za-z]{2}|.{0,9}", fullmatch=True))
def test_a_normal_postcode_stays_as_it_is(text):
    postcode = normalise_postcode(text)

    assert normalise_postcode(postcode) == postcode


@given(st.text(st.characters()) | st.text(" \n\t\u00a0\u200b\u202eaé\u0301"))
def test_tidy_text_stays_as_it_is_and_can_be_stored(text):
    once = tidy(text)

    assert tidy(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert "\0" not in once
    once.encode()


@given(
    st.binary(max_size=200)
    | st.tuples(st.sampled_from(SHAPES), st.floats(0, 1), st.binary(max_size=4)).map(
        lambda case: (
            sample(case[0])[: int(len(sample(case[0])) * case[1])]
            + case[2]
            + sample(case[0])[int(len(sample(case[0])) * case[1]) :]
        )
    )
)
def test_bytes_of_any_kind_are_read_or_refused_but_never_an_error(data):
    try:
        found, extract = read(data)
    except BrokenFile:
        return  # a sentence for people; anything else that is raised fails the test
    assert extract.records_read == extract.header.item_count
    assert all(each.name for each in found)

"""The reader of hygiene open data, on small files of invented hotels and on every fault."""

import io
import json
import random
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.imports import fhrs
from venues.imports.fhrs import BrokenFile, Establishment, Extract, Mark
from venues.imports.uploads import tidy
from venues.registry.postcodes import normalise_postcode

SAMPLES = Path(__file__).parents[1] / "samples"

SHAPES = [
    "official_2015.xml",
    "official_2020.xml",
    "official_2026.xml",
    "official_scotland.xml",
    "api_2021.json",
    "bulk_list.json",
    "bulk_nested.json",
]


def read(data: bytes | str, **options: int) -> tuple[list[Establishment], Extract]:
    """Read a file given by its contents; return its hotels and the extract."""
    extract = fhrs.read(io.BytesIO(data.encode() if isinstance(data, str) else data), **options)
    return list(extract), extract


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def hotels_of(name: str) -> dict[int, Establishment]:
    return {hotel.fhrsid: hotel for hotel in fhrs.read(SAMPLES / name)}


def refusal(data: bytes | str, **options: int) -> str:
    """Read a broken file to its end and return the sentence of its refusal."""
    with pytest.raises(BrokenFile) as caught:
        read(data, **options)
    message = str(caught.value)
    assert "Nothing was imported." in message
    assert message.endswith(".")
    return message


def official(*records: str, count: int | None = None, header: str = "") -> str:
    count = len(records) if count is None else count
    return (
        '<?xml version="1.0"?><FHRSEstablishment><Header><ExtractDate>2020-11-14</ExtractDate>'
        f"<ItemCount>{count}</ItemCount>{header}</Header><EstablishmentCollection>"
        + "".join(f"<EstablishmentDetail>{record}</EstablishmentDetail>" for record in records)
        + "</EstablishmentCollection></FHRSEstablishment>"
    )


def hotel(fhrsid: object = 9100001, name: str = "Bell", extra: str = "", kind: str = "7842") -> str:
    return (
        f"<FHRSID>{fhrsid}</FHRSID><BusinessName>{name}</BusinessName>"
        f"<BusinessTypeID>{kind}</BusinessTypeID><LocalAuthorityCode>901</LocalAuthorityCode>"
        f"<LocalAuthorityName>Northmoor</LocalAuthorityName>{extra}"
    )


def api(*records: dict[str, object], **meta: object) -> dict[str, object]:
    count = len(records)
    return {
        "establishments": list(records),
        "meta": {"itemCount": count, "totalCount": count, "totalPages": 1, **meta},
    }


API_HOTEL: dict[str, object] = {
    "FHRSID": 9100001,
    "BusinessName": "Bell",
    "BusinessTypeID": 7842,
    "LocalAuthorityCode": "901",
    "LocalAuthorityName": "Northmoor",
}


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


# Files that are refused


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_file_cut_off_anywhere_is_refused(name, share):
    data = sample(name)

    assert "cut off" in refusal(data[: int(len(data) * share)])


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_with_fewer_records_than_its_header_says_is_refused(name):
    data = sample(name)
    count = read(data)[1].records_read
    for before, after in [
        (b"<ItemCount>%d<", b"<ItemCount>%d<"),
        (b'"ItemCount":%d', b'"ItemCount":%d'),
        (b'"itemCount":%d,"returncode":"OK","totalCount":%d', b'"itemCount":%d,"totalCount":%d'),
    ]:
        fields = before.count(b"%d")
        data = data.replace(before % ((count,) * fields), after % ((count + 1,) * fields))

    assert f"says that it holds {count + 1} records but has {count}" in refusal(data)


def test_a_file_that_does_not_say_how_many_records_it_holds_is_refused():
    assert "does not say how many" in refusal(official(hotel()).replace("ItemCount", "Items"))
    assert "does not say how many" in refusal(official(hotel()).replace(">1<", ">one<"))


@pytest.mark.parametrize(
    "meta",
    [{"totalCount": 9, "totalPages": 3}, {"totalPages": 2}, {"totalCount": 9}],
)
def test_one_page_of_an_answer_of_many_is_refused(meta):
    message = refusal(json.dumps(api(API_HOTEL, **meta)))

    assert "one page of an answer" in message
    assert "Ask the API for all records in one page" in message


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("<kml><Document/></kml>", "outermost element is “kml”"),
        ('<x:FHRSEstablishment xmlns:x="urn:x"/>', "outermost element is"),
        ("<!DOCTYPE html><html><body>Service unavailable</body></html>", "web page"),
        ("\n <HTML><body>Bad gateway</body></HTML>", "web page"),
        ('{"type":"FeatureCollection","features":[]}', "holds no establishments"),
        ('[{"property":{"LocalAuthorityId":88}}]', "plain JSON list"),
        ("FHRSID,BusinessName\n1,Bell\n", "table (CSV)"),
        ("Dear all, please find attached", "neither XML nor JSON"),
        (b"PK\x03\x04\x14\x00\x06\x00", "not text in UTF-8"),
        (random.Random(1).randbytes(2000), "not text in UTF-8"),
        (official(hotel(name="Café")).encode("latin-1"), "not text in UTF-8"),
        (official(hotel()).encode("utf-16"), "not text in UTF-8"),
        (official(hotel()).encode("utf-16-le"), "not text in UTF-8"),
        (
            official(hotel()).replace('"1.0"', '"1.0" encoding="ISO-8859-1"'),
            "its encoding is “ISO-8859-1”",
        ),
        (official(hotel()) + "<more/>", "not correct XML"),
        (json.dumps(api(API_HOTEL)) + "{}", "not correct JSON"),
        (official(hotel(extra="<a><b></a></b>")), "not correct XML"),
        (official(hotel(name="&hotel;")), "not correct XML"),
        (official(hotel("")), "Record 1 of the file has no FHRSID"),
        (official(hotel(), "<BusinessTypeID>1</BusinessTypeID>"), "Record 2 of the file has no"),
        (official(hotel("12a")), "“12a”"),
        (official(hotel("١٢")), "not a whole number"),
        (official(hotel("0")), "not a whole number"),
        (official(hotel("-5")), "not a whole number"),
        (official(hotel(2**31)), "not a whole number"),
        (official(hotel("9" * 5000)), "not a whole number"),
        (json.dumps(api({**API_HOTEL, "FHRSID": 1.5})), "“1.5”"),
        (json.dumps(api({**API_HOTEL, "FHRSID": True})), "has no FHRSID"),
        (json.dumps(api({**API_HOTEL, "FHRSID": [1]})), "has no FHRSID"),
        (json.dumps(api(API_HOTEL)).replace("9100001", "9" * 5000), "not correct JSON"),
        (official(hotel(kind="")), "has no business type"),
        (official(hotel(name=" \n ")), "has no name"),
        (official(hotel(name="x" * 201)), "201 letters"),
        (official(hotel().replace(">901<", "><")), "local authority code"),
        (official(hotel().replace(">901<", ">'; --<")), "local authority code"),
        (official(hotel().replace(">Northmoor<", "><")), "no name of its local authority"),
        (official(hotel(extra="<deep>" * 20 + "</deep>" * 20)), "levels deep"),
        (json.dumps(api({**API_HOTEL, "x": json.loads("[" * 20 + "]" * 20)})), "levels deep"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(data, reason):
    assert reason in refusal(data)


BOMB = """<?xml version="1.0"?><!DOCTYPE FHRSEstablishment [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
]><FHRSEstablishment>&d;</FHRSEstablishment>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        '<!DOCTYPE F [<!ENTITY x SYSTEM "file:///etc/passwd">]><FHRSEstablishment>&x;</FHRSEstablishment>',
        '<!DOCTYPE F SYSTEM "http://localhost/evil.dtd"><FHRSEstablishment/>',
        "<!DOCTYPE FHRSEstablishment><FHRSEstablishment/>",
    ],
    ids=["entity bomb", "external entity", "external document type", "document type"],
)
def test_document_types_and_entities_are_refused(data):
    assert "document type or entities" in refusal(data)


def test_a_file_over_the_limit_is_refused_without_reading_it(tmp_path):
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(2**30)

    with pytest.raises(BrokenFile, match="larger than 256 MB"):
        fhrs.read(huge)

    with huge.open("rb") as file, pytest.raises(BrokenFile, match="larger than 256 MB"):
        fhrs.read(file)


def test_a_file_that_grows_past_the_limit_while_it_is_read_is_refused():
    class Understated(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return min(super().seek(offset, whence), 10)

    with pytest.raises(BrokenFile, match="larger than"):
        list(fhrs.read(Understated(sample("official_2020.xml")), max_bytes=2000))


class Endless(io.RawIOBase):
    """A file that begins with `start` and goes on with one letter to the size limit."""

    def __init__(self, start: bytes, letter: bytes = b"x") -> None:
        self._rest, self._letter, self.sent = start, letter, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return 200 * 2**20 if whence else 0

    def read(self, size: int = -1) -> bytes:
        piece, self._rest = self._rest or self._letter * size, b""
        self.sent += len(piece)
        return piece


ENDLESS = {
    "XML text": b"<FHRSEstablishment><Header><ItemCount>",
    "XML attribute": b'<FHRSEstablishment a="',
    "XML element name": b"<FHRSEstablishment><",
    "XML comment": b"<FHRSEstablishment><!--",
    "XML text that is not wanted": b"<FHRSEstablishment><RightToReply>",
    "JSON text": b'{"establishments":[{"BusinessName":"',
    "JSON key": b'{"',
}


@pytest.mark.parametrize("start", ENDLESS.values(), ids=ENDLESS.keys())
def test_one_endless_value_is_refused_early_and_takes_no_memory(start):
    file = Endless(start)

    tracemalloc.start()
    try:
        with pytest.raises(BrokenFile, match=r"does not end|single value"):
            list(fhrs.read(file))  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert file.sent < 4 * 2**20
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    ("start", "letter"), [(b"<FHRSEstablishment>", b"<a>"), (b'{"establishments":', b"[")]
)
def test_endless_nesting_is_refused_early(start, letter):
    file = Endless(start, letter)

    with pytest.raises(BrokenFile, match="levels deep"):
        list(fhrs.read(file))  # type: ignore[arg-type]

    assert file.sent < 2**20


class Repeated(io.RawIOBase):
    """A file made up while it is read: a start, one record as many times as wanted, an end."""

    def __init__(self, start: bytes, record: bytes, times: int, end: bytes) -> None:
        self._parts = [start, record, end]
        self._size = len(start) + len(record) * times + len(end)
        self._pieces = self._generate(start, record, times, end)

    @staticmethod
    def _generate(start: bytes, record: bytes, times: int, end: bytes):
        yield start
        for _ in range(times // 50):
            yield record * 50
        yield end

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._size if whence else 0

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def repeated_xml(times: int) -> BinaryIO:
    start, end = official(count=times).encode().split(b"</EstablishmentCollection>")
    filler = "<AddressLine1>" + "x" * 100 + "</AddressLine1>"
    record = f"<EstablishmentDetail>{hotel(extra=filler)}</EstablishmentDetail>".encode()
    return Repeated(start, record, times, b"</EstablishmentCollection>" + end)  # type: ignore[return-value]


def repeated_json(times: int) -> BinaryIO:
    meta = b'{"meta":{"itemCount":%d},"establishments":[{}' % (times + 1)
    meta = meta.replace(b"{}", json.dumps(API_HOTEL).encode())
    return Repeated(meta, b"," + json.dumps(API_HOTEL).encode(), times, b"]}")  # type: ignore[return-value]


@pytest.mark.parametrize("make", [repeated_xml, repeated_json])
def test_memory_stays_the_same_for_ten_times_the_records(make):
    def peak_for(times: int) -> int:
        tracemalloc.start()
        try:
            for _ in fhrs.read(make(times)):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_for(500)  # warms up caches

    assert peak_for(20_000) < peak_for(2_000) + 200_000  # bytes


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

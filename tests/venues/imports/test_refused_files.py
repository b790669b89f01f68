"""Files that the reader refuses: cut off, hostile, endless or simply something else."""

import io
import json
import random
import tracemalloc
from typing import BinaryIO

import pytest

from tests.venues.imports.reading import API_HOTEL, SHAPES, hotel, official, read, sample
from venues.imports import fhrs
from venues.imports.fhrs import BrokenFile


def refusal(data: bytes | str, **options: int) -> str:
    """Read a broken file to its end and return the sentence of its refusal."""
    with pytest.raises(BrokenFile) as caught:
        read(data, **options)
    message = str(caught.value)
    assert "Nothing was imported." in message
    assert message.endswith(".")
    return message


def api(*records: dict[str, object], **meta: object) -> dict[str, object]:
    count = len(records)
    return {
        "establishments": list(records),
        "meta": {"itemCount": count, "totalCount": count, "totalPages": 1, **meta},
    }


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

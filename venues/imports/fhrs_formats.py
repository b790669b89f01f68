"""The three shapes in which hygiene data are published, walked through as one stream of records.

XML, the API's JSON and the bulk JSON are told apart by content, never by a file's name. Both
parsers report what they meet to one `_Collector`, which keeps only the fields wanted of the record
under way: no tree is built, so memory does not grow with the file. Hostile input is bounded here:
no document type (hence no entities), bounded depth, bounded values. Pure: no Django.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import ijson
from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from venues.imports.uploads import BrokenFile, tidy

ADDRESS_FIELDS = ("addressline1", "addressline2", "addressline3", "addressline4")

_FIELDS = {
    "fhrsid",
    "localauthoritybusinessid",
    "businessname",
    "businesstypeid",
    *ADDRESS_FIELDS,
    "postcode",
    "localauthoritycode",
    "localauthorityname",
    "geocode.longitude",
    "geocode.latitude",
}
_HEADER_COUNTS = {
    "itemcount": "item_count",
    "totalcount": "total_count",
    "totalpages": "total_pages",
}

# Where records and headers stand; a JSON list is written with brackets, its elements “item”.
_RECORDS = {
    ("FHRSEstablishment", "EstablishmentCollection", "EstablishmentDetail"),
    ("FHRSEstablishment", "EstablishmentCollection", "EstablishmentDetail[]", "item"),
    ("FHRSEstablishment", "EstablishmentCollection[]", "item"),
    ("establishments[]", "item"),
}
_HEADERS = {("FHRSEstablishment", "Header"), ("meta",)}
_ROOTS = {"FHRSEstablishment", "establishments[]"}

_DEEPEST = 16  # levels; the published files have 5
_LONGEST_VALUE = 100_000  # characters; the longest published, a right to reply, has under 2,000
_LONGEST_WAIT = 2**20  # characters that a parser may swallow without getting on

_CHOOSE_ANOTHER = "Choose an authority's XML or JSON file of the Food Standards Agency's open data."
_NOT_HYGIENE_DATA = "The file is not food hygiene data"


@dataclass(slots=True)
class Header:
    """What a file says of itself; `total_count` and `total_pages` come from the API only."""

    extract_date: date | None = None
    item_count: int | None = None
    total_count: int | None = None
    total_pages: int | None = None


def read_records(texts: Iterator[str], header: Header) -> Iterator[dict[str, str]]:
    """Yield each record's wanted fields as published, keys in lower case, and fill in `header`.

    A field that is absent, empty or null may be missing. Raises `BrokenFile`.
    """
    first = next(texts, "")
    collector = _Collector(header)
    parser: _Parser = _Xml(collector) if _is_xml(first) else _Json(collector)
    steps = waited = 0
    for text in itertools.chain([first], texts):
        parser.feed(text)
        waited = waited + len(text) if collector.steps == steps else 0
        if waited > _LONGEST_WAIT:
            raise BrokenFile("The file holds a value that does not end.", _CHOOSE_ANOTHER)
        steps = collector.steps
        yield from collector.take()
    parser.close()
    yield from collector.take()
    if not collector.root_seen:
        raise BrokenFile(f"{_NOT_HYGIENE_DATA}: it holds no establishments.", _CHOOSE_ANOTHER)


def _is_xml(text: str) -> bool:
    """Tell XML from JSON; refuse by name the other files that people pick by mistake."""
    start = text.lstrip()[:2000]
    if not start:
        raise BrokenFile("The file is empty.")
    if re.match(r"<!doctype html|<html", start, re.IGNORECASE):
        raise BrokenFile("The file is a web page, not data.", _CHOOSE_ANOTHER)
    if start[0] == "[":
        raise BrokenFile(
            f"{_NOT_HYGIENE_DATA}: it is a plain JSON list, such as the list of authorities.",
            _CHOOSE_ANOTHER,
        )
    if start[0] not in "<{":
        if re.match(r"[^\n]*\bFHRSID\b", start):
            raise BrokenFile(
                "The file is a table (CSV), which cannot show that it is complete.",
                _CHOOSE_ANOTHER,
            )
        raise BrokenFile(f"{_NOT_HYGIENE_DATA}: it is neither XML nor JSON.", _CHOOSE_ANOTHER)
    return start[0] == "<"


class _Collector:
    """Picks records and header out of what a parser walks through, and bounds the walk."""

    def __init__(self, header: Header) -> None:
        self.root_seen = False
        self.steps = 0
        """Grows while the parser gets on."""
        self._header = header
        self._path: list[str] = []
        self._record: dict[str, str] | None = None
        self._record_depth = 0
        self._ready: list[dict[str, str]] = []

    def take(self) -> list[dict[str, str]]:
        """Return the records completed since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def open(self, name: str) -> None:
        self.steps += 1
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise BrokenFile(
                f"The file nests more than {_DEEPEST} levels deep, which hygiene data never do.",
                _CHOOSE_ANOTHER,
            )
        if len(self._path) == 1 and name in _ROOTS:
            self.root_seen = True
        if self._record is None and tuple(self._path) in _RECORDS:
            self._record, self._record_depth = {}, len(self._path)

    def check_length(self, characters: int) -> None:
        if characters > _LONGEST_VALUE:
            raise BrokenFile(
                f"The file holds a single value of more than {_LONGEST_VALUE:,} letters.",
                _CHOOSE_ANOTHER,
            )

    def value(self, text: str) -> None:
        self.check_length(len(text))
        if self._record is not None:
            field = ".".join(self._path[self._record_depth :]).lower()
            if field in _FIELDS:
                self._record[field] = text
        elif tuple(self._path[:-1]) in _HEADERS:
            self._header_value(self._path[-1].lower(), tidy(text))

    def close(self) -> None:
        self.steps += 1
        if self._record is not None and len(self._path) == self._record_depth:
            self._ready.append(self._record)
            self._record = None
        self._path.pop()

    def _header_value(self, field: str, text: str) -> None:
        if field == "extractdate":
            try:
                day = date.fromisoformat(text[:10])
            except ValueError:
                return  # counts as none: then nothing newer may be on record
            # The API writes the year 1 where it has none; the scheme began in 2010.
            self._header.extract_date = day if day.year >= 2000 else None
        elif field in _HEADER_COUNTS:
            known = re.fullmatch("[0-9]{1,9}", text)
            setattr(self._header, _HEADER_COUNTS[field], int(text) if known else None)


class _Parser(Protocol):
    """Is handed a file piece by piece and reports what it meets to its collector."""

    def feed(self, text: str) -> None: ...

    def close(self) -> None: ...


class _Xml(ContentHandler):
    """The official XML."""

    def __init__(self, collector: _Collector) -> None:
        super().__init__()
        self._collector = collector
        self._started = False
        self._text: list[str] = []
        self._parser = create_parser(forbid_dtd=True)
        self._parser.setContentHandler(self)

    def feed(self, text: str) -> None:
        if not self._started:
            self._check_declaration(text)
            self._started = True
        try:
            self._parser.feed(text)
        except DefusedXmlException as error:
            raise BrokenFile(
                "The file declares a document type or entities, which hygiene data never do and "
                "which can be used to attack a computer.",
                _CHOOSE_ANOTHER,
            ) from error
        except SAXParseException as error:
            raise self._malformed(error) from error

    def close(self) -> None:
        try:
            self._parser.close()
        except SAXParseException as error:
            raise self._malformed(error) from error

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (SAX's name)
        self._collector.open(name)
        if not self._collector.root_seen:
            raise BrokenFile(
                f"{_NOT_HYGIENE_DATA}: its outermost element is “{name[:40]}”.",
                _CHOOSE_ANOTHER,
            )
        self._text = []

    def characters(self, content: str) -> None:
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 (SAX's name)
        self._collector.value("".join(self._text))
        self._collector.close()
        self._text = []

    @staticmethod
    def _check_declaration(text: str) -> None:
        # The bytes were read as UTF-8, the published encoding; a file that names another one would
        # come out with wrong letters.
        declared = re.match(r"""<\?xml[^>]{0,200}?encoding=["']([^"']{0,40})""", text)
        if declared and declared[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
            raise BrokenFile(
                f"The file says that its encoding is “{declared[1]}”, not UTF-8, "
                "as hygiene data are published."
            )

    @staticmethod
    def _malformed(error: SAXParseException) -> BrokenFile:
        return BrokenFile(
            f"The file is cut off or is not correct XML (line {error.getLineNumber()}, "
            f"column {error.getColumnNumber()}: {error.getMessage()})."
        )


class _Json:
    """The API's answer and the bulk download."""

    def __init__(self, collector: _Collector) -> None:
        self._collector = collector
        self._lists: list[bool] = []  # for each open container, whether it is a list
        self._key = ""
        # use_float: the parser's own bound on numbers, by which an integer of 5,000 digits is an
        # error of the file; without it ijson 3.6 crashes the process on one.
        self._parser = ijson.basic_parse_coro(self, use_float=True)

    def feed(self, text: str) -> None:
        try:
            # Half surrogates cannot come out of the decoder, so that encoding never fails.
            self._parser.send(text.encode())
        except (ijson.JSONError, ValueError) as error:
            raise self._malformed(error) from error

    def close(self) -> None:
        try:
            self._parser.close()
        except (ijson.JSONError, ValueError) as error:
            raise self._malformed(error) from error

    def send(self, event: tuple[str, Any]) -> None:
        """Receive one event of the parser."""
        kind, value = event
        if kind == "map_key":
            self._collector.check_length(len(value))
            self._key = value
            return
        if kind in ("end_map", "end_array"):
            self._lists.pop()
            self._end_value()
            return
        if self._lists:  # the outermost value has no name
            name = "item" if self._lists[-1] else self._key
            self._collector.open(name + "[]" if kind == "start_array" else name)
        if kind in ("start_map", "start_array"):
            self._lists.append(kind == "start_array")
            return
        if kind in ("string", "number"):
            self._collector.value(str(value))
        self._end_value()

    def _end_value(self) -> None:
        if self._lists:
            self._collector.close()

    @staticmethod
    def _malformed(error: Exception) -> BrokenFile:
        reason = str(error).strip().partition("\n")[0][:100]
        return BrokenFile(f"The file is cut off or is not correct JSON ({reason}).")

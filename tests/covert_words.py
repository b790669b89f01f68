"""A search for words in whatever leaves the product, in every encoding that occurs on the way.

What is searched is decoded (HTML, JSON, addresses, parts of mail, archives, streams of a PDF) and
compared without accents and case, so that no way of writing a word hides it.
"""

import base64
import binascii
import contextlib
import html
import io
import quopri
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

import pypdf

ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
FOLDED_AWAY = str.maketrans("", "", "'’‘`")
QUOTED_PRINTABLE = re.compile(rb"=[0-9A-F]{2}|=\r?\n")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def folded(text: str) -> str:
    """Without accents, case, apostrophes and runs of space, as search boxes compare."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", text.casefold().translate(FOLDED_AWAY))


def found_in(what: bytes | str, words: Iterable[str]) -> set[str]:
    """Those of ``words`` that stand in it, whatever it is encoded in."""
    data = what.encode("utf-8", "surrogateescape") if isinstance(what, str) else what
    sought = {word: folded(word) for word in words}
    found = set()
    for one in (data, *_inside(data)):
        for text in _decoded(one.decode("utf-8", "replace")):
            found |= {word for word, needle in sought.items() if needle in text}
    return found


def _decoded(text: str) -> Iterator[str]:
    """As it is, and with all that the web encodes taken off, one after the other."""
    yield folded(text)
    other = ESCAPED.sub(lambda found: chr(int(found[1], 16)), html.unescape(text))
    other = html.unescape(unquote_plus(other))
    if other != text:
        yield folded(other)


def _inside(data: bytes) -> Iterator[bytes]:
    """What is packed in it."""
    if QUOTED_PRINTABLE.search(data):
        yield quopri.decodestring(data)
    yield from _from_base64(data)
    if data[:4] == b"%PDF":
        document = pypdf.PdfReader(io.BytesIO(data))
        yield "\n".join(page.extract_text() for page in document.pages).encode()
        yield str(document.metadata).encode()
    if data[:2] == b"PK":
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode() + b" " + archive.read(name)
    for packed in (data, *(stream[1] for stream in STREAM.finditer(data))):
        for kind in (15, 31):  # as in a PDF, and as gzip
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj(kind).decompress(packed)


def _from_base64(data: bytes) -> Iterator[bytes]:
    """Whatever may be base64: a run of its letters may begin at any of four places."""
    runs = [re.sub(rb"[\r\n=]", b"", found[0]) for found in BASE64.finditer(data)]
    runs = [run.translate(bytes.maketrans(b"-_", b"+/")) for run in runs]
    for start in range(4):
        decoded = []
        for run in runs:
            part = run[start:]
            with contextlib.suppress(binascii.Error):
                decoded.append(base64.b64decode(part + b"=" * (-len(part) % 4)))
        yield b"\n".join(decoded)

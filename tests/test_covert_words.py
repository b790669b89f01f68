"""The search for covert words finds them however they are written."""

import base64
import gzip
import io
import json
import quopri
import zipfile
import zlib
from email.message import EmailMessage
from urllib.parse import quote_plus

import pytest
from django.utils.html import escape

from tests.covert_words import found_in

NAME = "Quillbränd’s & Zorvath"


def mail(encoding):
    message = EmailMessage()
    message.set_content(f"{'word ' * 12}{NAME} {'word ' * 9}", cte=encoding)
    return message.as_bytes()


def in_archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", f"<t>{NAME}</t>")
    return file.getvalue()


def in_header():
    message = EmailMessage()
    message["Subject"] = NAME
    return message.as_bytes()


WRITTEN = {
    "plain": f"a{NAME}b",
    "HTML": escape(NAME),
    "numbers of HTML": "".join(f"&#{ord(c)};" for c in NAME),
    "JSON": json.dumps({"name": NAME}),
    "JSON in HTML": escape(json.dumps({"name": NAME})),
    "address": quote_plus(NAME),
    "address in HTML": escape(f"/?q={quote_plus(NAME)}&x=1"),
    "capitals": NAME.upper(),
    "decomposed": "Quillbra\u0308nd's &  Zorvath",
    "base64": b"x=" + base64.b64encode(NAME.encode()),
    "base64 for addresses": base64.urlsafe_b64encode(b"xy" + NAME.encode()).rstrip(b"="),
    "quoted-printable": quopri.encodestring(NAME.encode()),
    "mail in base64": mail("base64"),
    "mail in quoted-printable": mail("quoted-printable"),
    "header of a mail": in_header(),
    "archive": in_archive(),
    "compressed": gzip.compress(NAME.encode()),
    "stream of a PDF": b"stream\n" + zlib.compress(NAME.encode()) + b"endstream",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_word_is_found_however_it_is_written(way):
    assert found_in(WRITTEN[way], ["quillbrands", "zorvath", "elsewhere"]) == {
        "quillbrands",
        "zorvath",
    }


def test_what_is_not_there_is_not_found():
    assert found_in(b"Quill brand, base64 SGVsbG8gd29ybGQgaGVsbG8=", ["quillbrand"]) == set()

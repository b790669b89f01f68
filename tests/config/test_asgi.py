"""The web server's front door."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.urls import reverse

from config.asgi import MAX_BODY, MAX_UPLOAD, BodyLimit, application

FILES = "/files/"


def answer(headers: dict[bytes, bytes], path: str = "/") -> tuple[int | None, str]:
    """Status and words that a request with these headers gets; None from the product itself."""
    start, end = messages(headers, path)
    return start["status"], end["body"].decode()


def messages(headers: dict[bytes, bytes], path: str = "/") -> list[dict]:
    """What the server sends back."""
    sent = []

    async def product(scope, receive, send):
        sent.extend([{"status": None}, {"body": b""}])

    async def receive():
        raise AssertionError("the body was read")

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": list(headers.items())}
    limit = BodyLimit(product, takes_files=frozenset({FILES}))
    # In a thread of its own: where the browser's tests ran before, this one has a loop already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(limit(scope, receive, send))).result()
    return sent


def length(number: int) -> dict[bytes, bytes]:
    return {b"content-length": str(number).encode()}


@pytest.mark.parametrize(
    ("headers", "path"), [({}, "/"), (length(MAX_BODY), "/"), (length(MAX_UPLOAD), FILES)]
)
def test_what_is_not_too_large_reaches_the_product(headers, path):
    assert answer(headers, path) == (None, "")


@pytest.mark.parametrize("number", [MAX_UPLOAD + 1, 2**30, 10**30])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(number):
    status, words = answer(length(number), FILES)
    assert status == 413
    assert "a file may have up to 64 MB" in words
    assert "Nothing was saved" in words


def test_only_a_page_that_takes_files_takes_as_much_as_a_file_has():
    status, words = answer(length(MAX_BODY + 1))
    assert status == 413
    assert "a form may have up to 2 MB" in words
    assert "Nothing was saved" in words


def test_the_page_of_imports_is_the_one_that_takes_files():
    assert application.takes_files == {reverse("venues:import_add")}


def test_a_body_of_unknown_length_is_refused():
    assert answer({b"transfer-encoding": b"chunked"})[0] == 411


def test_a_length_that_is_no_number_is_refused():
    assert answer({b"content-length": "²".encode()})[0] == 413


def test_a_refusal_has_a_reference_and_can_not_be_taken_for_a_page():
    start, end = messages({b"transfer-encoding": b"chunked"})
    headers = dict(start["headers"])
    reference = headers[b"x-request-id"].decode()
    assert len(reference) == 32
    assert reference in end["body"].decode()
    assert headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"default-src 'none'" in headers[b"content-security-policy"]
    assert headers[b"cache-control"] == b"no-store"
    assert b"strict-transport-security" not in headers


def test_a_refusal_keeps_browsers_with_https(settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    start, _ = messages({b"transfer-encoding": b"chunked"})
    told = dict(start["headers"])[b"strict-transport-security"]
    assert told == b"max-age=31536000; includeSubDomains"

"""The web server's front door."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.asgi import MAX_BODY, BodyLimit


def answer(headers: dict[bytes, bytes]) -> tuple[int | None, str]:
    """Status and words that a request with these headers gets; None from the product itself."""
    sent = []

    async def product(scope, receive, send):
        sent.append({"status": None, "body": b""})

    async def receive():
        raise AssertionError("the body was read")

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": list(headers.items())}
    # In a thread of its own: where the browser's tests ran before, this one has a loop already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(BodyLimit(product)(scope, receive, send))).result()
    return sent[0]["status"], sent[-1]["body"].decode()


@pytest.mark.parametrize("headers", [{}, {b"content-length": str(MAX_BODY).encode()}])
def test_what_is_not_too_large_reaches_the_product(headers):
    assert answer(headers) == (None, "")


@pytest.mark.parametrize("length", [MAX_BODY + 1, 2**30, 10**30])
def test_what_is_too_large_is_refused_before_it_is_read(length):
    status, words = answer({b"content-length": str(length).encode()})
    assert status == 413
    assert "up to 64 MB" in words
    assert "Nothing was saved" in words


def test_a_body_of_unknown_length_is_refused():
    assert answer({b"transfer-encoding": b"chunked"})[0] == 411


def test_a_length_that_is_no_number_is_refused():
    assert answer({b"content-length": "²".encode()})[0] == 413

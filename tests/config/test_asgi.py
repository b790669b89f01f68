"""The web server's front door: how much is let in at once, how large, how slowly, and from whom."""

import asyncio
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
import uvicorn
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from uvicorn.server import ServerState

from accounts.roles import Role
from config import admission, asgi, health
from config.asgi import MAX_BODY, MAX_UPLOAD, Product
from config.gunicorn import Protocol
from tests.factories import UserFactory

FILES = reverse("venues:import_add")


class Door(Product):
    """The product, where each page says how much it received."""

    signed_in = False

    def answer(self, scope, body):
        words = f"received {len(body.read())}".encode()
        start = {"type": "http.response.start", "status": 200, "headers": []}
        return [start, {"type": "http.response.body", "body": words}]


def run(work):
    """Run a coroutine in a thread of its own: the browser's tests may have left a loop here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work)).result()


def parts_of(*parts: bytes, hangs_up: bool = False):
    """A client that sends these parts, then waits for its answer, or not.

    As uvicorn tells it: a request without a body has an end too, and only then a client can go.
    """
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if messages:
            return messages.pop(0)
        if hangs_up:
            return {"type": "http.disconnect"}
        return await asyncio.get_running_loop().create_future()

    return receive


async def unread():
    raise AssertionError("the body was read")


async def ask(product, *, headers=None, path="/", receive=unread):
    """Status, words and headers of the answer."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    scope["headers"] = list((headers or {}).items())
    await product(scope, receive, send)
    if not sent:
        return None, "", {}
    return sent[0]["status"], sent[1]["body"].decode(), dict(sent[0]["headers"])


def length(number: int) -> dict[bytes, bytes]:
    return {b"content-length": str(number).encode()}


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def known(monkeypatch):
    """Whoever sends something has a session that holds."""
    monkeypatch.setattr(asgi, "_is_signed_in", lambda cookies: True)


@pytest.fixture
def unknown(monkeypatch):
    """Nobody has."""
    monkeypatch.setattr(asgi, "_is_signed_in", lambda cookies: False)


# How large --------------------------------------------------------------------------------------


def test_what_is_not_too_large_reaches_the_product_whole(door, known):
    for number, path in ((0, "/"), (5, "/"), (MAX_BODY, "/"), (MAX_UPLOAD, FILES)):
        parts = [b"x" * (number // 2), b"x" * (number - number // 2)]
        status, words, _ = run(
            ask(door, headers=length(number), path=path, receive=parts_of(*parts))
        )
        assert (status, words) == (200, f"received {number}")


@pytest.mark.parametrize("number", [MAX_UPLOAD + 1, 2**30, 10**30])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(door, known, number):
    status, words, _ = run(ask(door, headers=length(number), path=FILES))
    assert status == 413
    assert "a file may have up to 64 MB" in words
    assert "Nothing was saved" in words


def test_only_a_page_that_takes_files_takes_as_much_as_a_file_has(door, known):
    status, words, _ = run(ask(door, headers=length(MAX_BODY + 1)))
    assert status == 413
    assert "a form may have up to 2 MB" in words


def test_the_page_of_imports_is_the_one_that_takes_files(door):
    assert door.takes_files == {reverse("venues:import_add")}


def test_a_body_of_unknown_length_is_refused(door):
    assert run(ask(door, headers={b"transfer-encoding": b"chunked"}))[0] == 411


@pytest.mark.parametrize("told", ["²", "-1", "1e3", "", " ", "0" * 5_000])
def test_a_length_that_is_no_number_is_refused_in_words(door, told):
    status, words, _ = run(ask(door, headers={b"content-length": told.encode()}))
    assert status == 400
    assert "The length of the request is no number" in words


def test_a_refusal_has_a_reference_and_can_not_be_taken_for_a_page(door, settings):
    _, words, headers = run(ask(door, headers={b"transfer-encoding": b"chunked"}))
    reference = headers[b"x-request-id"].decode()
    assert len(reference) == 32
    assert reference in words
    assert headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"default-src 'none'" in headers[b"content-security-policy"]
    assert headers[b"cache-control"] == b"no-store"


def test_a_refusal_that_comes_by_tls_tells_the_browser_to_stay_with_it(settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for scheme, told in ((b"HTTPS", b"max-age=31536000; includeSubDomains"), (b"http", None)):
        sent = {b"transfer-encoding": b"chunked", b"x-forwarded-proto": scheme}
        status, _, headers = run(ask(Door(), headers=sent))
        assert (status, headers.get(b"strict-transport-security")) == (411, told)


#: Of a page: they are about what it shows.
OF_THE_PAGE = {b"content-length", b"content-language", b"vary"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {b"transfer-encoding": b"chunked"}},
        {"headers": {b"content-length": b"many"}},
        {"headers": {b"content-length": b"%d" % 2**30}},
        {"path": "/health/live"},
    ],
)
def test_an_answer_that_no_page_gives_has_each_header_that_a_page_has(client, asked):
    client.force_login(UserFactory(role=Role.PLANNER))
    page = client.get(reverse("venues:venue_list"))
    assert page.status_code == 200
    _, _, headers = run(ask(Product(), receive=parts_of(), **asked))
    of_a_page = {name.lower().encode(): value.encode() for name, value in page.headers.items()}
    names = {name.lower() for name in headers}
    assert of_a_page.keys() - OF_THE_PAGE <= names
    for name in ("referrer-policy", "permissions-policy", "cross-origin-resource-policy"):
        assert headers[name.encode()] == of_a_page[name.encode()]


def test_what_is_no_http_is_refused_with_the_same_headers():
    sent = io.BytesIO()
    transport = Mock(write=sent.write)
    config = uvicorn.Config(Product(), log_config=None)
    protocol = Protocol(config, ServerState(), {}, Mock())
    protocol.connection_made(transport)
    protocol.data_received(b"nonsense\r\n\r\n")
    transport.close.assert_called_once()
    head, _, words = sent.getvalue().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    for name in (b"referrer-policy", b"permissions-policy", b"cross-origin-resource-policy"):
        assert b"\r\n" + name + b": " in head
    assert b"cache-control: no-store" in head
    assert words


# From whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", FILES, "/sign-in/"])
def test_a_large_body_of_somebody_unknown_is_refused_unread(door, unknown, path):
    status, words, _ = run(ask(door, headers=length(admission.SMALL_BODY + 1), path=path))
    assert status == 403
    assert "Sign in, then send it again" in words
    assert "Nothing was saved" in words


def test_a_small_form_needs_no_session(door, unknown):
    form = b"x" * admission.SMALL_BODY
    assert run(ask(door, headers=length(len(form)), receive=parts_of(form)))[0] == 200


@pytest.mark.django_db
def test_a_session_is_known_by_its_cookie_and_no_other_is(settings):
    client = Client()
    client.force_login(person := UserFactory())
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    assert asgi._is_signed_in(cookie.encode())
    for other in ("", "nonsense", f"{settings.SESSION_COOKIE_NAME}={'a' * 32}", f"{cookie}x"):
        assert not asgi._is_signed_in(other.encode())
    assert not asgi._is_signed_in(rb'sessionid="\000"')
    person.is_active = False
    person.save()
    assert not asgi._is_signed_in(cookie.encode())


def test_a_database_that_is_away_is_no_sign_that_somebody_is_not_signed_in(door, monkeypatch):
    def away(request):
        raise OperationalError

    monkeypatch.setattr("django.contrib.auth.get_user", away)
    status, _, headers = run(ask(door, headers=length(MAX_BODY)))
    assert (status, headers[b"retry-after"]) == (503, b"5")


# How slowly -------------------------------------------------------------------------------------


class Clock:
    """Time that passes as somebody says, in a loop of its own."""

    def __init__(self, monkeypatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(asyncio.BaseEventLoop, "time", lambda loop: self.now)


def test_a_body_that_stops_coming_is_given_up(door, monkeypatch):
    clock = Clock(monkeypatch)

    async def stops():
        clock.now += admission.GRACE + 1
        return await asyncio.get_running_loop().create_future()

    status, words, headers = run(ask(door, headers=length(10), receive=stops))
    assert status == 408
    assert "came too slowly" in words
    assert headers[b"connection"] == b"close"


def test_a_body_that_trickles_is_given_up_and_one_that_keeps_the_least_rate_is_not(
    door, known, monkeypatch
):
    def sender(clock, *, rate):
        async def receive():
            clock.now += 1
            await asyncio.sleep(0)  # as a socket does: a time limit that has passed is noticed
            return {"type": "http.request", "body": b"x" * rate, "more_body": clock.now < 150}

        return receive

    for rate, status in ((admission.LEAST_RATE // 8, 408), (admission.LEAST_RATE, 200)):
        clock = Clock(monkeypatch)
        answer = run(ask(door, headers=length(MAX_BODY), receive=sender(clock, rate=rate)))
        assert answer[0] == status


def test_an_upload_has_an_end_however_fast_it_comes(door, known, monkeypatch):
    clock = Clock(monkeypatch)

    async def receive():
        clock.now += 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x" * admission.LEAST_RATE, "more_body": True}

    assert run(ask(door, headers=length(MAX_UPLOAD), path=FILES, receive=receive))[0] == 408
    assert clock.now < admission.LONGEST + 5


def test_only_some_large_bodies_are_on_their_way_at_once(door, known, settings):
    async def crowd():
        forever = asyncio.Event()

        async def slow():
            await forever.wait()
            return {"type": "http.request", "body": b"x"}

        large = {"headers": length(MAX_BODY), "receive": slow}
        first = [asyncio.ensure_future(ask(door, **large)) for _ in range(settings.UPLOADS_AT_ONCE)]
        while door.large_bodies.now < settings.UPLOADS_AT_ONCE:
            await asyncio.sleep(0)
        one_more = await ask(door, headers=length(MAX_BODY))
        small = await ask(door, headers=length(1), receive=parts_of(b"x"))
        forever.set()
        return one_more, small, await asyncio.gather(*first)

    (status, _, headers), small, first = run(crowd())
    assert (status, headers[b"retry-after"]) == (503, b"5")
    assert small[0] == 200
    assert {status for status, *_ in first} == {200}


def test_whoever_hangs_up_while_sending_gets_no_answer_and_leaves_nothing(door):
    async def gone():
        return {"type": "http.disconnect"}

    assert run(ask(door, headers=length(10), receive=gone)) == (None, "", {})
    assert door.small_bodies.now == 0


# How many at once -------------------------------------------------------------------------------


class Hall(Product):
    """The product, where each page takes until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.now = self.most = 0
        self.threads_seen: set[int] = set()

    def answer(self, scope, body):
        self.threads_seen.add(threading.get_ident())
        self.now += 1
        self.most = max(self.most, self.now)
        assert self.go_on.wait(20)
        self.now -= 1
        start = {"type": "http.response.start", "status": 200, "headers": []}
        return [start, {"type": "http.response.body", "body": b"done"}]


async def full(hall, number, *, hangs_up=False):
    """So many requests, as many of which are answered as may be."""
    asked = [
        asyncio.ensure_future(ask(hall, receive=parts_of(hangs_up=hangs_up))) for _ in range(number)
    ]
    for _ in range(5):
        await asyncio.sleep(0)
    return asked


@pytest.fixture
def hall(settings):
    settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING, settings.REQUESTS_WAITING_SECONDS = (
        2,
        3,
        9,
    )
    return Hall()


def test_no_more_are_answered_at_once_than_there_are_threads_and_some_may_wait(hall):
    async def crowd():
        asked = await full(hall, 7)
        beyond = [request for request in asked if request.done()]
        hall.go_on.set()
        return [request.result() for request in beyond], await asyncio.gather(*asked)

    beyond, answers = run(crowd())
    assert [status for status, *_ in beyond] == [503, 503]
    assert sorted(status for status, *_ in answers) == [200] * 5 + [503] * 2
    assert hall.most == 2
    assert len(hall.threads_seen) == 2, "each thread keeps its connection for the next request"


def test_a_request_that_finds_no_room_is_told_when_to_come_back_on_a_page_of_ours(hall):
    async def crowd():
        asked = await full(hall, 6)
        hall.go_on.set()
        return [answer for answer in await asyncio.gather(*asked) if answer[0] == 503]

    ((_, page, headers),) = run(crowd())
    assert headers[b"retry-after"] == b"5"
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert b"script-src 'self'" in headers[b"content-security-policy"]
    assert "Please try again in a moment" in page
    assert f"give this reference: {headers[b'x-request-id'].decode()}" in page


def test_nobody_waits_for_ever(settings):
    settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING, settings.REQUESTS_WAITING_SECONDS = (
        1,
        9,
        0,
    )
    hall = Hall()

    async def crowd():
        first, *others = await full(hall, 3)
        done = await asyncio.gather(*others)
        hall.go_on.set()
        return done, await first

    others, first = run(crowd())
    assert [status for status, *_ in others] == [503, 503]
    assert first[0] == 200


def test_whoever_hangs_up_while_waiting_takes_no_thread(hall):
    async def crowd():
        asked = await full(hall, 2)
        left = await full(hall, 2, hangs_up=True)
        assert await asyncio.gather(*left) == [(None, "", {})] * 2
        hall.go_on.set()
        return await asyncio.gather(*asked)

    assert [status for status, *_ in run(crowd())] == [200, 200]
    assert hall.most == 2


@pytest.mark.parametrize("steps", range(6))
@pytest.mark.parametrize("hangs_up", [True, False], ids=["hangs up", "is given up"])
def test_a_place_that_comes_free_just_as_somebody_leaves_is_free(steps, hangs_up):
    """Whoever waits leaves so many steps of the loop before or after it is their turn."""

    async def crowd():
        threads = admission.Threads(1, waiting=1, patience=60)
        leaves = asyncio.Event()

        async def receive():
            await (leaves.wait() if hangs_up else asyncio.Event().wait())
            return {"type": "http.disconnect"}

        async def ask():
            async with threads.one(receive):
                pass

        async with threads.one(unread):
            waiting = asyncio.ensure_future(ask())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if hangs_up:
                leaves.set()
            for _ in range(steps // 2):
                await asyncio.sleep(0)
        for _ in range(steps % 4):
            await asyncio.sleep(0)
        if not hangs_up:
            waiting.cancel()
        await asyncio.wait([waiting])
        for _ in range(5):
            await asyncio.sleep(0)
        assert threads._waiting.now == 0
        async with asyncio.timeout(5), threads.one(unread):
            return len(threads._free)

    assert run(crowd()) == 0


def test_whether_the_service_is_well_is_answered_however_busy_it_is(hall):
    async def crowd():
        asked = await full(hall, 5)
        hall.go_on.set()
        well = await ask(hall, path=health.LIVE, receive=parts_of())
        await asyncio.gather(*asked)
        return well

    assert run(crowd())[0] == 200


def test_a_large_form_that_has_to_wait_for_a_thread_is_not_lost(hall, known):
    """What comes of it meanwhile is no sign that its sender hung up."""
    form = b"x" * (admission.SMALL_BODY + 1)

    async def crowd():
        asked = await full(hall, 2)
        large = {"headers": length(len(form)), "receive": parts_of(form[:9], form[9:])}
        waits = asyncio.ensure_future(ask(hall, **large))
        for _ in range(9):
            await asyncio.sleep(0)
        hall.go_on.set()
        return [answer[0] for answer in await asyncio.gather(*asked, waits)]

    assert run(crowd()) == [200, 200, 200]


def test_what_was_begun_is_finished_though_the_client_hangs_up(hall):
    """A phone that lost its signal finds its message stored when it sends it again."""

    async def crowd():
        (asked,) = await full(hall, 1, hangs_up=True)
        while not hall.now:
            await asyncio.sleep(0.001)
        hall.go_on.set()
        return await asked

    assert run(crowd())[0] == 200


def test_a_slow_reader_holds_no_thread(settings):
    settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING = 1, 0
    hall = Hall()
    hall.go_on.set()

    async def crowd():
        reads = asyncio.Event()

        async def send(message):
            await reads.wait()

        scope = {"type": "http", "path": "/", "headers": []}
        slow = asyncio.ensure_future(hall(scope, parts_of(), send))
        while not hall.most or hall.now or hall.threads._turn.locked():
            await asyncio.sleep(0.001)
        other = await ask(hall, receive=parts_of())
        assert not slow.done()
        reads.set()
        await slow
        return other

    assert run(crowd())[0] == 200

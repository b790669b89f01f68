"""Server-sent events: that something changed, and never what.

Triggers of PostgreSQL say so on one channel when a transaction commits
(``operations/control_room/models.py``). Each web process listens by one connection, in a thread
that connects again for as long as it takes, and passes it on to the streams that it holds open. A
page then asks for its part by the ordinary, scoped way. So a stream holds no thread of a request,
no transaction and no connection to the database.

Who may listen an ordinary page says (:func:`response`): when a stream begins, and again each half
minute (``STREAM_PROVED_SECONDS``). While the connection is proved to be alive a stream says that
too, so that silence tells the page that it hears of nothing any more.
"""

import asyncio
import contextlib
import itertools
import selectors
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg2
import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpResponse

from config.admission import Counter, Message, Receive, Send

log = structlog.get_logger(__name__)

#: The channel of PostgreSQL. What is said on it is empty.
CHANNEL = "makesafe_changed"
#: Streams that one process holds open. Beyond it pages ask by themselves.
AT_ONCE = 1000
#: Of these, streams of one person: whoever opens one more loses the oldest.
EACH = 5

#: Seconds from one sign of life of a stream to the next.
BEAT_EVERY = 3.0
#: Seconds without a word from PostgreSQL after which its connection is tried.
TRIED_EVERY = 2.0
#: Seconds from the last proof that PostgreSQL is heard until no stream says so any more.
HEARD_WITHIN = 5.0
#: Seconds until the next try where PostgreSQL can't be reached.
CONNECTS_AGAIN_AFTER = 0.5
#: Seconds at least from one word of a change to the next, to one page.
APART = 1.0
#: Seconds over which pages are told of one change, so that they do not ask in the same instant;
#: less where there are few.
SPREAD, SPREAD_EACH = 0.7, 0.005
#: Seconds from one try to prove the right to listen to the next, where nobody could answer.
PROVED_AGAIN = 5.0
#: Seconds in which a browser takes what it is told.
READER_TIMEOUT = 10

_TYPE = b"text/event-stream"
#: How long a browser waits before it connects again, in milliseconds.
_BEGINS = b"retry: 2000\n\n"
_CHANGED = b"event: changed\ndata: -\n\n"
_ALIVE = b"event: alive\ndata: -\n\n"
#: Whoever is sent away comes back by itself, and not at once.
_LATER = b"retry: 60000\n\n"

#: Whose stream it is, from the page to the server alone.
_WHOSE = b"X-Stream-Of"


def response(*, person: int) -> HttpResponse:
    """The answer of a page that lets ``person`` listen: the server goes on from here.

    A server that can't (of the tests) ends it at once, and the page asks by itself.
    """
    return HttpResponse(
        _LATER,
        content_type="text/event-stream",
        headers={
            # No proxy keeps it back or packs it.
            "X-Accel-Buffering": "no",
            "Cache-Control": "no-store, no-transform",
            _WHOSE.decode(): str(person),
        },
    )


def is_stream(start: Message) -> bool:
    """Whether an answer that begins so is one of :func:`response`."""
    return start["status"] == 200 and (b"Content-Type", _TYPE) in start["headers"]


class _Listener:
    """One page that listens."""

    numbers = itertools.count()

    def __init__(self, person: bytes) -> None:
        self.person = person
        self.is_dismissed = False
        self.told = asyncio.Event()
        self.changed = True  # whatever it missed before it was here
        # The golden ratio puts any number of them at about equal distances.
        self.place = next(self.numbers) * 0.618034 % 1

    def tell(self, *, changed: bool = False) -> None:
        self.changed |= changed
        self.told.set()

    def dismiss(self) -> None:
        self.is_dismissed = True
        self.told.set()


class Streams:
    """The streams of this process, and the one connection that they hear by."""

    def __init__(self) -> None:
        #: The oldest first.
        self._listeners: dict[_Listener, None] = {}
        self._room = Counter(AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        #: When PostgreSQL was last proved to be heard, by the monotonic clock.
        self._heard_at = 0.0

    @property
    def hears(self) -> bool:
        """Whether a change would be told."""
        return time.monotonic() - self._heard_at < HEARD_WITHIN

    def close(self) -> None:
        """End all streams: this process is going. In the loop's thread."""
        self._closing = True
        for listener in self._listeners:
            listener.tell()

    async def serve(
        self,
        start: Message,
        receive: Receive,
        send: Send,
        may_listen: Callable[[], Awaitable[bool | None]],
    ) -> None:
        """Tell one page until it goes, or may not listen any more.

        Args:
            start: The beginning of the answer that let it in.
            receive: Of a client that has sent all: whatever comes now is that it hung up.
            send: Where to.
            may_listen: Asks for the right once more; None where nobody could answer.

        """
        with self._room.one():
            person = dict(start["headers"]).get(_WHOSE, b"")
            listener = _Listener(person)
            self._begin_to_hear()
            self._listeners[listener] = None
            self._keep_to(EACH, person)
            gone = asyncio.ensure_future(receive())
            gone.add_done_callback(lambda _: listener.tell())
            try:
                ours = (b"Content-Length", _WHOSE)
                headers = [one for one in start["headers"] if one[0] not in ours]
                await send({**start, "headers": headers})
                await self._tell(listener, gone, send, may_listen)
                if listener.is_dismissed:
                    last = {"type": "http.response.body", "body": _LATER, "more_body": True}
                    async with asyncio.timeout(READER_TIMEOUT):
                        await send(last)
                await send({"type": "http.response.body", "body": b""})
            except TimeoutError:
                return  # it takes nothing any more
            finally:
                gone.cancel()
                self._listeners.pop(listener, None)

    def _keep_to(self, most: int, person: bytes) -> None:
        """Send the oldest streams of ``person`` away beyond ``most``: they ask by themselves."""
        theirs = [one for one in self._listeners if one.person == person and not one.is_dismissed]
        for one in theirs[:-most]:
            one.dismiss()

    async def _tell(
        self,
        listener: _Listener,
        gone: "asyncio.Future[Message]",
        send: Send,
        may_listen: Callable[[], Awaitable[bool | None]],
    ) -> None:
        say = _BEGINS
        clock = asyncio.get_running_loop().time
        every = settings.STREAM_PROVED_SECONDS
        proved, prove_at = clock(), clock() + every
        last_change = 0.0
        while not (gone.done() or self._closing or listener.is_dismissed):
            if say:
                async with asyncio.timeout(READER_TIMEOUT):
                    await send({"type": "http.response.body", "body": say, "more_body": True})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listener.told.wait(), 0 if listener.changed else BEAT_EVERY)
            listener.told.clear()
            if clock() >= prove_at:
                may = await may_listen()
                if may:
                    proved, prove_at = clock(), clock() + every
                elif may is False or clock() - proved >= 2 * every:
                    return
                else:
                    prove_at = clock() + min(every, PROVED_AGAIN)
            if listener.changed:
                spread = min(SPREAD, len(self._listeners) * SPREAD_EACH)
                wait = max(spread * listener.place, last_change + APART - clock())
                await asyncio.sleep(wait)
                listener.changed = False
                last_change = clock()
                say = _CHANGED
            else:
                say = _ALIVE if self.hears else b""

    # The connection ----------------------------------------------------------------------------

    def _begin_to_hear(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            threading.Thread(target=self._hear_for_ever, name="events", daemon=True).start()

    def _hear_for_ever(self) -> None:
        while not self._closing:
            try:
                self._hear()
            except (psycopg2.Error, OSError, ValueError) as error:
                log.warning("events are not heard", error=type(error).__name__)
                time.sleep(CONNECTS_AGAIN_AFTER)

    def _hear(self) -> None:
        given: dict[str, Any] = connection.get_connection_params()
        connecting = psycopg2.connect(**given, application_name="events")
        # With as many streams its number may be above what select() takes.
        with contextlib.closing(connecting) as link, selectors.DefaultSelector() as words:
            link.autocommit = True
            words.register(link, selectors.EVENT_READ)
            with link.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
                self._pass_on()  # what changed while nobody listened
                while not self._closing:
                    if not words.select(TRIED_EVERY):
                        cursor.execute("SELECT 1")
                    link.poll()
                    self._heard_at = time.monotonic()
                    if link.notifies:
                        link.notifies.clear()
                        self._pass_on()

    def _pass_on(self) -> None:
        self._heard_at = time.monotonic()
        assert self._loop is not None  # it began to hear
        self._loop.call_soon_threadsafe(self._tell_all)

    def _tell_all(self) -> None:
        for listener in self._listeners:
            listener.tell(changed=True)


#: Those of this process.
streams = Streams()

"""Admission of requests: how many are answered at once, and what an unknown sender may cost.

Django under ASGI gives each request a thread and a connection to the database of its own and keeps
a whole body before any page can look at its sender, so a crowd or a slow stranger could stop the
service. Here a request first waits for one of a fixed number of threads, each of which keeps its
connection, and a body has to come fast enough, and to be small unless its sender is signed in.

This module knows nothing of Django: ``config/asgi.py`` puts it in front of the product.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: Seconds after which the next try makes sense where there was no room.
TRY_AGAIN_AFTER = 5

#: Bytes that anybody may send: every form that is open to somebody who is not signed in, by far.
SMALL_BODY = 64 * 2**10
#: Bytes a second that a body has to bring, after so many seconds in which nothing need come.
LEAST_RATE = 16 * 2**10
GRACE = 15
#: Seconds after which the largest upload has to be there.
LONGEST = 10 * 60
#: Bytes of a body kept in memory; beyond that it goes to disk.
IN_MEMORY = 1 * 2**20
#: Small bodies that may be on their way at once.
SMALL_AT_ONCE = 500
#: Seconds in which a reader has to take the next part of an answer.
READER_TIMEOUT = 60


class RefusedError(Exception):
    """A request that is not let in: the status to answer, in words, and when to try again."""

    def __init__(self, status: int, words: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.retry_after = retry_after


class ClientGoneError(Exception):
    """The client hung up before it was answered."""


def busy() -> RefusedError:
    """There is no room just now."""
    return RefusedError(503, retry_after=TRY_AGAIN_AFTER)


class Counter:
    """At most ``most`` at once; whoever is beyond that is told to come back."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.now = 0

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count one more for as long as the block runs.

        Raises:
            RefusedError: with 503, where there are as many already.

        """
        if self.now >= self.most:
            raise busy()
        self.now += 1
        try:
            yield
        finally:
            self.now -= 1


class Threads:
    """The threads that answer requests: at most one request in each, in the order of arrival."""

    def __init__(self, number: int, *, waiting: int, patience: float) -> None:
        """Start none yet.

        Args:
            number: How many there are, which is how many requests are answered at once.
            waiting: How many requests may wait for one.
            patience: For how many seconds.

        """
        self._waiting = Counter(waiting)
        self._patience = patience
        self._turn = asyncio.Semaphore(number)
        # The last one used is taken first: the others' connections are opened in a rush only.
        self._free = [ThreadPoolExecutor(1, thread_name_prefix="request") for _ in range(number)]

    @contextlib.asynccontextmanager
    async def one(self, receive: Receive) -> AsyncIterator[None]:
        """Run Django's synchronous code of this block in one of the threads.

        Args:
            receive: Of a client that has sent all: whatever comes now is that it hung up.

        Raises:
            RefusedError: with 503, where too many wait already, or it took too long.
            ClientGoneError: the client hung up meanwhile.

        """
        if self._turn.locked():
            with self._waiting.one():
                await self._wait(receive)
        else:
            await self._turn.acquire()
        thread = self._free.pop()
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            self._free.append(thread)
            self._turn.release()

    async def _wait(self, receive: Receive) -> None:
        turn = asyncio.ensure_future(self._turn.acquire())
        gone = asyncio.ensure_future(receive())
        first = asyncio.FIRST_COMPLETED
        try:
            await asyncio.wait((turn, gone), timeout=self._patience, return_when=first)
            if not turn.done():
                raise ClientGoneError if gone.done() else busy()
        except BaseException:
            if not turn.cancel():  # it came just as this was given up
                self._turn.release()
            raise
        finally:
            gone.cancel()


async def read_body(receive: Receive) -> IO[bytes]:
    """Read a body to its end, as long as it comes fast enough. One of no bytes has an end too.

    Args:
        receive: Where it comes from. What comes after the body is that the client hung up.

    Raises:
        RefusedError: with 408, where it comes too slowly.
        ClientGoneError: the sender hung up.

    """
    body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (who asked closes it)
    try:
        loop = asyncio.get_running_loop()
        start, read, more = loop.time(), 0, True
        while more:
            due = start + min(GRACE + read / LEAST_RATE, LONGEST)
            async with asyncio.timeout_at(due):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            part = message.get("body", b"")
            read += len(part)
            body.write(part)
            more = message.get("more_body", False)
        body.seek(0)
    except TimeoutError:
        body.close()
        raise RefusedError(
            408, "What you sent came too slowly. Nothing was saved: try again.", retry_after=1
        ) from None
    except BaseException:
        body.close()
        raise
    return body


async def send_answer(parts: Iterable[Message], send: Send) -> None:
    """Send an answer that is there whole; give up on a reader who takes no part for too long.

    A slow reader holds neither a thread nor a connection to the database.
    """
    for part in parts:
        try:
            async with asyncio.timeout(READER_TIMEOUT):
                await send(part)
        except TimeoutError:
            return

"""The entry point of the web server: ``gunicorn --config python:config.gunicorn``."""

import asyncio
import functools
import io
import os
import time
import uuid
from contextlib import nullcontext
from importlib import import_module
from typing import IO, Any

import django
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.db import close_old_connections
from django.urls import set_script_prefix

from config import admission, health, stream
from config.admission import ClientGoneError, Message, Receive, RefusedError, Scope, Send
from config.headers import Headers
from config.start import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = structlog.get_logger(__name__)

#: Bytes of a request to a page that takes files: the largest (64 MB), and the form around it.
MAX_UPLOAD = 65 * 2**20
#: Bytes of any other request: a little more than the largest form (DATA_UPLOAD_MAX_MEMORY_SIZE).
MAX_BODY = 3 * 2**20

FILE_TOO_LARGE = "This is too large: a file may have up to 64 MB. Nothing was saved."
FORM_TOO_LARGE = "This is too large: a form may have up to 2 MB. Nothing was saved."
#: No length that is taken has as many; Python reads no number of thousands.
LENGTH_FIGURES = 20
LENGTH_NEEDED = "Say how long the request is (Content-Length). Nothing was saved."
LENGTH_UNREADABLE = "The length of the request is no number (Content-Length). Nothing was saved."
SIGN_IN_FIRST = "Only somebody who is signed in may send this much. Sign in, then send it again."

NOTHING_BUT_OUR_STYLE = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
    b"form-action 'self'; frame-ancestors 'none'"
)


async def _nothing_comes() -> Message:
    waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await waiting


class Product(ASGIHandler):
    """Django, for as many requests at once as there are threads, and for bodies as they may be.

    A request has a thread to itself from beginning to end. Django's own way through ASGI goes back
    to the loop for each middleware that looks at views, some ten times a page, and each time waits
    for whatever else the loop and the other threads do.
    """

    def __init__(self) -> None:
        """Load Django and read the settings."""
        BaseHandler.__init__(self)
        self.load_middleware()
        from django.urls import reverse  # only now are there addresses

        self.headers = Headers()
        #: Paths of the pages that take files.
        self.takes_files = frozenset({reverse("venues:import_add")})
        self.threads = admission.Threads(
            settings.REQUESTS_AT_ONCE,
            waiting=settings.REQUESTS_WAITING,
            patience=settings.REQUESTS_WAITING_SECONDS,
        )
        # Whoever asks whether the service is well gets an answer however busy it is.
        self.reserved = {
            path: admission.Threads(1, waiting=10, patience=5) for path in health.PATHS
        }
        self.small_bodies = admission.Counter(admission.SMALL_AT_ONCE)
        self.large_bodies = admission.Counter(settings.UPLOADS_AT_ONCE)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, or refuse before anything is kept."""
        scope["arrived"] = time.monotonic()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self.headers.complete(scope, message["headers"])
            await send(message)

        try:
            body = await self._read(scope, receive)
            threads = self.reserved.get(scope["path"], self.threads)
            with body:
                async with threads.one(receive):
                    answer = await sync_to_async(self.answer)(scope, body)
            if stream.is_stream(answer[0]):
                may_listen = functools.partial(self._may_listen, scope)
                await stream.streams.serve(answer[0], receive, with_headers, may_listen)
            else:
                await admission.send_answer(answer, with_headers)
        except RefusedError as refused:
            await _refuse(with_headers, refused)
        except ClientGoneError:
            return

    def answer(self, scope: Any, body: IO[bytes]) -> list[Message]:
        """The whole answer of Django, in the thread of the request.

        What was begun is finished: nobody looks whether the client hung up meanwhile, and a phone
        that lost its signal finds its message stored when it sends it again.
        """
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = type(self)
        headers = [(name.encode(), value.encode("latin1")) for name, value in response.items()]
        headers += [
            (b"Set-Cookie", one.OutputString().encode()) for one in response.cookies.values()
        ]
        start: Message = {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": headers,
        }
        parts: list[Message] = [
            {"type": "http.response.body", "body": part, "more_body": not is_last}
            for part, is_last in self.chunk_bytes(response.getvalue())
        ]
        response.close()
        return [start, *parts]

    async def _may_listen(self, scope: Any) -> bool | None:
        """Whether a stream that was let in would be let in now; None where nobody can say."""
        try:
            async with self.threads.one(_nothing_comes):
                start, *_ = await sync_to_async(self.answer)(scope, io.BytesIO())
        except RefusedError:
            return None
        return stream.is_stream(start) or (None if start["status"] >= 500 else False)

    async def _read(self, scope: Scope, receive: Receive) -> IO[bytes]:
        headers = dict(scope.get("headers", ()))
        length = self._length(headers, upload=scope["path"] in self.takes_files)
        counted: Any = nullcontext()
        if length > admission.SMALL_BODY:
            # Nobody listens meanwhile: what comes first is the body.
            async with self.threads.one(_nothing_comes):
                await sync_to_async(close_old_connections)()  # as before each request
                known = await sync_to_async(_is_signed_in)(headers.get(b"cookie", b""))
            if not known:
                raise RefusedError(403, f"{SIGN_IN_FIRST} Nothing was saved.")
            counted = self.large_bodies.one()
        elif length:
            counted = self.small_bodies.one()
        with counted:
            return await admission.read_body(receive)

    @staticmethod
    def _length(headers: dict[bytes, bytes], *, upload: bool) -> int:
        """How long the body is; refuse one that does not say so or is too long."""
        if b"transfer-encoding" in headers:
            raise RefusedError(411, LENGTH_NEEDED)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            raise RefusedError(400, LENGTH_UNREADABLE)
        begins = int(length[:LENGTH_FIGURES])
        if begins > (MAX_UPLOAD if upload else MAX_BODY):
            raise RefusedError(413, FILE_TOO_LARGE if upload else FORM_TOO_LARGE)
        if len(length) > LENGTH_FIGURES:  # after as many noughts
            raise RefusedError(400, LENGTH_UNREADABLE)
        return begins


def _is_signed_in(cookies: bytes) -> bool:
    """Whether a request with these cookies comes from somebody with a session that holds.

    Raises:
        RefusedError: with 503, where the database can't be asked.

    """
    from django.contrib.auth import get_user
    from django.db import InterfaceError, OperationalError
    from django.http import HttpRequest, parse_cookie

    from config.requests import session_key

    request = HttpRequest()
    request.COOKIES = parse_cookie(cookies.decode("latin1"))
    sessions = import_module(settings.SESSION_ENGINE)
    request.session = sessions.SessionStore(session_key(request))
    try:
        return get_user(request).is_authenticated
    except (OperationalError, InterfaceError) as error:
        log.warning("the database does not answer", exc_info=True)
        raise admission.busy() from error


async def _refuse(send: Send, refused: RefusedError) -> None:
    from config import errors

    reference = uuid.uuid4().hex
    log.warning("request refused unread", status=refused.status, request_id=reference)
    headers = [
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        (b"x-request-id", reference.encode()),
    ]
    if refused.retry_after is not None:
        headers.append((b"retry-after", str(refused.retry_after).encode()))
    if refused.words:
        body = f"{refused.words} If you ask for help, give this reference: {reference}"
        kind, policy = b"text/plain; charset=utf-8", b"default-src 'none'; frame-ancestors 'none'"
    else:
        body = errors.busy_page(reference)
        kind, policy = b"text/html; charset=utf-8", NOTHING_BUT_OUR_STYLE
    headers += [(b"content-type", kind), (b"content-security-policy", policy)]
    start = {"type": "http.response.start", "status": refused.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body.encode()})


django.setup(set_prefix=False)
application = Product()
keep_what_is_loaded()

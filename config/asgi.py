"""The entry point of the web server: ``gunicorn -k uvicorn_worker.UvicornWorker``."""

import os
import warnings
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise streams our few small files the old way; Django says so in each process.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Bytes. A little more than the largest file that a page takes (64 MB), for the form around it.
MAX_BODY = 65 * 2**20

TOO_LARGE = b"This is too large: a file may have up to 64 MB. Nothing was saved. Choose another."
LENGTH_NEEDED = b"Say how long the request is (Content-Length). Nothing was saved."


class BodyLimit:
    """Refuses a request that is too large before a byte of it is kept.

    Django under ASGI writes a whole body to disk before any page can look at it.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a body beyond ``MAX_BODY``, 411 to one that does not say its length."""
        headers = dict(scope.get("headers", ()))
        length = headers.get(b"content-length", b"0")
        if b"transfer-encoding" in headers:
            await _refuse(send, 411, LENGTH_NEEDED)
        elif not length.isdigit() or int(length) > MAX_BODY:
            await _refuse(send, 413, TOO_LARGE)
        else:
            await self.application(scope, receive, send)


async def _refuse(send: Send, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


application = BodyLimit(get_asgi_application())

"""The entry point of the web server: ``gunicorn -k uvicorn_worker.UvicornWorker``."""

import os
import uuid
import warnings
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise streams our few small files the old way; Django says so in each process.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Bytes of a request to a page that takes files: the largest (64 MB), and the form around it.
MAX_UPLOAD = 65 * 2**20
#: Bytes of any other request: a little more than the largest form (DATA_UPLOAD_MAX_MEMORY_SIZE).
MAX_BODY = 3 * 2**20

FILE_TOO_LARGE = "This is too large: a file may have up to 64 MB. Nothing was saved."
FORM_TOO_LARGE = "This is too large: a form may have up to 2 MB. Nothing was saved."
LENGTH_NEEDED = "Say how long the request is (Content-Length). Nothing was saved."

HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
    (b"connection", b"close"),
]


class BodyLimit:
    """Refuses a request that is too large before a byte of it is kept.

    Django under ASGI writes a whole body to disk before any page can look at it, or at its sender.
    """

    def __init__(self, application: Application, *, takes_files: frozenset[str]) -> None:
        """Take the product, and the paths of its pages that take files."""
        self.application = application
        self.takes_files = takes_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a body that is too large, 411 to one that does not say its length."""
        headers = dict(scope.get("headers", ()))
        length = headers.get(b"content-length", b"0")
        upload = scope.get("path") in self.takes_files
        if b"transfer-encoding" in headers:
            await _refuse(send, 411, LENGTH_NEEDED)
        elif not length.isdigit() or int(length) > (MAX_UPLOAD if upload else MAX_BODY):
            await _refuse(send, 413, FILE_TOO_LARGE if upload else FORM_TOO_LARGE)
        else:
            await self.application(scope, receive, send)


async def _refuse(send: Send, status: int, words: str) -> None:
    reference = uuid.uuid4().hex
    log.warning("request refused unread", status=status, request_id=reference)
    headers = [*HEADERS, (b"x-request-id", reference.encode())]
    if settings.SECURE_HSTS_SECONDS:
        told = f"max-age={settings.SECURE_HSTS_SECONDS}"
        if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
            told += "; includeSubDomains"
        headers.append((b"strict-transport-security", told.encode()))
    body = f"{words} If you ask for help, give this reference: {reference}"
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def _application() -> Application:
    product = get_asgi_application()
    from django.urls import reverse  # only now are there addresses

    return BodyLimit(product, takes_files=frozenset({reverse("venues:import_add")}))


application = _application()

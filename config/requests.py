"""What every request gets: an id to find it by, a line in the log, and headers of its answer."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

HEADER = "X-Request-ID"

log = structlog.get_logger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


class NameRequests:
    """Give each request an id: ``request.request_id``, 32 hexadecimal digits.

    Every line that is logged meanwhile has it, the answer has it as a header, an error page shows
    it as a reference, and the record of changes keeps it. A proxy in front may choose it.

    What is logged of a request is its route and its numbers, never its path, which could hold the
    secret of an invitation or whatever a stranger typed, and never its query.
    """

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say so in the log unless it was a file or a redirect of the whole site."""
        started = time.perf_counter()
        request.request_id = request_id(request.headers.get(HEADER, ""))  # type: ignore[attr-defined]
        clear_contextvars()
        bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
            response[HEADER] = request.request_id  # type: ignore[attr-defined]
            if request.resolver_match or response.status_code >= 400:
                _tell(request, response, seconds=time.perf_counter() - started)
        finally:
            clear_contextvars()
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """From here on it is known who asks."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            bind_contextvars(user=user.pk)


class KeepToOneself:
    """Let no other site's page load anything of this one's."""

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the header."""
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def request_id(proposed: str) -> str:
    """The id of a request: the proxy's where there is a trusted one, else a new one.

    Args:
        proposed: What the request brought in its header, perhaps nothing.

    """
    plain = proposed.lower().replace("-", "")
    if settings.BEHIND_PROXY and re.fullmatch("[0-9a-f]{32}", plain):
        return plain
    return uuid.uuid4().hex


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    match = request.resolver_match
    numbers = {
        name: str(value)
        for name, value in (match.kwargs if match else {}).items()
        if isinstance(value, int | uuid.UUID)
    }
    say = log.warning if response.status_code >= 400 else log.info
    say(
        "request",
        method=request.method,
        route=match.route if match else None,
        **numbers,
        status=response.status_code,
        ms=round(seconds * 1000),
    )


@receiver(user_logged_in)
def _signed_in(user: Any, **_: Any) -> None:
    bind_contextvars(user=user.pk)
    log.info("signed in")


@receiver(user_logged_out)
def _signed_out(user: Any, **_: Any) -> None:
    log.info("signed out", user=user.pk if user else None)


@receiver(user_login_failed)
def _refused(**_: Any) -> None:
    # Not the name that was tried: people type their password into the wrong box.
    log.warning("sign-in refused")

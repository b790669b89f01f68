"""Middleware around every request: an id, a line in the log, and headers of its answer."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, InterfaceError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from config import errors

HEADER = "X-Request-ID"

log = structlog.get_logger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


class RequestId:
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


class HeedScheme:
    """Read ``X-Forwarded-Proto`` in whatever case our proxy writes it: a scheme has none.

    Django compares it letter by letter. It would take ``HTTPS`` for a request without TLS, and lead
    each page to itself for ever.
    """

    NAME = "HTTP_X_FORWARDED_PROTO"

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the scheme in small letters."""
        if self.NAME in request.META:
            request.META[self.NAME] = request.META[self.NAME].lower()
        return self.get_response(request)


class Sessions(SessionMiddleware):
    """Sessions; that one can't be saved does not take back what was done.

    A page's acts are committed before its session is saved. Where the session was ended meanwhile
    or the database just went away, the person is still told what was kept.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Find the session by its cookie."""
        request.session = self.SessionStore(session_key(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session, which the answer needs only where somebody has just come in."""
        try:
            return super().process_response(request, response)
        except (DatabaseError, InterfaceError, SessionInterrupted) as error:
            if request.session.session_key != session_key(request):
                if away := errors.passing(error):  # to Django a session that was ended, too
                    raise away from away.__cause__
                raise
            log.warning("a session could not be saved", exc_info=True)
            return response


class CrossOriginResourcePolicy:
    """Let no other site's page load anything of this one's."""

    def __init__(self, get_response: Answer) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def arrived(request: HttpRequest) -> float:
    """When a request was there, by the monotonic clock, however long it waited for its turn."""
    moment: float = getattr(request, "scope", {}).get("arrived", time.monotonic())
    return moment


def request_id(proposed: str) -> str:
    """The id of a request: the proxy's where there is a trusted one, else a new one.

    Args:
        proposed: What the request brought in its header, perhaps nothing.

    """
    plain = proposed.lower().replace("-", "")
    if settings.BEHIND_PROXY and re.fullmatch("[0-9a-f]{32}", plain):
        return plain
    return uuid.uuid4().hex


def client_address(request: HttpRequest) -> str:
    """The address that a request comes from: one of IPv4 or IPv6, or nothing if that is not known.

    Behind our proxy it is the last one of ``X-Forwarded-For``, which the proxy put there. What can
    not be read is no address: the request goes on, since a proxy's mistake is nobody's crime.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY and "X-Forwarded-For" in request.headers:
        told = request.headers["X-Forwarded-For"].rpartition(",")[2]
    address = _address_in(told.strip())
    if told and not address and not getattr(request, "told_of_address", False):
        request.told_of_address = True  # type: ignore[attr-defined]
        log.warning("the client's address can not be read", proxy=settings.BEHIND_PROXY)
    return address


#: As some proxies write it: with a port, and then IPv6 in brackets.
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](:\d+)?|(?P<four>[\d.]+):\d+")


def _address_in(text: str) -> str:
    if match := _WITH_PORT.fullmatch(text):
        text = match["six"] or match["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])  # without the name of an interface
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def session_key(request: HttpRequest) -> str | None:
    """The session that a request names, where it can be one: else a cookie could break a query."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return key if re.fullmatch("[0-9a-z]{8,40}", key) else None


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

"""Sessions: how long a sign-in lasts, how recent it is, and on which devices."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
#: When the identity provider last made the person prove who they are, where it says so.
PROVED_AT = "proved_at"
#: Seconds between two notes of when a session was seen: no request but the first of each minute
#: costs a write.
NOTED_EVERY = 60

IDLE = "You were signed out because nothing happened for a while. Sign in to go on."
CLOSED = (
    "You were signed out because your account was closed. If that is wrong, ask an administrator."
)
ENDED = (
    "You were signed out: the session was ended by you on another device, by an administrator, or "
    "because it was over. Sign in to go on."
)
TOO_LONG = "You were signed out because you signed in more than 12 hours ago. Sign in to go on."


def begin(request: HttpRequest, **_: Any) -> None:
    """Note when somebody signed in. Receives Django's ``user_logged_in``.

    A provider may let somebody through whom it asked hours ago: then it is that moment that counts
    as their proof (``accounts/sign_in/single_sign_on.py`` notes it on the request).
    """
    now = int(time.time())
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = now
    request.session[PROVED_AT] = min(getattr(request, "proved_at", now), now)


def why_over(request: HttpRequest, *, now: int) -> str | None:
    """Why the session of this request is over, in words for the person; None if it goes on.

    Visiting officers wait in cars and lobbies with a phone of their own: they may be idle for as
    long as a session lasts at all; not so who does other work too, at a desk.
    """
    if now - request.session.get(SIGNED_IN_AT, now) >= settings.SESSION_COOKIE_AGE:
        return TOO_LONG
    idle = now - request.session.get(SEEN_AT, now)
    if idle >= settings.SESSION_IDLE_SECONDS and not _is_officer_only(request):
        return IDLE
    return None


def why_gone(request: HttpRequest) -> str | None:
    """Why somebody whose browser still brings a session is not signed in; None if it brings none.

    It may have been ended between two clicks, or in the midst of one.
    """
    if SESSION_KEY in request.session:
        return CLOSED
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.session_key is None:
        return ENDED
    return None


def _is_officer_only(request: HttpRequest) -> bool:
    assert isinstance(request.user, User)
    return set(request.user.groups.values_list("name", flat=True)) == {Role.VISITING_OFFICER}


def note(request: HttpRequest, *, now: int) -> None:
    """Note that the session is in use, at most once in :data:`NOTED_EVERY` seconds."""
    request.session.setdefault(SIGNED_IN_AT, now)
    if now - request.session.get(SEEN_AT, 0) >= NOTED_EVERY:
        request.session[SEEN_AT] = now
        rows = UserSession.objects.filter(
            session_key=request.session.session_key, user=request.user.pk
        )
        # allauth would read the row and its person before it writes all of it.
        if not rows.update(
            last_seen_at=timezone.now(),
            ip=get_adapter().get_client_ip(request),
            user_agent=request.headers.get("User-Agent", "")[:HTTP_USER_AGENT_MAX_LENGTH],
        ):
            UserSession.objects.create_from_request(request)


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the person proved who they are within ``ACCOUNT_REAUTHENTICATION_TIMEOUT``."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    proofs = [record["at"] for record in records if record.get("reauthenticated")]
    latest: float = max([request.session.get(PROVED_AT, 0), *proofs])
    return time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def end_all(person: User) -> None:
    """End every session of ``person`` now."""
    for session in UserSession.objects.filter(user=person):
        session.end()


def device(user_agent: str) -> str:
    """The browser and the device that a user agent names, such as "Chrome on Android"."""
    browser = _first(user_agent, BROWSERS) or "A browser"
    system = _first(user_agent, SYSTEMS)
    return f"{browser} on {system}" if system else browser


#: What a user agent contains → what people call it. The first that fits counts: Edge calls itself
#: Chrome too, and Chrome calls itself Safari.
BROWSERS = {
    "Edg": "Edge",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def _first(text: str, names: dict[str, str]) -> str:
    return next((name for part, name in names.items() if part in text), "")

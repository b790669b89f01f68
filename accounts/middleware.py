"""Middleware around every page: no copies, an end, a second factor, one transaction."""

import codecs
import time
import uuid
from collections.abc import Callable
from typing import Any, TypedDict

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from accounts.acts import kept_forms
from accounts.acts.form_pages import ASKS_WHERE, address_alone
from accounts.database import scope
from accounts.sign_in import second_factor, sessions
from accounts.sign_in.rate_limits import READS, address_of
from govuk import texts

SERVER_ERROR = 500  # HTTP's statuses from here on say that the server is at fault


class NoStore:
    """Tell browsers and proxies to keep no copy of a page that only this person may see.

    Without it *Back* shows a planned visit after its officer has signed out of a shared device.
    Static files never get here: WhiteNoise answers before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the header if somebody was or is now signed in."""
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


class TidyAddress:
    """Refuse control characters in a path, and drop them from the query and the cookies.

    Nobody types them, and no database, file or header takes all of them. Before the session is
    looked for: its key is a cookie. Nor is anything read in another encoding than our pages have:
    Python knows some that no text is in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; to a path that is none of ours with the page that says so."""
        if texts.has_controls(request.path_info):
            raise BadRequest("There is a control character in the address.")
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("What was sent is not in UTF-8.")
        request.GET = _without_hidden(request.GET)  # type: ignore[assignment]
        cookies = request.COOKIES.items()
        request.COOKIES = {k: v for k, v in cookies if not texts.has_controls(k + v)}
        return self.get_response(request)


class TidyForm:
    """Drop from a form what can't be seen, before a page looks at it; passwords stay as they are.

    Where texts are tidied for good is ``accounts/database/model_fields.py``; this is for all the
    rest that a form may hold, such as choices and numbers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on: whose form it is, and whether it is forged, is not known yet."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if request.method == "POST":
            request.POST = _without_hidden(request.POST)  # type: ignore[assignment]


def _without_hidden(sent: QueryDict) -> QueryDict:
    """``sent`` without the characters that can't be seen; the same object where there are none."""
    tidy = QueryDict(mutable=True, encoding=sent.encoding)
    changed = False
    for name, values in sent.lists():
        kept = values if "password" in name else [texts.without_hidden(value) for value in values]
        changed |= kept != values or texts.has_controls(name)
        tidy.setlist(texts.without_hidden(name), kept)
    tidy._mutable = False
    return tidy if changed else sent


class RequireSignIn(LoginRequiredMiddleware):
    """Send to sign in whoever is not signed in; what they had typed comes back afterwards."""

    def handle_no_permission(  # type: ignore[override]  # a redirect, or its address alone
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Keep the form, if it is one, and say so on the sign-in page."""
        gone = sessions.why_gone(request)
        if told := kept_forms.keep(request):
            messages.info(request, told)
        if gone:
            messages.info(request, gone)
        if request.method == "POST":
            page = kept_forms.page_of(request)
            response = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
            return address_alone(response) if ASKS_WHERE in request.headers else response
        return super().handle_no_permission(request, view_func)


#: How a page's script says that nobody did anything: it asks again and again by itself.
BY_ITSELF = "X-By-Itself"


class EndSessions:
    """Sign out whoever was idle or signed in for too long, and say so on the sign-in page.

    ``LoginRequiredMiddleware`` then sends them to sign in and back to where they were.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session, or note that it is in use, and go on.

        A page that asks by itself, such as for alarms, does not keep a session from being idle.
        """
        if request.user.is_authenticated:
            now = int(time.time())
            if reason := sessions.why_over(request, now=now):
                with scope.acting(request.user, **_asked_from(request)):
                    logout(request)
                messages.info(request, reason)
            elif BY_ITSELF not in request.headers:
                sessions.note(request, now=now)
        return self.get_response(request)


class RequireSecondFactor:
    """Let nobody without a second factor go further than to the pages where they set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on: the address is not resolved yet."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        """Send to the set-up whoever needs it; pages that need no sign-in stay open."""
        if not settings.MFA_REQUIRED or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if (match and second_factor.may_open(request, match.view_name)) or not getattr(
            view, "login_required", True
        ):
            return None
        if second_factor.is_shown(request):
            return None
        if BY_ITSELF in request.headers:  # no page to come back to
            return HttpResponse(status=204)
        set_up = reverse("accounts:second_factor")
        if request.htmx:  # type: ignore[attr-defined]  # put there by django-htmx
            return HttpResponseClientRedirect(set_up)
        second_factor.remember_where_to_go(request, came_with_form=bool(kept_forms.keep(request)))
        return redirect(set_up)


class ScopedTransaction:
    """One transaction for each request, in which PostgreSQL knows who asks.

    How it knows stands in ``accounts/database/scope.py``.

    Not Django's ``ATOMIC_REQUESTS``: that ends before a page is rendered, and pages ask for their
    rows while they are. A request that ends in an error leaves nothing behind.

    Nobody who is not signed in holds a transaction by looking at a page that tells them nothing
    (:func:`tells_nothing`), at one that only sends them to sign in, or at one that is not there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated and _is_told_nothing(request):
            return self.get_response(request)
        with scope.acting(request.user, **_asked_from(request)):
            response = self.get_response(request)
            if getattr(request, "takes_back", False) or response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember to take everything back, once the error's page is made."""
        request.takes_back = True  # type: ignore[attr-defined]


class AskedFrom(TypedDict):
    """What the record keeps of a request."""

    request_id: uuid.UUID
    address: str
    path: str


def _asked_from(request: HttpRequest) -> AskedFrom:
    return {
        "request_id": uuid.UUID(request.request_id),  # type: ignore[attr-defined]  # config/requests.py
        "address": address_of(request),
        # The link of an invitation holds a secret; whoever follows it is not signed in yet.
        "path": request.path if request.user.is_authenticated else "",
    }


def tells_nothing(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a view that shows whoever is not signed in the same page, whatever is on record."""
    view.tells_nothing = True  # type: ignore[attr-defined]
    return view


def _is_told_nothing(request: HttpRequest) -> bool:
    if request.method not in READS:
        return False
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return True
    return getattr(view, "login_required", True) or getattr(view, "tells_nothing", False)

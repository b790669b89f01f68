"""Whether a session has shown a second factor, and what may be opened without one."""

from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts.acts import kept_forms
from accounts.models import User

_ADDED = "second_factor_added"
_NEXT = "after_second_factor"

#: What somebody without a second factor needs to set one up, or to show the one they have.
SET_UP_PAGES = frozenset(
    {
        "accounts:second_factor",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
#: Where the first one is added. Whoever has one shows it before they add another.
ADDING_PAGES = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})


def may_open(request: HttpRequest, page: str) -> bool:
    """Whether ``page`` is there for somebody signed in who has not shown a second factor."""
    if page in ADDING_PAGES:
        return not is_mfa_enabled(cast(User, request.user))
    return page in SET_UP_PAGES


def is_shown(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor. Reads nothing but the session.

    A passkey counts as both factors: it is a device and what unlocks it. Single sign-on counts
    because the identity provider asks for its own (docs/operators.md tells forces to make it).
    """
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return _ADDED in request.session or any(
        record["method"] in ("mfa", "socialaccount") for record in records
    )


def note_added(request: HttpRequest, **_: Any) -> None:
    """Count a factor that was just set up as shown. Receives allauth's ``authenticator_added``."""
    request.session[_ADDED] = True


def remember_where_to_go(request: HttpRequest, *, came_with_form: bool = False) -> None:
    """Keep the page that was asked for, or whose form was sent, until the set-up is done."""
    if request.method == "GET" or came_with_form:
        request.session[_NEXT] = kept_forms.page_of(request)


def where_to_go(request: HttpRequest) -> str | None:
    """The page that was kept, once."""
    page: str | None = request.session.pop(_NEXT, None)
    return page

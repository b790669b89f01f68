"""Second factors: whose code it is, what a session has shown, what may be opened without one."""

import functools
from collections.abc import Callable, Iterable
from typing import Any, cast

import structlog
from allauth.account.authentication import get_authentication_records
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt, encrypt, is_mfa_enabled
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.acts import kept_forms
from accounts.models import User
from accounts.record.access_log import Act, record_act
from accounts.sign_in.once import use_up

log = structlog.get_logger(__name__)

_ADDED = "second_factor_added"
_NEXT = "after_second_factor"


class SecondStep(AuthenticateStage):
    """Ask for the second factor, unless the force's provider let the person in.

    The provider asks for a second factor of its own (docs/operators.md tells forces to make it).
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Ask for it. Go on without, and log that, only if every stored secret is unreadable."""
        if "sociallogin" in (self.login.signal_kwargs or {}):
            return None, True
        response, goes_on = super().handle()
        person = cast(User, self.login.user)
        if response is None and any(not is_readable(one) for one in _all(person)):
            record_act(Act.CAME_WITHOUT_FACTOR, by=person)
            log.warning("signed in without a second factor: its secret can't be read")
        return response, goes_on


# Codes ------------------------------------------------------------------------------------------


def accept_code(person: User, code: str) -> Authenticator | None:
    """The authenticator whose code this is; the code is used up. None if it is nobody's.

    A code of an app is good for a minute and a half, a recovery code for ever, and each once.
    """
    kinds = Authenticator.Type
    for authenticator in filter(is_readable, _all(person).exclude(type=kinds.WEBAUTHN)):
        if authenticator.type == kinds.TOTP:
            accepted = accept_app_code(person, decrypt(authenticator.data["secret"]), code)
        else:
            accepted = RecoveryCodes(authenticator).validate_code(code)
        if accepted:
            return authenticator
    return None


def accept_app_code(person: User, secret: str, code: str) -> bool:
    """Whether an app with this secret shows the code at this time, and nobody has used it yet."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return use_up("code of an app", f"{person.pk}:{secret}:{step}")
    return False


# Secrets that can't be read ---------------------------------------------------------------------


def is_readable(authenticator: Authenticator) -> bool:
    """Whether the key of this installation, or an earlier one, reads the secret.

    It does not once ``SECRET_KEY`` is another without the old one among the fallbacks.
    """
    secrets = [
        authenticator.data.get("secret"),
        authenticator.data.get("seed"),
        *authenticator.data.get("migrated_codes", ()),
    ]
    try:
        for secret in filter(None, secrets):
            decrypt(secret)
    except InvalidToken:
        return False
    return True


def is_there(person: User, types: Iterable[str] | None = None) -> bool:
    """Whether a person has a second factor (of these types) whose secret can be read."""
    found = _all(person)
    if types is not None:
        found = found.filter(type__in=types)
    return any(is_readable(authenticator) for authenticator in found)


def _all(person: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user_id=person.pk).order_by("pk")


def discard_unreadable(person: User) -> None:
    """Remove a person's second factors whose secrets can't be read, on record."""
    for authenticator in _all(person):
        if not is_readable(authenticator):
            kind = Authenticator.Type(authenticator.type).label
            authenticator.delete()
            record_act(
                Act.FACTOR_REMOVED, by=person, purpose=f"{kind}: the secret could not be read"
            )


@transaction.atomic
def reencrypt() -> tuple[int, int]:
    """Encrypt every secret with the ``SECRET_KEY`` of today.

    Returns:
        How many that were, and how many no key reads.

    """
    done = unreadable = 0
    for one in Authenticator.objects.select_for_update(no_key=True).order_by("pk"):
        if not is_readable(one):
            unreadable += 1
            continue
        for name in ("secret", "seed"):
            if name in one.data:
                one.data[name] = encrypt(decrypt(one.data[name]))
                done += 1
        if codes := one.data.get("migrated_codes"):
            one.data["migrated_codes"] = [encrypt(decrypt(code)) for code in codes]
        one.save(update_fields=["data"])
    return done, unreadable


def readable_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of one's second factors: those that can't be read are gone before it opens."""

    @functools.wraps(view)
    def opened(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated:
            discard_unreadable(request.user)
        return view(request, *args, **kwargs)

    return opened


# What a session has shown -----------------------------------------------------------------------

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

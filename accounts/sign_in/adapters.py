"""Adapters of allauth: our rules for accounts and for second factors.

Where allauth's methods take any kind of user, ours is always :class:`accounts.models.User`.
"""

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import rights
from accounts.models import User
from accounts.sign_in import second_factor, sessions
from config.requests import client_address

#: How an address is written where there is none and one has to be.
NO_ADDRESS = "0.0.0.0"  # noqa: S104 (nothing is bound to it)
ONLY_THE_FORCE = "Sign in with your force’s account: this account has no password of its own."


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; some people sign in with the force's account only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": (
            "The username and password do not match. Check both and try again."
        ),
        "too_many_login_attempts": (
            "There were too many tries. Wait five minutes, then try again. "
            "If you forgot your password, you can set a new one."
        ),
        "rate_limited": "There were too many tries. Wait five minutes, then try again.",
        "incorrect_password": "This is not your password. Try again.",
        "enter_current_password": "This is not your current password. Try again.",
        "incorrect_code": "This code is not right. Enter the one that is shown now.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator invites people."""
        return False

    def pre_login(
        self,
        request: HttpRequest,
        user: Any,
        *,
        signal_kwargs: dict[str, Any] | None,
        **kwargs: Any,
    ) -> HttpResponse | None:
        """Refuse passwords and passkeys of people who sign in with the force's account.

        Otherwise somebody who left the force could go on with a passkey made here.
        """
        by_force = "sociallogin" in (signal_kwargs or {})
        if not by_force and user.signs_in_with_force:
            messages.error(request, ONLY_THE_FORCE)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(
            request, user, signal_kwargs=signal_kwargs, **kwargs
        )
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether allauth's sensitive pages ask again: not right after signing in."""
        return not sessions.signed_in_recently(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """How this person can prove again who they are, the first being offered first."""
        if isinstance(user, User) and user.signs_in_with_force:
            url = reverse("accounts:sign_in_again")
            return [{"id": "force", "description": settings.OIDC_NAME, "url": url}]
        words = {
            "reauthenticate": "Use your password",
            "mfa_reauthenticate": "Use a code",
            "mfa_reauthenticate:webauthn": "Use a passkey",
        }
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": words[method["id"]]} for method in methods]

    def get_login_stages(self) -> list[str]:
        """The steps of signing in, with our own second one."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "accounts.sign_in.second_factor.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to *Your account*."""
        return reverse("mfa_index")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, as allauth counts it and lists it among the sessions."""
        return client_address(request) or NO_ADDRESS

    def send_password_reset_mail(self, user: Any, email: str, context: Any) -> None:
        """Leave the message to a worker, so that an unknown address is answered as quickly."""
        rights.ask_for_link(user)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are stored encrypted, and the last second factor stays where one is required."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": (
            "This is your only second step. Add another one first, then remove this one."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether another second factor remains, or this person needs none here."""
        if not settings.MFA_REQUIRED or authenticator.user.signs_in_with_force:
            return True
        others = (
            Authenticator.objects.filter(user_id=authenticator.user_id)
            .exclude(pk=authenticator.pk)
            .exclude(type=Authenticator.Type.RECOVERY_CODES)
        )
        return any(map(second_factor.is_readable, others))

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Whether a person has a second factor; one that can't be read any more is none."""
        return isinstance(user, User) and second_factor.is_there(user, types)

    def generate_authenticator_name(
        self,
        user: Any,
        type: Authenticator.Type,  # noqa: A002 (allauth's name)
    ) -> str:
        """The name that a new passkey has until its owner gives it another."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who we are to a device that keeps a passkey."""
        host = urlsplit(settings.SITE_URL).hostname or ""
        return {"id": host, "name": settings.MFA_TOTP_ISSUER}

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database, so that a copy of it signs nobody in."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()


def _keys() -> MultiFernet:
    """Made from ``SECRET_KEY`` and those before it, for this one use."""
    return MultiFernet(
        [
            Fernet(
                base64.urlsafe_b64encode(hashlib.sha256(f"second factor:{key}".encode()).digest())
            )
            for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        ]
    )

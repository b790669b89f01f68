"""Single sign-on: what the force's identity provider says decides who may come in, and as what."""

import logging
from typing import Any, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import actions, sessions
from accounts.claims import Access, access_of, groups_in
from accounts.models import User

logger = logging.getLogger(__name__)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the provider gives a role here, and refuses everybody else kindly.

    After the first time a person is known by the provider's subject. The first time, an account
    that has their email address is taken over only if that address is proven: the provider says so
    (``email_verified``) or the force vouches for it (``OIDC_EMAIL_TRUSTED``). Its password goes.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whoever the provider gives a role has an account made for them."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bring a known person's access up to date, or refuse.

        Raises:
            ImmediateHttpResponse: the page that says why this person can't sign in.

        """
        asked_at = sociallogin.account.extra_data.get("id_token", {}).get("auth_time")
        if isinstance(asked_at, int):
            request.proved_at = asked_at  # type: ignore[attr-defined]  # read by sessions.begin
        access = _access(sociallogin)
        user = cast(User, sociallogin.user)
        person = user if sociallogin.is_existing else None
        linked = sociallogin.account.pk is not None
        # A known person may lose all; an account merely found by its address stays as it is.
        if person and (access.roles or linked):
            actions.set_access(person=person, access=access)
        if not access.roles:
            if linked:
                sessions.end_all(user)
            raise ImmediateHttpResponse(refused(request, "no_role"))
        if person is None:
            if not user.email:
                raise ImmediateHttpResponse(refused(request, "no_email"))
            if User.objects.filter(email__iexact=user.email).exists():
                raise ImmediateHttpResponse(refused(request, "email_taken"))

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account of somebody who comes for the first time."""
        person: User = super().save_user(request, sociallogin, form)
        actions.set_access(person=person, access=_access(sociallogin))
        return person

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Say that it did not work, and what to do.

        Raises:
            ImmediateHttpResponse: always, with that page.

        """
        logger.warning("Single sign-on was not completed: %s %s", error, type(exception).__name__)
        raise ImmediateHttpResponse(refused(request, "not_completed"))


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """The page that says why somebody can't sign in with the force's account."""
    return render(request, "accounts/sign_in_refused.html", {"reason": reason}, status=403)


def _access(sociallogin: SocialLogin) -> Access:
    data = sociallogin.account.extra_data
    # The signed token counts most: some providers put the groups into it alone.
    claims = data.get("userinfo", {}) | data.get("id_token", {})
    groups = groups_in(claims, claim=settings.OIDC_GROUPS_CLAIM)
    return access_of(groups, roles=settings.OIDC_ROLES, units=settings.OIDC_UNITS)

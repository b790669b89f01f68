"""Single sign-on: what the force's identity provider says decides who may come in, and as what."""

import logging
import time
from typing import Any, cast

from allauth.account.internal.emailkit import valid_email_or_none
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import rights
from accounts.database.locks import one_at_a_time
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.sign_in import actions, sessions
from accounts.sign_in.groups import Access, access_of, groups_in, is_true, moment_in, text_in
from accounts.sign_in.provider import FAULTS_OF_THE_PROVIDER, Adapter, refuse_faults

logger = logging.getLogger(__name__)

EMAIL = 254  # characters that an address may have


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
        proved_at = moment_in(_claims(sociallogin), claim="auth_time", now=int(time.time()))
        if proved_at is not None:
            request.proved_at = proved_at  # type: ignore[attr-defined]  # read by sessions.begin
        if not sociallogin.is_existing:
            # Of two who come for the first time at once with one account, the second is known.
            one_at_a_time("accounts.people")
            sociallogin.lookup()
        access = _access(sociallogin)
        user = cast(User, sociallogin.user)
        person = user if sociallogin.is_existing else None
        linked = sociallogin.account.pk is not None
        # A known person may lose all; an account merely found by its address stays as it is.
        if person and (access.roles or linked):
            rights.set_by_system(
                person=person, access=access, by=settings.OIDC_NAME, on=duty_day(timezone.now())
            )
        if not access.roles:
            if linked:
                sessions.end_all(user)
            raise ImmediateHttpResponse(refused(request, "no_role"))
        if person is None:
            if not user.email:
                raise ImmediateHttpResponse(refused(request, "no_email"))
            if other := User.objects.filter(email__iexact=user.email).first():
                reason = "another_subject" if other.socialaccount_set.exists() else "email_taken"
                raise ImmediateHttpResponse(refused(request, reason))
        else:
            actions.take_over_details(person=person, details=_details(sociallogin))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account that has this person's proven address and is nobody's at the provider yet.

        An address that an administrator gave and its owner has not confirmed leads to no account:
        whoever gave it could choose one of their own and so become the other person.
        Two who come for the first time at once with one address wait for each other here.
        """
        found = super().authenticate_by_email(sociallogin)
        if not found:
            return None
        person, address = found
        vouched_for = self.is_email_verified(sociallogin.provider, address)
        if not vouched_for and not is_true(_claims(sociallogin), claim="email_verified"):
            return None
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if person.socialaccount_set.exists() or person.address_given_by_id is not None:
            return None
        return person, address

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Fill in a new account, as far as the provider's words are words and fit."""
        words = {claim: text_in(data, claim=claim) for claim in data}
        words["email"] = text_in(data, claim="email", longest=EMAIL)
        return super().populate_user(request, sociallogin, words)

    def get_provider(self, *args: Any, **kwargs: Any) -> Any:
        """The provider, asked in our way (``accounts/sign_in/provider.py``)."""
        provider = super().get_provider(*args, **kwargs)
        provider.oauth2_adapter_class = Adapter
        return provider

    def get_requests_session(self) -> Any:
        """What the provider is asked with: it waits for ``SOCIALACCOUNT_REQUESTS_TIMEOUT``."""
        session = super().get_requests_session()  # type: ignore[no-untyped-call]  # allauth's
        session.hooks["response"].append(refuse_faults)
        return session

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account of somebody who comes for the first time."""
        person: User = super().save_user(request, sociallogin, form)
        rights.set_by_system(
            person=person,
            access=_access(sociallogin),
            by=settings.OIDC_NAME,
            on=duty_day(timezone.now()),
        )
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
        if isinstance(exception, FAULTS_OF_THE_PROVIDER):
            raise ImmediateHttpResponse(unavailable(request, exception))
        logger.warning("Single sign-on was not completed: %s %s", error, type(exception).__name__)
        raise ImmediateHttpResponse(refused(request, "not_completed"))


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """The page that says why somebody can't sign in with the force's account."""
    return render(request, "accounts/sign_in/sign_in_refused.html", {"reason": reason}, status=403)


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page that says that the provider does not answer, and what else can be done."""
    logger.warning("The identity provider does not answer as it should: %s", type(error).__name__)
    passwords = settings.LOCAL_PASSWORDS
    context = {"reason": "unavailable", "passwords": passwords, "name": settings.OIDC_NAME}
    response = render(request, "accounts/sign_in/sign_in_refused.html", context, status=503)
    response["Retry-After"] = "60"
    return response


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    data: dict[str, dict[str, Any]] = sociallogin.account.extra_data
    # The signed token counts most: some providers put the groups into it alone.
    return data.get("userinfo", {}) | data.get("id_token", {})


def _details(sociallogin: SocialLogin) -> dict[str, str]:
    """The name and the address that the provider has, where it says them."""
    claims = _claims(sociallogin)
    told = {
        "first_name": text_in(claims, claim="given_name"),
        "last_name": text_in(claims, claim="family_name"),
        "email": valid_email_or_none(text_in(claims, claim="email", longest=EMAIL)),
    }
    return {field: word for field, word in told.items() if word}


def _access(sociallogin: SocialLogin) -> Access:
    groups = groups_in(_claims(sociallogin), claim=settings.OIDC_GROUPS_CLAIM)
    return access_of(groups, roles=settings.OIDC_ROLES, units=settings.OIDC_UNITS)

"""Signals of allauth, by which each sign-in, sign-out and refusal goes on record."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from allauth.socialaccount.signals import social_account_added
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.record.access_log import Act, record_act


@receiver(user_logged_in)
def signed_in(user: Any, **_: Any) -> None:
    """Somebody came in."""
    record_act(Act.SIGNED_IN, by=user)


@receiver(user_logged_out)
def signed_out(user: Any, **_: Any) -> None:
    """Somebody left; Django sends this for somebody who was not signed in, too."""
    if user:
        record_act(Act.SIGNED_OUT, by=user)


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], **_: Any) -> None:
    """A sign-in was refused. What was typed is not kept: people type passwords into the name."""
    name = credentials.get("username") or ""
    account = get_user_model().objects.filter(username__iexact=name).first()
    record_act(Act.SIGN_IN_REFUSED, by=account)


@receiver(authentication_failed)
def refused_at_the_second_step(user: Any, authenticator: Authenticator, **_: Any) -> None:
    """The password was right, the code or passkey was not."""
    record_act(Act.SIGN_IN_REFUSED, by=user, purpose=_kind(authenticator))


@receiver([authenticator_added, authenticator_reset])
def factor_added(user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Somebody set up a second factor, or new recovery codes."""
    record_act(Act.FACTOR_ADDED, by=user, purpose=_kind(authenticator))


@receiver(authenticator_removed)
def factor_removed(user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Somebody gave one up."""
    record_act(Act.FACTOR_REMOVED, by=user, purpose=_kind(authenticator))


@receiver([password_set, password_changed, password_reset])
def password_is_new(user: Any, **_: Any) -> None:
    """Somebody set a new password."""
    record_act(Act.PASSWORD_CHANGED, by=user)


@receiver(social_account_added)
def account_linked(sociallogin: Any, **_: Any) -> None:
    """An account is from now on the one of the identity provider."""
    record_act(Act.ACCOUNT_LINKED, by=sociallogin.user)


@receiver(post_delete, sender=UserSession)
def session_ended(instance: UserSession, **_: Any) -> None:
    """A session ended: by the person, by an administrator, or because it was over."""
    record_act(Act.SESSION_ENDED, by=instance.user)


def _kind(authenticator: Authenticator) -> str:
    return str(Authenticator.Type(authenticator.type).label)

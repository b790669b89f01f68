"""Puts on record who signs in and out, and whoever is refused."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from accounts.access_log import Act, record_act


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

"""The messages that bring a person in: an invitation, or a link to set a new password."""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from accounts.passwords import RESET_HOLDS, PasswordLinks


def compose(person: User) -> EmailMessage:
    """The message for ``person``, which depends on how they sign in.

    Whoever has no password yet is invited; whoever has one gets a link to replace it; whoever
    signs in with the force's account is told so, and gets no link.
    """
    links = PasswordLinks().make_token(person)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": links},
    )
    text = render_to_string(
        "accounts/mail/password_link.txt",
        {
            "person": person,
            "by_force": person.signs_in_with_force,
            "invited": not person.has_usable_password(),
            "link": settings.SITE_URL + path,
            "site": settings.SITE_URL,
            "force_account": settings.OIDC_NAME,
            "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
            "minutes": RESET_HOLDS // 60,
        },
    )
    subject, _, body = text.strip().partition("\n")
    return EmailMessage(subject, body.strip() + "\n", to=[person.email])

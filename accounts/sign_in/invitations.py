"""The letters that bring a person in: an invitation, or a link to set a new password."""

import datetime as dt
from collections.abc import Sequence

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.models import User
from accounts.sign_in.passwords import RESET_HOLDS, PasswordLinks
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message, MessageQuerySet

#: The letter's name, as ``AccountsConfig.letters`` has it.
LETTER = "password_link"


def send(person: User) -> None:
    """Decide that ``person`` gets their way in by mail."""
    outbox.write(letter=LETTER, about=str(person.pk), to=person.email, lane=Lane.ACCOUNT)


def messages_to(person: User) -> MessageQuerySet:
    """All messages about the account of ``person``, the newest first."""
    theirs = Q(letter=LETTER, about=str(person.pk)) | Q(address__iexact=person.email)
    return Message.objects.filter(theirs, lane=Lane.ACCOUNT)


def last_state() -> Subquery:
    """For a query of people: what became of the last letter that was decided for each."""
    letters = Message.objects.filter(
        letter=LETTER, about=Cast(OuterRef("pk"), CharField())
    ).order_by("-decided_at", "-pk")
    return Subquery(letters.values("state")[:1])


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write letters when they are sent: their links are made now, so they hold from now on."""
    people = User.objects.in_bulk([int(message.about) for message in messages])
    return {message.pk: _write_to(people.get(int(message.about))) for message in messages}


def _write_to(person: User | None) -> Written:
    if person is None or not person.is_active:
        return NotNeeded("The account was closed before it went out")
    if person.address_given_by_id is not None:  # changed since; a second person has it sent anew
        return NotNeeded("The address was changed before it went out")
    return compose(person)


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
    subject, text = subject_and_text(
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
    return EmailMessage(subject, text, to=[person.email])

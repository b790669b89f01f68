"""Acts of administrators and the identity provider on accounts."""

import datetime as dt

import structlog
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from accounts.access import rights
from accounts.access.requests import Right
from accounts.access.rights import Rights
from accounts.acts import work
from accounts.acts.refusals import refuse
from accounts.database import scope
from accounts.models import User
from accounts.record.access_log import Act, record_act
from accounts.sign_in import sessions
from govuk.telephones import NOT_A_NUMBER, normal
from govuk.texts import one_line

log = structlog.get_logger(__name__)


@transaction.atomic
def invite(*, person: User, by: User, on: dt.date, wanted: Rights | None = None) -> list[Right]:
    """Save a new account without a password and send its owner the way in.

    Args:
        person: The account, not saved yet.
        by: The administrator who invites.
        on: The duty day.
        wanted: What the person is to have.

    Returns:
        What of it waits for a second person.

    Raises:
        Refused: ``by`` may not give that; with the sentences that say why.

    """
    rights.require_administrator(by)
    person.set_unusable_password()
    person.save()
    waits = rights.change(person=person, wanted=wanted, by=by, on=on) if wanted else []
    send_password_link(person=person, by=by)
    return waits


def send_password_link(*, person: User, by: User) -> bool:
    """Send (again) the link by which ``person`` sets their own password.

    Returns:
        Whether it went out; else it waits for a second person (``rights.send_link``).

    """
    return rights.send_link(person=person, by=by)


@transaction.atomic
def close_account(*, person: User, by: User, on: dt.date, to: User | None = None) -> None:
    """Let somebody who left sign in no more, and end all their sessions now.

    Their acts stay on record, so the account is kept. What they have in hand on the day ``on`` goes
    to ``to``.

    Raises:
        PermissionDenied: ``by`` is no administrator.
        Refused: it is their own, they are looked after by others, or have something in hand
            that nobody, or not this person, takes over.

    """
    rights.require_looking_after(person, by=by)
    if person.pk == by.pk:
        raise refuse("", "Another administrator closes your account.")
    with work.changing(person, to=to, on=on):
        record_act(Act.ACCOUNT_CLOSED, by=by, about=person)
        User.objects.filter(pk=person.pk).update(is_active=False, telephone="")
    person.is_active, person.telephone = False, ""
    sessions.end_all(person)


@transaction.atomic
def change_telephone(*, person: User, telephone: str, by: User) -> None:
    """Give ``person`` another telephone number, or none.

    Raises:
        PermissionDenied: it is somebody else's, and ``by`` is no administrator.
        Refused: the person is looked after by others, the account is closed, or it is no number.

    """
    if by.pk != person.pk or not by.is_active:
        rights.require_looking_after(person, by=by)
    number = normal(one_line(telephone)) if telephone.strip() else ""
    if number is None:
        raise refuse("telephone", NOT_A_NUMBER)
    held = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if number and not held.is_active:
        raise refuse("telephone", "A closed account keeps no telephone number.")
    held.telephone = person.telephone = number
    held.save(update_fields=["telephone"])


@transaction.atomic
def remove_second_factors(*, person: User, by: User | None) -> None:
    """Help somebody who lost their phone and their recovery codes.

    Their sessions end too, and at the next sign-in they set up a new second step.

    Args:
        person: Who lost them.
        by: The administrator who helps; None for the operator at the server.

    """
    if by is not None:
        rights.require_looking_after(person, by=by)
    record_act(Act.FACTORS_TAKEN, by=by, about=person)
    Authenticator.objects.filter(user=person).delete()
    sessions.end_all(person)


def take_over_details(*, person: User, details: dict[str, str]) -> None:
    """Take over the name and the address that the identity provider has for ``person``, on record.

    An address that another account has is left: an administrator sees in the log whose it is.
    """
    new = {field: word for field, word in details.items() if getattr(person, field) != word}
    if "email" in new and new["email"].lower() == person.email.lower():
        del new["email"]
    if not new:
        return
    scope.set_reason("The force’s account says so")
    try:
        with transaction.atomic():
            User.objects.filter(pk=person.pk).update(**new)
    except IntegrityError:
        log.warning("the provider's address for this account is another account's", user=person.pk)
        new.pop("email")
        User.objects.filter(pk=person.pk).update(**new)
    old = person.email
    person.refresh_from_db(fields=list(details))
    rights.tell_old_address(person, old=old)


@transaction.atomic
def unlink(*, person: User, by: User) -> None:
    """Let the next account at the provider with this person's proven address take the old's place.

    For somebody to whom the force gave a new account. Their sessions end.
    """
    rights.require_looking_after(person, by=by)
    record_act(Act.ACCOUNT_UNLINKED, by=by, about=person)
    person.socialaccount_set.all().delete()
    sessions.end_all(person)

"""What administrators and the identity provider do to the accounts of people."""

import structlog
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts import invitations, scope, sessions
from accounts.access_log import Act, record_act
from accounts.claims import Access
from accounts.models import User
from accounts.roles import Role

log = structlog.get_logger(__name__)


@transaction.atomic
def invite(*, person: User, by: User) -> None:
    """Save a new account without a password and send its owner the way in.

    Args:
        person: The account, not saved yet.
        by: The administrator who invites.

    """
    person.set_unusable_password()
    person.save()
    send_password_link(person=person, by=by)


@transaction.atomic
def send_password_link(*, person: User, by: User) -> None:
    """Send (again) the link by which ``person`` sets their own password: nobody else knows it."""
    record_act(Act.LINK_SENT, by=by, about=person)
    invitations.send(person)


@transaction.atomic
def close_account(*, person: User, by: User) -> None:
    """Let somebody who left sign in no more, and end all their sessions now.

    Their acts stay on record, so the account is kept.
    """
    record_act(Act.ACCOUNT_CLOSED, by=by, about=person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    sessions.end_all(person)


@transaction.atomic
def remove_second_factors(*, person: User, by: User) -> None:
    """Help somebody who lost their phone and their recovery codes.

    Their sessions end too, and at the next sign-in they set up a new second step.
    """
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
    scope.because("The force’s account says so")
    try:
        with transaction.atomic():
            User.objects.filter(pk=person.pk).update(**new)
    except IntegrityError:
        log.warning("the provider's address for this account is another account's", user=person.pk)
        new.pop("email")
        User.objects.filter(pk=person.pk).update(**new)
    person.refresh_from_db(fields=list(details))


@transaction.atomic
def set_access(*, person: User, access: Access) -> None:
    """Give ``person`` just the roles and command units that the identity provider says.

    What was taken away there is taken away here. A code that no command unit has gives nothing.
    """
    person.groups.set(Group.objects.filter(name__in=access.roles))
    units = person.command_units.model  # accounts imports nothing of venues
    person.command_units.set(units.objects.filter(code__in=access.units))
    person.whole_force = access.whole_force
    person.is_staff = Role.ADMINISTRATOR in access.roles
    person.save(update_fields=["whole_force", "is_staff"])

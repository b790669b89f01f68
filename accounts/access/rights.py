"""Roles and command units of people: the one act that gives them, whatever page calls it.

Nobody gives more than they have, nobody gives themselves anything, and what opens covert visits or
the whole force needs a second person (``accounts/access/requests.py``). The identity provider and
the operator at the server are not persons of this service: they act as the system.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.access.requests import ROLES, AccessRequest, Right
from accounts.acts import refusals, work
from accounts.acts.refusals import Problem, Refused
from accounts.database import scope
from accounts.database.locks import one_at_a_time
from accounts.models import User
from accounts.record.access_log import Act, record_act
from accounts.roles import DECIDE_ACCESS, Role
from accounts.sign_in import invitations
from accounts.sign_in.groups import Access
from outbox.letters import subject_and_text

OWN = "Nobody changes their own roles, command units or sight of the whole force."
NOT_YOURS = "Somebody who works for other command units than yours, or for the whole force, is "
NOT_YOURS += "looked after by an administrator of those."
OTHER_UNITS = "You can give and take only command units that you work for yourself."
WHOLE_FORCE = "Only somebody who sees the whole force can give that."
LOOK_AFTER = "accounts.change_user"


@dataclass(frozen=True)
class Rights:
    """What somebody may do and see here."""

    roles: frozenset[str]
    units: frozenset[int]
    """Keys of command units."""
    whole_force: bool

    @classmethod
    def of(cls, person: User) -> "Rights":
        """What ``person`` has now."""
        if person._state.adding:
            return cls(frozenset(), frozenset(), whole_force=False)
        return cls(
            frozenset(person.groups.values_list("name", flat=True)),
            units_of(person),
            User.objects.values_list("whole_force", flat=True).get(pk=person.pk),
        )


def units_of(person: User) -> frozenset[int]:
    """The keys of the command units that ``person`` works for."""
    return frozenset(person.command_units.values_list("pk", flat=True))


def looks_after(by: User, person: User) -> bool:
    """Whether the administrator ``by`` has all command units that ``person`` has."""
    if by.whole_force or person._state.adding:
        return True
    return not person.whole_force and units_of(person) <= units_of(by)


def require_administrator(by: User) -> None:
    """Refuse an act on an account to whoever looks after none.

    Raises:
        PermissionDenied: ``by`` is no administrator.

    """
    if not by.has_perm(LOOK_AFTER):
        raise PermissionDenied


def require_looking_after(person: User, *, by: User) -> None:
    """Refuse an act on an account to an administrator of other command units.

    Raises:
        PermissionDenied: ``by`` is no administrator.
        Refused: of other units; with the sentence that says so.

    """
    require_administrator(by)
    if not looks_after(by, person):
        raise refusals.refuse("", NOT_YOURS)


def problems(*, person: User, wanted: Rights, by: User) -> Iterator[str]:
    """Why ``by`` may not give ``person`` just these rights, each in a sentence."""
    has = Rights.of(person)
    if wanted == has:
        return
    if by.pk == person.pk:
        yield OWN
        return
    if (wanted.roles, wanted.whole_force) != (has.roles, has.whole_force) and not looks_after(
        by, person
    ):
        yield NOT_YOURS
    if not by.whole_force and not (wanted.units ^ has.units) <= units_of(by):
        yield OTHER_UNITS
    if wanted.whole_force and not has.whole_force and not by.whole_force:
        yield WHOLE_FORCE


@transaction.atomic
def change(
    *, person: User, wanted: Rights, by: User, on: dt.date, to: User | None = None
) -> list[Right]:
    """Give and take, so that ``person`` has just the ``wanted`` rights.

    What waits for a second person goes on waiting: this administrator may not know of it.
    It is taken back by name (:func:`refuse`). What they have in hand and can't see to without the
    rights that go, ``to`` takes over.

    Returns:
        What waits for a second person.

    Raises:
        PermissionDenied: ``by`` looks after no accounts.
        Refused: with the sentences that say why not; about ``taken_over_by`` where nobody,
            or not this person, takes over.

    """
    require_administrator(by)
    one_at_a_time("accounts.people")
    if told := list(problems(person=person, wanted=wanted, by=by)):
        raise Refused(Problem("", sentence) for sentence in told)
    has = Rights.of(person)
    waits = [ROLES[Role(name)] for name in sorted(wanted.roles - has.roles) if name in ROLES]
    if wanted.whole_force and not has.whole_force:
        waits.append(Right.WHOLE_FORCE)
    now = Rights(
        wanted.roles - {right.value for right in waits},
        wanted.units,
        wanted.whole_force and Right.WHOLE_FORCE not in waits,
    )
    with work.changing(person, to=to, on=on):
        _apply(person, now, has=has)
    for right in waits:
        _ask_second_person(person, right, by=by)
    _tell_leads(person, has=has, by=str(by))
    return waits


@transaction.atomic
def set_by_system(*, person: User, access: Access, by: str, on: dt.date) -> None:
    """Give ``person`` just the roles and command units that somebody outside says.

    What was taken away there is taken away here. A code that no command unit has gives nothing.
    Nobody can be asked who takes over what they had in hand: a rule says, or it stays, marked.

    Args:
        person: Whose rights they are.
        access: What they are to be.
        by: The identity provider or the operator, for the leads.
        on: The duty day.

    """
    has = Rights.of(person)
    units = person.command_units.model.objects.filter(code__in=access.units)
    given = frozenset(units.values_list("pk", flat=True))
    # Whoever is signed in may be proving anew who they are.
    with scope.as_system(by), work.changing_by_rule(person, on=on):
        _apply(person, Rights(access.roles, given, access.whole_force), has=has)
    _tell_leads(person, has=has, by=by)


def _apply(person: User, rights: Rights, *, has: Rights) -> None:
    groups = {group.name: group for group in Group.objects.all()}
    person.groups.remove(*(groups[name] for name in has.roles - rights.roles))
    person.groups.add(*(groups[name] for name in rights.roles - has.roles))
    person.command_units.remove(*(has.units - rights.units))
    person.command_units.add(*(rights.units - has.units))
    person.whole_force = rights.whole_force
    person.is_staff = Role.ADMINISTRATOR in rights.roles
    person.save(update_fields=["whole_force", "is_staff"])


# The second person ------------------------------------------------------------------------------


def _ask_second_person(person: User, right: Right, *, by: User) -> None:
    _, new = AccessRequest.objects.get_or_create(
        person=person,
        right=right,
        decided_at=None,
        defaults={"asked_by": by, "address": person.email},
    )
    if new:
        _write(
            deciders(person).exclude(pk=by.pk),
            "accounts/mail/second_person.txt",
            {"link": settings.SITE_URL + reverse("accounts:access_requests")},
        )


def deciders(person: User) -> Any:
    """Who could be the second person for a right of ``person``; the act asks more."""
    return (
        User.objects.filter(is_active=True)
        .filter(
            Q(groups__name=Role.ADMINISTRATOR) | Q(groups__name=Role.CSE_LEAD, whole_force=True)
        )
        .exclude(pk=person.pk)
        .distinct()
    )


def decides(by: User) -> bool:
    """Whether ``by`` could be the second person for anybody."""
    return by.has_perm(DECIDE_ACCESS) and (by.whole_force or by.has_perm(LOOK_AFTER))


def why_not(request: AccessRequest, *, by: User) -> str:
    """Why ``by`` is not the second person for this request; empty if they may be."""
    whole_force_right = request.right == Right.WHOLE_FORCE
    if not decides(by):
        return "This is for administrators, and for leads who see the whole force."
    if by.pk == request.asked_by_id:
        return "You asked for this yourself: somebody else decides."
    if by.pk == request.person_id:
        return "This is about yourself: somebody else decides."
    if not request.person.is_active:
        return "The person’s account was closed since. Refuse it."
    if request.right != Right.LINK and not _is_administrator(request.asked_by):
        return "Whoever asked for this is no administrator any more. Refuse it; ask anew."
    if request.right == Right.LINK and by.pk == request.person.address_given_by_id:
        return "You gave the address that the link would go to: somebody else decides."
    if not looks_after(by, request.person) or (whole_force_right and not by.whole_force):
        return NOT_YOURS
    if request.right != Right.LINK and request.person.email != request.address:
        return "The person’s address was changed since this was asked for. Refuse it; ask anew."
    return ""


def _is_administrator(person: User) -> bool:
    """Whether somebody looks after accounts; reads ``groups``, which a list fetches."""
    return person.is_active and any(
        group.name == Role.ADMINISTRATOR for group in person.groups.all()
    )


@transaction.atomic
def approve(*, request: AccessRequest, by: User) -> None:
    """Be the second person: the right holds from now on. Of two at once, one gives it.

    Raises:
        Refused: it was decided before, or ``by`` may not; with the sentence that says so.

    """
    one_at_a_time("accounts.people")
    request = _undecided(request)
    person = request.person
    if told := why_not(request, by=by):
        raise refusals.refuse("", told)
    _decide(request, by=by, approved=True)
    if request.right == Right.LINK:
        _send_link(person, by=by)
        return
    has = Rights.of(person)
    roles = has.roles | ({request.right} if request.right in ROLES else set())
    whole_force = has.whole_force or request.right == Right.WHOLE_FORCE
    _apply(person, Rights(roles, has.units, whole_force), has=has)
    _tell_leads(person, has=has, by=f"{request.asked_by} and {by}")


@transaction.atomic
def refuse(*, request: AccessRequest, by: User) -> None:
    """Say no to a request, or take one's own back.

    Raises:
        Refused: it was decided before, or ``by`` may not; with the sentence that says so.

    """
    request = _undecided(request)
    if by.pk != request.asked_by_id and (
        not by.has_perm(DECIDE_ACCESS) or not looks_after(by, request.person)
    ):
        raise refusals.refuse("", NOT_YOURS)
    _decide(request, by=by, approved=False)


def _undecided(request: AccessRequest) -> AccessRequest:
    locked = AccessRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if locked.decided_at:
        done = "given" if locked.approved else "refused"
        raise refusals.refuse("", f"{locked.decided_by} has decided this already: it was {done}.")
    return locked


def _decide(request: AccessRequest, *, by: User, approved: bool) -> None:
    AccessRequest.objects.filter(pk=request.pk).update(
        decided_by=by, decided_at=Now(), approved=approved
    )


# Addresses and links ----------------------------------------------------------------------------


@transaction.atomic
def change_address(*, person: User, address: str, by: User) -> None:
    """Give an account another address; the old one is told.

    Until a second person agrees no link to set a password goes there: whoever reads the new
    address could take the account over. An invitation that nobody used, to an account that opens
    nothing covert, is merely put right.

    Raises:
        Refused: the person is looked after by others.

    """
    old = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if old.email == address:
        return
    if by.pk != person.pk:
        require_looking_after(person, by=by)
    used = old.last_login is not None or old.has_usable_password()
    weighty = old.whole_force or old.groups.filter(name__in=list(ROLES)).exists()
    person.email = address
    person.address_given_by = by if used or weighty or _waits(person) else None
    person.save(update_fields=["email", "address_given_by"])
    tell_old_address(person, old=old.email)


def tell_old_address(person: User, *, old: str) -> None:
    """Tell the address that a person's messages went to until now."""
    if old and old.lower() != person.email.lower():
        _mail([old], "accounts/mail/address_changed.txt", {"person": person})


@transaction.atomic
def send_link(*, person: User, by: User) -> bool:
    """Send the link by which ``person`` sets their own password: nobody else knows it.

    Returns:
        Whether it went out; else it waits for a second person, since ``by`` gave the address.

    """
    require_administrator(by)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.address_given_by_id is not None and not looks_after(by, person):
        raise refusals.refuse("", NOT_YOURS)
    if person.address_given_by_id is not None and person.address_given_by_id == by.pk:
        _ask_second_person(person, Right.LINK, by=by)
        return False
    for request in person.access_requests.waiting().filter(right=Right.LINK):
        _decide(request, by=by, approved=True)
    _send_link(person, by=by)
    return True


def ask_for_link(person: User) -> None:
    """The same for somebody who says that they forgot their password, whoever that is."""
    if giver := person.address_given_by:
        _ask_second_person(person, Right.LINK, by=giver)
    else:
        invitations.send(person)


def _send_link(person: User, *, by: User) -> None:
    record_act(Act.LINK_SENT, by=by, about=person)
    if person.address_given_by_id is not None:
        person.address_given_by = None
        person.save(update_fields=["address_given_by"])
    invitations.send(person)


def _waits(person: User) -> bool:
    return person.access_requests.waiting().exists()


# Telling people ---------------------------------------------------------------------------------


def _tell_leads(person: User, *, has: Rights, by: str) -> None:
    """Tell the CSE leads of the person's command units what has changed."""
    now = Rights.of(person)
    if now == has:
        return
    units = person.command_units.model.objects.filter(pk__in=now.units ^ has.units)
    gained, lost = (
        [
            *sorted(one.roles - other.roles),
            *(str(unit) for unit in units if unit.pk in one.units - other.units),
            *(["Whole force"] if one.whole_force and not other.whole_force else []),
        ]
        for one, other in ((now, has), (has, now))
    )
    leads = User.objects.filter(is_active=True, groups__name=Role.CSE_LEAD).exclude(pk=person.pk)
    concerned = leads.filter(
        Q(whole_force=True) | Q(command_units__in=now.units | has.units)
    ).distinct()
    context = {"person": person, "gained": gained, "lost": lost, "by": by}
    _write(concerned, "accounts/mail/rights_changed.txt", context)


def _write(people: Collection[User] | Any, template: str, context: dict[str, Any]) -> None:
    _mail([one.email for one in people if one.email], template, context)


def _mail(addresses: list[str], template: str, context: dict[str, Any]) -> None:
    if addresses:
        subject, text = subject_and_text(template, context | {"site": settings.SITE_URL})
        EmailMessage(subject, text, to=addresses).send()

"""People whom an act may name for a piece of work, and whether those named still can do it."""

from django.db.models import Q, QuerySet

from accounts.models import User, UserGroup
from accounts.roles import Role
from govuk import Searched
from venues.models import CommandUnitMember
from venues.registry.names import normal_name
from venues.registry.names_in_sql import NormalName

#: People in the order of the alphabet, whatever the case and the accents.
BY_NAME = (NormalName("last_name"), NormalName("first_name"), "pk")


def _in(*roles: Role) -> QuerySet[User]:
    """The people in one of these roles who still sign in."""
    members = UserGroup.objects.filter(group__name__in=roles).values("user")
    return User.objects.filter(is_active=True, pk__in=members).order_by(*BY_NAME)


def visiting_officers() -> QuerySet[User]:
    """The officers who can be in a team."""
    return _in(Role.VISITING_OFFICER)


def possible_leads() -> QuerySet[User]:
    """The people who may lead an operation: CSE leads and planners."""
    return _in(Role.CSE_LEAD, Role.PLANNER)


def cse_leads() -> QuerySet[User]:
    """The people who answer for the results of a command unit."""
    return _in(Role.CSE_LEAD)


def planners() -> QuerySet[User]:
    """The people who plan the visits of a command unit."""
    return _in(Role.PLANNER)


def administrators() -> QuerySet[User]:
    """The people who look after accounts and settings."""
    return _in(Role.ADMINISTRATOR)


def of_unit(people: QuerySet[User], unit: int | None) -> QuerySet[User]:
    """Those of ``people`` who see the command unit: its own, and whoever sees the whole force."""
    members = CommandUnitMember.objects.filter(commandunit=unit).values("user")
    return people.filter(Q(whole_force=True) | Q(pk__in=members))


def possible_followers() -> QuerySet[User]:
    """The people who may answer for a follow-up: coordinators, and leads where there is none."""
    return _in(Role.TRAINING_COORDINATOR, Role.CSE_LEAD)


def searched(people: QuerySet[User]) -> Searched:
    """These people as a question offers them: by parts of their name or of their username."""
    return Searched(
        people, _with_words, _names_of, "Name or username", apart=lambda p: f"{p}, {p.username}"
    )


def _with_words(people: QuerySet[User], text: str) -> QuerySet[User]:
    if "@" in text:
        return people.filter(Q(email__iexact=text) | Q(username__icontains=text))
    for word in text.replace(",", " ").split():
        fits = Q(username__icontains=word)
        if normal := normal_name(word):
            fits |= Q(last_name__normal__contains=normal) | Q(first_name__normal__contains=normal)
        people = people.filter(fits)
    return people


def _names_of(person: User) -> list[str]:
    return [str(person), person.username, person.email, f"{person}, {person.username}"]


def gone(person: User, *, can: bool) -> str:
    """What to say beside somebody who does not do the work any more; empty if they ``can``."""
    if can:
        return ""
    return "has other work now" if person.is_active else "has left"

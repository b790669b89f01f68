"""Who could have known of a visit before it began: who read of it, and who had the right to.

Asked of the record: the log of reads by its index of records, the history of teams, roles, command
units and accounts. What the record can't say, the page says.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection

from accounts.models import User, UserGroup
from accounts.roles import Role
from operations.planning.models import Operation
from operations.protection.knowledge import Change, Span, both, either, spans
from operations.teams.models import TeamMember
from operations.visits.models import Visit
from operations.visits.states import ON_BOARD_BEFORE
from venues.models import CommandUnitMember

#: A right by what somebody is, with the spans in which each person had it.
Holders = Mapping[int, list[Span]]


@dataclass(frozen=True)
class Read:
    """What the log of reads has of one person."""

    first: dt.datetime
    last: dt.datetime
    times: int
    opened: bool
    """Whether they opened a page about it; else it stood in a list."""


@dataclass(frozen=True)
class Person:
    """One who could have known."""

    user: User
    right: str
    """Why they could; empty where no right is on record."""

    span: Span
    """Since when and until when, of what counts for this visit."""

    read: Read | None = None


@dataclass(frozen=True)
class Known:
    """All of them."""

    until: dt.datetime
    """Up to when that is: the start of the visit, else its end or now."""

    read: list[Person]
    """Those of whom a read is on record, the first one first."""

    could: list[Person]
    """Those who had the right and of whom none is."""


def who_could_have_known(visit: Visit, *, at: dt.datetime) -> Known:
    """Those who read of ``visit`` before it began, and those who could have, as of ``at``."""
    until = visit.started_at or visit.cancelled_at or at
    reads = _reads(visit, until)
    roles = _holders_of_roles(Role.PLANNER, Role.CALL_HANDLER)
    accounts = _accounts({key for holders in roles.values() for key in holders})
    in_unit = _members(visit.command_unit_id)
    planned = Span(visit.created_at, until)
    on_board = Span(max(visit.created_at, visit.starts_at - ON_BOARD_BEFORE), until)
    rights: list[tuple[str, Holders, Span]] = [
        ("In the team", _team(visit), planned),
        (
            "Plans for the command unit",
            {
                key: both(both(held, accounts[key].active), either(in_unit[key], accounts[key].all))
                for key, held in roles[Role.PLANNER].items()
            },
            planned,
        ),
        (
            "Answers calls: the board shows it from an hour before",
            {
                key: both(held, accounts[key].active)
                for key, held in roles[Role.CALL_HANDLER].items()
            },
            on_board,
        ),
    ]
    rights.append(
        ("Leads the operation: its number and window, from an hour before", _leads(visit), on_board)
    )
    found: dict[int, tuple[str, Span]] = {}
    for right, holders, counts in rights:
        for key, held in holders.items():
            if theirs := both(held, [counts]):
                found.setdefault(key, (right, Span(theirs[0].since, theirs[-1].until)))
    return _known(reads, found, until)


def _known(reads: Mapping[int, Read], found: Mapping[int, tuple[str, Span]], until: Any) -> Known:
    people = User.objects.in_bulk(reads.keys() | found.keys())
    listed = [
        Person(people[key], *found.get(key, ("", Span())), reads.get(key)) for key in sorted(people)
    ]
    return Known(
        until,
        read=sorted((one for one in listed if one.read), key=lambda one: one.read.first),  # type: ignore[union-attr]  # each has one
        could=sorted((one for one in listed if not one.read), key=_by_right_and_name),
    )


def _by_right_and_name(person: Person) -> tuple[str, str, str]:
    return person.right, person.user.last_name, person.user.first_name


# What is on record --------------------------------------------------------------------------------


def _reads(visit: Visit, until: dt.datetime) -> dict[int, Read]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM makesafe_reads_of_visit(%s, %s)", [visit.pk, until])
        return {key: Read(*rest) for key, *rest in cursor.fetchall()}


def _team(visit: Visit) -> dict[int, list[Span]]:
    """The officers who are or were in the team; a place may have passed to another one."""
    events = _events(TeamMember).filter(visit=visit.pk).order_by("pgh_obj_id", "pgh_id")
    rows = events.values_list("pgh_obj_id", "pgh_created_at", "pgh_label", "officer")
    now = set(visit.team.exclude(officer=None).values_list("officer", flat=True))
    return _by_turns(rows, now=now)


def _leads(visit: Visit) -> dict[int, list[Span]]:
    """Who leads or led the operation. One who is no planner may allow a start, by its number."""
    events = _events(Operation).filter(pgh_obj=visit.operation_id).order_by("pgh_id")
    rows = events.values_list("pgh_obj_id", "pgh_created_at", "pgh_label", "lead")
    return _by_turns(rows, now={visit.operation.lead_id})


def _by_turns(
    rows: Iterable[tuple[int, dt.datetime, str, int | None]], *, now: set[int]
) -> dict[int, list[Span]]:
    """The spans of each person who held one of some places, from the changes of each in turn."""
    changes: dict[int, list[Change]] = defaultdict(list)
    for _, of_place in groupby(rows, key=lambda row: row[0]):
        before = None
        for _, at, label, person in of_place:
            after = None if label == "delete" else person
            if before is not None and before != after:
                changes[before].append((at, False))
            if after is not None and before != after:
                changes[after].append((at, True))
            before = after
    return {key: spans(sorted(changes[key]), now=key in now) for key in changes.keys() | now}


def _holders_of_roles(*roles: Role) -> dict[str, dict[int, list[Span]]]:
    """Who has or had each of these roles."""
    names = [role.value for role in roles]
    events = _events(UserGroup).filter(group__name__in=names)
    held = UserGroup.objects.filter(group__name__in=names).values_list("group__name", "user")
    rows = events.order_by("pgh_id").values_list(
        "group__name", "user", "pgh_created_at", "pgh_label"
    )
    changes: dict[tuple[str, int], list[Change]] = {pair: [] for pair in held}
    now = set(changes)
    for name, user, at, label in rows:
        changes.setdefault((name, user), []).append((at, label != "delete"))
    found: dict[str, dict[int, list[Span]]] = {name: {} for name in names}
    for (name, user), told in changes.items():
        found[name][user] = spans(told, now=(name, user) in now)
    return found


def _members(unit: int | None) -> dict[int, list[Span]]:
    """Who works or worked for the command unit."""
    now = set(CommandUnitMember.objects.filter(commandunit=unit).values_list("user", flat=True))
    events = _events(CommandUnitMember).filter(commandunit=unit).order_by("pgh_id")
    changes: dict[int, list[Change]] = {key: [] for key in now}
    for user, at, label in events.values_list("user", "pgh_created_at", "pgh_label"):
        changes.setdefault(user, []).append((at, label != "delete"))
    found: dict[int, list[Span]] = defaultdict(list)
    for user, told in changes.items():
        found[user] = spans(told, now=user in now)
    return found


@dataclass(frozen=True)
class Account:
    """When somebody could sign in, and when they saw the whole force."""

    active: list[Span]
    all: list[Span]


def _accounts(keys: Iterable[int]) -> dict[int, Account]:
    now = {
        key: row
        for key, *row in User.objects.filter(pk__in=keys).values_list(
            "pk", "is_active", "whole_force"
        )
    }
    told: dict[int, list[Any]] = {key: [] for key in now}
    events = _events(User).filter(pgh_obj__in=now).order_by("pgh_id")
    names = ("pgh_obj_id", "pgh_created_at", "is_active", "whole_force")
    for key, *change in events.values_list(*names):
        told[key].append(change)
    return {
        key: Account(
            active=spans(((at, active) for at, active, _ in told[key]), now=now[key][0]),
            all=spans(((at, everything) for at, _, everything in told[key]), now=now[key][1]),
        )
        for key in now
    }


def _events(model: Any) -> Any:
    return model.pgh_event_model.objects.all()

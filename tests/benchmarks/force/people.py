"""People, of whom a number says the role and the command unit, and cadets."""

import datetime as dt

from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import Role
from operations.models import Cadet
from tests.benchmarks.force.rows import write
from venues.models import CommandUnit, Force

UNITS, CADETS = 12, 480
PEOPLE = {
    Role.VISITING_OFFICER: 1500,
    Role.PLANNER: 240,
    Role.CSE_LEAD: 60,
    Role.TRAINING_COORDINATOR: 120,
    Role.CALL_HANDLER: 200,
    Role.ADMINISTRATOR: 30,
}
#: Of each of these roles so many more, who work for the whole force.
WHOLE_FORCE = (Role.PLANNER, Role.CSE_LEAD, Role.TRAINING_COORDINATOR, Role.ADMINISTRATOR)
EACH_WHOLE_FORCE = 6
BEFORE = {role: sum(list(PEOPLE.values())[:n]) for n, role in enumerate(PEOPLE)}

FIRST = "Lark Brack Hollow Marl Winter Fen Ash Crow Thistle Sedge Harrow Elder Gorse Pike Rowan"
SECOND = "spyre mere wick combe ford holt stead bourne leigh ness thorpe den garth hurst wold"
WORDS = [f"{first}{second}" for first in FIRST.split() for second in SECOND.split()]

UserGroup, UnitMember = User.groups.through, CommandUnit.members.through


def person(role: Role, unit: str, turn: str) -> str:
    """The number of a person of this role and command unit, in SQL: each has its ``turn``."""
    of_each = PEOPLE[role] // UNITS
    return f"({BEFORE[role]} + {unit} + {UNITS} * (({turn})::bigint % {of_each}))"


def number(role: Role, *, unit: int, turn: int = 0) -> int:
    """The same in Python."""
    return BEFORE[role] + unit + UNITS * (turn % (PEOPLE[role] // UNITS))


def number_of_whole_force(role: Role, turn: int = 0) -> int:
    """Of somebody who works for the whole force."""
    return sum(PEOPLE.values()) + WHOLE_FORCE.index(role) * EACH_WHOLE_FORCE + 1 + turn


def write_people() -> None:
    """The force with its command units, everybody in it, and cadets."""
    began = dt.datetime(2016, 1, 4, 9, tzinfo=dt.UTC)
    units = range(1, UNITS + 1)
    write(Force, [{"id": 1, "name": "Wessendale Police"}])
    write(
        CommandUnit,
        [
            {"id": n, "force_id": 1, "code": f"U{n}", "name": f"Unit {n}", "mailbox": ""}
            for n in units
        ],
    )
    roles = [role for role, many in PEOPLE.items() for _ in range(many)]
    everywhere = [role for role in WHOLE_FORCE for _ in range(EACH_WHOLE_FORCE)]
    write(
        User,
        [
            {
                "id": n,
                "password": "!",
                "is_superuser": False,
                "is_staff": role == Role.ADMINISTRATOR,
                "is_active": True,
                "date_joined": began,
                "username": f"person{n}",
                "first_name": WORDS[n % 83],
                "last_name": f"{WORDS[n % len(WORDS)]} {n}",
                "email": f"person{n}@police.example",
                "whole_force": n > len(roles) or role == Role.CALL_HANDLER,
            }
            for n, role in enumerate([*roles, *everywhere], start=1)
        ],
        empty="last_login address_given_by_id telephone telephone_changed_at",
    )
    groups = dict(Group.objects.values_list("name", "pk"))
    write(
        UserGroup,
        [
            {"user_id": n, "group_id": groups[role]}
            for n, role in enumerate([*roles, *everywhere], start=1)
        ],
    )
    write(
        UnitMember,
        [
            {"user_id": n, "commandunit_id": 1 + (n - 1 - BEFORE[role]) % UNITS}
            for n, role in enumerate(roles, start=1)
            if role != Role.CALL_HANDLER
        ],
    )
    write(
        Cadet,
        [
            {
                "id": n,
                "version": 1,
                "reference": f"WC-{n}",
                "command_unit_id": 1 + (n - 1) % UNITS if n % 40 else None,
                "birth_date": dt.date(2010, 1, 1) + dt.timedelta(n),
                "consented_on": dt.date(2026, 1, 1),
                "briefed_on": dt.date(2026, 1, 1),
                "created_at": began,
            }
            for n in range(1, CADETS + 1)
        ],
        empty="erased_on",
    )

"""Scenarios, operations and draws over ten years, and what visits go by."""

import datetime as dt
import random
from typing import Any

from accounts.roles import Role
from operations.models import Draw, Operation, Scenario, ScenarioSign, WarningSign
from tests.benchmarks.force.people import UNITS, WORDS, number
from tests.benchmarks.force.rows import write

YEARS = 10
#: Visits, command unit (0: all) and first day from today.
LAST_THREE = {"half done": (240, 1, -10), "to come": (240, 1, 7), "tonight": (60, 0, -1)}


def write_operations(cursor: Any, *, visits: int, venues: int, now: dt.datetime) -> None:
    """Scenarios, one version for each fifth of the time; operations; what their visits go by."""
    chance = random.Random(9)
    planner = number(Role.PLANNER, unit=1)
    begins = now.date() - dt.timedelta(365 * YEARS)
    versions = range(1, 6)
    write(
        Scenario,
        [
            {
                "id": n,
                "title": "Late walk-in",
                "version": n,
                "script": "Ask for a double room for tonight and offer cash.",
                "created_by_id": planner,
                "created_at": now - dt.timedelta(365 * (YEARS - 2 * (n - 1))),
            }
            for n in versions
        ],
    )
    signs = list(WarningSign.objects.values_list("pk", flat=True)[:3])
    write(
        ScenarioSign,
        [{"scenario_id": n, "warning_sign_id": sign} for n in versions for sign in signs],
    )
    plans = _plans(visits, venues, now, chance)
    rows = []
    for n, plan in enumerate(plans, start=1):
        unit = plan["pool"] or 1 + n % UNITS
        version = min(max((plan["starts_on"] - begins).days // (365 * 2) + 1, 1), 5)
        rows.append(
            {
                "id": n,
                "version": 1,
                "reference": f"MS/{plan['starts_on']:%Y}/{n}",
                "name": f"Operation {WORDS[n % len(WORDS)]}",
                "starts_on": plan["starts_on"],
                "ends_on": plan["starts_on"] + dt.timedelta(plan["days"]),
                "lead_id": number(Role.CSE_LEAD, unit=unit, turn=n),
                "scenario_id": version,
                "authorisation_reference": f"AUTH/{n}",
                "state": "published",
                "authorised_from": plan["starts_on"],
                "authorised_until": plan["starts_on"] + dt.timedelta(plan["days"]),
                "created_by_id": number(Role.PLANNER, unit=unit, turn=n),
                "created_at": min(now, dt.datetime.combine(plan["starts_on"], dt.time(9), dt.UTC))
                - dt.timedelta(30),
            }
        )
    empty = "notes wanted_starts_on wanted_ends_on wanted_by_id closed_at closed_by_id"
    write(Operation, rows, empty=empty)
    write(
        Draw,
        [
            {
                "id": row["id"],
                "operation_id": row["id"],
                "units": f"Unit {plan['pool']}" if plan["pool"] else "the whole force",
                "of_all": True,
                "frame_size": venues // (UNITS if plan["pool"] else 1),
                "left_out": 0,
                "number": plan["visits"],
                "drawn_by_id": row["created_by_id"],
                "drawn_at": row["created_at"],
            }
            for row, plan in zip(rows, plans, strict=True)
            if plan["selection"].startswith("random")
        ],
        empty="filters",
    )
    cursor.execute(
        "CREATE TEMP TABLE plan (operation bigint, first bigint, visits int, pool int, skip int,"
        " days int, selection text)"
    )
    first = 1
    for n, plan in enumerate(plans, start=1):
        cursor.execute(
            "INSERT INTO plan VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [n, first, plan["visits"], plan["pool"], plan["skip"], plan["days"], plan["selection"]],
        )
        first += plan["visits"]


def _plans(
    in_all: int, venues: int, now: dt.datetime, chance: random.Random
) -> list[dict[str, Any]]:
    """For each operation, how many visits to the venues of which unit (0: of all), and when.

    The last three are there at every size: one of the first unit half done, one of it still to
    come, and one of the whole force tonight, most of whose visits are under way.
    """
    kept = in_all - sum(visits for visits, _, _ in LAST_THREE.values())
    sizes: list[int] = []
    while (left := kept - sum(sizes)) > 0:
        sizes.append(min(100 + chance.randrange(201), left))
    plans = []
    for n, visits in enumerate(sizes):
        day = -365 * YEARS + n * (365 * YEARS + 40) // max(len(sizes), 1)
        pool = 0 if n % 4 == 3 else 1 + chance.randrange(UNITS)
        plans.append((visits, pool, day, 21))
    plans += [(visits, pool, day, 20) for visits, pool, day in LAST_THREE.values()]
    chosen = ["random"] * 6 + ["random_part", "priority", "priority", "intelligence"]
    return [
        {
            "visits": visits,
            "pool": pool,
            "starts_on": now.date() + dt.timedelta(day),
            "days": days,
            "skip": chance.randrange(venues),
            "selection": chosen[n % len(chosen)] if n < len(sizes) else "random",
        }
        for n, (visits, pool, day, days) in enumerate(plans)
    ]

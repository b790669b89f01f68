"""Made-up worlds to plan in: towns of venues, officers and cadets with evenings off."""

import datetime as dt
import random

from operations.solver.problem import Cadet, Limits, Officer, Point, Problem, Site, Span
from operations.teams.cadet_rules import CadetFacts, PolicyFacts

POLICY = PolicyFacts(
    min_age=13, max_age=17, latest_finish=dt.time(23), consent_days=365, briefing_days=90
)
FIRST_DAY = dt.date(2027, 3, 1)


def make(
    *,
    venues: int = 100,
    officers: int = 40,
    cadets: int = 24,
    evenings: int = 10,
    seed: int = 0,
    vehicles: int = 99,
    with_cadet: bool = True,
) -> Problem:
    """A force of five towns; the same for the same seed."""
    chance = random.Random(seed)
    towns = [Point(-1 + chance.random(), 52 + chance.random() * 0.6) for _ in range(5)]

    def near(town: Point) -> Point:
        return Point(town.longitude + chance.gauss(0, 0.06), town.latitude + chance.gauss(0, 0.04))

    def evening(most_off: int) -> dict[int, Span]:
        off = set(chance.sample(range(evenings), chance.randint(0, min(most_off, evenings))))
        return {
            day: Span(begins, begins + chance.choice((300, 360, 420)))
            for day in range(evenings)
            if day not in off
            for begins in [60 * chance.choice((10, 11, 12))]
        }

    sites = []
    for key in range(venues):
        town = chance.randrange(5)
        opens = 60 * chance.choice((9, 9, 11, 12))
        sites.append(
            Site(
                venue=key,
                at=near(towns[town]),
                doors=Span(opens, opens + 60 * chance.choice((5, 6, 8))),
                minutes=chance.choice((30, 40)),
                days=frozenset(
                    chance.sample(range(evenings), chance.randint(max(1, evenings // 2), evenings))
                ),
                district=f"ZZ{town}{chance.randrange(4)}",
            )
        )
    people = [
        Officer(
            key=key,
            base=towns[key % 5],
            free=evening(6),
            is_welfare_officer=key % 2 == 0 or chance.random() < 0.2,
            drives=chance.random() < 0.8,
            most_shifts=chance.choice((4, 5, 6)),
        )
        for key in range(officers)
    ]
    young = [
        Cadet(
            key=key,
            facts=CadetFacts(
                birth_date=FIRST_DAY - dt.timedelta(days=365 * chance.choice((14, 15, 16)) + 40),
                consented_on=FIRST_DAY - dt.timedelta(days=chance.randrange(200)),
                briefed_on=FIRST_DAY - dt.timedelta(days=chance.randrange(88)),
                tested_venue_ids=frozenset(chance.sample(range(venues), min(3, venues))),
            ),
            free=evening(5),
            districts=frozenset({f"ZZ{chance.randrange(5)}{chance.randrange(4)}"}),
        )
        for key in range(cadets)
    ]
    return Problem(
        days=tuple(FIRST_DAY + dt.timedelta(days=number) for number in range(evenings)),
        sites=tuple(sites),
        officers=tuple(people),
        cadets=tuple(young),
        policy=POLICY,
        limits=Limits(vehicles=vehicles),
        with_cadet=with_cadet,
    )

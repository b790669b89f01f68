"""Which crew visits which venue when: tours of few kilometres, by the solver PyVRP.

Each venue is a group of clients, one for each evening on which it can be visited, of which at most
one is served. Evenings lie one after the other on one clock. Each crew is a vehicle of its own; for
it, what it must not visit is too far away to be worth it.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams

from operations.solver.problem import (
    DAY,
    Cadet,
    Crew,
    Pair,
    Plan,
    Point,
    Problem,
    Site,
    Span,
    Stop,
    Tour,
)

#: Metres that leaving a venue out costs: more than any detour to it.
LEFT_OUT = 1_000_000
#: Metres that one more team costs: fewer evenings for people, at some more driving.
TEAM = 5_000
#: Metres to what a crew must not visit.
FAR = 1_000_000_000


class Tours(IteratedLocalSearchCallbacks):
    """The tours of some crews, and the best ones that were found of them."""

    def __init__(
        self,
        problem: Problem,
        crews: Sequence[Crew],
        *,
        found: Callable[[Plan], None] = lambda plan: None,
    ) -> None:
        """Say all of the problem to the solver.

        Args:
            problem: What is to be planned.
            crews: Who goes together when.
            found: Is told each plan that is better than those before.

        """
        self.problem = problem
        self.crews = crews
        self._found = found
        self._officers = {officer.key: officer for officer in problem.officers}
        self._kept = {stop.venue: (tour.crew, stop) for tour in problem.kept for stop in tour.stops}
        bases = list(dict.fromkeys(self._officers[crew.lead].base for crew in crews))
        points = [*bases, *(site.at for site in problem.sites)]
        self._first_site = len(bases)
        metres: Any = np.array([[problem.metres(a, b) for b in points] for a in points])
        minutes: Any = np.array([[problem.minutes(a, b) for b in points] for a in points])
        self._clients: list[int] = []  # the number of the site of each
        clients, groups = self._alternatives()
        profiles: dict[frozenset[int], int] = {}
        profile_of = [profiles.setdefault(self._closed_to(crew), len(profiles)) for crew in crews]
        self._data = pyvrp.ProblemData(
            locations=[pyvrp.Location(point.longitude, point.latitude) for point in points],
            clients=clients,
            depots=[pyvrp.Depot(number) for number in range(len(bases))],
            vehicle_types=[
                self._vehicle(crew, bases, profile)
                for crew, profile in zip(crews, profile_of, strict=True)
            ],
            distance_matrices=[_without(metres, closed) for closed in profiles],
            duration_matrices=[minutes] * len(profiles),
            groups=groups,
        )

    def search(self, *, until: Callable[[], bool], seed: int = 0) -> Plan:
        """The best plan that is found until ``until`` says to stop, asked some hundred times a
        second; what is kept alone, where none was found.
        """
        params = pyvrp.SolveParams(ils=IteratedLocalSearchParams(callbacks=self))
        with warnings.catch_warnings():
            # That feasible tours are hard to find: it goes on looking, and so do we.
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            result = pyvrp.solve(
                self._data, lambda cost: until(), seed=seed, collect_stats=False, params=params
            )
        return self._plan(result.best) if result.best.is_feasible() else Plan(self.problem.kept)

    def on_best(self, best: pyvrp.Solution) -> None:
        """Tell of a better plan, as the solver calls it."""
        if best.is_feasible():
            self._found(self._plan(best))

    # How the problem is said to the solver -----------------------------------------------------

    def _alternatives(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        """For each site a client for each evening, and the group of them."""
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        for number, site in enumerate(self.problem.sites):
            keys = []
            for day, begins in self._when(site):
                keys.append(len(clients))
                self._clients.append(number)
                clients.append(
                    pyvrp.Client(
                        self._first_site + number,
                        service_duration=site.minutes,
                        tw_early=day * DAY + begins.begins,
                        tw_late=day * DAY + begins.ends,
                        prize=LEFT_OUT,
                        required=False,
                        group=number,
                    )
                )
            groups.append(pyvrp.ClientGroup(keys, required=site.venue in self._kept))
        return clients, groups

    def _when(self, site: Site) -> list[tuple[int, Span]]:
        """On which days, and from when to when, a visit can begin."""
        if site.venue in self._kept:
            crew, stop = self._kept[site.venue]
            return [(crew.day, Span(stop.begins, stop.begins))]
        return [(day, site.doors) for day in sorted(site.days)]

    def _vehicle(self, crew: Crew, bases: list[Point], profile: int) -> pyvrp.VehicleType:
        base = bases.index(self._officers[crew.lead].base)
        limits = self.problem.limits
        longest = limits.longest_shift
        if crew.cadet is not None:
            longest = min(longest, limits.longest_session)
        return pyvrp.VehicleType(
            1,
            start_depot=base,
            end_depot=base,
            fixed_cost=TEAM,
            tw_early=crew.day * DAY + crew.span.begins,
            tw_late=crew.day * DAY + crew.span.ends,
            shift_duration=longest,
            profile=profile,
        )

    def _closed_to(self, crew: Crew) -> frozenset[int]:
        """The places, by their numbers, that this crew must not visit."""
        cadet = next((one for one in self.problem.cadets if one.key == crew.cadet), None)
        return frozenset(
            self._first_site + number
            for number, site in enumerate(self.problem.sites)
            if self._is_of_another(site, crew) or (cadet and self._is_closed(site, crew, cadet))
        )

    def _is_of_another(self, site: Site, crew: Crew) -> bool:
        """Whether another crew keeps this visit."""
        return site.venue in self._kept and self._kept[site.venue][0] != crew

    def _is_closed(self, site: Site, crew: Crew, cadet: Cadet) -> bool:
        """Whether this cadet must not go there, or not with these officers."""
        if site.venue in self._kept:
            return False
        return (
            site.venue in cadet.facts.tested_venue_ids
            or site.district in cadet.districts - {""}
            or any(
                Pair(officer, cadet.key, site.venue) in self.problem.been_together
                for officer in (crew.lead, crew.welfare)
            )
        )

    # What the solver says --------------------------------------------------------------------

    def _plan(self, solution: pyvrp.Solution) -> Plan:
        return Plan(tuple(self._tour(route) for route in solution.routes()))

    def _tour(self, route: pyvrp.Route) -> Tour:
        crew = self.crews[route.vehicle_type()]
        begins = crew.day * DAY
        stops = []
        for one in route.schedule():
            if one.is_client():
                site = self.problem.sites[self._clients[one.idx]]
                start = one.start_time - begins + one.wait_duration
                stops.append(Stop(site.venue, start, start + site.minutes))
        span = Span(route.start_time() - begins, route.end_time() - begins)
        return Tour(crew=crew, span=span, stops=tuple(stops))


def _without(metres: Any, closed: frozenset[int]) -> Any:
    """Distances (an array of whole metres) for whoever may not visit some places."""
    if not closed:
        return metres
    metres = metres.copy()
    keys = list(closed)
    metres[:, keys] = FAR
    metres[keys, :] = FAR
    np.fill_diagonal(metres, 0)
    return metres


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed since this was called."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end

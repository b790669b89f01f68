"""A process that solves one problem: a problem comes in, each better plan goes out as a line.

Started by ``operations/proposals/working.py``. It reads no file, knows no setting and opens no
connection; its memory goes with it.
"""

import json
import pickle
import sys
import time

from operations.solver.problem import Plan, Problem
from operations.solver.reasons import why_left_out
from operations.solver.solve import solve
from operations.solver.tours import for_seconds

#: Seconds at least from one plan to the next, and at most from one line to the next.
APART, ALIVE_EVERY = 0.5, 5.0
#: Of how many venues that were left out it is said why.
MOST_REASONS = 30


def main() -> None:
    """Read, solve, write."""
    problem, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301  # of our own process
    told = time.monotonic() - APART
    over = for_seconds(seconds)

    def found(plan: Plan) -> None:
        nonlocal told
        if time.monotonic() > told + APART:
            told = time.monotonic()
            _say(_as_json(plan, problem))

    def until() -> bool:
        nonlocal told
        if time.monotonic() > told + ALIVE_EVERY:
            told = time.monotonic()
            _say({})
        return over()

    plan = solve(problem, until=until, found=found)
    _say(_as_json(plan, problem))
    left_out = [site for site in problem.sites if site.venue not in plan.venues]
    whys: list[tuple[int, tuple[str, ...]]] = []
    for site in left_out:
        why = why_left_out(site, problem) if len(whys) < MOST_REASONS else ()
        whys.append((site.venue, why))
        _say({"left_out": whys})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _as_json(plan: Plan, problem: Problem) -> dict[str, object]:
    tours = [
        {
            "lead": tour.crew.lead,
            "welfare": tour.crew.welfare,
            "cadet": tour.crew.cadet,
            "stops": [
                {
                    "venue": stop.venue,
                    "starts_at": problem.moment(tour.crew.day, stop.begins).isoformat(),
                    "ends_at": problem.moment(tour.crew.day, stop.ends).isoformat(),
                }
                for stop in tour.stops
            ],
        }
        for tour in sorted(plan.tours, key=lambda tour: (tour.crew.day, tour.span))
    ]
    return {"tours": tours, "metres": plan.metres(problem)}


if __name__ == "__main__":
    main()

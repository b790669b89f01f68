"""How good schedules are, how soon: ``python -m tests.benchmarks.schedules [seconds]``.

For made-up forces of 50, 100 and 300 venues: when the first plan is there, what the best one costs
after 5, 20, 60 and 120 seconds beside the best of all (by default of 600 seconds), and the memory
of the process. Costs are kilometres, and five for each team. Each size is a process of its own.
"""

import resource
import subprocess
import sys
import time

from operations.solver import tours
from operations.solver.conflicts import conflicts
from operations.solver.problem import Plan
from operations.solver.solve import solve
from tests.operations.solver.instances import make

SIZES = (50, 100, 300)
SEEDS = (0, 1, 2)
AT = (5, 20, 60, 120)


def measure(venues: int, seed: int, seconds: float) -> str:
    """A row of the table."""
    scale = venues / 100
    problem = make(venues=venues, officers=round(40 * scale), cadets=round(24 * scale), seed=seed)
    costs: list[tuple[float, float]] = []
    began = time.monotonic()

    def found(plan: Plan) -> None:
        left_out = len(problem.sites) - len(plan.venues)
        metres = plan.metres(problem) + tours.TEAM * len(plan.tours) + tours.LEFT_OUT * left_out
        costs.append((time.monotonic() - began, metres / 1000))

    plan = solve(problem, until=tours.for_seconds(seconds), seed=seed, found=found)
    assert not conflicts(plan, problem)
    best = costs[-1][1]
    over = []
    for moment in AT:
        then = [cost for at, cost in costs if at <= moment]
        over.append(f"+{then[-1] / best - 1:.1%}" if then else "none")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    left_out = len(problem.sites) - len(plan.venues)
    cells = [venues, seed, left_out, f"{costs[0][0]:.1f} s", f"{best:.0f}", *over, most]
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Measure each size and seed apart, and print a table."""
    if sys.argv[1:2] == ["here"]:
        venues, seed, seconds = sys.argv[2:]
        sys.stdout.write(measure(int(venues), int(seed), float(seconds)) + "\n")
        return
    seconds = (sys.argv[1:] or ["600"])[0]
    head = ["venues", "seed", "left out", "first plan", "best", *(f"{at} s" for at in AT), "MB"]
    sys.stdout.write("| " + " | ".join(head) + " |\n" + "| --- " * len(head) + "|\n")
    for venues in SIZES:
        for seed in SEEDS:
            command = [sys.executable, "-m", "tests.benchmarks.schedules", "here"]
            subprocess.run([*command, str(venues), str(seed), seconds], check=True)


if __name__ == "__main__":
    main()

"""Making a plan: crews, then their tours, then loads evened out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from operations.solver.conflicts import conflicts
from operations.solver.crews import form_crews
from operations.solver.problem import Crew, Plan, Problem, Tour
from operations.solver.tours import Tours

#: Metres that evening out a shift may cost.
WORTH = 10_000


def solve(
    problem: Problem,
    *,
    until: Callable[[], bool],
    seed: int = 0,
    found: Callable[[Plan], None] = lambda plan: None,
) -> Plan:
    """The best plan that is found until ``until`` says to stop. It breaks no rule.

    Args:
        problem: What is to be planned. Sites that no crew can visit are left out.
        until: Asked some hundred times a second.
        seed: The same one goes the same way.
        found: Is told each plan that is better than those before.

    """
    crews = form_crews(problem)
    if not crews:
        return Plan(())
    plan = Tours(problem, crews, found=found).search(until=until, seed=seed)
    return even_out(plan, problem)


def even_out(plan: Plan, problem: Problem) -> Plan:
    """The same tours, with shifts given from officers who have many to those who have few.

    Each step makes the difference between two officers smaller, so it comes to an end. Tours that
    are kept stay with whoever goes.
    """
    while better := _one_step(plan, problem):
        plan = better
    return plan


def _one_step(plan: Plan, problem: Problem) -> Plan | None:
    kept = {tour.crew for tour in problem.kept}
    shifts = Counter({officer.key: 0 for officer in problem.officers})
    for tour in plan.tours:
        shifts.update((tour.crew.lead, tour.crew.welfare))
    fewest = sorted(shifts, key=lambda key: (shifts[key], key))
    most = sorted(plan.tours, key=lambda tour: -max(_loads(tour, shifts)))
    costs = plan.metres(problem)
    for tour in most:
        if tour.crew in kept:
            continue
        for busy in (tour.crew.lead, tour.crew.welfare):
            for key in fewest:
                if shifts[key] > shifts[busy] - 2:
                    break
                changed = _with(plan, tour, _instead(tour.crew, busy, key))
                if conflicts(changed, problem) or changed.metres(problem) > costs + WORTH:
                    continue
                return changed
    return None


def _instead(crew: Crew, leaves: int, comes: int) -> Crew:
    """The crew with one officer in place of another."""
    if crew.lead == leaves:
        return replace(crew, lead=comes)
    return replace(crew, welfare=comes)


def _loads(tour: Tour, shifts: Counter[int]) -> tuple[int, int]:
    return shifts[tour.crew.lead], shifts[tour.crew.welfare]


def _with(plan: Plan, tour: Tour, crew: Crew) -> Plan:
    """The plan with another crew on one of its tours."""
    return Plan(tuple(replace(one, crew=crew) if one is tour else one for one in plan.tours))

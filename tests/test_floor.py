"""The floor under what the tests reach: each module counts, and all together."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "floor.py"
spec = importlib.util.spec_from_file_location("floor", SCRIPT)
floor = importlib.util.module_from_spec(spec)
spec.loader.exec_module(floor)


def report(*, in_all, **modules):
    return {
        "totals": {"percent_covered": in_all},
        "files": {
            f"{name}.py": {"summary": {"percent_covered": share}} for name, share in modules.items()
        },
    }


def test_what_is_at_the_floor_passes():
    reached = report(in_all=floor.IN_ALL, due=floor.IN_EACH, verdict=100)
    assert floor.below_the_floor(reached) == []


def test_one_module_below_the_floor_is_named():
    reached = report(in_all=99, due=floor.IN_EACH - 0.1, verdict=100)
    assert floor.below_the_floor(reached) == ["due.py: 89.9 %"]


def test_all_together_below_the_floor_are_named():
    assert floor.below_the_floor(report(in_all=97.99)) == ["all modules: 97.99 %"]

"""The page on architecture draws what the code says, and names what is there."""

import itertools
import re
import tomllib

from operations.visits.states import MOVES, WAYS_BACK, VisitState
from tests.test_repository import ROOT, tracked_files

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def drawn(lines):
    """A diagram as it stands on the page."""
    return "\n".join(["```mermaid", *lines, "```"])


def floors(contract):
    """The floors of one contract of import-linter, the highest first: imports point down."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [found] = [c for c in config["tool"]["importlinter"]["contracts"] if c["name"] == contract]
    return [[name.strip() for name in layer.split("|")] for layer in found["layers"]]


def floor_plan(contract):
    layers = floors(contract)
    yield "flowchart TD"
    for above, below in itertools.pairwise(layers):
        for one in above:
            yield from (f"    {one} --> {other}" for other in below)


def states_of_a_visit():
    yield "stateDiagram-v2"
    yield f"    [*] --> {VisitState.PLANNED}"
    for state in VisitState:
        yield from (f"    {state} --> {after}" for after in sorted(MOVES[state]))
    for state, (before, within) in WAYS_BACK.items():
        yield f"    {state} --> {before}: undo, {within.seconds // 60} minutes"


def test_the_floors_are_those_that_import_linter_holds():
    for contract in ("Imports point one way", "Inside operations imports point one way"):
        assert drawn(floor_plan(contract)) in PAGE


def test_the_states_of_a_visit_are_those_of_the_code():
    assert drawn(states_of_a_visit()) in PAGE


def test_every_file_that_the_page_names_is_there():
    there = {str(path.relative_to(ROOT)) for path in tracked_files()}
    folders = {f"{parent}/" for path in there for parent in _parents(path)}
    named = set(re.findall(r"`([a-z_]+/[\w/.-]*)`", PAGE))
    assert len(named) > 40
    assert named <= there | folders, named - there - folders


def _parents(path):
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]

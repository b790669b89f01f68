"""A stranger draws the same sample again, from the file and the script of the docs alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from operations.sampling import actions, exports
from operations.sampling.allocation import Allocation
from tests.factories import VenueFactory
from tests.operations.plans import drawn

pytestmark = pytest.mark.django_db

SCRIPT = Path("docs/replay_draw.py").resolve()


def replayed(document, tmp_path):
    """The script as a process of its own, with nothing of ours to import."""
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )


@pytest.mark.parametrize(
    "design",
    [
        {"number": 5},
        {"number": 30, "reserves": 0},
        {"number": 9, "aspects": ("kind",), "reserves": 1},
        {"number": 12, "aspects": ("kind", "training"), "allocation": Allocation.EQUAL},
        {
            "number": None,
            "aspects": ("kind",),
            "allocation": Allocation.NEYMAN,
            "rates": {"Hostel": 0.1},
        },
    ],
)
def test_the_same_sample_comes_of_the_file_alone(operation, planner, unit, tmp_path, design):
    for kind in ("hotel", "hostel", "guest_house"):
        VenueFactory.create_batch(10, unit=unit, kind=kind, name=f"Fern Löwe “{kind}”")

    plan = drawn(operation, planner, **design)

    done = replayed(exports.document(plan), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"The same {plan.drawn.count()} venues are drawn from these 30.\n"


def test_it_replays_after_a_replacement_too(operation, planner, unit, tmp_path):
    VenueFactory.create_batch(9, unit=unit)
    plan = drawn(operation, planner, number=3, reserves=1)
    actions.replace_venue(drawn=plan.drawn.get(place=2), by=planner, reason="Shut")

    assert replayed(exports.document(plan), tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda told: told.update(seed="0" * 64), "another than was committed"),
        (lambda told: told.update(frame=told["frame"] + "9\t\t\t\n"), "list of venues is another"),
        (lambda told: told["drawn"][0].update(place=2), "sample in the file is another"),
        (lambda told: told["strata"][0].update(size=8), "another size"),
        (lambda told: told["strata"][0].update(sample=1), "sample in the file is another"),
    ],
)
def test_what_was_changed_is_found(operation, planner, unit, tmp_path, change, told):
    VenueFactory.create_batch(9, unit=unit)
    document = exports.document(drawn(operation, planner, number=3))
    change(document)

    done = replayed(document, tmp_path)

    assert done.returncode == 1
    assert told in done.stderr


def test_the_script_is_short_and_needs_nothing_but_python():
    lines = SCRIPT.read_text().splitlines()

    assert len(lines) <= 30
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)

"""Whatever is killed around a deadline, no alarm is lost, doubled or late: a few of many kills.

``python -m tests.benchmarks.kills 200`` is the whole of it (docs/operators.md has what it found).
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
#: The broker twice, the database, then everything at once.
SEED = "3"

pytestmark = pytest.mark.xdist_group("workers")


def test_no_alarm_is_lost_doubled_or_late_whatever_is_killed():
    command = [sys.executable, "-m", "tests.benchmarks.kills", "4", "--seed", SEED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout[done.stdout.index("{") :])
    assert (figures["lost"], figures["doubled"], figures["late"]) == (0, [], 0)
    assert figures["alarms due"] >= figures["rounds"] == 4

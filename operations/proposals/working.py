"""Working out a proposal: a solver in a process of its own, and what it found in the row.

Nothing is lost where a worker dies: the best so far is in the row, and the next look of beat begins
anew with what was asked for (:func:`leftovers`). Stopping it is a state of the row, which the
worker reads each time it writes.
"""

import contextlib
import datetime as dt
import json
import pickle
import subprocess
import sys
from collections.abc import Generator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.database import scope
from operations.proposals.models import SILENT_AFTER, Proposal, ProposalState
from operations.proposals.wanted import Wanted
from operations.proposals.world import problem_of
from operations.solver.problem import Problem

#: Seconds for which it is looked for better ones.
WORKS_FOR = 60


def work_out(proposal_id: int, *, name: str) -> None:
    """Work a proposal out: keep the best so far, and at last why venues are left out.

    Args:
        proposal_id: Its key.
        name: The task, for the record.

    """
    with scope.for_task(name):
        proposal = _claim(proposal_id)
        if proposal is None:
            return
    with scope.acting(proposal.asked_by):
        wanted = Wanted.of_json(proposal.wanted)
        problem = problem_of(proposal.operation, wanted, by=proposal.asked_by)
    if problem:
        with contextlib.closing(_solved(problem)) as lines:
            for line in lines:
                with scope.for_task(name):
                    if not _keep(proposal_id, line):
                        return
    with scope.for_task(name):
        Proposal.objects.at_work().filter(pk=proposal_id).update(state=ProposalState.READY)


def leftovers(*, at: dt.datetime) -> list[int]:
    """The proposals that no worker has begun, or whose worker died: to be begun anew."""
    left = Proposal.objects.left_by(at)
    keys = list(left.values_list("pk", flat=True))
    left.update(heard_at=F("asked_at"))
    return keys


@transaction.atomic
def _claim(proposal_id: int) -> Proposal | None:
    """The proposal, if it is still to be worked out, and nobody does so now."""
    found = Proposal.objects.at_work().select_related("operation", "asked_by")
    proposal = found.select_for_update(of=("self",), no_key=True).filter(pk=proposal_id).first()
    if proposal is None:
        return None
    now = timezone.now()
    begun = proposal.heard_at > proposal.asked_at
    if begun and proposal.heard_at > now - SILENT_AFTER:
        return None
    proposal.heard_at = now
    proposal.save(update_fields=["heard_at"])
    return proposal


def _keep(proposal_id: int, line: dict[str, Any]) -> bool:
    """Keep what was found; whether more is wanted."""
    at_work = Proposal.objects.at_work().filter(pk=proposal_id)
    return bool(at_work.update(heard_at=timezone.now(), **line))


def _solved(problem: Problem) -> Generator[dict[str, Any], None, None]:
    """What the solver says, line by line, empty lines for signs of life. Closing this ends it."""
    command = [sys.executable, "-m", "operations.solver.run"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((problem, WORKS_FOR), process.stdin)
            process.stdin.close()
            for line in process.stdout:
                yield json.loads(line)
        finally:
            process.kill()

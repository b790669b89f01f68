"""Tasks that work proposals out."""

from celery import shared_task
from django.utils import timezone

from accounts.database import scope
from config.queue import queue
from operations.proposals import working
from operations.proposals.models import Proposal


@shared_task
def work_out(proposal_id: int) -> None:
    """Look for the best schedule for a minute, and keep the best so far."""
    working.work_out(proposal_id, name=work_out.name)


@shared_task
def look_after_proposals() -> None:
    """Begin anew those whose worker died, and forget those that nobody took in time."""
    with scope.for_task(look_after_proposals.name):
        now = timezone.now()
        Proposal.objects.over(at=now).delete()
        left = working.leftovers(at=now)
    for key in left:
        queue(work_out, key)

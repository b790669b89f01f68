"""What a visit's page says of its cadets to those who may see them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.dates.london import duty_day, duty_ends
from accounts.models import User
from operations.duty.welfare_forms import HowItWasForm
from operations.teams.welfare import Asked, WelfareAnswer
from operations.visits.models import Visit

#: For how long the page asks the team how it was; the form's own page goes on taking it.
ASKED_FOR = dt.timedelta(days=14)


def welfare_on_page(visit: Visit, user: User, *, in_team: bool) -> dict[str, Any]:
    """What cadets said, who withdrew or may, and where the team is still to ask how it was.

    Args:
        visit: With its team and its cadets.
        user: The reader.
        in_team: Whether they are of the team.

    """
    members = [member for member in visit.team.all() if member.cadet]
    if not members:
        return {}
    now = timezone.now()
    answers = WelfareAnswer.objects.visible_to(user).filter(visit=visit)
    found = list(answers.select_related("cadet", "asked_by", "seen_to_by"))
    tonight = visit.is_planned and visit.starts_at < duty_ends(duty_day(now))
    lately = visit.is_finished and visit.ended_at is not None and now - visit.ended_at < ASKED_FOR
    said = {answer.cadet_id for answer in found if answer.asked == Asked.AFTER}
    cadets = [member.cadet for member in members if member.cadet]
    ask = [cadet for cadet in cadets if cadet.erased_on is None and cadet.pk not in said]
    asks = in_team and lately and ask
    return {
        "answers": found,
        "withdrawn": [member for member in members if member.withdrawn_at],
        "may_withdraw": visit.is_under_way or tonight,
        "how_it_was": HowItWasForm(visit=visit, cadets=ask) if asks else None,
    }

"""Tags for the state of a follow-up."""

import datetime as dt

from django import template

from govuk.tones import tone_of
from operations.models import FollowUp, FollowUpState

register = template.Library()


@register.inclusion_tag("components/tag.html")
def follow_up_tag(follow_up: FollowUp) -> dict[str, str]:
    """The state of ``follow_up`` as a tag."""
    state = FollowUpState(follow_up.state)
    return {"label": state.label, "tone": tone_of("follow_up", state)}


@register.simple_tag
def days_overdue(follow_up: FollowUp, on: dt.date) -> int:
    """For how many days ``follow_up`` is overdue on the day ``on``; 0 if it is not."""
    return (on - follow_up.due_on).days if follow_up.is_overdue(on=on) else 0

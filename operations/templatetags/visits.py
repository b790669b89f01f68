"""How the plan and the state of a visit look."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from operations.models import Visit, VisitState

register = template.Library()

TONES = {
    VisitState.PLANNED: "waiting",
    VisitState.UNDER_WAY: "active",
    VisitState.COMPLETED: "neutral",
    VisitState.NOT_COMPLETED: "neutral",
    VisitState.CANCELLED: "neutral",
}


@register.inclusion_tag("components/tag.html")
def visit_tag(visit: Visit) -> dict[str, str]:
    """The state of ``visit`` as a tag."""
    state = VisitState(visit.state)
    return {"label": state.label, "tone": TONES[state]}


@register.filter
def window(visit: Visit) -> str:
    """When ``visit`` is: "Thu 26 November 2026, 23:00 to 00:30"."""
    starts, ends = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    return f"{date_format(starts, 'D j F Y, H:i')} to {date_format(ends, 'H:i')}"

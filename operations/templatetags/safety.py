"""Tags for the safety of teams."""

import uuid
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from operations.models import Visit
from operations.safety.models import next_check_in
from operations.safety.policies import number_to_call

register = template.Library()


@register.inclusion_tag("operations/safety/check_in.html", takes_context=True)
def check_in(context: Context, visit: Visit) -> dict[str, Any]:
    """The button by which the team of ``visit`` checks in, while it is under way."""
    by = next_check_in(visit, at=timezone.now()) if visit.is_under_way else None
    return {
        "visit": visit,
        "check_in_by": by,
        "check_in_number": uuid.uuid4(),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("operations/duty/concern_button.html", takes_context=True)
def real_concern(context: Context, visit: Visit, *, is_open: bool = False) -> dict[str, Any]:
    """Whom to call about a real concern, and the button that stops the test for it."""
    return {
        "visit": visit,
        "number": number_to_call(at=timezone.now()),
        "submission": uuid.uuid4(),
        "is_open": is_open,
        "csrf_token": context.get("csrf_token"),
    }

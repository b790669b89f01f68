"""Tags for the safety of teams."""

import uuid
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from operations.models import Visit
from operations.safety.models import next_check_in

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

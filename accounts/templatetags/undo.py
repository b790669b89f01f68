"""The tag behind the button *Undo* of a confirmation."""

import uuid
from typing import Any

from django import template

from accounts.models import Undo

register = template.Library()


@register.filter
def offered_undo(message: Any) -> Undo | None:
    """What the button of ``message`` takes back; None for a message without one."""
    try:
        number = uuid.UUID(message.extra_tags or "")
    except (AttributeError, ValueError):
        return None
    return Undo.objects.open().filter(number=number).first()

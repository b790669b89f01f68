"""The tags behind the button *Undo*: of a confirmation, and on a record's own page."""

import uuid
from typing import Any

from django import template
from django.contrib.messages import get_messages
from django.db.models import Model

from accounts.acts.undo import offers
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


@register.inclusion_tag("components/undo_offers.html", takes_context=True)
def undo_offers(context: dict[str, Any], record: Model) -> dict[str, Any]:
    """What of ``record`` the reader can take back, where no confirmation on the page offers it."""
    request = context["request"]
    confirmed = {message.extra_tags for message in get_messages(request)}
    found = offers(record, by=request.user)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "offers": [offer for offer in found if str(offer.undo.number) not in confirmed],
    }

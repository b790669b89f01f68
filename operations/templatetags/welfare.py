"""Tags for the start of a visit."""

from django import template

from operations.duty.start_forms import StartForm
from operations.models import Visit

register = template.Library()


@register.simple_tag
def start_form_of(visit: Visit) -> StartForm:
    """The form by which the team of ``visit`` starts it."""
    return StartForm(visit=visit)

"""Tags of forms that count once, and of the way from a list to a record and back."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.acts import submissions, ways_back
from accounts.addresses import number_of

register = template.Library()


@register.simple_tag(takes_context=True)
def submission(context: Context) -> SafeString:
    """The hidden field by which a form counts once and comes back: beside each ``csrf_token``."""
    person = context.get("user")
    if person is None or not person.is_authenticated:
        return SafeString()
    token = submissions.new_token(person=person.pk)
    return format_html('<input type="hidden" name="{}" value="{}">', submissions.FIELD, token)


@register.filter
def number(key: int) -> str:
    """The number that stands for a record's key in an address."""
    return number_of(key)


@register.simple_tag(takes_context=True)
def onward(context: Context, url: str, row: object = "") -> str:
    """The address of what stands in this list, with the way back to its row (``row-`` and this)."""
    return ways_back.onward(context["request"], url, f"row-{row}" if row else "")


@register.simple_tag(takes_context=True)
def carried(context: Context, url: str) -> str:
    """An address with the place that this page was opened from, or that place if it is the list."""
    request = context.get("request")
    return ways_back.carried(request, str(url)) if request else str(url)


@register.simple_tag(takes_context=True)
def came_from(context: Context, url: str, label: str) -> tuple[str, str]:
    """The address and the words of the way back from a record's page."""
    return ways_back.came_from(context["request"], str(url), label)

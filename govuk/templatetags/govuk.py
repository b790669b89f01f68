"""Tags of the form pack, and dates in words."""

import datetime as dt
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format

from govuk import parts

register = template.Library()


@register.simple_tag(takes_context=True)
def field_part(context: Context) -> parts.Part:
    """What to show of the ``field`` that crispy is rendering."""
    return parts.part(
        context["field"],
        context.get("question"),
        context.get("revealed_by"),
        bool(context.get("revealed")),
    )


@register.filter
def error_links(form: Any) -> list[tuple[str, str]]:
    """The errors of a form as (message, id of the control); nothing for anything else."""
    return parts.error_links(form) if isinstance(form, BaseForm) else []


@register.filter
def has_errors(form: Any) -> bool:
    """Whether a form was sent and refused."""
    return isinstance(form, BaseForm) and form.is_bound and bool(form.errors)


@register.filter
def page_numbers(page: Page[Any]) -> Any:
    """The numbers to link to around a page of a list, with ellipses."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def plain_time(when: dt.date | dt.datetime) -> str:
    """A date as "4 March 2026", with the time of the day if it has one: "4 March 2026, 19:30"."""
    if isinstance(when, dt.datetime):
        return date_format(timezone.localtime(when), "j F Y, H:i")
    return date_format(when, "j F Y")


@register.filter
def clock(when: dt.datetime) -> str:
    """The time of the day alone: "19:30"."""
    return f"{timezone.localtime(when):%H:%M}"


@register.filter
def moment(when: dt.datetime) -> str:
    """A time that is soon: "19:30" today, "4 March 2026, 19:30" on another day."""
    today = timezone.localtime(when).date() == timezone.localdate()
    return clock(when) if today else plain_time(when)


@register.filter
def machine_time(when: dt.date | dt.datetime) -> str:
    """A date or time as the ``datetime`` attribute of ``<time>`` wants it."""
    return when.isoformat()

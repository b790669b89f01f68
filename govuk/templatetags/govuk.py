"""Tags of the form pack, and dates in words."""

import datetime as dt
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context
from django.utils import timezone

from govuk import dates, parts

register = template.Library()
register.filter(dates.plain_time)
register.filter(dates.long_day)
register.filter(dates.clock)


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
def moment(when: dt.datetime) -> str:
    """A time inside a sentence, with its day where that is not today."""
    return dates.moment(when, at=timezone.now())


@register.filter
def machine_time(when: dt.date | dt.datetime) -> str:
    """A date or time as the ``datetime`` attribute of ``<time>`` wants it."""
    return when.isoformat()

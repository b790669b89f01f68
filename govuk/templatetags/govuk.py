"""Tags of the form pack, and dates in words."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from govuk import dates, parts, telephones

register = template.Library()
register.filter(dates.plain_time)
register.filter(dates.long_day)
register.filter(dates.clock)
register.filter(dates.how_long)
register.filter(dates.month)


@register.filter
def telephone(number: str) -> SafeString:
    """A link that calls the ``number``, in groups of figures; nothing where there is none."""
    if not number:
        return SafeString()
    return format_html(
        '<a class="govuk-link app-telephone" href="tel:{}">{}</a>', number, telephones.shown(number)
    )


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


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    figures: bool = False


@register.filter
def figures(name: str) -> Column:
    """A column of this name whose cells are figures."""
    return Column(name, figures=True)


@register.simple_block_tag
def table(content: str, label: str, *columns: str | Column, wide: bool = False) -> str:
    """A table around its rows, such as ``{% table "Visits" "Venue" "Completed"|figures %}``.

    Args:
        content: The rows.
        label: What the table is of, for screen readers.
        columns: Their names. One without a name is left out: ``sees_it|yesno:"Verdict,"``.
        wide: Whether it keeps 700 pixels and scrolls where there is less.

    """
    heads = [one if isinstance(one, Column) else Column(one) for one in columns]
    return render_to_string(
        "components/table.html",
        {
            "label": label,
            "columns": [head for head in heads if head.name],
            "wide": wide,
            "rows": content,
        },
    )


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

"""What fits a question of a form as one types, for static/js/search.js."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string

from govuk import searched
from govuk.parts import part


@dataclass(frozen=True)
class Found:
    """The records that now stand below the box of a question, and what the page is told."""

    rows: list[Any]
    told: dict[str, str]


def found_at(form: forms.BaseForm, question: str, request: HttpRequest) -> Found:
    """Look for what was typed at ``question`` among the records that ``form`` takes there.

    Raises:
        Http404: the form has no such question to search in.

    """
    if question not in form.fields or not searched.is_searched(form[question]):
        raise Http404
    bound, asked = form[question], request.GET
    says = searched.look(bound, asked.get("text", ""), asked.getlist("has"))
    html = render_to_string("govuk/fields/choices.html", {"field": bound, "part": part(bound)})
    return Found(searched.shown(bound), {"says": says, "html": html})

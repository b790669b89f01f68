"""A select box is what Django's own template makes of it."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from govuk.renderer import Renderer

NESTED = [("", "Any"), ("Open & shut", [("a", "A <b>"), ("b", "B")]), (7, mark_safe("<i>c</i>"))]


@pytest.mark.parametrize(
    ("widget", "value", "attrs"),
    [
        (forms.Select(choices=NESTED), "b", {"id": "id_x", "class": 'one "two"'}),
        (forms.Select(choices=NESTED), 7, {"required": True, "disabled": False, "size": 3}),
        (forms.Select(choices=[]), None, {}),
        (forms.SelectMultiple(choices=NESTED), ["a", 7], {"aria-describedby": "hint"}),
        (forms.NullBooleanSelect(), True, {}),
    ],
)
def test_it_is_what_the_template_makes_of_it(widget, value, attrs):
    ours = widget.render("x<y", value, attrs, renderer=Renderer())
    theirs = widget.render("x<y", value, attrs, renderer=DjangoTemplates())
    assert ours.splitlines() == [line for line in theirs.splitlines() if line.strip()]


def test_other_controls_are_left_to_their_templates():
    assert forms.TextInput().render("x", "1", renderer=Renderer()) == (
        '<input type="text" name="x" value="1">'
    )


def test_forms_have_it():
    assert isinstance(forms.Form().renderer, Renderer)

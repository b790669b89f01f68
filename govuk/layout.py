"""Layout of questions in a form: the objects of a crispy layout."""

import enum
from dataclasses import dataclass
from typing import Any

from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


class Style(enum.StrEnum):
    """How the choices of a question stand."""

    STACKED = "stacked"
    """One below the other: the default."""

    BIG = "big"
    """Boxes as wide as the phone, for the thumb."""

    GRID = "grid"
    """Short boxes, four in a row on a phone, for numbers and other answers of a few letters."""

    COLUMNS = "columns"
    """Small boxes in two columns on a phone and more elsewhere, for many short answers."""


class Reveal:
    """Further questions that apply only to one answer of the question around them.

    Without JavaScript they are always shown. What depends on the answer (which of them must be
    filled in, which are ignored) is for the form's ``clean``, so make them ``required=False``.
    """

    def __init__(self, value: str, *fields: Any) -> None:
        """Show ``fields`` (names or layout objects) while the answer is ``value``.

        The value of a single checkbox is ``"on"``.
        """
        self.value = value
        self.fields = fields

    def render(self, form: forms.BaseForm, context: Context, template_pack: str) -> SafeString:
        """The markup of the questions, one after the other."""
        shown = [
            item.render(form, context, template_pack, revealed=True)
            if isinstance(item, Question)
            else render_field(
                item, form, context, template_pack=template_pack, extra_context={"revealed": True}
            )
            for item in self.fields
        ]
        return mark_safe("".join(shown))  # noqa: S308 (each the output of a template)


class Question:
    """A field with a look of its own, and what its answers reveal."""

    def __init__(
        self,
        name: str,
        *reveals: Reveal,
        style: Style = Style.STACKED,
        optional: bool | None = None,
        width: int | None = None,
        suffix: str = "",
    ) -> None:
        """Describe the field ``name``.

        Args:
            name: The form's field.
            reveals: What each answer reveals (radios and checkboxes).
            style: How radios or checkboxes stand.
            optional: Whether to say "(optional)"; by default if the field is not required, except
                inside a :class:`Reveal`, whose questions may well be required there.
            width: Of the box in letters: 2, 3, 4, 5, 10, 20 or 30.
            suffix: A unit behind the box.

        """
        self.name = name
        self.reveals = reveals
        self.style = style
        self.optional = optional
        self.width = width
        self.suffix = suffix

    def render(
        self,
        form: forms.BaseForm,
        context: Context,
        template_pack: Any = TEMPLATE_PACK,
        revealed: bool = False,
        **_: Any,
    ) -> SafeString:
        """The markup of the question and of all that it can reveal."""
        revealed_by = {
            reveal.value: reveal.render(form, context, template_pack) for reveal in self.reveals
        }
        extra = {"question": self, "revealed_by": revealed_by, "revealed": revealed}
        html: SafeString = render_field(
            self.name, form, context, template_pack=template_pack, extra_context=extra
        )
        return html


@dataclass(frozen=True)
class Button:
    """A button that sends the form; in a layout or in ``GovForm.buttons``."""

    label: str
    name: str = ""
    value: str = ""
    kind: str = ""
    """Empty, ``secondary`` or ``warning``."""

    def render(
        self, form: forms.BaseForm, context: Context, template_pack: Any = TEMPLATE_PACK, **_: Any
    ) -> SafeString:
        return render_to_string(f"{template_pack}/layout/button.html", {"button": self})

"""Parts of one field that the pack's templates place: everything a reader sees or hears of it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from govuk import searched
from govuk.fields import GovDateWidget
from govuk.layout import Question, Style

_DJANGO_ROWS = "10"  # of a text area whose form names no number: too much of a phone
_DASHES = BLANK_CHOICE_DASH[0][1]


#: What a browser may offer again; nothing else that is typed here stays on a shared desktop.
KEPT_BY_BROWSERS = frozenset(
    {"username", "username webauthn", "current-password", "new-password", "one-time-code"}
)


@dataclass(frozen=True)
class Option:
    """One radio or checkbox."""

    id: str
    name: str
    value: str
    label: str
    checked: bool
    attrs: SafeString
    revealed: SafeString | None

    @property
    def conditional_id(self) -> str:
        """The id of the block this option reveals."""
        return f"conditional-{self.id}"


@dataclass(frozen=True)
class Part:
    """All that templates/govuk/field.html needs to know of one field."""

    template: str
    """In templates/govuk/fields/."""
    label: str
    input_type: str = ""
    """``radio`` or ``checkbox`` for choices."""
    group_class: str = ""
    fieldset_role: str = ""
    suffix: str = ""
    html: str = ""
    """The control itself where Django draws it."""
    options: list[Option] = field(default_factory=list)
    boxes: list[dict[str, Any]] = field(default_factory=list)
    fieldset: bool = False
    own_label: bool = False
    """The control brings its label and hint (a single checkbox)."""
    box_label: str = ""
    """Of the box in which records are searched."""
    seen: str = ""
    """What stands in it and was looked for."""


def part(
    bound: BoundField,
    question: Question | None = None,
    revealed_by: Mapping[str, SafeString] | None = None,
    revealed: bool = False,
) -> Part:
    """Prepare ``bound`` for the templates, as ``question`` asks."""
    question = question or Question(bound.name)
    widget = bound.field.widget
    common: dict[str, Any] = {"label": _label(bound, question, revealed)}
    if searched.is_searched(bound):
        return _searched(bound, common["label"])
    if (records := searched.field_of(bound)) and (few := records.searched.few) is not None:
        widget.choices = [(row.pk, records.label_from_instance(row)) for row in few]
        if not records.several:
            widget.choices[:0] = [("", records.empty_label)]
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        options = _options(bound, revealed_by or {})
        kind = "checkbox" if isinstance(widget, forms.CheckboxSelectMultiple) else "radio"
        look = _look(kind, question.style)
        return Part(
            "choices.html",
            input_type=kind,
            group_class=look,
            options=options,
            fieldset=True,
            **common,
        )
    if isinstance(widget, forms.CheckboxInput):
        option = _single(bound, str(common["label"]), revealed_by or {})
        return Part(
            "choices.html",
            input_type="checkbox",
            group_class=_look("checkbox", question.style),
            options=[option],
            own_label=True,
            **common,
        )
    if isinstance(widget, GovDateWidget):
        boxes = widget.boxes(bound.html_name, bound.auto_id, bound.value())
        return Part("date.html", boxes=boxes, fieldset=True, fieldset_role="group", **common)
    if isinstance(widget, forms.Textarea):
        area = copy.copy(widget)
        if widget.attrs.get("rows") == _DJANGO_ROWS:
            area.attrs = widget.attrs | {"rows": "5"}
        return Part("control.html", html=_control(bound, area, "govuk-textarea"), **common)
    if isinstance(widget, forms.Select):
        plain = copy.copy(widget)
        plain.choices = [
            (value, "Choose" if label == _DASHES else label) for value, label in widget.choices
        ]
        return Part("control.html", html=_control(bound, plain, "govuk-select"), **common)
    if isinstance(widget, forms.FileInput):
        plain_file = forms.FileInput(attrs=widget.attrs)
        plain_file.is_required = widget.is_required
        return Part("control.html", html=_control(bound, plain_file, "govuk-file-upload"), **common)
    html = _control(bound, _text_box(bound, widget), "govuk-input", question.width)
    return Part("control.html", html=html, suffix=question.suffix, **common)


def first_id(bound: BoundField) -> str:
    """The id of the control that a link to the field should reach."""
    widget = bound.field.widget
    if searched.is_searched(bound):
        return f"{bound.auto_id}{searched.BOX}"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    if isinstance(widget, GovDateWidget):
        return f"{bound.auto_id}_day"
    return bound.auto_id


def error_links(form: forms.BaseForm) -> list[tuple[str, str]]:
    """The errors of ``form`` for its summary: (message, id of the control or nothing)."""
    links = [(str(message), "") for message in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        target = "" if bound.is_hidden else first_id(bound)
        links += [(str(message), target) for message in bound.errors]
    return links


def _label(bound: BoundField, question: Question, revealed: bool) -> str:
    optional = question.optional
    if optional is None:
        optional = (
            not bound.field.required
            and not revealed
            and getattr(bound.form, "mark_optional", True)
            and not isinstance(bound.field.widget, forms.CheckboxInput)
        )
    return f"{bound.label} (optional)" if optional else str(bound.label)


def _look(kind: str, style: Style) -> str:
    base = "govuk-radios" if kind == "radio" else "govuk-checkboxes"
    if style is Style.COLUMNS:
        return f"{base} {base}--small app-choice-columns"
    if style in (Style.BIG, Style.GRID):
        return f"{base} app-choice-{style.value}"
    return base


def _options(bound: BoundField, revealed_by: Mapping[str, SafeString]) -> list[Option]:
    options = []
    for choice in bound.subwidgets:
        data = choice.data
        if data["label"] == _DASHES:
            continue
        attrs = dict(data["attrs"])
        options.append(
            Option(
                id=attrs.pop("id"),
                name=data["name"],
                value=str(data["value"]),
                label=data["label"],
                checked=data["selected"],
                attrs=flatatt(_extra(attrs)),
                revealed=revealed_by.get(str(data["value"])),
            )
        )
    return options


def _searched(bound: BoundField, label: str) -> Part:
    """A box to search in, and below it what is chosen and what was found."""
    field, chosen = searched.field_of(bound), searched.chosen(bound)
    assert field is not None
    shown = [
        (str(row.pk), field.searched.apart(row), row in chosen) for row in searched.shown(bound)
    ]
    kind, in_box = "checkbox" if field.several else "radio", searched.in_box(bound)
    if shown and not field.several and not bound.field.required:
        shown.append(("", field.empty_label, not chosen and not in_box))
    attrs = {
        "id": f"{bound.auto_id}{searched.BOX}",
        "name": f"{bound.html_name}{searched.BOX}",
        "class": "govuk-input govuk-input--error" if bound.errors else "govuk-input",
        "type": "text",
        "value": in_box,
        "maxlength": searched.LONGEST,
        "autocomplete": "off",
        "spellcheck": "false",
        "data-search": bound.html_name,
        "autofocus": "autofocus" in bound.field.widget.attrs,
    }
    return Part(
        "searched.html",
        label=label,
        input_type=kind,
        group_class="govuk-checkboxes govuk-checkboxes--small"
        if field.several
        else "govuk-radios govuk-radios--small",
        html=flatatt(attrs),
        box_label=field.searched.by,
        seen=in_box if bound.errors else "",
        fieldset=True,
        options=[
            Option(f"{bound.auto_id}_{n}", bound.html_name, value, said, ticked, SafeString(), None)
            for n, (value, said, ticked) in enumerate(shown)
        ],
    )


def _single(bound: BoundField, label: str, revealed_by: Mapping[str, SafeString]) -> Option:
    widget = bound.field.widget
    described = {"aria-describedby": bound.aria_describedby} if bound.aria_describedby else {}
    return Option(
        id=bound.auto_id,
        name=bound.html_name,
        value="on",
        label=label,
        checked=bool(widget.check_test(bound.value())),
        attrs=flatatt({**_extra(widget.attrs), **described}),
        revealed=revealed_by.get("on"),
    )


def _extra(attrs: Mapping[str, Any]) -> dict[str, Any]:
    ours = {"id", "class", "checked", "required", "aria-invalid"}
    return {key: value for key, value in attrs.items() if key not in ours}


def _control(
    bound: BoundField, widget: forms.Widget, css_class: str, width: int | None = None
) -> SafeString:
    classes = [css_class, widget.attrs.get("class", "")]
    if bound.errors:
        classes.append(f"{css_class}--error")
    if width:
        classes.append(f"{css_class}--width-{width}")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if widget.attrs.get("autocomplete") not in KEPT_BY_BROWSERS:
        attrs["autocomplete"] = "off"
    return bound.as_widget(widget, attrs=attrs)


def _text_box(bound: BoundField, widget: forms.Widget) -> forms.Widget:
    """Numbers as text: a number box changes its value when the page is scrolled over it."""
    if not isinstance(widget, forms.NumberInput):
        return widget
    whole = isinstance(bound.field, forms.IntegerField) and not isinstance(
        bound.field, forms.DecimalField | forms.FloatField
    )
    kept = {key: value for key, value in widget.attrs.items() if key not in ("min", "max", "step")}
    return forms.TextInput({"inputmode": "numeric" if whole else "decimal"} | kept)

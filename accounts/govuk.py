"""Forms in GOV.UK style: the Python half of the crispy pack in templates/govuk/.

A form mixes in :class:`GovForm` (or :class:`GovFilterForm` for a list's filters) and says in
``layout()`` how its questions stand: a plain name, or a :class:`Question` where the look differs or
an answer reveals further questions. Everything a reader sees or hears of a field (label, hint,
error, what describes what) is prepared here as a :class:`Part`, so that the templates only place it.
"""

import copy
import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.template import Context
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe

_DASHES = BLANK_CHOICE_DASH[0][1]


class Style(enum.StrEnum):
    """How the choices of a question stand."""

    STACKED = "stacked"
    """One below the other: the default."""

    INLINE = "inline"
    """Side by side from tablet width on, for two short answers."""

    BIG = "big"
    """Boxes as wide as the phone, for the thumb."""

    GRID = "grid"
    """Short boxes, four in a row on a phone, for numbers and other answers of a few letters."""


# Questions in a layout --------------------------------------------------------------------------


class Reveal:
    """Further questions that apply only to one answer of the question around them.

    Without JavaScript they are always shown. What depends on the answer (which of them must be
    filled in, which are ignored) is for the form's ``clean`` to say, so make them ``required=False``.
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
        return mark_safe("".join(shown))  # noqa: S308 (each is the output of a template)


class Question:
    """A field with a look of its own, and what its answers reveal."""

    def __init__(
        self,
        name: str,
        *reveals: Reveal,
        style: Style = Style.STACKED,
        size: str = "s",
        page_heading: bool = False,
        optional: bool | None = None,
        width: int | None = None,
        suffix: str = "",
    ) -> None:
        """Describe the field ``name``.

        Args:
            name: The form's field.
            reveals: What each answer reveals (radios and checkboxes).
            style: How radios or checkboxes stand.
            size: Of the label: s, m, l or xl.
            page_heading: The label is the page's h1 (then set ``size="l"``).
            optional: Whether to say "(optional)"; by default if the field is not required, except
                inside a :class:`Reveal`, whose questions may well be required there.
            width: Of the box in letters: 2, 3, 4, 5, 10, 20 or 30.
            suffix: A unit behind the box.
        """
        self.name = name
        self.reveals = reveals
        self.style = style
        self.size = size
        self.page_heading = page_heading
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
        """The button's markup."""
        from django.template.loader import render_to_string

        return render_to_string(f"{template_pack}/layout/button.html", {"button": self})


# Forms ------------------------------------------------------------------------------------------


class GovForm:
    """Mix into a form (first of its bases) so that ``{% crispy form %}`` shows it in our style."""

    use_required_attribute = False  # the browser's bubbles are worse than our messages
    mark_optional = True
    submit_label = "Save"
    cancel_url = ""
    """Where the link beside the button goes; none if empty."""
    draft_key = ""
    """If set, static/js/draft.js keeps the answers on the device under this key."""
    keep_trying = False
    """Whether static/js/submit.js sends again until the server answers."""
    form_method = "post"

    fields: dict[str, forms.Field]

    def layout(self) -> Layout:
        """The order and look of the questions; by default all fields in their order."""
        return Layout(*self.fields)

    def buttons(self) -> list[Button]:
        """The buttons below the questions."""
        return [Button(self.submit_label)]

    @cached_property
    def helper(self) -> FormHelper:
        """What ``{% crispy form %}`` reads."""
        helper = FormHelper()
        helper.form_method = self.form_method
        helper.disable_csrf = self.form_method != "post"
        helper.layout = self.layout()
        helper.render_hidden_fields = True
        helper.attrs = {"novalidate": True}
        if self.draft_key:
            helper.attrs["data-draft"] = self.draft_key
            if self.is_bound:  # type: ignore[attr-defined]  # of the form this is mixed into
                helper.attrs["data-draft-sent"] = True
        if self.keep_trying:
            helper.attrs["data-keep-trying"] = True
        return helper

    def full_clean(self) -> None:
        """Clean as usual, with messages that name the missing answer instead of "This field"."""
        for name, form_field in self.fields.items():
            standard = forms.Field.default_error_messages["required"]
            if form_field.error_messages.get("required") == standard:
                label = self[name].label  # type: ignore[index]  # of the form this is mixed into
                form_field.error_messages["required"] = _missing(form_field, str(label))
        super().full_clean()  # type: ignore[misc]


class GovFilterForm(GovForm):
    """A form that narrows a list: sent by GET, and no answer is ever required."""

    mark_optional = False
    submit_label = "Show"
    form_method = "get"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of any form; the ids differ from those of another form on the page."""
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(*args, **kwargs)


def _missing(form_field: forms.Field, label: str) -> str:
    if label.endswith("?"):
        return f"Answer “{label}”"
    start = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    chosen = isinstance(form_field.widget, forms.Select | ChoiceWidget | forms.FileInput)
    return f"{'Select' if chosen else 'Enter'} {start}"


class YesNoField(forms.TypedChoiceField):
    """A question answered Yes or No; cleans to True, False or (not answered) None."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of any field; choices are given."""
        super().__init__(
            choices=[("yes", "Yes"), ("no", "No")],
            coerce=lambda value: value == "yes",
            empty_value=None,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a stored True or False as its answer."""
        return {True: "yes", False: "no"}.get(value, value)


class GovDateWidget(forms.Widget):
    """Day, month and year in three boxes, posted as ``name_day``, ``name_month``, ``name_year``."""

    use_fieldset = True
    UNITS = (("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        """What was typed as ``year-month-day``, whether or not it is a date; None if nothing."""
        typed = [
            str(data.get(f"{name}_{unit}", "")).strip().replace("-", "/")
            for unit, _, _ in self.UNITS
        ]
        return "-".join(reversed(typed)) if any(typed) else None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the three boxes were not in the form."""
        return not any(f"{name}_{unit}" in data for unit, _, _ in self.UNITS)

    def boxes(self, name: str, auto_id: str, value: Any) -> list[dict[str, Any]]:
        """The three boxes with what stands in each."""
        if isinstance(value, dt.date):
            value = f"{value.year}-{value.month}-{value.day}"
        parts = str(value or "").split("-")
        parts = list(reversed(parts)) if len(parts) == len(self.UNITS) else [""] * len(self.UNITS)
        return [
            {
                "name": f"{name}_{unit}",
                "id": f"{auto_id}_{unit}",
                "label": label,
                "width": width,
                "value": part.removeprefix("0") if unit != "year" else part,
            }
            for (unit, label, width), part in zip(self.UNITS, parts, strict=True)
        ]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The boxes alone, for a page that shows the widget without the pack."""
        from django.template.loader import render_to_string

        auto_id = (attrs or {}).get("id", f"id_{name}")
        return render_to_string(
            "govuk/fields/date_boxes.html", {"boxes": self.boxes(name, auto_id, value)}
        )


class GovDateField(forms.DateField):
    """A date typed into three boxes; its messages say which part is missing."""

    widget = GovDateWidget

    def to_python(self, value: Any) -> dt.date | None:
        """The date of ``year-month-day``.

        Raises:
            ValidationError: a part is missing, or there is no such day.
        """
        if value in self.empty_values:
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        parts = str(value).split("-")
        name = self.label or "Date"
        units = ("year", "month", "day")
        missing = [unit for unit, part in zip(units, parts, strict=False) if not part]
        if missing:
            names = " and a ".join(reversed(missing))
            raise ValidationError(f"{name} must include a {names}", code="incomplete")
        try:
            year, month, day = (int(part) for part in parts)
            if year < 1000:  # noqa: PLR2004 (two figures are a slip, not the first century)
                raise ValueError
            return dt.date(year, month, day)
        except ValueError:
            message = f"{name} must be a real date, such as 24 11 2026"
            raise ValidationError(message, code="invalid") from None


class GovSplitDateTime(forms.SplitDateTimeWidget):
    """A date in three boxes and a time, posted as ``name_0_day`` … and ``name_1``."""

    use_fieldset = True

    def __init__(self, attrs: Any = None) -> None:
        """Make the two widgets."""
        super().__init__(attrs)
        self.widgets = [GovDateWidget(), forms.TimeInput(attrs={"type": "time"}, format="%H:%M")]


class GovDateTimeField(forms.SplitDateTimeField):
    """A date and a time of the day in the current time zone; cleans to an aware datetime."""

    widget = GovSplitDateTime

    def __init__(self, *, label: str = "", **kwargs: Any) -> None:
        """Take the arguments of any field."""
        super().__init__(label=label or None, **kwargs)
        self.fields = (
            GovDateField(label=label or None, required=False),
            forms.TimeField(
                required=False, error_messages={"invalid": "Enter a time, such as 19:30"}
            ),
        )

    default_error_messages = {
        "invalid_date": "Enter the date",
        "invalid_time": "Enter the time, such as 19:30",
    }


# What the templates place ------------------------------------------------------------------------


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
    size: str
    page_heading: bool
    input_type: str = ""
    """``radio`` or ``checkbox`` for choices."""
    group_class: str = ""
    fieldset_role: str = ""
    suffix: str = ""
    html: str = ""
    """The control itself where Django draws it."""
    options: list[Option] = field(default_factory=list)
    boxes: list[dict[str, Any]] = field(default_factory=list)
    time: dict[str, str] = field(default_factory=dict)
    fieldset: bool = False
    own_label: bool = False
    """The control brings its label and hint (a single checkbox)."""


def part(
    bound: BoundField,
    question: Question | None = None,
    revealed_by: Mapping[str, SafeString] | None = None,
    revealed: bool = False,
) -> Part:
    """Prepare ``bound`` for the templates, as ``question`` asks."""
    question = question or Question(bound.name)
    widget = bound.field.widget
    common: dict[str, Any] = {
        "label": _label(bound, question, revealed),
        "size": question.size,
        "page_heading": question.page_heading,
    }
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
    if isinstance(widget, GovSplitDateTime):
        return _date_time(bound, widget, common)
    if isinstance(widget, forms.Textarea):
        return Part("control.html", html=_control(bound, widget, "govuk-textarea"), **common)
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
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    if isinstance(widget, GovDateWidget):
        return f"{bound.auto_id}_day"
    if isinstance(widget, GovSplitDateTime):
        return f"{bound.auto_id}_0_day"
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
    if style is Style.INLINE:
        return f"{base} {base}--inline"
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


def _single(bound: BoundField, label: str, revealed_by: Mapping[str, SafeString]) -> Option:
    widget = bound.field.widget
    described = {"aria-describedby": bound.aria_describedby} if bound.aria_describedby else {}
    return Option(
        id=bound.auto_id,
        name=bound.html_name,
        value="on",
        label=label,
        checked=bool(widget.check_test(bound.value())),  # type: ignore[attr-defined]
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
    return bound.as_widget(widget, attrs={"class": " ".join(filter(None, classes))})


def _text_box(bound: BoundField, widget: forms.Widget) -> forms.Widget:
    """Numbers as text: a number box changes its value when the page is scrolled over it."""
    if not isinstance(widget, forms.NumberInput):
        return widget
    whole = isinstance(bound.field, forms.IntegerField) and not isinstance(
        bound.field, forms.DecimalField | forms.FloatField
    )
    kept = {key: value for key, value in widget.attrs.items() if key not in ("min", "max", "step")}
    return forms.TextInput({"inputmode": "numeric" if whole else "decimal"} | kept)


def _date_time(bound: BoundField, widget: GovSplitDateTime, common: dict[str, Any]) -> Part:
    value = bound.value()
    day, time = value if isinstance(value, list | tuple) else widget.decompress(value)
    date_widget = widget.widgets[0]
    assert isinstance(date_widget, GovDateWidget)  # noqa: S101 (set in the constructor)
    boxes = date_widget.boxes(f"{bound.html_name}_0", f"{bound.auto_id}_0", day)
    shown = time.strftime("%H:%M") if isinstance(time, dt.time) else str(time or "")
    time_box = {"name": f"{bound.html_name}_1", "id": f"{bound.auto_id}_1", "value": shown}
    return Part(
        "date.html", boxes=boxes, time=time_box, fieldset=True, fieldset_role="group", **common
    )

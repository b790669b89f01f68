"""Fields that Django lacks: yes or no, dates typed into boxes, and times of the 24-hour clock."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.safestring import SafeString

from govuk import days, telephones
from govuk.apps import GovukConfig
from govuk.words import not_a_time

#: The third answer of a :class:`YesNoOtherField`, and what stands for no answer at all.
NOT_KNOWN, UNANSWERED = "not_known", ""


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


class YesNoOtherField(forms.TypedChoiceField):
    """Yes, no, or a third answer that is stored as None; ``UNANSWERED`` if not answered."""

    widget = forms.RadioSelect

    def __init__(self, *, other: str = "Not known", **kwargs: Any) -> None:
        """Take the arguments of any field; ``other`` is the third answer."""
        super().__init__(
            choices=[("yes", "Yes"), ("no", "No"), (NOT_KNOWN, other)],
            coerce=lambda value: {"yes": True, "no": False}.get(value),
            empty_value=UNANSWERED,
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
        auto_id = (attrs or {}).get("id", f"id_{name}")
        return render_to_string(
            "govuk/fields/date_boxes.html", {"boxes": self.boxes(name, auto_id, value)}
        )


def _example(days_ahead: int) -> str:
    day = timezone.localdate() + dt.timedelta(days=days_ahead)
    return f"For example, {day.day} {day.month} {day.year}."


def an_example(days_ahead: int = 0) -> str:
    """The hint of a date: a day that its question takes, counted from the day it is shown on."""
    return lazy(_example, str)(days_ahead)


class _Day(forms.DateField):
    """A date in the range of the force's policy, with a sentence for each slip."""

    def __init__(
        self, *, first: dt.date | None = None, last: dt.date | None = None, **kwargs: Any
    ) -> None:
        """Take the arguments of any field, and the first and last day if they are others."""
        super().__init__(**kwargs)
        self.first, self.last = first, last

    def range(self) -> tuple[dt.date, dt.date]:
        """The first and the last day that may be given."""
        if self.first and self.last:
            return self.first, self.last
        first, last = GovukConfig.days_allowed(on=timezone.localdate())
        return self.first or first, self.last or last

    def parts(self, value: str) -> tuple[str, str, str]:
        """Day, month and year as they were typed."""
        raise NotImplementedError

    def to_python(self, value: Any) -> dt.date | None:
        """The date of what was typed.

        Raises:
            ValidationError: it is none; the sentence says why.

        """
        if value in self.empty_values:
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        name = str(self.label or "The date")
        if name.endswith("?"):
            name = "The date"
        first, last = self.range()
        try:
            return days.read_day(*self.parts(str(value)), name=name, first=first, last=last)
        except days.NotADayError as error:
            raise ValidationError(error.sentence, code=error.kind) from None


class GovDateField(_Day):
    """A date typed into three boxes."""

    widget = GovDateWidget

    def parts(self, value: str) -> tuple[str, str, str]:
        """The three boxes, which the widget joins from the year on."""
        year, month, day = value.split("-") if value.count("-") == 2 else (value, "", "")
        return day, month, year


class OneBoxDateField(_Day):
    """A date typed into one box: in Django's administration."""

    def parts(self, value: str) -> tuple[str, str, str]:
        """As people and programs write it."""
        return days.parts_of(value)


class TelephoneField(forms.CharField):
    """A telephone number, shown as people read it."""

    widget = forms.TextInput({"type": "tel", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """In groups of figures."""
        return telephones.shown(value) if isinstance(value, str) else value


class GovTimeField(forms.TimeField):
    """A time of the day as text: a browser's own time box may show "07:30 PM" for 19:30.

    Accepts what a hurried thumb types on number keys too: "1930", "19.30", "930", and the 12-hour
    clock: "7pm", "7:30 p.m.", "midday".
    """

    widget = forms.TimeInput({"inputmode": "numeric", "autocomplete": "off"}, format="%H:%M")
    CLOCK = re.compile(r"([0-9]{1,2})[:. ]?([0-9]{2})")
    HALVES = re.compile(r"([0-9]{1,2})(?:[:. ]?([0-9]{2}))?\s*([ap])\.?\s?m\.?", re.IGNORECASE)
    NAMED = {"midnight": dt.time(0), "noon": dt.time(12), "midday": dt.time(12)}
    NOON = 12

    def to_python(self, value: Any) -> dt.time | None:
        """The time of what was typed.

        Raises:
            ValidationError: the clock never shows it; the sentence names the question.

        """
        if value in self.empty_values:
            return None
        if isinstance(value, dt.time):
            return value
        try:
            return self._read(str(value).strip())
        except ValueError:
            raise ValidationError(not_a_time(str(self.label or "")), code="invalid") from None

    def _read(self, typed: str) -> dt.time:
        if typed.lower() in self.NAMED:
            return self.NAMED[typed.lower()]
        if clock := self.CLOCK.fullmatch(typed):
            return dt.time(int(clock[1]), int(clock[2]))
        if halves := self.HALVES.fullmatch(typed):
            hour, minute, half = int(halves[1]), int(halves[2] or 0), halves[3].lower()
            if 1 <= hour <= self.NOON:
                return dt.time(hour % self.NOON + (self.NOON if half == "p" else 0), minute)
            if hour > self.NOON and half == "p":  # "19:30pm": said twice
                return dt.time(hour, minute)
        raise ValueError

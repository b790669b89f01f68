"""Words of a form about an answer that it can't take, in place of Django's stock ones."""

import functools
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.widgets import ChoiceWidget

NOT_WHOLE = "This page was not sent whole. Open it again."

#: The codes of what Django's validators find, for which a field has no sentence of its own.
OF_VALIDATORS = (
    "max_length",
    "min_length",
    "max_value",
    "min_value",
    "null_characters_not_allowed",
)


def say_plainly(field: forms.Field, label: str, column: Any = None) -> None:
    """Give ``field`` our sentences; what the form or the model itself says of it stays.

    They are found by their codes, also for what validators say, whether of the form or the model.

    Args:
        field: The form's field.
        label: Its label as people read it.
        column: The model's field that it stands for, if there is one.

    """
    stock, said = _stock(type(field)), field.error_messages  # type: ignore[arg-type]  # a class
    validators = list(field.validators)
    if column is not None:
        validators += column.validators
        for code, message in column.error_messages.items():
            if message is not _stock(type(column)).get(code):  # type: ignore[arg-type]
                said.setdefault(code, message)
    for code, sentence in _sentences(field, label, validators).items():
        if said.get(code) is stock.get(code):  # to compare them would have both translated
            said[code] = sentence


@functools.cache
def _stock(field: type[Any]) -> dict[str, Any]:
    """What Django says of such a field, of a form or a model, by code."""
    said: dict[str, Any] = {}
    for kind in reversed(field.__mro__):
        if kind.__module__.startswith("django."):
            said |= vars(kind).get("default_error_messages", {})
    return said


def not_a_time(label: str) -> str:
    """The sentence about a time that no clock shows."""
    name = "The time" if label.endswith("?") or not label else label
    return f"{name} must be a time of day, such as 19:30 or 7:30pm"


def _sentences(field: forms.Field, label: str, validators: Iterable[Any]) -> dict[str, str]:
    """For each code what there is to say."""
    if field.widget.is_hidden:
        return dict.fromkeys({*field.error_messages, *OF_VALIDATORS}, NOT_WHOLE)
    question = label.endswith("?")
    name = "Your answer" if question else label
    start = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    chosen = isinstance(field.widget, forms.Select | ChoiceWidget | forms.FileInput)
    missing = f"{'Select' if chosen else 'Enter'} {start}"
    if question:
        missing = f"Answer “{label}”"
    said = dict.fromkeys(("required", "blank", "null"), missing)
    said["unique"] = f"{name} is taken already. Enter another"
    said["max_length"] = f"{name} must be %(limit_value)d characters or fewer"
    said["min_length"] = f"{name} must be %(limit_value)d characters or more"
    said["null_characters_not_allowed"] = f"{name} must have no characters that cannot be seen"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        which = "an answer" if question else start
        gone = f"Choose {which} from the list: what you chose is not there any more"
        codes = ("invalid", "invalid_choice", "invalid_list", "invalid_pk_value")
        said |= dict.fromkeys(codes, gone)
    elif isinstance(field, forms.IntegerField):  # decimals, too
        whole = not isinstance(field, forms.DecimalField | forms.FloatField)
        figures = f"{name} must be a {'whole ' if whole else ''}number{_range(validators)}"
        said |= dict.fromkeys(("invalid", "min_value", "max_value"), figures)
        said |= dict.fromkeys(("max_digits", "max_decimal_places", "max_whole_digits"), figures)
    elif isinstance(field, forms.EmailField):
        said["invalid"] = "Enter an email address in the correct format, like name@example.com"
    elif isinstance(field, forms.URLField):
        said["invalid"] = "Enter a web address, like https://www.example.org"
    elif isinstance(field, forms.TimeField):
        said["invalid"] = not_a_time(label)
    elif isinstance(field, forms.FileField):
        said["max_length"] = "The name of the file must be %(max)d characters or fewer"
        said["empty"] = "The file is empty. Select another"
        said |= dict.fromkeys(("invalid", "missing"), "The file did not arrive. Select it again")
    return said


def _range(validators: Iterable[Any]) -> str:
    """The numbers that may be given, in words; the tightest of the limits."""
    limits = {MinValueValidator: max, MaxValueValidator: min}
    least, most = (
        tightest((v.limit_value for v in validators if isinstance(v, kind)), default=None)
        for kind, tightest in limits.items()
    )
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f", {least} or more"
    return f", {most} or less" if most is not None else ", such as 20"

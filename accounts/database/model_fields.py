"""Fields of models that keep what they hold tidy and in range, whatever writes them.

Each tidies what it is given before it is validated and before it is written (saving, in bulk, by
``update``), and PostgreSQL refuses what gets past that: :func:`write_checks` gives each column a
check. It runs after each ``migrate`` and not in one, since Django adds no check to a column when
only the class of its field changes.
"""

import datetime as dt
import hashlib
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.utils import CursorWrapper

from govuk import days, telephones, texts

#: What may be set and what is got, as the stubs of Django have it.
_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class _Tidy:
    """Mix into a field of text (first of its bases)."""

    tidy = staticmethod(texts.one_line)
    never = texts.NEVER_IN_A_LINE

    def to_python(self, value: Any) -> Any:
        """The text, tidy: what is validated is what is kept."""
        text = super().to_python(value)  # type: ignore[misc]
        return self.tidy(text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Leave the tidy text at the record too."""
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        if isinstance(value, str):
            value = self.tidy(value)
            setattr(model_instance, self.attname, value)  # type: ignore[attr-defined]
        return value

    def get_prep_value(self, value: Any) -> Any:
        """The tidy text, also where rows are changed without a record, or looked for."""
        value = super().get_prep_value(value)  # type: ignore[misc]
        return self.tidy(value) if isinstance(value, str) else value

    @property
    def kept_by_database(self) -> str:
        """Nothing that can't be seen, as a condition of the column."""
        return f"!~ '{self.never}'"


class LineField(_Tidy, models.CharField[_Set, _Get]):
    """Text on one line."""


class LinesField(_Tidy, models.TextField[_Set, _Get]):
    """Text of several lines."""

    tidy = staticmethod(texts.lines)
    never = texts.NEVER_IN_LINES


def plain_before_the_at(address: str) -> None:
    """Refuse an address that few mail servers take: they know ASCII alone before the @.

    Django lets pass letters that Unicode counts as another case of an English one.

    Raises:
        ValidationError: it has others.

    """
    if not address.rpartition("@")[0].isascii():
        raise ValidationError("Enter an email address with English letters alone before the @.")


def _address(text: str) -> str:
    line = texts.one_line(text)
    name, at, server = line.rpartition("@")
    return f"{name}{at}{server.lower()}"


class EmailLineField(_Tidy, models.EmailField[_Set, _Get]):
    """An email address; its server in small letters, in which Python and PostgreSQL agree."""

    tidy = staticmethod(_address)

    default_validators = [*models.EmailField.default_validators, plain_before_the_at]


def _number(text: str) -> str:
    line = texts.one_line(text)
    return telephones.normal(line) or line


def spells_a_number(text: str) -> None:
    """Refuse what is no telephone number.

    Raises:
        ValidationError: it is none.

    """
    if telephones.normal(text) is None:
        raise ValidationError(telephones.NOT_A_NUMBER)


def takes_texts(number: str) -> None:
    """Refuse a number that gets no text messages.

    Raises:
        ValidationError: it is no mobile phone's.

    """
    if not telephones.takes_texts(number):
        raise ValidationError("Enter the number of a mobile phone, like 07700 900123")


class TelephoneField(_Tidy, models.CharField[_Set, _Get]):
    """A telephone number, or none; kept with the code of its country (``govuk/telephones.py``)."""

    LONGEST_TYPED = 40
    tidy = staticmethod(_number)
    default_validators = [spells_a_number]

    @property
    def kept_by_database(self) -> str:
        """A number in its one form, as a condition of the column."""
        return f"~ '{telephones.PATTERN}|^$'"

    def formfield(self, **kwargs: Any) -> Any:
        """One box, which shows it as people read it."""
        from govuk import TelephoneField  # which no model needs before a form does

        shape: dict[str, Any] = {"form_class": TelephoneField, "max_length": self.LONGEST_TYPED}
        return super().formfield(**shape | kwargs)


def _number_to_call(text: str) -> str:
    line = texts.one_line(text)
    return line if telephones.is_short(line) else _number(line)


def spells_a_number_to_call(text: str) -> None:
    """Refuse what can't be dialled.

    Raises:
        ValidationError: it is neither a short number nor a telephone number.

    """
    if not telephones.is_short(text):
        spells_a_number(text)


class NumberToCallField(TelephoneField[_Set, _Get]):
    """A telephone number, or one of three figures such as 999."""

    tidy = staticmethod(_number_to_call)
    default_validators = [spells_a_number_to_call]

    @property
    def kept_by_database(self) -> str:
        """A number in its one form, as a condition of the column."""
        return f"~ '{telephones.PATTERN}|{telephones.SHORT}'"


class DayField(models.DateField[_Set, _Get]):
    """A day within the range of days that anything here can be about."""

    default_validators = [
        MinValueValidator(days.FIRST, message=days.out_of_range("The date")),
        MaxValueValidator(days.LAST, message=days.out_of_range("The date")),
    ]

    @property
    def kept_by_database(self) -> str:
        """In the range, as a condition of the column."""
        return f"BETWEEN '{days.FIRST}' AND '{days.LAST}'"

    def formfield(self, **kwargs: Any) -> Any:
        """One box, read as any date of ours."""
        from govuk import OneBoxDateField  # which no model needs before a form does

        return super().formfield(**{"form_class": OneBoxDateField} | kwargs)


class MomentField(models.DateTimeField[_Set, _Get]):
    """A moment that people name, within the same range of days."""

    @property
    def kept_by_database(self) -> str:
        """In the range, and in the night that ends the last day."""
        return f"BETWEEN '{days.FIRST} 00:00Z' AND '{days.LAST + dt.timedelta(days=1)} 06:00Z'"


def write_checks(cursor: CursorWrapper) -> None:
    """Give each column of these fields its check, where it has not got it yet.

    The check's name ends in a digest of its rule, so that a changed rule is written anew.
    """
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND conname LIKE 'kept\\_%'"
    )
    there = set(cursor.fetchall())
    wanted = {
        (model._meta.db_table, _name_of(field)): field
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
        for field in model._meta.local_concrete_fields
        if hasattr(field, "kept_by_database")
    }
    for table, name in there - wanted.keys():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, name in wanted.keys() - there:
        field: Any = wanted[table, name]
        rule = f'"{field.column}" {field.kept_by_database}'
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule})")


def _name_of(field: Any) -> str:
    digest = hashlib.sha256(field.kept_by_database.encode()).hexdigest()[:8]
    return f"kept_{field.column}_{digest}"

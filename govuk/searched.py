"""Questions whose answers are records: a few stand in a list, many are searched.

A list of everybody in a force is most of a page and no help to whoever looks for one name. So where
there are more than :data:`MOST_LISTED`, the question has a box to type a name into. What is typed
and names one record exactly is taken; otherwise the form comes back with what was found, to choose
from. With JavaScript (``static/js/search.js``) that is shown as one types.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundField

#: Records that stand in a list; where there are more, they are searched.
MOST_LISTED = 50
#: Found records that are shown.
MOST_FOUND = 20
#: Characters that are looked for.
LONGEST = 100
#: What the box is called, behind the name of its question.
BOX = "_find"
#: What was looked for already, so that what stands below the box is the answer to it.
SEEN = "_seen"
_IS_KEY = re.compile("[0-9]{1,18}")


@dataclass(frozen=True)
class Typed:
    """What was sent of a question: what was chosen, and what is still to be looked for."""

    chosen: tuple[str, ...]
    text: str
    seen: bool
    """Whether the page showed what fits."""


class Searched:
    """The records that a question takes, and how they are found.

    Several questions may share one: whether the records are few is asked once.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        find: Callable[[QuerySet[Any], str], QuerySet[Any]],
        names: Callable[[Any], Iterable[str]],
        by: str,
        label: Callable[[Any], str] = str,
        apart: Callable[[Any], str] | None = None,
    ) -> None:
        """Describe them.

        Args:
            rows: All that this person may choose, in order.
            find: Those of them that fit a text.
            names: What one of them is called exactly; a name may be that of several.
            by: What may be typed, such as *Name or username*.
            label: How one is shown in a list.
            apart: The same where it was searched, told from others of its name.

        """
        self.rows = rows
        self._find = find
        self._names = names
        self.by = by
        self.label = label
        self.apart = apart or label

    @cached_property
    def few(self) -> list[Any] | None:
        """All of them, where they can be listed."""
        # Which ones first: to put all in order only to leave them out would take the longest.
        some = self.rows.order_by().values("pk")[: MOST_LISTED + 1]
        rows = list(self.rows.filter(pk__in=some))
        return rows if len(rows) <= MOST_LISTED else None

    def found(self, text: str) -> list[Any]:
        """The first that fit; one more than is shown, if there are more."""
        text = " ".join(text.replace("\0", "").split())[:LONGEST]
        return list(self._find(self.rows, text)[: MOST_FOUND + 1]) if text else []

    def called(self, text: str, found: Collection[Any]) -> list[Any]:
        """Those of all that were ``found`` whose name is ``text``; none while some are left out."""
        if len(found) > MOST_FOUND:
            return []
        text = " ".join(text.split()).casefold()
        return [
            row
            for row in found
            if text in {" ".join(name.split()).casefold() for name in self._names(row) if name}
        ]


def says(text: str, found: Collection[Any]) -> str:
    """How many fit, and what to do."""
    if not found:
        return f"Nothing fits “{text}”. Check the spelling or type less of it."
    if len(found) > MOST_FOUND:
        return f"More than {MOST_FOUND} fit “{text}”. These are the first: type more to narrow it."
    return f"{len(found)} {'fits' if len(found) == 1 else 'fit'} “{text}”."


class _Sent:
    """Reads the question and its box (mixed into a widget)."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        chosen = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        text = " ".join(str(data.get(f"{name}{BOX}", "")).split())
        seen = text == " ".join(str(data.get(f"{name}{SEEN}", "")).split())
        several = isinstance(chosen, list | tuple)
        if not text or (seen and not several and name in data):
            return chosen
        keys = chosen if several else [chosen]
        return Typed(tuple(str(key) for key in keys if key), text, seen)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}{BOX}" not in data


class SearchedSelect(_Sent, forms.Select):
    """One record."""


class SearchedBoxes(_Sent, forms.CheckboxSelectMultiple):
    """Several records."""


class _SearchedField:
    """What both kinds of question do (mixed into a field of Django's)."""

    several = False
    searched: Searched
    found: list[Any]
    """What fits what was typed, to choose from."""
    unanswered = False
    """Whether what was typed names no one record."""
    empty_label: Any
    _chosen: list[Any] | None = None
    taken: list[Any]
    """What was typed so that it names one record."""

    def offer(self, searched: Searched) -> None:
        """Take the records of ``searched`` alone."""
        self.searched, self.found, self.taken = searched, [], []
        self._chosen = None
        self.queryset = searched.rows

    def label_from_instance(self, obj: Any) -> str:
        """How a record of a list is shown."""
        return self.searched.label(obj)

    def answer(self, text: str) -> Any:
        """The one record called ``text``.

        Raises:
            ValidationError: none or several are; those that fit are shown to choose from.

        """
        found = self.searched.found(text)
        called = self.searched.called(text, found)
        if len(called) != 1:
            self.found, self.unanswered = found[:MOST_FOUND], True
            told = says(text, found)
            raise ValidationError(f"{told} Choose below." if found else told, code="searched")
        self.taken = called
        return called[0]

    def chosen(self, value: Any, *, answered: bool) -> list[Any]:
        """The records that are chosen by ``value``.

        Args:
            value: As the widget reads it, or what the question starts from.
            answered: Whether what was typed has been looked for: it goes before what was chosen
                earlier, where a question takes one record.

        """
        typed = isinstance(value, Typed)
        keys = value.chosen if typed else value
        if typed and answered and not self.several:
            keys = ()
        keys = {str(key) for key in (keys if isinstance(keys, list | tuple) else [keys])}
        keys = {key for key in keys if _IS_KEY.fullmatch(key)}
        rows = list(self.searched.rows.filter(pk__in=keys)) if keys else []
        return rows + [row for row in self.taken if row not in rows]


class SearchedField(_SearchedField, forms.ModelChoiceField):  # type: ignore[type-arg, misc]
    """One record out of few or many."""

    widget = SearchedSelect

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of a choice, but its records, which :meth:`offer` gives it."""
        super().__init__(None, **kwargs)

    def clean(self, value: Any) -> Any:
        """The record: what was typed goes before what was chosen earlier."""
        return self.answer(value.text) if isinstance(value, Typed) else super().clean(value)


class SearchedFieldOfSeveral(_SearchedField, forms.ModelMultipleChoiceField):  # type: ignore[type-arg, misc]
    """Any number of records out of few or many."""

    widget = SearchedBoxes
    several = True

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of a choice, but its records, which :meth:`offer` gives it."""
        super().__init__(None, **kwargs)

    def clean(self, value: Any) -> Any:
        """The records: what was typed is added to those that were chosen."""
        if isinstance(value, Typed):
            shown = {str(row.pk) for row in self.searched.found(value.text)} if value.seen else ()
            if shown and not shown.isdisjoint(value.chosen):
                value = value.chosen
            else:
                value = [*value.chosen, str(self.answer(value.text).pk)]
        return super().clean(value)


def field_of(bound: BoundField) -> _SearchedField | None:
    """The question, if it is one of records."""
    return bound.field if isinstance(bound.field, _SearchedField) else None


def is_searched(bound: BoundField) -> bool:
    """Whether this question has a box to search in."""
    field = field_of(bound)
    return field is not None and field.searched.few is None


def shown(bound: BoundField) -> list[Any]:
    """The records that stand on the page at this question, the chosen ones first."""
    field = field_of(bound)
    assert field is not None
    return field.searched.few or [*chosen(bound), *_others(field, chosen(bound))]


def chosen(bound: BoundField) -> list[Any]:
    """The records that are chosen."""
    field = field_of(bound)
    assert field is not None
    known: list[Any] | None = field._chosen
    if known is None:
        known = field._chosen = field.chosen(bound.value(), answered=bound.form.is_bound)
    return known


def look(bound: BoundField, text: str, keys: list[str]) -> str:
    """Look for ``text`` while the records of ``keys`` are chosen; what there is to say of it."""
    field = field_of(bound)
    assert field is not None
    found = field.searched.found(text)
    field._chosen = field.chosen(keys, answered=False)
    field.found = found[:MOST_FOUND]
    return says(text, found) if text.strip() else ""


def in_box(bound: BoundField) -> str:
    """What stands in the box: what still has no answer."""
    value, field = bound.value(), field_of(bound)
    waits = not bound.form.is_bound or (field is not None and field.unanswered)
    return value.text if isinstance(value, Typed) and waits else ""


def _others(field: _SearchedField, chosen: list[Any]) -> list[Any]:
    return [row for row in field.found if row not in chosen]

"""Pages of Django's administration keep to what holds for every form."""

import functools
import json
import operator
import re
from types import new_class
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Func, Q, QuerySet, Value
from django.http import HttpRequest, QueryDict
from django.utils.crypto import salted_hmac

from accounts.acts import kept_forms
from accounts.models import User
from govuk import ComesBack, PlainWords


class Seen(forms.CharField):
    """What a page showed, as a number; it is no answer of anybody, so it never *changed*."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Never."""
        return False


class ToldOfOthers:
    """Mix in first into a form on a record: who saves after somebody else is told first.

    It compares what is asked with what was shown, not a number of the record's changes: what a
    person's page asks lies in several tables, and other pages change it too.
    """

    CONFLICT = (
        "Somebody else saved this after you opened it. What you entered is still below and "
        "nothing is saved. Look at what they saved in another window, then save again to replace "
        "it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        self.now = ""
        if form.instance.pk:
            has = {}
            for name, field in form.fields.items():
                value = field.prepare_value(form.get_initial_for_field(field, name))
                # Those of several have no order, and each its own text.
                has[name] = sorted(map(str, value)) if isinstance(value, list) else str(value)
            told = json.dumps(has, sort_keys=True)
            self.now = salted_hmac("accounts.acts.admin", told, algorithm="sha256").hexdigest()
            form.fields["seen"] = Seen(required=False, initial=self.now)

    def clean(self) -> Any:
        """Refuse once, and take what is there now as seen."""
        form: Any = self
        if (seen := form.cleaned_data.pop("seen", "")) and seen != self.now:
            form.add_error(None, self.CONFLICT)
            form.data = cast(QueryDict, form.data).copy()
            form.data["seen"] = self.now
        return super().clean()  # type: ignore[misc]  # the form's


class ComesBackFilled:
    """Mix in first into each ``ModelAdmin``. That its forms count once, the site looks after."""

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """The field, of which no browser keeps what was typed."""
        field = super().formfield_for_dbfield(*args, **kwargs)  # type: ignore[misc]
        if field is not None:
            getattr(field.widget, "widget", field.widget).attrs["autocomplete"] = "off"
        return field

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, filled with what was kept, which tells what others saved, in our words."""
        form = super().get_form(request, *args, **kwargs)  # type: ignore[misc]
        kept = kept_forms.find(request) if request.method == "GET" else None
        return new_class(
            form.__name__,
            (PlainWords, ComesBack, ToldOfOthers, form),
            exec_body=lambda body: body.update(kept=kept.answers if kept else None),
        )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The record, held while it is saved: it stays as the form compares it."""
        record: models.Model | None = super().get_object(request, *args, **kwargs)  # type: ignore[misc]
        if record is not None and request.method == "POST":
            held = type(record)._base_manager.select_for_update(no_key=True)
            try:
                record.refresh_from_db(from_queryset=held)
            except ObjectDoesNotExist:
                return None
        return record

    def render_change_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The page, which says what was kept."""
        kept = kept_forms.find(request) if request.method == "GET" else None
        if kept:
            messages.info(request, kept.in_words)
        return super().render_change_form(request, *args, **kwargs)  # type: ignore[misc]


class ByNames(ChangeList):
    """A list that a click on the head of a name's column puts in the order of the alphabet."""

    def get_ordering_field(self, field_name: Any) -> Any:
        """A name's normal form, whatever the case and the accents."""
        found = super().get_ordering_field(field_name)
        names = cast(FindsNames, self.model_admin).search_names
        return f"{found}__normal" if found in names else found


class FindsNames:
    """Mix in first into an admin whose rows have names: they are found and put in order however
    they are written.
    """

    search_names: tuple[str, ...] = ("name",)
    """The fields that hold names."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ByNames

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What Django finds, and where each word is in a name by its normal form."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        if not search_term.strip():
            return found, may_repeat
        words = [word for word in search_term.split() if re.search(r"[^\W_]", word)]
        if not words:
            told = f"Nothing can be found by “{search_term}” alone. Type part of a name."
            messages.warning(request, told)
            return queryset.none(), False
        for word in words:
            normal = Func(
                Value(word), function="makesafe_normal_name", output_field=models.TextField()
            )
            in_one = [Q(**{f"{name}__normal__contains": normal}) for name in self.search_names]
            queryset = queryset.filter(functools.reduce(operator.or_, in_one))
        return found | queryset, may_repeat


class ForTheWholeForce(ComesBackFilled):
    """Mix in first for what holds in every command unit: others than the whole force's look on."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Add it only as somebody who sees the whole force."""
        allowed: bool = super().has_add_permission(request, *args)  # type: ignore[misc]
        return allowed and sees_whole_force(request)

    def has_change_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Likewise."""
        allowed: bool = super().has_change_permission(request, *args)  # type: ignore[misc]
        return allowed and sees_whole_force(request)


def sees_whole_force(request: HttpRequest) -> bool:
    """Whether the person who asks sees the whole force."""
    return isinstance(request.user, User) and request.user.whole_force

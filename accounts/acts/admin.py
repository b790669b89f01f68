"""Pages of Django's administration keep to what holds for every form."""

import functools
import operator
from types import new_class
from typing import Any

from django.contrib import messages
from django.db import models
from django.db.models import Func, Q, QuerySet, Value
from django.http import HttpRequest

from accounts.acts import kept_forms
from accounts.govuk import ComesBack
from accounts.models import User


class ComesBackFilled:
    """Mix in first into each ``ModelAdmin``. That its forms count once, the site looks after."""

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """The field, of which no browser keeps what was typed."""
        field = super().formfield_for_dbfield(*args, **kwargs)  # type: ignore[misc]
        if field is not None:
            getattr(field.widget, "widget", field.widget).attrs["autocomplete"] = "off"
        return field

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, filled with what was kept."""
        form = super().get_form(request, *args, **kwargs)  # type: ignore[misc]
        kept = kept_forms.find(request) if request.method == "GET" else None
        if kept is None:
            return form
        return new_class(
            form.__name__, (ComesBack, form), exec_body=lambda body: body.update(kept=kept.answers)
        )

    def render_change_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The page, which says what was kept."""
        kept = kept_forms.find(request) if request.method == "GET" else None
        if kept:
            messages.info(request, kept.in_words)
        return super().render_change_form(request, *args, **kwargs)  # type: ignore[misc]


class FindsNames:
    """Mix in first into an admin whose rows have names: they are found however they are written."""

    search_names: tuple[str, ...] = ("name",)
    """The fields that hold names."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What Django finds, and where each word is in a name by its normal form."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        if not search_term.strip():
            return found, may_repeat
        for word in search_term.split():
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

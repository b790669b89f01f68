"""Pages of Django's administration keep to what holds for every form."""

from types import new_class
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from accounts.acts import kept_forms
from accounts.govuk import ComesBack


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

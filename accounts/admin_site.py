"""Django's administration, behind our own sign-in."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts.database.locks import one_at_a_time


class AdministrationConfig(AdminConfig):
    """Django's entry for its administration, with our site."""

    default_site = "accounts.admin_site.Administration"


class Administration(AdminSite):
    """The pages where administrators look after people and reference data."""

    site_header = "Makesafe spot checks: administration"
    site_title = "Makesafe spot checks"
    index_title = "People and reference data"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may come in; a 403 instead of a second sign-in for others.

        Who may do what is decided here, so whoever signed in a while ago proves it again.
        """
        from accounts.access.pages import (
            require_recent_sign_in,  # Django reads this module before models
        )

        allowed = super().has_permission(request)
        if request.user.is_authenticated:
            if not allowed:
                raise PermissionDenied
            require_recent_sign_in(request)
        return allowed

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """No sign-in of its own: Django's pages send people here, and this sends them to ours."""
        index = reverse("admin:index")
        if request.user.is_authenticated:
            return redirect(index)
        wanted = request.GET.get(REDIRECT_FIELD_NAME, index)
        return redirect(reverse("account_login", query={REDIRECT_FIELD_NAME: wanted}))

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        """Each of its pages; a form counts once here, too."""
        from accounts.acts.submissions import answer_once  # Django reads this module before models

        if view == self.logout:  # its form is Django's, and signing out twice is signing out
            return super().admin_view(view, cacheable)

        @functools.wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.GET = _without_empty(request.GET)  # type: ignore[assignment]
            if request.method == "POST":
                request.POST = _without_empty(request.POST)  # type: ignore[assignment]
                # Of two equal forms at once the second sees what the first has saved.
                one_at_a_time("accounts.people")
            return answer_once(request, lambda: view(request, *args, **kwargs))

        return super().admin_view(counted, cacheable)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One's own password has one place."""
        return redirect("account_change_password")


def _without_empty(sent: QueryDict) -> QueryDict:
    """``sent`` without an empty name of the field by which a record is looked for.

    Django takes the empty name for one of a field.
    """
    if sent.get(TO_FIELD_VAR) != "":
        return sent
    rest = sent.copy()
    del rest[TO_FIELD_VAR]
    return rest

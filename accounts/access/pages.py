"""Access to pages: signed in, allowed, and otherwise a real 403."""

from collections.abc import Iterable
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.views import View

from accounts.acts import kept_forms
from accounts.models import User
from accounts.record.access_log import record_reads
from accounts.sign_in import sessions


class Pages(Paginator[Any]):
    """The pages of a list. Past its end, where rows have gone meanwhile, is its last page."""

    def validate_number(self, number: Any) -> int:
        """The page of this number, or the nearest."""
        try:
            return super().validate_number(number)
        except EmptyPage:
            return self.num_pages if int(number) > 0 else 1


class PagesByKey(Pages):
    """The pages of a long list of records, whose rows are worked out for the page alone.

    Behind an OFFSET PostgreSQL works out every row that it passes over, with all that is joined and
    annotated. Passing over keys alone costs little.
    """

    def page(self, number: Any) -> Page[Any]:
        """The page of this number."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows = cast("QuerySet[Any]", self.object_list)
        keys = rows.values("pk")[first : first + self.per_page]
        return Page(rows.filter(pk__in=keys), number, self)


class RequiresPermission(PermissionRequiredMixin, View):
    """A view that people with ``permission_required`` may open.

    Whoever is signed in and lacks it gets the 403 page; whoever is not signed in is sent to
    sign in by Django's ``LoginRequiredMiddleware`` before the view runs.
    """

    raise_exception = True
    #: Of those that are lists.
    paginator_class: type[Paginator[Any]] = Pages

    @property
    def user(self) -> User:
        """The person who asks. ``LoginRequiredMiddleware`` has let nobody else through."""
        return cast(User, self.request.user)

    def record_reads(self, *, viewed: Iterable[Model] = (), listed: Iterable[Model] = ()) -> None:
        """Put on record that this person sees a visit, a cadet, a contact or the like.

        Args:
            viewed: What the page is about.
            listed: What else stands on it.

        """
        record_reads(by=self.user, viewed=viewed, listed=listed)


class RequiresRecentSignIn(View):
    """A sensitive view: whoever signed in a while ago proves again who they are.

    Mix in before :class:`RequiresPermission`. The page is asked for with a GET first, so the form
    is usually filled in afterwards; a form that was open for too long comes back filled once the
    person has proved it (``accounts/acts/kept_forms.py``). Functions call
    :func:`require_recent_sign_in`.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_recent_sign_in(request)
        return super().dispatch(request, *args, **kwargs)


def require_recent_sign_in(request: HttpRequest) -> None:
    """Ask whoever signed in a while ago to prove again who they are, then come back here.

    Raises:
        ReauthenticationRequired: allauth's middleware makes it the page that asks.
        ImmediateHttpResponse: the same, and what was typed is kept.

    """
    if sessions.signed_in_recently(request):
        return
    if kept_forms.keep(request):
        # allauth would keep it too, as plain text together with the cookies, and send it unseen.
        methods = get_adapter().get_reauthentication_methods(request.user)
        query = urlencode({REDIRECT_FIELD_NAME: kept_forms.page_of(request)})
        url = methods[0]["url"] if methods else reverse("account_login")
        raise ImmediateHttpResponse(HttpResponseRedirect(f"{url}?{query}"))
    raise ReauthenticationRequired

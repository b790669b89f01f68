"""The door of every page: signed in, allowed, and otherwise a real 403."""

from collections.abc import Iterable
from typing import cast

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Model
from django.views import View

from accounts.access_log import record_reads
from accounts.models import User


class RequiresPermission(PermissionRequiredMixin, View):
    """A view that people with ``permission_required`` may open.

    Whoever is signed in and lacks it gets the 403 page; whoever is not signed in is sent to
    sign in by Django's ``LoginRequiredMiddleware`` before the view runs.
    """

    raise_exception = True

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

"""The door of every page: signed in, allowed, and otherwise a real 403."""

from typing import cast

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views import View

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

"""The door of every page: signed in, allowed, and otherwise a real 403."""

from django.contrib.auth.mixins import PermissionRequiredMixin


class RequiresPermission(PermissionRequiredMixin):
    """A view that people with ``permission_required`` may open.

    Whoever is signed in and lacks it gets the 403 page; whoever is not signed in is sent to
    sign in by Django's ``LoginRequiredMiddleware`` before the view runs.
    """

    raise_exception = True

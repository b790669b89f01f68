"""What every answer to somebody signed in carries, and the transaction it is made in."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from accounts import scope
from accounts.models import User


class KeepNoCopies:
    """Tell browsers and proxies to keep no copy of a page that only this person may see.

    Without it *Back* shows a planned visit after its officer has signed out of a shared device.
    Static files never get here: WhiteNoise answers before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the header if somebody was or is now signed in."""
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


class ScopedTransaction:
    """Make each answer in one transaction that says who acts, from where and on which page.

    A middleware, since pages are rendered after their view has returned. An error undoes all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the transaction."""
        user = request.user if isinstance(request.user, User) else None
        address = request.META.get("REMOTE_ADDR", "")
        with scope.acting(user, address=address, path=request.path):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "view_failed", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Note that what the view did is to be undone, once the page that says so is made."""
        request.view_failed = True  # type: ignore[attr-defined]  # ours, read above

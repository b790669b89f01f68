"""What holds around every page: who asks, and that no copy of the answer is kept."""

import uuid
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from accounts import scope

SERVER_ERROR = 500  # HTTP's statuses from here on say that the server is at fault


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
    """One transaction for each request, in which PostgreSQL knows who asks (``accounts/scope.py``).

    Not Django's ``ATOMIC_REQUESTS``: that ends before a page is rendered, and pages ask for their
    rows while they are. A request that ends in an error leaves nothing behind.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the transaction."""
        with scope.acting(
            request.user,
            request_id=uuid.UUID(request.request_id),  # type: ignore[attr-defined]  # config/requests.py
            address=request.META.get("REMOTE_ADDR", ""),
            # The link of an invitation holds a secret; whoever follows it is not signed in yet.
            path=request.path if request.user.is_authenticated else "",
        ):
            response = self.get_response(request)
            if getattr(request, "takes_back", False) or response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember to take everything back, once the error's page is made."""
        request.takes_back = True  # type: ignore[attr-defined]

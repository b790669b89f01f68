"""Headers of answers that never pass through Django's middleware, or only through a part of it.

A refusal at the door, an address for whoever watches over the service, a request that nobody could
read: each carries the headers of a page, in the middleware's own words.
"""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

from config.admission import Scope

#: Of ``MIDDLEWARE``: those that add headers to whatever answer there is, by nothing but settings.
SAYING = (
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.requests.CrossOriginResourcePolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)

Header = tuple[bytes, bytes]


class _Connection(HttpRequest):
    """As much of a request as tells whether it came by TLS."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.path_info = self.path = scope.get("path", "/")
        told = dict(scope.get("headers", ())).get(b"x-forwarded-proto", b"")
        if told:
            self.META["HTTP_X_FORWARDED_PROTO"] = told.decode("latin1").lower()
        self._scheme: str = scope.get("scheme", "http")

    def _get_scheme(self) -> str:
        return self._scheme


class Headers:
    """What the middleware adds to any answer, as the settings are now."""

    def __init__(self) -> None:
        """Load the middleware."""
        self._say: Callable[[HttpRequest], HttpResponseBase] = _nothing
        for name in SAYING:
            self._say = import_string(name)(self._say)
            if isinstance(self._say, SecurityMiddleware):
                self._say.redirect = False  # to the same by TLS: this is not about the address

    def complete(self, scope: Scope, headers: Iterable[Header]) -> list[Header]:
        """These headers of an answer, and what is missing among them."""
        told = list(headers)
        names = {name.lower() for name, _ in told}
        answer = self._say(_Connection(scope))
        said = [(name.lower().encode(), value.encode()) for name, value in answer.items()]
        return told + [header for header in said if header[0] not in names]


def _nothing(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse()
    del answer["Content-Type"]
    return answer

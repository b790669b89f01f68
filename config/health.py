"""Health checks for whoever watches over the service: no sign-in, no names, no details.

``/health/live``: this process answers. ``/health/ready``: the database answers too, so pages will;
whether the cache does is told beside it, as pages go on without it.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from config.admission import TRY_AGAIN_AFTER

LIVE = "/health/live"
READY = "/health/ready"
PATHS = (LIVE, READY)


class Health:
    """Answers at these addresses, before anything asks for a host name, https or a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PATHS:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = _live() if request.path_info == LIVE else _ready()
        response["Cache-Control"] = "no-store"
        return response


def _live() -> HttpResponse:
    return JsonResponse({"web": "ok"})


def _ready() -> HttpResponse:
    state = {"database": _word(_database_answers()), "cache": _word(cache.is_there())}  # type: ignore[attr-defined]
    if state["database"] == "ok":
        return JsonResponse(state)
    return JsonResponse(state, status=503, headers={"Retry-After": str(TRY_AGAIN_AFTER)})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        connection.close()
        return False
    return True


def _word(answers: bool) -> str:
    return "ok" if answers else "away"

"""Error pages: drawn without the database, with a reference and nobody's data.

The reference is the request's id: support finds what happened by it (docs/operators.md).
"""

import functools
import sys
from collections.abc import Iterator

from django.contrib import messages
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from kombu.exceptions import KombuError
from psycopg2.errors import ReadOnlySqlTransaction
from redis.exceptions import RedisError

from accounts.acts import kept_forms
from config.admission import TRY_AGAIN_AFTER

#: What a server that we depend on raises while it is away, starts again, or could not do two
#: things at once: all of it passes. Where a row broke a rule, or a query is wrong, is not among it.
PASSING = (OperationalError, InterfaceError, RedisError, KombuError, ReadOnlySqlTransaction)

TOO_OLD = "The page that you sent was open since before you signed in again."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent can't be read."""
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The person's role does not include the page; the way out is to sign in as somebody else."""
    kept_forms.keep(request)  # for when the role is there again
    return _page(request, "403.html", 403, csrf_token=get_token(request))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a good token: too old, or not from one of our pages.

    Whoever signed in anew in another tab has such a form: it comes back as they filled it in.
    """
    if kept_forms.keep(request):
        messages.info(request, TOO_OLD)
        return HttpResponseRedirect(kept_forms.page_of(request))
    return _page(request, "403_csrf.html", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, or a record that the person can't see."""
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our mistake; or a server that we depend on is away just now, and trying again will help."""
    error = sys.exc_info()[1]
    if any(isinstance(one, ReadOnlySqlTransaction) for one in _with_causes(error)):
        # Another server writes by now: this thread's connection ends with the request.
        connection.close_at = 0
    if passing(error):
        response = _page(request, "503.html", 503)
        response["Retry-After"] = str(TRY_AGAIN_AFTER)
        return response
    return _page(request, "500.html", 500)


def busy_page(reference: str) -> str:
    """The same page for a request that no thread was free for."""
    return _busy_page_with_gap().replace(GAP, reference)


GAP = "the-reference-goes-here"


@functools.cache
def _busy_page_with_gap() -> str:
    return render_to_string("503.html", {"reference": GAP})


def passing(error: BaseException | None) -> BaseException | None:
    """What passes by itself and is behind ``error``; None where nothing is."""
    return next((one for one in _with_causes(error) if isinstance(one, PASSING)), None)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    told: set[int] = set()
    one = error
    while one is not None and id(one) not in told:
        yield one
        told.add(id(one))
        one = one.__cause__ or one.__context__


def _page(request: HttpRequest, template: str, status: int, **more: str) -> HttpResponse:
    # Without the request, so that no context processor asks who this is: the database may be gone.
    context = {"reference": getattr(request, "request_id", ""), **more}
    return HttpResponse(render_to_string(template, context), status=status)

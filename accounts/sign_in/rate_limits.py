"""Rate limits: how much one account, and one address, may send.

Sign-in, codes and forgotten passwords have limits of their own, which allauth counts
(``ACCOUNT_RATE_LIMITS``). Here is the limit on everything that is sent, and the answer to too much.
"""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from config.cache import MINUTE
from config.requests import client_address

READS = ("GET", "HEAD", "OPTIONS")
IPV6_SUBSCRIBER = 64  # bits of an address that one subscriber has; the rest they choose


class LimitWrites:
    """Refuse what one account sends beyond ``settings.WRITES_PER_MINUTE``.

    Who is signed in counts by account: a whole force may come from one address. An address counts
    while nobody is signed in. What a team logs of a visit counts and is never refused
    (``never_limited`` on the view).

    The minute moves: it is the 60 seconds before a write. One atomic step in the shared cache
    counts it, so all workers count together. Without the cache nothing is refused
    (``config/cache.py``).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READS:
            return self.get_response(request)
        if request.user.is_authenticated:
            kind, who = "account", str(request.user.pk)
        else:
            kind, who = "address", address_of(request)
        if not who:
            return self.get_response(request)
        most = settings.WRITES_PER_MINUTE[kind]
        wait = cache.seconds_to_wait(f"writes:{kind}:{who}", per_minute=most)  # type: ignore[attr-defined]
        if wait and not _is_never_limited(request):
            return too_many_requests(request, wait=wait)
        return self.get_response(request)


def _is_never_limited(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return getattr(getattr(view, "view_class", None), "never_limited", False)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: its IPv4 address, the network of its IPv6 address, or nothing."""
    told = client_address(request)
    if not told:
        return ""
    address = ipaddress.ip_address(told)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_SUBSCRIBER), strict=False))
    return str(address)


def too_many_requests(request: HttpRequest, wait: int = MINUTE) -> HttpResponse:
    """The page that says to wait, for our limits and (as ``handler429``) for allauth's.

    Args:
        request: What was refused.
        wait: Seconds until it makes sense to try again.

    """
    response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response

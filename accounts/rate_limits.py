"""How much one account, and one address, may send.

Sign-in, codes and forgotten passwords have limits of their own, which allauth counts
(``ACCOUNT_RATE_LIMITS``). Here is the limit on everything that is sent, and the answer to too much.
"""

import ipaddress
import logging
import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

READS = ("GET", "HEAD", "OPTIONS")
WINDOW = 60  # seconds
IPV6_SUBSCRIBER = 64  # bits of an address that one subscriber has; the rest they choose


class LimitWrites:
    """Refuse what one account or one address sends beyond ``settings.WRITES_PER_MINUTE``.

    A write counts in the minute of the clock in which it comes, by one atomic step in the shared
    cache, so all workers count together. Without the cache nothing is refused: an officer's
    outcome matters more than the limit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, or answer 429."""
        if request.method in READS:
            return self.get_response(request)
        counted = {"address": address_of(request)}
        if request.user.is_authenticated:
            counted["account"] = str(request.user.pk)
        now = time.time()
        try:
            counts = {kind: count(f"{kind}:{who}", now=now) for kind, who in counted.items()}
            refused = any(n > settings.WRITES_PER_MINUTE[kind] for kind, n in counts.items())
        except RedisError:
            logger.exception("Writes are not limited: the cache does not answer")
            refused = False
        if refused:
            return too_many_requests(request, wait=WINDOW - int(now % WINDOW))
        return self.get_response(request)


def count(who: str, *, now: float) -> int:
    """Count one write of ``who``; how many there are in this minute, this one included."""
    key = f"writes:{int(now // WINDOW)}:{who}"
    cache.add(key, 0, timeout=2 * WINDOW)  # outlives the minute, so it can't vanish before incr
    return cache.incr(key)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: its IPv4 address, or the network of its IPv6 address."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_SUBSCRIBER), strict=False))
    return str(address)


def too_many_requests(request: HttpRequest, wait: int = WINDOW) -> HttpResponse:
    """The page that says to wait, for our limits and (as ``handler429``) for allauth's.

    Args:
        request: What was refused.
        wait: Seconds until it makes sense to try again.

    """
    response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response

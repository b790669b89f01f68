"""Settings of gunicorn: ``gunicorn config.asgi --config python:config.gunicorn``.

Gunicorn's own lines go the way of all others; it keeps no log of requests besides ours.
"""

import asyncio
import os
from typing import Any

import django
import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

from config import logs
from config.environment import Environment
from config.production import level

_env = Environment()

#: Seconds in which the head of a request has to be there; twice as long at most.
HEAD_TIMEOUT = 15


class Protocol(H11Protocol):
    """HTTP, with an end to connections on which no whole head of a request ever comes."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._reads_head = False
        self._look_again: asyncio.TimerHandle = self.loop.call_later(HEAD_TIMEOUT, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look_again.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End what would go on for ever: this process is going."""
        from config.stream import streams  # only a worker has Django's settings

        streams.close()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, with the headers of any other answer."""
        from config.headers import Headers  # only a worker has Django's settings

        own = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
        headers = Headers().complete({}, [*own, (b"connection", b"close")])
        answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        for event in (answer, h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _look(self) -> None:
        # Between two requests uvicorn has a shorter limit of its own, under way while it is set.
        reads_head = self.timeout_keep_alive_task is None and (
            self.cycle is None or self.cycle.response_complete
        )
        if reads_head and (self._reads_head or self.cycle is None):
            self.transport.abort()
            return
        self._reads_head = reads_head
        self._look_again = self.loop.call_later(HEAD_TIMEOUT, self._look)


class Worker(UvicornWorker):  # type: ignore[misc]  # it has no types
    """Believes nothing that a header says of where a request comes from.

    By default uvicorn believes ``X-Forwarded-…`` from this machine. Whether a proxy's word counts
    is told by ``BEHIND_PROXY`` alone, and the product heeds it (``config/requests.py``).
    """

    CONFIG_KWARGS = {
        **UvicornWorker.CONFIG_KWARGS,
        "http": Protocol,
        "lifespan": "off",
        "proxy_headers": False,
        "server_header": False,
    }


worker_class = "config.gunicorn.Worker"
forwarded_allow_ips = ""
workers = _env.whole("WEB_PROCESSES", default=2, most=64)
bind = _env.text("BIND", default=f"127.0.0.1:{_env.text('PORT', default='8000')}")
control_socket_disable = True
logconfig_dict = logs.configuration(
    demo=_env.yes("DEMO", default=False), level=level(_env.text("LOG_LEVEL"))
)


def on_starting(_server: object) -> None:
    """Begin only where all is there, and as it must be. Gunicorn calls this before any worker.

    What workers serve is loaded here, once for all of them, and before a first page waits for it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.start import keep_what_is_loaded, refuse_incomplete

    refuse_incomplete()
    from django.urls import get_resolver

    from config import asgi  # noqa: F401

    _ = get_resolver().url_patterns
    keep_what_is_loaded()

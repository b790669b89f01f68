"""The mail server that ``EMAIL_URL`` names. Pure: told the address, reads nothing."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

#: Scheme → the port that goes with it.
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}
#: TLS from the first byte.
FROM_THE_START = ("smtps", "smtp+ssl")

_WAYS = (
    "smtp+tls://USER:PASSWORD@HOST:587 (begins in plain and turns to TLS), "
    "smtps://USER:PASSWORD@HOST:465 (TLS from the start; smtp+ssl is the same) or smtp://HOST:25 "
    "(no TLS)"
)


def server(url: str) -> dict[str, Any]:
    """Django's settings for the mail server at ``url``.

    Raises:
        ImproperlyConfigured: with a sentence that says what to set, and nothing of the password.

    """
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port
    except ValueError:
        raise ImproperlyConfigured(
            "EMAIL_URL can’t be read. Is a character of the password not written as %XX? "
            f"Set it to {_WAYS}."
        ) from None
    if address.scheme not in PORTS:
        raise ImproperlyConfigured(f"EMAIL_URL begins with {address.scheme!r}. Set it to {_WAYS}.")
    if not host or address.path.strip("/") or address.query or address.fragment:
        raise ImproperlyConfigured(f"EMAIL_URL has no host, or something after it. Use {_WAYS}.")
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or PORTS[address.scheme],
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(address.password or ""),
        "EMAIL_USE_TLS": address.scheme == "smtp+tls",
        "EMAIL_USE_SSL": address.scheme in FROM_THE_START,
    }

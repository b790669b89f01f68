"""What a set of settings must have before it may hold real data. Pure: told all, reads nothing."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50  # characters
FEWEST_DIFFERENT = 10  # characters: fewer is a word or a pattern, not chance
NOT_SECRET = ("django-insecure-", "only-for-the-demonstration")

_NEW_KEY = (
    "Set it to what this prints: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
)


def refuse_unsafe(
    *, secret_keys: Iterable[str], debug: bool, allowed_hosts: Sequence[str], site_url: str
) -> None:
    """Stop the start of an installation that is not the demonstration and is not safe either.

    Args:
        secret_keys: The key in use, then earlier ones that are still accepted.
        debug: Whether Django's pages for developers are on.
        allowed_hosts: The names that the site answers to.
        site_url: The address that people type.

    Raises:
        ImproperlyConfigured: With a sentence that says what to set.

    """
    if debug:
        raise ImproperlyConfigured(
            "DEBUG shows data and settings to anybody who meets an error. Remove it from the "
            "environment (or set DEMO=1 for the demonstration)."
        )
    for key in secret_keys:
        if key.startswith(NOT_SECRET):
            raise ImproperlyConfigured(f"SECRET_KEY is an example that others know. {_NEW_KEY}")
        if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_DIFFERENT:
            raise ImproperlyConfigured(
                f"SECRET_KEY is too easy to guess: it needs {SHORTEST_KEY} characters by chance. "
                f"{_NEW_KEY}"
            )
    for host in allowed_hosts:
        if "*" in host or host.startswith("."):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS holds {host!r}, which answers to names that others choose. "
                "Set it to each host name in full."
            )
    address = urlsplit(site_url)
    if address.scheme != "https":
        raise ImproperlyConfigured(
            f"SITE_URL is {site_url!r}: sign-ins would travel unprotected. Set it to the https "
            "address that people type."
        )
    if address.hostname not in allowed_hosts:
        raise ImproperlyConfigured(
            f"SITE_URL names the host {address.hostname!r}, which the site would not answer to. "
            "Add it to ALLOWED_HOSTS."
        )

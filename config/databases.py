"""The database that an address names. Pure: told the address, reads nothing."""

from typing import Any

from config.environment import Environment


def server(url: str) -> dict[str, Any]:
    """Django's settings for the database at ``url``; of one that can't be read nothing.

    ``config/production.py`` says what is wrong with such an address.
    """
    try:
        found: dict[str, Any] = Environment.db_url_config(url) if url else {}
    except Exception:
        found = {}
    return found or {"ENGINE": "django.db.backends.postgresql"}

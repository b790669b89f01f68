"""The database that an address names. Pure: told the address, reads nothing."""

from typing import Any

from config.environment import Environment

#: Each thread that answers requests keeps its connection for so many seconds, and asks before it
#: uses it whether the server closed it meanwhile.
KEPT = {"CONN_MAX_AGE": 5 * 60, "CONN_HEALTH_CHECKS": True}

#: A server that can't be reached is told in seconds, not in the minutes that TCP takes.
TIMEOUT = {
    "connect_timeout": 3,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


def server(url: str) -> dict[str, Any]:
    """Django's settings for the database at ``url``; of one that can't be read nothing.

    ``config/production.py`` says what is wrong with such an address.
    """
    try:
        found: dict[str, Any] = Environment.db_url_config(url) if url else {}
    except Exception:
        found = {}
    found = found or {"ENGINE": "django.db.backends.postgresql"}
    return KEPT | found | {"OPTIONS": TIMEOUT | found.get("OPTIONS", {})}

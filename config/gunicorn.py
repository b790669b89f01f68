"""Gunicorn's own lines go the way of all others; it keeps no log of requests besides ours."""

import os

import django

from config import logs
from config.environment import Environment
from config.production import level

_env = Environment()

logconfig_dict = logs.configuration(
    demo=_env.yes("DEMO", default=False), level=level(_env.text("LOG_LEVEL"))
)


def on_starting(_server: object) -> None:
    """Begin only where the database is as it must be. Gunicorn calls this before any worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.start import refuse_unfit_database

    refuse_unfit_database()

"""Gunicorn's own lines go the way of all others; it keeps no log of requests besides ours."""

from config import logs
from config.environment import Environment

_env = Environment()

logconfig_dict = logs.configuration(
    demo=_env.bool("DEMO", default=False), level=_env.str("LOG_LEVEL", default="")
)

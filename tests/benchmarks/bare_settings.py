"""The settings of the bare Django: nothing stands around its page."""

from tests.settings import *  # noqa: F403

#: allauth does not start without its own.
MIDDLEWARE = ["config.health.Health", "allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "tests.benchmarks.bare"

"""The product's settings as the demonstration has them, less what only costs the tests time."""

import os
import zlib

os.environ.setdefault("DEMO", "1")

from config.settings import *  # noqa: F403
from config.settings import CACHES, DATABASES


def key_of_this_test(key: str, prefix: str, version: int) -> str:
    """Nothing counted for a rate limit reaches another test, another worker or another run."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]  # without its phase
    return f"{prefix}:{os.getpid()}:{zlib.crc32(test.encode())}:{version}:{key}"


CACHES["default"]["KEY_FUNCTION"] = key_of_this_test

# Argon2 is slow on purpose; tests/accounts checks that the product uses it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are tested before the front end is built; the browser tests serve the built one.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# What the outbox's workers send is in ``django.core.mail.outbox``.
if "WATCH_PIPE" not in os.environ:  # a real worker of the tests has the product's own
    OUTBOX_CHANNEL = "django.core.mail.backends.locmem.EmailBackend"

# A power cut is no part of a test, so no commit waits for the disk.
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"{_options.get('options', '')} -c synchronous_commit=off"

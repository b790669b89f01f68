"""The product's settings as the demonstration has them, less what only costs the tests time."""

import os

os.environ.setdefault("DEMO", "1")

from config.settings import *  # noqa: F403

# Argon2 is slow on purpose; tests/accounts checks that the product uses it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are tested before the front end is built; the browser tests serve the built one.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

"""Settings, read once from the environment; README.md lists the variables.

A setting that is missing where it matters stops the start with a sentence that says what to set.
"""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
import pghistory
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from config import embedded

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# What this installation is ----------------------------------------------------------------------

#: The demonstration: invented data, sign-ins shown on the page, mail kept in a folder. Also what
#: the tests run with. Anything but the demonstration must bring its own secret and host names.
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)

if DEMO:
    SECRET_KEY = env.str("SECRET_KEY", default="only-for-the-demonstration-with-invented-data")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
else:
    for required in ("SECRET_KEY", "ALLOWED_HOSTS"):
        if not env.str(required, default=""):
            raise ImproperlyConfigured(
                f"Set {required} in the environment (or DEMO=1 for the demonstration). "
                "README.md lists all settings."
            )
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

#: The address people type, for links in messages.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

# Applications -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts.admin_site.AdministrationConfig",  # in place of django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "crispy_forms",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "accounts",
    "venues",
    "operations",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.KeepNoCopies",
    "accounts.middleware.ScopedTransaction",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ScopedTransaction",  # the innermost: all that asks the database is in it
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.navigation.navigation",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# Database ---------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url_config(env.str("DATABASE_URL", default="") or embedded.database_url())
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The record of changes (accounts/audit.py) -------------------------------------------------------

PGHISTORY_BASE_MODEL = "accounts.audit.Event"
PGHISTORY_APPEND_ONLY = True
#: The time of the change itself, not of its transaction's beginning: a day that is over gets no
#: entry once its last transaction has ended, and can be sealed.
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"
# Who, from where and why stand in the entry itself, so that it can be sealed and erased alone.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(
    db_index=True, related_name="+", related_query_name="+"
)
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# Broker, cache and tasks ------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url()

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "makesafe",
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 5 * 60  # seconds
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 10 * 60,  # seconds; longer than any task may take
    # After that time the task of a killed worker goes back to the queue within 2 seconds; by
    # default the broker is asked only every 100.
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
#: What touches the record has a worker of its own, which alone works as the tables' owner.
CELERY_TASK_ROUTES = {"accounts.tasks.*": {"queue": "keeping"}}
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE = {
    "decide and send the day's reminders": {
        "task": "operations.tasks.remind",
        "schedule": crontab(hour="8", minute="0"),
    },
    "send what a stopped worker left behind": {
        "task": "operations.tasks.send_unsent_reminders",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 10 * 60},  # seconds; the next one does as well
    },
    "erase what is kept no longer": {
        "task": "accounts.tasks.apply_retention",
        "schedule": crontab(hour="3", minute="45"),
    },
    "seal the record of the days that are over": {
        "task": "accounts.tasks.seal",
        "schedule": crontab(hour="3", minute="15"),
    },
}

# Mail -------------------------------------------------------------------------------------------

#: Where messages go without SMTP: one file each. The demonstration shows this folder.
MAIL_DIR = Path(env.str("MAIL_DIR", default=str(embedded.RUN_DIR / "mail")))
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "operations.mail_folder.MailFolder"
EMAIL_TIMEOUT = 30  # seconds; a mail server that hangs does not hold a worker for longer
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Makesafe team <makesafe@example.org>")

# People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "accounts:home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# Files ------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static" / "build"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form without its files

# Transport --------------------------------------------------------------------------------------

_HTTPS = urlsplit(SITE_URL).scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs: ids, not people --------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # A refused page is no fault of the product: its line would come with a long traceback.
    "loggers": {"django.request": {"level": "ERROR"}},
}

# How long things are kept ------------------------------------------------------------------------

#: Days, by model: what accounts/retention.py and operations/retention.py erase.
RETENTION = {
    # After the last operation of the cadet has closed.
    "operations.Cadet": env.int("KEEP_CADETS_DAYS", default=90),
    # After the visit: then people and free text go, and the figures stay.
    "operations.Visit": env.int("KEEP_VISITS_DAYS", default=6 * 365 + 2),
    "accounts.AccessEntry": env.int("KEEP_ACCESS_LOG_DAYS", default=3 * 365 + 1),
}

# Rules of the force -----------------------------------------------------------------------------

#: Days for which a training session counts as current.
TRAINING_CURRENT_DAYS = env.int("TRAINING_CURRENT_DAYS", default=365)
#: Days from a visit to the date by which its follow-up is due, by verdict.
FOLLOW_UP_DUE_DAYS = {
    "partly": env.int("FOLLOW_UP_DUE_DAYS_PARTLY", default=42),
    "refresher_needed": env.int("FOLLOW_UP_DUE_DAYS_REFRESHER_NEEDED", default=28),
}

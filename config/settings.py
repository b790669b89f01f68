"""Settings, read once from the environment; README.md lists the variables.

A setting that is missing where it matters stops the start with a sentence that says what to set.
"""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import embedded, logs
from config.environment import Environment
from config.production import refuse_unsafe

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

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

#: Earlier keys that what they signed is still accepted with, while a new one takes over.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

#: The address people type, for links in messages.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

if not DEMO:
    refuse_unsafe(
        secret_keys=[SECRET_KEY, *SECRET_KEY_FALLBACKS],
        debug=DEBUG,
        allowed_hosts=ALLOWED_HOSTS,
        site_url=SITE_URL,
    )

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
    "config.requests.NameRequests",  # first: every line that is logged later has the request's id
    "django.middleware.security.SecurityMiddleware",
    # Before WhiteNoise, so that static files and refusals carry these headers too.
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.requests.KeepToOneself",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.KeepNoCopies",
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
WHITENOISE_ALLOW_ALL_ORIGINS = False  # by default any site's scripts may read static files

# What a request may bring: config/asgi.py bounds it as a whole, each form what it takes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # planning lists hundreds of venues with a box each
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# Transport and browsers -------------------------------------------------------------------------

_HTTPS = urlsplit(SITE_URL).scheme == "https"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
#: Whether what a proxy in front says is believed: that a request came by TLS, and its id.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Cookies: for this host alone (browsers hold __Host- to that, and take it by TLS only), out of
# reach of scripts. Lax, not Strict: a link in a message opens the page signed in, and single
# sign-on comes back from the provider with the session that it left.
SESSION_COOKIE_NAME = "__Host-sessionid" if _HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if _HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
# By default a message ("Visit to … cancelled") travels in a readable cookie of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# No other site ever learns where a person was. Not no-referrer: with it browsers hide the origin of
# a form from ourselves too, and the check against forged requests refuses every form
# (tests/browser/test_policies.py shows it).
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

#: Chromium holds a form to ``form-action`` through redirects, so the provider of single sign-on,
#: where the button "Sign in with …" leads, is named.
_OIDC = urlsplit(env.str("OIDC_SERVER_URL", default=""))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *([f"{_OIDC.scheme}://{_OIDC.netloc}"] if _OIDC.netloc else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "upgrade-insecure-requests": _HTTPS,
    }
}
#: What a page may ask of the device: passkeys, nothing else.
PERMISSIONS_POLICY = dict.fromkeys(
    "accelerometer autoplay bluetooth camera clipboard-read clipboard-write display-capture "
    "encrypted-media fullscreen gamepad geolocation gyroscope hid idle-detection local-fonts "
    "magnetometer microphone midi otp-credentials payment picture-in-picture screen-wake-lock "
    "serial storage-access sync-xhr usb web-share window-management xr-spatial-tracking".split(),
    "none",
) | dict.fromkeys(["publickey-credentials-create", "publickey-credentials-get"], "self")

# Logs: ids, not people --------------------------------------------------------------------------

LOGGING = logs.configuration(demo=DEMO, level=env.str("LOG_LEVEL", default=""))
# Reports of errors are never mailed: they would carry what a person sent.
ADMINS: list[tuple[str, str]] = []

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

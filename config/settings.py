"""Settings, read once from the environment; README.md lists the variables.

A setting that is missing where it matters stops the start with a sentence that says what to set.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from accounts.roles import Role
from config import databases, dependencies, embedded, logs, mail
from config.environment import Environment
from config.production import LEVELS, Provider, Texts, level, refuse, unsafe

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# What this installation is ----------------------------------------------------------------------

#: The demonstration: invented data, sign-ins shown on the page, mail kept in a folder. Also what
#: the tests run with. Anything but the demonstration must bring its own secret and host names.
DEMO = env.yes("DEMO", default=False)
DEBUG = env.yes("DEBUG", default=False)

#: Signs and encrypts (docs/operators.md, *Secrets*).
SECRET_KEY = env.text("SECRET_KEY", "only-for-the-demonstration-with-invented-data" if DEMO else "")
#: The keys before this one: what they signed and encrypted is still read.
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]") if DEMO else ())

#: The address people type, for links in messages.
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")

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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "govuk",
    "outbox",
    "accounts",
    "venues",
    "operations",
    "reports",
]

MIDDLEWARE = [
    "config.requests.RequestId",  # first: every line that is logged later has the request's id
    "config.health.Health",
    "config.requests.HeedScheme",
    "django.middleware.security.SecurityMiddleware",
    # Before WhiteNoise, so that static files and refusals carry these headers too.
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.requests.CrossOriginResourcePolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.TidyAddress",  # before anything is looked up by what was sent
    "config.requests.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.RequireSignIn",
    "accounts.middleware.TidyForm",
    "accounts.middleware.NoStore",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.EndSessions",
    "accounts.middleware.RequireSecondFactor",
    "accounts.sign_in.rate_limits.LimitWrites",
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

FORM_RENDERER = "govuk.renderer.Renderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# Database ---------------------------------------------------------------------------------------

#: Whether this process works as the tables' owner: the owner's worker, and ``manage.py migrate``.
AS_OWNER = env.yes("AS_OWNER", default=False)
_DATABASES = {"DATABASE_URL": env.text("DATABASE_URL")}
if AS_OWNER:  # a variable of its own: no file that names web's role comes before it
    _webs = {variable: url for variable, url in _DATABASES.items() if url}
    _DATABASES = {"OWNER_DATABASE_URL": env.text("OWNER_DATABASE_URL"), **_webs}
DATABASE_URL = next(iter(_DATABASES.values())) or (embedded.database_url() if DEMO else "")
DATABASES = {"default": databases.server(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The record of changes (accounts/record/events.py) -----------------------------------------------

PGHISTORY_BASE_MODEL = "accounts.record.events.Event"
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

REDIS_URL = env.text("REDIS_URL") or (embedded.redis_url() if DEMO else "")

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "config.cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "makesafe",
        "OPTIONS": dependencies.CLIENT,
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 5 * 60  # seconds
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
#: Kilobytes; a process that one task has left larger makes room for a new one after it.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 250_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 10 * 60,  # seconds; longer than any task may take
    # After that time the task of a killed worker goes back to the queue within 2 seconds; by
    # default the broker is asked only every 100.
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
#: What touches the record has a worker of its own, which alone works as the tables' owner.
CELERY_TASK_ROUTES = {
    f"accounts.tasks.{name}": {"queue": "keeping"} for name in ("seal", "apply_retention")
}
CELERY_TIMEZONE = "Europe/London"

# Mail -------------------------------------------------------------------------------------------

#: Where messages go without SMTP: one file each. The demonstration shows this folder.
MAIL_DIR = Path(env.text("MAIL_DIR", str(embedded.RUN_DIR / "mail")))
EMAIL_URL = env.text("EMAIL_URL")
#: What sends mail by Django only decides it: workers of the outbox hand it to the channel.
EMAIL_BACKEND = "outbox.backend.Outbox"
OUTBOX_CHANNEL = "outbox.smtp.Smtp" if EMAIL_URL else "outbox.folder.MailFolder"
if EMAIL_URL:
    try:
        vars().update(mail.server(EMAIL_URL))
    except ImproperlyConfigured as error:
        env.problems.append(str(error))
EMAIL_TIMEOUT = 15  # seconds for each step; outbox/delivery.py bounds a message as a whole
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Makesafe team <makesafe@example.org>")

# Text messages ----------------------------------------------------------------------------------

#: Off where no key is set: alarms go by mail alone.
NOTIFY_API_KEY = env.text("NOTIFY_API_KEY")
NOTIFY_TEMPLATE = env.text("NOTIFY_TEMPLATE")
NOTIFY_URL = env.text("NOTIFY_URL", "https://api.notifications.service.gov.uk")

# People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sign_in.backends.People"]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
#: More common passwords than the 20,000 that Django knows, one a line.
COMMON_PASSWORDS_FILE = env.text("COMMON_PASSWORDS_FILE")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "accounts.sign_in.passwords.CommonPasswords",
        "OPTIONS": {"more": COMMON_PASSWORDS_FILE},
    },
]
PASSWORD_RESET_TIMEOUT = 5 * 24 * 3600  # seconds an invitation holds; accounts/sign_in/passwords.py

ACCOUNT_ADAPTER = "accounts.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = (
    "none"  # an administrator gives the address, and the invitation goes there
)
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.sign_in.passwords.PasswordLinks"  # noqa: S105 (a class)
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # seconds in which nobody is asked again
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.SignInForm",
    "change_password": "accounts.sign_in.forms.PasswordChangeForm",
    "reset_password": "accounts.sign_in.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.sign_in.forms.NewPasswordForm",
    "user_token": "accounts.sign_in.forms.LinkForm",
    "reauthenticate": "accounts.sign_in.forms.PasswordAgainForm",
}

#: Whether everybody needs a second factor (or single sign-on, which is taken to ask for one).
#: Only the demonstration can do without.
MFA_REQUIRED = env.yes("MFA_REQUIRED", default=False) if DEMO else True
MFA_ADAPTER = "accounts.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Makesafe spot checks"
MFA_TOTP_TOLERANCE = 1  # of half a minute: phones' clocks are not exact
MFA_ALLOW_UNVERIFIED_EMAIL = True  # see ACCOUNT_EMAIL_VERIFICATION
MFA_FORMS = {
    "authenticate": "accounts.sign_in.forms.CodeForm",
    "reauthenticate": "accounts.sign_in.forms.CodeAgainForm",
    "activate_totp": "accounts.sign_in.forms.AuthenticatorAppForm",
    "deactivate_totp": "accounts.sign_in.forms.RemoveAuthenticatorAppForm",
    "generate_recovery_codes": "accounts.sign_in.forms.NewRecoveryCodesForm",
    "add_webauthn": "accounts.sign_in.passkeys.PasskeyForm",
    "authenticate_webauthn": "accounts.sign_in.passkeys.PasskeyStepForm",
    "login_webauthn": "accounts.sign_in.passkeys.PasskeySignInForm",
    "reauthenticate_webauthn": "accounts.sign_in.passkeys.PasskeyAgainForm",
    "edit_webauthn": "accounts.sign_in.passkeys.PasskeyNameForm",
}

# Single sign-on: OpenID Connect with the force's identity provider ------------------------------

OIDC_SERVER_URL = env.text("OIDC_SERVER_URL").rstrip("/")
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_ID"), env.text("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "your force account")
#: The claim that lists a person's groups at the provider.
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", "groups")
#: Group at the provider → role here.
OIDC_ROLES: dict[str, str] = env.words("OIDC_ROLES")
#: Group at the provider → code of a command unit here, or ``*`` for the whole force.
OIDC_UNITS: dict[str, str] = env.words("OIDC_UNITS")
#: Whether the provider's email addresses are proven even where it does not say so.
OIDC_EMAIL_TRUSTED = env.yes("OIDC_EMAIL_TRUSTED", default=False)
#: Off: people sign in with the provider only.
LOCAL_PASSWORDS = env.yes("LOCAL_PASSWORDS", default=True)

if unknown_roles := set(OIDC_ROLES.values()) - set(Role):
    env.problems.append(
        f"OIDC_ROLES names {', '.join(sorted(unknown_roles))}. The roles are: {', '.join(Role)}."
    )
if not LOCAL_PASSWORDS and not OIDC_SERVER_URL:
    env.problems.append("Nobody could sign in: set OIDC_SERVER_URL, or leave LOCAL_PASSWORDS on.")
SOCIALACCOUNT_REQUESTS_TIMEOUT = 3  # seconds for each question to the provider: somebody waits
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "force",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {
                    "server_url": OIDC_SERVER_URL,
                    "oauth_pkce_enabled": True,
                    "verified_email": OIDC_EMAIL_TRUSTED or None,
                },
            }
        ]
        if OIDC_SERVER_URL
        else []
    }
}

# Sessions ---------------------------------------------------------------------------------------

#: Nobody stays signed in for longer, whatever they do. Visiting officers may be idle for as long.
SESSION_COOKIE_AGE = 12 * 3600  # seconds
#: After so long without a request everybody else is signed out.
SESSION_IDLE_SECONDS = 60 * env.whole("SESSION_IDLE_MINUTES", default=30, most=12 * 60)

# How much at once, in each web process (config/admission.py) ------------------------------------

#: Requests that are answered at the same time, each by a thread that keeps a connection of its own
#: to the database.
REQUESTS_AT_ONCE = env.whole("REQUESTS_AT_ONCE", default=8, most=100)
#: Requests that may wait for one of these threads, and for how many seconds.
REQUESTS_WAITING = env.whole("REQUESTS_WAITING", default=200)
REQUESTS_WAITING_SECONDS = env.whole("REQUESTS_WAITING_SECONDS", default=15, most=60)
#: Large forms and files that may be on their way at the same time.
UPLOADS_AT_ONCE = env.whole("UPLOADS_AT_ONCE", default=4, most=100)

#: Seconds after which the right to listen to a stream is asked again (config/stream.py).
STREAM_PROVED_SECONDS = env.whole("STREAM_PROVED_SECONDS", default=30, most=60)

# Rate limits, counted in the shared cache -------------------------------------------------------

#: What one account may send (not read) in a minute; and one address, by people not signed in.
WRITES_PER_MINUTE = {
    "account": env.whole("WRITES_PER_MINUTE_ACCOUNT", default=120, most=1_000_000),
    "address": env.whole("WRITES_PER_MINUTE_ADDRESS", default=1200, most=1_000_000),
}
_REFUSED_SIGN_INS = f"{env.whole('REFUSED_SIGN_INS_PER_MINUTE_ADDRESS', default=20)}/m/ip"
ACCOUNT_RATE_LIMITS = {
    # A station at the change of a shift, or the whole force, behind one address.
    "login": f"{env.whole('SIGN_INS_PER_MINUTE_ADDRESS', default=120)}/m/ip",
    # Passwords and codes; the key is the account.
    "login_failed": f"{_REFUSED_SIGN_INS},5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,3/10m/key",
    "reset_password_from_key": "20/m/ip",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

# Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False  # one language; to look up which at each link took a tenth of a page
USE_TZ = True

# Files ------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static" / "build"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # by default any site's scripts may read static files
# A name with a hash is kept for ever. WhiteNoise would find out by asking the storage for names
# that were never collected (of *jquery.min.js* for *jquery.js*), which it logs as missing.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}(\.\w+)?$"

# What a request may bring: config/asgi.py bounds it as a whole, each form what it takes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # planning lists hundreds of venues with a box each
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# Transport and browsers -------------------------------------------------------------------------

_HTTPS = urlsplit(SITE_URL).scheme == "https"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
#: For this host alone, unless the operator says that all below it, or every browser, may be told.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.yes("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.yes("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # ask for just these two
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
#: Whether what a proxy in front says is believed: by TLS or not, the request's id, from where.
BEHIND_PROXY = env.yes("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # a client's address is the last of X-Forwarded-For
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
_OIDC = urlsplit(OIDC_SERVER_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the QR code of an authenticator app
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
    "accelerometer autoplay camera clipboard-read clipboard-write display-capture "
    "encrypted-media fullscreen gamepad geolocation gyroscope hid idle-detection local-fonts "
    "magnetometer microphone midi otp-credentials payment picture-in-picture screen-wake-lock "
    "serial storage-access sync-xhr usb window-management xr-spatial-tracking".split(),
    "none",
) | dict.fromkeys(["publickey-credentials-create", "publickey-credentials-get"], "self")

# Logs: ids, not people --------------------------------------------------------------------------

_LEVEL = env.text("LOG_LEVEL")
if _LEVEL and not level(_LEVEL):
    env.problems.append(f"LOG_LEVEL is {_LEVEL!r}. Set it to one of {', '.join(LEVELS)}.")
LOGGING = logs.configuration(demo=DEMO, level=level(_LEVEL))
# Reports of errors are never mailed: they would carry what a person sent.
ADMINS: list[tuple[str, str]] = []

# How long things are kept ------------------------------------------------------------------------

#: Days, by model. Each app's rules erase its own: accounts/record/retention_rules.py,
#: venues/registry/retention.py and operations/protection/retention.py.
RETENTION = {
    # After the last operation of the cadet has closed.
    "operations.Cadet": env.whole("KEEP_CADETS_DAYS", default=90),
    # After the visit: then people and free text go, and the figures stay.
    "operations.Visit": env.whole("KEEP_VISITS_DAYS", default=6 * 365 + 2),
    "accounts.AccessEntry": env.whole("KEEP_ACCESS_LOG_DAYS", default=3 * 365 + 1),
    # After the operation: its lead, planners and notes.
    "operations.Operation": env.whole("KEEP_VISITS_DAYS", default=6 * 365 + 2),
    # After the call: who handled and followed it up, where it came from in words, and the notes.
    "operations.Call": env.whole("KEEP_VISITS_DAYS", default=6 * 365 + 2),
    # After the training: who delivered and recorded it, and the notes.
    "venues.TrainingSession": env.whole("KEEP_TRAINING_DAYS", default=6 * 365 + 2),
    "venues.ImportRun": env.whole("KEEP_IMPORTS_DAYS", default=3 * 365 + 1),
    # After a contact was removed: what the history says of them.
    "venues.VenueContact": env.whole("KEEP_CONTACTS_DAYS", default=365),
    # After the account was closed.
    "accounts.User": env.whole("KEEP_LEAVERS_DAYS", default=6 * 365 + 2),
    # After the change: who changed what, of any record, and why.
    "pghistory.Event": env.whole("KEEP_HISTORY_DAYS", default=6 * 365 + 2),
    # After the message was sent or explained.
    "outbox.Message": env.whole("KEEP_MESSAGES_DAYS", default=365),
    "sessions.Session": 1,  # what has ended goes the night after
    "accounts.Submission": 30,  # a form that comes again later is an old page, and is told so
}

# Rules of the force -----------------------------------------------------------------------------

#: Days for which a training session counts as current.
TRAINING_CURRENT_DAYS = env.whole("TRAINING_CURRENT_DAYS", default=365)
#: Days from a visit to the date by which its follow-up is due, by verdict.
FOLLOW_UP_DUE_DAYS = {
    "partly": env.whole("FOLLOW_UP_DUE_DAYS_PARTLY", default=42),
    "refresher_needed": env.whole("FOLLOW_UP_DUE_DAYS_REFRESHER_NEEDED", default=28),
}

# Whether all of this may hold real data ----------------------------------------------------------

if not DEMO:
    env.problems += unsafe(
        secret_key=SECRET_KEY,
        earlier_keys=SECRET_KEY_FALLBACKS,
        debug=DEBUG,
        allowed_hosts=ALLOWED_HOSTS,
        site_url=SITE_URL,
        databases=_DATABASES,
        redis_url=REDIS_URL,
        email_url=EMAIL_URL,
        sender=DEFAULT_FROM_EMAIL,
        texts=Texts(NOTIFY_API_KEY, NOTIFY_TEMPLATE, NOTIFY_URL),
        provider=Provider(
            OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ROLES, OIDC_UNITS
        ),
        common_passwords=COMMON_PASSWORDS_FILE,
    )
refuse(dict.fromkeys(env.problems))

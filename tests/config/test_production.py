"""What an installation with real data refuses to start with, and what it starts with."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SHORT = secrets.token_urlsafe(32)
REPEATED = "changeme" * 8
GENERATED_BY_DJANGO = "django-insecure-" + secrets.token_urlsafe(64)
THE_DEMONSTRATIONS = "only-for-the-demonstration-with-invented-data"

#: What all settings of these tests have; nothing listens there, and nothing is asked to.
SAFE = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "spots.example.org",
    "SITE_URL": "https://spots.example.org",
    "DATABASE_URL": "postgres://web@127.0.0.1:1/makesafe",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def start(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Start the product as production does, with the safe settings and what differs from them."""
    environment = {name: value for name, value in (SAFE | changed).items() if value}
    command = [sys.executable, *(arguments or ["manage.py", "check"])]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_safe_settings_start_and_django_has_nothing_to_add():
    done = start("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"SECRET_KEY": SHORT}, "SECRET_KEY is too easy to guess"),
        ({"SECRET_KEY": REPEATED}, "SECRET_KEY is too easy to guess"),
        (
            {"SECRET_KEY": GENERATED_BY_DJANGO},
            "SECRET_KEY is an example",
        ),
        (
            {"SECRET_KEY": THE_DEMONSTRATIONS},
            "SECRET_KEY is an example",
        ),
        ({"SECRET_KEY_FALLBACKS": SHORT}, "SECRET_KEY is too easy to guess"),
        ({"DEBUG": "1"}, "DEBUG shows data"),
        ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "spots.example.org,*"}, "ALLOWED_HOSTS holds '*'"),
        ({"ALLOWED_HOSTS": ".example.org"}, "ALLOWED_HOSTS holds '.example.org'"),
        ({"SITE_URL": ""}, "SITE_URL is 'http://localhost:8000'"),
        ({"SITE_URL": "http://spots.example.org"}, "Set it to the https address"),
        ({"SITE_URL": "https://other.example.org"}, "Add it to ALLOWED_HOSTS"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE names a file that can't be read"),
    ],
)
def test_unsafe_settings_stop_the_start_and_say_what_to_set(changed, told):
    done = start(**changed)
    assert done.returncode != 0
    last_line = done.stderr.strip().splitlines()[-1]
    assert last_line.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert told in last_line


def test_every_secret_can_be_a_file(tmp_path):
    secret = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": f"postgres://web:{secrets.token_hex()}@127.0.0.1:1/makesafe",
        "REDIS_URL": f"redis://:{secrets.token_hex()}@127.0.0.1:1/0",
        "EMAIL_URL": f"smtp+tls://web:{secrets.token_hex()}@127.0.0.1:1",
    }
    given = dict.fromkeys(secret, "")
    for name, value in secret.items():
        file = tmp_path / name
        file.write_text(value + "\n")  # as an editor leaves it
        given[f"{name}_FILE"] = str(file)
    done = start(
        "-c",
        "from config import settings as s;"
        "print(s.SECRET_KEY, s.DATABASES['default']['PASSWORD'], s.DATABASES['default']['NAME'],"
        " s.REDIS_URL, s.EMAIL_HOST_PASSWORD, sep='\\n')",
        **given,
    )
    assert done.stdout.splitlines() == [
        secret["SECRET_KEY"],
        secret["DATABASE_URL"].split(":")[2].partition("@")[0],
        "makesafe",
        secret["REDIS_URL"],
        secret["EMAIL_URL"].split(":")[2].partition("@")[0],
    ]


def test_cookies_are_for_this_host_alone_and_out_of_reach_of_scripts():
    done = start(
        "-c",
        "from config import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE)",
    )
    assert done.stdout.split() == [
        "__Host-sessionid",
        "__Host-csrftoken",
        *["True"] * 4,
        *["Lax"] * 2,
    ]


@pytest.mark.parametrize(
    ("server", "policy"),
    [
        ("", "form-action 'self';"),
        (
            "https://login.example.org/tenant/v2.0",
            "form-action 'self' https://login.example.org;",
        ),
    ],
)
def test_a_form_may_lead_to_the_provider_of_single_sign_on_and_nowhere_else(server, policy):
    done = start(
        "-c",
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings';"
        "django.setup(); from csp.utils import build_policy; print(build_policy() + ';')",
        OIDC_SERVER_URL=server,
    )
    assert policy in done.stdout
    assert "upgrade-insecure-requests;" in done.stdout

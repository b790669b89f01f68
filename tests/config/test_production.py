"""What an installation with real data refuses to start with, and what it starts with."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from config.production import travels_in_plain

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
    "EMAIL_URL": "smtp+tls://127.0.0.1:1",
    "DEFAULT_FROM_EMAIL": "Makesafe team <makesafe@police.example>",
}
PROVIDER = {
    "OIDC_SERVER_URL": "https://login.police.example/tenant/v2.0",
    "OIDC_CLIENT_ID": "makesafe",
    "OIDC_CLIENT_SECRET": "given-by-the-provider",
    "OIDC_ROLES": '{"g": "Planner"}',
    "OIDC_UNITS": '{"g": "NW"}',
}


def start(*arguments: str, module: str = "", **changed: str) -> subprocess.CompletedProcess[str]:
    """Start the product as production does, with the safe settings and what differs from them.

    ``module`` alone is imported, which takes half the time.
    """
    if module:
        arguments = ("-c", f"import {module}")
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


def refusal(done):
    """The sentences by which a start was refused."""
    assert done.returncode != 0
    last_line = done.stderr.strip().splitlines()[-1]
    assert last_line.startswith("django.core.exceptions.ImproperlyConfigured: ")
    return last_line


NOTIFY = {
    "NOTIFY_API_KEY": f"live-{UUID(int=1)}-{UUID(int=2)}",
    "NOTIFY_TEMPLATE": str(UUID(int=3)),
}
UNSAFE = [
    (NOTIFY | {"NOTIFY_API_KEY": ""}, "NOTIFY_API_KEY is no key"),
    (NOTIFY | {"NOTIFY_API_KEY": SHORT}, "NOTIFY_API_KEY is no key"),
    (NOTIFY | {"NOTIFY_TEMPLATE": ""}, "NOTIFY_TEMPLATE is no template"),
    (NOTIFY | {"NOTIFY_URL": "http://notify.example"}, "NOTIFY_URL must begin with https://"),
    ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
    ({"SECRET_KEY": SHORT}, "SECRET_KEY is too easy to guess"),
    ({"SECRET_KEY": REPEATED}, "SECRET_KEY is too easy to guess"),
    ({"SECRET_KEY": GENERATED_BY_DJANGO}, "SECRET_KEY is an example"),
    ({"SECRET_KEY": THE_DEMONSTRATIONS}, "SECRET_KEY is an example"),
    ({"SECRET_KEY_FALLBACKS": SHORT}, "SECRET_KEY is too easy to guess"),
    ({"SECRET_KEY_FILE": "/nowhere/key", "SECRET_KEY": ""}, "SECRET_KEY_FILE names a file that"),
    (
        {"DATABASE_URL_FILE": "/etc/hosts", "DATABASE_URL": SAFE["DATABASE_URL"]},
        "Both DATABASE_URL and DATABASE_URL_FILE are set",
    ),
    ({"DEBUG": "1"}, "DEBUG shows data"),
    ({"BEHIND_PROXY": "ture"}, "BEHIND_PROXY is 'ture'"),
    ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
    ({"ALLOWED_HOSTS": "spots.example.org,*"}, "ALLOWED_HOSTS holds '*'"),
    ({"ALLOWED_HOSTS": ".example.org"}, "ALLOWED_HOSTS holds '.example.org'"),
    ({"SITE_URL": ""}, "SITE_URL is 'http://localhost:8000'"),
    ({"SITE_URL": "http://spots.example.org"}, "Set it to the https address"),
    ({"SITE_URL": "https://other.example.org"}, "Add it to ALLOWED_HOSTS"),
    ({"SITE_URL": "https://spots.example.org/app"}, "nothing after it"),
    ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    ({"DATABASE_URL": "sqlite:///makesafe.db"}, "DATABASE_URL begins with 'sqlite'"),
    ({"DATABASE_URL": "postgres://127.0.0.1/makesafe"}, "names no user or no database"),
    ({"DATABASE_URL": "postgres://web@127.0.0.1:1"}, "names no user or no database"),
    ({"DATABASE_URL": "postgres://web@127.0.0.1:5432a/makesafe"}, "DATABASE_URL can't be read"),
    ({"AS_OWNER": "1", "OWNER_DATABASE_URL": ""}, "OWNER_DATABASE_URL is not set"),
    (
        {"AS_OWNER": "1", "OWNER_DATABASE_URL": SAFE["DATABASE_URL"]}
        | {"DATABASE_URL": SAFE["DATABASE_URL"]},
        "DATABASE_URL and OWNER_DATABASE_URL have the same user",
    ),
    ({"REDIS_URL": ""}, "REDIS_URL is not set"),
    ({"REDIS_URL": "localhost:6379"}, "REDIS_URL can't be read"),
    ({"REDIS_URL": "http://127.0.0.1:1/0"}, "REDIS_URL can't be read"),
    ({"REDIS_URL": "redis://127.0.0.1:1/cache"}, "REDIS_URL ends in '/cache'"),
    ({"EMAIL_URL": ""}, "EMAIL_URL is not set"),
    ({"EMAIL_URL": "smtp://mail.police.example:25"}, "EMAIL_URL is plain SMTP"),
    ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL begins with 'consolemail'"),
    ({"EMAIL_URL": "smtp+tls://127.0.0.1:port"}, "EMAIL_URL can’t be read"),
    ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL is 'Makesafe team <makesafe@example.org>'"),
    ({"DEFAULT_FROM_EMAIL": "us@mail.example.org"}, "DEFAULT_FROM_EMAIL is"),
    ({"DEFAULT_FROM_EMAIL": "Makesafe team"}, "DEFAULT_FROM_EMAIL is"),
    (PROVIDER | {"OIDC_SERVER_URL": "http://login.police.example"}, "OIDC_SERVER_URL is 'http"),
    (PROVIDER | {"OIDC_SERVER_URL": "login.police.example"}, "OIDC_SERVER_URL is 'login"),
    (PROVIDER | {"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID is not set"),
    (PROVIDER | {"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET is not set"),
    (PROVIDER | {"OIDC_ROLES": ""}, "OIDC_ROLES is not set"),
    (PROVIDER | {"OIDC_ROLES": "{"}, "OIDC_ROLES is no JSON object of words"),
    (PROVIDER | {"OIDC_ROLES": '{"g": 5}'}, "OIDC_ROLES is no JSON object of words"),
    (PROVIDER | {"OIDC_ROLES": '{"g": "King"}'}, "OIDC_ROLES names King"),
    (PROVIDER | {"OIDC_UNITS": '["NW"]'}, "OIDC_UNITS is no JSON object of words"),
    (PROVIDER | {"OIDC_UNITS": ""}, "OIDC_UNITS is not set"),
    ({"OIDC_UNITS": '{"g": "NW"}', "OIDC_SERVER_URL": ""}, "is set without OIDC_SERVER_URL"),
    ({"OIDC_CLIENT_ID": "makesafe", "OIDC_SERVER_URL": ""}, "is set without OIDC_SERVER_URL"),
    ({"LOCAL_PASSWORDS": "0", "OIDC_SERVER_URL": "", "OIDC_CLIENT_ID": ""}, "Nobody could sign in"),
    ({"COMMON_PASSWORDS_FILE": "/nowhere/list"}, "COMMON_PASSWORDS_FILE names no file"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is 'LOUD'"),
    *(
        ({name: wrong}, f"{name} is '{wrong}'. Set it to a whole number from 1")
        for name, wrong in (
            ("KEEP_CADETS_DAYS", "0"),
            ("KEEP_VISITS_DAYS", "-1"),
            ("KEEP_ACCESS_LOG_DAYS", "three years"),
            ("TRAINING_CURRENT_DAYS", "0"),
            ("FOLLOW_UP_DUE_DAYS_PARTLY", "-42"),
            ("FOLLOW_UP_DUE_DAYS_REFRESHER_NEEDED", "28.5"),
            ("SESSION_IDLE_MINUTES", "0"),
            ("SESSION_IDLE_MINUTES", "100000"),
            ("WRITES_PER_MINUTE_ACCOUNT", "0"),
            ("WRITES_PER_MINUTE_ADDRESS", "many"),
            ("KEEP_CADETS_DAYS", "9" * 30),
        )
    ),
]


def together(cases):
    """As few starts as there are cases of one variable: each start tells of all that is wrong."""
    groups = []
    for changed, told in cases:
        for group in groups:
            if not group[0].keys() & changed.keys():
                break
        else:
            groups.append(group := ({}, []))
        group[0].update(changed)
        group[1].append(told)
    return groups


@pytest.mark.parametrize(("changed", "told"), together(UNSAFE))
def test_unsafe_settings_stop_the_start_and_say_what_to_set(changed, told):
    refused = refusal(start(**changed, module="config.settings"))
    assert [sentence for sentence in told if sentence not in refused] == []


def test_everything_that_is_wrong_is_told_at_once():
    wrong = {
        "KEEP_CADETS_DAYS": "0",
        "EMAIL_URL": "",
        "DEFAULT_FROM_EMAIL": "",
        "LOG_LEVEL": "LOUD",
        "SECRET_KEY": SHORT,
        **PROVIDER,
        "OIDC_SERVER_URL": "http://login.police.example",
        "OIDC_CLIENT_ID": "",
    }
    told = refusal(start(**wrong))
    assert "7 settings must be put right. (1) " in told
    for name in ("KEEP_CADETS_DAYS", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "LOG_LEVEL"):
        assert f"{name} is" in told
    for name in ("SECRET_KEY", "OIDC_SERVER_URL", "OIDC_CLIENT_ID"):
        assert f"{name} is" in told
    assert SHORT not in told


CELERY = ("-m", "celery", "--app", "config")
PROCESSES = {
    "web": ("-m", "gunicorn", "config.asgi", "--config", "python:config.gunicorn"),
    "worker": (*CELERY, "worker"),
    "beat": (*CELERY, "beat", "--schedule", "/nowhere/beat"),
    "owner": (*CELERY, "worker", "--queues", "keeping"),
}


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_is_stopped_by_unsafe_settings(process):
    owner = {"AS_OWNER": "1"} if process == "owner" else {}
    url = {"OWNER_DATABASE_URL": "postgres://owner@127.0.0.1:1/makesafe"} if owner else {}
    done = start(*PROCESSES[process], **owner, **url, KEEP_VISITS_DAYS="-1")
    assert done.returncode != 0
    assert "KEEP_VISITS_DAYS is '-1'" in done.stderr + done.stdout


def test_plain_mail_to_this_machine_is_named():
    done = start("manage.py", "check", "--deploy", EMAIL_URL="smtp://127.0.0.1:25")
    assert done.returncode == 0
    assert "EMAIL_URL is plain SMTP" in done.stderr


def test_a_database_and_a_broker_elsewhere_without_tls_are_named():
    done = start(
        *("manage.py", "check", "--deploy"),
        DATABASE_URL="postgres://web@db.police.example/makesafe",
        REDIS_URL="redis://broker.police.example:6379/0",
    )
    assert done.returncode == 0
    assert "DATABASE_URL leads to another host without TLS" in done.stderr
    assert "REDIS_URL leads to another host without TLS" in done.stderr


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("postgres://web@10.0.0.1/m", True),
        ("postgres://web@db.example/m?sslmode=prefer", True),
        ("postgres://web@db.example/m?sslmode=require", False),
        ("postgresql://web@db.example/m?sslmode=verify-full", False),
        ("postgres://web@127.0.0.1/m", False),
        ("postgres://web@%2Frun%2Fpostgresql/m", False),
        ("redis://:p@10.0.0.1:6379/0", True),
        ("rediss://:p@10.0.0.1:6379/0", False),
        ("redis://localhost:6379/0", False),
        ("", False),
    ],
)
def test_only_an_address_elsewhere_without_tls_travels_in_plain(url, plain):
    assert travels_in_plain(url) is plain


def test_the_owners_worker_takes_the_owners_address_whatever_file_names_another(tmp_path):
    file = tmp_path / "url"
    file.write_text("postgres://web@127.0.0.1:1/makesafe")
    done = start(
        "-c",
        "from config import settings as s; print(s.DATABASES['default']['USER'])",
        AS_OWNER="1",
        OWNER_DATABASE_URL="postgres://owner@127.0.0.1:1/makesafe",
        DATABASE_URL="",
        DATABASE_URL_FILE=str(file),
    )
    assert done.stdout.strip() == "owner"
    [line] = [one for one in (ROOT / "Procfile").read_text().splitlines() if "keeping" in one]
    assert line.startswith("owner: AS_OWNER=1 ")


def test_browsers_are_told_of_this_host_alone_unless_the_operator_says_more():
    show = (
        "-c",
        "from config import settings as s; print(s.SECURE_HSTS_SECONDS,"
        " s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)",
    )
    assert start(*show).stdout.split() == ["31536000", "False", "False"]
    more = start(*show, HSTS_SUBDOMAINS="1", HSTS_PRELOAD="1")
    assert more.stdout.split() == ["31536000", "True", "True"]


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
        **(PROVIDER | {"OIDC_SERVER_URL": server} if server else {}),
    )
    assert policy in done.stdout
    assert "upgrade-insecure-requests;" in done.stdout

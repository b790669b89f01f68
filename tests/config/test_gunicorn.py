"""The web server's process, as the Procfile starts it: what it believes and what it needs."""

import contextlib
import os
import secrets
import subprocess
import sys

import psycopg2
import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from config.embedded import database_url
from tests.factories import UserFactory
from tests.web import ENOUGH, ROOT, Web, web_server

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "elsewhere.example",
    "Forwarded": "for=203.0.113.9;proto=https",
    "X-Request-ID": "b" * 32,
}

LOADED = """
import gc, sys
from unittest.mock import patch
from config import gunicorn
with patch("config.start.refuse_incomplete"):
    gunicorn.on_starting(None)
loaded = sorted({"config.asgi", "operations.duty.views"} & set(sys.modules))
print(*loaded, gc.get_freeze_count() > 0)
"""


@pytest.fixture
def empty_database():
    """A database that nobody has migrated, on the same server."""
    name = f"{connection.settings_dict['NAME']}_empty"
    with contextlib.closing(psycopg2.connect(database_url())) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
            yield name
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db
def test_without_our_proxy_nothing_is_believed_that_a_header_says_of_where_a_request_comes_from():
    person = UserFactory(role=Role.VISITING_OFFICER)
    person.set_password(password := secrets.token_urlsafe())
    person.save()
    form = {"login": person.username, "password": password}
    # Variables that uvicorn and gunicorn would read say to believe everybody.
    with web_server(FORWARDED_ALLOW_IPS="*") as web:
        # By https a form without a referrer is refused, so it was taken for what it is.
        assert web.ask(reverse("account_login"), form=form, headers=FORGED) == 302
        assert web.answer.headers["X-Request-ID"] != FORGED["X-Request-ID"]
        assert "elsewhere" not in web.answer.headers["Location"]
    assert {session.ip for session in UserSession.objects.filter(user=person)} == {"127.0.0.1"}


@pytest.mark.django_db
def test_a_process_whose_database_is_empty_says_so_and_does_not_begin(empty_database):
    web = Web(database=empty_database)
    _, told = web.process.communicate(timeout=ENOUGH)
    assert web.process.returncode != 0
    assert "run 'manage.py migrate'" in told.decode()
    assert "Traceback" not in told.decode()


def test_what_workers_share_is_loaded_before_they_begin():
    told = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.split() == ["config.asgi", "operations.duty.views", "True"]

"""PostgreSQL ends the connection in the middle of a form: nothing is half done, and it passes."""

import contextlib
import threading

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.acts import submissions
from accounts.models import Undo
from accounts.roles import Role
from tests import factories
from tests.accounts.acts.test_submissions import CREATES, sign_in, venue_add
from tests.database import as_owner
from tests.form_pages import post as post_as_it_is

pytestmark = pytest.mark.django_db

#: Of those who come and go, not of what anybody sent.
SESSIONS = {"django_session", "usersessions_usersession"}


class Killer:
    """Ends the backend of this thread's connection just before a statement that begins so."""

    def __init__(self, statement: str) -> None:
        self.statement, self.killed = statement, False

    def __call__(self, execute, sql, params, many, context):
        self.look(str(sql))
        return execute(sql, params, many, context)

    def look(self, sql: str) -> None:
        if self.killed or not sql.startswith(self.statement):
            return
        self.killed = True
        with contextlib.suppress(psycopg2.Error), connection.connection.cursor() as cursor:
            cursor.execute("RESET SESSION AUTHORIZATION")  # who connected may end it
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@contextlib.contextmanager
def killing(statement: str):
    killer, commit = Killer(statement), connection._commit

    def kill_and_commit():
        killer.look("COMMIT")
        commit()

    connection._commit = kill_and_commit
    try:
        with connection.execute_wrapper(killer):
            yield killer
    finally:
        del connection._commit


def ask(client, url, answers=None, *, kill=""):
    """The answer to a form, or to a look at a page, in a thread with a connection of its own."""
    answered = []

    def work():
        one = Client(raise_request_exception=False)
        one.cookies.update(client.cookies)
        read = {name: v() if callable(v) else v for name, v in (answers or {}).items()}
        try:
            connection.ensure_connection()
            with killing(kill) if kill else contextlib.nullcontext() as killer:
                answered.append(one.get(url) if answers is None else post_as_it_is(one, url, read))
            assert killer is None or killer.killed
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return answered[0]


def state() -> dict[str, str]:
    """A digest of each table."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({table for (table,) in cursor.fetchall()} - SESSIONS)
        each = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t"
        cursor.execute(" UNION ALL ".join(each.format(table) for table in tables))
        return dict(cursor.fetchall())


def assert_nothing_half_done_then_done(client, url, answers, *kills: str):
    before = state()
    for kill in kills:
        failed = ask(client, url, answers, kill=kill)
        assert (failed.status_code, failed.headers.get("Retry-After")) == (503, "5"), kill
        assert state() == before, kill
    done = ask(client, url, answers)
    assert done.status_code == 302
    assert state() != before
    return done


@pytest.mark.parametrize("name", CREATES)
def test_a_form_is_done_wholly_or_not_at_all_and_says_to_try_again(name):
    role, prepare, model = CREATES[name]
    args, answers = prepare()
    client, person = sign_in(role)
    answers["submission_token"] = submissions.new_token(person=person.pk)
    number = model.objects.count()
    url = reverse(name, args=args)
    own = f'INSERT INTO "{model._meta.db_table}"'
    assert_nothing_half_done_then_done(client, url, answers, "SELECT", own, "COMMIT")
    assert model.objects.count() > number


def test_an_undo_is_done_wholly_or_not_at_all():
    _, answers = venue_add()
    client, _ = sign_in(Role.TRAINING_COORDINATOR)
    client.post(reverse("venues:venue_add"), answers)
    url = reverse("accounts:undo", args=[Undo.objects.get().number])
    assert_nothing_half_done_then_done(client, url, {}, "SELECT", "UPDATE", "COMMIT")


def test_a_link_for_a_new_password_is_sent_or_asked_for_again():
    person = factories.UserFactory(role=Role.PLANNER, email="oriel@police.example")
    form = {"email": person.email}
    url = reverse("account_reset_password")
    assert_nothing_half_done_then_done(Client(), url, form, "SELECT", "INSERT", "COMMIT")


def test_nobody_is_signed_in_by_half():
    person = factories.UserFactory(role=Role.PLANNER)
    person.set_password(factories.PASSWORD)
    person.save()
    client, url = Client(), reverse("account_login")
    form = {"login": person.username, "password": factories.PASSWORD}
    done = assert_nothing_half_done_then_done(client, url, form, "SELECT", "INSERT", "COMMIT")
    assert done.client.session[SESSION_KEY] == str(person.pk)
    unsaved = ask(client, url, form, kill='UPDATE "django_session"')
    assert unsaved.status_code == 503
    assert settings.SESSION_COOKIE_NAME not in unsaved.cookies
    assert ask(client, url, form).status_code == 302


def test_the_control_rooms_board_says_to_ask_again():
    client, _ = sign_in(Role.CALL_HANDLER)
    url = reverse("operations:board")
    failed = ask(client, url, kill="SELECT")
    assert (failed.status_code, failed["Retry-After"]) == (503, "5")
    assert ask(client, url).status_code == 200

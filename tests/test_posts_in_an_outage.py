"""PostgreSQL, the broker or the cache goes in the middle of a form: whatever form it is, it is done
wholly or not at all, nobody is told of an error of ours, and sent again it counts once.
"""

import contextlib
import select
import threading

import pytest
import redis
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import OperationalError, connection
from django.test import Client, TransactionTestCase
from django.urls import reverse

import outbox.tasks
from accounts.acts import submissions
from accounts.roles import Role
from config import dependencies
from config.celery import app
from outbox.models import Message
from tests.accounts.acts.test_submissions import OTHERWISE, sign_in
from tests.database import as_owner
from tests.form_pages import post as post_as_it_is
from tests.posts import EACH_POST, post  # noqa: F401  # a fixture
from tests.test_access import world  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

#: Of those who come and go, not of what anybody sent.
SESSIONS = {"django_session", "usersessions_usersession"}

#: Moments at which the server goes: just before such a statement, or after the commit.
READ, WRITE, COMMIT, COMMITTED = "SELECT", ("INSERT", "UPDATE", "DELETE"), "COMMIT", "committed"


class Outage:
    """Ends the backend of this thread's connection at a moment; then the server refuses it."""

    def __init__(self, moment: str | tuple[str, ...]) -> None:
        self.moment, self.began = moment, False

    def __call__(self, execute, sql, params, many, context):
        self.look(str(sql))
        return execute(sql, params, many, context)

    def look(self, sql: str) -> None:
        if self.began or not sql.startswith(self.moment):
            return
        self.began = True
        connection.get_new_connection = self.refuse
        link = connection.connection  # which is to find out by itself
        end = "SELECT pg_terminate_backend(%s)"
        TransactionTestCase.leftovers.cursor.execute(end, [link.info.backend_pid])
        assert select.select([link.fileno()], [], [], 20)[0]  # the server has hung up

    @staticmethod
    def refuse(_):
        raise OperationalError("the database system is starting up")


@contextlib.contextmanager
def outage(moment):
    one, commit = Outage(moment), connection._commit

    def look_and_commit():
        one.look("COMMIT")
        commit()
        one.look("committed")

    connection._commit = look_and_commit
    try:
        with connection.execute_wrapper(one):
            yield one
    finally:
        vars(connection).pop("get_new_connection", None)
        del connection._commit


def ask(client, url, answers=None, *, at=None):
    """The answer to a form, or to a look at a page, in a thread with a connection of its own."""
    answered = []

    def work():
        one = Client(raise_request_exception=False)
        one.cookies.update(client.cookies)
        read = {name: v() if callable(v) else v for name, v in (answers or {}).items()}
        try:
            connection.ensure_connection()
            with outage(at) if at else contextlib.nullcontext() as began:
                answered.append(one.get(url) if answers is None else post_as_it_is(one, url, read))
            assert began is None or began.began
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


@pytest.fixture
def no_redis(monkeypatch):
    """Cache and broker refuse every connection, each time somebody asks."""
    asked = []

    def refuse(self):
        asked.append(self)
        raise redis.exceptions.ConnectionError

    @contextlib.contextmanager
    def away():
        with monkeypatch.context() as patch:
            patch.setattr(redis.connection.AbstractConnection, "connect", refuse)
            patch.setattr(dependencies, "PAUSE", 0)
            yield asked

    return away


def hand_over_what_waits():
    """What beat has the workers of the outbox do once the broker is back."""
    for entry in app.conf.beat_schedule.values():
        if entry["task"] == outbox.tasks.deliver.name:
            outbox.tasks.deliver(*entry["args"])


#: A post that changes its session and nothing else.
PROOF = "account_reauthenticate"
#: Posts whose answer brings a new session, without which nobody has come in.
COMING_IN = ("account_login", "account_change_password", "mfa_authenticate")
#: Posts that act on a second message too, and may.
ANEW = ("account_login", "mfa_generate_recovery_codes")


@EACH_POST
def test_a_form_is_done_wholly_or_not_at_all_and_sent_again_counts_once(name, post, no_redis):  # noqa: F811
    client, url, answers = post
    if person := client.session.get(SESSION_KEY):
        answers = answers | {submissions.FIELD: submissions.new_token(person=int(person))}
    before = state()
    for moment in (READ, COMMIT) if name == PROOF else (READ, WRITE, COMMIT):
        failed = ask(client, url, answers, at=moment)
        assert (failed.status_code, failed.headers.get("Retry-After")) == (503, "5"), moment
    assert "What was saved before is safe" in failed.text
    assert "send it again" in failed.text
    assert state() == before

    with no_redis() as asked:
        kept = ask(client, url, answers, at=COMMITTED)
    assert asked
    if name in COMING_IN:
        assert (kept.status_code, kept.headers.get("Retry-After")) == (503, "5")
        assert settings.SESSION_COOKIE_NAME not in kept.cookies
    else:
        assert kept.status_code == (200 if name == "reports:subject_access" else 302)
    after = state()
    assert (after == before) == (name == PROOF)

    again = ask(client, url, answers)
    assert again.status_code < 500
    changed = {table for table, digest in state().items() if digest != after[table]}
    assert changed <= {"accounts_accessentry"} or name in ANEW
    if name not in OTHERWISE:
        assert (again.status_code, again.get("Location")) == (
            kept.status_code,
            kept.get("Location"),
        )
    hand_over_what_waits()
    assert not Message.objects.waiting().exists()


def test_the_control_rooms_board_says_to_ask_again():
    client, _ = sign_in(Role.CALL_HANDLER)
    url = reverse("operations:board")
    failed = ask(client, url, at=READ)
    assert (failed.status_code, failed["Retry-After"]) == (503, "5")
    assert ask(client, url).status_code == 200

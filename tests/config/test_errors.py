"""Whatever goes wrong, page and log hold nobody's data, and both have the reference."""

import logging
import select
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
    transaction,
)
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import path, reverse
from psycopg2 import errors as errors_of_postgresql
from redis.exceptions import RedisError

from accounts.models import User
from accounts.roles import Role
from config import errors, urls
from tests.factories import UserFactory
from tests.form_pages import post_without_token

NAME = "Oriel Fenwick"
MAIL = "oriel.fenwick@example.org"


def breaks(request):
    raise ValueError(f"{NAME} is on another visit")


def breaks_a_rule_of_the_database(request):
    with transaction.atomic():  # so that the test's own transaction can go on
        User.objects.create(username=MAIL)


def is_not_allowed(request):
    raise PermissionDenied(NAME)


def is_not_found(request):
    raise Http404(NAME)


def can_not_be_read(request):
    raise BadRequest(NAME)


PAGES = {
    "breaks": (breaks, 500, "Sorry, something went wrong"),
    "rule": (breaks_a_rule_of_the_database, 500, "Sorry, something went wrong"),
    "forbidden": (is_not_allowed, 403, "You cannot open this page"),
    "missing": (is_not_found, 404, "Page not found"),
    "unreadable": (can_not_be_read, 400, "This request could not be read"),
}


@pytest.fixture
def product(settings, db):
    """The product with pages that go wrong, and somebody signed in to it."""
    handlers = {name: value for name, value in vars(urls).items() if name.startswith("handler")}
    broken = [path(f"{name}/", view) for name, (view, *_) in PAGES.items()]
    settings.ROOT_URLCONF = type(
        "urls", (), handlers | {"urlpatterns": [*urls.urlpatterns, *broken]}
    )
    UserFactory(username=MAIL)
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.user = UserFactory(role=Role.PLANNER, first_name="Petra", last_name="Lindqvist")
    client.force_login(client.user)
    return client


def assert_tells_nothing_but_the_reference(response, log, *more: str) -> None:
    page = response.content.decode()
    assert f"give this reference: {response['X-Request-ID']}" in page
    assert response["X-Request-ID"] in log.getvalue()
    for told in ("Fenwick", "oriel", "Lindqvist", *more):
        assert told not in page
        assert told not in log.getvalue()
    assert "Traceback" not in page


@pytest.mark.parametrize("name", PAGES)
def test_an_error_shows_and_logs_a_reference_and_nobodys_data(product, log, name):
    _, status, words = PAGES[name]
    response = product.get(f"/{name}/?person=Oriel+Fenwick")
    assert response.status_code == status
    assert words in response.content.decode()
    assert_tells_nothing_but_the_reference(response, log)
    assert log.line("request")["user"] == product.user.pk


def test_an_error_of_ours_is_logged_with_its_place_in_the_code(product, log):
    product.get("/rule/")
    line = log.line("Internal Server Error (request)")
    told = line["exception"].splitlines()
    assert told[0] == "django.db.utils.IntegrityError"
    assert any("tests/config/test_errors.py" in place for place in told)
    assert "because of psycopg2.errors.UniqueViolation (accounts_user_username_key)" in told
    assert line["request_id"] == log.line("request")["request_id"]
    assert line["user"] == product.user.pk


def test_a_form_without_its_token_is_refused_without_telling_what_was_in_it(product, log):
    response = post_without_token(product, reverse("account_logout"), {"person": NAME})
    assert response.status_code == 403
    assert "Please send that again" in response.content.decode()
    assert_tells_nothing_but_the_reference(response, log)
    assert log.line("Forbidden (csrf)")["level"] == "warning"


def test_a_host_that_is_not_ours_is_refused_and_not_repeated(product, log):
    response = product.get("/", headers={"host": "oriel.fenwick.example"})
    assert response.status_code == 400
    assert_tells_nothing_but_the_reference(response, log, "fenwick.example")
    assert log.line("Bad Request (DisallowedHost)")


def test_a_form_that_is_too_large_or_has_too_many_parts_is_refused(product, log, settings):
    product.handler.enforce_csrf_checks = False
    fields = {f"field{number}": "Oriel" for number in range(1001)}
    assert product.post(reverse("account_login"), fields).status_code == 400
    large = {"text": "Oriel Fenwick " * 200_000}
    response = product.post(reverse("account_login"), large)
    assert response.status_code == 400
    assert_tells_nothing_but_the_reference(response, log)


def test_whoever_has_no_role_can_sign_out_of_the_page_that_says_so(client, db):
    client.force_login(UserFactory(role=None))
    page = client.get("/", follow=True)
    assert page.status_code == 403
    assert f'action="{reverse("account_logout")}"' in page.content.decode()


def test_a_page_of_an_error_is_drawn_without_the_database(product, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.request_id = "abc"
    request.user = User.objects.get(pk=product.user.pk)  # whose permissions nobody has asked for
    with django_assert_num_queries(0):
        for page in (errors.bad_request, errors.permission_denied, errors.page_not_found):
            assert b"reference: abc" in page(request, Exception(NAME)).content
        assert b"reference: abc" in errors.server_error(request).content
        assert b"reference: abc" in errors.csrf_failure(request, NAME).content


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_no_error_of_ours(product, log, monkeypatch, error):
    def away(*args, **kwargs):
        raise error(f"connection of {NAME} refused")

    monkeypatch.setattr(connections["default"], "cursor", away)
    response = product.get(reverse("venues:venue_list"))
    monkeypatch.undo()
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "Please try again in a moment" in response.content.decode()
    assert_tells_nothing_but_the_reference(response, log)


def waits_too_long_for_a_row(request):
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(1)")


def loses_its_connection(request):
    with connections["default"].cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")  # who connected may end the connection
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def writes_to_a_server_that_only_reads(request):
    """As after a failover, until the connection leads to the other server."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("DELETE FROM django_session")


def holds_a_transaction_for_too_long(request):
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 1")
        link = cursor.connection.fileno()
        assert select.select([link], [], [], 20)[0]  # the server has hung up
        cursor.execute("SELECT 1")


def is_locked_out(request):
    raise OperationalError from errors_of_postgresql.DeadlockDetected()


def asks_a_broker_that_is_away(request):
    try:
        raise RedisError(NAME)
    except RedisError as error:
        raise ValueError(NAME) from error


PASSING = [
    waits_too_long_for_a_row,
    loses_its_connection,
    writes_to_a_server_that_only_reads,
    holds_a_transaction_for_too_long,
    is_locked_out,
    asks_a_broker_that_is_away,
]


@pytest.mark.parametrize("view", PASSING, ids=lambda view: view.__name__)
def test_what_passes_by_itself_is_told_so_and_asks_to_be_tried_again(
    settings, log, django_db_setup, django_db_blocker, view
):
    settings.ROOT_URLCONF = type(
        "urls",
        (),
        {
            "handler500": urls.handler500,
            "urlpatterns": [path("passes/", login_not_required(view)), *urls.urlpatterns],
        },
    )

    def ask():
        with django_db_blocker.unblock():
            try:
                response = Client(raise_request_exception=False).get("/passes/")
                close_old_connections()  # as the server does
                return response, connections["default"].connection is None
            finally:
                connections.close_all()

    with ThreadPoolExecutor(1) as thread:  # with a connection of its own, which is lost
        response, closed = thread.submit(ask).result()
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert closed or view is not writes_to_a_server_that_only_reads, "the next may find another"
    assert NAME not in response.content.decode()
    assert "Fenwick" not in log.getvalue()


@pytest.mark.parametrize("view", [breaks, breaks_a_rule_of_the_database])
def test_a_mistake_of_ours_is_not_told_as_one_that_passes(product, view):
    name = next(name for name, (page, *_) in PAGES.items() if page is view)
    response = product.get(f"/{name}/")
    assert response.status_code == 500
    assert "Retry-After" not in response


def test_django_itself_repeats_what_these_pages_do_not(product, caplog):
    """The tests above would fail without our logging: the data is in what Django logs."""
    with caplog.at_level(logging.DEBUG, logger="django"):
        product.get("/breaks/")
        product.get("/", headers={"host": "oriel.fenwick.example"})
    assert "Oriel Fenwick" in caplog.text
    assert "oriel.fenwick.example" in caplog.text

"""The tests stand where the product stands."""

import threading

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.database.scope import WEB_ROLE
from accounts.models import AccessEntry
from accounts.record.access_log import Act, record_act
from operations.models import Visit
from tests import factories
from tests.database import NothingSaidError, as_owner, as_product
from venues.models import VenueGroup

pytestmark = pytest.mark.django_db


def role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user || ' ' || current_user")
        return cursor.fetchone()[0]


def answers_with_its_role(request):
    return HttpResponse(role())


class AsksBeforeAnybodySaidWhoActs:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        Visit.objects.exists()
        return self.get_response(request)


urlpatterns = [path("role/", answers_with_its_role), path("", include("config.urls"))]


@pytest.mark.urls(__name__)
def test_tests_pages_and_threads_connect_as_the_web_role(client):
    client.force_login(factories.UserFactory())
    found = [role(), client.get("/role/").text]
    thread = threading.Thread(target=lambda: (found.append(role()), connection.close()))
    thread.start()
    thread.join()
    assert found == [f"{WEB_ROLE} {WEB_ROLE}"] * 3
    with as_owner():
        assert WEB_ROLE not in role()
    assert role() == f"{WEB_ROLE} {WEB_ROLE}"


def test_a_page_that_asks_before_anybody_said_who_acts_fails_the_test(client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:-1], f"{__name__}.AsksBeforeAnybodySaidWhoActs"]
    with pytest.raises(NothingSaidError, match="operations_visit"):
        client.get("/sign-in/")
    with pytest.raises(NothingSaidError), as_product():
        Visit.objects.exists()


def test_a_test_commits_what_it_makes():
    factories.VenueGroupFactory(name="Seen by others")
    found = []

    def another_session():
        found.extend(VenueGroup.objects.values_list("name", flat=True))
        connection.close()

    thread = threading.Thread(target=another_session)
    thread.start()
    thread.join()
    assert found == ["Seen by others"]


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_of_a_test_reaches_the_next(turn):
    assert not VenueGroup.objects.exists()
    factories.VenueGroupFactory()


def test_a_policy_binds_a_test_that_says_nothing():
    factories.VisitFactory()
    with as_product(), connection.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM operations_visit")
        assert cursor.fetchone() == (0,)


def test_the_log_is_written_where_no_page_has_begun():
    person = factories.UserFactory()
    with as_product():
        record_act(Act.SIGNED_OUT, by=person)
    assert AccessEntry.objects.get().user == person


def test_a_client_of_another_thread_begins_with_nothing_said():
    found = []

    def ask():
        found.append(Client().get("/sign-in/").status_code)
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [200]

"""Who acts in a transaction, and what is left of it afterwards."""

import json
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.urls import include, path
from structlog.testing import capture_logs

from accounts.database import scope
from accounts.roles import Role
from tests.database import as_owner, as_product
from tests.factories import CommandUnitFactory, UserFactory, VenueGroupFactory
from venues.models import VenueGroup

NOTHING = scope.CLEARED


@pytest.fixture(autouse=True)
def nothing_said(db):
    """As a request begins."""
    with as_product():
        yield


def said():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT "
            + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in NOTHING)
        )
        return dict(zip(NOTHING, cursor.fetchone(), strict=True))


@pytest.mark.django_db(transaction=True)
def test_a_connection_carries_nothing_of_one_person_to_the_next():
    with scope.acting(UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])):
        assert said()["role"] == scope.WEB_ROLE
    assert said() == NOTHING


@pytest.mark.django_db(transaction=True)
def test_what_is_said_ends_with_an_error_too():
    person = UserFactory()

    def add_one_name_twice():
        with scope.acting(person):
            VenueGroupFactory(name="Once")
            VenueGroupFactory(name="once")

    with pytest.raises(IntegrityError):
        add_one_name_twice()
    assert said() == NOTHING
    assert not VenueGroup.objects.exists()


@pytest.mark.django_db
def test_a_person_acts_for_their_command_units(django_assert_num_queries):
    units = [CommandUnitFactory(), CommandUnitFactory()]
    person = UserFactory(role=Role.PLANNER, units=units)
    request_id = uuid.uuid4()
    person.has_perm("any")  # permissions are asked for on each page anyway
    with transaction.atomic():
        # A savepoint, the one question, and since this is a part of the test's transaction: given
        # back and released.
        with django_assert_num_queries(4), scope.acting(person, request_id=request_id):
            pass
        with scope.acting(person, request_id=request_id, address="192.0.2.7", path="/visits/"):
            found = said()
    assert sorted(found["makesafe.units"].strip("{}").split(",")) == sorted(
        str(unit.pk) for unit in units
    )
    assert (found["makesafe.user"], found["makesafe.sees_plans"]) == (str(person.pk), "on")
    assert found["pghistory.context_id"] == str(request_id)
    assert json.loads(found["pghistory.context_metadata"]) == {
        "user": person.pk,
        "address": "192.0.2.7",
        "path": "/visits/",
    }


@pytest.mark.django_db
def test_somebody_who_is_not_signed_in_acts_for_nobody():
    with scope.acting(AnonymousUser()):
        found = said()
    assert (found["makesafe.user"], found["makesafe.units"]) == ("", "{}")


@pytest.mark.django_db
def test_a_task_acts_for_the_whole_force_in_its_own_name():
    with scope.for_task("operations.tasks.remind"):
        found = said()
    assert (found["role"], found["makesafe.units"]) == (scope.WEB_ROLE, "*")
    assert json.loads(found["pghistory.context_metadata"]) == {
        "user": None,
        "task": "operations.tasks.remind",
    }


@pytest.mark.django_db
def test_a_rule_looks_beyond_the_units_and_gives_that_back():
    person = UserFactory(role=Role.VISITING_OFFICER)
    with scope.acting(person):
        before = said()
        with scope.all_units():
            assert (said()["makesafe.units"], said()["makesafe.user"]) == ("*", str(person.pk))
        assert said() == before
        with pytest.raises(ZeroDivisionError), scope.all_units():
            raise ZeroDivisionError
        assert said() == before
    assert said() == NOTHING


@pytest.mark.django_db
def test_a_look_beyond_the_units_costs_two_questions_and_one_inside_it_none(
    django_assert_num_queries,
):
    inside = scope.all_units()
    with scope.acting(UserFactory()), django_assert_num_queries(2), scope.all_units(), inside:
        pass


@pytest.mark.django_db
def test_an_act_that_postgresql_refuses_beyond_the_units_gives_the_settings_back():
    VenueGroupFactory(name="Once")
    with scope.acting(UserFactory(role=Role.VISITING_OFFICER)):
        before = said()
        with pytest.raises(IntegrityError), transaction.atomic(), scope.all_units():
            VenueGroupFactory(name="once")
        assert said() == before
    assert said() == NOTHING


@pytest.mark.django_db
def test_the_owner_of_the_tables_is_not_bound_by_a_rule():
    with as_owner(), scope.all_units():
        assert said() == NOTHING


@pytest.mark.django_db
def test_the_reason_of_a_change_stands_beside_who_makes_it():
    person = UserFactory()
    with scope.acting(person):
        scope.set_reason("The venue asked for it")
        found = json.loads(said()["pghistory.context_metadata"])
    assert (found["user"], found["reason"]) == (person.pk, "The venue asked for it")


# After the commit --------------------------------------------------------------------------------


def test_what_runs_after_the_commit_says_who_acts():
    person = UserFactory()
    found = []
    with scope.acting(person, path="/account/"):
        transaction.on_commit(lambda: found.append(said()))
        assert found == []
    assert found[0]["role"] == scope.WEB_ROLE
    assert found[0]["makesafe.user"] == str(person.pk)
    assert json.loads(found[0]["pghistory.context_metadata"])["path"] == "/account/"
    assert said() == NOTHING


def test_what_fails_after_the_commit_is_logged_and_takes_nothing_back():
    def fail():
        VenueGroupFactory(name="Of the hook")
        raise ZeroDivisionError

    done = []
    with capture_logs() as logs, scope.acting(UserFactory()):
        VenueGroupFactory(name="Kept")
        transaction.on_commit(fail)
        transaction.on_commit(lambda: done.append("the next one"))
    assert [group.name for group in VenueGroup.objects.all()] == ["Kept"]
    assert done == ["the next one"]
    assert logs[0] | {"event": "after commit", "error": "ZeroDivisionError"} == logs[0]


def test_nothing_runs_after_a_transaction_that_was_taken_back():
    done = []
    with scope.acting(UserFactory()):
        transaction.on_commit(lambda: done.append("ran"))
        transaction.set_rollback(True)
    assert done == []


def test_what_was_kept_so_far_stays_though_the_rest_is_taken_back_and_the_scope_goes_on():
    person = UserFactory()
    with scope.acting(person):
        VenueGroupFactory(name="Kept")
        scope.keep_so_far()
        assert said()["makesafe.user"] == str(person.pk)
        VenueGroupFactory(name="Taken back")
        transaction.set_rollback(True)
    assert [group.name for group in VenueGroup.objects.all()] == ["Kept"]
    assert said() == NOTHING


def test_no_part_of_an_act_is_kept_so_far():
    with scope.acting(UserFactory()), transaction.atomic(), pytest.raises(RuntimeError):
        scope.keep_so_far()
    with pytest.raises(RuntimeError):
        scope.keep_so_far()


# Requests ----------------------------------------------------------------------------------------


def writes_then_breaks(request):
    VenueGroupFactory(name="Half done")
    raise ZeroDivisionError


def writes_then_answers(request, code):
    VenueGroupFactory(name=said()["role"])
    return HttpResponse(status=code)


urlpatterns = [
    path("breaks/", writes_then_breaks),
    path("answers/<int:code>/", writes_then_answers),
    path("", include("config.urls")),
]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/breaks/", "/answers/500/"])
def test_a_request_that_ends_in_an_error_leaves_nothing_behind(client, address):
    client.raise_request_exception = False
    client.force_login(UserFactory())
    assert client.get(address).status_code == 500
    assert not VenueGroup.objects.exists()
    assert said() == NOTHING


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_request_works_as_the_role_that_owns_nothing(client):
    client.force_login(UserFactory())
    client.get("/answers/200/")
    assert VenueGroup.objects.get().name == scope.WEB_ROLE

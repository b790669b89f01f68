"""Whoever watches over the service asks two addresses; a process that lacks something says so."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from config import health


def away(*args, **kwargs):
    raise OperationalError("could not connect to Oriel Fenwick")


@pytest.fixture
def no_database(monkeypatch):
    monkeypatch.setattr(connection, "cursor", away)


def test_a_process_that_answers_is_live_whatever_it_depends_on(no_database):
    response = Client().get(health.LIVE)
    assert (response.status_code, response.json()) == (200, {"web": "ok"})


@pytest.mark.django_db
def test_a_service_whose_database_answers_is_ready():
    response = Client().get(health.READY)
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "cache": "ok"}
    assert response["Cache-Control"] == "no-store"


def test_a_service_whose_database_is_away_is_not_ready_and_tells_no_details(no_database):
    response = Client().get(health.READY)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"database": "away", "cache": "ok"}


@pytest.mark.django_db
def test_the_cache_is_told_and_not_depended_on(monkeypatch):
    monkeypatch.setattr(type(cache._connections["default"]), "is_there", lambda self: False)
    response = Client().get(health.READY)
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "cache": "away"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", health.PATHS)
def test_no_host_name_no_https_no_session_and_no_transaction_is_asked_for(
    settings, path, django_assert_max_num_queries
):
    settings.SECURE_SSL_REDIRECT = True
    with django_assert_max_num_queries(1):
        response = Client().get(path, headers={"host": "10.1.2.3", "cookie": "sessionid=x"})
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("path", health.PATHS)
def test_nothing_can_be_sent_there(path):
    assert Client().post(path).status_code == 405

"""Nobody is kept from working by a cache or a broker that is away or hangs."""

import subprocess
import time
from urllib.parse import urlsplit

import pytest
import redis
from django.core.cache import cache, caches
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.sign_in.actions import invite
from config import dependencies, queue
from config.celery import app
from config.dependencies import Dependency
from tests.factories import PASSWORD, UserFactory
from tests.gates import gate

pytestmark = pytest.mark.django_db


@app.task(name="tests.config.probe")
def probe(number):
    """Nobody's worker takes it up."""


#: Seconds beyond which a person would call it slow. What a server that hangs may cost in all.
SOON = 3


@pytest.fixture
def server(settings, monkeypatch):
    """A gate in front of the server of cache and broker, through which the product asks it."""
    at = urlsplit(settings.REDIS_URL)
    with gate(at.port) as made:
        # A database that no worker listens to: 0 is everybody's, 15 the installation's.
        url = settings.REDIS_URL.replace(f":{at.port}/0", f":{made.port}/14")
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": url}}
        monkeypatch.setattr(app.conf, "broker_url", url)
        monkeypatch.setattr(app.conf, "broker_write_url", url)
        monkeypatch.setattr(queue, "_broker", Dependency("broker", *queue._broker._errors))
        yield made
        caches["default"].close()


@pytest.fixture(params=["shut", "hang"])
def away(server, request):
    """The server was asked before, and is away now."""
    cache.set("asked", 1)
    getattr(server, request.param)()
    return server


def test_nothing_is_found_in_a_cache_that_is_away_and_that_costs_no_time(away):
    started = time.monotonic()
    assert cache.get("a", "default") == "default"
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("a", 1), "nobody else has it"
    assert cache.incr("a") == 1, "nobody has counted so far"
    assert cache.get_or_set("a", 5) == 5
    assert "a" not in cache
    cache.set("a", 1)
    cache.set_many({"a": 1})
    cache.touch("a")
    cache.delete("a")
    cache.delete_many(["a"])
    assert time.monotonic() - started < SOON


def test_a_cache_that_comes_back_is_used_again(server, monkeypatch):
    server.shut()
    assert cache.get("a") is None
    server.open()
    later = time.monotonic() + dependencies.PAUSE + 0.1
    monkeypatch.setattr(dependencies.time, "monotonic", lambda: later)
    cache.set("a", 7)
    assert cache.get("a") == 7


def test_a_kept_connection_that_broke_is_no_cache_that_is_away(server):
    cache.set("a", 7)
    server.shut()
    server.open()
    assert cache.get("a") == 7


def test_it_is_logged_once_in_a_while_that_the_cache_is_away(away, caplog):
    for _ in range(5):
        cache.get("a")
    assert caplog.text.count("a server that does not answer") == 1


def person_with_password():
    person = UserFactory(username="oriel", role=Role.TRAINING_COORDINATOR)
    person.set_password(PASSWORD)
    person.save()
    return person


def test_somebody_signs_in_while_the_cache_is_away(away):
    person = person_with_password()
    client = Client()
    started = time.monotonic()
    response = client.post(
        reverse("account_login"), {"login": person.username, "password": PASSWORD}
    )
    assert response.status_code == 302
    assert client.get(reverse("accounts:home"), follow=True).status_code == 200
    assert time.monotonic() - started < 2 * SOON


def test_a_wrong_password_is_refused_while_the_cache_is_away(away):
    page = Client().post(reverse("account_login"), {"login": "oriel", "password": "a wrong guess"})
    assert "do not match" in page.text


def test_a_chart_is_drawn_while_the_cache_is_away(away):
    client = Client()
    client.force_login(UserFactory(role=Role.CSE_LEAD, whole_force=True))
    assert client.get(reverse("reports:dashboard")).status_code == 200


def test_what_was_saved_is_saved_though_the_broker_is_away(
    away, django_capture_on_commit_callbacks, caplog
):
    person = User(username="wren", email="wren@police.example")
    started = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        invite(person=person, by=UserFactory(role=Role.ADMINISTRATOR), on=timezone.localdate())
    assert time.monotonic() - started < SOON
    assert User.objects.filter(username="wren").exists()
    assert "a server that does not answer" in caplog.text


def test_somebody_who_forgot_their_password_is_answered_while_the_broker_is_away(
    away, django_capture_on_commit_callbacks
):
    person = person_with_password()
    with django_capture_on_commit_callbacks(execute=True):
        response = Client().post(reverse("account_reset_password"), {"email": person.email})
    assert response.status_code == 302


def test_a_task_is_queued_after_the_commit_where_the_broker_is_there(server):
    broker = redis.Redis.from_url(app.conf.broker_url)
    before = broker.llen("celery")
    with transaction.atomic():
        transaction.on_commit(lambda: queue.queue(probe, 7), robust=True)
        assert broker.llen("celery") == before
    assert broker.llen("celery") == before + 1
    broker.delete("celery")


def test_no_page_or_act_queues_a_task_in_another_way():
    """``queue`` is the one way: another could turn what was saved into an error, or wait."""
    found = subprocess.run(
        ["git", "grep", "-lE", r"\.(delay|apply_async|delay_on_commit)\(", "--", "*.py", ":!tests"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    assert found == ["config/queue.py"]

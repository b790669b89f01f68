"""Too much from one account or address is refused kindly, and all workers count together."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as live_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from tests.factories import PASSWORD, UnderWayVisitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(settings, monkeypatch):
    settings.WRITES_PER_MINUTE = {"account": 3, "address": 5}
    at(monkeypatch, "09:00:15")


def at(monkeypatch, clock):
    """Make it so late on some day."""
    now = dt.datetime.fromisoformat(f"2027-01-15 {clock}+00:00").timestamp()
    monkeypatch.setattr(time, "time", lambda: now)


def write(client, address="192.0.2.1"):
    return client.post(reverse("accounts:home"), REMOTE_ADDR=address)


def signed_in():
    client = Client()
    client.force_login(UserFactory(role=Role.PLANNER))
    return client


def test_one_account_is_limited_wherever_it_writes_from(few):
    client = signed_in()
    codes = [write(client, f"192.0.2.{n}").status_code for n in range(1, 5)]
    assert codes == [302, 302, 302, 429]


def test_a_whole_force_behind_one_address_is_not_limited_as_one(few):
    assert {write(signed_in()).status_code for _ in range(9)} == {302}


def test_one_network_of_ipv6_counts_as_one_address(few):
    codes = [write(Client(), f"2001:db8:0:1::{n}").status_code for n in range(1, 7)]
    assert codes[-1] == 429
    assert write(Client(), "2001:db8:0:2::1").status_code == 302


def test_addresses_of_ipv4_told_as_ipv6_are_not_one_network(few):
    codes = {write(Client(), f"::ffff:192.0.2.{n}").status_code for n in range(1, 9)}
    assert codes == {302}


@pytest.mark.parametrize(
    "page", ["visit_start", "outcome_add", "visit_not_completed", "outcome_correct"]
)
def test_what_a_team_logs_of_a_visit_is_never_refused_for_a_limit(few, page):
    officer = UserFactory(role=Role.VISITING_OFFICER)
    visit = UnderWayVisitFactory(officer=officer)
    client = Client()
    client.force_login(officer)
    for _ in range(4):
        write(client)
    assert write(client).status_code == 429
    response = client.post(reverse(f"operations:{page}", args=[visit.pk]))
    assert response.status_code in (200, 302)


def test_whoever_is_not_signed_in_is_limited_at_those_pages_too(few):
    url = reverse("operations:outcome_add", args=[1])
    codes = [Client().post(url, REMOTE_ADDR="192.0.2.7").status_code for _ in range(6)]
    assert codes[-1] == 429


def test_whose_address_is_not_known_is_not_counted_as_one_crowd(few):
    assert {write(Client(), "unknown").status_code for _ in range(9)} == {302}


def test_whoever_is_not_signed_in_is_limited_by_address(few):
    codes = [write(Client()).status_code for _ in range(6)]
    assert codes == [302, 302, 302, 302, 302, 429]


def test_reading_is_not_limited(few):
    client = signed_in()
    assert {client.get(reverse("accounts:home")).status_code for _ in range(9)} == {302}


def test_the_answer_says_how_long_to_wait_and_that_nothing_is_lost(few, monkeypatch):
    client = signed_in()
    for _ in range(3):
        write(client)
    at(monkeypatch, "09:00:30")
    response = write(client)
    assert response["Retry-After"] == "45"
    assert "Wait 45 seconds" in response.text
    assert "Nothing that was saved before is lost" in response.text


def test_after_that_wait_it_goes_on(few, monkeypatch):
    client = signed_in()
    for _ in range(4):
        write(client)
    at(monkeypatch, "09:01:15.001")
    assert write(client).status_code == 302


def test_a_burst_across_the_turn_of_a_minute_is_refused(few, monkeypatch):
    client = signed_in()
    at(monkeypatch, "09:00:59")
    assert [write(client).status_code for _ in range(3)] == [302, 302, 302]
    at(monkeypatch, "09:01:01")
    response = write(client)
    assert response.status_code == 429
    assert response["Retry-After"] == "58"


def test_writes_at_the_same_moment_are_all_counted():
    def wait(_):
        return cache.seconds_to_wait("somebody", per_minute=10)

    with ThreadPoolExecutor(max_workers=20) as threads:
        waits = list(threads.map(wait, range(20)))
    assert waits.count(0) == 10


def test_nobody_is_refused_while_the_cache_is_away(few, settings, caplog):
    nobody = {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": settings.CACHES["default"] | nobody}
    client = signed_in()
    assert {write(client).status_code for _ in range(9)} == {302}
    assert "a server that does not answer" in caplog.text


def test_a_forwarded_address_counts_only_behind_our_proxy(few, settings):
    def write_as(address):
        return Client().post(
            reverse("accounts:home"), headers={"x-forwarded-for": f"198.51.100.1, {address}"}
        )

    assert [write_as(f"192.0.2.{n}").status_code for n in range(6)][-1] == 429
    settings.BEHIND_PROXY = True
    assert {write_as(f"192.0.2.{n}").status_code for n in range(6)} == {302}


# Sign-in ------------------------------------------------------------------------------------------


def guess(username, address, password="a wrong guess"):
    return Client().post(
        reverse("account_login"), {"login": username, "password": password}, REMOTE_ADDR=address
    )


def test_guessing_one_accounts_password_is_stopped_from_whatever_address():
    person = UserFactory(username="oriel")
    person.set_password(PASSWORD)
    person.save()
    for n in range(5):
        assert "do not match" in guess("Oriel", f"192.0.2.{n}").text
    page = guess("oriel", "192.0.2.99", PASSWORD)
    assert "too many tries" in page.text


def test_guessing_many_accounts_from_one_address_is_stopped():
    for n in range(20):
        assert "do not match" in guess(f"person-{n}", "192.0.2.1").text
    assert "too many tries" in guess("person-99", "192.0.2.1").text
    assert "do not match" in guess("person-99", "192.0.2.2").text


def test_too_many_sign_ins_from_one_address_get_the_same_page():
    for _ in range(120):
        Client().post(reverse("account_login"), REMOTE_ADDR="192.0.2.1")
    response = guess("oriel", "192.0.2.1")
    assert response.status_code == 429
    assert response["Retry-After"] == "60"


def test_links_for_forgotten_passwords_are_limited_by_address_of_the_account():
    def ask(n):
        url, answers = reverse("account_reset_password"), {"email": "oriel@police.example"}
        return Client().post(url, answers, REMOTE_ADDR=f"192.0.2.{n}").status_code

    assert [ask(n) for n in range(4)] == [302, 302, 302, 429]


def test_every_limit_of_the_library_that_we_use_is_on():
    from allauth.account import app_settings as account
    from allauth.mfa import app_settings as second_factor

    used = ("login", "login_failed", "reauthenticate", "change_password", "reset_password")
    for action in (*used, "reset_password_from_key"):
        assert account.RATE_LIMITS[action] == live_settings.ACCOUNT_RATE_LIMITS[action]
    assert second_factor.RATE_LIMITS["webauthn_login"]

"""What is to work once works once, also for many at the same moment. Threads and real commits."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.socialaccount.internal import statekit
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEntry, Used
from accounts.record.access_log import Act
from accounts.roles import Role
from accounts.sign_in import invitations, once, views
from accounts.sign_in.adapters import SecondFactorAdapter
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SIX = 6
SECRET = "JBSWY3DPEHPK3PXP"


def at_once(act, number=SIX):
    """What ``act(n)`` returns for each of so many that start together."""
    start = threading.Barrier(number)

    def one(n):
        try:
            start.wait(10)
            return act(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def with_password(**fields):
    person = UserFactory(role=Role.PLANNER, **fields)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.mark.parametrize("invited", [True, False])
def test_of_six_who_follow_one_link_at_once_one_sets_the_password(invited):
    person = UserFactory() if invited else with_password()
    path = re.search(r"localhost:8000(\S+)", invitations.compose(person).body).group(1)
    clients = [Client() for _ in range(SIX)]
    forms = [client.get(path, follow=True).request["PATH_INFO"] for client in clients]

    def post(n):
        password = f"quiet-otter-lamp-{n}"
        return clients[n].post(forms[n], {"password1": password, "password2": password})

    answers = at_once(post)

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [302]
    [winner] = [n for n, answer in enumerate(answers) if answer.status_code == 302]
    assert all("no longer works" in a.text for n, a in enumerate(answers) if n != winner)
    person.refresh_from_db()
    assert person.check_password(f"quiet-otter-lamp-{winner}")
    assert AccessEntry.objects.filter(user=person, act=Act.PASSWORD_CHANGED).count() == 1


def test_a_password_that_is_refused_does_not_use_the_link_up():
    path = re.search(r"localhost:8000(\S+)", invitations.compose(UserFactory()).body).group(1)
    client = Client()
    form = client.get(path, follow=True).request["PATH_INFO"]
    assert client.post(form, {"password1": "short", "password2": "short"}).status_code == 200
    good = {"password1": "quiet-otter-lamp", "password2": "quiet-otter-lamp"}
    assert client.post(form, good).status_code == 302


@pytest.fixture
def person():
    person = with_password(username="petra")
    secret = SecondFactorAdapter().encrypt(SECRET)
    Authenticator.objects.create(user=person, type="totp", data={"secret": secret})
    RecoveryCodes.activate(person)
    return person


def code(*, steps=0):
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + steps))


def at_the_second_step(number=SIX):
    clients = [Client() for _ in range(number)]
    for client in clients:
        client.post(reverse("account_login"), {"login": "petra", "password": PASSWORD})
    return clients


def is_signed_in(client):
    return "_auth_user_id" in client.session


def recovery_code(person):
    return Authenticator.objects.get(user=person, type="recovery_codes").wrap().generate_codes()[0]


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_three_who_enter_one_code_at_once_one_comes_in(person, kind):
    entered = code() if kind == "app" else recovery_code(person)
    clients = at_the_second_step(3)
    url = reverse("mfa_authenticate")
    at_once(lambda n: clients[n].post(url, {"code": entered}), 3)
    assert sum(map(is_signed_in, clients)) == 1


def test_a_code_of_an_app_works_once_as_long_as_its_time_lasts(person):
    """The next code is good for a minute and a half from now: it is not forgotten sooner."""
    early = code(steps=1)
    first, second = at_the_second_step(2)
    first.post(reverse("mfa_authenticate"), {"code": early})
    assert is_signed_in(first)
    from django.core.cache import cache

    cache.clear()  # as if half a minute had passed, or the cache had been lost
    second.post(reverse("mfa_authenticate"), {"code": early})
    assert not is_signed_in(second)


def test_setting_an_app_up_twice_at_once_is_never_an_error(settings):
    settings.MFA_REQUIRED = True
    with_password(username="petra")
    [client] = at_the_second_step(1)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    shown = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    copies = []
    for _ in range(3):
        copy = Client()
        copy.cookies = client.cookies.copy()
        copies.append(copy)
    url = reverse("mfa_activate_totp")
    answers = at_once(lambda n: copies[n].post(url, {"code": shown}), 3)
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_a_code_before_something_sensitive_counts_as_proof(person):
    [client] = at_the_second_step(1)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    session = client.session
    session["proved_at"] -= 11 * 60
    session.save()
    assert client.get(reverse("mfa_add_webauthn")).status_code == 302
    again = reverse("mfa_reauthenticate", query={"next": reverse("mfa_add_webauthn")})
    client.post(again, {"code": code(steps=1)})
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


def test_a_challenge_of_a_passkey_is_answered_once(person):
    """Two answers at once reach the check of the device's signature one time."""
    [client] = at_the_second_step(1)
    client.get(reverse("mfa_authenticate"))
    state = client.session[webauthn.STATE_SESSION_KEY]
    client.post(reverse("mfa_authenticate"), {"credential": "{}"})
    session = client.session
    session[webauthn.STATE_SESSION_KEY] = state  # as the second of two saw it
    session.save()
    assert not once.use_up("challenge of a passkey", state["challenge"])


def test_a_way_back_from_the_provider_is_good_for_one(settings, monkeypatch):
    session = SessionStore()
    session[statekit.STATES_SESSION_KEY] = {"abc": ({"process": "login"}, time.time(), "force")}
    session.save()
    monkeypatch.setattr(views, "_ask_provider", lambda *_: HttpResponse("asked"))

    def come_back(n):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        way = reverse("openid_connect_callback", args=["force"], query={"state": "abc"})
        return client.get(way).status_code

    assert sorted(at_once(come_back)) == [200] + [403] * 5


def test_one_of_many_uses_a_secret_up_and_one_taken_back_is_unused_again():
    assert sorted(at_once(lambda n: once.use_up("test", "secret"))) == [False] * 5 + [True]
    with transaction.atomic():
        assert once.use_up("test", "another")
        transaction.set_rollback(True)
    assert once.use_up("test", "another")
    assert once.use_up("another test", "another")


@pytest.fixture
def used_up_yesterday():
    once.use_up("test", "old")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_used SET at = now() - interval '25 hours'")


def test_what_was_used_up_is_forgotten_after_a_day(used_up_yesterday):
    once.use_up("test", "new")
    assert Used.objects.count() == 1


def test_nobody_waits_for_somebody_who_forgets_the_same_just_now(used_up_yesterday):
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        once.use_up("test", "new")
        another = pool.submit(at_once, lambda _: once.use_up("test", "another"), 1)
        assert another.result(timeout=10) == [True]

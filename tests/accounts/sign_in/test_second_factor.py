"""Everybody needs a second step: setting it up, using it, losing it."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from accounts.sign_in import actions
from accounts.sign_in.adapters import SecondFactorAdapter
from tests.factories import PASSWORD, PasskeyFactory, UserFactory

# With transactions as in production: what allauth does after a commit is part of the journey.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def required(settings):
    settings.MFA_REQUIRED = True


@pytest.fixture
def person():
    person = UserFactory(username="petra", role=Role.PLANNER)
    person.set_password(PASSWORD)
    person.save()
    return person


def password(client, **query):
    url = reverse("account_login", query=query)
    return client.post(url, {"login": "petra", "password": PASSWORD})


def code_of(secret, *, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_app(client):
    """Set up an authenticator app; its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_without_a_second_step_only_its_set_up_and_signing_out_are_open(client, person):
    password(client)
    set_up = reverse("accounts:second_factor")
    for name in ("accounts:home", "venues:venue_list", "mfa_index", "usersessions_list"):
        assert client.get(reverse(name))["Location"] == set_up, name
        assert client.post(reverse(name))["Location"] == set_up, name
    for name in ("accounts:second_factor", "mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).status_code == 200, name
    client.post(reverse("account_logout"))
    assert reverse("account_login") in client.get(reverse("mfa_index"))["Location"]


def test_the_set_up_leads_over_recovery_codes_to_where_one_wanted_to_go(client, person):
    response = password(client, next="/operations/?page=1")
    assert client.get(response["Location"])["Location"] == reverse("accounts:second_factor")
    # What a page asks by itself meanwhile is nowhere to go.
    by_itself = client.get(reverse("operations:open_alarms"), headers={"X-By-Itself": "1"})
    assert (by_itself.status_code, by_itself.content) == (204, b"")
    set_up_app(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    assert len(page.context["unused_codes"]) == 10
    assert reverse("accounts:second_factor") in page.text
    onwards = client.get(reverse("accounts:second_factor"))
    assert onwards["Location"] == "/operations/?page=1"
    assert client.get(onwards["Location"]).status_code == 200


def test_a_page_that_refreshes_itself_goes_to_the_set_up_as_a_whole(client, person):
    password(client)
    answer = client.get(reverse("venues:venue_list"), headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("accounts:second_factor")


def test_from_then_on_signing_in_asks_for_the_code(client, person):
    password(client)
    secret = set_up_app(client)
    later = Client()
    response = password(later, next="/operations/")
    assert response["Location"] == reverse("mfa_authenticate")
    assert later.get("/operations/")["Location"].startswith(reverse("account_login"))
    wrong = later.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right" in wrong.text
    right = later.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert right["Location"] == "/operations/"
    assert later.get("/operations/").status_code == 200


def test_a_code_works_once(client, person):
    password(client)
    secret = set_up_app(client)
    code = code_of(secret, steps=1)
    first, second = Client(), Client()
    password(first)
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    password(second)
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_a_recovery_code_is_a_second_step_once(client, person):
    password(client)
    set_up_app(client)
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    first, second = Client(), Client()
    password(first)
    first.post(reverse("mfa_authenticate"), {"code": code})
    assert first.get("/operations/").status_code == 200
    password(second)
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_guessing_codes_is_stopped_for_the_account(client, person):
    password(client)
    secret = set_up_app(client)
    for n in range(5):
        thief = Client(REMOTE_ADDR=f"192.0.2.{n}")
        password(thief)
        thief.post(reverse("mfa_authenticate"), {"code": "000000"})
    owner = Client(REMOTE_ADDR="192.0.2.99")
    password(owner)
    page = owner.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)})
    assert "too many tries" in page.text


def test_asking_for_a_second_factor_costs_no_query(client, person, settings):
    password(client)
    set_up_app(client)
    client.get(reverse("accounts:second_factor"))
    asked = []
    for settings.MFA_REQUIRED in (True, False):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("account_set_password")).status_code == 302
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_last_second_step_stays(client, person):
    password(client)
    set_up_app(client)
    page = client.post(reverse("mfa_deactivate_totp"))
    assert "This is your only second step" in page.text
    passkey = PasskeyFactory(user=person)
    client.post(reverse("mfa_deactivate_totp"))
    response = client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]), follow=True)
    assert "This is your only second step" in response.text
    assert list(Authenticator.objects.exclude(type="recovery_codes")) == [passkey]


def test_where_none_is_required_the_last_one_can_go(client, person, settings):
    settings.MFA_REQUIRED = False
    password(client)
    set_up_app(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()


def test_whoever_has_one_but_did_not_show_it_is_asked_for_it_and_sets_up_none(client, person):
    password(client)
    set_up_app(client)
    before = Client()
    before.force_login(person)  # a session from before the second step
    response = before.get(before.get("/operations/")["Location"])
    assert response["Location"].startswith(reverse("mfa_reauthenticate"))
    for page in ("mfa_activate_totp", "mfa_add_webauthn"):  # nor adds one of their own
        assert before.get(reverse(page))["Location"] == reverse("accounts:second_factor"), page


def test_after_losing_the_phone_an_administrator_lets_one_start_anew(client, person):
    password(client)
    set_up_app(client)
    administrator = UserFactory(role=Role.ADMINISTRATOR)
    actions.remove_second_factors(person=person, by=administrator)
    assert client.get("/operations/")["Location"].startswith(reverse("account_login"))
    again = Client()
    assert again.get(password(again)["Location"])["Location"] == reverse("accounts:second_factor")


def test_secrets_are_encrypted_in_the_database(client, person):
    password(client)
    secret = set_up_app(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        assert secret not in cursor.fetchone()[0]


def test_a_new_secret_key_still_reads_what_the_old_one_wrote(settings):
    settings.SECRET_KEY = "old"
    written = SecondFactorAdapter().encrypt("JBSWY3DP")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert SecondFactorAdapter().decrypt(written) == "JBSWY3DP"


def test_the_first_administrator_sets_up_a_second_step_and_opens_the_administration(client):
    User.objects.create_superuser("petra", "petra@police.example", PASSWORD)
    password(client, next=reverse("admin:index"))
    assert client.get(reverse("admin:index"))["Location"] == reverse("accounts:second_factor")
    set_up_app(client)
    onwards = client.get(reverse("accounts:second_factor"))["Location"]
    assert onwards == reverse("admin:index")
    assert client.get(onwards).status_code == 200

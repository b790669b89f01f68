"""The key is changed as docs/operators.md says, once a year and after a leak."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEntry
from accounts.record.access_log import Act
from accounts.roles import Role
from accounts.sign_in import invitations
from accounts.sign_in.adapters import SecondFactorAdapter
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def old_key(settings):
    settings.MFA_REQUIRED = True
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the old key " * 5, []


@pytest.fixture
def person():
    person = UserFactory(username="petra", role=Role.PLANNER)
    person.set_password(PASSWORD)
    person.save()
    secret = SecondFactorAdapter().encrypt(SECRET)
    Authenticator.objects.create(user=person, type="totp", data={"secret": secret})
    RecoveryCodes.activate(person)
    return person


def change_key(settings, *, leaked=False):
    fallbacks = [] if leaked else [settings.SECRET_KEY]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new key " * 5, fallbacks


def code(*, steps=0):
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + steps))


def password(client):
    answers = {"login": "petra", "password": PASSWORD}
    return client.post(reverse("account_login"), answers)


def come_in(*, steps=0):
    client = Client()
    assert password(client)["Location"] == reverse("mfa_authenticate")
    client.post(reverse("mfa_authenticate"), {"code": code(steps=steps)})
    return client


def is_in(client):
    return client.get("/operations/").status_code == 200


def test_with_the_old_key_among_the_fallbacks_nobody_notices(person, settings):
    before = come_in(steps=-1)
    person.refresh_from_db()
    link = re.search(r"localhost:8000(\S+)", invitations.compose(person).body).group(1)
    change_key(settings)
    assert is_in(before)
    assert "set-password" in Client().get(link)["Location"]
    assert is_in(come_in())

    call_command("reencrypt_second_steps")
    settings.SECRET_KEY_FALLBACKS = []
    assert is_in(before)  # it has signed with the new key meanwhile
    assert is_in(come_in(steps=1))
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()[0]
    client = Client()
    password(client)
    client.post(reverse("mfa_authenticate"), {"code": recovery})
    assert is_in(client)


def test_after_a_leak_everybody_signs_in_again_and_sets_up_a_new_second_step(person, settings):
    before = come_in(steps=-1)
    person.refresh_from_db()
    link = re.search(r"localhost:8000(\S+)", invitations.compose(person).body).group(1)
    change_key(settings, leaked=True)
    assert not is_in(before)
    assert "This link no longer works" in Client().get(link).text

    client = Client()
    onwards = client.get(password(client)["Location"])["Location"]
    assert onwards == reverse("accounts:second_factor")
    assert AccessEntry.objects.filter(user=person, act=Act.CAME_WITHOUT_FACTOR).count() == 1
    assert not is_in(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    shown = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = client.post(reverse("mfa_activate_totp"), {"code": shown})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(answer["Location"]).status_code == 200
    assert is_in(client)
    gone = AccessEntry.objects.filter(user=person, act=Act.FACTOR_REMOVED)
    assert all("could not be read" in entry.purpose for entry in gone)
    assert gone.count() == 2


@pytest.mark.parametrize(
    "page",
    ["mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
     "mfa_download_recovery_codes", "mfa_deactivate_totp", "mfa_add_webauthn"],
)  # fmt: skip
def test_no_page_of_ones_second_steps_trips_over_an_unreadable_one(person, settings, page):
    settings.MFA_REQUIRED = False
    change_key(settings, leaked=True)
    client = Client()
    password(client)
    assert client.get(reverse(page)).status_code < 500
    assert client.get(reverse("mfa_index")).status_code == 200


def test_a_readable_passkey_still_counts_beside_an_unreadable_app(person, settings):
    change_key(settings, leaked=True)
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "P", "credential": {}})
    adapter = SecondFactorAdapter()
    assert adapter.is_mfa_enabled(person)
    assert not adapter.is_mfa_enabled(person, ["totp"])


def test_second_steps_are_removed_for_some_for_the_unreadable_and_for_all(person, settings):
    client = come_in()
    with pytest.raises(CommandError, match="Say whose"):
        call_command("remove_second_steps")
    with pytest.raises(CommandError, match="No user has this username: ada"):
        call_command("remove_second_steps", "ada")
    call_command("remove_second_steps", "--unreadable")
    assert Authenticator.objects.filter(user=person).exists()
    call_command("remove_second_steps", "petra")
    assert not Authenticator.objects.filter(user=person).exists()
    assert not is_in(client)
    assert AccessEntry.objects.about(person).filter(act=Act.FACTORS_TAKEN, user=None).exists()

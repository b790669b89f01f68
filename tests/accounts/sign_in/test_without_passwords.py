"""Single sign-on as the one way in."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.accounts.sign_in.provider import claims, is_signed_in, with_password
from tests.factories import PASSWORD, PasskeyFactory


@pytest.fixture
def no_passwords(provider, settings):
    settings.LOCAL_PASSWORDS = False


def test_without_passwords_there_is_one_way_in(no_passwords):
    page = Client().get(reverse("account_login")).text
    assert "Sign in with Wessendale Police" in page
    assert "assword" not in page
    assert "passkey" not in page


def test_without_passwords_posting_one_is_refused(no_passwords):
    person = with_password()
    answers = {"login": person.username, "password": PASSWORD}
    client = Client()
    assert client.post(reverse("account_login"), answers).status_code == 403
    assert not is_signed_in(client)


def test_without_passwords_none_can_be_set(no_passwords):
    for name in ("account_reset_password", "account_reset_password_done"):
        assert Client().get(reverse(name)).status_code == 404
    link = reverse("account_reset_password_from_key", args=["1", "x-y"])
    assert Client().get(link).status_code == 404


def test_without_passwords_the_provider_still_lets_people_in(no_passwords, provider):
    provider.set_claims("s12", **claims("oriel", "g-planners"))
    client, _ = provider.sign_in("s12")
    page = client.get(reverse("mfa_index")).text
    assert "With Wessendale Police" in page


def test_a_passkey_from_before_does_not_stand_in_for_the_force(no_passwords, rf):
    from allauth.account.adapter import get_adapter
    from django.contrib.messages.storage.fallback import FallbackStorage

    person = PasskeyFactory().user
    assert Authenticator.objects.filter(user=person).exists()
    request = rf.get("/")
    request.session, request.user = Client().session, person
    request._messages = FallbackStorage(request)
    refused = get_adapter().pre_login(
        request,
        person,
        email_verification="none",
        signal_kwargs=None,
        email=None,
        signup=False,
        redirect_url=None,
    )
    assert refused["Location"] == reverse("account_login")

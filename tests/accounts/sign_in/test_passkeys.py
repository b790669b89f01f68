"""What comes in place of a device's answer: never an error of ours."""

import base64
import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.roles import Role
from accounts.sign_in.passkeys import NOT_ACCEPTED
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def sent(data):
    """Bytes as a device sends them."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def device(said=None, **response):
    """An answer in the right form, about nothing that was asked."""
    said = json.dumps(said or {"type": "webauthn.get", "challenge": "AAAA", "origin": "https://a"})
    fields = {"clientDataJSON": sent(said.encode()), "signature": "AAAA", "userHandle": "AAAA"}
    fields |= {"authenticatorData": sent(bytes(37)), "attestationObject": sent(b"\xa0")}
    return json.dumps(
        {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": fields | response}
    )


ANSWERS = {
    "a number of thousands of figures": "1" * 5000,
    "brackets without end": "[" * 100_000,
    "a number": "1",
    "words": '"passkey"',
    "a list": "[1]",
    "nothing in it": "{}",
    "other kinds of things": json.dumps({"id": 1, "rawId": None, "response": [], "type": {}}),
    "letters that are no bytes": device(clientDataJSON="é", authenticatorData="é"),
    "a client that says a number": device(1),
    "a client that says a list": device([1]),
    "bytes that end early": device(attestationObject=sent(b"\xa3\x63"), authenticatorData="AA"),
    "bytes that begin a number": device(attestationObject=sent(b"\xfb\x00")),
    "bytes that are a list": device(attestationObject=sent(b"\x80")),
    "a handle that is no text": device(userHandle=sent(b"\xff\x00")),
    "a handle of nobody": device(userHandle=sent(b"zzzzzzzzzzzzzzz")),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_signing_in_by_what_is_no_passkeys_answer_is_refused(client, answer):
    url = reverse("mfa_login_webauthn")
    client.get(url, headers={"Accept": "application/json"})
    page = client.post(url, {"credential": answer}, follow=True)
    assert NOT_ACCEPTED in page.text
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_adding_what_is_no_passkeys_answer_is_refused(client, answer):
    client.force_login(UserFactory(role=Role.PLANNER))
    url = reverse("mfa_add_webauthn")
    assert client.get(url).status_code == 200
    page = client.post(url, {"name": "Key", "credential": answer})
    assert NOT_ACCEPTED in page.text
    assert 'value="Key"' in page.text
    assert not Authenticator.objects.exists()

"""The way to the provider and back, and trouble on it."""

import http.server
import json
import threading
import time
import typing
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sign_in.adapters import SecondFactorAdapter
from tests.accounts.sign_in.provider import LOGIN, claims, is_signed_in


def test_the_way_back_is_made_of_the_sites_address_not_of_the_requests(provider, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    start = Client(SERVER_NAME="other.example").post(LOGIN)
    query = parse_qs(urlsplit(start["Location"]).query)
    assert query["redirect_uri"] == ["http://localhost:8000/sign-in/with/force/done/"]


def test_a_device_hears_the_sites_name_not_the_requests(rf, settings):
    settings.SITE_URL = "https://spots.police.example"
    assert SecondFactorAdapter().get_public_key_credential_rp_entity() == {
        "id": "spots.police.example",
        "name": "Makesafe spot checks",
    }


class Answers(http.server.BaseHTTPRequestHandler):
    """A provider in trouble. ``troubles``: path → what to do there."""

    troubles: typing.ClassVar[dict] = {}

    def _answer(self):
        trouble = self.troubles.get(self.path.split("?")[0], {})
        if trouble == "hangs":
            self.server.done.wait(20)
            return
        status, body = trouble if isinstance(trouble, tuple) else (200, trouble)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    do_GET = do_POST = _answer  # noqa: N815 (the standard library's names)

    def log_message(self, *args):
        pass


@pytest.fixture
def troubled(provider, settings):
    """A provider at which things go wrong, and what it says of itself."""
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.5
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.done, server.daemon_threads = threading.Event(), True
    url = f"http://127.0.0.1:{server.server_port}"
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = url
    names = {"token_endpoint": "token", "userinfo_endpoint": "me", "jwks_uri": "keys"}
    about = {name: f"{url}/{path}" for name, path in names.items()}
    about |= {"issuer": url, "authorization_endpoint": f"{url}/authorize"}
    Answers.troubles = {"/.well-known/openid-configuration": about}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Answers.troubles
    server.done.set()
    server.shutdown()
    server.server_close()


def is_told(answer):
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "does not answer at the moment" in answer.text
    assert "a password or a passkey of this service" in answer.text
    assert reverse("account_login") in answer.text


def test_a_provider_that_is_down_is_told_as_that(provider, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:1"
    is_told(Client().post(LOGIN))
    settings.LOCAL_PASSWORDS = False
    assert "a password or a passkey" not in Client().post(LOGIN).text


@pytest.mark.parametrize(
    "trouble",
    ["hangs", (500, {}), (404, {}), (200, b"<html>"), (200, []), (200, {"issuer": 5})],
    ids=str,
)
def test_trouble_with_what_the_provider_says_of_itself_is_told_as_that(troubled, trouble):
    troubled["/.well-known/openid-configuration"] = trouble
    is_told(Client().post(LOGIN))


@pytest.mark.parametrize(
    "trouble",
    [
        "hangs",
        (500, {"error": "server_error"}),
        (200, b"<html>"),
        (200, ["access_token"]),
        (200, {"access_token": 5, "expires_in": "soon"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("where", ["/token", "/me"])
def test_trouble_on_the_way_back_is_told_as_that(troubled, trouble, where):
    troubled["/token"] = {"access_token": "x"}
    troubled["/me"] = {"sub": "s"}
    troubled[where] = trouble
    client = Client()
    state = parse_qs(urlsplit(client.post(LOGIN)["Location"]).query)["state"][0]
    answer = client.get(f"{LOGIN}done/", {"code": "x", "state": state})
    if answer.status_code != 403:  # some are refusals in the standard's own words
        is_told(answer)
    assert not is_signed_in(client)


def test_a_provider_that_speaks_of_two_subjects_signs_nobody_in(troubled):
    url = troubled["/.well-known/openid-configuration"]["issuer"]
    told = {"iss": url, "aud": "makesafe", "exp": int(time.time()) + 60, "sub": "another"}
    token = jwt.encode(told, "x" * 32, algorithm="HS256")
    troubled["/token"] = {"access_token": "x", "id_token": token}
    troubled["/me"] = {"sub": "s"} | claims("oriel", "g-planners")
    client = Client()
    state = parse_qs(urlsplit(client.post(LOGIN)["Location"]).query)["state"][0]
    is_told(client.get(f"{LOGIN}done/", {"code": "x", "state": state}))
    assert not User.objects.exists()

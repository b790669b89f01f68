"""What tests of signing in share."""

import socket
import subprocess
import sys

import pytest

from tests.accounts.sign_in.provider import ROLES, UNITS, Provider, wait_for


@pytest.fixture(scope="module")
def server():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/.well-known/openid-configuration")
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def provider(server, settings, db):
    settings.OIDC_SERVER_URL = server
    settings.OIDC_NAME = "Wessendale Police"
    settings.OIDC_ROLES, settings.OIDC_UNITS = ROLES, UNITS
    app = {
        "provider_id": "force",
        "name": "Wessendale Police",
        "client_id": "makesafe",
        "secret": "only-of-this-test",
        "settings": {"server_url": server, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    return Provider(server)

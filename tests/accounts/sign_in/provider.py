"""A real OpenID Connect provider, as its administrators and users see it."""

import time

import requests
from django.test import Client

from accounts.roles import Role
from tests.factories import PASSWORD, UserFactory

ROLES = {"g-planners": "Planner", "g-officers": "Visiting officer", "g-admins": "Administrator"}
UNITS = {"g-north": "NW", "g-south": "SW", "g-force": "*"}
LOGIN = "/sign-in/with/force/"


class Provider:
    """The identity provider as its administrators and users see it."""

    def __init__(self, url):
        self.url = url

    def set_claims(self, subject, **claims):
        assert requests.put(f"{self.url}/users/{subject}", json=claims, timeout=5).ok

    def sign_in(self, subject, client=None, **query):
        """Go the whole way in a browser; the client and the last answer."""
        client = client or Client()
        start = client.post(LOGIN, query_params=query)
        assert start["Location"].startswith(f"{self.url}/oauth2/authorize")
        back = requests.post(
            start["Location"], data={"sub": subject}, allow_redirects=False, timeout=5
        ).headers["Location"]
        return client, client.get(path_of(back))


def path_of(back):
    """The way back without the site, which is always the one of the settings."""
    assert back.startswith("http://localhost:8000/")
    return back.removeprefix("http://localhost:8000")


def wait_for(url):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"Nobody answers at {url}")


def claims(name="oriel", *groups, **more):
    return {
        "email": f"{name}@police.example",
        "preferred_username": name,
        "given_name": name.title(),
        "family_name": "Fenwick",
        "groups": list(groups),
    } | more


def is_signed_in(client):
    return "_auth_user_id" in client.session


def with_password(**fields):
    person = UserFactory(email="oriel@police.example", role=Role.CSE_LEAD, **fields)
    person.set_password(PASSWORD)
    person.save()
    return person

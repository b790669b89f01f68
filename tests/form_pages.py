"""A form as a browser has it: what a page of ours puts into it, and what sending it answers."""

import re
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from accounts.acts import submissions

TOKEN = re.compile(r'name="submission_token" value="([^"]+)"')


def token(client, url):
    """The token of the first form on the page that carries one."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    found = TOKEN.search(page.text)
    assert found, f"{url} shows no form with a token"
    return found[1]


def button(client, page, action):
    """What the first button on ``page`` that acts at ``action`` sends."""
    shown = client.get(page).text
    forms = re.findall(r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', shown, re.DOTALL)
    inside, *_ = [form for where, form in forms if where.partition("?")[0] == action]
    named = r'<(?:input type="hidden"|button[^>]*) name="([^"]+)" value="([^"]*)"'
    return dict(re.findall(named, inside))


def fill_in(client, url, answers):
    """``answers`` with the token of the page: what a browser would send, once or twice."""
    return answers | {"submission_token": token(client, url)}


def post_with_token(self, path, data=None, *args, **more):
    """What ``Client.post`` does in the tests: a form of our pages always carries a token."""
    here = self.cookies.get(settings.SESSION_COOKIE_NAME)
    signed_in = here is not None and re.fullmatch("[0-9a-z]{8,40}", here.value)
    person = self.session.get("_auth_user_id") if signed_in else None
    is_form = data is None or (hasattr(data, "keys") and submissions.FIELD not in data)
    if person and is_form and not args and "content_type" not in more:
        data = dict(data.lists()) if hasattr(data, "lists") else dict(data or {})
        data[submissions.FIELD] = submissions.new_token(person=int(person))
    return post(self, path, data, *args, **more)


post = Client.post


def post_without_token(client, url, answers):
    """Send a form as a program might, without what the page gives it."""
    read = urlencode(answers, doseq=True)
    return client.generic("POST", url, read, "application/x-www-form-urlencoded")

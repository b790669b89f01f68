"""A form as a browser has it: what a page of ours puts into it, and what sending it answers."""

import re

TOKEN = re.compile(r'name="submission_token" value="([^"]+)"')


def token(client, url):
    """The token of the first form on the page that carries one."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    found = TOKEN.search(page.text)
    assert found, f"{url} shows no form with a token"
    return found[1]


def fill_in(client, url, answers):
    """``answers`` with the token of the page: what a browser would send, once or twice."""
    return answers | {"submission_token": token(client, url)}

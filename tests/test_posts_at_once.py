"""The same form sent twice at one instant, from two pages: never an error of ours."""

import threading

import pytest
from django.db import connection
from django.test import Client

from tests.accounts.acts.test_submissions import CREATES, OTHERWISE, pages, takes_forms
from tests.database import as_product
from tests.posts import EACH_POST, NAMES, post  # noqa: F401  # a fixture
from tests.test_access import world  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

#: What a browser alone can answer: a passkey, and the identity provider.
BY_A_BROWSER = {"mfa_add_webauthn", "mfa_login_webauthn", "mfa_reauthenticate_webauthn"}


def test_every_page_that_takes_a_form_is_among_the_posts():
    assert {name for name, view in pages() if takes_forms(view)} - BY_A_BROWSER <= set(NAMES)


def at_once(client, url, answers, number=2):
    """The answers to a form that is sent so often at one instant, each from a page of its own."""
    together = threading.Barrier(number)
    answered = []

    def send():
        try:
            one = Client(raise_request_exception=False)
            one.cookies.update(client.cookies)
            read = {name: value() if callable(value) else value for name, value in answers.items()}
            together.wait()
            answered.append(one.post(url, read))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered


@EACH_POST
def test_two_who_send_it_at_one_instant_are_both_answered(name, post):  # noqa: F811
    before = CREATES[name][2].objects.count() if name in CREATES else None
    with as_product():
        answered = at_once(*post)
    assert max(answer.status_code for answer in answered) < 500
    if name not in OTHERWISE and name != "reports:subject_access":
        assert 302 in {answer.status_code for answer in answered}
    if name in CREATES:
        told = [(answer.status_code, answer.text) for answer in answered]
        assert CREATES[name][2].objects.count() > before, told

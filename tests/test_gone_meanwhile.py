"""A record goes while a form about it is acted on: the answer is the one of a moment later."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from tests import factories
from tests.database import as_owner
from tests.locks import wait_until_blocked
from tests.posts import ANSWERS, as_shown
from tests.test_access import ROLES, address, rows, world  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db


def removable(made):
    return {
        "venues:training_edit": made["training"],
        "venues:training_remove": made["training"],
        "venues:contact_edit": made["contact"],
        "venues:contact_remove": made["contact"],
        "venues:venue_edit": made["alone"],
        "venues:venue_close": made["alone"],
        "operations:visit_edit": made["planned"],
        "operations:visit_cancel": made["planned"],
        "operations:cadet_edit": made["cadet"],
    }


PAGES = {name: about for name, about, *_ in rows()}


KEYS = ("training", "contact", "alone", "planned", "cadet")


@pytest.mark.parametrize("name", removable(dict.fromkeys(KEYS)))
def test_a_record_that_goes_while_its_form_waits_is_not_there(name, world):  # noqa: F811
    people, made = world
    made["alone"] = factories.VenueFactory(local_authority=made["venue"].local_authority)
    record = removable(made)[name]
    codes = next(ours for n, _, ours, _ in rows() if n == name)
    client = Client(raise_request_exception=False)
    client.force_login(next(people[r] for r, c in zip(ROLES, codes, strict=True) if c == 200))
    key = "alone" if record is made["alone"] else PAGES[name]
    url = address(name, key, made)
    answers = as_shown(client, url) | ANSWERS.get(name, lambda _: {})(made)
    answered = []

    def post():
        try:
            answered.append(client.post(url, answers))
        finally:
            connection.close()

    thread = threading.Thread(target=post)
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:  # past the guards, as taking an act back goes
            cursor.execute("SET LOCAL session_replication_role = replica")
        type(record)._base_manager.filter(pk=record.pk)._raw_delete("default")
        thread.start()
        wait_in_a_thread_of_its_own()
    thread.join()
    assert answered[0].status_code in (302, 404), answered[0].text


def wait_in_a_thread_of_its_own():
    """This one's connection holds the row."""

    def look():
        try:
            wait_until_blocked(1)
        finally:
            connection.close()

    looking = threading.Thread(target=look)
    looking.start()
    looking.join()

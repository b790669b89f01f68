"""The same form sent twice at one instant, from two pages: never an error of ours."""

import datetime as dt
import threading
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests import factories
from tests.accounts.acts.test_submissions import CREATES, day, pages, sign_in, takes_forms
from tests.database import as_product
from tests.test_access import ROLES, address, rows, world  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db


class Form(HTMLParser):
    """What a browser would send of a page's forms if nobody touched them."""

    def __init__(self, page):
        super().__init__()
        self.sent = {}
        self._name = self._text = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "input" and name and attrs.get("type") not in ("submit", "file", "button"):
            if attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs:
                self.sent.setdefault(name, []).append(attrs.get("value") or "")
        elif tag in ("select", "textarea"):
            self._name, self._text = name, "" if tag == "textarea" else None
        elif tag == "option" and "selected" in attrs and self._name:
            self.sent.setdefault(self._name, []).append(attrs.get("value") or "")

    def handle_data(self, data):
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._name:
            self.sent[self._name] = [self._text.removeprefix("\n")]
        if tag in ("select", "textarea"):
            self._name = self._text = None


def at_once(client, url, answers, number=2):
    """The answers to a form that is sent so often at one instant, each from a page of its own."""
    together = threading.Barrier(number)
    answered = []

    def post():
        try:
            one = Client(raise_request_exception=False)
            one.cookies.update(client.cookies)
            read = {name: value() if callable(value) else value for name, value in answers.items()}
            together.wait()
            answered.append(one.post(url, read))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered


@pytest.mark.parametrize("name", CREATES)
def test_two_who_make_the_same_at_one_instant_are_both_answered(name):
    role, prepare, model = CREATES[name]
    args, answers = prepare()
    client, _ = sign_in(role)
    before = model.objects.count()
    answered = at_once(client, reverse(name, args=args), answers)
    assert max(answer.status_code for answer in answered) < 500
    assert model.objects.count() > before, [(each.status_code, each.text) for each in answered]


def colleague():
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)


LATER = timezone.localdate() + dt.timedelta(days=9)
FACTS = {
    "challenged": "no",
    "asked_for_identification": "no",
    "signs_recognised": "no",
    "room_refused": "no",
    "police_contacted": "no",
    "staff_debriefed": "yes",
    "materials_left": "yes",
    "refresher_accepted": "yes",
}
ANSWERS = {
    "operations:cadet_edit": lambda _: day("consented_on", timezone.localdate()),
    "operations:follow_up_book": lambda _: day("on", LATER),
    "operations:follow_up_decline": lambda _: {"reason": "They train their own."},
    "operations:follow_up_hand_over": lambda _: {"to": colleague().pk},
    "operations:hand_over_all": lambda _: {"follow_ups": colleague().pk},
    "operations:operation_edit": lambda _: {"notes": "Other."},
    "operations:operation_venues": lambda _: {"draw": "1", "number": "1"},
    "operations:visit_cancel": lambda _: {"reason": "Needed elsewhere"},
    "operations:visit_end": lambda _: {"reason": "Phone lost"},
    "operations:visit_edit": lambda _: {"starts_at": "18:00", "ends_at": "19:00"},
    "operations:visit_start": lambda _: {},
    "operations:outcome_add": lambda _: FACTS,
    "operations:outcome_correct": lambda _: {"reason": "Wrong", "notes": "more"},
    "operations:visit_not_completed": lambda _: {
        "kind": "eligible",
        "time": "fully_booked",
        "reason": "fully_booked",
    },
    "venues:contact_edit": lambda _: {"job_title": "Manager"},
    "venues:training_edit": lambda _: {"attended": "7", "reason": "Miscounted"},
    "venues:training_remove": lambda _: {"reason": "Twice"},
    "venues:venue_close": lambda _: {"reason": "Shut", **day("on", timezone.localdate())},
    "venues:venue_edit": lambda _: {"name": "Otherstay"},
    "venues:venue_merge": lambda m: {"keep": m["other"].pk},
    "accounts:access_request_decide": lambda _: {"decision": "give"},
}
POSTS = [
    (name, about)
    for name, about, ours, _ in rows()
    if name in {n for n, v in pages() if takes_forms(v)}
    and {200, 405} & set(ours)
    and name not in CREATES
    and not name.startswith(("account_", "mfa_"))
]


@pytest.mark.parametrize(("name", "about"), POSTS)
def test_two_who_change_the_same_at_one_instant_are_both_answered(name, about, world):  # noqa: F811
    people, made = world
    made["other"] = factories.VenueFactory(local_authority=made["venue"].local_authority)
    codes = next(ours for n, a, ours, _ in rows() if (n, a) == (name, about))
    role = next(r for r, c in zip(ROLES, codes, strict=True) if c in (200, 405))
    client = Client()
    client.force_login(people[role])
    url = address(name, about, made)
    page = client.get(url)
    answers = Form(page.text).sent if page.status_code == 200 else {}
    answers.pop("submission_token", None)
    answers |= ANSWERS.get(name, lambda _: {})(made)
    with as_product():
        answered = at_once(client, url, answers)
    assert max(answer.status_code for answer in answered) < 500

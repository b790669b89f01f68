"""The example beside a date is one that its question takes."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from govuk import GovDateField, an_example
from operations.models import FollowUpState
from tests import factories
from tests.govuk.test_words import forms_of_the_product

pytestmark = pytest.mark.django_db

EXAMPLE = re.compile(r"For example, (\d+) (\d+) (\d+)\.")


def open_follow_up():
    return factories.FollowUpFactory(visit=factories.RefresherNeededVisitFactory())


#: For each page the person, the record it is about, and its questions of which an example is given.
PAGES = {
    "operations:cadet_add": (Role.PLANNER, None, ["birth_date"]),
    "operations:follow_up_book": (Role.TRAINING_COORDINATOR, open_follow_up, ["on"]),
    "operations:follow_up_deliver": (
        Role.TRAINING_COORDINATOR,
        lambda: factories.FollowUpFactory(state=FollowUpState.BOOKED),
        ["held_on"],
    ),
    "venues:training_add": (Role.TRAINING_COORDINATOR, factories.VenueFactory, ["held_on"]),
    "venues:venue_close": (Role.PLANNER, factories.VenueFactory, ["on"]),
    "venues:venue_reopen": (
        Role.PLANNER,
        lambda: factories.VenueFactory(closed_on=timezone.localdate(), closed_reason="Flats"),
        ["on"],
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_example_of_a_date_is_accepted_by_its_question(name):
    role, make, questions = PAGES[name]
    client = Client()
    client.force_login(factories.UserFactory(role=role, whole_force=True))
    factories.CadetPolicyFactory()
    url = reverse(name, args=[make().pk] if make else [])
    shown = client.get(url).context["form"]
    answers = {"version": shown["version"].value()} if "version" in shown.fields else {}
    for question in questions:
        found = EXAMPLE.search(str(shown[question].help_text))
        for unit, part in zip(("day", "month", "year"), found.groups(), strict=True):
            answers[f"{question}_{unit}"] = part
    form = client.post(url, answers).context
    errors = form["form"].errors if form and "form" in form else {}
    assert not set(questions) & set(errors)


def test_an_example_is_reckoned_when_it_is_shown(monkeypatch):
    hint = an_example(14)
    for day, shown in ((dt.date(2026, 11, 24), "8 12 2026"), (dt.date(2027, 3, 1), "15 3 2027")):
        monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
        assert str(hint) == f"For example, {shown}."


def test_examples_stand_where_a_page_above_tries_them():
    # Editing asks what adding asks, and the gallery keeps nothing.
    with_example = {
        (kind.__qualname__, name)
        for kind in forms_of_the_product().values()
        for name, field in kind.base_fields.items()
        if isinstance(field, GovDateField) and EXAMPLE.search(str(field.help_text))
    }
    assert with_example == {
        ("BookForm", "on"),
        ("CadetEditForm", "birth_date"),
        ("CadetForm", "birth_date"),
        ("ClosingForm", "on"),
        ("DeliveryForm", "held_on"),
        ("GalleryForm", "opened"),
        ("ReopeningForm", "on"),
        ("SessionForm", "held_on"),
        ("TrainingEditForm", "held_on"),
        ("TrainingForm", "held_on"),
    }


def test_no_hint_of_a_form_has_a_date_written_into_it():
    written = re.compile(r"\d{1,2} (\d{1,2}|[A-Z][a-z]+) 20\d\d")
    found = {
        (kind.__qualname__, name)
        for kind in forms_of_the_product().values()
        for name, field in kind.base_fields.items()
        if written.search(str(field.help_text)) and isinstance(field.help_text, str)
    }
    assert found == set()

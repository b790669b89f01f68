"""What a form can't take it says in our words: no sentence of Django's reaches a page."""

import copy
import importlib
import pkgutil

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.test import RequestFactory
from django.urls import reverse

from accounts.roles import Role
from accounts.sign_in.forms import LinkForm
from accounts.sign_in.passkeys import DevicesAnswer
from govuk import GovForm, PlainWords
from govuk.words import say_plainly
from tests import factories
from tests.test_access import world  # noqa: F401  # a fixture
from tests.test_hostile_parameters import FIELD, everybody, pages  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

APPS = ("accounts", "govuk", "operations", "outbox", "reports", "venues")
#: How each sentence of Django's begins that a field or a validator of a form may say.
STOCK = (
    "Ensure ",
    "Enter a complete value",
    "Enter a list of values",
    "Enter a number.",
    "Enter a valid",
    "Enter a whole number",
    "No file was submitted",
    "Null characters are not",
    "Select a valid choice",
    "The submitted file",
    "This field",
    "This value",
    "Value ",
)
WRONG = (
    None,
    "",
    "x",
    "abc\x00",
    "1" * 50,
    "x" * 9999,
    "-1",
    "32768",
    "1.5",
    "NaN",
    "12.1234567",
    "a@",
    ["1", "x"],
    "99:99",
)


def is_django_s(sentence):
    return sentence.startswith(STOCK)


def forms_of_the_product():
    """Every class of a form that stands in our modules, and those of the administration."""
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    waiting, found = [forms.BaseForm], {}
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] in APPS and hasattr(kind, "base_fields"):
            found[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return found


def of_the_administration():
    request = RequestFactory().get("/")
    request.session = {}
    request.user = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    return {
        f"{model.__name__} in the administration": page.get_form(request)
        for model, page in admin.site._registry.items()
        if model._meta.app_label in APPS
    }


def columns_of(kind):
    model = getattr(getattr(kind, "_meta", None), "model", None)
    return {one.name: one for one in model._meta.fields} if model else {}


def sentences_about(field, column):
    """All that ``field`` of a form, and the model's behind it, say of wrong answers."""
    for wrong in WRONG:
        try:
            answer = field.clean(wrong)
            if column is not None and not isinstance(column, models.ForeignKey):
                column.clean(answer, None)
        except ValidationError as error:
            for one in error.error_list:
                one.message = field.error_messages.get(one.code, one.message)
                yield from one.messages
        except (TypeError, AttributeError):  # nothing that could come from a page
            pass


def test_every_form_of_the_product_speaks_plainly():
    # Of the answers to the last two nothing is typed.
    speak = PlainWords | DevicesAnswer | LinkForm
    kinds = forms_of_the_product() | of_the_administration()
    asked = {name: kind for name, kind in kinds.items() if kind.base_fields}
    base = "accounts.admin", "venues.admin"  # the administration mixes it in
    missing = [
        name
        for name, kind in asked.items()
        if not issubclass(kind, speak)
        and kind.__module__ not in base
        # A part of a form, which the form completes.
        and not any(
            issubclass(other, kind) and issubclass(other, PlainWords) for other in kinds.values()
        )
    ]
    assert len(kinds) > 60
    assert missing == []


def test_no_field_of_any_form_says_a_sentence_of_django_s():
    told = set()
    for name, kind in (forms_of_the_product() | of_the_administration()).items():
        columns = columns_of(kind)
        for field_name, base in kind.base_fields.items():
            field = copy.deepcopy(base)
            label = str(field.label or field_name.replace("_", " ").capitalize())
            say_plainly(field, label, columns.get(field_name))
            told |= {
                (name, field_name, said)
                for said in sentences_about(field, columns.get(field_name))
                if is_django_s(said)
            }
    assert told == set()


def test_no_page_says_a_sentence_of_django_s(everybody):  # noqa: F811
    clients, made = everybody
    told = []
    for name, url, role in pages(made):
        page = clients[role].get(url)
        is_page = page.status_code == 200 and page["Content-Type"].startswith("text/html")
        fields = set(FIELD.findall(page.text)) if is_page else set()
        for wrong in ("-1", "99999", "x" * 5000, "a@b"):
            answered = clients[role].post(url, dict.fromkeys(fields - {"submission_token"}, wrong))
            form = (answered.context or {}).get("form") or (answered.context or {}).get("adminform")
            errors = getattr(getattr(form, "form", form), "errors", None) or {}
            told += [
                (name, field, said)
                for field, sentences in errors.items()
                for said in sentences
                if is_django_s(said)
            ]
    assert told == []


class Answers(GovForm, forms.Form):
    notes = forms.CharField(max_length=5)
    why = forms.CharField(label="Why?", max_length=5)
    minutes = forms.IntegerField(label="Minutes", min_value=0, max_value=600)
    rooms = forms.IntegerField(label="Rooms")
    kind = forms.ChoiceField(label="Kind of place", choices=[("hotel", "Hotel")])
    email = forms.EmailField(label="Email address")
    version = forms.IntegerField(widget=forms.HiddenInput)


def test_sentences_name_the_question_and_what_can_be_answered():
    wrong = {"notes": "123456", "why": "123456", "minutes": "601", "rooms": "many"}
    form = Answers(wrong | {"kind": "barn", "email": "ada", "version": "x"})
    assert form.errors == {
        "notes": ["Notes must be 5 characters or fewer"],
        "why": ["Your answer must be 5 characters or fewer"],
        "minutes": ["Minutes must be a whole number from 0 to 600"],
        "rooms": ["Rooms must be a whole number, such as 20"],
        "kind": ["Choose kind of place from the list: what you chose is not there any more"],
        "email": ["Enter an email address in the correct format, like name@example.com"],
        "version": ["This page was not sent whole. Open it again."],
    }


def test_what_the_model_finds_is_said_in_the_words_of_the_form(client):
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    url = reverse("venues:training_add", args=[factories.VenueFactory().pk])
    answers = {"kind": "initial", "mode": "online", "delivered_by": "a" * 121, "attended": "8"}
    answers |= {"held_on_day": "2", "held_on_month": "2", "held_on_year": "2026"}
    page = client.post(url, answers | {"front_desk_staff": "12"})
    assert page.context["form"].errors == {
        "delivered_by": ["Your answer must be 120 characters or fewer"]
    }


def test_a_rule_of_every_model_that_a_form_may_break_has_its_own_sentence():
    silent = [
        f"{model.__name__}: {rule.name}"
        for model in admin.site._registry
        if model._meta.app_label in APPS
        for rule in model._meta.constraints
        if str(rule.violation_error_message)
        == str(models.CheckConstraint.default_violation_error_message)
    ]
    assert silent == []

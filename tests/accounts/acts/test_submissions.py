"""A form counts once: sent twice, five times at once, or again after a lost answer."""

import datetime as dt
import functools
import io
import threading
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.views.generic import RedirectView

from accounts.acts import kept_forms, submissions, undo
from accounts.acts.admin import ComesBackFilled
from accounts.acts.form_pages import FormPage
from accounts.acts.submissions import Submission
from accounts.dates.policies import Policy
from accounts.models import Undo, User
from accounts.roles import PERMISSIONS, Role
from operations.models import (
    Cadet,
    Call,
    CallScript,
    DrawPlan,
    FollowUpState,
    Operation,
    Scenario,
    Visit,
)
from tests import factories
from tests.form_pages import TOKEN, fill_in, post_without_token
from tests.operations.designs import DESIGN
from venues.models import ImportRun, TrainingSession, Venue, VenueContact

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "tests/venues/samples/official_2020.xml"

#: Pages that take a form and are no :class:`FormPage`, and why it may come twice.
OTHERWISE = {
    "accounts:access_request_decide": "a request is decided once: its row says so",
    "operations:proposal_ask": "one is worked out at a time: asking again is the same one",
    "accounts:undo": "An act is taken back once, and the second is told so",
    "account_login": "Signing in makes nothing",
    "account_logout": "Signing out twice is signing out",
    "account_reauthenticate": "A proof makes nothing",
    "account_reset_password": "A second link takes nothing away from the first",
    "account_reset_password_from_key": "The link works once",
    "account_change_password": "The old password is asked for",
    "mfa_authenticate": "A code works once",
    "mfa_reauthenticate": "A code works once",
    "mfa_reauthenticate_webauthn": "A challenge works once",
    "mfa_login_webauthn": "A challenge works once",
    "mfa_activate_totp": "There is one app, and its secret is asked for by its code",
    "mfa_deactivate_totp": "What is removed is gone",
    "mfa_add_webauthn": "A device makes each passkey by itself, and a challenge works once",
    "mfa_edit_webauthn": "The same name twice is the same name",
    "mfa_remove_webauthn": "What is removed is gone",
    "mfa_generate_recovery_codes": "New codes take the place of the old, and are shown",
    "openid_connect_login": "Leads to the provider",
    "openid_connect_callback": "The provider's answer works once",
}

HELD = {"held_on_day": "1", "held_on_month": "9", "held_on_year": "2026"}
TRAINING = HELD | {
    "kind": "initial",
    "mode": "online",
    "delivered_by": "Safer hotels team",
    "front_desk_staff": "9",
    "attended": "8",
}


def day(name, date):
    return {f"{name}_day": date.day, f"{name}_month": date.month, f"{name}_year": date.year}


def venue_add():
    answers = {"name": "Lanternstay", "kind": "hotel", "address": "1 Nowhere Street", "notes": ""}
    authority = factories.LocalAuthorityFactory()
    return [], answers | {"local_authority": authority.pk, "postcode": "ZZ1 1ZZ"}


def contact_add():
    venue = factories.VenueFactory()
    return [venue.pk], {"name": "Ada Invented", "email": "", "phone": "020 7946 0958"}


def training_add():
    return [factories.VenueFactory().pk], TRAINING


def import_add():
    # A file can be sent again only if it is read anew.
    return [], {"file": lambda: named(io.BytesIO(SAMPLE.read_bytes()), SAMPLE.name)}


def operation_add():
    today = timezone.localdate()
    lead = factories.UserFactory(role=Role.CSE_LEAD)
    return [], day("starts_on", today) | day("ends_on", today) | {
        "name": "Lantern",
        "reference": "MS/2026/77",
        "lead": lead.pk,
        "scenario": factories.ScenarioFactory().pk,
        "authorisation_reference": "AUTH/7",
    }


def operation_clone():
    answers = {"reference": "MS/2027/78"} | day("starts_on", timezone.localdate())
    return [factories.OperationFactory(scenario=factories.ScenarioFactory()).pk], answers


def scenario_add():
    sign = factories.WarningSignFactory()
    return [], {"title": "Early check-in", "script": "Ask.", "warning_signs": [sign.pk]}


def scenario_new_version():
    scenario = factories.ScenarioFactory()
    return [scenario.pk], {
        "script": "Ask twice.",
        "warning_signs": [factories.WarningSignFactory().pk],
    }


def cadet_add():
    born = timezone.localdate() - dt.timedelta(days=16 * 366)
    return [], {"reference": "WC-001"} | day("birth_date", born)


def call_add():
    now = timezone.localtime()
    return [], day("day", now.date()) | {"time": f"{now:%H:%M}", "place": "The hotel by the quay"}


def script_write():
    return [], {"after": "1", "questions": "Where are you?", "advice": "Ask as you ask everybody."}


def visit_add():
    chosen = factories.OperationVenueFactory()
    officer = factories.UserFactory(role=Role.VISITING_OFFICER)
    when = day("on", timezone.localdate() + dt.timedelta(days=2))
    return [chosen.operation.pk], when | {
        "venue": chosen.pk,
        "starts_at": "19:00",
        "ends_at": "20:00",
        "lead": officer.pk,
    }


def follow_up_deliver():
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    held = day("held_on", timezone.localdate())
    return [follow_up.pk], TRAINING | held | {"version": follow_up.version}


def draw_add():
    operation, _ = factories.OperationFactory(), factories.VenueFactory.create_batch(3)
    return [operation.pk], DESIGN | {"number": "2"}


def usual_rules(policy):
    row = policy(valid_from=dt.date(2026, 11, 1))
    names = [field.name for field in policy._meta.local_concrete_fields if not field.primary_key]
    return [], {name: getattr(row, name) for name in names}


def invitation():
    return [], {
        "username": "newcomer",
        "first_name": "New",
        "last_name": "Comer",
        "email": "newcomer@police.example",
    }


#: Page → who sends it, with what, and what must be there once. A page that makes nothing new (it
#: changes, moves or removes what is there) is not listed.
CREATES = {
    "venues:venue_add": (Role.TRAINING_COORDINATOR, venue_add, Venue),
    "venues:contact_add": (Role.TRAINING_COORDINATOR, contact_add, VenueContact),
    "venues:training_add": (Role.TRAINING_COORDINATOR, training_add, TrainingSession),
    "venues:import_add": (Role.PLANNER, import_add, ImportRun),
    "operations:operation_add": (Role.PLANNER, operation_add, Operation),
    "operations:operation_clone": (Role.PLANNER, operation_clone, Operation),
    "operations:scenario_add": (Role.PLANNER, scenario_add, Scenario),
    "operations:scenario_new_version": (Role.PLANNER, scenario_new_version, Scenario),
    "operations:cadet_add": (Role.PLANNER, cadet_add, Cadet),
    "operations:call_add": (Role.CALL_HANDLER, call_add, Call),
    "operations:script_write": (Role.ADMINISTRATOR, script_write, CallScript),
    "operations:visit_add": (Role.PLANNER, visit_add, Visit),
    "operations:draw_add": (Role.PLANNER, draw_add, DrawPlan),
    "operations:follow_up_deliver": (
        Role.TRAINING_COORDINATOR,
        follow_up_deliver,
        TrainingSession,
    ),
    "admin:accounts_user_add": (Role.ADMINISTRATOR, invitation, User),
    "admin:operations_warningsign_add": (
        Role.ADMINISTRATOR,
        lambda: ([], {"text": "Asks for a back door", "position": 9}),
        apps.get_model("operations.WarningSign"),
    ),
    "admin:venues_venuegroup_add": (
        Role.ADMINISTRATOR,
        lambda: ([], {"name": "Lanternstay"}),
        apps.get_model("venues.VenueGroup"),
    ),
    "admin:venues_force_add": (
        Role.ADMINISTRATOR,
        lambda: ([], {"name": "Ostermeer Police"}),
        apps.get_model("venues.Force"),
    ),
    "admin:venues_commandunit_add": (
        Role.ADMINISTRATOR,
        lambda: ([], {"force": factories.ForceFactory().pk, "code": "OS", "name": "Ostermeer"}),
        apps.get_model("venues.CommandUnit"),
    ),
}

#: A rule of the force that holds from a day on is a row; the usual ones from another day do.
CREATES |= {
    f"admin:{policy._meta.app_label}_{policy._meta.model_name}_add": (
        Role.ADMINISTRATOR,
        functools.partial(usual_rules, policy),
        policy,
    )
    for policy in Policy.__subclasses__()
}

#: Pages that take a form, and change or remove what is there, or choose among it.
CHANGES = {
    "accounts:telephone",
    "operations:alarm_close",
    "operations:alarm_take",
    "operations:answer_seen_to",
    "operations:cadet_edit",
    "operations:call_concern",
    "operations:call_correct",
    "operations:call_match",
    "operations:call_unmatch",
    "operations:concern_close",
    "operations:concern_give",
    "operations:concern_reopen",
    "operations:concern_take",
    "operations:proposal_stop",
    "operations:proposal_take",
    "operations:cadet_withdraw",
    "operations:draw_now",
    "operations:drawn_replace",
    "operations:follow_up_book",
    "operations:follow_up_decline",
    "operations:follow_up_hand_over",
    "operations:follow_up_reopen",
    "operations:hand_over_all",
    "operations:how_it_was",
    "operations:operation_edit",
    "operations:operation_venues",
    "operations:operation_submit",
    "operations:operation_close",
    "operations:operation_withdraw",
    "operations:operation_publish",
    "operations:authorise",
    "operations:authority_refuse",
    "operations:sheet_send",
    "operations:visit_cancel",
    "operations:visit_end",
    "operations:visit_edit",
    "operations:visit_start",
    "operations:start_allow",
    "reports:subject_access",
    "usersessions_list",
    "venues:contact_edit",
    "venues:contact_remove",
    "venues:import_accept",
    "venues:import_keep",
    "venues:training_edit",
    "venues:training_remove",
    "venues:venue_close",
    "venues:venue_edit",
    "venues:venue_merge",
    "venues:venue_reopen",
}

#: Pages whose records carry the phone's own number: ``tests/operations/duty/test_actions.py``.
OWN_NUMBER = {
    "operations:check_in",
    "operations:concern_report",
    "operations:not_completed_correct",
    "operations:outcome_add",
    "operations:outcome_correct",
    "operations:visit_not_completed",
}


def named(file, name):
    file.name = name
    return file


def pages(patterns=None, namespace=None):
    """Every address of ours with its view; Django's administration has a site of its own."""
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from pages(entry.url_patterns, entry.namespace)
        elif isinstance(entry, URLPattern):
            yield (f"{namespace}:{entry.name}" if namespace else entry.name), entry.callback


def takes_forms(view):
    view_class = getattr(view, "view_class", None)
    if view_class is None or issubclass(view_class, RedirectView):
        return False
    return hasattr(view_class, "post") and "post" in view_class.http_method_names


def test_every_page_that_takes_a_form_is_known_here():
    found = {name for name, view in pages() if takes_forms(view)}
    creates = {name for name in CREATES if not name.startswith("admin:")}
    found_elsewhere = {"openid_connect_login", "openid_connect_callback", "mfa_login_webauthn"}
    assert found | found_elsewhere == creates | CHANGES | OWN_NUMBER | set(OTHERWISE)


def test_every_page_that_takes_a_form_counts_it_once():
    forgotten = {
        name
        for name, view in pages()
        if takes_forms(view) and name not in OTHERWISE and not issubclass(view.view_class, FormPage)
    }
    assert forgotten == set()
    one_by_one = {
        name
        for name, view in pages()
        if takes_forms(view) and not getattr(view.view_class, "counts_once", True)
    }
    assert one_by_one == OWN_NUMBER


def test_every_page_of_the_administration_that_adds_something_is_known_here():
    adds = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
        for model, page in admin.site._registry.items()
        if f"{model._meta.app_label}.add_{model._meta.model_name}"
        in PERMISSIONS[Role.ADMINISTRATOR]
    }
    assert adds == {name for name in CREATES if name.startswith("admin:")}
    ours = ("accounts", "venues", "operations")
    for model, page in admin.site._registry.items():
        assert isinstance(page, ComesBackFilled) == (model._meta.app_label in ours)


EXEMPT = (
    "accounts:access_request_decide",
    "account_logout",
    "openid_connect_login",
    "accounts:undo",
    "operations:check_in",  # it carries its own number
    "operations:concern_report",  # so does this
)


def test_every_form_written_by_hand_carries_a_token():
    forgotten = []
    for template in (ROOT / "templates").rglob("*.html"):
        where = template.relative_to(ROOT / "templates")
        # Signing in and out, and what allauth's pages ask, make nothing that counts.
        if where.parts[0] in ("account", "mfa", "socialaccount", "admin"):
            continue
        for form in template.read_text().split('method="post"')[1:]:
            exempt = any(name in form[:80] for name in EXEMPT)
            carried = ("{% submission %}", "{% crispy ")
            if not exempt and not any(tag in form.split("</form>")[0] for tag in carried):
                forgotten.append(str(where))
    assert forgotten == []


def sign_in(role):
    client = Client()
    person = factories.UserFactory(role=role, whole_force=True)
    client.force_login(person)
    return client, person


def send(client, url, answers):
    read = {name: value() if callable(value) else value for name, value in answers.items()}
    return client.post(url, read)


@pytest.mark.parametrize("name", CREATES)
def test_a_form_sent_twice_makes_one_and_both_get_the_same_answer(name):
    role, prepare, model = CREATES[name]
    args, answers = prepare()
    client, _ = sign_in(role)
    url = reverse(name, args=args)
    before = model.objects.count()
    answers = fill_in(client, url, answers)
    first = send(client, url, answers)
    assert first.status_code == 302, first.text
    second = send(client, url, answers)
    assert model.objects.count() == before + 1
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert submissions.ARRIVED in client.get(second["Location"], follow=True).text


@pytest.mark.parametrize("name", CREATES)
def test_a_form_without_its_number_makes_nothing_and_comes_back(name):
    role, prepare, model = CREATES[name]
    args, answers = prepare()
    client, _ = sign_in(role)
    url = reverse(name, args=args)
    before = model.objects.count()
    typed = {name: value for name, value in answers.items() if not callable(value)}
    answer = post_without_token(client, url, typed)
    assert (answer.status_code, answer["Location"]) == (302, url)
    page = client.get(url)
    assert submissions.NO_NUMBER in page.text
    assert kept_forms.COMES_BACK in page.text
    form = page.context["form"] if "form" in page.context else page.context["adminform"].form
    shown = {name: form[name].value() for name in typed.keys() & form.fields.keys()}
    for name, value in shown.items():
        assert str(value).replace("'", "").startswith(str(typed[name])), name
    assert model.objects.count() == before


def test_a_change_without_its_number_changes_nothing_and_comes_back(coordinator):
    client, _ = coordinator
    venue = factories.VenueFactory(name="Lanternstay Inn")
    url = reverse("venues:venue_edit", args=[venue.pk])
    typed = {"name": "Otherstay", "version": venue.version, "kind": "hotel"}
    post_without_token(client, url, typed | {"local_authority": venue.local_authority_id})
    page = client.get(url).text
    assert submissions.NO_NUMBER in page
    assert 'value="Otherstay"' in page
    assert Venue.objects.get().name == "Lanternstay Inn"


def test_a_form_without_its_number_that_is_too_long_to_be_kept_says_so(coordinator, add_training):
    client, _ = coordinator
    post_without_token(client, add_training, {"delivered_by": "x" * kept_forms.LONGEST})
    assert kept_forms.NOT_KEPT in client.get(add_training).text


def test_signing_out_of_the_administration_takes_no_number():
    client, _ = sign_in(Role.ADMINISTRATOR)
    post_without_token(client, reverse("admin:logout"), {})
    assert "_auth_user_id" not in client.session


@pytest.fixture
def coordinator():
    return sign_in(Role.TRAINING_COORDINATOR)


@pytest.fixture
def add_training():
    return reverse("venues:training_add", args=[factories.VenueFactory().pk])


def test_a_form_that_was_refused_can_be_sent_again_with_its_number(coordinator, add_training):
    client, _ = coordinator
    answers = fill_in(client, add_training, TRAINING | {"attended": "10"})
    assert client.post(add_training, answers).status_code == 200
    assert client.post(add_training, answers | {"attended": "9"}).status_code == 302
    assert TrainingSession.objects.count() == Submission.objects.count() == 1


def test_the_same_number_with_other_answers_is_refused_and_shown_again(coordinator, add_training):
    client, _ = coordinator
    answers = fill_in(client, add_training, TRAINING)
    client.post(add_training, answers)
    client.get(reverse("venues:venue_list"))  # has shown that it was recorded
    other = client.post(add_training, answers | {"attended": "7"}, follow=True)
    assert other.redirect_chain == [(add_training, 302)]
    assert submissions.OTHER_CONTENT in other.text
    assert 'value="7"' in other.text
    assert TrainingSession.objects.count() == 1
    again = {"submission_token": TOKEN.search(other.text)[1], "attended": "7", "another": "on"}
    assert client.post(add_training, TRAINING | again).status_code == 302
    assert TrainingSession.objects.count() == 2


def test_the_same_number_on_another_page_does_nothing_there_and_says_so(coordinator):
    client, _ = coordinator
    one, other = factories.VenueContactFactory(), factories.VenueContactFactory()
    pages = [reverse("venues:contact_remove", args=[each.pk]) for each in (one, other)]
    answers = fill_in(client, pages[0], {})
    client.post(pages[0], answers)
    client.get(reverse("venues:venue_list"))  # has shown that it was removed
    told = client.post(pages[1], answers, follow=True).text
    assert submissions.OTHER_CONTENT in told
    assert submissions.ARRIVED not in told
    assert [*VenueContact.objects.all()] == [other]


def test_a_script_gets_the_address_of_the_next_page_which_then_says_what_was_done(
    coordinator, add_training
):
    """A redirect it would follow unseen, and the confirmation would be said to nobody."""
    client, _ = coordinator
    answers = fill_in(client, add_training, TRAINING)
    sent = client.post(add_training, answers, headers={"X-Ask-Where": "any"})
    assert (sent.status_code, sent.content) == (204, b"")
    assert "Undo" in client.get(sent["X-Where"]).text
    assert TrainingSession.objects.count() == 1


def test_a_script_gets_a_form_with_errors_as_it_is(coordinator, add_training):
    client, _ = coordinator
    wrong = fill_in(client, add_training, TRAINING | {"attended": "1000"})
    sent = client.post(add_training, wrong, headers={"X-Ask-Where": "any"})
    assert sent.status_code == 200
    assert "There is a problem" in sent.text


def test_what_was_undone_is_told_so_and_done_again_only_by_another_tap(coordinator, add_training):
    client, person = coordinator
    answers = fill_in(client, add_training, TRAINING)
    client.post(add_training, answers)
    undo.take_back(number=Undo.objects.get().number, by=person, at=timezone.now())
    again = client.post(add_training, answers, follow=True)
    undone = timezone.localtime(Undo.objects.get().taken_back_at)
    assert f"before was undone at {undone:%H:%M}" in again.text
    assert submissions.ARRIVED not in again.text
    assert TrainingSession.objects.count() == 0
    answers["submission_token"] = TOKEN.search(again.text)[1]
    assert client.post(add_training, answers).status_code == 302
    assert TrainingSession.objects.count() == 1
    assert client.post(add_training, answers).status_code == 302
    assert TrainingSession.objects.count() == 1


def test_a_number_of_somebody_else_is_refused_and_shows_nothing_of_theirs(
    coordinator, add_training
):
    client, _ = coordinator
    answers = fill_in(client, add_training, TRAINING)
    colleague, _ = sign_in(Role.TRAINING_COORDINATOR)
    page = colleague.post(add_training, answers, follow=True)
    assert submissions.OTHER_PERSON in page.text
    assert "Safer hotels team" not in page.text
    assert TrainingSession.objects.count() == 0


@pytest.mark.parametrize("forged", ["", "nonsense", "a.b:c"])
def test_a_token_that_is_not_ours_is_refused_in_words(coordinator, add_training, forged):
    client, _ = coordinator
    page = client.post(add_training, TRAINING | {"submission_token": forged}, follow=True)
    assert submissions.OTHER_PERSON in page.text
    assert TrainingSession.objects.count() == 0


def test_what_was_sent_long_ago_is_forgotten(coordinator, add_training):
    client, _ = coordinator
    client.post(add_training, fill_in(client, add_training, TRAINING))
    submissions.forget(before=timezone.now() - dt.timedelta(days=1))
    assert Submission.objects.count() == 1
    submissions.forget(before=timezone.now() + dt.timedelta(days=1))
    assert Submission.objects.count() == 0


def test_a_page_shown_twice_makes_two_if_both_are_meant(coordinator, add_training):
    client, _ = coordinator
    for _ in range(2):
        client.post(add_training, fill_in(client, add_training, TRAINING | {"another": "on"}))
    assert TrainingSession.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_five_at_once_make_one(coordinator, add_training):
    client, _ = coordinator
    answers = fill_in(client, add_training, TRAINING)
    together = threading.Barrier(5)
    answered = []

    def post():
        try:
            one = Client()
            one.cookies.update(client.cookies)
            together.wait()
            response = one.post(add_training, answers)
            answered.append((response.status_code, response.get("Location")))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    venue = Venue.objects.get().get_absolute_url()
    assert answered == [(302, venue)] * 5
    assert TrainingSession.objects.count() == 1


def test_a_contact_is_once_at_a_venue_whatever_the_case(coordinator):
    client, _ = coordinator
    contact = factories.VenueContactFactory(email="desk@hotel.example")
    url = reverse("venues:contact_add", args=[contact.venue_id])
    answers = {"name": "Another", "email": "Desk@Hotel.example", "gets_reminders": "on"}
    page = client.post(url, fill_in(client, url, answers))
    assert "This venue already has a contact with this email address." in page.text
    assert VenueContact.objects.count() == 1


def test_a_file_of_the_same_name_and_length_is_another_answer():
    def digest(content):
        upload = SimpleUploadedFile("hotels.xml", content)
        return submissions._digest(RequestFactory().post("/venues/imports/add/", {"file": upload}))

    assert digest(b"<a/>") == digest(b"<a/>")
    assert digest(b"<a/>") != digest(b"<b/>")


def test_who_comes_to_what_was_removed_goes_on_with_their_place(coordinator):
    client, _ = coordinator
    contact = factories.VenueContactFactory()
    page = reverse("venues:contact_remove", args=[contact.pk])
    client.post(page, fill_in(client, page, {}))
    led_to = client.get(page, {"back": "/venues/?page=2"})["Location"]
    assert led_to == f"{contact.venue.get_absolute_url()}?back=/venues/%3Fpage%3D2"

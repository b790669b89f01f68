"""What was typed comes back: when the session ended meanwhile, or something else came between."""

import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.acts import kept_forms
from accounts.roles import Role
from accounts.sign_in import sessions
from operations.models import Operation
from tests import factories
from tests.factories import PASSWORD
from tests.form_pages import fill_in, post_without_token, token
from venues.imports.fhrs_import import import_fhrs
from venues.models import Venue

SAMPLE = Path(__file__).resolve().parents[2] / "venues/samples/official_2020.xml"

pytestmark = pytest.mark.django_db

ADD = reverse("operations:operation_add")
TYPED = {
    "name": "Operation Lantern",
    "reference": "MS/2026/77",
    "starts_on_day": "31",
    "starts_on_month": "dec",
    "starts_on_year": "2026",
    "notes": "Two lines\r\nof notes",
}


def make(role=Role.PLANNER, **kwargs):
    person = factories.UserFactory(role=role, whole_force=True, **kwargs)
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(person, client=None, **kwargs):
    client = client or Client(**kwargs)
    answers = {"login": person.username, "password": PASSWORD}
    return client, client.post(reverse("account_login"), answers | {"next": ADD})


def let_pass(client, seconds):
    session = client.session
    for note in (sessions.SIGNED_IN_AT, sessions.SEEN_AT, sessions.PROVED_AT):
        session[note] -= seconds
    session.save()


def assert_filled(page):
    for shown in ("Operation Lantern", "MS/2026/77", 'value="31"', 'value="dec"', "of notes"):
        assert shown in page.text, shown
    assert kept_forms.COMES_BACK in page.text
    assert "There is a problem" not in page.text


@pytest.fixture
def planner():
    return make()


@pytest.fixture
def typing(planner):
    """A client of the planner, and what they typed into *Add operation*."""
    client, _ = sign_in(planner)
    return client, fill_in(client, ADD, TYPED)


def test_a_form_comes_back_filled_after_the_session_ended(typing, planner):
    client, answers = typing
    let_pass(client, sessions.NOTED_EVERY * 31)
    response = client.post(ADD, answers, follow=True)
    assert kept_forms.AFTER_SIGN_IN in response.text
    _, signed_in = sign_in(planner, client)
    assert signed_in["Location"] == ADD
    assert_filled(client.get(ADD))
    assert_filled(client.get(ADD))  # a reload loses nothing either
    assert not Operation.objects.exists()


@pytest.mark.parametrize("asks", ["any", "sign-in"])
def test_a_script_gets_the_address_of_the_sign_in_page_which_then_says_what_is_kept(typing, asks):
    """Of a page that it followed unseen the browser shows a second copy, with nothing to say."""
    client, answers = typing
    let_pass(client, sessions.NOTED_EVERY * 31)
    sent = client.post(ADD, answers, headers={"X-Ask-Where": asks})
    assert sent.status_code == 204
    assert kept_forms.AFTER_SIGN_IN in client.get(sent["X-Where"]).text


def test_a_form_comes_back_when_all_sessions_of_a_person_were_ended(typing, planner):
    client, answers = typing
    sessions.end_all(planner)
    client.post(ADD, answers)
    sign_in(planner, client)
    assert_filled(client.get(ADD))


def test_a_form_comes_back_when_the_cookie_is_gone(typing, planner):
    client, answers = typing
    del client.cookies["sessionid"]
    client.post(ADD, answers)
    sign_in(planner, client)
    assert_filled(client.get(ADD))


def test_nobody_else_sees_what_was_typed(typing):
    client, answers = typing
    let_pass(client, 3600)
    client.post(ADD, answers)
    sign_in(make(), client)
    page = client.get(ADD)
    assert page.status_code == 200
    assert "Lantern" not in page.text
    assert kept_forms.COMES_BACK not in page.text


def test_a_form_comes_back_filled_from_a_tab_older_than_the_sign_in(planner):
    client, _ = sign_in(planner, enforce_csrf_checks=False)
    answers = fill_in(client, ADD, TYPED)
    client.handler.enforce_csrf_checks = True
    response = client.post(ADD, answers | {"csrfmiddlewaretoken": "x" * 64}, follow=True)
    assert response.redirect_chain == [(ADD, 302)]
    assert_filled(response)


def test_a_form_that_is_not_ours_gets_no_further_than_the_error_page(planner):
    client, _ = sign_in(planner)
    client.handler.enforce_csrf_checks = True
    assert post_without_token(client, ADD, TYPED).status_code == 403


def test_it_is_kept_for_an_hour(typing, planner):
    client, answers = typing
    let_pass(client, 3600)
    client.post(ADD, answers)
    sign_in(planner, client)
    session = client.session
    sealed = session[kept_forms._SESSION][ADD].encode()
    text = kept_forms._seal().decrypt(sealed)
    for age, filled in ((3590, True), (3610, False)):
        old = kept_forms._seal().encrypt_at_time(text, int(time.time()) - age).decode()
        session[kept_forms._SESSION] = {ADD: old}
        session.save()
        assert ("Operation Lantern" in client.get(ADD).text) == filled


def test_it_is_sealed_where_it_is_kept(typing):
    client, answers = typing
    let_pass(client, 3600)
    client.post(ADD, answers)
    for session in Session.objects.all():
        assert "Lantern" not in str(session.get_decoded())


def test_what_is_saved_is_kept_no_longer(typing, planner):
    client, answers = typing
    let_pass(client, 3600)
    client.post(ADD, answers)
    sign_in(planner, client)
    today = timezone.localdate()
    whole = TYPED | {
        "lead": factories.UserFactory(role=Role.CSE_LEAD).pk,
        "scenario": factories.ScenarioFactory().pk,
        "authorisation_reference": "AUTH/7",
        "starts_on_month": "12",
        "starts_on_year": today.year,
        "ends_on_day": "31",
        "ends_on_month": "12",
        "ends_on_year": today.year,
    }
    assert client.post(ADD, fill_in(client, ADD, whole)).status_code == 302
    assert Operation.objects.count() == 1
    assert "Operation Lantern" not in client.get(ADD).text


def test_signing_out_forgets_it(typing, planner):
    client, answers = typing
    client.handler.enforce_csrf_checks = True
    client.post(ADD, answers | {"csrfmiddlewaretoken": "x" * 64})
    client.handler.enforce_csrf_checks = False
    client.post(reverse("account_logout"))
    sign_in(planner, client)
    assert "Lantern" not in client.get(ADD).text


def test_files_are_not_kept_and_the_page_says_so(planner):
    client, _ = sign_in(planner)
    url = reverse("venues:import_add")
    upload = SimpleUploadedFile("secret.xml", b"<hotels/>")
    answers = fill_in(client, url, {"file": upload})
    let_pass(client, 3600)
    client.post(url, answers)
    sign_in(planner, client)
    page = client.get(url)
    assert kept_forms.FILES in page.text
    assert "secret.xml" not in page.text


@pytest.mark.parametrize("name", ["account_change_password", "account_login"])
def test_forms_of_passwords_and_codes_carry_no_token_so_nothing_of_them_is_kept(planner, name):
    client, _ = sign_in(planner)
    page = (client if name != "account_login" else Client()).get(reverse(name))
    assert page.status_code == 200
    assert "submission_token" not in page.text
    # Even beside a token of ours nothing that is called a password is kept.
    answers = {"oldpassword": PASSWORD, "submission_token": token(client, ADD), "name": "x"}
    let_pass(client, 3600)
    client.post(reverse("account_change_password"), answers)
    kept = client.session[kept_forms._SESSION][reverse("account_change_password")]
    assert PASSWORD not in kept_forms._seal().decrypt(kept.encode()).decode()


def test_a_form_comes_back_after_the_second_step_was_asked_for(typing, settings):
    client, answers = typing
    settings.MFA_REQUIRED = True
    response = client.post(ADD, answers)
    assert response["Location"] == reverse("accounts:second_factor")
    session = client.session
    session["second_factor_added"] = True
    session.save()
    assert client.get(reverse("accounts:second_factor"))["Location"] == ADD
    assert_filled(client.get(ADD))


def test_a_form_comes_back_once_its_role_is_there_again(typing, planner):
    client, answers = typing
    roles = list(planner.groups.all())
    planner.groups.clear()
    assert client.post(ADD, answers).status_code == 403
    planner.groups.set(roles)
    assert_filled(client.get(ADD))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("admin:accounts_user_add", {"username": "newcomer", "first_name": "Ada"}),
        ("admin:venues_commandunit_add", {"code": "OS9", "name": "Ostermeer"}),
        ("reports:subject_access", {"identifier": "WC-001", "reason": "SAR/2026/9"}),
    ],
)
def test_a_sensitive_form_comes_back_filled_once_its_sender_proved_who_they_are(name, shown):
    administrator = make(Role.ADMINISTRATOR)
    client, _ = sign_in(administrator)
    url = reverse(name)
    answers = fill_in(client, url, shown)
    let_pass(client, sessions.NOTED_EVERY * 11)
    asks = client.post(url, answers)["Location"]
    assert asks.startswith(reverse("account_reauthenticate"))
    assert "account_reauthentication_state" not in client.session  # allauth's, in plain text
    assert client.post(asks, {"password": PASSWORD})["Location"] == url
    page = client.get(url)
    for value in shown.values():
        assert value in page.text
    assert kept_forms.COMES_BACK in page.text


def test_a_change_keeps_the_version_that_was_open_when_it_was_typed():
    coordinator = make(Role.TRAINING_COORDINATOR)
    venue = factories.VenueFactory()
    url = reverse("venues:venue_edit", args=[venue.pk])
    client, _ = sign_in(coordinator)
    typed = {"name": "Lanternstay", "version": venue.version, "kind": "hostel"}
    answers = fill_in(client, url, typed)
    let_pass(client, 3600)
    client.post(url, answers)
    Venue.objects.filter(pk=venue.pk).update(version=7)
    sign_in(coordinator, client)
    page = client.get(url).text
    assert 'value="Lanternstay"' in page
    assert f'name="version" value="{venue.version}"' in page


def test_what_was_ticked_comes_back(planner):
    operation = factories.OperationFactory(created_by=planner)
    venue = factories.VenueFactory()
    client, _ = sign_in(planner)
    url = reverse("operations:operation_venues", args=[operation.pk])
    answers = fill_in(client, url, {"venues": [venue.pk], "selection": "priority"})
    let_pass(client, 3600)
    client.post(url, answers)
    sign_in(planner, client)
    page = client.get(url).text
    assert page.count(" checked") == 2


def test_a_form_that_is_too_long_is_not_kept_and_its_sender_is_told(typing):
    client, answers = typing
    let_pass(client, 3600)
    page = client.post(ADD, answers | {"notes": "x" * kept_forms.LONGEST}, follow=True)
    assert kept_forms.NOT_KEPT in page.text
    assert kept_forms._SESSION not in client.session


def test_a_button_leads_back_to_its_list_after_the_session_ended(planner):
    run = import_fhrs(SAMPLE, file_name=SAMPLE.name, by=None, at=timezone.now())
    client, _ = sign_in(planner)
    page = f"{run.get_absolute_url()}?show=created&page=1"
    button = reverse("venues:import_accept", args=[run.pk, 0])
    let_pass(client, 3600)
    came_from = {"referer": f"http://testserver{page}"}
    assert client.post(button, headers=came_from)["Location"].endswith(quote(page))
    for elsewhere in ("https://elsewhere.example/", ""):
        asked = client.post(button, headers={"referer": elsewhere})
        assert asked["Location"].endswith("next=/")


def test_of_many_forms_the_newest_are_kept(planner):
    session = {}

    def asked(method, number):
        request = getattr(RequestFactory(), method)(f"/page-{number}/", {"name": f"typed {number}"})
        request.user, request.session = planner, session
        return request

    for number in range(kept_forms.MOST + 2):
        kept_forms.keep(asked("post", number), person=planner.pk)
    found = [
        number for number in range(kept_forms.MOST + 2) if kept_forms.find(asked("post", number))
    ]
    assert found == list(range(2, kept_forms.MOST + 2))

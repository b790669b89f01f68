"""How long a sign-in lasts, where one is signed in, and proving again who one is."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from accounts.sign_in import sessions
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

HOUR = 3600
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def person():
    return make(Role.PLANNER)


def make(role):
    person = UserFactory(role=role)
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(person, **headers):
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    return client


def let_pass(client, seconds, *, idle=True):
    """Make the session older; with ``idle=False`` the person has gone on working meanwhile."""
    session = client.session
    session[sessions.SIGNED_IN_AT] -= seconds
    session[sessions.PROVED_AT] -= seconds
    session[sessions.SEEN_AT] -= seconds if idle else 0
    session.save()


def is_signed_in(client):
    return client.get(reverse("mfa_index")).status_code == 200


@pytest.mark.parametrize(
    ("role", "seconds", "goes_on"),
    [
        (Role.PLANNER, 29 * 60, True),
        (Role.PLANNER, 30 * 60, False),
        (Role.ADMINISTRATOR, 30 * 60, False),
        (Role.VISITING_OFFICER, 11 * HOUR, True),
        (Role.VISITING_OFFICER, 12 * HOUR, False),
    ],
)
def test_a_desk_may_be_idle_for_half_an_hour_and_an_officer_for_a_shift(role, seconds, goes_on):
    client = sign_in(make(role))
    let_pass(client, seconds)
    assert is_signed_in(client) is goes_on


def test_an_officer_who_does_other_work_too_is_at_a_desk():
    person = make(Role.VISITING_OFFICER)
    person.groups.add(Group.objects.get(name=Role.PLANNER))
    client = sign_in(person)
    let_pass(client, 30 * 60)
    assert not is_signed_in(client)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.VISITING_OFFICER])
def test_nobody_stays_signed_in_for_more_than_twelve_hours(role):
    client = sign_in(make(role))
    let_pass(client, 12 * HOUR, idle=False)
    page = client.get(reverse("mfa_index"), follow=True)
    assert "more than 12 hours ago" in page.text


def test_an_ended_session_says_why_and_leads_back(person):
    client = sign_in(person)
    ended = client.session.session_key
    let_pass(client, HOUR)
    response = client.get("/operations/?page=2")
    assert response["Location"] == f"{reverse('account_login')}?next=/operations/%3Fpage%3D2"
    assert "nothing happened for a while" in client.get(response["Location"]).text
    assert not Session.objects.filter(session_key=ended).exists()


def test_work_keeps_a_session_going(person):
    client = sign_in(person)
    for _ in range(3):
        let_pass(client, 20 * 60)
        assert is_signed_in(client)


def test_a_session_is_written_at_most_once_a_minute(person):
    client = sign_in(person)
    client.get("/operations/")
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("favicon"))
    assert not [query for query in asked if query["sql"].startswith(("UPDATE", "INSERT"))]
    let_pass(client, 61)
    client.get(reverse("favicon"))
    assert client.session[sessions.SEEN_AT] >= time.time() - 5


def test_when_and_from_where_a_session_was_last_seen_is_kept(person):
    client = sign_in(person)
    before = UserSession.objects.get(user=person).last_seen_at
    let_pass(client, 61)
    client.get(reverse("favicon"), REMOTE_ADDR="192.0.2.7")
    session = UserSession.objects.get(user=person)
    assert session.last_seen_at > before
    assert session.ip == "192.0.2.7"


# Your sessions -----------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_nobody_elses(person):
    client = sign_in(person, user_agent=CHROME)
    sign_in(person, user_agent="Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/140.0")
    sign_in(make(Role.PLANNER), user_agent="Mozilla/5.0 (Macintosh; Mac OS X) Safari/605")
    page = client.get(reverse("usersessions_list")).text
    assert "Chrome on Android" in page
    assert "Firefox on Windows" in page
    assert "Mac" not in page


def test_one_ends_another_session(person):
    here, phone, desk = sign_in(person), sign_in(person), sign_in(person)
    row = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("usersessions_list"), {"session": row.pk})
    assert [is_signed_in(client) for client in (here, phone, desk)] == [True, False, True]


def test_one_ends_all_other_sessions(person):
    here, phone, desk = sign_in(person), sign_in(person), sign_in(person)
    here.post(reverse("usersessions_list"))
    assert [is_signed_in(client) for client in (here, phone, desk)] == [True, False, False]


@pytest.mark.parametrize(
    "session", ["x", "²", "１", "9" * 30, pytest.param("9" * 5000, id="long"), ""]
)
def test_ending_a_session_that_is_not_there_ends_none(person, session):
    here, phone = sign_in(person), sign_in(person)
    page = here.post(reverse("usersessions_list"), {"session": session}, follow=True)
    assert "That session had ended already." in page.content.decode()
    assert [is_signed_in(client) for client in (here, phone)] == [True, True]


def test_nobody_ends_somebody_elses_session(person):
    other = sign_in(make(Role.PLANNER))
    row = UserSession.objects.exclude(user=person).get()
    here = sign_in(person)
    page = here.post(reverse("usersessions_list"), {"session": row.pk}, follow=True)
    assert "That session had ended already." in page.content.decode()
    assert is_signed_in(other)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome on Android"),
        (CHROME + " Edg/140.0", "Edge on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_has_the_name_that_people_give_it(user_agent, name):
    assert sessions.device(user_agent) == name


# Proving again who one is -------------------------------------------------------------------------


def test_right_after_signing_in_nobody_is_asked_again(person):
    assert sign_in(person).get(reverse("usersessions_list")).status_code == 200


def test_later_a_sensitive_page_asks_first_and_leads_back(person):
    client = sign_in(person)
    let_pass(client, 11 * 60, idle=False)
    response = client.get(reverse("usersessions_list"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    response = client.post(response["Location"], {"password": PASSWORD})
    assert response["Location"] == reverse("usersessions_list")
    assert client.get(response["Location"]).status_code == 200


def test_a_wrong_password_proves_nothing(person):
    client = sign_in(person)
    let_pass(client, 11 * 60, idle=False)
    url = client.get(reverse("usersessions_list"))["Location"]
    assert "This is not your password" in client.post(url, {"password": "something else"}).text
    assert client.get(reverse("usersessions_list")).status_code == 302


def test_what_was_typed_meanwhile_is_kept_and_never_sent_unseen():
    administrator = make(Role.ADMINISTRATOR)
    colleague = UserFactory()
    client = sign_in(administrator)
    let_pass(client, 11 * 60, idle=False)
    url = reverse("admin:accounts_user_change", args=[colleague.pk])
    answers = {"username": colleague.username, "email": "new@police.example", "is_active": "on"}
    response = client.post(url, answers)
    colleague.refresh_from_db()
    assert colleague.email != "new@police.example"
    client.post(response["Location"], {"password": PASSWORD})
    assert 'value="new@police.example"' in client.get(url).text
    colleague.refresh_from_db()
    assert colleague.email != "new@police.example"
    client.post(url, answers)
    colleague.refresh_from_db()
    assert colleague.email == "new@police.example"


@pytest.mark.parametrize(
    "name", ["admin:index", "admin:accounts_user_add", "admin:venues_commandunit_changelist"]
)
def test_the_administration_asks_whoever_signed_in_a_while_ago(name):
    client = sign_in(make(Role.ADMINISTRATOR))
    assert client.get(reverse(name)).status_code == 200
    let_pass(client, 11 * 60, idle=False)
    assert client.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate"))


def test_changing_the_password_ends_the_other_sessions(person):
    here, phone = sign_in(person), sign_in(person)
    answers = {
        "oldpassword": PASSWORD,
        "password1": "quiet-otter-lamp",
        "password2": "quiet-otter-lamp",
    }
    here.post(reverse("account_change_password"), answers)
    assert [is_signed_in(client) for client in (here, phone)] == [True, False]


@pytest.mark.parametrize(("minutes_ago", "recent"), [(0, True), (9, True), (11, False)])
def test_whom_the_provider_let_through_unasked_has_not_proved_who_they_are(rf, minutes_ago, recent):
    request = rf.get("/")
    request.user, request.session = make(Role.ADMINISTRATOR), SessionStore()
    request.proved_at = int(time.time()) - minutes_ago * 60
    sessions.begin(request)
    assert sessions.signed_in_recently(request) is recent


# Ended by somebody else --------------------------------------------------------------------------


def test_whose_session_was_ended_meanwhile_is_told_so_at_the_sign_in_page(person):
    client = sign_in(person)
    sessions.end_all(person)
    page = client.get("/operations/", follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "the session was ended" in page.text


def test_whose_account_was_closed_meanwhile_is_told_so_at_the_sign_in_page(person):
    client = sign_in(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    page = client.get("/operations/", follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "your account was closed" in page.text


def test_who_was_never_here_is_told_nothing_of_a_session():
    page = Client().get("/operations/", follow=True)
    assert "You were signed out" not in page.text

"""Inviting people, closing accounts, and the first administrator."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from accounts.models import User
from accounts.roles import Role
from accounts.sign_in import actions, invitations, passwords
from config import settings as product_settings
from tests.factories import (
    PASSWORD,
    CommandUnitFactory,
    OperationFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db

NEW = "quiet-otter-lamp"


def somebody():
    """An administrator."""
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def at_once(mail_at_once):
    """A worker that sends at once."""


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """``with committed():`` does what a commit would start."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def administrator(client):
    person = UserFactory(role=Role.ADMINISTRATOR)
    client.force_login(person)
    return person


def link_in(message):
    return re.search(r"http://localhost:8000(/sign-in/password/\S+)", message.body).group(1)


def follow(link, password=NEW, client=None):
    client = client or Client()
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})


def can_sign_in(username, password):
    client = Client()
    client.post(reverse("account_login"), {"login": username, "password": password})
    return "_auth_user_id" in client.session


def test_an_administrator_invites_somebody_who_sets_their_own_password(
    client, administrator, committed, mailoutbox
):
    officer = Group.objects.get(name=Role.VISITING_OFFICER)
    answers = {"username": "oriel", "email": "oriel@police.example", "groups": [officer.pk]}
    with committed():
        response = client.post(reverse("admin:accounts_user_add"), answers)
    assert response.status_code == 302
    person = User.objects.get(username="oriel")
    assert list(person.groups.all()) == [officer]
    assert not person.has_usable_password()
    [message] = mailoutbox
    assert message.to == ["oriel@police.example"]
    assert message.subject == "You are invited to Makesafe spot checks"
    assert "oriel" in message.body
    assert follow(link_in(message))["Location"] == reverse("account_reset_password_from_key_done")
    assert can_sign_in("oriel", NEW)


def test_an_invitation_works_once(committed, mailoutbox):
    with committed():
        actions.invite(
            person=User(username="o", email="o@police.example"),
            by=UserFactory(role=Role.ADMINISTRATOR),
            on=timezone.localdate(),
        )
    follow(link_in(mailoutbox[0]))
    page = Client().get(link_in(mailoutbox[0]))
    assert "This link no longer works" in page.text


@pytest.mark.parametrize(
    ("invited", "hours", "works"),
    [(True, 119, True), (True, 121, False), (False, 0.9, True), (False, 1.1, False)],
)
def test_an_invitation_holds_for_five_days_and_a_reset_for_an_hour(
    monkeypatch, invited, hours, works
):
    person = UserFactory(password="!" if invited else "md5$x$y")
    links = passwords.PasswordLinks()
    token = links.make_token(person)
    now = links._now()
    monkeypatch.setattr(
        passwords.PasswordLinks, "_now", lambda self: now + dt.timedelta(hours=hours)
    )
    assert links.check_token(person, token) is works


def test_a_common_or_short_password_is_refused(committed, mailoutbox):
    with committed():
        actions.invite(
            person=User(username="o", email="o@police.example"),
            by=UserFactory(role=Role.ADMINISTRATOR),
            on=timezone.localdate(),
        )
    for weak in ("shorter-11c", "Q1w2e3r4t5y6", "1qaz2wsx3edc"):
        page = follow(link_in(mailoutbox[0]), weak)
        assert page.status_code == 200, weak
        assert "There is a problem" in page.text, weak


def test_a_force_adds_its_own_list_of_common_passwords(tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("Wessendale-Rovers\n")
    with pytest.raises(ValidationError, match="too common"):
        passwords.CommonPasswords(str(more)).validate("wessendale-rovers")
    passwords.CommonPasswords().validate("wessendale-rovers")


@pytest.mark.parametrize("weak", ["Makesafe2026", "OperationMakesafe1", "police-hotel-26"])
def test_a_password_of_our_own_words_is_refused(weak):
    with pytest.raises(ValidationError, match="easy to guess"):
        passwords.CommonPasswords().validate(weak)


def test_passwords_have_at_least_twelve_characters():
    [rule] = [r for r in product_settings.AUTH_PASSWORD_VALIDATORS if "Length" in r["NAME"]]
    assert rule["OPTIONS"] == {"min_length": 12}


def test_the_invitation_is_sent_again(client, administrator, committed, mailoutbox):
    person, left = UserFactory(), UserFactory(is_active=False)
    with committed():
        client.post(
            reverse("admin:accounts_user_changelist"),
            {"action": "send_link", "_selected_action": [person.pk, left.pk]},
        )
    assert [message.to for message in mailoutbox] == [[person.email]]


def test_whoever_forgot_their_password_gets_a_link_and_a_stranger_hears_the_same(
    committed, mailoutbox
):
    person = UserFactory()
    person.set_password(PASSWORD)
    person.save()
    pages = []
    for address in (person.email, "nobody@police.example"):
        with committed():
            client = Client()
            pages.append(
                client.post(reverse("account_reset_password"), {"email": address}, follow=True).text
            )
    assert re.sub(r"\s+", " ", pages[0]) == re.sub(r"\s+", " ", pages[1])
    [message] = mailoutbox
    assert message.subject.startswith("Set a new password")
    follow(link_in(message))
    assert can_sign_in(person.username, NEW)
    assert not can_sign_in(person.username, PASSWORD)


def test_a_closed_account_gets_in_by_no_link():
    person = UserFactory()
    link = link_in(invitations.compose(person))
    actions.close_account(person=person, by=somebody(), on=timezone.localdate())
    assert "This link no longer works" in Client().get(link).text


def test_nobody_signs_up(client):
    for path in ("/signup/", "/sign-up/", "/accounts/signup/", "/sign-in/signup/"):
        assert client.get(path).status_code == 404


def test_administrators_know_and_set_no_password_but_their_own(client, administrator):
    person = UserFactory()
    page = client.get(reverse("admin:accounts_user_change", args=[person.pk]))
    assert 'name="password' not in page.text
    assert "../password/" not in page.text
    assert client.get(f"/admin/accounts/user/{person.pk}/password/").status_code == 404
    change = client.get(reverse("admin:password_change"))
    assert change["Location"] == reverse("account_change_password")


# Leavers ------------------------------------------------------------------------------------------


def test_closing_an_account_ends_its_sessions_at_once(client, administrator):
    leaver = UserFactory(username="leaver", role=Role.PLANNER)
    leaver.set_password(PASSWORD)
    leaver.save()
    phone, desk = Client(), Client()
    for device in (phone, desk):
        device.post(reverse("account_login"), {"login": "leaver", "password": PASSWORD})
        assert device.get("/operations/").status_code == 200

    client.post(
        reverse("admin:accounts_user_change", args=[leaver.pk]),
        {"username": "leaver", "email": leaver.email, "is_active": ""},
    )

    for device in (phone, desk):
        assert not device.session.exists(device.session.session_key)
        assert device.get("/operations/")["Location"].startswith(reverse("account_login"))
    assert not can_sign_in("leaver", PASSWORD)


def test_a_changed_role_counts_at_the_next_click(client):
    person = UserFactory(role=Role.PLANNER)
    client.force_login(person)
    assert client.get("/operations/").status_code == 200
    person.groups.clear()
    assert client.get("/operations/").status_code == 403


def test_taking_somebody_out_of_a_command_unit_counts_at_the_next_click(client):
    unit = CommandUnitFactory()
    operation = OperationFactory()
    OperationVenueFactory(operation=operation, venue=VenueFactory(unit=unit))
    person = UserFactory(role=Role.PLANNER, units=[unit])
    client.force_login(person)
    url = reverse("operations:operation_detail", args=[operation.pk])
    assert client.get(url).status_code == 200
    person.command_units.clear()
    assert client.get(url).status_code == 404


# The first administrator --------------------------------------------------------------------------


def test_createsuperuser_makes_an_administrator_and_nothing_more(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
    call_command(
        "createsuperuser", username="first", email="first@police.example", interactive=False
    )
    first = User.objects.get(username="first")
    assert first.is_staff
    assert first.get_all_permissions() == roles.PERMISSIONS[Role.ADMINISTRATOR]
    assert can_sign_in("first", NEW)

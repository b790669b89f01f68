"""Sign-in, the start page and the navigation."""

import re
from urllib.parse import unquote

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.demo import SIGN_INS
from accounts.roles import PERMISSIONS, Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FIRST_PAGES = {
    Role.VISITING_OFFICER: "operations:my_visits",
    Role.PLANNER: "operations:operation_list",
    Role.CSE_LEAD: "reports:dashboard",
    Role.TRAINING_COORDINATOR: "operations:follow_up_list",
    Role.CALL_HANDLER: "operations:board",
    Role.ADMINISTRATOR: "reports:dashboard",
}


@pytest.fixture
def officer():
    person = UserFactory(username="officer-1", role=Role.VISITING_OFFICER)
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, username, password, **query):
    return client.post(
        reverse("account_login", query=query), {"login": username, "password": password}
    )


def test_the_right_password_signs_in_and_leads_to_the_start_page(client, officer):
    response = sign_in(client, "officer-1", PASSWORD)
    assert response.status_code == 302
    assert response["Location"] == reverse("accounts:home")


def test_a_wrong_password_is_refused_without_saying_which_part_is_wrong(client, officer):
    wrong_password = sign_in(client, "officer-1", "not it")
    wrong_name = sign_in(client, "nobody", PASSWORD)
    for response in (wrong_password, wrong_name):
        assert response.status_code == 200
        assert "do not match" in response.content.decode()


def test_a_closed_account_can_not_sign_in(client, officer):
    officer.is_active = False
    officer.save()
    response = sign_in(client, "officer-1", PASSWORD)
    assert response["Location"] == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_after_sign_in_the_person_is_where_they_wanted_to_go(client, officer):
    response = sign_in(client, "officer-1", PASSWORD, next="/visits/")
    assert response["Location"] == "/visits/"


def test_nobody_is_sent_to_another_site_after_sign_in(client, officer):
    response = sign_in(client, "officer-1", PASSWORD, next="https://elsewhere.example/")
    assert response["Location"] == reverse("accounts:home")


@pytest.mark.parametrize("role", Role)
def test_each_role_starts_at_the_page_it_needs_most(client, role):
    client.force_login(UserFactory(role=role))
    response = client.get(reverse("accounts:home"))
    assert response["Location"] == reverse(FIRST_PAGES[role])


def test_a_person_without_a_role_is_refused_and_told_so(client):
    client.force_login(UserFactory())
    response = client.get(reverse("accounts:home"))
    assert response.status_code == 403


def test_signing_out_ends_the_session(client, officer):
    client.force_login(officer)
    client.post(reverse("account_logout"))
    response = client.get(reverse("accounts:home"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_signing_out_by_a_link_is_refused(client, officer):
    client.force_login(officer)
    assert client.get(reverse("account_logout")).status_code == 405


def test_the_sign_ins_are_shown_in_the_demonstration_only(client, settings):
    page = client.get(reverse("account_login")).content.decode()
    assert SIGN_INS[0].password in page
    settings.DEMO = False
    page = client.get(reverse("account_login")).content.decode()
    assert SIGN_INS[0].password not in page


# Shared devices -----------------------------------------------------------------------------------


def test_no_copy_is_kept_of_what_somebody_signed_in_was_shown(client, officer):
    client.force_login(officer)
    for address in ("operations:my_visits", "reports:dashboard", "accounts:home"):
        response = client.get(reverse(address))
        kept = {part.strip() for part in response["Cache-Control"].split(",")}
        assert {"private", "no-store"} <= kept, address


def test_signing_in_and_out_leave_no_copy_either(client, officer):
    assert "no-store" in sign_in(client, "officer-1", PASSWORD)["Cache-Control"]
    assert "no-store" in client.post(reverse("account_logout"))["Cache-Control"]


# Administration -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
@pytest.mark.parametrize("name", ["admin:index", "admin:accounts_user_changelist", "admin:login"])
def test_the_administration_is_a_403_for_other_roles(client, role, name):
    client.force_login(UserFactory(role=role))
    assert client.get(reverse(name), follow=True).status_code == 403


@pytest.mark.parametrize("name", ["admin:index", "admin:accounts_user_changelist"])
def test_the_administration_asks_to_sign_in_at_the_one_sign_in(client, name):
    last, status = client.get(reverse(name), follow=True).redirect_chain[-1]
    assert (unquote(last), status) == (f"{reverse('account_login')}?next={reverse(name)}", 302)


def test_an_administrator_opens_the_administration(client):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    for name in ("admin:login", "admin:accounts_user_changelist", "admin:accounts_user_add"):
        assert client.get(reverse(name), follow=True).status_code == 200


def test_an_administrator_gives_a_person_a_role(client):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    person, group = UserFactory(), Group.objects.get(name=Role.CSE_LEAD)
    response = client.post(
        reverse("admin:accounts_user_change", args=[person.pk]),
        {
            "username": person.username,
            "email": person.email,
            "is_active": "on",
            "groups": [group.pk],
        },
    )
    assert response.status_code == 302
    assert list(person.groups.all()) == [group]


def test_an_email_address_that_somebody_has_is_refused_in_words(client):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    taken = UserFactory(email="taken@police.example")
    person = UserFactory()
    page = client.post(
        reverse("admin:accounts_user_change", args=[person.pk]),
        {"username": person.username, "email": "Taken@police.example", "is_active": "on"},
    )
    assert "Somebody already has this email address." in page.text
    assert taken.email not in page.text


def test_browsers_that_ask_for_the_icon_get_it_without_signing_in(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith(".svg")


def test_nobody_gives_themselves_a_role(client):
    administrator = UserFactory(role=Role.ADMINISTRATOR)
    client.force_login(administrator)
    client.post(
        reverse("admin:accounts_user_change", args=[administrator.pk]),
        {
            "username": administrator.username,
            "email": administrator.email,
            "groups": [Group.objects.get(name=Role.PLANNER).pk],
            "whole_force": "on",
            "is_active": "on",
        },
    )
    administrator.refresh_from_db()
    assert list(administrator.groups.values_list("name", flat=True)) == [Role.ADMINISTRATOR]
    assert not administrator.whole_force


ADMIN_PAGES = sorted(
    pattern.name
    for model_admin in admin.site._registry.values()
    for pattern in model_admin.get_urls()
    if pattern.name and pattern.name.endswith(("_changelist", "_add"))
)


@pytest.mark.parametrize("name", ADMIN_PAGES)
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_each_page_of_the_administration_is_a_403_for_other_roles(client, role, name):
    client.force_login(UserFactory(role=role))
    assert client.get(reverse(f"admin:{name}")).status_code == 403


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_each_page_of_the_administration_opens_for_an_administrator_or_is_not_theirs(client, name):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR, whole_force=True))
    app, model, act = re.fullmatch(r"(\w+?)_(\w+)_(changelist|add)", name).groups()
    needs = f"{app}.{'view' if act == 'changelist' else 'add'}_{model}"
    expected = 200 if needs in PERMISSIONS[Role.ADMINISTRATOR] else 403
    assert client.get(reverse(f"admin:{name}")).status_code == expected

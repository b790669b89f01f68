"""A person's telephone number: theirs to change, kept in one form, and in no history."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.acts.refusals import Refused
from accounts.models import User
from accounts.record import history
from accounts.roles import Role
from accounts.sign_in import actions
from tests import factories

pytestmark = pytest.mark.django_db

NUMBER = "+447700900123"


@pytest.fixture
def person():
    return factories.UserFactory(role=Role.VISITING_OFFICER)


@pytest.fixture
def admin():
    return factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)


def send(client, person, typed):
    client.force_login(person)
    return client.post(reverse("accounts:telephone"), {"telephone": typed}, follow=True)


def kept(person):
    return User.objects.values_list("telephone", flat=True).get(pk=person.pk)


def words_of(person):
    events = history.page_of(history.events_of(person, history.Limits()), size=20).rows
    return [entry.title for entry in history.in_words(events, of=person)]


def test_people_give_their_own_number_and_see_it_in_groups_of_figures(client, person):
    page = send(client, person, "+44 (0)7700 900123").text
    assert kept(person) == NUMBER
    assert "Your telephone number is saved." in page
    assert '<a class="govuk-link app-telephone" href="tel:+447700900123">07700 900123</a>' in page
    form = client.get(reverse("accounts:telephone")).text
    assert 'value="07700 900123"' in form


def test_people_take_their_own_number_away(client, person):
    send(client, person, "07700 900123")
    page = send(client, person, "").text
    assert kept(person) == ""
    assert "No number is kept." in page


def test_what_is_no_number_is_refused_beside_the_question_and_nothing_is_saved(client, person):
    page = send(client, person, "0770 0900")
    assert "Enter a telephone number, like 07700 900123" in page.text
    assert 'value="0770 0900"' in page.text
    assert kept(person) == ""


def test_only_those_who_look_after_somebody_give_them_a_number(person, admin):
    actions.change_telephone(person=person, telephone="07700 900123", by=admin)
    assert kept(person) == NUMBER
    colleague = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    with pytest.raises(PermissionDenied):
        actions.change_telephone(person=person, telephone="", by=colleague)
    with pytest.raises(Refused):
        actions.change_telephone(person=person, telephone="reception", by=admin)
    assert kept(person) == NUMBER


def test_administrators_give_numbers_on_the_page_of_a_person(client, person, admin):
    client.force_login(admin)
    url = reverse("admin:accounts_user_change", args=[person.pk])
    role = person.groups.get().pk
    answers = {
        "username": person.username,
        "email": person.email,
        "is_active": "on",
        "groups": [role],
    }
    assert "Enter a telephone number" in client.post(url, answers | {"telephone": "12"}).text
    assert client.post(url, answers | {"telephone": "07700 900123"}).status_code == 302
    assert kept(person) == NUMBER


def test_the_history_tells_that_a_number_changed_and_holds_no_number(person):
    for number in ("07700 900123", "07700 900456", ""):
        actions.change_telephone(person=person, telephone=number, by=person)
    told = [title for title in words_of(person) if "telephone number, last changed on" in title]
    assert len(told) == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(kept::text, ' ') FROM accounts_userevent kept")
        [held] = cursor.fetchone()
    assert "7700" not in held


def test_what_else_changes_leaves_the_day_of_the_number(person):
    actions.change_telephone(person=person, telephone="07700 900123", by=person)
    User.objects.filter(pk=person.pk).update(first_name="Rhoda")
    assert len([title for title in words_of(person) if "telephone" in title]) == 1


def test_a_closed_account_loses_its_number(person, admin):
    actions.change_telephone(person=person, telephone="07700 900123", by=person)
    actions.close_account(person=person, by=admin, on=person.date_joined.date())
    assert kept(person) == ""
    with pytest.raises(Refused):
        actions.change_telephone(person=person, telephone="07700 900123", by=admin)


@pytest.mark.parametrize("number", ["07700900123", "reception", "+44 7700 900123"])
def test_the_database_keeps_numbers_in_their_one_form(person, number):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET telephone = %s WHERE id = %s", [number, person.pk])


def test_the_database_keeps_no_number_of_a_closed_account(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=person.pk).update(is_active=False, telephone=NUMBER)

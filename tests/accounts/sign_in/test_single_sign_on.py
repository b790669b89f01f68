"""Single sign-on with a real OpenID Connect provider, a process of its own."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from accounts.sign_in.adapters import SecondFactorAdapter
from accounts.sign_in.provider import CLAIMS
from tests.accounts.sign_in.provider import LOGIN, claims, is_signed_in, path_of, with_password
from tests.factories import PASSWORD, CommandUnitFactory, UserFactory

# The whole way ------------------------------------------------------------------------------------


def test_somebody_new_gets_an_account_with_the_roles_and_units_of_their_groups(provider, settings):
    settings.MFA_REQUIRED = True  # the provider asks for a second factor
    north, _ = CommandUnitFactory(code="NW"), CommandUnitFactory(code="SW")
    provider.set_claims("s1", **claims("oriel", "g-planners", "g-north", "g-lunch"))
    client, answer = provider.sign_in("s1", next="/operations/?page=1")
    assert answer["Location"] == "/operations/?page=1"
    assert client.get("/operations/").status_code == 200
    person = User.objects.get(username="oriel")
    assert str(person) == "Oriel Fenwick"
    assert [group.name for group in person.groups.all()] == [Role.PLANNER]
    assert list(person.command_units.all()) == [north]
    assert not person.whole_force
    assert not person.is_staff
    assert not person.has_usable_password()


def test_what_is_taken_away_at_the_provider_is_taken_away_here(provider):
    north, south = CommandUnitFactory(code="NW"), CommandUnitFactory(code="SW")
    provider.set_claims("s2", **claims("oriel", "g-planners", "g-admins", "g-north", "g-force"))
    provider.sign_in("s2")
    person = User.objects.get(username="oriel")
    assert (person.whole_force, person.is_staff) == (True, True)

    provider.set_claims("s2", **claims("oriel", "g-officers", "g-south"))
    provider.sign_in("s2")

    person = User.objects.get(username="oriel")
    assert [group.name for group in person.groups.all()] == [Role.VISITING_OFFICER]
    assert list(person.command_units.all()) == [south]
    assert (person.whole_force, person.is_staff) == (False, False)
    assert north not in person.command_units.all()


def test_a_person_is_known_by_the_subject_even_under_another_address(provider):
    provider.set_claims("s3", **claims("oriel", "g-planners"))
    provider.sign_in("s3")
    provider.set_claims("s3", **claims("oriel-married", "g-planners"))
    client, _ = provider.sign_in("s3")
    assert is_signed_in(client)
    assert User.objects.count() == 1


def test_nobody_without_a_role_comes_in_and_no_account_is_made(provider):
    provider.set_claims("s4", **claims("oriel", "g-lunch", "g-force"))
    client, answer = provider.sign_in("s4")
    assert answer.status_code == 403
    assert "it has no role in this service" in answer.text
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_whoever_loses_the_last_role_loses_the_other_sessions_too(provider):
    provider.set_claims("s5", **claims("oriel", "g-planners", "g-force"))
    elsewhere, _ = provider.sign_in("s5")
    provider.set_claims("s5", **claims("oriel"))
    client, answer = provider.sign_in("s5")
    assert answer.status_code == 403
    assert not is_signed_in(client)
    assert elsewhere.get("/operations/")["Location"].startswith(reverse("account_login"))
    person = User.objects.get()
    assert (person.groups.count(), person.whole_force) == (0, False)


def test_a_closed_account_stays_closed(provider):
    provider.set_claims("s6", **claims("oriel", "g-planners"))
    provider.sign_in("s6")
    User.objects.update(is_active=False)
    client, answer = provider.sign_in("s6")
    assert answer["Location"] == reverse("account_inactive")
    assert "closed" in client.get(answer["Location"]).text
    assert not is_signed_in(client)


def test_an_account_is_not_taken_over_by_an_address_that_is_not_proven(provider):
    person = with_password()
    provider.set_claims("s7", **claims("oriel", "g-admins"))
    client, answer = provider.sign_in("s7")
    assert answer.status_code == 403
    assert "already with your email address" in answer.text
    assert not is_signed_in(client)
    assert [group.name for group in person.groups.all()] == [Role.CSE_LEAD]
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("vouched_for_by", ["the provider", "the force"])
def test_a_proven_address_takes_over_the_account_and_its_password_goes(
    provider, settings, vouched_for_by
):
    person = with_password(username="old-name")
    more = {"email_verified": True} if vouched_for_by == "the provider" else {}
    if not more:
        app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
        app["settings"]["verified_email"] = True
    subject = f"s8-{bool(more)}"
    provider.set_claims(subject, **claims("oriel", "g-planners", **more))
    client, _ = provider.sign_in(subject)
    assert client.session["_auth_user_id"] == str(person.pk)
    person.refresh_from_db()
    assert [group.name for group in person.groups.all()] == [Role.PLANNER]
    assert not person.has_usable_password()


def test_an_account_found_by_its_address_is_not_touched_without_a_role(provider):
    person = with_password()
    provider.set_claims("s13", **claims("oriel", email_verified=True))
    _, answer = provider.sign_in("s13")
    assert answer.status_code == 403
    person.refresh_from_db()
    assert [group.name for group in person.groups.all()] == [Role.CSE_LEAD]
    assert person.has_usable_password()


def test_whoever_signs_in_with_the_force_has_no_other_way_in(provider, settings, mailoutbox):
    provider.set_claims("s9", **claims("oriel", "g-planners"))
    provider.sign_in("s9")
    person = User.objects.get()
    person.set_password(PASSWORD)
    person.save()
    client = Client()
    answers = {"login": person.username, "password": PASSWORD}
    page = client.post(reverse("account_login"), answers, follow=True)
    assert "Sign in with your force’s account" in page.text
    assert not is_signed_in(client)


def test_somebody_without_an_address_is_told_so(provider):
    provider.set_claims("s10", **claims("oriel", "g-planners", email=None))
    _, answer = provider.sign_in("s10")
    assert answer.status_code == 403
    assert "without an email address" in answer.text


def test_stopping_at_the_provider_leads_to_a_page_that_helps(provider):
    client = Client()
    start = client.post(LOGIN)["Location"]
    state = parse_qs(urlsplit(start).query)["state"][0]
    answer = client.get(f"{LOGIN}done/", {"error": "access_denied", "state": state})
    assert answer.status_code == 403
    assert "was not completed" in answer.text


@pytest.mark.parametrize("query", [{}, {"code": "x", "state": "forged"}])
def test_an_answer_that_was_not_asked_for_signs_nobody_in(provider, query):
    client = Client()
    assert client.get(f"{LOGIN}done/", query).status_code == 403
    assert not is_signed_in(client)


def test_the_sign_in_goes_by_post_with_a_proof_key(provider):
    assert Client().get(LOGIN).status_code == 200  # a page with a button
    query = parse_qs(urlsplit(Client().post(LOGIN)["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert "openid" in query["scope"][0]


def test_before_something_sensitive_the_provider_asks_again(provider):
    provider.set_claims("s11", **claims("ada", "g-admins"))
    client, _ = provider.sign_in("s11")
    session = client.session
    session["proved_at"] -= 11 * 60
    session.save()
    asked = client.get(reverse("admin:index"))
    assert asked["Location"].startswith(reverse("accounts:sign_in_again"))
    page = client.get(asked["Location"])
    action = re.search(r'<form method="post" action="(/sign-in/with[^"]*)"', page.text).group(1)
    start = client.post(action.replace("&amp;", "&"))["Location"]
    assert parse_qs(urlsplit(start).query)["prompt"] == ["login"]
    back = requests.post(start, data={"sub": "s11"}, allow_redirects=False, timeout=5)
    answer = client.get(path_of(back.headers["Location"]))
    assert answer["Location"] == reverse("admin:index")
    assert client.get(answer["Location"]).status_code == 200


# One account, one subject -------------------------------------------------------------------------


def test_an_address_that_an_administrator_gave_leads_to_no_account(provider):
    person = with_password(address_given_by=UserFactory())
    provider.set_claims("s8-given", **claims("oriel", "g-planners", email_verified=True))
    client, answer = provider.sign_in("s8-given")
    assert answer.status_code == 403
    assert not is_signed_in(client)
    assert not SocialAccount.objects.filter(user=person).exists()
    person.refresh_from_db()
    assert person.has_usable_password()


def test_an_account_that_has_a_subject_is_nobody_elses_by_its_address(provider):
    person = with_password(username="old-name")
    provider.set_claims("t1", **claims("oriel", "g-planners", email_verified=True))
    provider.sign_in("t1")
    provider.set_claims("t2", **claims("oriel", "g-admins", email_verified=True))
    client, answer = provider.sign_in("t2")
    assert answer.status_code == 403
    assert "belongs to another account at your force" in answer.text
    assert not is_signed_in(client)
    assert [group.name for group in person.groups.all()] == [Role.PLANNER]
    assert SocialAccount.objects.get().uid == "t1"


@pytest.mark.parametrize("said", ["false", 1, ["true"]])
def test_an_address_is_not_proven_by_whatever_stands_in_the_claim(provider, said):
    with_password()
    provider.set_claims("t3", **claims("oriel", "g-admins", email_verified=said))
    client, answer = provider.sign_in("t3")
    assert answer.status_code == 403
    assert not is_signed_in(client)


def test_the_database_keeps_an_account_to_one_subject(db):
    person = UserFactory()
    SocialAccount.objects.create(user=person, provider="force", uid="1")
    with pytest.raises(IntegrityError, match="account_has_one_subject"), transaction.atomic():
        SocialAccount.objects.create(user=person, provider="force", uid="2")


def test_of_what_the_provider_says_only_what_is_of_use_is_kept(provider):
    provider.set_claims("t8", **claims("oriel", "g-planners", birthdate="1990-01-01", phone="1"))
    provider.sign_in("t8")
    kept = SocialAccount.objects.get().extra_data
    assert set(kept["userinfo"]) | set(kept["id_token"]) <= {*CLAIMS, "groups"}


# What changes at the provider ---------------------------------------------------------------------


def test_a_new_name_and_address_are_taken_over_at_sign_in_on_record(provider):
    provider.set_claims("t4", **claims("oriel", "g-planners"))
    provider.sign_in("t4")
    new = {"family_name": "Lindqvist", "email": "oriel.lindqvist@police.example"}
    provider.set_claims("t4", **claims("oriel", "g-planners") | new)
    provider.sign_in("t4")
    person = User.objects.get()
    assert str(person) == "Oriel Lindqvist"
    assert person.email == "oriel.lindqvist@police.example"
    change = User.pgh_event_model.objects.filter(last_name="Lindqvist").first()
    assert change.pgh_context["reason"] == "The force’s account says so"


def test_an_address_of_another_account_is_not_taken_over_but_the_name_is(provider):
    provider.set_claims("t5", **claims("oriel", "g-planners"))
    provider.sign_in("t5")
    UserFactory(email="taken@police.example")
    new = {"family_name": "Lindqvist", "email": "Taken@police.example"}
    provider.set_claims("t5", **claims("oriel", "g-planners") | new)
    client, _ = provider.sign_in("t5")
    assert is_signed_in(client)
    person = User.objects.get(username="oriel")
    assert (person.last_name, person.email) == ("Lindqvist", "oriel@police.example")


@pytest.mark.parametrize(
    "odd",
    [
        {"given_name": ["Oriel"], "family_name": 7},
        {"given_name": None, "family_name": ""},
        {"given_name": "O\x00riel", "family_name": "F" * 200},
        {"groups": 7},
        {"groups": {"g-planners": True}},
        {"auth_time": "nonsense"},
        {"preferred_username": 5},
    ],
    ids=str,
)
def test_claims_of_another_form_are_never_an_error_of_ours(provider, odd):
    provider.set_claims("t6", **claims("oriel", "g-planners"))
    provider.sign_in("t6")
    for subject in ("t6", f"t6-{odd}"):
        provider.set_claims(subject, **claims("oriel", "g-planners") | odd)
        _, answer = provider.sign_in(subject)
        # A subject that is too long for its column is the provider's fault.
        assert answer.status_code in ((302, 403) if len(subject) <= 191 else (503,))


# Second steps are the provider's ------------------------------------------------------------------


def test_whoever_comes_with_the_force_is_not_asked_for_an_app_of_ours(provider, settings):
    settings.MFA_REQUIRED = True
    person = with_password()
    Authenticator.objects.create(
        user=person, type="totp", data={"secret": SecondFactorAdapter().encrypt("JBSWY3DP")}
    )
    provider.set_claims("t7", **claims("oriel", "g-planners", email_verified=True))
    client, answer = provider.sign_in("t7")
    assert answer["Location"] == reverse("accounts:home")
    assert is_signed_in(client)
    assert client.get("/operations/").status_code == 200

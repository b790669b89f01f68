"""Setting up a second step and signing in by it, in a browser that keeps passkeys."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from accounts.roles import Role
from accounts.sign_in import invitations
from tests import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("phone"),
]


@pytest.fixture(autouse=True)
def required(settings):
    settings.MFA_REQUIRED = True


@pytest.fixture
def officer():
    officer = factories.UserFactory(username="officer", role=Role.VISITING_OFFICER)
    officer.set_password(factories.PASSWORD)
    officer.save()
    return officer


def keep_passkeys(visitor):
    """Give the browser a device that keeps passkeys and unlocks by a finger that always fits."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def code(secret, *, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_an_officer_sets_up_an_authenticator_app_on_the_way_to_their_visits(visit_site, officer):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.sees("you need a second step")
    phone.page.get_by_role("link", name="Set up an app").click()
    phone.check()
    assert phone.page.get_by_role("img", name="QR code").evaluate("img => img.naturalWidth") > 50
    secret = phone.page.locator(".app-secret").inner_text()
    phone.page.get_by_label("Code from the app").fill("000000")
    phone.press("Continue")
    phone.sees("This code is not right")
    assert phone.page.locator(".app-secret").inner_text() == secret
    phone.page.get_by_label("Code from the app").fill(code(secret))
    phone.press("Continue")
    recovery = phone.page.locator(".app-codes li").all_inner_texts()
    assert len(recovery) == 10
    phone.follow("I have saved them: continue")
    phone.page.get_by_role("heading", name="My visits").wait_for()

    phone.sign_in("officer")
    phone.page.get_by_label("Code").fill(code(secret, steps=1))
    phone.press("Continue")
    phone.page.get_by_role("heading", name="My visits").wait_for()

    phone.sign_in("officer")
    phone.page.get_by_label("Code").fill(recovery[0])
    phone.press("Continue")
    phone.page.get_by_role("heading", name="My visits").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_passkey_is_set_up_and_then_signs_in_by_itself(visit_site, officer, width):
    site = visit_site(width)
    keep_passkeys(site)
    site.sign_in("officer")
    site.page.get_by_role("link", name="Set up a passkey").click()
    site.check()
    site.page.get_by_label("Name of this passkey").fill("Work phone")
    site.press("Make the passkey")
    site.sees("Your passkey is set up")
    site.follow("I have saved them: continue")

    # Without a password
    site.context.clear_cookies()
    site.open("/sign-in/?next=/account/")
    site.press("Sign in with a passkey")
    site.page.get_by_role("heading", name="Your account").wait_for()
    site.sees("Work phone")

    # As the second step after one
    site.sign_in("officer")
    site.press("Use a passkey")
    site.page.get_by_role("heading", name="My visits").wait_for()

    # Every page of the account
    site.page.get_by_role("banner").get_by_role("link", name=re.compile("Invented")).click()
    site.check()
    for name in ("See recovery codes", "Make new codes"):
        site.page.get_by_role("link", name=name).click()
        site.check()
    site.open(reverse("usersessions_list"))
    for name in ("Change password", "Rename Work phone", "Remove Work phone"):
        site.open(reverse("mfa_index"))
        site.follow(name)
    site.press("Remove the passkey")
    site.sees("This is your only second step")


def test_a_passkey_that_does_not_work_is_told_in_words(visit_site, officer):
    site = visit_site(1280)
    devtools, device = keep_passkeys(site)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    site.open("/sign-in/")
    told = site.page.get_by_text("The passkey did not work, or you stopped")
    assert not told.is_visible()
    site.page.get_by_role("button", name="Sign in with a passkey").click()
    told.wait_for()
    site.check()


def test_before_something_sensitive_a_passkey_shows_who_it_is(visit_site, officer, settings):
    site = visit_site(1280)
    keep_passkeys(site)
    site.sign_in("officer")
    site.page.get_by_role("link", name="Set up a passkey").click()
    site.press("Make the passkey")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    site.open(reverse("usersessions_list"))
    site.page.get_by_role("heading", name="Show that it is you").wait_for()
    site.follow("Use a code")
    site.follow("Use a passkey")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
    site.press("Use a passkey")
    site.page.get_by_role("heading", name="Your sessions").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_without_signing_in_are_free_of_what_axe_knows_of(visit_site, width, db):
    site = visit_site(width)
    for name in ("account_reset_password", "account_reset_password_done", "account_inactive"):
        site.open(reverse(name))
    site.open(reverse("account_reset_password_from_key", args=["1", "x-y"]))
    site.sees("This link no longer works")


@pytest.mark.parametrize("width", [390, 1280])
def test_an_invitation_leads_to_a_password_of_ones_own(visit_site, width):
    person = factories.UserFactory(username="oriel")
    link = re.search(r"\S+/sign-in/password/\S+", invitations.compose(person).body).group()
    site = visit_site(width)
    site.open(re.sub(r"^http://[^/]+", "", link))
    for label in ("Password", "Password again"):
        site.page.get_by_label(label, exact=True).fill("quiet-otter-lamp")
    site.press("Save password")
    site.sees("Your password is saved")


def test_too_much_at_once_is_told_kindly(visit_site, settings, officer):
    settings.MFA_REQUIRED = False
    phone = visit_site(390)
    phone.sign_in("officer")
    settings.WRITES_PER_MINUTE = {"account": 0, "address": 0}
    phone.page.get_by_role("button", name="Sign out").click()
    phone.sees("Wait")
    phone.check()

"""The product in production settings: two roles in the database, TLS, mail, single sign-on."""

import os
import re

import psycopg2
import pytest
import requests

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]

AGE = """
import time
from django.contrib.sessions.models import Session
for session in Session.objects.all():
    store = session.get_session_store_class()(session.session_key)
    if "seen_at" in store:
        store["seen_at"] = store["seen_at"] - {seconds}
        store["signed_in_at"] = store["signed_in_at"] - {seconds}
        store.save()
"""


def test_a_second_step_is_set_up_and_on_record(administrator):
    administrator.open("/log/?show=reads&act=factor_added")
    administrator.sees("admin added a second factor")


@pytest.mark.parametrize(
    ("seconds", "why"),
    [(31 * 60, "nothing happened for a while"), (13 * 3600, "more than 12 hours ago")],
)
def test_a_desk_that_was_left_is_signed_out_and_signs_in_again(
    administrator, installation, recovery_codes, seconds, why
):
    administrator.open("/venues/")
    installation.manage("shell", "--no-imports", "-c", AGE.format(seconds=seconds))
    administrator.open("/venues/")
    administrator.sees(why)
    administrator.page.get_by_label("Username").fill("admin")
    administrator.open("/venues/")  # once more: the cookie is of no use, and does no harm
    administrator.sign_in("admin")
    administrator.page.get_by_label("Code").fill(recovery_codes.pop())
    administrator.press("Continue")
    administrator.page.get_by_role("navigation", name="Main").wait_for()


def test_an_invitation_comes_by_mail_and_leads_to_a_password_and_a_second_step(
    administrator, desk, installation
):
    administrator.open("/admin/accounts/user/add/")
    form = administrator.page
    form.locator("input[name=username]").fill("oriel")
    form.locator("input[name=first_name]").fill("Oriel")
    form.locator("input[name=last_name]").fill("Fenwick")
    form.locator("input[name=email]").fill("oriel@wessendale.police.uk")
    form.get_by_label("Visiting officer").check()
    with form.expect_navigation():
        form.get_by_role("button", name="Save", exact=True).click()
    message = installation.mail.wait_for("oriel@wessendale.police.uk")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@wessendale.police.uk>")
    (link,) = re.findall(r"https://\S+", text_of(message))
    officer = desk()
    officer.page.goto(link)
    for label in ("Password", "Password again"):
        officer.page.get_by_label(label, exact=True).fill("seven-lamps-and-an-otter")
    officer.press("Save password")
    officer.sign_in("oriel", "seven-lamps-and-an-otter")
    officer.set_up_an_app()
    officer.page.get_by_role("heading", name="My visits").wait_for()


def text_of(message):
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode()


def test_somebody_of_the_force_signs_in_with_the_identity_provider(desk, installation):
    claims = {
        "email": "ines@wessendale.police.uk",
        "given_name": "Ines",
        "family_name": "Calder",
        "groups": ["planners", "everywhere"],
    }
    requests.put(
        f"{installation.provider}/users/ines-1",
        json=claims,
        timeout=30,
        verify=str(installation.certificate),
    ).raise_for_status()
    planner = desk()
    planner.open("/sign-in/")
    planner.press("Sign in with your force account")
    planner.page.locator("input[name=sub]").fill("ines-1")
    planner.page.locator("button[type=submit]").first.click()
    planner.page.get_by_role("navigation", name="Main").get_by_role(
        "link", name="Venues"
    ).wait_for()


def test_the_web_cannot_write_the_record_and_the_owner_seals_it(installation):
    with psycopg2.connect(installation.web) as link, link.cursor() as cursor:
        cursor.execute("SELECT session_user, has_table_privilege('accounts_seal', 'INSERT')")
        assert cursor.fetchone() == ("makesafe_web", False)
    link.close()
    installation.manage("check", "--deploy", "--database", "default", DATABASE_URL=installation.web)


def test_these_tests_run_on_one_worker(request):
    """Two would collect static files into one folder at the same moment."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        assert request.node.nodeid.endswith("@installation")

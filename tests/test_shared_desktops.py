"""What is typed here stays on no shared desktop: no browser offers it to the next person."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from govuk.parts import KEPT_BY_BROWSERS
from tests import factories
from tests.test_access import ROLES, address, rows, world  # noqa: F401  # a fixture

TYPED = re.compile(r"<(?:input|textarea|select)\b[^>]*>")
#: Nothing is typed into these.
NOT_TYPED = re.compile(r'type="(?:hidden|radio|checkbox|submit|file|button)"|id="nav-filter"')
ADMINISTRATION = (
    "admin:accounts_user_add",
    "admin:accounts_user_changelist",
    "admin:operations_cadetpolicy_add",
    "admin:operations_warningsign_add",
    "admin:venues_commandunit_add",
    "admin:venues_commandunit_changelist",
    "admin:venues_force_add",
    "admin:venues_venuegroup_add",
)


def kept_by_a_browser(page):
    for field in TYPED.findall(page):
        if NOT_TYPED.search(field) or 'name="action"' in field:
            continue
        said = re.search(r'autocomplete="([^"]*)"', field)
        if not said or said[1] not in KEPT_BY_BROWSERS | {"off"}:
            yield field


def test_no_field_of_any_page_is_kept_by_browsers(client, world):  # noqa: F811
    people, made = world
    found = {}
    for name, about, codes, _ in rows():
        for role, code in zip(ROLES, codes, strict=True):
            if code == 200:
                client.force_login(people[role])
                answer = client.get(address(name, about, made))
                page = answer.text if "html" in answer["Content-Type"] else ""
                found |= {(name, field): None for field in kept_by_a_browser(page)}
                break
    User.objects.filter(pk=people[ROLES[-1]].pk).update(whole_force=True)
    client.force_login(people[ROLES[-1]])
    for name in ADMINISTRATION:
        found |= {
            (name, field): None for field in kept_by_a_browser(client.get(reverse(name)).text)
        }
    assert list(found) == []


@pytest.mark.django_db
def test_passwords_and_codes_are_the_browsers_to_keep(client):
    page = client.get(reverse("account_login")).text
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="username' in page
    assert list(kept_by_a_browser(client.get(reverse("account_reset_password")).text)) == []
    assert factories.PASSWORD not in page

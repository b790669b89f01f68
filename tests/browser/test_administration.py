"""Django's administration: ours in look and rules, and free of what axe knows of."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

LOOKED_AFTER = (
    "accounts_user",
    "venues_force",
    "venues_commandunit",
    "venues_localauthority",
    "venues_venuegroup",
    "operations_cadetpolicy",
    "operations_warningsign",
)


@pytest.mark.parametrize("width", [390, 1280])
def test_an_administrator_looks_after_people_and_reference_data(visit_site, width):
    person = factories.UserFactory(username="admin", role=Role.ADMINISTRATOR, whole_force=True)
    person.set_password(factories.PASSWORD)
    person.save()
    unit = factories.CommandUnitFactory()
    authority = factories.LocalAuthorityFactory(command_unit=unit)
    factories.VenueGroupFactory()
    site = visit_site(width)
    site.sign_in("admin")
    site.open(reverse("admin:index"))
    for name in LOOKED_AFTER:
        site.open(reverse(f"admin:{name}_changelist"))
    for name, row in (
        ("accounts_user", person),
        ("venues_commandunit", unit),
        ("venues_localauthority", authority),
    ):
        site.open(reverse(f"admin:{name}_change", args=[row.pk]))
    for name in ("accounts_user", "venues_force", "operations_cadetpolicy"):
        site.open(reverse(f"admin:{name}_add"))

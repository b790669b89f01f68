"""What tests of the registry's pages share: addresses, answers and what is shown."""

from django.urls import reverse

from accounts.roles import Role
from tests.factories import VenueContactFactory

P, C, L, V, A = (
    Role.PLANNER,
    Role.TRAINING_COORDINATOR,
    Role.CSE_LEAD,
    Role.VISITING_OFFICER,
    Role.ADMINISTRATOR,
)


def address(name, venue):
    if name in ("contact_edit", "contact_remove"):
        return reverse(f"venues:{name}", args=[VenueContactFactory(venue=venue).pk])
    wants = name not in ("venue_list", "venue_add")
    return reverse(f"venues:{name}", args=[venue.pk] if wants else [])


def day(on, name="on"):
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}

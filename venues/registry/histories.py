"""Records of the registry that have a page of their history."""

from accounts.models import User
from accounts.record import history
from venues.models import Venue, VenueContact, sees_contacts


def _limits(user: User, venue: Venue) -> history.Limits:
    """Contacts are for those who write to them."""
    if sees_contacts(user):
        return history.Limits()
    return history.Limits({VenueContact: history.EVERYTHING})


HISTORIES = (history.kind_of(Venue, limits=_limits),)

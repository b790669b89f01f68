"""The app's place in Django."""

from django.apps import AppConfig


class VenuesConfig(AppConfig):
    """Django's entry for this app."""

    name = "venues"

    def ready(self) -> None:
        """Give venues a page of history, and hand in what is erased in time."""
        from accounts.models import User
        from accounts.record import history
        from venues.models import Venue, VenueContact, sees_contacts
        from venues.registry import retention

        def limits(user: User, venue: Venue) -> history.Limits:
            if sees_contacts(user):
                return history.Limits()
            return history.Limits({VenueContact: history.EVERYTHING})

        history.register(Venue, limits=limits)
        retention.register_rules()

"""The app's place in Django, and what it adds to those below (``config/additions.py``)."""

from django.apps import AppConfig


class VenuesConfig(AppConfig):
    """Django's entry for this app."""

    name = "venues"
    histories = ("venues.registry.histories.HISTORIES",)
    retention_rules = ("venues.registry.retention.RULES",)

"""The app's place in Django."""

from django.apps import AppConfig


class VenuesConfig(AppConfig):
    """Django's entry for this app."""

    name = "venues"

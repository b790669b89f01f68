"""The app's place in Django."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Django's entry for this app."""

    name = "reports"

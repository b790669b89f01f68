"""The app's place in Django."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Django's entry for this app."""

    name = "operations"

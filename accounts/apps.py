"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"

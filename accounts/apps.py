"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to who comes and goes."""
        from accounts import comings  # noqa: F401

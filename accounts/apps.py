"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to sign-ins and new second factors."""
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from accounts import second_factor, sessions

        user_logged_in.connect(sessions.begin)
        authenticator_added.connect(second_factor.note_added)

"""The app's place in Django, and what it adds to those below (``config/additions.py``)."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"
    letters: ClassVar[dict[str, str]] = {"password_link": "accounts.sign_in.invitations.write"}
    histories = ("accounts.record.histories.HISTORIES",)
    retention_rules = ("accounts.record.retention_rules.RULES",)

    def ready(self) -> None:
        """Say after each migration what the database grants; listen to who comes and goes; give
        forms the policy on dates.
        """
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from accounts import addresses  # noqa: F401
        from accounts.database import checks, grants
        from accounts.models import DayPolicy
        from accounts.sign_in import second_factor, sessions, signals  # noqa: F401
        from govuk.apps import GovukConfig  # Django takes each class above for one of this app's

        GovukConfig.days_allowed = DayPolicy.range
        register(checks.database_is_as_it_must_be, Tags.database, deploy=True)
        register(checks.mail_is_protected, Tags.security, deploy=True)
        register(checks.connections_are_protected, Tags.security, deploy=True)
        # One app's turn is enough: all migrations are done before the first.
        post_migrate.connect(grants.secure, sender=self)
        user_logged_in.connect(sessions.begin)
        authenticator_added.connect(second_factor.note_added)

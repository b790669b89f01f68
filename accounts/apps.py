"""The app's place in Django."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"

    def ready(self) -> None:
        """Say after each migration what the database grants; listen to who comes and goes."""
        from accounts import checks, comings, database  # noqa: F401

        register(checks.works_as_a_bound_role, Tags.database, deploy=True)
        # One app's turn is enough: all migrations are done before the first.
        post_migrate.connect(database.secure, sender=self)

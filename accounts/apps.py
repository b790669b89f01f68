"""The app's place in Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"
    #: The letters that this app writes (``outbox/letters.py``).
    letters: ClassVar[dict[str, str]] = {"password_link": "accounts.sign_in.invitations.write"}

    def ready(self) -> None:
        """Say after each migration what the database grants; listen to who comes and goes; give
        people a page of history, and forms the policy on dates.
        """
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from accounts import addresses  # noqa: F401
        from accounts.database import checks, grants
        from accounts.models import DayPolicy, User
        from accounts.record import history, retention_rules
        from accounts.sign_in import second_factor, sessions, signals  # noqa: F401
        from govuk.apps import GovukConfig  # Django takes each class above for one of this app's

        def people(user: User) -> QuerySet[User]:
            everybody = User.objects.all()
            return everybody if user.has_perm("accounts.view_user") else everybody.none()

        GovukConfig.days_allowed = DayPolicy.range
        history.register(User, visible_to=people)
        retention_rules.register_rules()
        register(checks.database_is_as_it_must_be, Tags.database, deploy=True)
        register(checks.mail_is_protected, Tags.security, deploy=True)
        register(checks.connections_are_protected, Tags.security, deploy=True)
        # One app's turn is enough: all migrations are done before the first.
        post_migrate.connect(grants.secure, sender=self)
        user_logged_in.connect(sessions.begin)
        authenticator_added.connect(second_factor.note_added)

"""The app's place in Django."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AccountsConfig(AppConfig):
    """Django's entry for this app."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to who comes and goes; give people a page of history."""
        from accounts import comings, history  # noqa: F401
        from accounts.models import User

        def people(user: User) -> QuerySet[User]:
            everybody = User.objects.all()
            return everybody if user.has_perm("accounts.view_user") else everybody.none()

        history.register(User, visible_to=people)

"""People who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.access_log import AccessEntry
from accounts.audit import tracked
from accounts.seals import Erasure, Seal, SealedEntry

__all__ = ["AccessEntry", "Erasure", "Seal", "SealedEntry", "User", "UserGroup"]


@tracked(without=("password", "last_login"))
class User(AbstractUser):
    """A member of the force who signs in. What they may do follows from their roles (groups)."""

    email = models.EmailField("email address")
    whole_force = models.BooleanField(
        "sees the whole force",
        default=False,
        help_text="Otherwise this person sees their own command units only.",
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("username"),
                name="user_name_is_unique_in_any_case",
                violation_error_message="Somebody already has this username.",
            ),
            models.UniqueConstraint(
                models.functions.Lower("email"),
                name="email_address_is_unique_in_any_case",
                violation_error_message="Somebody already has this email address.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


@tracked(part_of="user")
class UserGroup(User.groups.through):  # type: ignore[name-defined,misc]  # Django makes the table
    """A role that somebody has."""

    class Meta:
        proxy = True
        verbose_name = "role"

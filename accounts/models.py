"""People who sign in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models, transaction

from accounts.access_log import AccessEntry
from accounts.acts.models import Undo
from accounts.acts.submissions import Submission
from accounts.audit import tracked
from accounts.model_fields import EmailLineField, LineField
from accounts.once import Used
from accounts.roles import Role
from accounts.seals import Erasure, Seal, SealedEntry

__all__ = [
    "AccessEntry",
    "Erasure",
    "Seal",
    "SealedEntry",
    "Submission",
    "Undo",
    "Used",
    "User",
    "UserGroup",
]


class People(UserManager["User"]):
    """How accounts are made."""

    use_in_migrations = False  # migrations make no accounts

    @transaction.atomic
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> "User":
        """Make the first administrator: ``manage.py createsuperuser``.

        They get the role and nothing more: nobody is above the table of roles, and an
        administrator sees no planned visit.
        """
        person = self.create_user(username, email, password, is_staff=True, **more)
        person.groups.add(Group.objects.get(name=Role.ADMINISTRATOR))
        return person


@tracked(without=("password", "last_login"))
class User(AbstractUser):
    """A member of the force who signs in. What they may do follows from their roles (groups)."""

    username = LineField(
        max_length=150,
        unique=True,
        help_text="Letters, figures and @ . + - _ only.",
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "Somebody already has this username."},
    )
    first_name = LineField(max_length=150, blank=True)
    last_name = LineField(max_length=150, blank=True)
    email = EmailLineField("email address")
    whole_force = models.BooleanField(
        "sees the whole force",
        default=False,
        help_text="Otherwise this person sees their own command units only.",
    )

    objects: ClassVar[People] = People()

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

    @property
    def signs_in_with_force(self) -> bool:
        """Whether this person signs in with the force's account, and in no other way."""
        return not settings.LOCAL_PASSWORDS or self.socialaccount_set.exists()


@tracked(part_of="user")
class UserGroup(User.groups.through):  # type: ignore[name-defined,misc]  # Django makes the table
    """A role that somebody has."""

    class Meta:
        proxy = True
        verbose_name = "role"

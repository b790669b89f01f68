"""People who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


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

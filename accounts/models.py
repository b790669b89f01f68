"""People who sign in."""

import datetime as dt
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models, transaction
from django.utils import timezone

from accounts.access.requests import (
    AccessRequest,
    role_has_a_second_person,
    sight_has_a_second_person,
)
from accounts.acts.models import Undo
from accounts.acts.submissions import Submission
from accounts.database.model_fields import DayField, EmailLineField, LineField, TelephoneField
from accounts.dates.london import duty_day
from accounts.dates.policies import Policy, PolicyQuerySet
from accounts.record.access_log import AccessEntry
from accounts.record.events import tracked
from accounts.record.seals import Erasure, Seal, SealedEntry
from accounts.roles import Role
from accounts.sign_in.groups import Access
from accounts.sign_in.once import Used
from govuk import days

__all__ = [
    "AccessEntry",
    "AccessRequest",
    "DayPolicy",
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

        They get the role, for the whole force, since nobody could give them command units; nobody
        is above the table of roles, and an administrator sees no planned visit.

        Raises:
            ValidationError: the password is too easy to guess, however the command is called.

        """
        from accounts.access import rights  # it asks for models

        if password:
            validate_password(password, self.model(username=username, email=email or ""))
        person = self.create_user(username, email, password, **more)
        access = Access(frozenset({Role.ADMINISTRATOR}), frozenset(), whole_force=True)
        rights.set_by_system(
            person=person,
            access=access,
            by="the operator at the server",
            on=duty_day(timezone.now()),
        )
        return person


_notes_a_changed_number = pgtrigger.Trigger(
    name="person_whose_number_changed_says_when",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="IF TG_OP = 'INSERT' AND NEW.telephone = '' THEN RETURN NEW; END IF;"
    " IF TG_OP = 'INSERT' OR NEW.telephone IS DISTINCT FROM OLD.telephone THEN"
    " NEW.telephone_changed_at := clock_timestamp(); END IF; RETURN NEW;",
)


@tracked(without=("password", "last_login", "telephone"))
class User(AbstractUser):
    """A member of the force who signs in. What they may do follows from their roles (groups)."""

    username = LineField(
        max_length=150,
        unique=True,
        help_text="Letters, figures and @ . + - _ only.",
        validators=[UnicodeUsernameValidator()],
        error_messages={
            "unique": "Somebody already has this username.",
            "invalid": "Username must have letters, figures and @ . + - _ only",
        },
    )
    first_name = LineField(max_length=150, blank=True)
    last_name = LineField(max_length=150, blank=True)
    email = EmailLineField("email address")
    telephone = TelephoneField(
        "telephone number",
        max_length=16,
        blank=True,
        help_text="Where this person answers on duty, a mobile phone if they have one, such as "
        "07700 900123. Shown to their team, and to whoever deals with an alarm or answers calls "
        "while they are on a visit.",
    )
    telephone_changed_at = models.DateTimeField(
        "telephone number, last changed on",
        null=True,
        editable=False,
        help_text="The history tells that it changed; no old number is kept.",
    )
    whole_force = models.BooleanField(
        "sees the whole force",
        default=False,
        help_text="Otherwise this person sees their own command units only.",
    )

    address_given_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        help_text="Who changed the address, until a second person agrees to send a link there.",
    )

    objects: ClassVar[People] = People()

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        triggers = [sight_has_a_second_person, _notes_a_changed_number]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(telephone=""),
                name="closed_account_has_no_telephone_number",
                violation_error_message="A closed account keeps no telephone number.",
            ),
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

    def in_my_units(self, path: str) -> models.Q:
        """Whether a row lies in a command unit that this person works for; all do for the whole
        force, those of no unit too.

        Args:
            path: The way from the row to its command unit.

        """
        if self.whole_force:
            return ~models.Q(pk__in=[])  # an empty Q() would vanish in an "or"
        members: Any = self.command_units.through
        mine = members.objects.filter(user=self).values("commandunit")
        return models.Q(**{f"{path}__in": mine})

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
        triggers = [role_has_a_second_person]


@tracked()
class DayPolicy(Policy):
    """The days that people may give, from a date on: a slip of the year is told at once.

    What stands on record already stays. PostgreSQL keeps every date between :data:`days.FIRST` and
    :data:`days.LAST`, whatever the policy.
    """

    first_day = DayField("first day that may be given", default=days.FIRST)
    last_day = DayField("last day that may be given", default=days.LAST)

    objects: ClassVar[PolicyQuerySet["DayPolicy"]] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Policy.Meta):
        verbose_name_plural = "day policies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day__lt=models.F("last_day")),
                name="first_day_comes_before_the_last",
                violation_error_message="The first day must come before the last.",
            )
        ]

    @classmethod
    def range(cls, *, on: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last day that may be given on the day ``on``."""
        policy = cls.objects.in_force(on=on)
        return (policy.first_day, policy.last_day) if policy else (days.FIRST, days.LAST)

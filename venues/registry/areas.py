"""Command units and local authorities: who polices where."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.access.requests import units_are_the_givers, whole_force_changes
from accounts.database.model_fields import DayField, EmailLineField, LineField
from accounts.models import User
from accounts.record.events import tracked
from venues.registry.names_in_sql import NormalName


@tracked()
class Force(models.Model):
    """A police force."""

    name = LineField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                NormalName("name"),
                name="force_name_is_unique",
                violation_error_message="There is already a force of this name.",
            )
        ]
        ordering = [NormalName("name")]

    def __str__(self) -> str:
        return self.name


class CommandUnitQuerySet(models.QuerySet["CommandUnit"]):
    """Questions about command units."""

    def of(self, user: User) -> Self:
        """The command units that this person works for: all for the whole force."""
        return self.filter(user.in_my_units("pk"))


@tracked()
class CommandUnit(models.Model):
    """A part of a force that answers for whole local authorities: the Met calls them BCUs."""

    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="command_units")
    code = LineField(max_length=20)
    name = LineField(max_length=120)
    mailbox = EmailLineField(
        blank=True,
        help_text="Read by somebody at any time: replies from venues go here where the person who "
        "answers for them has left.",
    )
    members = models.ManyToManyField(
        User,
        blank=True,
        related_name="command_units",
        help_text="People who work for this command unit.",
    )

    objects: ClassVar[CommandUnitQuerySet] = CommandUnitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "force",
                Lower("code"),
                name="unit_code_is_unique_in_force",
                violation_error_message="Another command unit of this force already has this code.",
            ),
        ]
        ordering = [NormalName("name")]

    def __str__(self) -> str:
        return self.name


@tracked(part_of="commandunit")
class CommandUnitMember(CommandUnit.members.through):  # type: ignore[name-defined,misc]  # Django makes it
    """Somebody who works for a command unit."""

    class Meta:
        proxy = True
        verbose_name = "member"
        triggers = [units_are_the_givers(unit="commandunit_id")]


class LocalAuthorityQuerySet(models.QuerySet["LocalAuthority"]):
    """Questions about local authorities."""

    def changeable_by(self, user: User) -> Self:
        """Those whose venues this person may change: of their command units, and of no unit."""
        return self.filter(changeable_by(user))


def changeable_by(user: User, path: str = "") -> Q:
    """Whose registry a person may change, as a condition on local authorities.

    Args:
        user: The person. Whoever works for the whole force may change all.
        path: The way from the rows that are asked for to the authority, such as
            ``local_authority__``.

    """
    return user.in_my_units(f"{path}command_unit") | Q(**{f"{path}command_unit": None})


@tracked(without=("boundary",))
class LocalAuthority(models.Model):
    """A council's area. It lies in one command unit, or in none that this installation knows."""

    name = LineField(max_length=120)
    gss_code = LineField(
        "ONS code", max_length=9, unique=True, null=True, blank=True, help_text="Like E09000007."
    )
    fhrs_code = LineField(
        "food hygiene code",
        max_length=10,
        unique=True,
        null=True,
        blank=True,
        help_text="The Food Standards Agency's code in its open data, like 506.",
    )
    command_unit = models.ForeignKey(
        CommandUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="local_authorities",
    )
    extract_date = DayField(
        "date of its food hygiene data",
        null=True,
        blank=True,
        help_text="Of the newest file that was imported. An older one is refused.",
    )
    boundary = models.JSONField(
        null=True, blank=True, help_text="A GeoJSON Polygon or MultiPolygon in WGS84."
    )

    objects: ClassVar[LocalAuthorityQuerySet] = LocalAuthorityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "local authorities"
        constraints = [
            models.UniqueConstraint(
                NormalName("name"),
                name="authority_name_is_unique",
                violation_error_message="There is already a local authority of this name.",
            )
        ]
        ordering = [NormalName("name")]
        triggers = [whole_force_changes("command_unit_id")]

    def __str__(self) -> str:
        return self.name

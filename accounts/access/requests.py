"""Rights that need a second person: asked for by one administrator, given by somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.database.model_fields import EmailLineField
from accounts.record.events import tracked
from accounts.roles import DECIDE_ACCESS, Role

if TYPE_CHECKING:
    from accounts.models import User


class Right(models.TextChoices):
    """What nobody gives alone."""

    PLANNER = "Planner", "the role Planner"
    """Sees planned visits, which are covert."""

    ADMINISTRATOR = "Administrator", "the role Administrator"
    """Could be the second person for what one has asked for oneself."""

    WHOLE_FORCE = "whole force", "sight of the whole force"
    """Sees all command units, whatever the role."""

    LINK = "link", "a link to set a password, to a changed address"
    """Whoever reads the new address could take the account over."""


#: The roles among them.
ROLES = {Role(right.value): right for right in (Right.PLANNER, Right.ADMINISTRATOR)}


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    """Questions about what waits for a second person."""

    def waiting(self) -> Self:
        """What nobody has decided yet."""
        return self.filter(decided_at=None)

    def visible_to(self, user: User) -> Self:
        """All, for whoever may decide such requests."""
        return self if user.has_perm(DECIDE_ACCESS) else self.none()


@tracked()
class AccessRequest(models.Model):
    """A right that somebody is to have once a second person agrees."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="access_requests"
    )
    right = models.CharField(max_length=20, choices=Right)
    address = EmailLineField(help_text="The person's address when it was asked for.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(db_default=models.functions.Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    objects: ClassVar[AccessRequestQuerySet] = AccessRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        permissions = [("decide_accessrequest", "Can be the second person for a right")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked_by=F("person")), name="nobody_asks_for_themselves"
            ),
            models.CheckConstraint(
                condition=~Q(approved=True)
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("person"))),
                name="second_person_is_neither_asker_nor_subject",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, approved=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, approved__isnull=False),
                name="request_is_decided_wholly_or_not",
            ),
            models.UniqueConstraint(
                "person", "right", condition=Q(decided_at=None), name="right_is_asked_for_once"
            ),
        ]
        ordering = ["asked_at", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="decided_request_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_right_display()} for {self.person}"


# What PostgreSQL holds up, whatever page, form or query tries it --------------------------------

_ACTING = "nullif(current_setting('makesafe.user', true), '')::bigint"


def _approved(right: str, person: str) -> str:
    """SQL: whether a second person, who acts at this moment, has just agreed."""
    return (
        f"EXISTS (SELECT FROM accounts_accessrequest WHERE person_id = {person}"
        f' AND "right" = {right} AND approved AND decided_by_id = {_ACTING}'
        " AND decided_at >= transaction_timestamp())"
    )


_ROLES = ", ".join(f"'{role}'" for role in ROLES)

#: For the table of who has which role.
role_has_a_second_person = pgtrigger.Trigger(
    name="role_has_a_second_person",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("role", "text")],
    func=f"""
        IF {_ACTING} IS NOT NULL THEN
            SELECT name INTO role FROM auth_group WHERE id = NEW.group_id;
            IF NEW.user_id = {_ACTING} OR (
                role IN ({_ROLES}) AND NOT {_approved("role", "NEW.user_id")}
            ) THEN
                RAISE EXCEPTION 'A role of user % needs a second person', NEW.user_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'role_has_a_second_person';
            END IF;
        END IF;
        RETURN NEW;
    """,  # noqa: S608
)

#: For the accounts themselves.
sight_has_a_second_person = pgtrigger.Trigger(
    name="sight_has_a_second_person",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        IF {_ACTING} IS NOT NULL AND (
            (
                NEW.whole_force AND (TG_OP = 'INSERT' OR NOT OLD.whole_force)
                AND (NEW.id = {_ACTING} OR NOT {_approved("'whole force'", "NEW.id")})
            )
            OR (NEW.is_superuser AND (TG_OP = 'INSERT' OR NOT OLD.is_superuser))
            OR (
                NEW.is_staff AND (TG_OP = 'INSERT' OR NOT OLD.is_staff)
                AND NOT EXISTS (
                    SELECT FROM accounts_user_groups JOIN auth_group ON auth_group.id = group_id
                    WHERE user_id = NEW.id AND name = '{Role.ADMINISTRATOR}'
                )
            )
        ) THEN
            RAISE EXCEPTION 'A right of user % needs a second person', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'sight_has_a_second_person';
        END IF;
        RETURN NEW;
    """,
)


def whole_force_changes(column: str) -> pgtrigger.Trigger:
    """For a table in which a ``column`` decides who sees what: the whole force's people set it."""
    return pgtrigger.Trigger(
        name=f"whole_force_changes_{column}",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF {_ACTING} IS NOT NULL
                AND NEW.{column} IS DISTINCT FROM (
                    CASE TG_OP WHEN 'UPDATE' THEN OLD.{column} END
                )
                AND NOT EXISTS (SELECT FROM accounts_user WHERE id = {_ACTING} AND whole_force)
            THEN
                RAISE EXCEPTION 'User % does not see the whole force', {_ACTING}
                    USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'whole_force_changes_{column}';
            END IF;
            RETURN NEW;
        """,
    )


def units_are_the_givers(*, unit: str) -> pgtrigger.Trigger:
    """For the table of who works where: nobody gives or takes command units that they have not.

    Args:
        unit: The column of the command unit.

    """
    return pgtrigger.Trigger(
        name="units_are_the_givers",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("given", "RECORD")],
        func=f"""
            given := coalesce(NEW, OLD);
            IF {_ACTING} IS NOT NULL AND (
                (TG_OP <> 'DELETE' AND given.user_id = {_ACTING})
                OR NOT EXISTS (
                    SELECT FROM accounts_user WHERE id = {_ACTING} AND (
                        whole_force OR EXISTS (
                            SELECT FROM venues_commandunit_members own
                            WHERE own.user_id = {_ACTING} AND own.{unit} = given.{unit}
                        )
                    )
                )
            ) THEN
                RAISE EXCEPTION 'User % does not give command units of others', {_ACTING}
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'units_are_the_givers';
            END IF;
            RETURN given;
        """,  # noqa: S608
    )

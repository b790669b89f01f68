"""Reads that are as covert as what they showed: who looked at a visit that is still ahead.

The log of reads leaves out all that a request showed as soon as it showed a visit, or a venue
chosen for one, that its reader may not know of yet. To ask each entry for its records would take as
long as the log is. So what is still ahead is noted: triggers write a row when such a record is
read, and take the rows away when the visit is over. Where a visit comes back, because ending or
cancelling it was undone, or an operation lasts longer, they are found again in the log itself.
"""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.database.model_fields import DayField
from accounts.models import AccessEntry, User
from operations.planning.models import Operation, OperationVenue
from operations.protection.row_security import DUTY_DAY
from operations.visits.models import Visit
from operations.visits.states import AHEAD_IN_SQL

#: Visits and chosen venues, as the log names them.
VISIT, CHOICE = "operations.visit", "operations.operationvenue"


class CovertReadQuerySet(models.QuerySet["CovertRead"]):
    """Questions about covert reads."""

    def covert_to(self, user: User, *, on: dt.date) -> Self:
        """Those of what this person may not see yet, on the day ``on``."""
        visits = Visit.objects.visible_to(user).ahead()
        choices = OperationVenue.objects.visible_to(user).filter(operation__ends_on__gte=on)
        return self.filter(
            (Q(what=VISIT) & ~Q(key__in=visits.values("pk")))
            | (Q(what=CHOICE, last_day__gte=on) & ~Q(key__in=choices.values("pk")))
        )

    def over(self, *, on: dt.date) -> Self:
        """Those that are covert no more, on the day ``on``.

        Of visits that is one whose visit ended in the moment in which it was read.
        """
        return self.filter(
            (Q(what=VISIT) & ~Q(key__in=Visit.objects.ahead().values("pk")))
            | Q(what=CHOICE, last_day__lt=on - dt.timedelta(days=1))
        )


class CovertRead(models.Model):
    """Says that a request showed a visit that is still ahead, or a venue chosen for visits."""

    pk = models.CompositePrimaryKey("what", "key", "request")
    what = models.CharField(max_length=60, choices=[(VISIT, "visit"), (CHOICE, "chosen venue")])
    key = models.BigIntegerField(help_text="The record's.")
    request = models.UUIDField()
    last_day = DayField(
        null=True, help_text="Of the operation. A visit is covert until it is over."
    )

    objects: ClassVar[CovertReadQuerySet] = CovertReadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        indexes = [models.Index("request", name="covert_read_by_request")]

    def __str__(self) -> str:
        return f"Read of {self.what} {self.key}"


class ReadOfVisits(AccessEntry):
    """An entry of the log of reads, as what is covert has it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="read_of_a_visit_is_covert",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(f"NEW.what IN ('{VISIT}', '{CHOICE}')"),
                func=f"""
                    IF NEW.what = '{VISIT}' THEN
                        INSERT INTO operations_covertread (what, key, request)
                        SELECT NEW.what, id, NEW.request FROM operations_visit
                        WHERE id = ANY (NEW.ids) AND state IN {AHEAD_IN_SQL}
                        ON CONFLICT DO NOTHING;
                    ELSE
                        INSERT INTO operations_covertread (what, key, request, last_day)
                        SELECT NEW.what, chosen.id, NEW.request, operation.ends_on
                        FROM operations_operationvenue chosen
                        JOIN operations_operation operation ON operation.id = chosen.operation_id
                        WHERE chosen.id = ANY (NEW.ids) AND operation.ends_on >= {DUTY_DAY}
                        ON CONFLICT DO NOTHING;
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608
            )
        ]


class VisitWithReads(Visit):
    """A visit, as the reads of it have it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="visit_tells_its_reads",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"ROW(OLD.state IN {AHEAD_IN_SQL})"
                    f" IS DISTINCT FROM ROW(NEW.state IN {AHEAD_IN_SQL})"
                ),
                func=f"""
                    IF NEW.state IN {AHEAD_IN_SQL} THEN
                        INSERT INTO operations_covertread (what, key, request)
                        SELECT DISTINCT what, NEW.id, request FROM accounts_accessentry
                        WHERE ids @> ARRAY[NEW.id] AND what = '{VISIT}'
                        ON CONFLICT DO NOTHING;
                    ELSE
                        DELETE FROM operations_covertread WHERE what = '{VISIT}' AND key = NEW.id;
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608
            ),
            pgtrigger.Trigger(
                name="reads_of_a_removed_visit_are_not_covert",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func=f"""
                    DELETE FROM operations_covertread WHERE what = '{VISIT}' AND key = OLD.id;
                    RETURN NULL;
                """,  # noqa: S608
            ),
        ]


class OperationWithReads(Operation):
    """An operation, as the reads of its chosen venues have it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="reads_are_covert_until_the_last_day",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.ends_on <> NEW.ends_on"),
                # By its history, which has what was taken out again too.
                func=f"""
                    INSERT INTO operations_covertread (what, key, request, last_day)
                    SELECT DISTINCT read.what, chosen.pgh_obj_id, read.request, NEW.ends_on
                    FROM operations_operationvenueevent chosen
                    JOIN accounts_accessentry read ON read.ids @> ARRAY[chosen.pgh_obj_id]
                    WHERE chosen.operation_id = NEW.id AND read.what = '{CHOICE}'
                    ON CONFLICT (what, key, request) DO UPDATE SET last_day = excluded.last_day;
                    RETURN NULL;
                """,  # noqa: S608
            )
        ]

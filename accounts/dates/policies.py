"""Policies: rules of the force that hold from a date on, one row for each change of them.

Forces differ and rules change, so what a force may see differently is a row and not a setting: what
was decided under an earlier rule can still be explained by it. A model of such rules extends
:class:`Policy` and gives each rule a field with its usual value.
"""

import datetime as dt
from typing import TypeVar

from django.db import models

from accounts.database.model_fields import DayField
from govuk.dates import plain_time

PolicyModel = TypeVar("PolicyModel", bound="Policy")

#: From when on the usual values hold, until the force writes a row of its own.
FROM_THE_FIRST = dt.date(2020, 1, 1)


class PolicyQuerySet(models.QuerySet[PolicyModel]):
    """Questions about a policy."""

    def in_force(self, *, on: dt.date) -> PolicyModel | None:
        """The rules of the day ``on``, or None before the first. Not a queryset: there is one."""
        return self.filter(valid_from__lte=on).order_by("-valid_from").first()


class Policy(models.Model):
    """What holds from a day on, until the next row."""

    valid_from = DayField(unique=True)

    class Meta:
        abstract = True
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"From {plain_time(self.valid_from)}"


def write_usual_rules(policy: type[Policy]) -> None:
    """Write the first row of ``policy`` with the usual values, where there is none yet."""
    rows = policy._default_manager
    if not rows.exists():
        rows.get_or_create(valid_from=FROM_THE_FIRST)

"""The duty day in PostgreSQL: the twin of ``duty_day`` in ``london.py`` for statistics."""

from django.db.models import DateField, Func

from accounts.dates.london import DAY_BEGINS
from govuk.dates import LONDON


class DutyDay(Func):
    """The duty day that a moment belongs to, as :func:`accounts.dates.london.duty_day` has it.

    ``DutyDay("started_at")``. To find the rows of a period compare with ``duty_begins`` and
    ``duty_ends`` instead, which can use an index.
    """

    arity = 1
    template = (
        f"((%(expressions)s AT TIME ZONE '{LONDON.key}')"
        f" - interval '{DAY_BEGINS.hour} hours')::date"
    )
    output_field = DateField()

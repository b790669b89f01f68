"""The duty day in PostgreSQL: the twin of ``london.py`` for queries, policies and triggers."""

from django.db.models import DateField, Func

from accounts.dates.london import DAY_BEGINS
from govuk.dates import LONDON

_HOURS = f"interval '{DAY_BEGINS.hour} hours'"


def _duty_clock(moment: str) -> str:
    return f"({moment} AT TIME ZONE '{LONDON.key}') - {_HOURS}"


def duty_day_in_sql(moment: str) -> str:
    """The duty day that a moment belongs to, as :func:`accounts.dates.london.duty_day` has it.

    Args:
        moment: In SQL, such as the name of a column.

    """
    return f"({_duty_clock(moment)})::date"


def duty_month_in_sql(moment: str) -> str:
    """The first day of the month in which the duty day of a moment lies.

    Args:
        moment: In SQL.

    """
    return f"date_trunc('month', {_duty_clock(moment)})::date"


def duty_begins_in_sql(day: str) -> str:
    """The first moment of the duty of a day, as :func:`accounts.dates.london.duty_begins` has it.

    Args:
        day: In SQL.

    """
    return f"(({day} + {_HOURS}) AT TIME ZONE '{LONDON.key}')"


class DutyDay(Func):
    """The duty day that a moment belongs to, for a query: ``DutyDay("started_at")``.

    To find the rows of a period compare with ``duty_begins`` and ``duty_ends`` instead, which can
    use an index.
    """

    arity = 1
    template = duty_day_in_sql("%(expressions)s")
    output_field = DateField()

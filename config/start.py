"""What each process of an installation looks at before it begins, apart from its settings."""

import sys

from django.conf import settings
from django.core.checks import ERROR, Tags, run_checks
from django.db import connections


def refuse_unfit_database() -> None:
    """Stop, and say why, where PostgreSQL does not guard what it must (``accounts/checks.py``).

    Raises:
        SystemExit: it does not.

    """
    if settings.DEMO:
        return
    told = run_checks(tags=[Tags.database], databases=["default"], include_deployment_checks=True)
    connections.close_all()  # whatever forks from here has connections of its own
    if faults := [message for message in told if message.level >= ERROR]:
        sys.exit("\n".join(f"{fault.msg} {fault.hint or ''}".strip() for fault in faults))

"""The form pack's place in Django."""

import datetime as dt
from collections.abc import Callable

from django.apps import AppConfig

from govuk import days


def every_day(*, on: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day that can be typed, whichever day it is."""
    return days.FIRST, days.LAST


class GovukConfig(AppConfig):
    """Django's entry for the form pack."""

    name = "govuk"
    days_allowed: Callable[..., tuple[dt.date, dt.date]] = staticmethod(every_day)
    """The first and the last day that may be given on the day ``on``: an app above knows more."""

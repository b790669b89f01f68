"""What tests of pages share: moments to come, addresses, answers and what a reader sees."""

import datetime as dt
import re

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from govuk.dates import LONDON


def soon() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=2)


def sixteen() -> dt.date:
    """The day on which somebody was born who is of that age."""
    return soon() - dt.timedelta(days=16 * 366)


def at(hour: int, minute: int = 0, day: dt.date | None = None) -> dt.datetime:
    return dt.datetime.combine(day or soon(), dt.time(hour, minute), tzinfo=LONDON)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"operations:{name}", args=args)


def text(response):
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def date_of(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}

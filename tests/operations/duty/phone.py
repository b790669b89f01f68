"""What an officer's phone sends and shows."""

import datetime as dt

from django.urls import reverse

DAY = dt.timedelta(days=1)


def url(name, visit):
    return reverse(f"operations:{name}", args=[visit.pk])


def text(response):
    return " ".join(response.content.decode().split())

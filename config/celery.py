"""The Celery application: what happens by itself, at its time."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("makesafe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

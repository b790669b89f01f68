"""Settings, root URLs, the Celery application and the servers' entry points."""

from config.celery import app as celery_app

# Imported here so that every process that uses Django sends its tasks to our broker.
__all__ = ["celery_app"]

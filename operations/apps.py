"""The app's place in Django."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Django's entry for this app."""

    name = "operations"

    def ready(self) -> None:
        """Tell the venue's page what this app knows of a venue; give records their history."""
        from operations import record, timeline
        from venues.timeline import register

        register(timeline.entries)
        record.register()

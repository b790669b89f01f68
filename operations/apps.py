"""The app's place in Django."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Django's entry for this app."""

    name = "operations"

    def ready(self) -> None:
        """Hand in what this app knows of a venue, and what it erases."""
        from operations import retention, timeline
        from venues.timeline import register

        register(timeline.entries)
        retention.register_rules()

"""The app's place in Django."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Django's entry for this app."""

    name = "operations"

    def ready(self) -> None:
        """Hand in what this app knows of a venue, what belongs to a record's history, and what is
        erased in time.
        """
        from operations import record, retention, timeline
        from venues.timeline import register

        register(timeline.entries)
        record.register()
        retention.register_rules()

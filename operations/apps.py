"""The app's place in Django."""

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OperationsConfig(AppConfig):
    """Django's entry for this app."""

    name = "operations"
    #: The letters that this app writes (``outbox/letters.py``).
    letters: ClassVar[dict[str, str]] = {
        "reminders_to_venue": "operations.follow_ups.messages.write_reminders",
        "reminders_to_staff": "operations.follow_ups.messages.write_reminders",
    }

    def ready(self) -> None:
        """Hand in what this app knows of a venue, what belongs to a record's history, and what is
        erased in time; write after each migration the roles, the policies and what a new
        installation begins with.
        """
        from accounts.database import checks
        from accounts.roles import write_groups
        from operations import first_rows, timeline
        from operations.follow_ups import handing_over
        from operations.follow_ups.actions import settle_training
        from operations.protection import audit_limits as record
        from operations.protection import retention, row_security
        from venues.registry.actions import settled_by
        from venues.registry.timeline import register

        register(timeline.entries)
        settled_by(settle_training)
        handing_over.register_work()
        record.register()
        retention.register_rules()
        checks.register(row_security.missing)
        for receiver in (write_groups, row_security.write_policies, first_rows.write_first_rows):
            post_migrate.connect(receiver, sender=self)

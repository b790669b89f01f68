"""The app's place in Django, and what it adds to those below (``config/additions.py``)."""

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OperationsConfig(AppConfig):
    """Django's entry for this app."""

    name = "operations"
    letters: ClassVar[dict[str, str]] = {
        "reminders_to_venue": "operations.follow_ups.messages.write_reminders",
        "reminders_to_staff": "operations.follow_ups.messages.write_reminders",
        "alarm": "operations.safety.messages.write",
        "alarm_by_text": "operations.safety.messages.write_texts",
        "calls_that_wait": "operations.calls.reminders.write",
        "concern_with_nobody": "operations.calls.reminders.write_of_nobodys",
        "cadet_withdrew": "operations.duty.welfare_messages.write_withdrawals",
        "cadet_to_speak_to": "operations.duty.welfare_messages.write_answers",
        "plan_notice": "operations.approval.messages.write",
        "control_room_sheet": "operations.sheets.messages.write",
    }
    histories = ("operations.protection.audit_limits.HISTORIES",)
    log_limits = ("operations.protection.audit_limits.limits_of_log",)
    retention_rules = ("operations.protection.retention.RULES",)
    sealed_tables = ("operations.protection.row_security.SEALED",)
    database_questions = ("operations.protection.row_security.missing",)
    work = ("operations.follow_ups.handing_over.WORK", "operations.calls.handing_over.WORK")
    timelines = ("operations.timeline.entries",)
    settles_training = ("operations.follow_ups.actions.settle_training",)

    def ready(self) -> None:
        """Write after each migration the roles, the policies and what a new installation begins
        with.
        """
        from accounts.roles import write_groups
        from operations import first_rows
        from operations.figures import counting
        from operations.protection import row_security

        for receiver in (
            write_groups,
            row_security.write_policies,
            counting.write_functions,
            first_rows.write_first_rows,
        ):
            post_migrate.connect(receiver, sender=self)

"""Administration of the warning signs to choose from and the rules of the force."""

from django.contrib import admin

from accounts.acts.admin import ForTheWholeForce
from operations.models import (
    CadetPolicy,
    ConcernPolicy,
    FollowUpPolicy,
    SafetyPolicy,
    VisitPolicy,
    WarningSign,
)


@admin.register(WarningSign)
class WarningSignAdmin(ForTheWholeForce, admin.ModelAdmin[WarningSign]):
    """Signs are added; those in use stay as they are."""

    list_display = ("text", "position")


@admin.register(CadetPolicy)
class CadetPolicyAdmin(ForTheWholeForce, admin.ModelAdmin[CadetPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = (
        "valid_from",
        "min_age",
        "max_age",
        "latest_finish",
        "consent_days",
        "briefing_days",
    )


@admin.register(VisitPolicy)
class VisitPolicyAdmin(ForTheWholeForce, admin.ModelAdmin[VisitPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = (
        "valid_from",
        "longest_minutes",
        "start_early_minutes",
        "overdue_after_minutes",
        "longest_operation_days",
    )


@admin.register(SafetyPolicy)
class SafetyPolicyAdmin(ForTheWholeForce, admin.ModelAdmin[SafetyPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = (
        "valid_from",
        "check_in_minutes",
        "check_in_with_cadet_minutes",
        "alarm_after_minutes",
        "escalate_after_minutes",
        "may_start_untold",
        "may_start_unasked",
        "may_start_unbriefed",
        "duty_mailbox",
        "duty_number",
        "number_to_call",
        "control_room_mailbox",
    )


@admin.register(FollowUpPolicy)
class FollowUpPolicyAdmin(ForTheWholeForce, admin.ModelAdmin[FollowUpPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = ("valid_from", "working_days_only")


@admin.register(ConcernPolicy)
class ConcernPolicyAdmin(ForTheWholeForce, admin.ModelAdmin[ConcernPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = ("valid_from", "due_working_days")

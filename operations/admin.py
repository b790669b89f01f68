"""What administrators look after: the warning signs to choose from, and the rules of the force."""

from django.contrib import admin

from accounts.acts.admin import ComesBackFilled
from operations.models import CadetPolicy, FollowUpPolicy, VisitPolicy, WarningSign


@admin.register(WarningSign)
class WarningSignAdmin(ComesBackFilled, admin.ModelAdmin[WarningSign]):
    """Signs are added; those in use stay as they are."""

    list_display = ("text", "position")


@admin.register(CadetPolicy)
class CadetPolicyAdmin(ComesBackFilled, admin.ModelAdmin[CadetPolicy]):
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
class VisitPolicyAdmin(ComesBackFilled, admin.ModelAdmin[VisitPolicy]):
    """Likewise."""

    list_display = ("valid_from", "longest_minutes", "overdue_after_minutes")


@admin.register(FollowUpPolicy)
class FollowUpPolicyAdmin(ComesBackFilled, admin.ModelAdmin[FollowUpPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = ("valid_from", "working_days_only")

"""Roles: the one table from role to permissions."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.apps.registry import Apps


class Role(enum.StrEnum):
    """A job in the force, stored as a Django group of this name."""

    VISITING_OFFICER = "Visiting officer"
    """Makes test visits and logs what happened, on a phone."""

    PLANNER = "Planner"
    """Chooses venues, assigns teams and cadets, publishes the schedule of their command units."""

    CSE_LEAD = "CSE lead"
    """Answers for the results: reads pass rates, follow-ups and what is overdue; authorises the
    operations of others."""

    TRAINING_COORDINATOR = "Training coordinator"
    """Records training, books refreshers and chases venues."""

    CALL_HANDLER = "Control-room call handler"
    """Sees on the live board whether the Makesafe call in hand is a test, and logs the call."""

    ADMINISTRATOR = "Administrator"
    """Looks after people, reference data and settings."""


VIEW_LOG = "accounts.view_log"
DECIDE_ACCESS = "accounts.decide_accessrequest"
VIEW_VENUES = "venues.view_venue"
CHANGE_VENUES = "venues.change_venue"
IMPORT_VENUES = "venues.import_venues"
RECORD_TRAINING = "venues.add_trainingsession"
VIEW_OPERATIONS = "operations.view_operation"
PLAN_OPERATIONS = "operations.plan_operations"
AUTHORISE_OPERATIONS = "operations.authorise_operations"
LOG_VISITS = "operations.log_visits"
VIEW_RESULTS = "operations.view_outcome"
VIEW_FOLLOW_UPS = "operations.view_followup"
WORK_FOLLOW_UPS = "operations.change_followup"
VIEW_BOARD = "operations.view_board"
VIEW_STATISTICS = "operations.view_statistics"
LOG_CALLS = "operations.log_calls"
WORK_CONCERNS = "operations.work_concerns"
WRITE_CALL_SCRIPTS = "operations.add_callscript"

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.VISITING_OFFICER: frozenset({VIEW_VENUES, LOG_VISITS}),
    Role.PLANNER: frozenset(
        {VIEW_VENUES, CHANGE_VENUES, IMPORT_VENUES, VIEW_OPERATIONS, PLAN_OPERATIONS, VIEW_RESULTS}
        | {WORK_CONCERNS}
    ),
    Role.CSE_LEAD: frozenset(
        {VIEW_VENUES, VIEW_OPERATIONS, VIEW_RESULTS, VIEW_FOLLOW_UPS, VIEW_STATISTICS}
        | {DECIDE_ACCESS, WORK_CONCERNS, AUTHORISE_OPERATIONS}
    ),
    Role.TRAINING_COORDINATOR: frozenset(
        {VIEW_VENUES, CHANGE_VENUES, RECORD_TRAINING, VIEW_RESULTS, VIEW_FOLLOW_UPS}
        | {WORK_FOLLOW_UPS}
    ),
    Role.CALL_HANDLER: frozenset({VIEW_BOARD, LOG_CALLS}),
    # Looks after people and reference data, and is no planner: a planned visit is seen by its team,
    # the planners of its command unit and the live board only.
    Role.ADMINISTRATOR: frozenset(
        {VIEW_VENUES, CHANGE_VENUES, IMPORT_VENUES, RECORD_TRAINING, VIEW_OPERATIONS}
        | {VIEW_RESULTS, VIEW_FOLLOW_UPS, WORK_FOLLOW_UPS, VIEW_STATISTICS}
        | {
            VIEW_LOG,
            DECIDE_ACCESS,
            "accounts.view_user",
            "accounts.add_user",
            "accounts.change_user",
        }
        | {"venues.view_force", "venues.add_force", "venues.change_force"}
        | {"venues.view_commandunit", "venues.add_commandunit", "venues.change_commandunit"}
        | {"venues.view_localauthority", "venues.change_localauthority"}
        | {"venues.view_venuegroup", "venues.add_venuegroup", "venues.change_venuegroup"}
        | {"accounts.view_daypolicy", "accounts.add_daypolicy"}
        | {"operations.view_cadetpolicy", "operations.add_cadetpolicy"}
        | {"operations.view_visitpolicy", "operations.add_visitpolicy"}
        | {"operations.view_safetypolicy", "operations.add_safetypolicy"}
        | {"operations.view_followuppolicy", "operations.add_followuppolicy"}
        | {"operations.view_warningsign", "operations.add_warningsign"}
        | {"operations.view_concernpolicy", "operations.add_concernpolicy", WRITE_CALL_SCRIPTS}
    ),
}


def write_groups(*, apps: Apps, using: str, **_: Any) -> None:
    """Make the groups of the database agree with :data:`PERMISSIONS`.

    A receiver of ``post_migrate``, of the last app that brings permissions of the table.
    """
    group_model = apps.get_model("auth", "Group")
    names = {name for permissions in PERMISSIONS.values() for name in permissions}
    found = {
        f"{app}.{codename}": pk
        for app, codename, pk in apps.get_model("auth", "Permission")
        .objects.using(using)
        .values_list("content_type__app_label", "codename", "pk")
    }
    if missing := names - found.keys():
        raise LookupError(f"No model brings these permissions: {', '.join(sorted(missing))}")
    for role, permissions in PERMISSIONS.items():
        group, _created = group_model.objects.using(using).get_or_create(name=role.value)
        group.permissions.set([found[name] for name in permissions])

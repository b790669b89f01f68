"""The links at the top of each page, by what the person may do."""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from accounts import roles
from accounts.access import rights
from accounts.models import User


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


ENTRIES = (
    (roles.LOG_VISITS, "My visits", "operations:my_visits"),
    (roles.VIEW_BOARD, "Control room", "operations:board"),
    (roles.VIEW_BOARD, "Alarms", "operations:alarm_list"),
    (roles.LOG_CALLS, "Calls", "operations:call_list"),
    (roles.VIEW_BOARD, "Sheets", "operations:sheet_list"),
    (roles.VIEW_STATISTICS, "Dashboard", "reports:dashboard"),
    (roles.VIEW_OPERATIONS, "Operations", "operations:operation_list"),
    (roles.AUTHORISE_OPERATIONS, "To authorise", "operations:to_authorise"),
    (roles.VIEW_FOLLOW_UPS, "Follow-ups", "operations:follow_up_list"),
    (roles.WORK_CONCERNS, "Concerns", "operations:concern_list"),
    (roles.VIEW_VENUES, "Venues", "venues:venue_list"),
    (roles.IMPORT_VENUES, "Imports", "venues:import_list"),
    ("accounts.view_user", "People", "admin:accounts_user_changelist"),
    (roles.DECIDE_ACCESS, "Rights", "accounts:access_requests"),
    (roles.WRITE_CALL_SCRIPTS, "Call script", "operations:script"),
    (roles.VIEW_LOG, "Log", "accounts:log"),
)


def links(request: HttpRequest) -> list[Link]:
    """The pages this person may open, in the order of how often they are needed."""
    allowed = [
        (label, reverse(name))
        for permission, label, name in ENTRIES
        if request.user.has_perm(permission)
        and (permission != roles.DECIDE_ACCESS or rights.decides(cast("User", request.user)))
    ]
    # Imports lie below venues: the longest address that fits is where the person is.
    here = max((url for _, url in allowed if request.path.startswith(url)), key=len, default="")
    return [Link(label, url, current=url == here) for label, url in allowed]


def navigation(request: HttpRequest) -> dict[str, list[Link]]:
    """Context processor: ``navigation`` for templates/base.html."""
    return {"navigation": links(request) if getattr(request, "user", None) else []}

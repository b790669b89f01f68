"""Limits of the log: the record of operations that is not for everybody.

A planned visit is covert in the record as it is everywhere, and so is a venue that waits for one.
Cadets are known to planners and the visit's team only.
"""

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from accounts.database import scope
from accounts.database.together import OneOf
from accounts.models import User
from accounts.record import history
from accounts.record.history import Limits
from accounts.roles import PLAN_OPERATIONS
from operations.models import (
    Alarm,
    Cadet,
    Call,
    CovertRead,
    Draw,
    DrawnVenue,
    DrawPlan,
    FollowUp,
    Operation,
    OperationVenue,
    Outcome,
    Scenario,
    StartOverride,
    TeamMember,
    Visit,
    WelfareAnswer,
)
from operations.safety.deadlines import Kind


def limits_of_visit(user: User, visit: Visit) -> Limits:
    """Which cadets were in the team, and what they said, is for planners and the team; that the
    team called for help in silence for everybody but the team.
    """
    in_team = visit.team.filter(officer=user).exists()
    silent = Limits({Alarm: Q(kind=Kind.DURESS)}) if in_team else Limits()
    if user.has_perm(PLAN_OPERATIONS) or in_team:
        return silent
    return Limits({TeamMember: Q(cadet__isnull=False), WelfareAnswer: history.EVERYTHING})


def limits_of_operation(user: User, operation: Operation) -> Limits:
    """Which venues were chosen is for the planners of their command units."""
    if not user.has_perm(PLAN_OPERATIONS):
        of_venues = (OperationVenue, Draw, DrawPlan, DrawnVenue)
        return Limits(dict.fromkeys(of_venues, history.EVERYTHING))
    if user.whole_force:
        return Limits()
    planned = Q(pgh_obj__in=DrawPlan.objects.visible_to(user).values("pk"))
    taken = Q(plan__in=DrawPlan.objects.visible_to(user).values("pk"))
    theirs = user.in_my_units("venue__local_authority__command_unit")
    drawn = Draw.objects.visible_to(user)
    hidden = {
        OperationVenue: ~theirs,
        Draw: ~Q(pgh_obj__in=drawn.values("pk")),
        DrawPlan: ~planned,
        DrawnVenue: ~taken,
    }
    return Limits(hidden)


def limits_of_log(user: User, on: dt.date) -> Limits:
    """Visits ahead that this person may not see are left out until they are over."""
    visible = Visit.objects.visible_to(user).ahead()
    still_on = Operation.objects.filter(ends_on__gte=on)
    of_them = Q(operation__in=still_on)
    chosen = OperationVenue.objects.visible_to(user).filter(of_them)
    drawn = Draw.objects.visible_to(user).filter(of_them)
    planned = DrawPlan.objects.visible_to(user).filter(of_them).values("pk")
    with scope.all_units():  # what this person can't see has to be known to be left out
        covert = list(
            Visit.objects.ahead().exclude(pk__in=visible.values("pk")).values_list("pk", flat=True)
        )
    hidden = {
        Visit: Q(OneOf("pgh_obj_id", covert)),
        TeamMember: Q(OneOf("visit_id", covert)),
        StartOverride: Q(OneOf("visit_id", covert)),
        WelfareAnswer: Q(OneOf("visit_id", covert)),
        Outcome: Q(OneOf("visit_id", covert)),
        Alarm: Q(kind=Kind.DURESS, visit_id__in=user.team_memberships.values("visit")),
        Call: Q(pgh_obj__in=Call.objects.filter(visit__in=covert).values("pk")),
        # By operation, since a choice that was taken back may be made again.
        OperationVenue: of_them & ~Q(pgh_obj__in=chosen),
        Draw: of_them & ~Q(pgh_obj__in=drawn.values("pk")),
        DrawPlan: of_them & ~Q(pgh_obj__in=planned),
        DrawnVenue: of_them & ~Q(plan__in=planned),
    }
    # All that such a page showed: its cadets, and its address, would tell as well.
    of_request = CovertRead.objects.covert_to(user, on=on).filter(request=OuterRef("request"))
    plans = user.has_perm(PLAN_OPERATIONS)
    if not plans:
        hidden[TeamMember] |= Q(cadet__isnull=False)
        hidden[WelfareAnswer] = history.EVERYTHING
    return Limits(hidden, frozenset() if plans else frozenset({Cadet}), Q(Exists(of_request)))


HISTORIES = (
    history.kind_of(FollowUp),
    history.kind_of(Call),
    history.kind_of(Scenario),
    # A team knows its cadets by reference; birth dates and consent are for whoever keeps them.
    history.kind_of(Cadet, visible_to=lambda user: Cadet.objects.changeable_by(user).on_record()),
    history.kind_of(Visit, limits=limits_of_visit),
    history.kind_of(Operation, limits=limits_of_operation),
)

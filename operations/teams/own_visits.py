"""A team's own visit: held while one of the team acts on it, and moved on."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.database.compiled import Compiled
from accounts.models import User
from accounts.roles import LOG_VISITS
from operations.teams.models import TeamMember
from operations.visits.models import Visit


def hold(visit: Visit, *, by: User) -> Visit:
    """The visit as it stands, kept from anybody else until this transaction ends.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.

    """
    held = _held.first(visit.pk)
    if held is None:
        raise Visit.DoesNotExist
    if not by.has_perm(LOG_VISITS) or not _of_the_team.first(visit.pk, by.pk):
        raise PermissionDenied
    return held


def move(visit: Visit, **fields: object) -> None:
    """Save ``fields`` of a visit that is held, so that a planner with the plan open is told."""
    visit.version += 1
    for name, value in fields.items():
        setattr(visit, name, value)
    visit.save(update_fields=[*fields, "version"])


def ended_by(visit: Visit, at: dt.datetime) -> dt.datetime:
    """When the visit ended: two servers' clocks may differ by more than a visit took."""
    assert visit.started_at is not None  # it is under way
    return max(at, visit.started_at)


@Compiled
def _held(visit: int) -> QuerySet[Visit]:
    # Without joins: whoever waited for the row gets it fresh, but joined rows as they were before.
    return Visit.objects.select_for_update(no_key=True).filter(pk=visit).order_by()


@Compiled
def _of_the_team(visit: int, officer: int) -> QuerySet[TeamMember]:
    return TeamMember.objects.filter(visit=visit, officer=officer).order_by()

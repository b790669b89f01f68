"""The board's changing parts as markup.

A search is answered from the database each time. Without one each board shows the same, and when
something changes all of them ask in the same second: it is drawn once for all, and again as soon as
the database tells anything else of a visit on the board, a check-in or an alarm. That is asked once
for all who had asked for the board before, as a busy server lets them wait.
"""

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Max, Prefetch, Q
from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import User
from operations.control_room.area_map import tonights_map
from operations.control_room.board import Confirmed, find, slot_of
from operations.control_room.tonight import tonight
from operations.safety.models import Alarm
from operations.teams.models import TeamMember
from operations.visits.models import Visit, VisitQuerySet, visit_rules

#: Seconds: what time alone changes, or a name, is on a board that much later.
SHARED_FOR = 1.0
#: For so long after its start a team may have a call for help open.
OUT_LATELY = dt.timedelta(days=1)

Drawing = dict[str, Any]


@dataclass(frozen=True)
class _Shared:
    """A drawing for all."""

    drawn: Drawing
    mark: str
    drawn_at: float
    """By the monotonic clock, as the next."""

    holds_at: float
    """When nothing had changed since."""

    teams: frozenset[int]
    """Who is in a team on the board or was lately: PostgreSQL keeps its silent alarm from them, so
    they share no drawing."""


_shared: _Shared | None = None
_drawing = threading.Lock()


def drawing(
    *,
    text: str,
    confirmed: Confirmed | None,
    by: User,
    at: dt.datetime,
    arrived: float,
    request: HttpRequest,
) -> Drawing:
    """The parts of the board, each with a mark of what it shows, and all that they tell.

    Args:
        text: What was typed; empty for all.
        confirmed: What the caller has confirmed.
        by: Who looks.
        at: Now.
        arrived: When they asked, by the monotonic clock.
        request: The request, for the links of a search.

    """
    if text:
        return _draw(text, confirmed, by=by, at=at, request=request)
    return _draw_for_all(by=by, at=at, arrived=arrived)


def _draw_for_all(*, by: User, at: dt.datetime, arrived: float) -> Drawing:
    """What a board without a search shows, drawn when somebody asked a moment ago, or now."""
    global _shared
    with _drawing:  # who comes meanwhile finds it drawn
        began = time.monotonic()
        kept = _shared if _shared and by.pk not in _shared.teams else None
        if kept and began >= kept.drawn_at + SHARED_FOR:
            kept = None
        if kept and kept.holds_at >= arrived:
            return kept.drawn
        mark = _mark_of_board(at)
        if kept and kept.mark == mark:
            _shared = replace(kept, holds_at=began)
            return kept.drawn
        drawn = _draw("", None, by=by, at=at, request=None)
        teams = _teams(drawn, at=at)
        if by.pk not in teams:
            _shared = _Shared(drawn, mark, drawn_at=began, holds_at=began, teams=teams)
        return drawn


def _teams(drawn: Drawing, *, at: dt.datetime) -> frozenset[int]:
    """The officers of all teams on the board, and of those that were out lately."""
    lately = _out_lately(drawn["on_board"], at=at)
    members = TeamMember.objects.filter(lately, officer__isnull=False)
    return frozenset(members.values_list("officer", flat=True))


def _mark_of_board(at: dt.datetime) -> str:
    """A mark of what is on the board: another one as soon as anything of it changes."""
    visits = Visit.objects.on_board(at=at).annotate(heard=Max("check_ins"))
    names = ("pk", "version", "state", "starts_at", "ends_at", "started_at", "ended_at")
    alarms = Alarm.objects.open().values_list("pk", "taken_by")
    return _mark(repr([*visits.values_list(*names, "needs_help", "heard"), *alarms]))


def _draw(
    text: str,
    confirmed: Confirmed | None,
    *,
    by: User,
    at: dt.datetime,
    request: HttpRequest | None,
) -> Drawing:
    visits = list(_on_board(at))
    chosen = confirmed.place(visits, at=at) if confirmed else None
    margin = visit_rules(at=at).margin
    own = _places_of_their_own(visits, by=by, at=at)
    found = find(visits, text, at=at, margin=margin, chosen=chosen, own=own)
    live = find(visits, "", at=at, margin=margin, own=own).tests if text else found.tests
    drawn: Drawing = {
        "on_board": [visit.pk for visit in visits],
        "found": found,
        "told": found.told(text),
        "sentence": found.in_words(text),
        "chosen": chosen,
        "slot": slot_of(at),
        "text": text,
        "tonight": tonight(visits, by=by, at=at),
        "map": tonights_map(live),
    }
    for part in ("answer", "board_tests", "tonight", "map"):
        template = f"operations/control_room/{part}.html"
        drawn[f"{part}_part"] = render_to_string(template, drawn, request)
    return drawn | {
        "seen": _mark(drawn["answer_part"] + drawn["board_tests_part"]),
        "tonight_seen": _mark(drawn["tonight_part"]),
        "map_seen": _mark(drawn["map_part"]),
    }


def _places_of_their_own(visits: Sequence[Visit], *, by: User, at: dt.datetime) -> set[int]:
    """The venues where ``by`` is in a team, tonight or on the board: nothing there is certain.

    Their team may have called for help in silence. PostgreSQL keeps that from them, so the answer
    is the same whether it has or not.
    """
    theirs = by.team_memberships.filter(_out_lately([visit.pk for visit in visits], at=at))
    return set(theirs.values_list("visit__venue", flat=True))


def _out_lately(on_board: Sequence[int], *, at: dt.datetime) -> Q:
    return Q(visit__in=on_board) | Q(visit__started_at__gt=at - OUT_LATELY)


def _on_board(at: dt.datetime) -> VisitQuerySet:
    """What is on the board, with all that is told of it."""
    leads = TeamMember.objects.filter(duty=TeamMember.Duty.LEAD).with_who_goes()
    visits = Visit.objects.on_board(at=at).select_related(
        "venue__group", "venue__local_authority__command_unit"
    )
    visits = visits.defer("venue__local_authority__boundary")
    return visits.prefetch_related(
        Prefetch("team", leads.select_related("officer"), to_attr="leads")
    )


def _mark(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()[:16]

"""The board's changing parts as markup.

A search is answered from the database each time. Without one each board shows the same, and when
something changes all of them ask in the same second: it is drawn once for all, and again as soon as
the database tells anything else of a visit on the board, a check-in or an alarm.
"""

import datetime as dt
import hashlib
import threading
import time
from typing import Any

from django.db.models import Max, Prefetch
from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import User
from operations.control_room.area_map import tonights_map
from operations.control_room.board import find
from operations.control_room.tonight import tonight
from operations.safety.models import Alarm
from operations.teams.models import TeamMember
from operations.visits.models import Visit, VisitQuerySet, visit_rules

#: Seconds: what time alone changes, or a name, is on a board that much later.
SHARED_FOR = 1.0

Drawing = dict[str, Any]

_shared: tuple[float, str, Drawing] | None = None
_drawing = threading.Lock()


def drawing(
    *, text: str, chosen: int | None, by: User, at: dt.datetime, request: HttpRequest
) -> Drawing:
    """The parts of the board, each with a mark of what it shows, and all that they tell.

    Args:
        text: What was typed; empty for all.
        chosen: The venue that the caller has confirmed.
        by: Who looks.
        at: Now.
        request: The request, for the links of a search.

    """
    if text:
        return _draw(text, chosen, by=by, at=at, request=request)
    return _draw_for_all(by=by, at=at)


def _draw_for_all(*, by: User, at: dt.datetime) -> Drawing:
    """What a board without a search shows, drawn when somebody asked a moment ago, or now."""
    global _shared
    mark = _mark_of_board(at)
    with _drawing:  # who comes meanwhile finds it drawn
        if _shared and _shared[1] == mark and time.monotonic() < _shared[0] + SHARED_FOR:
            return _shared[2]
        began = time.monotonic()
        drawn = _draw("", None, by=by, at=at, request=None)
        _shared = (began, mark, drawn)
        return drawn


def _mark_of_board(at: dt.datetime) -> str:
    """A mark of what is on the board: another one as soon as anything of it changes.

    And for whoever is shown other rows: PostgreSQL keeps a silent alarm from the team itself.
    """
    visits = Visit.objects.on_board(at=at).annotate(heard=Max("check_ins"))
    names = ("pk", "version", "state", "starts_at", "ends_at", "started_at", "ended_at")
    alarms = Alarm.objects.open().values_list("pk", "taken_by")
    return _mark(repr([*visits.values_list(*names, "needs_help", "heard"), *alarms]))


def _draw(
    text: str, chosen: int | None, *, by: User, at: dt.datetime, request: HttpRequest | None
) -> Drawing:
    visits = list(_on_board(at))
    margin = visit_rules(at=at).margin
    found = find(visits, text, at=at, margin=margin, chosen=chosen)
    live = find(visits, "", at=at, margin=margin).tests if text else found.tests
    drawn: Drawing = {
        "found": found,
        "told": found.told(text),
        "sentence": found.in_words(text),
        "chosen": chosen,
        "text": text,
        "tonight": tonight(visits, by=by, at=at),
        "map": tonights_map(live),
    }
    for part in ("answer", "board_tests", "tonight"):
        template = f"operations/control_room/{part}.html"
        drawn[f"{part}_part"] = render_to_string(template, drawn, request)
    return drawn | {
        "seen": _mark(drawn["answer_part"] + drawn["board_tests_part"]),
        "tonight_seen": _mark(drawn["tonight_part"]),
        "map_seen": _mark(repr(drawn["map"])),
    }


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

"""The live board of the control room: is the Makesafe call in hand a test?"""

import hashlib
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.access import RequiresPermission
from accounts.roles import VIEW_BOARD
from operations.forms.board import BoardSearch
from operations.models import TeamMember, Visit


class Board(RequiresPermission, TemplateView):
    """Visits under way and those whose window is near: of the whole force, since calls are too."""

    permission_required = VIEW_BOARD
    template_name = "operations/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tests that match what is looked for."""
        now = timezone.now()
        form = BoardSearch(self.request.GET)
        leads = TeamMember.objects.filter(duty=TeamMember.Duty.LEAD).select_related("officer")
        on_board = Visit.objects.on_board(at=now).select_related("venue")
        visits = form.narrow(on_board).prefetch_related(Prefetch("team", leads, to_attr="leads"))
        live = [visit for visit in visits if not visit.is_finished]
        ended = [visit for visit in visits if visit.is_finished]
        return super().get_context_data(**kwargs) | {
            "visits": sorted(live, key=lambda visit: not visit.is_under_way),
            "ended": ended,
            "search": form,
            "text": form.text,
            "now": now,
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page; or for htmx the list alone, and only the time where the list has not changed.

        A list that stays as it is, is not announced again.
        """
        shown = render_to_string("operations/board_tests.html", context, self.request)
        seen = hashlib.sha256(shown.encode()).hexdigest()[:16]
        context |= {"shown": shown, "seen": seen}
        same = self.request.GET.get("seen") == seen
        polls = bool(self.request.htmx)  # type: ignore[attr-defined]  # put there by django-htmx
        if not (polls and same):
            self.record_reads(listed=[*context["visits"], *context["ended"]])
        if not polls:
            return super().render_to_response(context, **kwargs)
        answer = render_to_string(
            "operations/board_update.html", context | {"same": same}, self.request
        )
        return HttpResponse(answer, headers={"HX-Reswap": "none"} if same else {})

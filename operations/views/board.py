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
from operations.control_room.queries import find
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
        on_board = Visit.objects.on_board(at=now).select_related("venue__group")
        found = find(on_board.prefetch_related(Prefetch("team", leads, to_attr="leads")), form.text)
        return super().get_context_data(**kwargs) | {
            "found": found,
            "sentence": found.in_words(form.text),
            "search": form,
            "text": form.text,
            "now": now,
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page; or for htmx its changing part, and only the time where nothing has changed.

        What stays as it is, is not announced again. All that is shown is compared, the sentence
        above the list too.
        """
        shown = render_to_string("operations/board_tests.html", context, self.request)
        seen = hashlib.sha256(f"{context['sentence']}\n{shown}".encode()).hexdigest()[:16]
        context |= {"shown": shown, "seen": seen}
        same = self.request.GET.get("seen") == seen
        polls = bool(self.request.htmx)  # type: ignore[attr-defined]  # put there by django-htmx
        if not (polls and same):
            self.record_reads(listed=context["found"].visits)
        if not polls:
            return super().render_to_response(context, **kwargs)
        answer = render_to_string(
            "operations/board_update.html", context | {"same": same}, self.request
        )
        # The page counts as connected only by answers that say so (static/js/board.js).
        headers = {"HX-Trigger": "board-answered"} | ({"HX-Reswap": "none"} if same else {})
        return HttpResponse(answer, headers=headers)

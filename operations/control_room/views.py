"""The control room's board: is the Makesafe call in hand a test?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import RedirectView, TemplateView, View

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView
from accounts.roles import PLAN_OPERATIONS, VIEW_BOARD, VIEW_OPERATIONS
from config import stream
from config.requests import arrived
from operations.control_room import actions
from operations.control_room.drawing import drawing
from operations.control_room.forms import BoardSearch, EndVisitForm
from operations.visits.models import Visit
from operations.visits.states import FINISHED


class Board(RequiresPermission, TemplateView):
    """Visits under way and those whose window is near: of the whole force, since calls are too."""

    permission_required = VIEW_BOARD
    template_name = "operations/control_room/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tests that match what is looked for."""
        now = timezone.now()
        form = BoardSearch(self.request.GET)
        shown = drawing(
            text=form.text,
            confirmed=form.confirmed,
            by=self.user,
            at=now,
            arrived=arrived(self.request),
            request=self.request,
        )
        return super().get_context_data(**kwargs) | shown | {"search": form, "now": now}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page; or for htmx its changing parts, and only the time where nothing has changed.

        What stays as it is, is not announced again. All that is shown is compared, the sentence
        above the list too.
        """
        asked = self.request.GET
        marks = {"same": "seen", "same_tonight": "tonight", "same_map": "map"}
        keys = {"seen": "seen", "tonight": "tonight_seen", "map": "map_seen"}
        sames = {same: asked.get(name) == context[keys[name]] for same, name in marks.items()}
        polls = bool(self.request.htmx)  # type: ignore[attr-defined]  # put there by django-htmx
        if not (polls and all(sames.values())):
            self.record_reads(listed=[*context["found"].visits, *context["tonight"].visits])
        if not polls:
            return super().render_to_response(context, **kwargs)
        answer = render_to_string(
            "operations/control_room/board_update.html", context | sames, self.request
        )
        # The page counts as connected only by answers that say so (static/js/board.js).
        headers = {"HX-Trigger": "board-answered"}
        headers |= {"HX-Reswap": "none"} if sames["same"] else {}
        return HttpResponse(answer, headers=headers)


class BoardEvents(RequiresPermission, View):
    """The stream that tells a board that something changed (``config/stream.py``)."""

    permission_required = VIEW_BOARD

    def get(self, request: HttpRequest) -> HttpResponse:
        """Let them listen. The stream holds nothing of this request."""
        return stream.response(person=self.user.pk)


class OldBoard(RequiresPermission, RedirectView):
    """Where the board was, for bookmarks."""

    permission_required = VIEW_BOARD
    pattern_name = "operations:board"
    permanent = True
    query_string = True


class VisitEnd(ActView):
    """Ends a visit that its team left under way, for the control room, a planner or the lead."""

    template_name = "operations/control_room/visit_end.html"
    form_class = EndVisitForm
    done = "The visit is ended as not completed. It is no longer a live test."

    def has_permission(self) -> bool:
        """Whoever may end visits of some kind; which ones is for the queryset."""
        return any(map(self.user.has_perm, (VIEW_BOARD, PLAN_OPERATIONS, VIEW_OPERATIONS)))

    def done_before(self) -> tuple[str, str] | None:
        """One that is over meanwhile needs no end: say so, as far as the board would."""
        over = Visit.objects.endable_by(self.user).on_board(at=timezone.now())
        over = over.filter(state__in=FINISHED, pk=self.kwargs["pk"]).select_related("operation")
        if (visit := over.first()) is None:
            return None
        self.visit = visit
        return "This visit has been ended already. Nothing was changed.", self.back

    @cached_property
    def visit(self) -> Visit:
        """The visit, if it is overdue and this person may end it."""
        found = Visit.objects.endable_by(self.user).overdue(at=timezone.now())
        return get_object_or_404(found.select_related("venue", "operation"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.visit])
        return super().get_context_data(**kwargs) | {"visit": self.visit, "back": self.back}

    @property
    def back(self) -> str:
        """Where the person came from."""
        if self.user.has_perm(VIEW_BOARD):
            return reverse("operations:board")
        return self.visit.operation.get_absolute_url()

    def act(self, form: EndVisitForm) -> str:
        actions.end_overdue_visit(
            visit=self.visit, reason=form.cleaned_data["reason"], by=self.user, at=timezone.now()
        )
        return self.back

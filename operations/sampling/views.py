"""Pages of draws: planning one, what was committed and drawn, its files, and replacing a venue."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.generic import DetailView, View

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView, ButtonView
from accounts.dates.london import duty_day
from accounts.record.access_log import Act, record_act
from accounts.roles import PLAN_OPERATIONS
from govuk.csv_tables import csv_response
from operations.planning.models import Operation, OperationVenue
from operations.planning.pages import NarrowsVenues
from operations.sampling import actions, exports
from operations.sampling.design import outlook
from operations.sampling.forms import DesignForm, ReplaceForm
from operations.sampling.frames import Line, sizes
from operations.sampling.models import DrawnVenue, DrawPlan, DrawPlanQuerySet
from operations.sampling.presenters import design_in_words, groups_of, strata_of, told
from operations.sampling.strata import frame_of


class DrawAdd(NarrowsVenues, ActView):
    """The plan of a draw: which strata, how many, and what that buys.

    Without JavaScript the button *Work it out* shows the figures anew; with it ``draw-size.js``
    asks for them as the planner types.
    """

    permission_required = PLAN_OPERATIONS
    template_name = "operations/sampling/draw_add.html"
    form_class = DesignForm
    done = "The frame and the seed’s SHA-256 are on record. Nothing is drawn yet."

    @cached_property
    def lines(self) -> list[Line]:
        """The frame as it would be now."""
        among = actions.drawable(self.operation, self.matching, by=self.user)
        sent = self.request.GET if self.asks_for_part else self.request.POST
        return frame_of(among, sent.getlist("aspects"), on=duty_day(timezone.now()))

    @property
    def asks_for_part(self) -> bool:
        """Whether the page's script asks for the figures alone."""
        return "part" in self.request.GET

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"lines": self.lines}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures for the answers so far."""
        context = super().get_context_data(**kwargs)
        return (
            context
            | self.figures(context["form"])
            | {
                "filters": self.filter_form.in_words(),
                "query": self.request.GET.urlencode(),
            }
        )

    def figures(self, form: DesignForm) -> dict[str, Any]:
        """What the answers come to, once they make sense."""
        if not self.lines or (form.is_bound and not form.is_valid()):
            return {"frame_size": len(self.lines), "operation": self.operation}
        found = outlook(sizes(self.lines), form.design())
        problems = actions.problems_of(self.lines, form.design())
        return {
            "frame_size": len(self.lines),
            "operation": self.operation,
            "outlook": found,
            "told": told(found),
            "problems": problems,
            "strata": strata_of(found.shares, form),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or the part of it that changes with the answers."""
        if self.asks_for_part:
            form = DesignForm(request.GET, lines=self.lines)
            return render(request, "operations/sampling/draw_size.html", self.figures(form))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Commit, or show what the answers come to."""
        if "work" in request.POST:
            form = self.get_form()
            form.is_valid()
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    def act(self, form: DesignForm) -> DrawPlan:
        return actions.commit_draw(
            operation=self.operation,
            among=self.matching,
            design=form.design(),
            filters=self.filter_form.in_words(),
            by=self.user,
            at=timezone.now(),
        )


class OfPlan(RequiresPermission):
    """A page of one plan, for planners of all of its frame."""

    permission_required = PLAN_OPERATIONS
    kwargs: dict[str, Any]

    def plans(self) -> DrawPlanQuerySet:
        """Those that this person may see, with what pages show."""
        found = DrawPlan.objects.visible_to(self.user)
        return found.filter(operation__in=Operation.objects.visible_to(self.user)).select_related(
            "operation", "draw__drawn_by", "made_by"
        )

    def plan(self) -> DrawPlan:
        """The one that the address names."""
        return get_object_or_404(self.plans(), pk=self.kwargs["pk"])


class DrawDetail(OfPlan, DetailView[DrawPlan]):
    """What was committed, and what chance made of it."""

    template_name = "operations/sampling/draw_detail.html"
    context_object_name = "plan"

    def get_queryset(self) -> DrawPlanQuerySet:
        return self.plans().defer("frame")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the drawn venues; who reads of those in the operation is on record."""
        plan = self.object
        rows = list(plan.drawn.in_order().select_related("venue", "replaces__venue", "replaced_by"))
        chosen = OperationVenue.objects.filter(draw=plan.draw_id) if plan.draw_id else ()
        self.record_reads(viewed=[plan], listed=chosen)
        still_in = {one.venue_id for one in chosen}
        return super().get_context_data(**kwargs) | {
            "in_words": design_in_words(plan),
            "strata": strata_of(plan.of_strata),
            "groups": groups_of(plan, rows),
            "still_in": still_in,
        }


class DrawNow(ButtonView, OfPlan):
    """The button that opens the seed."""

    about = "this plan"

    @cached_property
    def page(self) -> DrawPlan:
        return self.plan()

    def act(self) -> None:
        self.number = actions.draw_venues(plan=self.page, by=self.user, at=timezone.now())

    def confirmation(self) -> str:
        return f"{self.number} venue{'' if self.number == 1 else 's'} drawn."


class DrawExport(OfPlan, View):
    """A drawn plan as a file. Whoever takes it away is on record."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """The file of this kind."""
        plan = get_object_or_404(self.plans().exclude(draw=None), pk=pk)
        record_act(Act.EXPORTED, by=self.user, about=plan, purpose=kind.upper())
        if kind == "csv":
            return csv_response("draw.csv", exports.COLUMNS, exports.table(plan))
        return JsonResponse(
            exports.document(plan),
            json_dumps_params={"indent": 1, "ensure_ascii": False},
            headers={"Content-Disposition": 'attachment; filename="draw.json"'},
        )


class DrawnReplace(ActView):
    """Puts the next reserve in the place of a drawn venue."""

    permission_required = PLAN_OPERATIONS
    template_name = "operations/sampling/drawn_replace.html"
    form_class = ReplaceForm

    @cached_property
    def drawn(self) -> DrawnVenue:
        """The venue of a draw, if the person may see it."""
        found = DrawnVenue.objects.visible_to(self.user).filter(
            operation__in=Operation.objects.visible_to(self.user)
        )
        return get_object_or_404(
            found.select_related("venue", "operation", "plan"), pk=self.kwargs["pk"]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the reserve that would come."""
        self.record_reads(viewed=[self.drawn.plan])
        return super().get_context_data(**kwargs) | {
            "drawn": self.drawn,
            "reserve": actions.next_reserve(self.drawn),
        }

    def act(self, form: ReplaceForm) -> DrawPlan:
        reserve = actions.replace_venue(
            drawn=self.drawn, by=self.user, reason=form.cleaned_data["reason"]
        )
        self.done = f"{reserve} takes the place of {self.drawn}."
        return self.drawn.plan

"""Pages of operations: the list, an operation, and the choice of its venues."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.generic import DetailView, ListView, TemplateView

from accounts import roles
from accounts.access.pages import PagesByKey, RequiresPermission
from accounts.acts.form_pages import FormPage
from accounts.acts.refusals import Refused
from accounts.acts.submissions import did_nothing
from accounts.acts.undo import confirm
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from accounts.numbers import whole_number
from accounts.record import history
from operations.approval.presenters import progress_of
from operations.planning import actions as planning
from operations.planning.forms import (
    AddVenuesForm,
    OperationEditForm,
    OperationFilter,
    OperationForm,
    RemoveVenueForm,
)
from operations.planning.models import Operation, OperationVenue
from operations.planning.pages import NarrowsVenues
from operations.planning.presenters import welfare_of, with_cadets_to_speak_to
from operations.sampling.models import DrawnVenue, DrawPlan
from operations.scenarios.models import Scenario
from operations.teams.models import TeamMember
from operations.visits.models import Visit, VisitQuerySet
from operations.visits.selection import Selection
from venues.training.validity import TrainingState

PAGE_SIZE = 50


class OperationList(RequiresPermission, ListView[Operation]):
    """The operations that the person may see, the latest first."""

    permission_required = roles.VIEW_OPERATIONS
    template_name = "operations/planning/operation_list.html"
    context_object_name = "operations"
    paginate_by = 25

    def get_queryset(self) -> QuerySet[Operation]:
        """With the numbers of the visits that the person may see."""
        user = self.user
        found = self.filter_form.narrow(
            Operation.objects.visible_to(user), on=duty_day(timezone.now())
        )
        return (
            found.with_progress(Visit.objects.visible_to(user))
            .with_who_leads()
            .select_related("lead")
        )

    @cached_property
    def filter_form(self) -> OperationFilter:
        return OperationFilter(self.request.GET if "stage" in self.request.GET else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With those after whose visits somebody is to be spoken to."""
        to_speak_to = with_cadets_to_speak_to(self.user)
        return super().get_context_data(**kwargs) | {
            "to_speak_to": to_speak_to,
            "filter_form": self.filter_form,
        }


class Counted(Paginator[Any]):
    """Pages of rows whose number is known."""

    def __init__(self, rows: QuerySet[Any], per_page: int, number: int) -> None:
        """Take ``number`` rows, a page of ``per_page`` each."""
        super().__init__(rows, per_page)
        self.count = number


class OperationDetail(RequiresPermission, DetailView[Operation]):
    """An operation: what it is, how far it is, and one of three lists.

    Visits to come and chosen venues are covert: only planners see those lists.
    """

    permission_required = roles.VIEW_OPERATIONS
    template_name = "operations/planning/operation_detail.html"
    context_object_name = "operation"

    def get_queryset(self) -> QuerySet[Operation]:
        """With the numbers of the visits that the person may see."""
        user = self.user
        found = Operation.objects.visible_to(user)
        return (
            found.with_progress(Visit.objects.visible_to(user))
            .with_chosen(OperationVenue.objects.visible_to(user))
            .with_draws()
            .with_who_leads()
            .select_related("lead", "scenario", "wanted_by", "created_by", "closed_by")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list asked for, by page."""
        user, operation = self.user, self.object
        visits = Visit.objects.visible_to(user).filter(operation=operation)
        now = operation.progress
        n_over = now["completed"] + now["not_completed"] + now["cancelled"]
        lists: dict[str, tuple[str, QuerySet[Any], int]] = {
            "over": ("Over", _with_team(visits.over()), n_over)
        }
        if user.has_perm(roles.PLAN_OPERATIONS):
            chosen = OperationVenue.objects.visible_to(user).filter(operation=operation)
            n_ahead = now["planned"] + now["under_way"]
            lists = {
                "ahead": ("To come", _with_team(visits.ahead()), n_ahead),
                **lists,
                "venues": ("Venues", _with_visits(chosen, visits), operation.n_chosen),
            }
        shown = self.request.GET.get("show")
        shown = shown if shown in lists else next(iter(lists))
        _, rows, number = lists[shown]
        page = Counted(rows, PAGE_SIZE, number).get_page(self.request.GET.get("page"))
        # Left under way by their teams, and for this person to end.
        overdue = Visit.objects.endable_by(user).overdue(at=timezone.now())
        overdue = overdue.filter(operation=operation).select_related("venue")
        cadets_need = welfare_of(operation, user, at=timezone.now())
        self.record_reads(listed={*_records_on(page), *overdue, *cadets_need.visits})
        links = [
            {"label": f"{label} ({number})", "url": f"?show={name}", "current": name == shown}
            for name, (label, _, number) in lists.items()
        ]
        return super().get_context_data(**kwargs) | {
            "overdue": overdue,
            "progress": progress_of(operation, user, at=timezone.now()),
            "cadets_need": cadets_need,
            "in_the_way": self.in_the_way(),
            "may_change_dates": "starts_on" not in planning.not_for(user, operation),
            "is_over": operation.ends_on < duty_day(timezone.now()),
            "shown": shown,
            "draw_plans": self.draw_plans(),
            "times_undone": operation.n_undone,
            "times_drawn": operation.n_drawn + operation.n_undone,
            "sees_cadets": user.has_perm(roles.PLAN_OPERATIONS),
            "page_obj": page,
            "links": links,
        }

    def draw_plans(self) -> list[DrawPlan]:
        """The plans of draws that this person may see, in the order in which they were made."""
        found = DrawPlan.objects.visible_to(self.user).filter(operation=self.object)
        return list(found.defer("frame").order_by("made_at", "pk"))

    def in_the_way(self) -> list[Visit]:
        """The planned visits, as far as they are theirs to move, outside dates asked for."""
        first, last = self.object.wanted_starts_on, self.object.wanted_ends_on
        if first is None or last is None:
            return []
        visits = Visit.objects.plannable_by(self.user).planned().filter(operation=self.object)
        found = list(visits.not_within(first, last).select_related("venue"))
        self.record_reads(listed=found)
        return found


def _records_on(page: Iterable[Visit | OperationVenue]) -> Iterator[Model]:
    """What a page of an operation shows: visits with their cadets, or chosen venues with visits."""
    for row in page:
        yield row
        if isinstance(row, Visit):
            yield from (member.cadet for member in row.members if member.cadet)  # type: ignore[attr-defined]  # fetched below
        else:
            yield from row.venue.visits_here  # type: ignore[attr-defined]  # fetched below


def _with_team(visits: VisitQuerySet) -> Any:
    """With each visit's team as ``members``."""
    team = TeamMember.objects.with_who_goes().select_related("officer", "cadet")
    return visits.select_related("venue__local_authority", "outcome").prefetch_related(
        Prefetch("team", team, "members")
    )


def _with_visits(chosen: QuerySet[OperationVenue], visits: QuerySet[Visit]) -> Any:
    """With the visits to each venue as ``venue.visits_here``."""
    return (
        chosen.select_related("venue__local_authority", "draw")
        .order_by("venue__normal_name", "pk")
        .prefetch_related(Prefetch("venue__visits", visits.order_by("starts_at"), "visits_here"))
    )


class OperationAdd(ActView):
    """A new operation."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/planning/operation_form.html"
    form_class = OperationForm
    done = "The operation is saved. Add its venues next."

    def get_initial(self) -> dict[str, Any]:
        """Whoever plans it leads it, unless they say otherwise."""
        return {"lead": self.user.pk}

    def get_form_kwargs(self) -> dict[str, Any]:
        scenarios = Scenario.objects.visible_to(self.user).newest_versions()
        return super().get_form_kwargs() | {"scenarios": scenarios}

    def act(self, form: OperationForm) -> str:
        operation = planning.create_operation(by=self.user, **form.values())
        return operation.get_absolute_url()


class OperationEdit(ActView):
    """Another plan for an operation."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/planning/operation_form.html"
    form_class = OperationEditForm
    done = "The operation is saved."

    @cached_property
    def record(self) -> Operation:
        """The operation, if the person may see it."""
        found = Operation.objects.visible_to(self.user)
        return get_object_or_404(found.select_related("scenario"), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        names = [*OperationForm.base_fields, "version"]
        return {name: getattr(self.record, name) for name in names}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Newest versions of the scenarios, and its own."""
        scenarios = Scenario.objects.visible_to(self.user)
        newest = scenarios.newest_versions()
        own = scenarios.filter(pk=self.record.scenario_id)
        return super().get_form_kwargs() | {
            "scenarios": newest | own,
            "operation": self.record,
            "without": self.not_for_them,
        }

    @cached_property
    def not_for_them(self) -> dict[str, str]:
        """What is not asked of them, and why."""
        return planning.not_for(self.user, self.record)

    @property
    def why_not(self) -> list[str]:
        """The reasons, each once."""
        return list(dict.fromkeys(self.not_for_them.values()))

    def act(self, form: OperationEditForm) -> str:
        operation = planning.edit_operation(
            operation=self.record,
            version=form.cleaned_data["version"],
            by=self.user,
            **form.values_beside(self.record),
        )
        return operation.get_absolute_url()


class OperationVenues(FormPage, NarrowsVenues, TemplateView):
    """The choice of venues: narrow the registry, then pick some, or go on to a draw from them."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/planning/operation_venues.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add or remove, by the button pressed."""
        if "remove" in request.POST:
            return self.remove()
        form = AddVenuesForm(request.POST, venues=self.matching)
        if form.is_valid():
            if "add_all" in request.POST and not self.confirmed(form):
                return self.ask_for_all(form)
            try:
                number = self.add(form)
            except Refused as error:
                form.add_problems(error.problems)
            else:
                return self.back(f"{number} {'venue' if number == 1 else 'venues'} added.")
        return self.render_to_response(self.get_context_data(form=form, add_form=form))

    def add(self, form: AddVenuesForm) -> int:
        return planning.add_venues(
            operation=self.operation,
            venues=form.cleaned_data["venues"],
            selection=form.cleaned_data["selection"],
            by=self.user,
        )

    def confirmed(self, form: AddVenuesForm) -> bool:
        """Whether the person was told this very number of venues before."""
        return whole_number(self.request.POST.get("confirmed", "")) == len(
            form.cleaned_data["venues"]
        )

    def ask_for_all(self, form: AddVenuesForm) -> HttpResponse:
        """Name the number before all of them are added."""
        context = {
            "view": self,
            "operation": self.operation,
            "number": len(form.cleaned_data["venues"]),
            "filters": self.filter_form.in_words(),
            "selection": Selection(form.cleaned_data["selection"]),
        }
        return render(self.request, "operations/planning/operation_venues_all.html", context)

    def remove(self) -> HttpResponse:
        """Take a venue without visits out again; one that chance has chosen with a reason."""
        found = OperationVenue.objects.visible_to(self.user).select_related("venue", "operation")
        key = whole_number(self.request.POST["remove"])
        chosen = found.filter(operation=self.operation, pk=key).first() if key else None
        if chosen is None:
            was = history.removed(OperationVenue, key) if key else None
            if was is None or was.operation_id != self.operation.pk:
                raise Http404
            messages.info(self.request, "This venue is out of the operation already.")
            return did_nothing(redirect(self.list_of_venues))
        asked = "reason" in self.request.POST
        form = RemoveVenueForm(self.request.POST if asked else None, initial={"remove": key})
        reason = form.cleaned_data["reason"] if asked and form.is_valid() else ""
        try:
            planning.remove_venue(chosen=chosen, by=self.user, reason=reason)
        except Refused as error:
            if any(problem.about == "reason" for problem in error.problems):
                drawn = DrawnVenue.objects.visible_to(self.user).filter(plan__draw=chosen.draw_id)
                of_it = drawn.filter(venue=chosen.venue_id).first() if chosen.draw_id else None
                context = {"view": self, "form": form, "chosen": chosen, "drawn": of_it}
                return render(
                    self.request, "operations/planning/operation_venue_remove.html", context
                )
            messages.error(self.request, str(error))
            return did_nothing(redirect(self.list_of_venues))
        return self.back(f"{chosen.venue} is no longer in the operation.")

    def back(self, message: str) -> HttpResponse:
        """Say what was done, beside the venues of the operation."""
        confirm(self.request, message)
        return redirect(self.list_of_venues)

    @property
    def list_of_venues(self) -> str:
        """Where the chosen venues stand."""
        return f"{self.operation.get_absolute_url()}?show=venues"

    @property
    def sent(self) -> QueryDict:
        """What was ticked: now, or before it was kept."""
        return self.kept.answers if self.kept else self.request.POST

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The venues by page, with their training."""
        venues = self.matching.select_related("local_authority__command_unit", "group")
        page = PagesByKey(venues, PAGE_SIZE).get_page(self.request.GET.get("page"))
        return {
            "operation": self.operation,
            "filter_form": self.filter_form,
            "page_obj": page,
            "rows": [(venue, TrainingState(venue.training_state)) for venue in page],
            "ticked": {whole_number(key) for key in self.sent.getlist("venues")},
            "add_form": AddVenuesForm(venues=self.matching),
            "filters": self.filter_form.in_words(),
        } | super().get_context_data(**kwargs)

"""Pages that plan, change and cancel a visit."""

from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts import roles
from accounts.acts.views import ActView
from accounts.addresses import key_or_none
from accounts.dates.london import duty_day
from govuk import searched
from operations.planning import schedule
from operations.planning.models import OperationVenue
from operations.planning.pages import OfOperation
from operations.planning.schedule_forms import (
    CancelForm,
    VisitEditForm,
    VisitForm,
    plan_after,
    plan_of,
)
from operations.teams.models import Cadet
from operations.visits.models import Visit
from operations.visits.states import VisitState


class FindsCadets(ActView):
    """A page of an act in whose form cadets are found, among others."""

    def note_found(self, rows: list[Any]) -> None:
        self.record_reads(listed=[row for row in rows if isinstance(row, Cadet)])


class VisitAdd(OfOperation, FindsCadets):
    """A new visit to a chosen venue."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/planning/visit_form.html"
    form_class = VisitForm

    @cached_property
    def chosen(self) -> QuerySet[OperationVenue]:
        """The venues that it may go to."""
        found = OperationVenue.objects.visible_to(self.user)
        here = Visit.objects.filter(operation=self.operation, venue=OuterRef("venue"))
        here = here.exclude(state=VisitState.CANCELLED).order_by()
        counted = Subquery(here.values("venue").annotate(n_here=Count("pk")).values("n_here"))
        return (
            found.filter(operation=self.operation, venue__closed_on=None, venue__merged_into=None)
            .select_related("venue")
            .annotate(n_visits=Coalesce(counted, 0))
            .order_by("venue__normal_name", "pk")
        )

    def get_initial(self) -> dict[str, Any]:
        """The venue of the link that led here; or the team of the visit planned just before."""
        before = key_or_none(self.request.GET.get("after"))
        if before is not None:
            found = Visit.objects.plannable_by(self.user).filter(operation=self.operation)
            return plan_after(get_object_or_404(found, pk=before))
        runs = self.operation.starts_on <= duty_day(timezone.now()) <= self.operation.ends_on
        today = timezone.localdate() if runs else None
        return {
            "venue": key_or_none(self.request.GET.get("venue")),
            "on": today,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """The venues and cadets to choose from."""
        cadets = Cadet.objects.visible_to(self.user).on_record()
        offered = {"operation": self.operation, "chosen": self.chosen, "cadets": cadets}
        return super().get_form_kwargs() | offered

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        self.record_reads(listed=searched.shown(context["form"]["cadet"]))
        return context | {"operation": self.operation}

    def act(self, form: VisitForm) -> str:
        visit = schedule.plan_visit(
            operation=self.operation,
            venue=form.venue_to_visit(),
            team=form.team(),
            by=self.user,
            at=timezone.now(),
            **form.window(),
        )
        self.done = f"The visit to {visit.venue} is planned."
        if form.ANOTHER in form.data:
            return f"{self.request.path}?after={visit.number}"
        return self.operation.get_absolute_url()


class PlannedVisitView(FindsCadets):
    """A page on a visit that is still planned; once it is not, the visit's own page says why."""

    permission_required = roles.PLAN_OPERATIONS

    @cached_property
    def record(self) -> Visit:
        """The visit, if its plan is for the person to change."""
        found = Visit.objects.plannable_by(self.user).select_related("operation", "venue")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def done_before(self) -> tuple[str, str] | None:
        """A plan that can no longer change has no form."""
        if self.record.is_planned:
            return None
        state = self.record.get_state_display().lower()
        said = f"This visit is {state}, so its plan can no longer change."
        return said, self.record.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        self.record_reads(viewed=[self.record], listed=self.cadets_of(context["form"]))
        return context | {"visit": self.record, "operation": self.record.operation}

    def cadets_of(self, form: Any) -> list[Cadet]:
        """The cadets that stand on the page."""
        return searched.shown(form["cadet"]) if "cadet" in form.fields else []


class VisitEdit(PlannedVisitView):
    """Another window or another team."""

    template_name = "operations/planning/visit_form.html"
    form_class = VisitEditForm
    done = "The visit is saved."

    def get_initial(self) -> dict[str, Any]:
        return plan_of(self.record) | {"version": self.record.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        cadets = Cadet.objects.visible_to(self.user).on_record()  # within the rules, any may go
        offered = {"operation": self.record.operation, "cadets": cadets}
        return super().get_form_kwargs() | offered

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the officers of the team who can't go any more: the boxes do not offer them."""
        team = self.record.team.with_who_goes().select_related("officer")
        cannot_go = [
            f"{one.officer}, {one.get_duty_display().lower()}, {one.gone}. Choose somebody else."
            for one in team
            if one.gone
        ]
        return super().get_context_data(**kwargs) | {"cannot_go": cannot_go}

    def act(self, form: VisitEditForm) -> str:
        schedule.reschedule_visit(
            visit=self.record,
            version=form.cleaned_data["version"],
            team=form.team(),
            by=self.user,
            at=timezone.now(),
            **form.window(),
        )
        return self.record.operation.get_absolute_url()


class VisitCancel(PlannedVisitView):
    """Calls a planned visit off."""

    template_name = "operations/planning/visit_cancel.html"
    form_class = CancelForm
    done = "The visit is cancelled. Its team is free again."

    def act(self, form: CancelForm) -> str:
        schedule.cancel_visit(
            visit=self.record,
            reason=form.cleaned_data["reason"],
            by=self.user,
            at=timezone.now(),
        )
        return self.record.operation.get_absolute_url()

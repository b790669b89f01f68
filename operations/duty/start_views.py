"""Pages around the start of a visit: the team starts it, a lead allows it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View

from accounts.acts.form_pages import FormPage
from accounts.acts.refusals import Refused
from accounts.acts.undo import confirm
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from accounts.roles import PLAN_OPERATIONS, VIEW_OPERATIONS
from operations.duty import actions as duty
from operations.duty import allowing
from operations.duty.start_forms import AllowStartForm, StartForm, cadets_to_ask
from operations.duty.starting import why_too_early
from operations.duty.views import OfTheTeam
from operations.safety.policies import SafetyPolicy
from operations.teams.start_rules import Need
from operations.visits.models import Visit, visit_rules


class VisitStart(FormPage, OfTheTeam, View):
    """Starts a visit: on a list or on its page, or here after a look at what it means."""

    template_name = "operations/duty/visit_start.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask; or go on where it has started."""
        if self.visit.is_under_way:
            return redirect("operations:outcome_add", self.visit.pk)
        return self.ask(StartForm(visit=self.visit))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start, and open the form that is filled in afterwards, while there is a signal."""
        form = StartForm(request.POST, visit=self.visit)
        form.is_valid()
        now = timezone.now()
        try:
            visit = duty.start_visit(visit=self.visit, **form.said(), by=self.user, at=now)
        except Refused as refusal:
            form.add_problems(refusal.problems)
            return self.ask(form, str(refusal), status=409)
        if visit.started_at == now:
            confirm(request, "The visit is under way.")
        elif visit.started_by_id != self.user.pk:
            messages.info(request, f"{visit.started_by} has already started this visit.")
        return redirect("operations:outcome_add", visit.pk)

    def ask(self, form: StartForm, refusal: str = "", *, status: int = 200) -> HttpResponse:
        """The page, with what stands in the way; without the form where nothing can be said."""
        rules = visit_rules(at=timezone.now())
        too_early = why_too_early(self.visit, at=timezone.now(), early=rules.early)
        can_start = self.visit.is_planned and not too_early
        self.record_reads(viewed=[self.visit], listed=cadets_to_ask(self.visit))
        context = {
            "visit": self.visit,
            "margin": rules.margin,
            "start_form": form,
            "form": form if can_start else None,
            "refusal": "" if can_start else refusal or too_early,
        }
        return render(self.request, self.template_name, context, status=status)


class StartAllow(ActView):
    """Lets one visit start although something is missing. It is called by its number alone."""

    template_name = "operations/duty/start_allow.html"
    form_class = AllowStartForm
    done = "The team can start without it. They read why on the visit’s page."

    def has_permission(self) -> bool:
        """Whoever may lead an operation; which visits, is for the queryset."""
        return any(map(self.user.has_perm, (PLAN_OPERATIONS, VIEW_OPERATIONS)))

    def done_before(self) -> tuple[str, str] | None:
        """One that has started needs nobody's word any more."""
        if self.visit.is_planned:
            return None
        return "This visit has started or is over. There is nothing to allow.", self.back

    @cached_property
    def visit(self) -> Visit:
        """The visit, if this person leads it."""
        led = Visit.objects.led_by(self.user, at=timezone.now(), also_started=True)
        return get_object_or_404(led.select_related("operation"), pk=self.kwargs["pk"])

    @property
    def back(self) -> str:
        """Where the person came from."""
        if self.user.has_perm(PLAN_OPERATIONS):
            return self.visit.get_absolute_url()
        return self.visit.operation.get_absolute_url()

    def get_form_kwargs(self) -> dict[str, Any]:
        """What the policy of the day lets a lead do without."""
        needs = SafetyPolicy.on(duty_day(self.visit.starts_at)).may_be_allowed
        return super().get_form_kwargs() | {"needs": needs}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.visit])
        about = {"visit": self.visit, "back": self.back}
        return super().get_context_data(**kwargs) | about

    def act(self, form: AllowStartForm) -> str:
        allowing.allow_start(
            visit=self.visit,
            without=[Need(need) for need in form.cleaned_data["without"]],
            reason=form.cleaned_data["reason"],
            by=self.user,
            at=timezone.now(),
        )
        return self.back

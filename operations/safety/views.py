"""Pages of safety: the button by which a team checks in, and the alarms."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, TemplateView, View

from accounts.access.pages import RequiresPermission
from accounts.acts.form_pages import FormPage
from accounts.acts.refusals import Refused
from accounts.acts.views import ActView, ButtonView
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS, VIEW_BOARD, VIEW_OPERATIONS
from operations.duty.duress import NoticesHeldButton
from operations.duty.views import OfTheTeam
from operations.safety import actions
from operations.safety.deadlines import Kind
from operations.safety.forms import CheckInForm, CloseAlarmForm
from operations.safety.models import Alarm, AlarmQuerySet, next_check_in
from operations.safety.presenters import facts_of, words_of_check_in

#: For how long a closed alarm stays on the list.
CLOSED_LATELY = dt.timedelta(days=1)
#: So many open alarms have a line of their own on each page.
IN_LINES = 2


class VisitCheckIn(NoticesHeldButton, FormPage, OfTheTeam, View):
    """A sign of life, by one tap; here after a look where scripts do not run."""

    template_name = "operations/safety/visit_check_in.html"
    counts_once = False  # it carries its own number, made for the phone

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask; a visit that is not under way has nothing to check in for."""
        if not self.visit.is_under_way:
            return redirect(self.visit)
        return self.ask()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it on record, and go back to the form that is filled in meanwhile."""
        form = CheckInForm(request.POST)
        if not form.is_valid():
            return self.ask("Nothing was saved: open your visit again, then check in.", status=409)
        now = timezone.now()
        try:
            made = actions.check_in(
                visit=self.visit,
                ago=form.tapped_ago(),
                submission=form.cleaned_data["submission"],
                by=self.user,
                at=now,
            )
        except Refused as refusal:
            return self.ask(refusal, status=409)
        by = next_check_in(self.visit, at=now)
        messages.success(request, words_of_check_in(made, by=by))
        return redirect("operations:outcome_add", self.visit.pk) if by else redirect(self.visit)

    def ask(self, refusal: object = "", *, status: int = 200) -> HttpResponse:
        """The page, with what stands in the way."""
        self.record_reads(viewed=[self.visit])
        context = {"visit": self.visit, "refusal": refusal}
        return render(self.request, self.template_name, context, status=status)


class Concerned(RequiresPermission):
    """A page about alarms, for those whom they may concern; which ones is for the queryset."""

    def has_permission(self) -> bool:
        """Whoever may see alarms of some kind."""
        concerned = (VIEW_BOARD, PLAN_OPERATIONS, VIEW_OPERATIONS, LOG_VISITS)
        return any(map(self.user.has_perm, concerned))

    def alarms(self) -> AlarmQuerySet:
        """Those that concern this person, with all that is shown."""
        return Alarm.objects.visible_to(self.user).with_what_is_shown()


class AlarmList(Concerned, TemplateView):
    """The open alarms, and those that were closed in the last day."""

    template_name = "operations/safety/alarm_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        still = list(self.alarms().open())
        lately = list(self.alarms().closed_since(timezone.now() - CLOSED_LATELY))
        self.record_reads(listed=[alarm.visit for alarm in [*still, *lately]])
        return super().get_context_data(**kwargs) | {"alarms": still, "closed": lately}


class OpenAlarms(Concerned, View):
    """The open alarms as a part of every page (static/js/alarms.js); empty where there is none."""

    def has_permission(self) -> bool:
        """Every page asks for it; none concerns whoever may see none."""
        return True

    def get(self, request: HttpRequest) -> HttpResponse:
        """The part. It tells of no venue; and a team of no concern that it found itself."""
        theirs = self.user.team_memberships.values("visit")
        found = Alarm.objects.visible_to(self.user).open()
        found = found.exclude(kind=Kind.CONCERN, visit__in=theirs)
        worst_first = sorted(found, key=lambda alarm: not alarm.at_once)
        context = {
            "alarms": worst_first[:IN_LINES],
            "more": len(worst_first[IN_LINES:]),
        }
        return render(request, "operations/safety/open_alarms.html", context)


class AlarmDetail(Concerned, DetailView[Alarm]):
    """One alarm: what was missed, whom to call, who deals with it, what was found."""

    template_name = "operations/safety/alarm_detail.html"
    context_object_name = "alarm"

    def get_queryset(self) -> AlarmQuerySet:
        return self.alarms()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the officers of the team, the lead first, and its last sign of life."""
        visit = self.object.visit
        self.record_reads(viewed=[visit])
        team = visit.team.filter(officer__isnull=False).select_related("officer")
        officers = sorted(team, key=lambda member: member.duty != member.Duty.LEAD)
        return super().get_context_data(**kwargs) | {
            "visit": visit,
            "may_answer": all(member.officer_id != self.user.pk for member in officers),
            "facts": facts_of(self.object, officers=officers, at=timezone.now()),
        }


class Answers(Concerned):
    """A page on which somebody deals with an alarm."""

    @cached_property
    def alarm(self) -> Alarm:
        """The alarm, if this person may deal with it."""
        found = Alarm.objects.answerable_by(self.user).with_what_is_shown()
        return get_object_or_404(found, pk=self.kwargs["pk"])


class AlarmTake(ButtonView, Answers):
    """Says that this person deals with an alarm: one button of its page."""

    done = "You are dealing with this alarm. It does not go on to more people."

    @property
    def page(self) -> Alarm:
        return self.alarm

    def act(self) -> None:
        actions.take_alarm(alarm=self.alarm, by=self.user, at=timezone.now())


class AlarmClose(Answers, ActView):
    """Closes an alarm."""

    template_name = "operations/safety/alarm_close.html"
    form_class = CloseAlarmForm
    done = "The alarm is closed."

    def get_form_kwargs(self) -> dict[str, Any]:
        """With what is asked of an alarm of its kind."""
        return super().get_form_kwargs() | {"is_silent": self.alarm.is_silent}

    def done_before(self) -> tuple[str, str] | None:
        """A closed one stays so."""
        if self.alarm.is_open:
            return None
        return "This alarm was closed already. Nothing was changed.", self.alarm.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.alarm.visit])
        about = {"alarm": self.alarm, "visit": self.alarm.visit}
        return super().get_context_data(**kwargs) | about

    def act(self, form: CloseAlarmForm) -> str:
        actions.close_alarm(
            alarm=self.alarm,
            spoke_to=form.cleaned_data["spoke_to"],
            found=form.cleaned_data["found"],
            by=self.user,
            at=timezone.now(),
        )
        return reverse("operations:alarm_detail", args=[self.alarm.pk])

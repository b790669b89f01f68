"""Pages of a visiting officer: one's visits, a visit, and logging what happened."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject, cached_property
from django.views.generic import DetailView, TemplateView

from accounts.access.pages import RequiresPermission
from accounts.acts.undo import offered
from accounts.acts.views import ActView
from accounts.database.compiled import Compiled
from accounts.dates.london import duty_day, duty_ends
from accounts.models import User
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS, VIEW_OPERATIONS, VIEW_RESULTS
from govuk.tones import tone_of
from operations.calls.presenters import differences, lines_of, told_of
from operations.duty import actions as duty
from operations.duty.actions import AlreadyLoggedError, UndoneBeforeError
from operations.duty.concerns import SAID_WITHIN
from operations.duty.duress import NoticesHeldButton
from operations.duty.forms import (
    MINUTES,
    CorrectionForm,
    MinutesField,
    NotCompletedCorrectionForm,
    NotCompletedForm,
    OutcomeForm,
    answers_of,
    answers_told,
)
from operations.duty.start_forms import cadets_to_ask
from operations.duty.starting import why_too_early
from operations.duty.welfare_presenters import welfare_on_page
from operations.follow_ups.models import FollowUp
from operations.safety.overrides import StartOverride
from operations.safety.policies import number_to_call
from operations.teams.models import TeamMember
from operations.visits import outcome_history
from operations.visits.facts import OutcomeFacts
from operations.visits.models import Visit, VisitQuerySet, visit_rules
from operations.visits.outcomes import Outcome
from operations.visits.states import ELIGIBLE, NotCompletedReason, VisitState
from operations.visits.visit_history import record_of
from venues.models import Venue

#: What the registry does not know yet, where a visit found no venue to test.
TO_THE_REGISTRY: dict[str, tuple[str, str]] = {
    NotCompletedReason.OUT_OF_BUSINESS: ("Close the venue in the registry", "venues:venue_close"),
    NotCompletedReason.DUPLICATE: ("Merge the two entries in the registry", "venues:venue_merge"),
}

DONE_LATELY = dt.timedelta(days=14)


class MyVisits(RequiresPermission, TemplateView):
    """The visits of one's teams: what is on tonight, what is to come, what was done lately."""

    permission_required = LOG_VISITS
    template_name = "operations/duty/my_visits.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Three lists. One that is under way comes first, one whose window has passed stays; one
        that was cancelled is where it was until then.
        """
        now = timezone.now()
        mine = Visit.objects.for_officer(self.user).select_related("venue", "outcome")
        mine = mine.prefetch_related(
            Prefetch("team", TeamMember.objects.select_related("cadet")),
            Prefetch("start_overrides", StartOverride.objects.select_related("by")),
        )
        called_off = list(mine.called_off(at=now))
        ahead = sorted([*mine.ahead(), *called_off], key=lambda visit: (visit.starts_at, visit.pk))
        tonight_ends = duty_ends(duty_day(now))
        tonight = [v for v in ahead if v.is_under_way or v.starts_at < tonight_ends]
        lately = mine.over().filter(starts_at__gte=now - DONE_LATELY)
        done = [visit for visit in lately if visit not in called_off]
        rules = visit_rules(at=now)
        asked = [v for v in tonight if v.is_planned and v.starts_at - rules.early <= now]
        self.record_reads(listed=[*ahead, *done, *(c for v in asked for c in cadets_to_ask(v))])
        return super().get_context_data(**kwargs) | {
            "early": rules.early,
            "margin": rules.margin,
            "now": now,
            "tonight": sorted(tonight, key=lambda visit: not visit.is_under_way),
            "coming": [visit for visit in ahead if visit not in tonight],
            "done": done,
        }


class VisitDetail(RequiresPermission, DetailView[Visit]):
    """One visit: before it what the team needs, after it what was found and why."""

    template_name = "operations/visits/visit_detail.html"
    context_object_name = "visit"

    def has_permission(self) -> bool:
        """Whoever may see visits of some kind; which ones is for the queryset."""
        return any(map(self.user.has_perm, (LOG_VISITS, PLAN_OPERATIONS, VIEW_RESULTS)))

    def get_queryset(self) -> VisitQuerySet:
        """With all that the page shows."""
        team = TeamMember.objects.with_who_goes().select_related("officer", "cadet")
        outcomes = Outcome.objects.select_related("logged_by").order_by("-revision")
        correctable = Visit.objects.correctable_by(self.user).filter(pk=OuterRef("pk"))
        return (
            Visit.objects.visible_to(self.user)
            .annotate(may_correct=Exists(correctable))
            .select_related("venue", "operation__scenario", "started_by", "control_room_told_by")
            .prefetch_related(
                Prefetch("team", team),
                Prefetch("outcomes", outcomes),
                Prefetch("start_overrides", StartOverride.objects.select_related("by")),
                "operation__scenario__warning_signs",
            )
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the verdict in words once there is one."""
        user = self.user
        team = self.object.team.all()
        in_team = any(member.officer_id == user.pk for member in team)
        sees_plans = user.has_perm(VIEW_OPERATIONS)
        sees_cadets = in_team or user.has_perm(PLAN_OPERATIONS)
        n_cadets = sum(member.cadet_id is not None for member in team)
        cadets = [member.cadet for member in team if member.cadet] if sees_cadets else []
        self.record_reads(viewed=[self.object], listed=cadets)
        return (
            super().get_context_data(**kwargs)
            | self._findings()
            | self._times()
            | (welfare_on_page(self.object, user, in_team=in_team) if sees_cadets else {})
            | {
                "record": record_of(self.object, list(self.object.outcomes.all())),
                "calls": list(lines_of(self.object.calls.order_by("called_at"))),
                "undo_start": self.object.is_under_way
                and in_team
                and offered(duty.start_visit, self.object, by=user),
                "officers": [member for member in team if member.officer],
                "cadets": [member for member in team if member.cadet] if sees_cadets else [],
                "n_cadets": n_cadets,
                "is_over": self.object.is_finished,
                "is_ahead": self.object.is_planned or self.object.is_under_way,
                "may_log": in_team and user.has_perm(LOG_VISITS),
                "may_correct": self.object.may_correct,  # type: ignore[attr-defined]  # annotated
                "sees_script": in_team or sees_plans,
                "sees_operation": sees_plans,
                "registry_act": self._registry_act(),
                "may_plan": user.has_perm(PLAN_OPERATIONS),
                "another_reason": self.object.not_completed_reason in duty.ANOTHER_REASON,
                "call_now": in_team and self._number_to_call(),
                "to_test_again": self.object.not_completed_reason in ELIGIBLE,
                "drafts_done": draft_keys_done(self.object, self.object.outcomes.all(), user),
                "drafts_over": draft_keys_over(self.object, user),
            }
        )

    def _number_to_call(self) -> str:
        """Whom the team of a visit that met a real concern calls, while that is news."""
        visit, now = self.object, timezone.now()
        if visit.not_completed_reason != NotCompletedReason.REAL_CONCERN or not visit.ended_at:
            return ""
        return number_to_call(at=now) if now < visit.ended_at + SAID_WITHIN else ""

    def _times(self) -> dict[str, Any]:
        """By the policy of now, from when on a visit ahead can start and until when it waits."""
        if not (self.object.is_planned or self.object.is_under_way):
            return {}
        now = timezone.now()
        rules = visit_rules(at=now)
        too_early = why_too_early(self.object, at=now, early=rules.early)
        return {"too_early": too_early, "margin": rules.margin}

    def _registry_act(self) -> tuple[str, str] | None:
        """What the registry should learn from a visit that found no venue to test, for whoever may
        say so there: the words and the address.
        """
        venue = self.object.venue
        wanted = TO_THE_REGISTRY.get(self.object.not_completed_reason)
        if wanted is None or not venue.is_open:
            return None
        if not Venue.objects.changeable_by(self.user).filter(pk=venue.pk).exists():
            return None
        words, page = wanted
        return words, reverse(page, args=[venue.pk])

    def _findings(self) -> dict[str, Any]:
        outcomes = list(self.object.outcomes.all())
        if not outcomes:
            return {}
        latest = outcomes[0]
        return {
            "differences": differences(latest, told_of(self.object)),
            "outcome": latest,
            "tone": tone_of("verdict", latest.verdict),
            "judgement": outcome_history.judgement_of(latest),
            "facts": outcome_history.in_words(OutcomeFacts.of(latest)),
            "follow_up": FollowUp.objects.visible_to(self.user).filter(visit=self.object).first(),
        }


class OfTheTeam(RequiresPermission):
    """A page on which an officer of the team acts on ``visit``."""

    permission_required = LOG_VISITS
    never_limited = (
        True  # by accounts/sign_in/rate_limits.py: what happened on a visit is always taken
    )

    @cached_property
    def visit(self) -> Visit:
        """The visit, if it is there for this person: others who see it must not act on it."""
        if visit := self.find():
            return visit
        get_object_or_404(Visit.objects.visible_to(self.user), pk=self.kwargs["pk"])
        raise PermissionDenied

    def find(self) -> Visit | None:
        """The visit, where this person acts on it here: to be in the team is to see it."""
        key = self.kwargs["pk"]
        if self.request.method == "GET":
            return _with_what_a_page_shows(Visit.objects.for_officer(self.user), key)
        return _of_the_team.first(key, self.user.pk)


@Compiled
def _of_the_team(visit: int, officer: int) -> VisitQuerySet:
    return Visit.objects.for_officer(User(pk=officer)).filter(pk=visit)


def _with_what_a_page_shows(visits: VisitQuerySet, key: int) -> Visit | None:
    return visits.filter(pk=key).select_related("venue", "operation__scenario").first()


class TeamAct(OfTheTeam, ActView):
    """A form of the team. What it makes carries its own number, made on the phone."""

    counts_once = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The visit for the heading, and what is told where its time is over."""
        self.record_reads(viewed=[self.visit])
        context = {"visit": self.visit, "margin": visit_rules(at=timezone.now()).margin}
        return super().get_context_data(**kwargs) | context


class EndsVisit(TeamAct):
    """A form that ends a visit under way. In another state the visit has another page for it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What was sent goes to the act whatever the state: it may be a repetition.

        So does what a phone has kept, which sends it once it has the form.
        """
        if request.method == "GET" and "kept" not in request.GET and self.has_permission():
            if self.visit.is_planned:
                return redirect("operations:visit_start", self.visit.pk)
            if not self.visit.is_under_way and not self.may_be_late():
                return self.over()
        return super().dispatch(request, *args, **kwargs)

    def may_be_late(self) -> bool:
        """Whether it can still be said though somebody else ended the visit."""
        return False

    def over(self) -> HttpResponse:
        """Where to go when the visit has ended."""
        return redirect(self.visit)


class LogsOutcome(TeamAct):
    """A form with the facts of a visit. What somebody else logged first is never overwritten."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """With a place on the phone, which is asked for where the form is shown."""
        key = SimpleLazyObject(lambda: draft_key(self.visit, self.user))
        return super().get_form_kwargs() | {"draft_key": key}

    def form_valid(self, form: Any) -> HttpResponse:
        """Save; or offer to correct with these answers what is on record by now."""
        try:
            return super().form_valid(form)
        except AlreadyLoggedError as error:
            return self.offer_correction(form, error)

    def offer_correction(self, form: OutcomeForm, error: AlreadyLoggedError) -> HttpResponse:
        """The correction form with what was entered in ``form``, and why it is shown."""
        latest = Outcome.objects.filter(visit=self.visit).latest("revision")
        answers = {
            **dict(form.data.items()),
            "version": latest.revision,
            "submission": uuid.uuid4(),
        }
        correction = CorrectionForm(answers, draft_key=form.draft_key)
        correction.helper.form_action = reverse("operations:outcome_correct", args=[self.visit.pk])
        correction.add_error(
            None,
            f"{error} What you entered is still below: to put it in place of what is on record, "
            "say why and save it as a correction.",
        )
        context = self.get_context_data(form=correction)
        return render(self.request, "operations/duty/outcome_correct.html", context)


class OutcomeAdd(NoticesHeldButton, EndsVisit, LogsOutcome):
    """Log what was observed."""

    template_name = "operations/duty/outcome_form.html"
    form_class = OutcomeForm
    done = "The outcome is logged."

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the control room recorded of calls about the visit, as first answers."""
        return answers_told(told_of(self.visit))

    def get_form_kwargs(self) -> dict[str, Any]:
        """With what the control room answered, where the form is shown or its minutes come back."""
        shape = super().get_form_kwargs()
        told = self.told if self.request.method == "GET" or self._sends_other_minutes() else {}
        return shape | {"initial": shape["initial"] | told, "told": list(told)}

    def _sends_other_minutes(self) -> bool:
        """Whether minutes come back that are none of those to tap: only a call gave them."""
        fields = OutcomeForm.base_fields.items()
        names = [name for name, field in fields if isinstance(field, MinutesField)]
        sent = (self.request.POST.get(name, "") for name in names)
        return any(one.isdecimal() and int(one) not in MINUTES for one in sent)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"is_told": bool(self.told)}

    def may_be_late(self) -> bool:
        """What the team saw is not lost."""
        return self.visit.was_left_open

    def over(self) -> HttpResponse:
        """Where a colleague was first, the answers kept on this phone become a correction."""
        outcome = self.visit.outcome
        if outcome is None or outcome.logged_by == self.user:
            return redirect(self.visit)
        messages.info(self.request, f"{outcome.logged_by} has already logged the outcome.")
        return redirect("operations:outcome_correct", self.visit.pk)

    def act(self, form: OutcomeForm) -> str:
        duty.log_outcome(
            visit=self.visit,
            facts=form.facts(),
            submission=form.cleaned_data["submission"],
            by=self.user,
            at=timezone.now(),
        )
        return self.visit.get_absolute_url()


class Corrects(OfTheTeam):
    """Mix in first: others may correct what the team logged, once nobody of it can any more."""

    done = "The correction is saved. The earlier version is kept."

    corrects: VisitState
    """The state in which there is something to correct."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """In another state the visit's page is shown."""
        if self.has_permission() and self.visit.state != self.corrects:
            return redirect(self.visit)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def record(self) -> Visit:
        """What two people may correct at once."""
        return self.visit

    def has_permission(self) -> bool:
        """Whoever may correct some visits; which ones is for the queryset."""
        return any(map(self.user.has_perm, (LOG_VISITS, VIEW_OPERATIONS)))

    def find(self) -> Visit | None:
        """The visit, where its record is theirs to correct."""
        theirs = Visit.objects.visible_to(self.user) & Visit.objects.correctable_by(self.user)
        return _with_what_a_page_shows(theirs, self.kwargs["pk"])


class OutcomeCorrect(Corrects, LogsOutcome):
    """Correct what was logged: the earlier revision is kept."""

    template_name = "operations/duty/outcome_correct.html"
    form_class = CorrectionForm
    corrects = VisitState.COMPLETED

    def get_initial(self) -> dict[str, Any]:
        outcome = self.visit.outcome
        assert outcome is not None  # the visit is completed
        return answers_of(OutcomeFacts.of(outcome)) | {"version": outcome.revision}

    def act(self, form: CorrectionForm) -> str:
        duty.correct_outcome(
            visit=self.visit,
            facts=form.facts(),
            reason=form.cleaned_data["reason"],
            revision=form.cleaned_data["version"],
            submission=form.cleaned_data["submission"],
            by=self.user,
            at=timezone.now(),
        )
        return self.visit.get_absolute_url()


class NotCompleted(NoticesHeldButton, EndsVisit):
    """Say why the venue could not be tested."""

    template_name = "operations/duty/not_completed_form.html"
    form_class = NotCompletedForm
    done = "The visit is logged as not completed."

    def get_form_kwargs(self) -> dict[str, Any]:
        """With a place on the phone."""
        key = not_completed_key(self.visit, self.user)
        return super().get_form_kwargs() | {"draft_key": key}

    def form_valid(self, form: Any) -> HttpResponse:
        """Save; or show what was sent once more, where that had been undone meanwhile."""
        try:
            return super().form_valid(form)
        except UndoneBeforeError:
            form.tell_undone()
            return self.form_invalid(form)

    def act(self, form: NotCompletedForm) -> str:
        duty.log_not_completed(
            visit=self.visit,
            reason=form.reason(),
            notes=form.cleaned_data["notes"],
            submission=form.cleaned_data["submission"],
            by=self.user,
            at=timezone.now(),
        )
        return self.visit.get_absolute_url()


class NotCompletedCorrect(Corrects, TeamAct):
    """Correct why the venue could not be tested: what was said before is kept."""

    template_name = "operations/duty/not_completed_correct.html"
    form_class = NotCompletedCorrectionForm
    corrects = VisitState.NOT_COMPLETED

    def get_initial(self) -> dict[str, Any]:
        visit = self.visit
        kind = "time" if NotCompletedReason(visit.not_completed_reason).eligible else "venue"
        return {
            "kind": kind,
            kind: visit.not_completed_reason,
            "notes": visit.not_completed_notes,
            "version": visit.not_completed_revision,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """With a place on the phone, a new one after each correction."""
        key = f"{not_completed_key(self.visit, self.user)}-{self.visit.not_completed_revision}"
        return super().get_form_kwargs() | {"draft_key": key}

    def act(self, form: NotCompletedCorrectionForm) -> str:
        duty.correct_not_completed(
            visit=self.visit,
            reason=form.reason(),
            notes=form.cleaned_data["notes"],
            why=form.cleaned_data["why"],
            revision=form.cleaned_data["version"],
            submission=form.cleaned_data["submission"],
            by=self.user,
            at=timezone.now(),
        )
        return self.visit.get_absolute_url()


# What the phone keeps ---------------------------------------------------------------------------


def draft_key(visit: Visit, user: Any) -> str:
    """Under what the phone keeps answers about ``visit``: a new place after each that arrived.

    So what a colleague logged first, or corrected meanwhile, forgets nothing of one's own.
    """
    return _draft_key(visit, user, visit.outcomes.filter(logged_by=user).count())


def draft_keys_done(visit: Visit, outcomes: Iterable[Outcome], user: Any) -> list[str]:
    """What the phone of ``user`` may forget, since the server has it."""
    arrived = sum(outcome.logged_by_id == user.pk for outcome in outcomes)
    return [_draft_key(visit, user, number) for number in range(arrived)]


def draft_keys_over(visit: Visit, user: Any) -> list[str]:
    """What the phone of ``user`` may forget unless it waits for an answer: the visit is over.

    Somebody else may have ended it; what the phone has sent itself then goes on to be told so.
    """
    if not visit.is_finished:
        return []
    key = not_completed_key(visit, user)
    return [key, *(f"{key}-{number}" for number in range(1, visit.not_completed_revision))]


def not_completed_key(visit: Visit, user: Any) -> str:
    """Under what the phone keeps why ``visit`` could not test the venue."""
    return f"not-completed-{visit.pk}-{user.pk}"


def _draft_key(visit: Visit, user: Any, number: int) -> str:
    return f"outcome-{visit.pk}-{user.pk}-{number}"

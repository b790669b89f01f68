"""Pages of Makesafe calls: the list, logging and correcting one, and saying what it was about."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, ListView

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView, ButtonView
from accounts.addresses import key_or_none
from accounts.roles import LOG_CALLS, WORK_CONCERNS
from operations.calls import actions
from operations.calls.forms import CallCorrectionForm, CallFilter, CallForm, ReasonForm, answers_of
from operations.calls.models import Call, CallQuerySet
from operations.calls.presenters import (
    concern_of,
    differences,
    facts_of,
    facts_of_concern,
    tag_of,
    told_of,
)
from operations.calls.scripts import CallScript
from operations.visits.models import Visit


class OfCalls(RequiresPermission):
    """A page for those who answer calls or work on concerns; which ones is for the queryset."""

    def has_permission(self) -> bool:
        """Whoever may see calls of some kind on these pages."""
        return self.user.has_perm(LOG_CALLS) or self.user.has_perm(WORK_CONCERNS)

    def calls(self) -> CallQuerySet:
        """Those that this person may see, with all that is shown."""
        return Call.objects.visible_to(self.user).with_what_is_shown()


class CallList(OfCalls, ListView[Call]):
    """The calls, the latest first."""

    template_name = "operations/calls/call_list.html"
    context_object_name = "calls"
    paginate_by = 50

    def get_queryset(self) -> CallQuerySet:
        """Those that the filters ask for."""
        self.filter_form = CallFilter(self.request.GET or None, user=self.user)
        return self.filter_form.narrow(self.calls())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        shown = list(context["calls"])
        visits = [call.visit for call in shown if call.visit]
        self.record_reads(listed=[*shown, *visits])
        return context | {
            "rows": [(call, tag_of(call)) for call in shown],
            "filter_form": self.filter_form,
            "may_log": self.user.has_perm(LOG_CALLS),
        }


class CallDetail(OfCalls, DetailView[Call]):
    """One call: what was recorded, which tests it may have been about, or who follows it up."""

    template_name = "operations/calls/call_detail.html"
    context_object_name = "call"

    def get_queryset(self) -> CallQuerySet:
        return self.calls().select_related("visit__outcome", "concern__closed_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the visits that it may have been about, until somebody has said which."""
        now, call = timezone.now(), self.object
        concern, visit = concern_of(call), call.visit
        is_open = not call.is_matched and not (concern and concern.closed_at)
        found = actions.proposals(call, by=self.user, at=now) if is_open else []
        shown = [*(one.visit for one in found), *([visit] if visit else [])]
        self.record_reads(viewed=[call], listed=shown)
        sees_visit = visit and Visit.objects.visible_to(self.user).filter(pk=visit.pk).exists()
        outcome = visit.outcome if visit and sees_visit else None
        return super().get_context_data(**kwargs) | {
            "facts": facts_of(call),
            "tag": tag_of(call),
            "proposals": found,
            "asks": is_open,
            "concern": concern,
            "concern_facts": facts_of_concern(concern, at=now) if concern else [],
            "differences": differences(outcome, told_of(visit)) if visit and outcome else [],
            "visit_address": visit.get_absolute_url() if visit and sees_visit else "",
            "may_log": self.user.has_perm(LOG_CALLS),
            "may_work": self.user.has_perm(WORK_CONCERNS),
        }


class WritesCall(ActView):
    """A form of a call handler, with the script beside it."""

    permission_required = LOG_CALLS
    template_name = "operations/calls/call_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the moment by which the call came in."""
        return super().get_form_kwargs() | {"at": timezone.now()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        script = CallScript.objects.visible_to(self.user).newest()
        return super().get_context_data(**kwargs) | {"script": script}


class CallAdd(WritesCall):
    """Logs a call. From a live test it begins with the venue of that."""

    form_class = CallForm
    done = "The call is on record."

    def get_initial(self) -> dict[str, Any]:
        """Now; and where, if one comes from a test on the board."""
        now = timezone.localtime()
        key = key_or_none(self.request.GET.get("visit"))
        visit = Visit.objects.on_board(at=now).filter(pk=key).first() if key else None
        return {"day": now.date(), "time": now.time(), "venue": visit and visit.venue_id}

    def act(self, form: CallForm) -> Call:
        return actions.log_call(by=self.user, at=timezone.now(), **form.call_fields())


class AboutCall(OfCalls):
    """A page on which somebody does something about one call."""

    @cached_property
    def call(self) -> Call:
        """The call, if this person may see it."""
        return get_object_or_404(self.calls(), pk=self.kwargs["pk"])


class CallCorrect(AboutCall, WritesCall):
    """Corrects a call: what was recorded before is kept."""

    form_class = CallCorrectionForm
    done = "The correction is saved. What was recorded before is kept."

    def has_permission(self) -> bool:
        """Whoever logs calls."""
        return self.user.has_perm(LOG_CALLS)

    @property
    def record(self) -> Call:
        """What two people may correct at once."""
        return self.call

    def get_initial(self) -> dict[str, Any]:
        return answers_of(self.call)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.call])
        return super().get_context_data(**kwargs) | {"call": self.call}

    def act(self, form: CallCorrectionForm) -> Call:
        return actions.correct_call(
            call=self.call,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            by=self.user,
            at=timezone.now(),
            **form.call_fields(),
        )


class OneButton(ButtonView, AboutCall):
    """A button of the call's page that says something about it, and stays."""

    about = "this call"

    @property
    def page(self) -> Call:
        return self.call


class CallMatch(OneButton):
    """Says which test a call was about."""

    done = "The call is matched to the test."

    def act(self) -> None:
        """The visit is named by its number, as the button has it."""
        key = key_or_none(self.request.POST.get("visit"))
        if key is None:
            raise Http404
        visit = get_object_or_404(Visit, pk=key)
        actions.match_call(
            call=self.call, visit=visit, version=self.version, by=self.user, at=timezone.now()
        )


class CallConcern(OneButton):
    """Says that a call matches no test."""

    done = "The call is a real concern. It is followed up until somebody closes it."

    def act(self) -> None:
        actions.open_concern(call=self.call, version=self.version, by=self.user, at=timezone.now())


class CallUnmatch(AboutCall, ActView):
    """Takes back which test a call was about."""

    template_name = "operations/calls/call_act.html"
    form_class = ReasonForm
    done = "The call is matched to no test: treat it as real."

    @property
    def record(self) -> Call:
        """What two people may act on at once."""
        return self.call

    def done_before(self) -> tuple[str, str] | None:
        """There may be no match any more."""
        if self.call.is_matched:
            return None
        return "This call is matched to no test. Nothing was changed.", self.call.get_absolute_url()

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.call.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.call], listed=[self.call.visit] if self.call.visit else [])
        about = {"call": self.call, "title": "The call was not about this test"}
        return super().get_context_data(**kwargs) | about

    def act(self, form: ReasonForm) -> str:
        actions.unmatch_call(call=self.call, by=self.user, **form.cleaned_data)
        return reverse("operations:call_detail", args=[self.call.pk])

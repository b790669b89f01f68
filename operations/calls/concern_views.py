"""Pages of concerns: the list, and the acts on the page of the call that one is about."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import ListView

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from accounts.roles import WORK_CONCERNS
from operations.calls import concern_actions
from operations.calls.concern_forms import CloseForm, ConcernFilter, GiveForm, ReopenForm
from operations.calls.concerns import Concern, ConcernQuerySet, ConcernResult, ConcernState
from operations.calls.models import Call
from operations.calls.presenters import tag_of_concern
from operations.calls.views import OneButton


class ConcernList(RequiresPermission, ListView[Concern]):
    """The concerns of one's command units, the most urgent first, and the calls left unsettled."""

    permission_required = WORK_CONCERNS
    template_name = "operations/calls/concern_list.html"
    context_object_name = "concerns"
    paginate_by = 50

    def get_queryset(self) -> ConcernQuerySet:
        """Those that the filters ask for."""
        self.today = duty_day(timezone.now())
        self.visible = Concern.objects.visible_to(self.user)
        self.filter_form = ConcernFilter(self.request.GET or None)
        found = self.filter_form.narrow(self.visible, by=self.user, on=self.today)
        return found.select_related("call__venue", "call__command_unit", "owner")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With counts over all that this person may see, whatever the filters."""
        context = super().get_context_data(**kwargs)
        shown = list(context["concerns"])
        self.record_reads(listed=[concern.call for concern in shown])
        return context | {
            "rows": [(one, tag_of_concern(one), self._is_late(one)) for one in shown],
            "filter_form": self.filter_form,
            "counts": self.visible.counts(by=self.user, on=self.today),
            "n_unsettled": Call.objects.visible_to(self.user).unsettled().count(),
        }

    def _is_late(self, concern: Concern) -> bool:
        return concern.closed_at is None and concern.due_on < self.today


class ConcernTake(OneButton):
    """Says that this person follows a concern up."""

    permission_required = WORK_CONCERNS
    about = "this concern"
    done = "You follow this concern up."

    def has_permission(self) -> bool:
        """Whoever works on concerns."""
        return self.user.has_perm(WORK_CONCERNS)

    def act(self) -> None:
        concern = get_object_or_404(Concern, call=self.call)
        concern_actions.give_concern(
            concern=concern, to=self.user, version=self.version, by=self.user
        )


class ConcernAct(ActView):
    """A form for one act on a concern."""

    permission_required = WORK_CONCERNS
    template_name = "operations/calls/call_act.html"
    title = ""
    closed = False
    """Whether it is for closed concerns."""

    @cached_property
    def concern(self) -> Concern:
        """The concern, if it is there for this person."""
        visible = Concern.objects.visible_to(self.user).select_related("call__venue", "owner")
        return get_object_or_404(visible, call=self.kwargs["pk"])

    @property
    def record(self) -> Concern:
        """What two people may act on at once."""
        return self.concern

    def done_before(self) -> tuple[str, str] | None:
        """One in another state has no form: its page says so."""
        was_test = self.concern.result == ConcernResult.WAS_TEST
        if (self.concern.state == ConcernState.CLOSED) == self.closed and not was_test:
            return None
        state = self.concern.state.label.lower()
        return (
            f"This concern is {state}. Nothing was changed.",
            self.concern.call.get_absolute_url(),
        )

    def get_initial(self) -> dict[str, Any]:
        """The version that the person sees."""
        return {"version": self.concern.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.concern.call])
        about = {"call": self.concern.call, "title": self.title}
        return super().get_context_data(**kwargs) | about


class ConcernGive(ConcernAct):
    """Hands a concern over."""

    form_class = GiveForm
    title = "Hand over the concern"
    done = "The concern is handed over."

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the concern, whose command unit says who may have it."""
        return super().get_form_kwargs() | {"concern": self.concern}

    def act(self, form: GiveForm) -> str:
        concern_actions.give_concern(concern=self.concern, by=self.user, **form.cleaned_data)
        return self.concern.call.get_absolute_url()


class ConcernClose(ConcernAct):
    """Closes a concern, with what came of it."""

    form_class = CloseForm
    title = "Close the concern"
    done = "The concern is closed."

    def act(self, form: CloseForm) -> str:
        concern_actions.close_concern(
            concern=self.concern, by=self.user, at=timezone.now(), **form.cleaned_data
        )
        return self.concern.call.get_absolute_url()


class ConcernReopen(ConcernAct):
    """Opens a closed concern again."""

    form_class = ReopenForm
    title = "Open the concern again"
    done = "The concern is open again."
    closed = True

    def act(self, form: ReopenForm) -> str:
        concern_actions.reopen_concern(concern=self.concern, by=self.user, **form.cleaned_data)
        return self.concern.call.get_absolute_url()

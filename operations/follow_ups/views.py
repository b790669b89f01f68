"""Pages of follow-ups."""

from functools import cached_property
from typing import Any, cast

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import DetailView, ListView

from accounts.access.pages import RequiresPermission
from accounts.acts.searching import found_at
from accounts.acts.views import ActView
from accounts.database.together import OneOf
from accounts.dates.london import duty_day
from accounts.roles import VIEW_FOLLOW_UPS, VIEW_RESULTS, WORK_FOLLOW_UPS
from govuk.dates import plain_time
from operations.follow_ups import actions as acts
from operations.follow_ups.due import next_reminder_on
from operations.follow_ups.forms import (
    BookForm,
    DeclineForm,
    DeliveryForm,
    FollowUpFilter,
    ReopenForm,
)
from operations.follow_ups.models import (
    OPEN,
    FollowUp,
    FollowUpPolicy,
    FollowUpQuerySet,
    FollowUpState,
)
from operations.follow_ups.presenters import history, not_sent
from operations.follow_ups.reminders import facts_of
from outbox import folder


class FollowUpList(RequiresPermission, ListView[FollowUp]):
    """The follow-ups of one's command units: by default the open ones, the most urgent first."""

    permission_required = VIEW_FOLLOW_UPS
    template_name = "operations/follow_ups/follow_up_list.html"
    context_object_name = "follow_ups"
    paginate_by = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list; or who fits what is typed at one of its filters."""
        if question := request.GET.get("find"):
            form = FollowUpFilter(user=self.user)
            return JsonResponse(found_at(form, question, request).told)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> FollowUpQuerySet:
        self.today = duty_day(timezone.now())
        self.visible = FollowUp.objects.visible_to(self.user)
        self.filter_form = FollowUpFilter(self.request.GET, user=self.user)
        return self.filter_form.narrow(self.visible, on=self.today)

    def rows_of(self, page: Page[FollowUp]) -> FollowUpQuerySet:
        """What the page shows, worked out for its rows alone: counting joins none of it."""
        shown = cast("FollowUpQuerySet", page.object_list)
        return (
            self.visible.filter(OneOf("pk", shown.values("pk")))
            .select_related("visit__venue__local_authority__command_unit", "responsible")
            .with_failed_messages(on=self.today)
            .with_who_answers()
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With counts over all that this person may see, whatever the filters."""
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        page.object_list = context["follow_ups"] = self.rows_of(page)
        self.record_reads(listed=page)
        return context | {
            "filter_form": self.filter_form,
            "today": self.today,
            "counts": self.visible.counts(on=self.today),
            "shows_messages": folder.is_shown(),
        }


class FollowUpDetail(RequiresPermission, DetailView[FollowUp]):
    """Where one follow-up stands, what happened to it, and what comes next."""

    permission_required = VIEW_FOLLOW_UPS
    template_name = "operations/follow_ups/follow_up_detail.html"
    context_object_name = "follow_up"

    def get_queryset(self) -> FollowUpQuerySet:
        """With all that the page shows."""
        visible = FollowUp.objects.visible_to(self.user).with_who_answers()
        return visible.select_related(
            "visit__venue__local_authority__command_unit",
            "visit__venue__merged_into",
            "visit__operation__lead",
            "visit__outcome",
            "responsible",
            "training_session",
            "confirmed_by",
        ).prefetch_related("reminders__copies__message", "visit__venue__contacts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the timeline, the people written to and the next reminder."""
        today = duty_day(timezone.now())
        contacts = [c for c in self.object.visit.venue.contacts.all() if c.gets_reminders]
        self.record_reads(viewed=[self.object], listed=[self.object.visit, *contacts])
        closed_on = self.object.visit.venue.closed_on
        return super().get_context_data(**kwargs) | {
            "closed_venue": closed_on
            and f"The venue closed on {plain_time(closed_on)}, so no reminders go out.",
            "entries": history(self.object),
            "contacts": contacts,
            "not_sent": not_sent(self.object),
            "next_reminder": next_reminder_on(
                facts_of(
                    self.object,
                    working_days_only=FollowUpPolicy.keeps_to_working_days(on=today),
                ),
                on=today,
            ),
            "today": today,
            "may_see_visit": self.user.has_perm(VIEW_RESULTS),
            "may_work": self.user.has_perm(WORK_FOLLOW_UPS),
            "is_declined": self.object.state == FollowUpState.DECLINED,
            "shows_messages": folder.is_shown(),
        }


class FollowUpAct(ActView):
    """A form for one act on an open follow-up."""

    permission_required = WORK_FOLLOW_UPS
    template_name = "operations/follow_ups/follow_up_form.html"
    title = ""
    states = OPEN
    """In which states it can be done."""

    @cached_property
    def follow_up(self) -> FollowUp:
        """The follow-up, if it is there for this person."""
        visible = FollowUp.objects.visible_to(self.user).select_related("visit__venue")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @property
    def record(self) -> FollowUp:
        """What two people may act on at once."""
        return self.follow_up

    def done_before(self) -> tuple[str, str] | None:
        """One in another state has no form: its page says so."""
        if self.follow_up.state in self.states:
            return None
        state = FollowUpState(self.follow_up.state).label.lower()
        left = "" if self.follow_up.is_open else ": there is nothing left to do"
        return f"This follow-up is {state}{left}.", self.follow_up.get_absolute_url()

    def get_initial(self) -> dict[str, Any]:
        """The version that the person sees."""
        return {"version": self.follow_up.version}

    def get_form(self, form_class: type[Any] | None = None) -> Any:
        """With a way back."""
        form = super().get_form(form_class)
        form.cancel_url = self.follow_up.get_absolute_url()
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the follow-up and the page's title."""
        self.record_reads(viewed=[self.follow_up], listed=[self.follow_up.visit])
        return super().get_context_data(**kwargs) | {
            "follow_up": self.follow_up,
            "title": self.title,
        }


class Book(FollowUpAct):
    """Book the refresher, or another date for it."""

    form_class = BookForm
    done = "The refresher is booked."

    @property
    def title(self) -> str:  # type: ignore[override]  # it depends on the follow-up
        """Whether it is the first date."""
        return "Change the date" if self.follow_up.booked_for else "Book the refresher"

    def get_initial(self) -> dict[str, Any]:
        """The date as it is booked now."""
        return super().get_initial() | {"on": self.follow_up.booked_for}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"today": timezone.localdate()}

    def act(self, form: BookForm) -> str:
        acts.book_refresher(
            follow_up=self.follow_up,
            by=self.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        return self.follow_up.get_absolute_url()


class Deliver(FollowUpAct):
    """Record that the refresher was held."""

    form_class = DeliveryForm
    title = "Record delivery"
    done = "The refresher is on record as a training session."

    def get_form_kwargs(self) -> dict[str, Any]:
        """The follow-up, whose visit the session can't come before."""
        return super().get_form_kwargs() | {"follow_up": self.follow_up}

    def get_initial(self) -> dict[str, Any]:
        """The booked date once it is there, as the likeliest one."""
        booked_for = self.follow_up.booked_for
        past = booked_for if booked_for and booked_for <= timezone.localdate() else None
        return super().get_initial() | {"held_on": past}

    def act(self, form: DeliveryForm) -> str:
        session = acts.record_delivery(
            follow_up=self.follow_up,
            by=self.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        self.followed = session.followed
        return self.follow_up.get_absolute_url()


class Decline(FollowUpAct):
    """Record that the venue does not want the refresher."""

    form_class = DeclineForm
    title = "The venue declined"
    done = "The venue declined the refresher."

    def act(self, form: DeclineForm) -> str:
        acts.decline_refresher(
            follow_up=self.follow_up,
            by=self.user,
            **form.cleaned_data,
        )
        return self.follow_up.get_absolute_url()


class Reopen(FollowUpAct):
    """Open a declined follow-up again."""

    form_class = ReopenForm
    title = "Open the follow-up again"
    done = "The follow-up is open again."
    states = (FollowUpState.DECLINED,)

    def act(self, form: ReopenForm) -> str:
        acts.reopen_refresher(
            follow_up=self.follow_up,
            by=self.user,
            **form.cleaned_data,
        )
        return self.follow_up.get_absolute_url()

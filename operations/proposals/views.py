"""Pages of proposals: asking for one, watching it grow, stopping and taking it."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import DetailView

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView, ButtonView
from accounts.dates.london import duty_day
from accounts.roles import PLAN_OPERATIONS
from govuk import searched
from operations.planning.pages import OfOperation
from operations.proposals import actions
from operations.proposals.forms import AskForm
from operations.proposals.models import Proposal, ProposalQuerySet
from operations.proposals.presenters import evenings_of, left_out_of
from operations.proposals.wanted import Wanted
from operations.proposals.world import venues_to_visit, where_it_is
from operations.teams.models import Cadet


class ProposalAsk(OfOperation, ActView):
    """Asks the solver for a schedule."""

    permission_required = PLAN_OPERATIONS
    template_name = "operations/proposals/proposal_ask.html"
    title = "Propose a schedule"
    form_class = AskForm

    @cached_property
    def evenings(self) -> list[dt.date]:
        """Those of the operation that are to come."""
        first = max(self.operation.starts_on, duty_day(timezone.now()))
        number = (self.operation.ends_on - first).days + 1
        return [first + dt.timedelta(days=n) for n in range(min(number, actions.LONGEST))]

    def note_found(self, rows: list[Any]) -> None:
        self.record_reads(listed=[row for row in rows if isinstance(row, Cadet)])

    def get_initial(self) -> dict[str, Any]:
        """What this person asked for the last time."""
        asked = Proposal.objects.visible_to(self.user).filter(operation=self.operation).first()
        if asked is None:
            return {"begins": "18:00", "ends": "23:00", "minutes": 45, "teams": 3}
        return dict(asked.wanted)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The evenings and people to choose from."""
        return super().get_form_kwargs() | {
            "days": self.evenings,
            "cadets": Cadet.objects.visible_to(self.user).on_record(),
            "why_not": self.why_not,
        }

    def why_not(self, wanted: Wanted) -> list[Any]:
        """What the act would refuse."""
        today = duty_day(timezone.now())
        return actions.problems_of(self.operation, wanted, by=self.user, on=today)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        venues = venues_to_visit(self.operation, by=self.user)
        unplaced = [venue for venue in venues if where_it_is(venue) is None]
        listed = [*unplaced, *searched.shown(context["form"]["cadets"])]
        self.record_reads(listed=listed)
        about = {"operation": self.operation, "n_venues": len(venues), "unplaced": unplaced}
        return context | about

    def act(self, form: AskForm) -> Proposal:
        return actions.ask_for_proposal(
            operation=self.operation, wanted=form.wanted(), by=self.user, at=timezone.now()
        )


class OfProposal(RequiresPermission):
    """A page on one's own proposal."""

    permission_required = PLAN_OPERATIONS

    def proposals(self) -> ProposalQuerySet:
        """Those of this person."""
        return Proposal.objects.visible_to(self.user).select_related("operation")


class ProposalDetail(OfProposal, DetailView[Proposal]):
    """A proposal: how far it is, and the best so far. While it grows its page looks again."""

    template_name = "operations/proposals/proposal_detail.html"
    context_object_name = "proposal"

    def get_queryset(self) -> ProposalQuerySet:
        return self.proposals()

    def get_template_names(self) -> list[str]:
        """The part that changes alone, where the page asks for it."""
        polls = self.request.htmx  # type: ignore[attr-defined]  # put there by django-htmx
        return ["operations/proposals/proposal_part.html"] if polls else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        evenings = evenings_of(self.object)
        left_out = left_out_of(self.object, by=self.user)
        self.record_reads(
            listed=[
                *(
                    stop.venue
                    for evening in evenings
                    for tour in evening.tours
                    for stop in tour.stops
                ),
                *(tour.cadet for evening in evenings for tour in evening.tours if tour.cadet),
                *(one.venue for one in left_out),
            ]
        )
        return super().get_context_data(**kwargs) | {"evenings": evenings, "left_out": left_out}


class OneButton(OfProposal, ButtonView):
    """A button on the page of a proposal."""

    about = "this proposal"

    @cached_property
    def proposal(self) -> Proposal:
        """The proposal, if it is this person's."""
        return get_object_or_404(self.proposals(), pk=self.kwargs["pk"])


class ProposalStop(OneButton):
    """Stops looking for something better."""

    done = "The search is stopped. The best schedule so far is below."

    @property
    def page(self) -> Proposal:
        return self.proposal

    def act(self) -> None:
        actions.stop_proposal(proposal=self.proposal, by=self.user)


class ProposalTake(OneButton):
    """Plans the visits of a proposal."""

    done = "The visits are planned."

    @property
    def page(self) -> Any:
        """The operation once they are planned; until then the proposal."""
        return self.proposal.operation if self._taken else self.proposal

    _taken = False

    def act(self) -> None:
        actions.take_proposal(proposal=self.proposal, by=self.user, at=timezone.now())
        self._taken = True

"""Pages for the welfare of cadets: withdrawing one, asking how it was, seeing to an answer."""

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.acts.views import ActView, ButtonView
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS
from operations.duty import welfare
from operations.duty.views import OfTheTeam
from operations.duty.welfare_forms import HowItWasForm
from operations.teams.models import TeamMember
from operations.teams.welfare import WelfareAnswer
from operations.visits.models import Visit


class CadetWithdraw(ButtonView):
    """Withdraws a cadet from a visit: one button of the visit's page.

    It asks for no version: whatever changed meanwhile, a child who wants to go, goes.
    """

    permission_required = LOG_VISITS
    never_limited = True  # by accounts/sign_in/rate_limits.py

    @cached_property
    def member(self) -> TeamMember:
        """The cadet, in a team of this person's."""
        mine = TeamMember.objects.with_officer(self.user).filter(cadet__isnull=False)
        return get_object_or_404(mine.select_related("visit", "cadet"), pk=self.kwargs["pk"])

    @property
    def page(self) -> Visit:
        return self.member.visit

    def act(self) -> None:
        visit, cadet = self.member.visit, self.member.cadet
        assert cadet is not None
        welfare.withdraw_cadet(visit=visit, cadet=cadet, by=self.user, at=timezone.now())

    def confirmation(self) -> str:
        """What follows, by how things stood when the button was pressed."""
        ended = "The visit is over. " if self.member.visit.is_under_way else ""
        return f"{self.member.cadet} has withdrawn, which is fine. {ended}The planner is told."


class HowItWas(OfTheTeam, ActView):
    """Asks how a visit was for its cadets. Nobody has to say."""

    template_name = "operations/duty/how_it_was.html"
    form_class = HowItWasForm
    done = "Thank you. What was said is saved."

    def done_before(self) -> tuple[str, str] | None:
        """It is asked once the visit is over, and where a cadet went."""
        if self.visit.is_finished and self.cadets:
            return None
        return "There is nobody to ask about this visit.", self.visit.get_absolute_url()

    @cached_property
    def cadets(self) -> list[Any]:
        """Of the team."""
        return cadets_of(self.visit)

    def get_form_kwargs(self) -> dict[str, Any]:
        answers = WelfareAnswer.objects.after().filter(visit=self.visit)
        before = {answer.cadet_id: answer for answer in answers}
        asked = {"visit": self.visit, "cadets": self.cadets, "before": before}
        return super().get_form_kwargs() | asked

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.visit], listed=self.cadets)
        return super().get_context_data(**kwargs) | {"visit": self.visit}

    def act(self, form: HowItWasForm) -> Visit:
        said = form.said()
        if not any(one.answer or one.note for one in said):
            self.done = "Nothing was chosen, so nothing was saved."
        welfare.say_how_it_was(visit=self.visit, said=said, by=self.user, at=timezone.now())
        return self.visit


def cadets_of(visit: Visit) -> list[Any]:
    """The cadets of the team who are on record."""
    team = visit.team.select_related("cadet").filter(cadet__erased_on=None)
    return [member.cadet for member in team if member.cadet]


class AnswerSeenTo(ButtonView):
    """Says that somebody has spoken to a cadet: one button of the visit's page."""

    permission_required = PLAN_OPERATIONS
    about = "what the cadet said"
    done = "It is on record that somebody has spoken to the cadet."

    @cached_property
    def answer(self) -> WelfareAnswer:
        """What the cadet said, if this person may see it."""
        seen = WelfareAnswer.objects.after().visible_to(self.user)
        return get_object_or_404(seen.select_related("visit"), pk=self.kwargs["pk"])

    @property
    def page(self) -> Visit:
        return self.answer.visit

    def act(self) -> None:
        welfare.see_to(answer=self.answer, version=self.version, by=self.user, at=timezone.now())

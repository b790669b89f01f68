"""Pages by which a colleague takes over what somebody has in hand."""

from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.acts.refusals import Problem, Refused
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS, WORK_FOLLOW_UPS
from operations import people
from operations.follow_ups import handing_over
from operations.follow_ups.handing_over_forms import HandOverAllForm, HandOverForm
from operations.follow_ups.models import FollowUp
from operations.follow_ups.views import FollowUpAct
from operations.visits.models import Visit


class HandOver(FollowUpAct):
    """Makes somebody else responsible for one follow-up."""

    form_class = HandOverForm
    template_name = "operations/follow_ups/hand_over.html"
    title = "Hand over the follow-up"
    done = "The follow-up is handed over."

    def get_form_kwargs(self) -> dict[str, Any]:
        """The colleagues who may take it."""
        able = people.possible_followers().exclude(pk=self.follow_up.responsible_id)
        return super().get_form_kwargs() | {"people": able}

    def act(self, form: HandOverForm) -> str:
        handing_over.hand_over_follow_ups(
            follow_ups=[self.follow_up], by=self.user, **form.cleaned_data
        )
        return self.follow_up.get_absolute_url()


class HandOverAll(ActView):
    """Hands over what one person has in hand, as far as it is for whoever asks."""

    form_class = HandOverAllForm
    template_name = "operations/follow_ups/hand_over_all.html"

    def has_permission(self) -> bool:
        """Whoever works on follow-ups or plans; of which people is for :attr:`in_hand`."""
        return any(map(self.user.has_perm, (WORK_FOLLOW_UPS, PLAN_OPERATIONS)))

    def done_before(self) -> tuple[str, str] | None:
        """Say that nothing is left, where a colleague was faster while the form was open."""
        person = get_object_or_404(User, pk=self.kwargs["pk"])
        if self.request.method != "POST" or any(
            rows for rows, _ in self.in_hand_of(person).values()
        ):
            return None
        return f"{person} has nothing in hand any more. Nothing was changed.", self.next_page()

    @cached_property
    def person(self) -> User:
        """The person whose work it is, if this one may hand over any of it."""
        person = get_object_or_404(User, pk=self.kwargs["pk"])
        if not any(rows for rows, _ in self.in_hand_of(person).values()):
            raise Http404
        return person

    def in_hand_of(self, person: User) -> dict[str, tuple[list[Any], QuerySet[User]]]:
        """The work of ``person`` that this one may hand over, and who could take it."""
        found: dict[str, tuple[list[Any], QuerySet[User]]] = {}
        if self.user.has_perm(WORK_FOLLOW_UPS):
            visible = FollowUp.objects.visible_to(self.user)
            found["follow_ups"] = (
                list(handing_over.open_follow_ups(person) & visible),
                people.possible_followers(),
            )
        if self.user.has_perm(PLAN_OPERATIONS):
            plannable = Visit.objects.plannable_by(self.user).planned()
            found["visits"] = (
                list(plannable.filter(team__officer=person).distinct()),
                people.visiting_officers(),
            )
            led = handing_over.operations_led(person, duty_day(timezone.now()))
            found["operations"] = (
                [o for o in led if handing_over.may_give_leads(self.user, [o])],
                people.possible_leads(),
            )
        return found

    @cached_property
    def in_hand(self) -> dict[str, tuple[list[Any], QuerySet[User]]]:
        """What there is of it."""
        found = self.in_hand_of(self.person)
        return {
            name: (rows, able.exclude(pk=self.person.pk))
            for name, (rows, able) in found.items()
            if rows
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """A question for each kind of work, with its number."""
        words = {
            "follow_ups": "open follow-up",
            "visits": "planned visit",
            "operations": "operation to lead",
        }
        kinds = {}
        for name, (rows, able) in self.in_hand.items():
            number = len(rows)
            what = f"{number} {words[name]}{'' if number == 1 else 's'}"
            if name == "operations" and number > 1:
                what = f"{number} operations to lead"
            kinds[name] = (f"Who takes over {what}?", able)
        return super().get_form_kwargs() | {"kinds": kinds}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(listed=[row for rows, _ in self.in_hand.values() for row in rows])
        return super().get_context_data(**kwargs) | {"person": self.person}

    def act(self, form: HandOverAllForm) -> str:
        """Hand over each kind for which somebody was chosen."""
        told = []
        with transaction.atomic():  # all that was asked for, or nothing
            for name, to in form.cleaned_data.items():
                if to is None:
                    continue
                rows, _ = self.in_hand[name]
                try:
                    told.append(f"{self.hand_over(name, rows, to)} to {to}")
                except Refused as error:
                    raise Refused(
                        Problem(name, problem.message, tells_of=problem.tells_of)
                        for problem in error.problems
                    ) from None
        self.done = f"Handed over: {' and '.join(told)}."
        return self.next_page()

    def hand_over(self, name: str, rows: list[Any], to: User) -> str:
        """Hand over one kind; how much of it."""
        if name == "follow_ups":
            number = handing_over.hand_over_follow_ups(follow_ups=rows, to=to, by=self.user)
            return f"{number} follow-up{'' if number == 1 else 's'}"
        if name == "visits":
            number = handing_over.hand_over_visits(
                visits=rows, person=self.person, to=to, by=self.user, at=timezone.now()
            )
            return f"{number} visit{'' if number == 1 else 's'}"
        number = handing_over.hand_over_operations(operations=rows, to=to, by=self.user)
        return f"{number} operation{'' if number == 1 else 's'}"

    def next_page(self) -> str:
        """Where this person works."""
        works = self.user.has_perm(WORK_FOLLOW_UPS)
        return reverse("operations:follow_up_list" if works else "operations:operation_list")

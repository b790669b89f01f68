"""Pages of cadets, for planners only."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView, ListView

from accounts import roles
from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from operations.teams import actions as cadets
from operations.teams import duty_record
from operations.teams.cadet_rules import age_on
from operations.teams.forms import CadetEditForm, CadetForm
from operations.teams.models import Cadet
from operations.teams.welfare import stints_of
from operations.visits.models import Visit
from venues.models import CommandUnit


class CadetList(RequiresPermission, ListView[Cadet]):
    """All cadets, and whether each may go out on this duty day."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/teams/cadet_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Cadet]:
        """In the order of their references."""
        return Cadet.objects.changeable_by(self.user).on_record().select_related("command_unit")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each cadet with age and reasons not to go."""
        context = super().get_context_data(**kwargs)
        today = duty_day(timezone.now())
        policy = cadets.policy_on(today)
        self.record_reads(listed=context["page_obj"])
        context["rows"] = [
            (
                cadet,
                age_on(cadet.birth_date, today),
                cadets.reasons_not_to_go(cadet, on=today, policy=policy),
            )
            for cadet in context["page_obj"]
        ]
        return context


class CadetRecord(RequiresPermission, DetailView[Cadet]):
    """A cadet's duty record: when they were out and what they said, to be printed for a parent."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/teams/cadet_record.html"
    context_object_name = "cadet"

    def get_queryset(self) -> QuerySet[Cadet]:
        """Of the cadets whose record this planner keeps."""
        return Cadet.objects.changeable_by(self.user).on_record()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.object])
        stints = stints_of(self.object)
        return super().get_context_data(**kwargs) | {
            "months": duty_record.months(stints),
            "n_visits": len(stints),
            "lasted": duty_record.total(stints),
            "today": timezone.localdate(),
        }


class CadetAct(ActView):
    """A form of a cadet."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/teams/cadet_form.html"
    done = "The cadet is saved."

    def get_form_kwargs(self) -> dict[str, Any]:
        """The command units to choose from."""
        return super().get_form_kwargs() | {"units": CommandUnit.objects.of(self.user)}


class CadetAdd(CadetAct):
    """A new cadet."""

    form_class = CadetForm

    def get_initial(self) -> dict[str, Any]:
        """The planner's own unit, if there is one only."""
        units = list(CommandUnit.objects.of(self.user)[:2])
        return {"command_unit": units[0].pk if len(units) == 1 else None}

    def act(self, form: CadetForm) -> str:
        cadets.add_cadet(on=timezone.localdate(), by=self.user, **form.cleaned_data)
        return reverse("operations:cadet_list")


class CadetEdit(CadetAct):
    """What is held of a cadet."""

    form_class = CadetEditForm

    @cached_property
    def record(self) -> Cadet:
        return get_object_or_404(
            Cadet.objects.changeable_by(self.user).on_record(), pk=self.kwargs["pk"]
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        """The cadet whose own reference is not taken."""
        return super().get_form_kwargs() | {"cadet": self.record}

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in CadetEditForm.base_fields}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The cadet for the heading, and the planned visits on which they may not go."""
        in_doubt = self.in_doubt()
        self.record_reads(viewed=[self.record], listed=[visit for visit, _ in in_doubt])
        return super().get_context_data(**kwargs) | {"cadet": self.record, "in_doubt": in_doubt}

    def in_doubt(self) -> list[tuple[Visit, list[str]]]:
        """By what is on record: answers that were refused are not."""
        on_record = Cadet.objects.get(pk=self.record.pk)
        return cadets.visits_in_doubt(cadet=on_record, by=self.user)

    def act(self, form: CadetEditForm) -> str:
        cadets.edit_cadet(
            cadet=self.record, on=timezone.localdate(), by=self.user, **form.cleaned_data
        )
        if self.in_doubt():
            return self.request.path  # which says what to do about them
        return reverse("operations:cadet_list")

"""Pages of cadets, for planners only."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import ListView

from accounts import roles
from accounts.access import RequiresPermission
from operations.actions import cadets
from operations.cadets import age_on
from operations.forms.cadets import CadetForm
from operations.models import Cadet
from operations.views.acts import ActView


class CadetList(RequiresPermission, ListView[Cadet]):
    """All cadets, and whether each may go out today."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/cadet_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Cadet]:
        """In the order of their references."""
        return Cadet.objects.visible_to(self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each cadet with age and reasons not to go."""
        context = super().get_context_data(**kwargs)
        today = timezone.localdate()
        policy = cadets.policy_on(today)
        context["rows"] = [
            (
                cadet,
                age_on(cadet.birth_date, today),
                cadets.reasons_not_to_go(cadet, on=today, policy=policy),
            )
            for cadet in context["page_obj"]
        ]
        return context


class CadetAdd(ActView):
    """A new cadet."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/cadet_form.html"
    form_class = CadetForm
    done = "The cadet is saved."

    def act(self, form: CadetForm) -> str:
        """Put the cadet on record."""
        cadets.add_cadet(on=timezone.localdate(), by=self.user, **form.cleaned_data)
        return reverse("operations:cadet_list")


class CadetEdit(ActView):
    """What is held of a cadet."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/cadet_form.html"
    form_class = CadetForm
    done = "The cadet is saved."

    @cached_property
    def cadet(self) -> Cadet:
        """The cadet."""
        return get_object_or_404(Cadet.objects.visible_to(self.user), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        """What is held now."""
        return {name: getattr(self.cadet, name) for name in CadetForm.base_fields}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The cadet for the heading."""
        return super().get_context_data(**kwargs) | {"cadet": self.cadet}

    def act(self, form: CadetForm) -> str:
        """Save it."""
        cadets.edit_cadet(
            cadet=self.cadet, on=timezone.localdate(), by=self.user, **form.cleaned_data
        )
        return reverse("operations:cadet_list")

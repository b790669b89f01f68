"""Pages of scenarios."""

from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView, ListView

from accounts import roles
from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView
from operations.planning.models import Operation
from operations.scenarios import actions
from operations.scenarios.forms import ScenarioForm, ScenarioVersionForm
from operations.scenarios.models import Scenario


class ScenarioList(RequiresPermission, ListView[Scenario]):
    """All scenarios in their newest version."""

    permission_required = roles.VIEW_OPERATIONS
    template_name = "operations/scenarios/scenario_list.html"
    context_object_name = "scenarios"

    def get_queryset(self) -> QuerySet[Scenario]:
        """With the number of their warning signs."""
        found = Scenario.objects.visible_to(self.user).newest_versions()
        return found.annotate(n_signs=Count("warning_signs"))


class ScenarioDetail(RequiresPermission, DetailView[Scenario]):
    """One version: its script, its signs, and the other versions."""

    permission_required = roles.VIEW_OPERATIONS
    template_name = "operations/scenarios/scenario_detail.html"
    context_object_name = "scenario"

    def get_queryset(self) -> QuerySet[Scenario]:
        found = Scenario.objects.visible_to(self.user)
        return found.select_related("created_by").prefetch_related("warning_signs")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All versions, the newest first, and who uses this one."""
        user = self.user
        versions = list(
            Scenario.objects.visible_to(user).filter(title=self.object.title).order_by("-version")
        )
        return super().get_context_data(**kwargs) | {
            "versions": versions,
            "newest": versions[0],
            "operations": Operation.objects.visible_to(user).filter(scenario=self.object),
        }


class ScenarioAdd(ActView):
    """A new scenario."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/scenarios/scenario_form.html"
    form_class = ScenarioForm
    done = "The scenario is saved."

    def act(self, form: ScenarioForm) -> str:
        scenario = actions.create_scenario(by=self.user, **form.cleaned_data)
        return reverse("operations:scenario_detail", args=[scenario.pk])


class ScenarioNewVersion(ActView):
    """The next version of a scenario."""

    permission_required = roles.PLAN_OPERATIONS
    template_name = "operations/scenarios/scenario_form.html"
    form_class = ScenarioVersionForm
    done = "The new version is saved. Operations keep the version that they have."

    @cached_property
    def scenario(self) -> Scenario:
        found = Scenario.objects.visible_to(self.user)
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {
            "script": self.scenario.script,
            "warning_signs": self.scenario.warning_signs.all(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"scenario": self.scenario}

    def act(self, form: ScenarioVersionForm) -> str:
        scenario = actions.new_scenario_version(
            scenario=self.scenario, by=self.user, **form.cleaned_data
        )
        return reverse("operations:scenario_detail", args=[scenario.pk])

"""Forms of scenarios."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from accounts.acts.forms import ActForm
from accounts.acts.refusals import Problem
from govuk import GovForm
from operations.scenarios import actions
from operations.scenarios.models import WarningSign


class ScenarioVersionForm(GovForm, ActForm, forms.Form):
    """The script and the signs of a version."""

    submit_label = "Save as a new version"

    script = forms.CharField(
        widget=forms.Textarea({"rows": 12}),
        max_length=5000,
        help_text="What the team says and does, in order, and when to stop.",
    )
    warning_signs = forms.ModelMultipleChoiceField(
        WarningSign.objects.all(),
        label="Warning signs that it shows",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one warning sign"},
    )


class ScenarioForm(ScenarioVersionForm):
    """A new scenario."""

    submit_label = "Save scenario"
    field_order = ["title", "script", "warning_signs"]

    title = forms.CharField(max_length=120)

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse of the title."""
        return actions.problems_of_title(answers.get("title", ""))

"""Pages of the question script of call handlers."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access.pages import RequiresPermission
from accounts.acts.forms import ActForm
from accounts.acts.views import ActView
from accounts.roles import LOG_CALLS, WORK_CONCERNS, WRITE_CALL_SCRIPTS
from govuk import GovForm
from operations.calls.script_actions import write_script
from operations.calls.scripts import CallScript


class ScriptDetail(RequiresPermission, TemplateView):
    """One version of the script, the newest unless another is asked for, and the others."""

    template_name = "operations/calls/script_detail.html"

    def has_permission(self) -> bool:
        """Whoever goes by the script, or writes it."""
        return any(map(self.user.has_perm, (LOG_CALLS, WORK_CONCERNS, WRITE_CALL_SCRIPTS)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All versions, the newest first."""
        visible = CallScript.objects.visible_to(self.user)
        versions = list(visible)
        script = versions[0] if versions else None
        if "version" in kwargs:
            script = get_object_or_404(visible, version=kwargs["version"])
        may_write = self.user.has_perm(WRITE_CALL_SCRIPTS)
        about = {"script": script, "versions": versions, "may_write": may_write}
        return super().get_context_data(**kwargs) | about


class ScriptForm(GovForm, ActForm, forms.Form):
    """A new version of the script."""

    submit_label = "Save as a new version"

    after = forms.IntegerField(widget=forms.HiddenInput)
    questions = forms.CharField(
        label="What does the call handler ask?",
        help_text="In the order of what is needed first, one question a line.",
        max_length=5000,
        widget=forms.Textarea({"rows": 12}),
        error_messages={"required": "Enter what the call handler asks"},
    )
    advice = forms.CharField(
        label="How do they speak with a genuine family?",
        help_text="One piece of advice a line.",
        max_length=5000,
        widget=forms.Textarea({"rows": 12}),
        error_messages={"required": "Enter how to speak with a genuine family"},
    )

    def layout(self) -> Layout:
        return Layout("after", "questions", "advice")


class ScriptWrite(ActView):
    """Writes a new version of the script."""

    permission_required = WRITE_CALL_SCRIPTS
    template_name = "operations/calls/script_form.html"
    form_class = ScriptForm
    done = "The new version is saved. Calls keep the version that their handler had."

    @cached_property
    def newest(self) -> CallScript | None:
        """The version that handlers go by now."""
        return CallScript.objects.visible_to(self.user).newest()

    def get_initial(self) -> dict[str, Any]:
        script = self.newest
        if script is None:
            return {"after": 0}
        return {
            "after": script.version,
            "questions": script.questions,
            "advice": script.advice,
        }

    def act(self, form: ScriptForm) -> str:
        write_script(by=self.user, **form.cleaned_data)
        return "operations:script"

"""The shape of each page that does one thing: a form, an act, and where to go next."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.views.generic import FormView

from accounts.access.pages import RequiresPermission
from accounts.acts.form_pages import FormPage
from accounts.acts.undo import confirm
from accounts.acts.versions import EditConflictError, Versioned
from operations.acts.refusals import PlanningError


class ActView(FormPage, RequiresPermission, FormView[Any]):
    """A form whose answers go to an act; what the act refuses stands at the questions."""

    record: Versioned | None = None
    """What is edited, where two people may do so at once."""
    done = ""
    """What to say when it is done."""

    def act(self, form: Any) -> str:
        """Do it.

        Returns:
            The address to go to.

        Raises:
            PlanningError: it breaks a rule.
            EditConflictError: somebody else saved :attr:`record` meanwhile.

        """
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Act, and go on; or show the form again with all that was typed."""
        try:
            url = self.act(form)
        except PlanningError as error:
            form.tell(error)  # type: ignore[attr-defined]  # forms of acts mix in TellsProblems
            return self.form_invalid(form)
        except EditConflictError:
            form.tell_conflict(self.record)  # type: ignore[attr-defined]  # a VersionedForm
            return self.form_invalid(form)
        if self.done:
            confirm(self.request, self.done)
        return HttpResponseRedirect(url)

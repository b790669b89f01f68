"""The page on which a team says that it has met a real concern, and whom it calls."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import TemplateView, View

from accounts.access.pages import RequiresPermission
from accounts.acts.form_pages import FormPage
from accounts.acts.refusals import Refused
from accounts.roles import LOG_VISITS
from operations.duty.concerns import report_concern
from operations.duty.views import OfTheTeam
from operations.safety.forms import CheckInForm


class ConcernReport(FormPage, OfTheTeam, View):
    """Stops a test for a real concern. The same question stands on the pages of the visit."""

    template_name = "operations/duty/concern_report.html"
    counts_once = False  # it carries its own number, made for the phone

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, and say whom to call."""
        return self.ask()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop the test; the visit's page says whom to call."""
        form = CheckInForm(request.POST)
        if not form.is_valid():
            return self.ask("Nothing was sent. Press the button again.", status=409)
        try:
            report_concern(
                visit=self.visit,
                ago=form.tapped_ago(),
                submission=form.cleaned_data["submission"],
                by=self.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return self.ask(refusal, status=409)
        return redirect(self.visit)

    def ask(self, refusal: object = "", *, status: int = 200) -> HttpResponse:
        """The page, with what stands in the way."""
        self.record_reads(viewed=[self.visit])
        context: dict[str, Any] = {"visit": self.visit, "refusal": refusal}
        return render(self.request, self.template_name, context, status=status)


class HelpOnDuty(RequiresPermission, TemplateView):
    """What the buttons do, for officers, in words that tell nothing to whoever looks on."""

    permission_required = LOG_VISITS
    template_name = "operations/duty/help.html"

"""Pages of sheets for the control room: the list, one sheet on the page and as a PDF, sending."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import DetailView, ListView, View

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from accounts.record.access_log import Act, record_act
from accounts.roles import PLAN_OPERATIONS, VIEW_BOARD
from govuk import pdf
from operations.planning.pages import OfOperation
from operations.safety.policies import SafetyPolicy
from operations.sheets import actions
from operations.sheets.forms import SendForm
from operations.sheets.models import Sheet, SheetQuerySet
from operations.sheets.presenters import facts_of, words_of
from operations.visits.models import Visit
from operations.visits.states import AHEAD


class Reads(RequiresPermission):
    """A page with sheets, for the control room and for planners."""

    def has_permission(self) -> bool:
        """Whoever may see sheets; which ones is for the queryset."""
        return self.user.has_perm(VIEW_BOARD) or self.user.has_perm(PLAN_OPERATIONS)

    def sheets(self) -> SheetQuerySet:
        """Those that this person may see, with all that is shown."""
        found = Sheet.objects.visible_to(self.user)
        return found.select_related("command_unit", "sent_by").with_what_replaced_it()


class SheetList(Reads, ListView[Sheet]):
    """The sheets of tonight and of the evenings to come."""

    template_name = "operations/sheets/sheet_list.html"
    context_object_name = "sheets"

    def get_queryset(self) -> SheetQuerySet:
        return self.sheets().to_come(on=duty_day(timezone.now()))


class SheetDetail(Reads, DetailView[Sheet]):
    """One sheet."""

    template_name = "operations/sheets/sheet_detail.html"
    context_object_name = "sheet"

    def get_queryset(self) -> SheetQuerySet:
        return self.sheets()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(viewed=[self.object])
        return super().get_context_data(**kwargs) | {"facts": facts_of(self.object)}


class SheetPdf(Reads, View):
    """The same as a file to print."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file. Whoever takes it away is on record."""
        sheet = get_object_or_404(self.sheets(), pk=pk)
        record_act(Act.EXPORTED, by=self.user, about=sheet, purpose="PDF")
        made = pdf.from_template("operations/sheets/sheet.typ", words_of(sheet))
        named = {"Content-Disposition": 'attachment; filename="sheet.pdf"'}
        return HttpResponse(made, content_type="application/pdf", headers=named)


class SheetSend(OfOperation, ActView):
    """Sends the control room the sheet of an evening."""

    permission_required = PLAN_OPERATIONS
    template_name = "operations/sheets/sheet_send.html"
    title = "Sheet for the control room"
    form_class = SendForm
    done = "The control room is told that its sheet is there."

    @cached_property
    def evenings(self) -> list[dt.date]:
        """Those to come on which published visits of this person's command units are planned or
        under way.
        """
        now = timezone.now()
        ahead = Visit.objects.plannable_by(self.user).filter(state__in=AHEAD, published=True)
        starts = ahead.filter(operation=self.operation).values_list("starts_at", flat=True)
        days = {duty_day(moment) for moment in starts}
        return sorted(day for day in days if day >= duty_day(now))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"evenings": self.evenings}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what was sent before, and to whom it goes."""
        sent = Sheet.objects.visible_to(self.user).filter(operation=self.operation)
        sent = sent.select_related("command_unit", "sent_by").with_what_replaced_it()
        return super().get_context_data(**kwargs) | {
            "operation": self.operation,
            "sent": sent,
            "mailbox": SafetyPolicy.on(duty_day(timezone.now())).control_room_mailbox,
        }

    def act(self, form: SendForm) -> str:
        actions.send_sheet(
            operation=self.operation,
            evening=form.cleaned_data["evening"],
            by=self.user,
            at=timezone.now(),
        )
        return self.operation.get_absolute_url()

"""The dashboard, its tables as files, and everything that is held of one person."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import FormView, TemplateView, View

from accounts.access.pages import RequiresPermission, RequiresRecentSignIn
from accounts.acts.form_pages import FormPage
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.record.access_log import Act, record_act
from accounts.roles import VIEW_LOG, VIEW_STATISTICS, WORK_CONCERNS
from govuk.csv_tables import table_response
from operations.models import Call
from reports import subject_access
from reports.calls import handling, rows_of
from reports.dashboards import TABLES, Dashboard, within_newest_scenario
from reports.forms import CallsFilter, DashboardFilter, SubjectAccessForm


class DashboardView(RequiresPermission, TemplateView):
    """The figures of the command units that the reader may see."""

    permission_required = VIEW_STATISTICS
    template_name = "reports/dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The filters, the headline figures and the tables."""
        form = filter_form(self.request)
        if form.is_refused:  # figures for other filters would mislead
            return super().get_context_data(form=form, **kwargs)
        dashboard = dashboard_for(self.request, form, page=page_number(self.request))
        dashboard.ask(TABLES)
        # Without a visit to count only what does not depend on it is shown.
        shown = TABLES if dashboard.totals["finished"] else ("by-selection", "follow-ups")
        return super().get_context_data(
            form=form,
            dashboard=dashboard,
            tables={slug: dashboard.table(slug) for slug in shown},
            **kwargs,
        )


class CallsView(RequiresPermission, TemplateView):
    """How Makesafe calls were handled: tests and real calls apart."""

    permission_required = VIEW_STATISTICS
    template_name = "reports/calls.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures of the calls that the reader may see, and where their rows stand."""
        form = CallsFilter(self.request.GET or None)
        context = super().get_context_data(form=form, **kwargs)
        if form.is_refused:  # figures for other filters would mislead
            return context
        calls = form.narrow(Call.objects.visible_to(self.user))
        sees_list = self.user.has_perm(WORK_CONCERNS)
        return context | {
            "rows": rows_of(handling(calls), asked=self.request.GET, linked=sees_list)
        }


class TableFile(RequiresPermission, View):
    """One table of the dashboard as a file, with the same filters."""

    permission_required = VIEW_STATISTICS
    kind = "csv"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The file; a filter that can't be read is refused, as a file shows no errors."""
        if slug not in TABLES:
            raise Http404
        form = filter_form(request)
        if form.is_refused:
            raise BadRequest("The address of this file has a filter that can't be read.")
        dashboard = dashboard_for(request, form)
        dashboard.ask([slug])
        table = dashboard.table(slug)
        covers = " ".join(filter(None, [table.covers or dashboard.covers, table.pooled]))
        record_act(Act.EXPORTED, by=dashboard.user, what=f"reports.{slug}", purpose=covers)
        return table_response(
            f"{slug}.{self.kind}",
            [*table.csv_header, "What is counted"],
            ([*row, covers] for row in table.csv_rows),
        )


class SubjectAccess(
    FormPage, RequiresRecentSignIn, RequiresPermission, FormView[SubjectAccessForm]
):
    """Asks of whom and why, and gives the file."""

    permission_required = VIEW_LOG
    template_name = "reports/subject_access.html"
    form_class = SubjectAccessForm

    def form_valid(self, form: SubjectAccessForm) -> HttpResponse:
        answers = form.cleaned_data
        now = timezone.now()
        facts = subject_access.export(
            answers["records"], reason=answers["reason"], by=self.user, at=now
        )
        kind = "xlsx" if SubjectAccessForm.XLSX in form.data else "csv"
        return table_response(
            f"held-of-one-person-{timezone.localdate(now):%Y-%m-%d}.{kind}",
            ["Part", "About", "What", "Held"],
            [fact.cells for fact in facts],
        )


def filter_form(request: HttpRequest) -> DashboardFilter:
    """The filters as the address has them."""
    return DashboardFilter(request.GET or None, user=reader(request))


def dashboard_for(
    request: HttpRequest, form: DashboardFilter, *, page: int | None = None
) -> Dashboard:
    """The figures for this reader and these filters, as of today."""
    user, filters = reader(request), form.filters()
    if form.wants_newest_scenario:
        filters = within_newest_scenario(filters, user=user)
    return Dashboard(user=user, filters=filters, on=duty_day(timezone.now()), page=page)


def page_number(request: HttpRequest) -> int:
    """Which page of operations is asked for; the first if that can't be read."""
    asked = request.GET.get("page", "")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 7 else 1


def reader(request: HttpRequest) -> User:
    """Who asks; the permission on the view has let signed-in people through only."""
    assert isinstance(request.user, User)
    return request.user

"""Pages of the record: what became of one record, and the log of everything."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.access.pages import RequiresPermission, RequiresRecentSignIn
from accounts.dates.london import duty_day, midnight
from accounts.models import AccessEntry
from accounts.record import history, night_work
from accounts.record.access_log import record_search
from accounts.record.forms import LogFilter
from accounts.roles import VIEW_LOG

PAGE_SIZE = 50


class Paged(RequiresPermission, TemplateView):
    """A list that is not counted: it says only whether there is more."""

    @property
    def place(self) -> history.Place | None:
        """Where the page begins that is asked for."""
        asked = self.request.GET
        if text := asked.get("newer"):
            return history.Place.read(text, newer=True)
        return history.Place.read(asked.get("older", ""), newer=False)


class History(Paged):
    """What became of one record and of what belongs to it, the latest first."""

    template_name = "accounts/record/history.html"

    def has_permission(self) -> bool:
        """Whoever sees the record sees its history."""
        return True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The changes in words; a record that is not theirs is not there."""
        kind = history.kind(kwargs["kind"])
        if kind is None:
            raise Http404
        record = get_object_or_404(kind.visible_to(self.user), pk=kwargs["pk"])
        limits = kind.limits(self.user, record)
        page = history.page_of(history.events_of(record, limits), size=PAGE_SIZE, place=self.place)
        self.record_reads(viewed=[record], listed=history.records_in(page.rows))
        entries = history.in_words(
            page.rows,
            wordless=limits.wordless,
            of=record,
            addresses=self.user.has_perm(VIEW_LOG),
        )
        return super().get_context_data(**kwargs) | {
            "record": record,
            "kind": history.name_of(kind.model),
            "entries": entries,
            "page": page,
        }


class Log(RequiresRecentSignIn, Paged):
    """Everything that was changed, or everything that was read, for administrators.

    An administrator is no planner: what tells of a visit ahead is left out until it is over.
    """

    permission_required = VIEW_LOG
    template_name = "accounts/record/log.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One of the two lists. Opening it is on record, too."""
        form = LogFilter(self.request.GET or None)
        wanted = form.wanted()
        asked = form.in_words()
        page, entries = (self.reads if wanted["reads"] else self.changes)(wanted, asked)
        seal = night_work.latest_seal()
        return super().get_context_data(**kwargs) | {
            "form": form,
            "entries": entries,
            "night_work": night_work.works(at=timezone.now(), seal=seal),
            "head": seal,
            "page": page,
        }

    def changes(
        self, wanted: dict[str, Any], asked: str
    ) -> tuple[history.Page[Any], list[history.Entry]]:
        """What was changed; ``asked`` are the filters in words."""
        limits = history.limits_of_log(self.user, on=duty_day(timezone.now()))
        events = history.all_events(
            limits,
            since=_begin(wanted["since"]),
            until=_end(wanted["until"]),
            by=wanted["person"],
            model=wanted["model"],
            number=wanted["number"],
        )
        page = history.page_of(events, size=PAGE_SIZE, place=self.place)
        record_search(by=self.user, purpose=asked, listed=history.records_in(page.rows))
        return page, history.in_words(
            page.rows, wordless=limits.wordless, addresses=True, called=str
        )

    def reads(
        self, wanted: dict[str, Any], asked: str
    ) -> tuple[history.Page[Any], list[history.Entry]]:
        """What was read, and who came and went: this very search is among it."""
        record_search(by=self.user, purpose=asked)
        rows = Q()
        if since := _begin(wanted["since"]):
            rows &= Q(at__gte=since)
        if until := _end(wanted["until"]):
            rows &= Q(at__lt=until)
        if wanted["person"]:
            rows &= Q(user=wanted["person"])
        if wanted["act"]:
            rows &= Q(act=wanted["act"])
        if wanted["model"]:
            rows &= Q(what=wanted["model"]._meta.label_lower)
        entries = AccessEntry.objects.filter(rows)
        if wanted["number"] is not None:
            entries = entries.about_number(wanted["number"])
        entries = entries.exclude(
            history.limits_of_log(self.user, on=duty_day(timezone.now())).reads
        )
        page = history.page_of_reads(entries, size=PAGE_SIZE, place=self.place)
        return page, history.reads_in_words(page.rows, called=str)


def _begin(day: dt.date | None) -> dt.datetime | None:
    return midnight(day) if day else None


def _end(day: dt.date | None) -> dt.datetime | None:
    return _begin(day + dt.timedelta(days=1)) if day else None

"""Pages of imports: their history, the upload of a file, and the report of each."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView, FormView, ListView

from accounts import roles
from accounts.access.pages import RequiresPermission
from accounts.acts.form_pages import FormPage
from accounts.acts.submissions import did_nothing
from accounts.acts.undo import confirm
from accounts.models import User
from accounts.numbers import whole_number
from govuk import GovForm
from venues.imports import decisions
from venues.imports import fhrs_import as imports
from venues.imports.decisions import Why
from venues.imports.uploads import BrokenFile, tidy
from venues.models import ImportRun, LocalAuthority, Venue

MAX_UPLOAD_BYTES = 64 * 2**20
"""Largest file accepted by the page: several times the largest authority's."""

#: The kinds of file that are taken, by the end of the name, and how the text of each starts.
KINDS = {".xml": b"<", ".json": b"{["}

ROWS_PER_PAGE = 50

WAITING = 10
"""Most imports that are named as waiting for a decision; when one is done the next is named."""

ASPECT_LABELS = {
    "name": "Name",
    "address": "Address",
    "postcode": "Postcode",
    "point": "Map point",
    "authority": "Local authority",
}


class ImportForm(GovForm, forms.Form):
    """Asks for one file of a kind that is taken; what is in it, the import finds out."""

    submit_label = "Import"
    file = forms.FileField(
        label="File of food hygiene data",
        help_text="An authority's XML or JSON file, up to 64 MB.",
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".xml,.json,application/xml,application/json"}),
        error_messages={"required": "Select a file of food hygiene data"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancel_url = reverse("venues:import_list")

    def clean_file(self) -> Any:
        """Refuse a file of another kind, and one that is not what its name says."""
        upload = self.cleaned_data["file"]
        kind = PurePath(upload.name or "").suffix.lower()
        if kind not in KINDS:
            raise forms.ValidationError(
                "Select a file whose name ends in .xml or .json. Nothing was imported."
            )
        start = upload.read(1024).lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1]
        upload.seek(0)
        others = b"".join(starts for other, starts in KINDS.items() if other != kind)
        if start and start in others:
            raise forms.ValidationError(
                f"The file's name ends in {kind}, but it is of another kind. Nothing was imported. "
                "Download it again from where it was published and import the new copy."
            )
        return upload


class ImportList(RequiresPermission, ListView[ImportRun]):
    """All imports, the latest first."""

    permission_required = roles.IMPORT_VENUES
    template_name = "venues/imports/import_list.html"
    paginate_by = ROWS_PER_PAGE

    def get_queryset(self) -> QuerySet[ImportRun]:
        """Without the reports, which are long, but for the authorities they name."""
        runs = ImportRun.objects.visible_to(self.user)
        return (
            runs.select_related("started_by")
            .defer("report")
            .annotate(authorities=F("report__authorities"))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the imports on whose differences this person may decide."""
        waiting = ImportRun.objects.waiting_for(self.user).select_related("started_by")
        return super().get_context_data(
            waiting=waiting.defer("report")[:WAITING] if may_decide(self.user) else [], **kwargs
        )


def may_decide(user: User) -> bool:
    """Whether this person decides on differences at all."""
    return user.has_perm(roles.CHANGE_VENUES)


class ImportCreate(FormPage, RequiresPermission, FormView[ImportForm]):
    """Uploads and imports one file."""

    permission_required = roles.IMPORT_VENUES
    template_name = "venues/imports/import_add.html"
    form_class = ImportForm

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Import it, or say at the field why it was refused."""
        upload = form.cleaned_data["file"]
        try:
            run = imports.import_fhrs(
                upload,
                file_name=tidy(upload.name),
                by=self.user,
                at=timezone.now(),
                max_bytes=MAX_UPLOAD_BYTES,
            )
        except BrokenFile as refused:
            form.add_error("file", str(refused))
            return self.form_invalid(form)
        messages.success(self.request, f"{run.file_name} was imported.")
        return redirect(run)


@dataclass(frozen=True)
class Section:
    """One part of a report: its heading, what it means, and how many venues are in it."""

    key: str
    title: str
    meaning: str
    count: int


class ImportDetail(RequiresPermission, DetailView[ImportRun]):
    """The report of one import, a section at a time."""

    permission_required = roles.IMPORT_VENUES
    template_name = "venues/imports/import_detail.html"
    context_object_name = "run"

    def get_queryset(self) -> QuerySet[ImportRun]:
        """The imports that this person may see."""
        runs = ImportRun.objects.visible_to(self.user)
        return runs.select_related("started_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sections and the rows of the one that is shown."""
        run = self.object
        sections = sections_of(run)
        asked = self.request.GET.get("show", "")
        fullest = next((section for section in sections if section.count), sections[0])
        shown = next((section for section in sections if section.key == asked), fullest)
        page = Paginator(rows_of(run, shown.key), ROWS_PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        if shown.key == "differences":
            mark_decidable(list(page), self.user)
        return super().get_context_data(
            unit_warning=unit_warning(run),
            may_set_units=self.user.is_staff and self.user.has_perm("venues.change_localauthority"),
            section=shown,
            links=[
                {
                    "label": f"{section.title} ({section.count})",
                    "url": f"{run.get_absolute_url()}?show={section.key}",
                    "current": section == shown,
                }
                for section in sections
            ],
            hotels=run.report["hotels"],
            facts=facts_of(run),
            page_obj=page,
            not_listed=max(0, shown.count - len(run.report[shown.key])),
            **kwargs,
        )


class DifferenceDecide(FormPage, RequiresPermission, View):
    """Decides on a difference: the file's value is taken, or the registry's is kept."""

    permission_required = (roles.IMPORT_VENUES, roles.CHANGE_VENUES)
    http_method_names = ("post",)
    takes_theirs = True

    @cached_property
    def run(self) -> ImportRun:
        return get_object_or_404(ImportRun.objects.visible_to(self.user), pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Decide and go back to the differences."""
        try:
            done = self._decide(number)
        except decisions.OvertakenError:
            messages.error(
                request,
                "The venue was changed or a newer file was imported after this import, so nothing "
                "was replaced. Open the venue to see what it says now.",
            )
            return did_nothing(self.to_the_list())
        except decisions.DecidedBeforeError as before:
            messages.info(request, f"{before.by} has {before.did} this already: it is done.")
        except LookupError as error:
            raise Http404 from error
        else:
            confirm(request, done)
        return self.to_the_list()

    def to_the_list(self) -> HttpResponse:
        """The page of the differences from which this one was decided."""
        page = whole_number(self.request.POST.get("page", "")) or 1
        place = f"&page={page}" if page > 1 else ""
        return redirect(f"{self.run.get_absolute_url()}?show=differences{place}")

    def _decide(self, number: int) -> str:
        if self.takes_theirs:
            venue = decisions.accept_difference(self.run, number=number, by=self.user)
            return f"{venue} now has the file's value."
        decisions.keep_ours(self.run, number=number, by=self.user)
        return "The registry stays as it is."


def sections_of(run: ImportRun) -> list[Section]:
    """The parts of the report, those that want a person's attention first."""
    return [
        Section(
            "differences",
            "Differences",
            "The file says something else here, and a person has to decide. Until then everything "
            "stays as it is in the registry. Whoever may change the venue can use the file's "
            "value or keep the registry's.",
            run.differences,
        ),
        Section(
            "missing",
            "Missing now",
            "These are in the registry but not in the file any more. That does not prove that they "
            "closed: a hotel that is registered anew comes as a new venue, and some are registered "
            "as something else. Nothing was closed. Find out, then merge, edit or close the venue.",
            run.missing,
        ),
        Section("changed", "Changed", "The file's values replaced these.", run.changed),
        Section("created", "Created", "These are new in the registry.", run.created),
    ]


def rows_of(run: ImportRun, section: str) -> list[dict[str, Any]]:
    """The rows of a section, ready to show."""
    rows = []
    for number, entry in enumerate(run.report[section]):
        row: dict[str, Any] = link_to(entry)
        if section == "changed":
            row["changes"] = [
                {"label": ASPECT_LABELS[aspect], "old": old, "new": new}
                for aspect, (old, new) in entry["fields"].items()
            ]
        elif section == "missing":
            row["perhaps"] = [
                link_to(new) | {"was": new.get("was"), "merge_url": _merge_url(entry, new)}
                for new in entry["perhaps"]
            ]
        elif section == "differences":
            row |= difference_row(run, entry, number)
        rows.append(row)
    return rows


def difference_row(run: ImportRun, entry: dict[str, Any], number: int) -> dict[str, Any]:
    """What a person needs to decide on a difference."""
    new = entry["aspect"] == decisions.NEW
    return {
        "venue": entry["venue"],
        "authority": entry["authority"],
        "new": new,
        "label": "New venue" if new else ASPECT_LABELS[entry["aspect"]],
        "why": _WHY[Why(entry["why"])].format(run.started_by),
        "ours": "" if new else entry["ours"]["shown"],
        "theirs": entry["theirs"]["shown"],
        "open": entry["open"],
        "accepted_by": entry.get("accepted_by"),
        "kept_by": entry.get("kept_by"),
        "accept_url": reverse("venues:import_accept", args=[run.pk, number]),
        "keep_url": reverse("venues:import_keep", args=[run.pk, number]),
    }


_WHY = {
    Why.EDITED: "Somebody edited this by hand.",
    Why.NOT_THEIRS: "The file was brought by {}, who does not change venues there.",
    Why.MOVE: "The venue would come into another command unit.",
    Why.OLDER: "The file is older than what is on record of the venue's local authority.",
    Why.OTHER_RECORD: "This is another record of the venue, beside the one that leads.",
}


def _merge_url(missing: dict[str, Any], new: dict[str, Any]) -> str:
    """The page that compares a missing venue with what it may have become."""
    return f"{reverse('venues:venue_merge', args=[missing['venue']])}?other={new['venue']}"


def mark_decidable(rows: Sequence[dict[str, Any]], user: User) -> None:
    """Say of each row whether this person may decide on it: ``may_decide``."""
    listed = Venue.objects.filter(pk__in=[row["venue"] for row in rows if row["venue"]])
    changeable = set(listed.changeable_by(user).values_list("pk", flat=True))
    authorities = LocalAuthority.objects.filter(pk__in=[row["authority"] for row in rows])
    theirs = set(authorities.changeable_by(user).values_list("pk", flat=True))
    for row in rows:
        if row["new"]:
            there = row["authority"] in theirs if row["authority"] else user.whole_force
            row["may_decide"] = there and user.has_perm(roles.CHANGE_VENUES)
        else:
            row["may_decide"] = row["venue"] in changeable


def unit_warning(run: ImportRun) -> str:
    """What to know when an authority of the file is in no command unit as of now, or nothing."""
    of_file = LocalAuthority.objects.filter(fhrs_code__in=run.report["authority_codes"])
    names = list(of_file.filter(command_unit=None).values_list("name", flat=True))
    if not names:
        return ""
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return (
        f"{listed} belong{'s' if len(names) == 1 else ''} to no command unit yet: "
        "nobody but those who see the whole force can plan visits there."
    )


def link_to(entry: dict[str, Any]) -> dict[str, Any]:
    """The venue of a report's entry by name and postcode, since a chain's names repeat."""
    return {
        "name": ", ".join(filter(None, [entry["name"], entry["postcode"]])),
        "url": entry["venue"] and reverse("venues:venue_detail", args=[entry["venue"]]),
    }


def facts_of(run: ImportRun) -> list[dict[str, str]]:
    """What the file is and what it lacks, for a summary list."""
    report = run.report
    facts = [
        {"key": "Local authorities", "value": ", ".join(report["authorities"])},
        {
            "key": "Records in the file",
            "value": f"{report['records']:,} of all kinds of business, "
            f"{report['hotels']:,} of them hotels",
        },
    ]
    if report["new_authorities"]:
        facts.append(
            {
                "key": "New local authorities",
                "value": ", ".join(report["new_authorities"]),
            }
        )
    if report["withheld"]:
        facts.append({"key": "Location withheld", "value": venues(report["withheld"])})
    if report["repeated"]:
        facts.append(
            {
                "key": "Repeated in the file",
                "value": f"{venues(report['repeated'])}; the first record was used",
            }
        )
    facts += [
        {"key": mark.capitalize().replace("united kingdom", "United Kingdom"), "value": venues(n)}
        for mark, n in report["marks"].items()
    ]
    return facts


def venues(number: int) -> str:
    """The number with its noun."""
    return f"{number:,} venue{'' if number == 1 else 's'}"


import_urlpatterns: list[URLPattern] = [
    path("imports/", ImportList.as_view(), name="import_list"),
    path("imports/add/", ImportCreate.as_view(), name="import_add"),
    path("imports/<int:pk>/", ImportDetail.as_view(), name="import_detail"),
    path(
        "imports/<int:pk>/differences/<int:number>/accept/",
        DifferenceDecide.as_view(),
        name="import_accept",
    ),
    path(
        "imports/<int:pk>/differences/<int:number>/keep/",
        DifferenceDecide.as_view(takes_theirs=False),
        name="import_keep",
    ),
]

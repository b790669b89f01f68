"""Pages of the registry. Those of imports are in ``import_views``."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, ListView

from accounts import roles
from accounts.access.pages import Pages, PagesByKey, RequiresPermission
from accounts.acts.views import ActView
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.numbers import whole_number
from accounts.record import history
from govuk.rows import Row
from venues.models import TrainingSession, Venue, VenueContact, VenueQuerySet, sees_contacts
from venues.registry import actions, merging, presenters, timeline
from venues.registry.forms import (
    ClosingForm,
    ContactEditForm,
    ContactForm,
    ContactRemovalForm,
    DuplicateSearchForm,
    MergeForm,
    ReopeningForm,
    VenueAddForm,
    VenueEditForm,
    VenueFilter,
)
from venues.training.validity import training_state

PER_PAGE = 25
TOLD_AT_ONCE = 50
"""As much of what happened stands on a venue's page, unless one asks for all."""
LIKELY_DUPLICATES = 10
"""As many are offered; a person looks at each."""


class VenueList(RequiresPermission, ListView[Venue]):
    """The registry, searched and filtered."""

    permission_required = roles.VIEW_VENUES
    template_name = "venues/registry/venue_list.html"
    paginate_by = PER_PAGE

    def get_paginator(self, *args: Any, **kwargs: Any) -> Paginator[Any]:
        """By key, unless a search has put all that it found in order anyway."""
        searched = self.filter.is_valid() and self.filter.cleaned_data["q"]
        return (Pages if searched else PagesByKey)(*args, **kwargs)

    @cached_property
    def filter(self) -> VenueFilter:
        return VenueFilter(self.request.GET, user=self.user)

    def get_queryset(self) -> QuerySet[Venue]:
        """The venues that match, as they stand today."""
        venues = Venue.objects.visible_to(self.user).with_training(on=duty_day(timezone.now()))
        narrowed = self.filter.narrow(venues.with_last_verdict(self.user))
        return narrowed.with_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the filters and the tags of each venue on the page."""
        context = super().get_context_data(**kwargs)
        rows = [
            {
                "venue": venue,
                "training": presenters.training_tag(venue.training_state),
                "verdict": presenters.verdict_tag(venue.last_verdict),
                "marks": presenters.marks(venue),
                "status": presenters.status(venue),
            }
            for venue in context["page_obj"]
        ]
        return context | {
            "rows": rows,
            "filter_form": self.filter,
            "shows_verdicts": self.user.has_perm(roles.VIEW_RESULTS),
            "registry_is_empty": not rows and not Venue.objects.exists(),
        }


class VenueDetail(RequiresPermission, DetailView[Venue]):
    """One venue: its facts, its training, whom to write to, and what happened."""

    permission_required = roles.VIEW_VENUES
    template_name = "venues/registry/venue_detail.html"

    def get_queryset(self) -> QuerySet[Venue]:
        """Closed and merged ones too: old links lead here."""
        sessions = Prefetch("training_sessions", TrainingSession.objects.visible_to(self.user))
        found = Venue.objects.visible_to(self.user).with_names().select_related("merged_into")
        theirs = Venue.objects.changeable_by(self.user).filter(pk=OuterRef("pk"))
        return found.annotate(is_theirs=Exists(theirs)).prefetch_related(sessions)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the person may see and do."""
        venue, user = self.object, self.user
        unmerged = venue.merged_into_id is None
        may_change = unmerged and venue.is_theirs  # type: ignore[attr-defined]  # annotated
        contacts = venue.contacts.all() if sees_contacts(user) else None
        latest = next(iter(venue.training_sessions.all()), None)
        latest_ones = None if "whole" in self.request.GET else TOLD_AT_ONCE + 1
        entries = timeline.entries(venue, user, may_change=may_change, latest=latest_ones)
        if more := latest_ones is not None and len(entries) == latest_ones:
            entries.pop()
        self.record_reads(listed=[*(contacts or ()), *(e.about for e in entries if e.about)])
        return super().get_context_data(
            facts=presenters.rows(venue),
            marks=presenters.marks(venue),
            status=presenters.status(venue),
            training=presenters.training_tag(
                training_state(latest.held_on if latest else None, on=duty_day(timezone.now()))
            ),
            latest=latest,
            coverage_in_words=latest and f"{latest.coverage:.0%}",
            attendance_in_words=latest and f"{latest.attended} of {latest.front_desk_staff}",
            contacts=contacts,
            entries=entries,
            more=more,
            may_change=may_change,
            others_change=unmerged and not may_change and user.has_perm(roles.CHANGE_VENUES),
            may_train=unmerged and user.has_perm(roles.RECORD_TRAINING),
            alike=len(likely_duplicates(venue, user)[:LIKELY_DUPLICATES]) if may_change else 0,
            **kwargs,
        )


def may_change_all(user: User, venues: list[Venue]) -> bool:
    """Whether this person may change each of ``venues``."""
    keys = {venue.pk for venue in venues}
    return Venue.objects.changeable_by(user).filter(pk__in=keys).count() == len(keys)


def likely_duplicates(venue: Venue, user: User) -> VenueQuerySet:
    """The entries that may be the same place as ``venue`` and that this person could merge."""
    return Venue.objects.changeable_by(user).likely_duplicates_of(venue)


# Acts -------------------------------------------------------------------------------------------


class VenueAct(ActView):
    """An act on the registry."""

    permission_required = roles.CHANGE_VENUES
    template_name = "venues/registry/act.html"
    title = ""
    done = ""
    """What to say when it is done; ``{}`` stands for the venue."""

    def confirmation(self, made: Venue) -> str:
        """With the name of the venue."""
        return super().confirmation(made).format(made)


class VenueAdd(VenueAct):
    """Puts a venue into the registry by hand."""

    form_class = VenueAddForm
    template_name = "venues/registry/venue_form.html"
    title = "Add venue"
    done = "{} is in the registry."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the venue that this one may be, once that is asked."""
        context = super().get_context_data(**kwargs)
        form = context["form"]
        asked = form.is_bound and form.has_error("another")
        twin = actions.twin_of(form.cleaned_data, by=self.user) if asked else None
        return context | {"twin": twin}

    def act(self, form: VenueAddForm) -> Venue:
        return actions.add_venue(**form.values(), by=self.user)


class OfVenue(VenueAct):
    """An act on a venue that is in the registry."""

    @cached_property
    def venue(self) -> Venue:
        venues = Venue.objects.visible_to(self.user).with_names().select_related("merged_into")
        return get_object_or_404(venues, pk=self.kwargs["pk"])

    part: type[VenueContact | TrainingSession] | None = None
    """What of a venue the address names, where it is not the venue itself."""

    def removed(self) -> tuple[str, str] | None:
        """The part that was removed, and the page of its venue."""
        was = history.removed(self.part, self.kwargs["pk"]) if self.part else None
        venues = Venue.objects.visible_to(self.user).changeable_by(self.user)
        venue = venues.filter(pk=was.venue_id).first() if was else None
        return (
            (f"The {was._meta.verbose_name}", venue.get_absolute_url()) if was and venue else None
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A merged entry has no form: its page leads to the one that was kept.

        A form that was open already is refused by the act, with all that was typed.
        """
        if self.venue.merged_into_id is not None:
            return HttpResponseRedirect(self.venue.get_absolute_url())
        return super().get(request, *args, **kwargs)


class ChangesVenue(OfVenue):
    """An act on a venue that the person may change; of another command unit's it is a 403."""

    def has_permission(self) -> bool:
        """The role allows it, and so does the command unit."""
        return super().has_permission() and may_change_all(self.user, [self.venue])


class VenueEdit(ChangesVenue):
    """Changes what is said about a venue."""

    form_class = VenueEditForm
    template_name = "venues/registry/venue_form.html"
    title = "Edit venue"
    done = "{} is saved."

    @property
    def record(self) -> Venue:
        """What two people may edit at once."""
        return self.venue

    def get_form_kwargs(self) -> dict[str, Any]:
        """Start from the venue as it is."""
        initial = {"version": self.venue.version}
        return super().get_form_kwargs() | {"instance": self.venue, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what somebody else saved meanwhile, if so."""
        context = super().get_context_data(**kwargs)
        saved = context["form"].conflict
        if saved is None:
            return context
        return context | {"saved_meanwhile": [Row("Name", saved.name), *presenters.rows(saved)]}

    def act(self, form: VenueEditForm) -> Venue:
        version = form.cleaned_data["version"]
        return actions.edit_venue(venue=self.venue, version=version, **form.values(), by=self.user)


class VenueClose(ChangesVenue):
    """Records that a venue closed."""

    form_class = ClosingForm
    title = "Close venue"
    done = (
        "{} is closed. Its history stays. Closing cancels no visit: if any is planned here, "
        "those who planned it see that the venue is closed."
    )

    def act(self, form: ClosingForm) -> Venue:
        actions.close_venue(venue=self.venue, **form.cleaned_data, by=self.user, at=timezone.now())
        return self.venue


class VenueReopen(ChangesVenue):
    """Records that a closed venue is open again."""

    form_class = ReopeningForm
    title = "Reopen venue"
    done = "{} is open again."

    def act(self, form: ReopeningForm) -> Venue:
        actions.reopen_venue(venue=self.venue, **form.cleaned_data, by=self.user, at=timezone.now())
        return self.venue


class VenueMerge(ChangesVenue):
    """Finds the other entry of the same place, shows both side by side, and merges them."""

    form_class = MergeForm
    template_name = "venues/registry/venue_merge.html"
    done = "The two entries are one now: {}."

    @cached_property
    def other(self) -> Venue | None:
        """The entry to compare with, once one is chosen."""
        wanted = whole_number(self.request.GET.get("other", ""))
        if wanted is None:
            return None
        others = Venue.objects.visible_to(self.user).exclude(pk=self.venue.pk)
        if self.request.method == "GET":  # of one merged meanwhile the act says so
            others = others.unmerged()
        other = get_object_or_404(others.with_names().select_related("merged_into"), pk=wanted)
        if not may_change_all(self.user, [other]):
            raise PermissionDenied
        return other

    def get_form(self, form_class: type[forms.BaseForm] | None = None) -> Any:
        """The question which to keep, once there are two."""
        if self.other is None:
            return None
        return MergeForm(
            self.request.POST or None,
            venue=self.venue,
            other=self.other,
            conflicts=merging.conflicts(self.venue, self.other),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the two entries, or what helps to find the other."""
        context = super().get_context_data(**kwargs)
        if self.other:
            return context | {"comparison": presenters.side_by_side(self.venue, self.other)}
        search = DuplicateSearchForm(self.request.GET if "q" in self.request.GET else None)
        found: list[Venue] = []
        if search.is_valid() and search.cleaned_data["q"]:
            others = Venue.objects.changeable_by(self.user).unmerged().exclude(pk=self.venue.pk)
            found = list(
                others.search(search.cleaned_data["q"], by=self.user).with_names()[:PER_PAGE]
            )
        likely = likely_duplicates(self.venue, self.user)
        return context | {
            "search": search,
            "found": found,
            "likely": list(likely.with_names()[:LIKELY_DUPLICATES]),
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Merge, if there are two to merge."""
        if self.other is None:
            return HttpResponseRedirect(reverse("venues:venue_merge", args=[self.venue.pk]))
        return super().post(request, *args, **kwargs)

    def act(self, form: MergeForm) -> Venue:
        """Merge them into the one to keep."""
        assert self.other is not None
        keep, duplicate = self.venue, self.other
        if form.cleaned_data["keep"] == self.other.pk:
            keep, duplicate = duplicate, keep
        return merging.merge_venues(
            keep=keep, duplicate=duplicate, choices=form.choices(), by=self.user
        )


class SavesContact(ChangesVenue):
    """A form of a contact."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"venue": self.venue}


class ContactAdd(SavesContact):
    """Adds somebody to write to."""

    form_class = ContactForm
    title = "Add contact"
    done = "The contact at {} is saved."

    def act(self, form: ContactForm) -> Venue:
        actions.save_contact(venue=self.venue, **form.cleaned_data, by=self.user)
        return self.venue


class OfContact(ChangesVenue):
    """An act on one contact; the address names the contact, not the venue."""

    part = VenueContact

    @cached_property
    def contact(self) -> VenueContact:
        """The contact, of a venue that the person may see."""
        contacts = VenueContact.objects.visible_to(self.user).select_related("venue")
        return get_object_or_404(contacts, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The contact is on the page."""
        self.record_reads(viewed=[self.contact])
        return super().get_context_data(**kwargs)

    @property
    def record(self) -> VenueContact:
        """What two people may edit at once."""
        return self.contact

    @cached_property
    def venue(self) -> Venue:
        return self.contact.venue


class ContactEdit(OfContact, SavesContact):
    """Changes a contact."""

    form_class = ContactEditForm
    template_name = "venues/registry/contact_edit.html"
    title = "Edit contact"
    done = "The contact at {} is saved."

    def get_form_kwargs(self) -> dict[str, Any]:
        """Start from the contact as it is."""
        initial = {"version": self.contact.version}
        return super().get_form_kwargs() | {"instance": self.contact, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what somebody else saved meanwhile, if so."""
        context = super().get_context_data(**kwargs)
        saved = context["form"].conflict
        return (
            context
            if saved is None
            else context | {"saved_meanwhile": presenters.of_contact(saved)}
        )

    def act(self, form: ContactEditForm) -> Venue:
        contact, answers = self.contact, form.cleaned_data
        actions.save_contact(venue=self.venue, contact=contact, **answers, by=self.user)
        return self.venue


class ContactRemove(OfContact):
    """Asks, then erases a contact."""

    form_class = ContactRemovalForm
    template_name = "venues/registry/contact_remove.html"
    done = "The contact at {} is removed."

    def act(self, form: ContactRemovalForm) -> Venue:
        actions.remove_contact(contact=self.contact, by=self.user)
        return self.venue

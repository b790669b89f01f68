"""Forms of the registry: they translate between people and the acts, which hold the rules."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.acts.forms import ActForm, VersionedForm
from accounts.acts.refusals import Problem
from accounts.models import User
from accounts.roles import VIEW_RESULTS
from govuk import GovDateField, GovFilterForm, GovForm, Question, an_example
from venues.models import (
    CommandUnit,
    LocalAuthority,
    Venue,
    VenueContact,
    VenueGroup,
    VenueQuerySet,
    sees_contacts,
)
from venues.registry import actions, presenters, search
from venues.registry.actions import VenueFields
from venues.registry.merging import BOTH, Conflict
from venues.registry.postcodes import both_degrees, latitude, longitude
from venues.training.validity import TrainingState


class ContactRemovalForm(ActForm, forms.Form):
    """Asks nothing, and says why a contact was not removed."""


# The list ---------------------------------------------------------------------------------------


class SearchField(forms.CharField):
    """What to look for among venues; what has no word to look for is no search for all of them."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of any field; nobody has to look for anything."""
        super().__init__(max_length=100, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """What was typed.

        Raises:
            ValidationError: no venue can be found by it.

        """
        text: str = super().clean(value)
        if text and not search.words(text):
            raise ValidationError(
                f"Nothing can be found by “{text}” alone. Type part of a name, or a postcode"
            )
        return text


def narrowed(venues: VenueQuerySet, wanted: Mapping[str, Any]) -> VenueQuerySet:
    """Those of ``venues``, annotated with training, that fit the answers of a filter to the
    questions that all filters of venues share.
    """
    lookups = {
        "unit": "local_authority__command_unit",
        "authority": "local_authority",
        "kind": "kind",
        "group": "group",
        "training": "training_state",
    }
    return venues.filter(
        **{lookup: wanted[answer] for answer, lookup in lookups.items() if wanted.get(answer)}
    )


class VenueFilter(GovFilterForm, forms.Form):
    """Narrows the list of venues."""

    submit_label = "Show venues"

    OPEN, CLOSED, ALL = "", "closed", "all"
    COVERAGE = {"under_half": (0, 0.5), "half": (0.5, 0.8), "most": (0.8, 1.01)}
    """For each choice, the least share that fits and the least that is too much."""

    NO_VERDICT = "none"

    q = SearchField(label="Name, group, postcode or food hygiene id")
    unit = forms.ModelChoiceField(
        CommandUnit.objects.all(), label="Command unit", required=False, empty_label="All"
    )
    authority = forms.ModelChoiceField(
        LocalAuthority.objects.defer("boundary"),
        label="Local authority",
        required=False,
        empty_label="All",
    )
    kind = forms.ChoiceField(choices=[("", "All"), *Venue.Kind.choices], required=False)
    group = forms.ModelChoiceField(VenueGroup.objects.all(), required=False, empty_label="All")
    training = forms.ChoiceField(choices=[("", "All"), *TrainingState.choices], required=False)
    coverage = forms.ChoiceField(
        label="Staff trained",
        choices=[
            ("", "All"),
            ("under_half", "Under 50%"),
            ("half", "50% to 79%"),
            ("most", "80% or more"),
        ],
        required=False,
    )
    verdict = forms.ChoiceField(label="Last verdict", required=False)
    status = forms.ChoiceField(
        label="Open or closed",
        choices=[(OPEN, "Open"), (CLOSED, "Closed"), (ALL, "Open and closed")],
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Ask for the last verdict only those who may see results."""
        super().__init__(*args, **kwargs)
        self.user = user
        if sees_contacts(user):
            self.fields["q"].label = "Name, group, postcode, food hygiene id or contact"
        if user.has_perm(VIEW_RESULTS):
            self.fields["verdict"].choices = [  # type: ignore[attr-defined]
                ("", "All"),
                *presenters.verdicts(),
                (self.NO_VERDICT, "No completed visit"),
            ]
        else:
            del self.fields["verdict"]

    def narrow(self, venues: VenueQuerySet) -> VenueQuerySet:
        """Those of ``venues`` that match, the likeliest first after a search, else by name.

        ``venues`` is annotated with training.
        """
        if not self.is_valid():
            return venues.none()
        wanted = self.cleaned_data
        if wanted["status"] == self.OPEN:
            venues = venues.open()
        elif wanted["status"] == self.CLOSED:
            venues = venues.closed()
        else:
            venues = venues.unmerged()
        venues = narrowed(venues, wanted)
        if wanted["coverage"]:
            least, too_much = self.COVERAGE[wanted["coverage"]]
            venues = venues.filter(Q(coverage__gte=least, coverage__lt=too_much))
        if verdict := wanted.get("verdict"):
            wanted_verdict = "" if verdict == self.NO_VERDICT else verdict
            venues = venues.of_last_verdict(wanted_verdict, user=self.user)
        return venues.search(wanted["q"], by=self.user)


class LatitudeField(forms.DecimalField):
    """Latitude, as a map gives it."""

    # No keyboard of figures alone: on some phones it has no minus.
    widget = forms.TextInput
    default_error_messages = {
        "invalid": "Enter it in degrees, such as 51.5189 or 51°31′08″N",
        "both": "Enter the latitude alone, or empty the longitude to paste both here",
        "other": "This is a longitude. Enter it as the longitude",
    }
    read, read_other = staticmethod(latitude), staticmethod(longitude)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs
        """The degrees, to six places.

        Raises:
            ValidationError: these are none.

        """
        if value in self.empty_values:
            return None
        text = str(value)
        found = self.read(text)
        if found is None:
            other = self.read_other(text) is not None and re.search("[NSEW]", text.upper())
            code = "both" if both_degrees(text) else "other" if other else "invalid"
            raise ValidationError(self.error_messages[code], code=code)
        return found


class LongitudeField(LatitudeField):
    """Longitude, as a map gives it."""

    default_error_messages = {
        "invalid": "Enter it in degrees, such as -0.1345 or 0°08′04″W",
        "both": "Enter the longitude alone, or paste both as the latitude",
        "other": "This is a latitude. Enter it as the latitude",
    }
    read, read_other = staticmethod(longitude), staticmethod(latitude)


# A venue ----------------------------------------------------------------------------------------


class VenueForm(GovForm, ActForm, forms.ModelForm[Venue]):
    """What people say about a venue."""

    submit_label = "Save venue"

    new_group = forms.CharField(
        label="Name of a group that is not in the list", max_length=120, required=False
    )

    class Meta:
        model = Venue
        fields = (
            "name",
            "kind",
            "local_authority",
            "address",
            "postcode",
            "latitude",
            "longitude",
            "group",
            "notes",
        )
        labels = {"kind": "Kind of place"}
        help_texts = {
            "latitude": "As a map gives it, such as 51.5189 or 51°31′08″N. Leave both empty if you "
            "do not know. You can paste both from a map here, such as 51.5189, -0.1345.",
            "longitude": "Such as -0.1345 or 0°08′04″W.",
            "notes": "About the venue itself. Never write about a visit that is still to come.",
        }
        field_classes = {"latitude": LatitudeField, "longitude": LongitudeField}
        widgets = {
            "latitude": forms.TextInput,
            "longitude": forms.TextInput,
            "address": forms.Textarea({"rows": 3, "autocomplete": "off"}),
            "notes": forms.Textarea({"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the authorities without fetching their outlines."""
        super().__init__(*args, **kwargs)
        authorities = LocalAuthority.objects.defer("boundary")
        self.fields["local_authority"].queryset = authorities  # type: ignore[attr-defined]

    def tidied(self) -> Any:
        """Latitude and longitude that were pasted as one go to their boxes.

        Over a longitude, too, that nobody typed: it is the one on record.
        """
        data = super().tidied()
        north, east = self.add_prefix("latitude"), self.add_prefix("longitude")
        both, besides = both_degrees(data.get(north) or ""), data.get(east) or ""
        there = longitude(besides)
        if both and besides and (there is None or there not in (both[1], self.instance.longitude)):
            both = None  # which of the two is meant, only a person knows
        if both:
            data[north], data[east] = map(str, both)
        return data

    def layout(self) -> Layout:
        """What it is, where it is, who runs it."""
        return Layout(
            Fieldset("What it is", "name", "kind"),
            Fieldset(
                "Where it is",
                "address",
                Question("postcode", width=10),
                "local_authority",
                Question("latitude", width=10),
                Question("longitude", width=10),
            ),
            Fieldset("Who runs it", "group", "new_group"),
            "notes",
        )

    def problems(self, answers: Mapping[str, Any]) -> list[Problem]:
        """What makes no sense of the place."""
        return actions.problems_of_place(self.instance, answers)

    def values(self) -> VenueFields:
        """The answers as the acts take them."""
        answers = dict(self.cleaned_data)
        answers.pop("version", None)
        return answers  # type: ignore[return-value]  # the form's fields are the act's


class VenueAddForm(VenueForm):
    """The same of a venue that is not in the registry yet."""

    another = forms.BooleanField(label="Yes, it is another venue", required=False)

    def layout(self) -> Layout:
        """Whether it is another one is asked only where the registry has one like it."""
        asked = self.has_error("another") or "another" in self.data
        fields = super().layout().fields
        return Layout(*([Question("another", optional=False)] if asked else []), *fields)


class VenueEditForm(VersionedForm, VenueForm):
    """The same of a venue that is in the registry, as it was at a version."""

    def layout(self) -> Layout:
        return Layout("version", *super().layout().fields)


class ClosingForm(GovForm, ActForm, forms.Form):
    """When and why a venue closed."""

    submit_label = "Close venue"

    on = GovDateField(
        label="When did it close?",
        help_text=an_example(),
        error_messages={"required": "Enter when it closed"},
    )
    reason = forms.CharField(
        label="Why?",
        max_length=200,
        help_text="Such as: out of business, now private flats.",
        error_messages={"required": "Enter why it closed"},
    )

    def problems(self, answers: Mapping[str, Any]) -> list[Problem]:
        """What won't do of the day."""
        return actions.problems_of_day("on", answers.get("on"), at=timezone.now())


class ReopeningForm(GovForm, ActForm, forms.Form):
    """When and why a closed venue opened again."""

    submit_label = "Reopen venue"

    on = GovDateField(
        label="Since when is it open again?",
        help_text=an_example(),
        error_messages={"required": "Enter since when it is open again"},
    )

    def problems(self, answers: Mapping[str, Any]) -> list[Problem]:
        """What won't do of the day."""
        return actions.problems_of_day("on", answers.get("on"), at=timezone.now())

    reason = forms.CharField(
        label="Why?",
        max_length=200,
        help_text="Such as: under new management, closed by mistake.",
        error_messages={"required": "Enter why it is open again"},
    )


# Merging ----------------------------------------------------------------------------------------


class DuplicateSearchForm(GovFilterForm, forms.Form):
    """Finds the other entry where it is not among the likely ones."""

    submit_label = "Find venue"

    q = SearchField(label="Name or postcode of the other entry")


#: The answer about a conflict that follows the answer to which entry stays.
AS_KEPT = ("", "As in the entry you keep")


class MergeForm(GovForm, ActForm, forms.Form):
    """Which of two entries stays, and what is right where the two contradict each other."""

    submit_label = "Merge these two"

    keep = forms.TypedChoiceField(
        label="Which entry do you want to keep?",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Select which entry you want to keep"},
    )

    def __init__(
        self,
        *args: Any,
        venue: Venue,
        other: Venue,
        conflicts: Iterable[Conflict],
        **kwargs: Any,
    ) -> None:
        """Offer the two entries, the one that imports keep up to date first; ask each conflict.

        Until a person says otherwise the entry that is kept is right, whichever that is.
        """
        super().__init__(*args, **kwargs)
        both = sorted([venue, other], key=lambda one: (one.fhrsid is None, one.pk))
        self.fields["keep"].choices = [(one.pk, f"{one} ({one.pk})") for one in both]  # type: ignore[attr-defined]
        self._conflicts = [conflict.field for conflict in conflicts]
        for conflict in conflicts:
            as_kept = [] if BOTH in dict(conflict.choices) else [AS_KEPT]
            offered = [*as_kept, *conflict.choices]
            self.fields[conflict.field] = forms.ChoiceField(
                label=conflict.label,
                choices=offered,
                widget=forms.RadioSelect,
                required=False,  # the act has an answer of its own
                initial=offered[0][0],
            )

    def layout(self) -> Layout:
        """Each conflict starts with an answer: that it may be left out says nothing to anybody."""
        return Layout("keep", *(Question(name, optional=False) for name in self._conflicts))

    def choices(self) -> dict[str, str]:
        """The answers about conflicts as the act takes them."""
        return {name: self.cleaned_data[name] for name in self._conflicts}


# Contacts and training --------------------------------------------------------------------------


class ContactForm(GovForm, ActForm, forms.ModelForm[VenueContact]):
    """Somebody at a venue who is written to about its training."""

    submit_label = "Save contact"

    class Meta:
        model = VenueContact
        fields = ("name", "job_title", "email", "phone", "gets_reminders")
        labels = {"gets_reminders": "Gets messages about refresher training"}
        help_texts = {
            "phone": "Such as 020 7946 0958, or 020 7946 0958 ext 12.",
            "gets_reminders": "Needs an email address.",
        }
        widgets = {"phone": forms.TextInput({"type": "tel", "autocomplete": "off"})}

    def __init__(self, *args: Any, venue: Venue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.venue = venue

    def problems(self, answers: Mapping[str, Any]) -> list[Problem]:
        """What won't do of the address and the number."""
        return actions.problems_of_contact(self.venue, self.instance, answers)


class ContactEditForm(VersionedForm, ContactForm):
    """The same of a contact that is there, as it was at a version."""

"""Forms of operations and of the choice of their venues."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.acts.forms import ActForm, VersionedForm
from accounts.acts.refusals import Problem
from accounts.dates.london import duty_day
from accounts.models import User
from govuk import Button, GovDateField, GovFilterForm, GovForm, Question, SearchedField
from govuk.dates import plain_time
from operations import people
from operations.planning import actions as planning
from operations.planning.models import Operation, OperationQuerySet
from operations.planning.operation_states import Stage
from operations.scenarios.models import Scenario
from operations.visits.last_visits import LastVisit
from operations.visits.policies import VisitPolicy
from operations.visits.selection import Selection
from venues.models import CommandUnit, LocalAuthority, Venue, VenueGroup, VenueQuerySet
from venues.registry.forms import SearchField, narrowed
from venues.training.validity import TrainingState


class OperationForm(GovForm, ActForm, forms.Form):
    """What a planner says about an operation."""

    submit_label = "Save operation"

    name = forms.CharField(max_length=120)
    reference = forms.CharField(max_length=40, help_text="How the force files it, like MS/2026/04.")
    starts_on = GovDateField(label="First day")
    ends_on = GovDateField(label="Last day")
    lead = SearchedField(help_text="Answers for the results: a CSE lead or a planner.")
    scenario = forms.ModelChoiceField(
        Scenario.objects.none(),
        help_text="Newest versions. The operation keeps its version when a later one is written.",
    )
    authorisation_reference = forms.CharField(
        max_length=60, help_text="Of the written authority for these visits."
    )
    notes = forms.CharField(widget=forms.Textarea({"rows": 4}), max_length=2000, required=False)

    def __init__(
        self,
        *args: Any,
        scenarios: QuerySet[Scenario],
        operation: Operation | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer ``scenarios``; ``operation`` is the one that is edited."""
        super().__init__(*args, **kwargs)
        self.operation = operation
        leads = people.searched(people.possible_leads())
        self.fields["lead"].offer(leads)  # type: ignore[attr-defined]
        self.fields["scenario"].queryset = scenarios  # type: ignore[attr-defined]
        longest = VisitPolicy.longest_operation(on=duty_day(timezone.now())).days
        self.fields[
            "ends_on"
        ].help_text = f"An operation lasts {longest} days at most, its first and last day counted."

    def layout(self) -> Layout:
        """References are short, so are their boxes."""
        return Layout(
            "name",
            Question("reference", width=20),
            "starts_on",
            "ends_on",
            "lead",
            "scenario",
            Question("authorisation_reference", width=20),
            "notes",
        )

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse."""
        return planning.problems_of(answers, operation=self.operation)

    def values(self) -> planning.OperationFields:
        """The answers as the acts take them."""
        answers = dict(self.cleaned_data)
        answers.pop("version", None)
        return answers  # type: ignore[return-value]  # the form's fields are the act's


class OperationEditForm(OperationForm, VersionedForm):
    """The same of an operation that exists."""

    def __init__(self, *args: Any, without: Collection[str] = (), **kwargs: Any) -> None:
        """Leave out the questions in ``without``, which are not for this person."""
        super().__init__(*args, **kwargs)
        for name in without:
            del self.fields[name]

    def layout(self) -> Layout:
        asked = [
            question
            for question in super().layout().fields
            if getattr(question, "name", question) in self.fields
        ]
        return Layout("version", *asked)

    def values_beside(self, operation: Operation) -> planning.OperationFields:
        """The answers as the act takes them; what was not asked stays as ``operation`` has it."""
        kept = {name: getattr(operation, name) for name in planning.COMMON}
        return kept | self.values()  # type: ignore[return-value]  # the form's fields are the act's


class OperationFilter(GovFilterForm, forms.Form):
    """Narrows the list of operations."""

    submit_label = "Show operations"

    stage = forms.ChoiceField(
        label="How far", choices=[("", "All"), *Stage.choices], required=False
    )

    def narrow(self, operations: OperationQuerySet, *, on: dt.date) -> OperationQuerySet:
        """Those of ``operations`` that are so far on the day ``on``."""
        if self.is_refused:
            return operations.none()
        wanted = self.cleaned_data.get("stage") if self.is_bound else ""
        return operations.at_stage(Stage(wanted), on=on) if wanted else operations


class ChoosableVenuesForm(GovFilterForm, forms.Form):
    """Narrows the venues that may be added to an operation."""

    submit_label = "Show venues"

    q = SearchField(label="Name, group or postcode")
    unit = forms.ModelChoiceField(
        CommandUnit.objects.none(), label="Command unit", required=False, empty_label="All"
    )
    authority = forms.ModelChoiceField(
        LocalAuthority.objects.none(), label="Local authority", required=False, empty_label="All"
    )
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "All"), *Venue.Kind.choices], required=False
    )
    group = forms.ModelChoiceField(VenueGroup.objects.all(), required=False, empty_label="All")
    training = forms.ChoiceField(
        label="Training", choices=[("", "All"), *TrainingState.choices], required=False
    )
    not_visited_since = GovDateField(
        label="Not visited since",
        required=False,
        help_text="Leaves out venues that had a visit on or after this day.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the command units of ``user`` and their authorities."""
        super().__init__(*args, **kwargs)
        self.user = user
        units = CommandUnit.objects.of(user)
        authorities = LocalAuthority.objects.filter(command_unit__in=units)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]

    def in_words(self) -> str:
        """What narrows the venues, as it is kept with a draw; empty where nothing does."""
        self.is_valid()
        answers = getattr(self, "cleaned_data", {}) if self.is_bound else {}
        said = []
        for name, field in self.fields.items():
            if answer := answers.get(name):
                chosen = type(field) is forms.ChoiceField
                choices = dict(field.choices) if chosen else {}  # type: ignore[attr-defined]
                shown = plain_time(answer) if isinstance(answer, dt.date) else answer
                label = str(self[name].label)
                said.append(f"{label}: {choices.get(answer, shown)}")
        return "; ".join(said)

    def narrow(self, venues: VenueQuerySet, *, on: dt.date) -> VenueQuerySet:
        """Those of ``venues`` that match; none while an answer makes no sense.

        Annotated with ``training_state`` on the day ``on`` and ``last_visited_on``, by name unless
        a search puts the likeliest first.
        """
        if self.is_refused:
            return venues.none()
        wanted = self.cleaned_data if self.is_bound else {}
        last = LastVisit.objects.filter(venue=OuterRef("pk")).values("visited_on")
        venues = venues.with_training(on=on).annotate(last_visited_on=Subquery(last))
        venues = venues.search(wanted["q"], by=self.user) if wanted.get("q") else venues.by_name()
        venues = narrowed(venues, wanted)
        if since := wanted.get("not_visited_since"):
            venues = venues.exclude(pk__in=LastVisit.objects.filter(visited_on__gte=since))
        return venues


class AddVenuesForm(GovForm, ActForm, forms.Form):
    """Adds venues by hand, with the reason. The ticks stand in the table of venues."""

    ALL = "all"

    venues = forms.ModelMultipleChoiceField(
        Venue.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": "A venue you ticked can no longer be added. Tick again.",
        },
    )
    selection = forms.ChoiceField(
        label="Why these venues?",
        choices=[
            (choice.value, choice.label) for choice in (Selection.PRIORITY, Selection.INTELLIGENCE)
        ],
        widget=forms.RadioSelect,
        help_text="Recorded with each venue. Results of venues that somebody picked are shown "
        "apart from those drawn by chance.",
    )

    def __init__(self, *args: Any, venues: VenueQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["venues"].queryset = venues  # type: ignore[attr-defined]
        self.matching = venues

    def clean(self) -> dict[str, Any]:
        """All that match, where that button was pressed; otherwise those ticked."""
        answers = super().clean() or {}
        if "add_all" in self.data:
            answers["venues"] = self.matching
        elif not answers.get("venues") and not self.has_error("venues"):
            self.add_error("venues", "Tick the venues to add.")
        return answers


class RemoveVenueForm(GovForm, ActForm, forms.Form):
    """Why a venue is taken out although chance has chosen it."""

    submit_label = "Take it out"

    remove = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why is this venue taken out?",
        help_text="For example: shut for building work until spring. It goes on record, and "
        "results say that a drawn venue was taken out.",
        max_length=200,
        error_messages={"required": "Enter why this venue is taken out"},
    )

    def buttons(self) -> list[Button]:
        """It can be undone, but the sample is no longer what it was."""
        return [Button(self.submit_label, kind="warning")]

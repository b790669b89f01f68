"""Forms of reports: what a reader asks of the dashboard, and of whom everything is exported."""

from typing import Any

from django import forms
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Concat

from accounts.database.references import NaturalOrder
from accounts.models import User
from govuk import Button, GovDateField, GovFilterForm, GovForm
from operations.models import CallQuerySet, Operation, Selection, Visit
from reports.dashboards import offered
from reports.filters import Filters
from reports.subject_access import Subject, find

#: How many operations a refusal names where several are called so.
MOST_NAMED = 5


class CallsFilter(GovFilterForm, forms.Form):
    """Narrows the calls by when they came in."""

    submit_label = "Show results"

    since = GovDateField(label="Calls from", required=False)
    until = GovDateField(label="Calls until", required=False)

    def narrow(self, calls: CallQuerySet) -> CallQuerySet:
        """Those of ``calls`` that match."""
        wanted = self.cleaned_data if self.is_bound else {}
        return calls.between(wanted.get("since"), wanted.get("until"))


class DashboardFilter(GovFilterForm, forms.Form):
    """Narrows the visits. It offers only what finished visits that the reader may see have."""

    EVERY_SCENARIO = "all"

    command_unit = forms.ChoiceField(label="Command unit", required=False)
    operation = forms.CharField(
        label="Operation",
        help_text="Its reference, or a part of its name",
        max_length=160,
        required=False,
    )
    scenario = forms.ChoiceField(label="Scenario version", required=False)
    selection = forms.ChoiceField(
        label="Choice of venue",
        # Drawn by chance is what no answer means, so that the plain address is the plain page.
        choices=[
            ("" if choice == Selection.RANDOM else choice.value, choice.label)
            for choice in Selection
        ],
        required=False,
    )

    since = GovDateField(label="Visits from", required=False)
    until = GovDateField(label="Visits until", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Take the reader, and the arguments of any form."""
        super().__init__(*args, **kwargs)
        self.user = user
        offers = offered(user)
        self.units = {str(unit.pk): unit for unit in offers.units}
        self.scenarios = {str(scenario.pk): scenario for scenario in offers.scenarios}
        self.offer("command_unit", ("", "All"), *self.units.items())
        # The newest is what no answer means: results are compared only within one version.
        self.offer(
            "scenario",
            ("", "Newest version with results"),
            *self.scenarios.items(),
            (self.EVERY_SCENARIO, "All versions"),
        )

    def clean_operation(self) -> Operation | None:
        """The operation meant, of those that the reader may see finished visits of."""
        text = self.cleaned_data["operation"].strip()
        if not text:
            return None
        visits = Visit.objects.visible_to(self.user).finished().filter(operation=OuterRef("pk"))
        operations = Operation.objects.filter(Exists(visits))
        found = list(operations.filter(reference__natural=NaturalOrder(Value(text))))
        if not found:
            called = operations.annotate(
                called=Concat("reference", Value(" "), "name", output_field=CharField())
            )
            found = list(called.filter(called__icontains=text)[: MOST_NAMED + 1])
        if not found:
            raise forms.ValidationError("No operation with results has this reference or name.")
        if len(found) > 1:
            named = ", ".join(map(str, found[:MOST_NAMED]))
            more = " and others" if len(found) > MOST_NAMED else ""
            raise forms.ValidationError(
                f"Several operations are called so: {named}{more}. Enter the reference of one."
            )
        return found[0]

    def clean(self) -> dict[str, Any] | None:
        """Refuse a period that ends before it begins."""
        answers = super().clean() or self.cleaned_data
        since, until = answers.get("since"), answers.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must be on or after the first day.")
        return answers

    def filters(self) -> Filters:
        """The answers; one that could not be read counts as not given."""
        self.is_valid()
        answers = getattr(self, "cleaned_data", {})
        return Filters(
            since=answers.get("since"),
            until=answers.get("until"),
            command_unit=self.units.get(answers.get("command_unit", "")),
            operation=answers.get("operation"),
            scenario=self.scenarios.get(answers.get("scenario", "")),
            selection=Selection(answers.get("selection") or Selection.RANDOM),
        )

    @property
    def wants_newest_scenario(self) -> bool:
        """Whether no scenario version was chosen, or one that could not be read."""
        self.is_valid()
        return not getattr(self, "cleaned_data", {}).get("scenario")

    def offer(self, name: str, *choices: tuple[str, object]) -> None:
        """Let the field of this name choose among these."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, str(choice)) for key, choice in choices]


class SubjectAccessForm(GovForm, forms.Form):
    """Of whom, and why."""

    submit_label = "Export as CSV"
    gives_file = True
    XLSX = "xlsx"

    subject = forms.ChoiceField(
        label="Whom is it about?",
        choices=Subject.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select whom it is about"},
    )
    identifier = forms.CharField(
        label="Their username, email address or cadet reference",
        max_length=254,
        error_messages={"required": "Enter their username, email address or cadet reference"},
    )
    reason = forms.CharField(
        label="Why do you export it?",
        help_text="For example the reference of the person’s request. It is kept in the log.",
        max_length=200,
        error_messages={"required": "Enter why you export it"},
    )

    def buttons(self) -> list[Button]:
        """One for each kind of file."""
        label = "Export as a spreadsheet (XLSX)"
        return [*super().buttons(), Button(label, name=self.XLSX, value="1", kind="secondary")]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if "subject" in answers and "identifier" in answers:
            answers["records"] = find(Subject(answers["subject"]), answers["identifier"])
            if not answers["records"]:
                self.add_error(
                    "identifier",
                    "Nobody on record fits this. Check the spelling and whom it is about.",
                )
        return answers

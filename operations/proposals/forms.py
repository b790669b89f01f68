"""The form with which a planner asks for a proposal: which evenings, which hours, who can go."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import QuerySet

from accounts.acts.forms import ActForm
from accounts.acts.refusals import Problem
from govuk import GovForm, GovTimeField, Question, SearchedFieldOfSeveral, Style
from govuk.dates import short_day
from operations import people
from operations.proposals.wanted import Wanted
from operations.teams.forms import searched
from operations.teams.models import Cadet


class AskForm(GovForm, ActForm, forms.Form):
    """When teams are out and who can be in them."""

    submit_label = "Propose a schedule"

    days = forms.TypedMultipleChoiceField(
        label="On which evenings?",
        coerce=dt.date.fromisoformat,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select the evenings on which teams can go"},
    )
    begins = GovTimeField(
        label="From",
        help_text="When the first team sets out, such as 18:00.",
        error_messages={"required": "Enter when the first team sets out"},
    )
    ends = GovTimeField(
        label="Until",
        help_text="When the last team is back. A time up to 06:00 means the next morning.",
        error_messages={"required": "Enter when the last team is back"},
    )
    minutes = forms.IntegerField(
        label="How many minutes does a visit take?",
        min_value=10,
        max_value=120,
        error_messages={"required": "Enter how many minutes a visit takes"},
    )
    teams = forms.IntegerField(
        label="How many teams can be out at once?",
        help_text="Such as the number of cars.",
        min_value=1,
        max_value=30,
        error_messages={"required": "Enter how many teams can be out at once"},
    )
    officers = SearchedFieldOfSeveral(
        label="Officers who can go",
        error_messages={"required": "Select the officers who can go"},
    )
    welfare_officers = SearchedFieldOfSeveral(
        label="Which of them can be the welfare officer?",
        help_text="Each team has one.",
        error_messages={"required": "Select who can be the welfare officer"},
    )
    cadets = SearchedFieldOfSeveral(
        label="Cadets who can go",
        help_text="Each team takes one of them along. Without cadets a team is two officers.",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        days: Sequence[dt.date],
        cadets: QuerySet[Cadet],
        why_not: Callable[[Wanted], Iterable[Problem]],
        **kwargs: Any,
    ) -> None:
        """Offer these evenings, all visiting officers, and ``cadets``.

        Args:
            days: The evenings, the next one first.
            cadets: Those to choose from.
            why_not: What the act would refuse.
            args: As any form's.
            kwargs: As any form's.

        """
        super().__init__(*args, **kwargs)
        self._why_not = why_not
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), short_day(day, at=days[0])) for day in days
        ]
        officers = people.searched(people.visiting_officers())
        for name in ("officers", "welfare_officers"):
            self.fields[name].offer(officers)  # type: ignore[attr-defined]
        self.fields["cadets"].offer(searched(cadets))  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        """When, then who."""
        return Layout(
            Fieldset(
                "When",
                Question("days", style=Style.COLUMNS),
                Question("begins", width=5),
                Question("ends", width=5),
                Question("minutes", width=3),
                Question("teams", width=3),
            ),
            Fieldset(
                "Who",
                Question("officers", style=Style.COLUMNS),
                Question("welfare_officers", style=Style.COLUMNS),
                Question("cadets", style=Style.COLUMNS),
            ),
        )

    def wanted(self) -> Wanted:
        """What was asked for."""
        return _wanted(self.cleaned_data)

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse of a form that is complete."""
        if not {*self.fields} - {"cadets"} <= {*answers}:
            return []
        return self._why_not(_wanted(answers))


def _wanted(answers: Mapping[str, Any]) -> Wanted:
    def keys(name: str) -> tuple[int, ...]:
        return tuple(record.pk for record in answers.get(name) or ())

    return Wanted(
        days=tuple(sorted(answers["days"])),
        begins=answers["begins"],
        ends=answers["ends"],
        minutes=answers["minutes"],
        teams=answers["teams"],
        officers=keys("officers"),
        welfare_officers=keys("welfare_officers"),
        cadets=keys("cadets"),
    )

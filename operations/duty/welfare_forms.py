"""The form that asks how a visit was for each cadet of its team."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.acts.forms import ActForm
from accounts.acts.refusals import Problem
from accounts.addresses import number_of
from govuk import GovForm, Question, Style
from operations.duty.welfare import Said
from operations.teams.models import Cadet
from operations.teams.welfare import AFTERWARDS, WelfareAnswer
from operations.visits.models import Visit


class HowItWasForm(GovForm, ActForm, forms.Form):
    """How it was, cadet by cadet. No answer is required."""

    submit_label = "Save how it was"
    mark_optional = False

    def __init__(
        self,
        *args: Any,
        visit: Visit,
        cadets: Iterable[Cadet],
        before: Mapping[int, WelfareAnswer] | None = None,
        **kwargs: Any,
    ) -> None:
        """Ask about ``cadets`` of the team of ``visit``.

        Args:
            args: As of any form.
            visit: One that is over.
            cadets: Who is asked.
            before: What they said the last time they were asked, by their keys.
            kwargs: As of any form.

        """
        super().__init__(*args, **kwargs)
        self.visit, self.cadets = visit, list(cadets)
        for cadet in self.cadets:
            earlier = (before or {}).get(cadet.pk)
            self.fields[_how(cadet.pk)] = forms.ChoiceField(
                label=f"How was it for {cadet}?",
                choices=[(answer.value, answer.label) for answer in AFTERWARDS],
                widget=forms.RadioSelect,
                required=False,
                initial=earlier.answer if earlier else None,
                help_text="In their own words, as near as one of these comes.",
            )
            self.fields[_note(cadet.pk)] = forms.CharField(
                label=f"Is there anything that would help {cadet}?",
                help_text="About their wellbeing only, and nothing about anybody else. Leave it "
                "empty if there is nothing.",
                max_length=500,
                required=False,
                widget=forms.Textarea({"rows": 2}),
                initial=earlier.note if earlier else "",
            )

    def layout(self) -> Layout:
        """Big answers for the thumb."""
        return Layout(
            *(
                part
                for cadet in self.cadets
                for part in (Question(_how(cadet.pk), style=Style.BIG), Question(_note(cadet.pk)))
            )
        )

    @cached_property
    def helper(self) -> FormHelper:
        """It may stand on the visit's page."""
        helper = super().helper
        helper.form_action = reverse("operations:how_it_was", args=[self.visit.pk])
        return helper

    def said(self) -> list[Said]:
        """What the act is told."""
        return [
            Said(
                cadet=cadet.pk,
                answer=self.cleaned_data[_how(cadet.pk)],
                note=self.cleaned_data[_note(cadet.pk)],
            )
            for cadet in self.cadets
        ]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """The act knows cadets by their keys, the page by their numbers."""
        named = {f"how_{cadet.pk}": _how(cadet.pk) for cadet in self.cadets}
        super().add_problems(
            Problem(named.get(one.about, one.about), one.message, one.code) for one in problems
        )


def _how(cadet: int) -> str:
    return f"how_{number_of(cadet)}"


def _note(cadet: int) -> str:
    return f"note_{number_of(cadet)}"

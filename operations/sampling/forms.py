"""Forms of a draw: its design, and why a venue is replaced."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Layout
from django import forms

from accounts.acts.forms import ActForm
from govuk import Button, GovForm, Question
from operations.sampling.allocation import Allocation
from operations.sampling.design import Design
from operations.sampling.frames import Line, sizes
from operations.sampling.precision import Expectations
from operations.sampling.strata import ASPECTS

ALLOCATIONS = (
    (Allocation.PROPORTIONAL, "As large a part of each: a plain rate speaks for all venues"),
    (Allocation.EQUAL, "As many from each: to compare them"),
    (Allocation.NEYMAN, "More where results will differ more: needs a rate for each"),
)


def percent(label: str, initial: str, least: str, most: str, help_text: str = "") -> Any:
    """A question for a percentage."""
    return forms.DecimalField(
        label=label,
        initial=Decimal(initial),
        min_value=Decimal(least),
        max_value=Decimal(most),
        help_text=help_text,
        error_messages={"required": "Enter a percentage", "invalid": "Enter a number, such as 20"},
    )


class DesignForm(GovForm, ActForm, forms.Form):
    """How a sample is to be drawn from a frame."""

    submit_label = "Commit and seal a seed"

    aspects = forms.MultipleChoiceField(
        label="Draw apart from each of these",
        choices=[(name, aspect.label) for name, aspect in ASPECTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Each combination is a stratum, and gives one venue at least. Tick none to draw "
        "from all together.",
    )
    allocation = forms.ChoiceField(
        label="How many from each?",
        choices=[(rule.value, label) for rule, label in ALLOCATIONS],
        initial=Allocation.PROPORTIONAL.value,
        widget=forms.RadioSelect,
    )
    precision = percent(
        "Wanted precision",
        "3",
        "0.5",
        "30",
        "How far the true rate may lie beyond the one found, in 95 of 100 surveys.",
    )
    rate = percent(
        "Expected to respond well",
        "50",
        "1",
        "99",
        "From the last results. 50 is the most cautious.",
    )
    eligible = percent(
        "Expected to be eligible", "95", "20", "100", "In business, and let by the night."
    )
    completed = percent(
        "Expected to be completed", "90", "20", "100", "Of the visits to eligible venues."
    )
    design_effect = forms.DecimalField(
        label="Design effect",
        initial=Decimal("1"),
        min_value=Decimal("0.2"),
        max_value=Decimal("10"),
        help_text="1 unless an earlier survey of yours found another.",
        error_messages={"required": "Enter a number, such as 1"},
    )
    number = forms.IntegerField(
        label="Venues to draw",
        required=False,
        help_text="Leave it empty for as many as this precision takes.",
        error_messages={"invalid": "Enter a number, such as 20"},
    )
    reserves = percent(
        "Reserves", "25", "0", "200", "Of the sample, in each stratum. They come in draw order."
    )

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        """Take the frame as far as it is known: strata may still change with the answers."""
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.lines = lines
        self.strata = list(sizes(lines))
        if self._answer("allocation") == Allocation.NEYMAN and len(self.strata) > 1:
            for place, _ in enumerate(self.strata):
                rate = percent(f"Expected in stratum {place + 1}", "50", "0", "100")
                rate.required = False
                self.fields[f"rate_{place}"] = rate

    def _answer(self, name: str) -> Any:
        return (
            self.data.get(name)
            if self.is_bound
            else self.get_initial_for_field(self.fields[name], name)
        )

    def layout(self) -> Layout:
        """Boxes as short as their answers. The rates of strata stand in the table beside."""
        return Layout(
            "aspects",
            "allocation",
            Question("precision", width=4, suffix="percentage points"),
            Question("rate", width=4, suffix="%"),
            Question("eligible", width=4, suffix="%"),
            Question("completed", width=4, suffix="%"),
            Question("design_effect", width=4),
            Question("number", width=4, suffix="venues", optional=False),
            Question("reserves", width=4, suffix="%"),
        )

    def buttons(self) -> list[Button]:
        """They stand below the figures, on the page."""
        return []

    def design(self) -> Design:
        """The answers, as the act takes them."""
        answers = self.cleaned_data if self.is_bound else self._first_answers()
        rates = {
            stratum: float(rate) / 100
            for place, stratum in enumerate(self.strata)
            if (rate := answers.get(f"rate_{place}")) is not None
        }
        return Design(
            number=answers["number"],
            aspects=tuple(answers["aspects"]),
            allocation=Allocation(answers["allocation"]),
            precision=float(answers["precision"]) / 100,
            expected=Expectations(
                rate=float(answers["rate"]) / 100,
                eligible=float(answers["eligible"]) / 100,
                completed=float(answers["completed"]) / 100,
                design_effect=float(answers["design_effect"]),
            ),
            rates=rates,
            reserves=float(answers["reserves"]) / 100,
        )

    def _first_answers(self) -> dict[str, Any]:
        first = {name: field.initial for name, field in self.fields.items()}
        return first | {"aspects": ()}


class ReplaceForm(GovForm, ActForm, forms.Form):
    """Why a venue of the sample falls away."""

    submit_label = "Replace it"

    reason = forms.CharField(
        label="Why is this venue replaced?",
        help_text="For example: closed for good. It goes on record and into the file of the draw.",
        max_length=200,
        error_messages={"required": "Enter why this venue is replaced"},
    )

    def buttons(self) -> list[Button]:
        """It can be undone, but the sample is no longer what it was."""
        return [Button(self.submit_label, kind="warning")]

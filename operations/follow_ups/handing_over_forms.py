"""Forms by which a colleague takes over what somebody has in hand."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.acts.forms import ActForm, VersionedForm
from accounts.models import User
from govuk import GovForm, SearchedField
from operations.people import searched


class HandOverForm(GovForm, VersionedForm):
    """Who answers for one follow-up from now on."""

    submit_label = "Hand over"

    to = SearchedField(
        label="Who takes it over?",
        empty_label="Select a person",
        error_messages={"required": "Select who takes it over"},
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(searched(people))  # type: ignore[attr-defined]


class HandOverAllForm(GovForm, ActForm, forms.Form):
    """Who takes over all that a person has in hand, for each kind of it."""

    submit_label = "Hand over"
    mark_optional = False

    def __init__(self, *args: Any, kinds: dict[str, tuple[str, QuerySet[User]]], **kwargs: Any):
        """Ask for each of ``kinds``: its name, the question and the people to choose from."""
        super().__init__(*args, **kwargs)
        for name, (question, people) in kinds.items():
            field = SearchedField(label=question, required=False, empty_label="Leave as it is")
            field.offer(searched(people))
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(answers.values()):
            raise forms.ValidationError("Select who takes over at least one of these.")
        return answers

"""The filter of the log of everything."""

from typing import Any

from django import forms
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.text import capfirst, get_text_list

from accounts.addresses import key_or_none
from accounts.models import User
from accounts.numbers import MOST_FIGURES, whole_number
from accounts.record import history
from accounts.record.access_log import Act
from govuk import GovDateField, GovFilterForm
from govuk.dates import plain_time

#: Usernames that the form names where several people have the same name.
MOST_NAMESAKES = 5
NUMBERS = "as the log has it, such as 812, or as titles and addresses have it, such as 7kq2m9xd"


class LogFilter(GovFilterForm, forms.Form):
    """Narrows the log of everything."""

    show = forms.ChoiceField(
        label="Show",
        choices=[("", "Changes"), ("reads", "Reads and sign-ins")],
        required=False,
    )
    # Typed, since a list of everybody would be most of the page.
    person = forms.CharField(
        label="Person",
        max_length=254,
        required=False,
        help_text="First and last name, a username or an email address.",
    )
    kind = forms.ChoiceField(label="Kind of record", required=False)
    number = forms.CharField(
        label="Number of the record",
        max_length=MOST_FIGURES,
        required=False,
        help_text=capfirst(f"{NUMBERS}."),
    )
    act = forms.ChoiceField(
        label="What they did (reads and sign-ins)",
        choices=[("", "Anything"), *((act.value, capfirst(act.label)) for act in Act)],
        required=False,
    )
    since = GovDateField(label="From", required=False)
    until = GovDateField(label="Until", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every kind of record that has a history."""
        super().__init__(*args, **kwargs)
        self.models = {
            model._meta.label_lower: model for model in map(history.about, history.history_models())
        }
        kinds = [(label, history.name_of(model)) for label, model in self.models.items()]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any"), *kinds]

    def clean_person(self) -> User | None:
        """Who is called so; somebody without a name any more is found by their number."""
        typed = self.cleaned_data["person"].strip()
        if not typed:
            return None
        key = whole_number(typed) or key_or_none(typed)
        named = Concat("first_name", Value(" "), "last_name", output_field=models.CharField())
        called = Q(username__iexact=typed) | Q(email__iexact=typed) | Q(named__iexact=typed)
        people = User.objects.annotate(named=named).order_by("username")
        found = list(people.filter(called | Q(pk=key))[: MOST_NAMESAKES + 1])
        if not found:
            raise forms.ValidationError(
                f"No account fits “{typed}”. Enter first and last name, a username, an email "
                "address or an account’s number."
            )
        if len(found) > 1:
            names = get_text_list([person.username for person in found[:MOST_NAMESAKES]], "or")
            raise forms.ValidationError(
                f"Several people are called {typed}. Enter a username, such as {names}."
            )
        return found[0]

    def clean_number(self) -> int | None:
        """The key, also of the number that stands in a record's address and in its title."""
        typed: str = self.cleaned_data["number"]
        key = whole_number(typed) or key_or_none(typed)
        if typed and not key:
            raise forms.ValidationError(f"Enter the number {NUMBERS}")
        return key

    def wanted(self) -> dict[str, Any]:
        """The answers; one that could not be read counts as not given."""
        self.is_valid()
        answers = getattr(self, "cleaned_data", {})
        return {
            "reads": answers.get("show") == "reads",
            "model": self.models.get(answers.get("kind", "")),
            **{
                name: answers.get(name) or None
                for name in ("person", "number", "act", "since", "until")
            },
        }

    def in_words(self) -> str:
        """What was asked for, for the record: persons by their number."""
        wanted = self.wanted()
        said = [
            "reads and sign-ins" if wanted["reads"] else "changes",
            wanted["person"] and f"by person {wanted['person'].pk}",
            wanted["model"] and f"of a {history.name_of(wanted['model']).lower()}",
            wanted["number"] and f"number {wanted['number']}",
            wanted["act"] and f"who {Act(wanted['act']).label}",
            wanted["since"] and f"from {plain_time(wanted['since'])}",
            wanted["until"] and f"until {plain_time(wanted['until'])}",
        ]
        return " ".join(filter(None, said))

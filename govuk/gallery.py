"""The gallery: every component and every kind of question on one page of the demonstration."""

import datetime as dt
import uuid
from types import SimpleNamespace

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from govuk import (
    Button,
    GovDateField,
    GovFilterForm,
    GovForm,
    Question,
    Reveal,
    Style,
    YesNoField,
    an_example,
)
from govuk.tones import tones

MINUTES = [(str(minutes), str(minutes)) for minutes in (1, 2, 5, 10, 15, 20, 30, 60)]
MEALS = [("breakfast", "Breakfast"), ("lunch", "Lunch"), ("dinner", "Dinner")]


class GalleryForm(GovForm, forms.Form):
    """Every kind of question, each required where that makes sense."""

    submit_label = "Send"
    cancel_url = "?"

    name = forms.CharField(help_text="As on the letterhead.")
    email = forms.EmailField(label="Email address")
    telephone = forms.CharField(widget=forms.TextInput({"type": "tel", "autocomplete": "off"}))
    website = forms.URLField(required=False, assume_scheme="https")
    password = forms.CharField(widget=forms.PasswordInput({"autocomplete": "off"}))
    rooms = forms.IntegerField(min_value=1, label="Number of rooms")
    notes = forms.CharField(widget=forms.Textarea({"rows": 3}), required=False)
    size = forms.ChoiceField(choices=[("", "---------"), ("s", "Small"), ("l", "Large")])
    opened = GovDateField(label="Date of opening", help_text=an_example())
    plan = forms.FileField(label="Floor plan")
    agreed = forms.BooleanField(
        label="The manager has agreed",
        help_text="By word of mouth is enough.",
        error_messages={"required": "Tick the box once the manager has agreed"},
    )
    meals = forms.MultipleChoiceField(choices=MEALS, widget=forms.CheckboxSelectMultiple)
    parking = YesNoField(label="Is there parking?")
    spaces = forms.IntegerField(label="How many spaces?", required=False)
    warden = YesNoField(label="Does somebody look after it?", required=False)
    helped = YesNoField(label="Did staff help?")
    minutes = forms.ChoiceField(
        label="After how many minutes?", choices=MINUTES, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(choices=MEALS, widget=forms.RadioSelect, label="Main meal")
    submission = forms.UUIDField(
        initial=uuid.uuid4, widget=forms.HiddenInput({"data-client-uuid": ""}), required=False
    )

    def layout(self) -> Layout:
        """The questions in three sections, with each style once."""
        revealed = Reveal("yes", Question("spaces", width=3, suffix="spaces"), "warden")
        return Layout(
            Fieldset(
                "Typed",
                *("name", "email", "telephone", "website", "password"),
                Question("rooms", width=3),
                *("notes", "size", "opened", "plan"),
            ),
            Fieldset(
                "Chosen",
                *("agreed", "meals", "kind"),
                Question("parking", revealed),
            ),
            Fieldset(
                "For the thumb",
                Question("helped", style=Style.BIG),
                Question("minutes", style=Style.GRID),
            ),
        )

    def buttons(self) -> list[Button]:
        return [
            Button(self.submit_label),
            Button("Send and add another", name="then", value="add", kind="secondary"),
            Button("Remove", name="then", value="remove", kind="warning"),
        ]

    def clean(self) -> None:
        """Refuse always, to show an error that belongs to no question."""
        raise forms.ValidationError("The gallery sends nothing.")


class GalleryFilter(GovFilterForm, forms.Form):
    """Filters as a list has them."""

    q = forms.CharField(label="Name or postcode", required=False)
    size = forms.ChoiceField(
        choices=[("", "All sizes"), ("s", "Small"), ("l", "Large")], required=False
    )


def gallery(request: HttpRequest) -> HttpResponse:
    """Show the gallery; ``?errors`` shows each question refused.

    Raises:
        Http404: this is not the demonstration.

    """
    if not settings.DEMO:
        raise Http404
    now = dt.datetime(2026, 11, 24, 19, 30, tzinfo=dt.UTC)
    form = GalleryForm({"opened_day": "31"}) if "errors" in request.GET else GalleryForm()
    context = {
        "undo": SimpleNamespace(number=uuid.uuid4(), until=now),
        "form": form,
        "filter_form": GalleryFilter(request.GET if "q" in request.GET else None),
        "page_obj": Paginator(range(200), 10).get_page(request.GET.get("page", 7)),
        "tones": tones(),
        "links": [
            {"label": "Visits", "url": "?", "current": True},
            {"label": "Training", "url": "?", "current": False},
        ],
        "rows": [
            {"key": "Address", "value": "1 Invented Street", "url": "?"},
            {"key": "Telephone", "value": ""},
        ],
        "entries": [
            {
                "title": "Test visit",
                "when": now,
                "by": "Sam Example",
                "body": "The room was refused and police were called.",
                "url": "?",
                "tag": "Responded well",
                "tone": "good",
            },
            {"title": "Initial training", "when": now.date()},
        ],
    }
    return render(request, "gallery.html", context)

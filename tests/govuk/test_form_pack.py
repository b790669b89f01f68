"""The form pack: each widget's markup, and what a reader is told of it."""

import datetime as dt
import re

import pytest
from crispy_forms.layout import Fieldset, Layout
from crispy_forms.utils import render_crispy_form
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory

from govuk import (
    Button,
    GovDateField,
    GovForm,
    GovTimeField,
    OneBoxDateField,
    Question,
    Reveal,
    Style,
    YesNoField,
)
from govuk.gallery import GalleryFilter, GalleryForm, gallery

pytestmark = pytest.mark.django_db  # which days may be given is a policy

COLOURS = [("r", "Red"), ("g", "Green")]


def form_of(field, *, data=None, question=None, initial=None):
    """A form with the one field ``answer``."""

    class OneForm(GovForm, forms.Form):
        answer = field

        def layout(self):
            return Layout(question or "answer")

    return OneForm(data, initial={"answer": initial} if initial is not None else None)


def markup_of(field, **kwargs):
    return squeeze(render_crispy_form(form_of(field, **kwargs)))


def squeeze(html):
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html))


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (forms.CharField(), "text"),
        (forms.EmailField(), "email"),
        (forms.URLField(assume_scheme="https"), "url"),
        (forms.CharField(widget=forms.PasswordInput), "password"),
        (forms.CharField(widget=forms.SearchInput), "search"),
        (forms.CharField(widget=forms.TextInput({"type": "tel"})), "tel"),
        (forms.IntegerField(), "text"),
    ],
)
def test_typed_answers_are_input_boxes_of_their_kind(field, kind):
    html = markup_of(field)

    assert f'type="{kind}"' in html
    assert 'class="govuk-input"' in html
    assert '<label class="govuk-label govuk-label--s" for="id_answer">Answer</label>' in html


def test_whole_numbers_bring_up_the_number_keys_but_not_a_number_box():
    html = markup_of(forms.IntegerField(min_value=1))

    assert 'inputmode="numeric"' in html
    assert 'type="number"' not in html
    assert 'inputmode="decimal"' in markup_of(forms.DecimalField())


def test_text_areas_selects_and_files_have_their_classes():
    html = markup_of(forms.CharField(widget=forms.Textarea))
    assert 'class="govuk-textarea"' in html
    assert 'rows="5"' in html
    assert 'rows="8"' in markup_of(forms.CharField(widget=forms.Textarea({"rows": 8})))
    assert 'class="govuk-select"' in markup_of(forms.ChoiceField(choices=COLOURS))
    html = markup_of(forms.FileField(widget=forms.ClearableFileInput({"accept": ".csv"})))
    assert 'class="govuk-file-upload"' in html
    assert 'accept=".csv"' in html
    assert 'enctype="multipart/form-data"' in html


def test_the_empty_choice_of_a_model_is_not_shown_as_dashes():
    choices = [("", "---------"), *COLOURS]

    assert '<option value="" selected>Choose</option>' in markup_of(
        forms.ChoiceField(choices=choices)
    )
    radios = markup_of(forms.ChoiceField(choices=choices, widget=forms.RadioSelect))
    assert radios.count('type="radio"') == len(COLOURS)


def test_choices_are_a_fieldset_with_the_question_as_its_legend():
    html = markup_of(forms.ChoiceField(choices=COLOURS, widget=forms.RadioSelect))

    assert 'data-module="govuk-radios"' in html
    assert 'govuk-fieldset__legend--s">Answer</legend>' in html
    assert 'id="id_answer_0" name="answer" type="radio" value="r"' in html
    assert '<label class="govuk-label govuk-radios__label" for="id_answer_1">Green</label>' in html


def test_several_answers_are_checkboxes_and_keep_what_was_ticked():
    field = forms.MultipleChoiceField(choices=COLOURS, widget=forms.CheckboxSelectMultiple)

    html = markup_of(field, initial=["g"])

    assert 'name="answer" type="checkbox" value="r">' in html
    assert 'name="answer" type="checkbox" value="g" checked>' in html


def test_one_checkbox_has_its_question_beside_it():
    html = markup_of(forms.BooleanField(required=False, help_text="By word of mouth."))

    assert 'class="govuk-checkboxes__input" id="id_answer" name="answer"' in html
    assert 'for="id_answer">Answer</label>' in html
    assert 'aria-describedby="id_answer_helptext"' in html


@pytest.mark.parametrize(
    ("style", "css_class"),
    [
        (Style.BIG, "govuk-radios app-choice-big"),
        (Style.GRID, "govuk-radios app-choice-grid"),
        (Style.COLUMNS, "govuk-radios govuk-radios--small app-choice-columns"),
    ],
)
def test_choices_stand_as_the_question_says(style, css_class):
    html = markup_of(YesNoField(), question=Question("answer", style=style))

    assert f'class="{css_class}"' in html


def test_hints_and_errors_describe_their_control():
    html = markup_of(forms.CharField(help_text="As on the door."), data={})

    assert 'aria-describedby="id_answer_helptext id_answer_error"' in html
    assert '<div class="govuk-hint" id="id_answer_helptext">As on the door.</div>' in html
    assert 'id="id_answer_error"><span class="govuk-visually-hidden">Error:</span>' in html
    assert "govuk-form-group--error" in html
    assert "govuk-input--error" in html
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (forms.CharField(label="Name of the venue"), "Enter name of the venue"),
        (forms.CharField(label="CAD reference"), "Enter CAD reference"),
        (forms.ChoiceField(label="Group", choices=COLOURS), "Select group"),
        (YesNoField(label="Was it refused?"), "Answer “Was it refused?”"),
        (forms.CharField(error_messages={"required": "Say why"}), "Say why"),
    ],
)
def test_a_missing_answer_is_named(field, message):
    assert form_of(field, data={}).errors["answer"] == [message]


def test_the_summary_links_each_error_to_the_first_control_of_its_question():
    form = GalleryForm({})

    html = render_to_string("components/error_summary.html", {"form": form})

    for target in ("id_name", "id_meals_0", "id_opened_day", "id_agreed"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in render_crispy_form(form)
    assert "<li>The gallery sends nothing.</li>" in html
    assert 'role="alert"' in html
    assert "There is a problem" in html


def test_there_is_no_summary_without_errors():
    assert not render_to_string("components/error_summary.html", {"form": GalleryForm()}).strip()
    assert not render_to_string("components/error_summary.html", {}).strip()


def test_optional_questions_say_so_unless_another_answer_reveals_them():
    class PartyForm(GovForm, forms.Form):
        coming = YesNoField()
        guests = forms.IntegerField(required=False)
        song = forms.CharField(required=False)
        notes = forms.CharField(required=False)

        def layout(self):
            return Layout(
                Question("coming", Reveal("yes", "guests", Question("song", optional=True))),
                "notes",
            )

    html = render_crispy_form(PartyForm())

    assert ">Coming</legend>" in html
    assert ">Guests</label>" in html
    assert ">Song (optional)</label>" in html
    assert ">Notes (optional)</label>" in html


def test_a_filter_does_not_call_its_questions_optional_and_is_sent_by_get():
    html = render_crispy_form(GalleryFilter({"q": "x"}))

    assert 'method="get"' in html
    assert "(optional)" not in html
    assert "csrfmiddlewaretoken" not in html


def test_an_answer_reveals_its_questions_also_within_each_other():
    class NestedForm(GovForm, forms.Form):
        first = YesNoField()
        second = YesNoField(required=False)
        third = forms.CharField(required=False)

        def layout(self):
            return Layout(
                Question("first", Reveal("no", Question("second", Reveal("yes", "third"))))
            )

    html = squeeze(render_crispy_form(NestedForm({"first": "no"})))

    assert 'value="no" checked data-aria-controls="conditional-id_first_1"' in html
    assert '<div class="govuk-radios__conditional" id="conditional-id_first_1">' in html
    hidden = "govuk-radios__conditional govuk-radios__conditional--hidden"
    assert f'<div class="{hidden}" id="conditional-id_second_0">' in html
    assert html.count('name="third"') == 1


def test_no_id_is_used_twice():
    ids = re.findall(r'\bid="([^"]+)"', render_crispy_form(GalleryForm({})))

    assert len(ids) == len(set(ids))


def test_what_describes_a_control_exists():
    html = render_crispy_form(GalleryForm({}))

    ids = set(re.findall(r'\bid="([^"]+)"', html))
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()
    assert described
    assert set(described) <= ids
    assert set(re.findall(r'\bfor="([^"]+)"', html)) <= ids


def test_yes_and_no_become_true_and_false():
    for answer, value in (("yes", True), ("no", False)):
        form = form_of(YesNoField(), data={"answer": answer})
        assert form.is_valid()
        assert form.cleaned_data["answer"] is value
        again = markup_of(YesNoField(), initial=value)
        assert re.search(f'value="{answer}" checked', again)
    unanswered = form_of(YesNoField(required=False), data={})
    assert unanswered.is_valid()
    assert unanswered.cleaned_data["answer"] is None


def typed_date(day, month, year):
    return {"answer_day": day, "answer_month": month, "answer_year": year}


def test_a_date_is_read_from_three_boxes():
    form = form_of(GovDateField(), data=typed_date("4", "03", "2026"))

    assert form.is_valid()
    assert form.cleaned_data["answer"] == dt.date(2026, 3, 4)


MONTH = "the month as a number or a name, such as 11 or November"
YEAR = "the year in four figures, such as 2026"
OUT_OF_RANGE = "Answer must be between 1 January 2000 and 31 December 2100"


@pytest.mark.parametrize(
    "typed", ["12", "dec", "Dec", "DEC.", "december", "December"], ids=lambda typed: typed
)
def test_a_month_is_taken_by_number_or_by_name(typed):
    form = form_of(GovDateField(), data=typed_date("4", typed, "2026"))

    assert form.is_valid()
    assert form.cleaned_data["answer"] == dt.date(2026, 12, 4)


def test_a_field_may_have_another_range():
    form = form_of(GovDateField(first=dt.date(1900, 1, 1)), data=typed_date("4", "3", "1950"))

    assert form.is_valid()
    assert form.cleaned_data["answer"] == dt.date(1950, 3, 4)


@pytest.mark.parametrize(
    "typed", ["24 11 2026", "24/11/2026", "24 Nov 2026", "2026-11-24", "24.11.2026"]
)
def test_one_box_takes_a_date_as_people_and_programs_write_it(typed):
    assert OneBoxDateField().clean(typed) == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("24/11/26", "short_year"),
        ("24 11", "incomplete"),
        ("2026-02-31", "no_such_day"),
        ("31 12 9999", "out_of_range"),
        ("soon", "incomplete"),
        ("24 ma 2026", "not_a_number"),
    ],
)
def test_one_box_says_of_each_slip_what_it_is(typed, kind):
    with pytest.raises(ValidationError) as refused:
        OneBoxDateField().clean(typed)
    assert refused.value.error_list[0].code == kind


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("", "", ""), "Enter answer"),
        (("4", "", "2026"), "Answer must include a month"),
        (("4", "", ""), "Answer must include a month and a year"),
        (("31", "2", "2026"), "Answer must be a real date: 31 February 2026 does not exist"),
        (("4", "3", "26"), "Answer must have a year of four figures, such as 2026"),
        (("4", "Ma", "2026"), f"Answer must have {MONTH}"),
        (("4", "ma", "26"), f"Answer must have {MONTH}"),
        (("four", "3", "2026"), "Answer must have the day in figures, such as 24"),
        (("4", "3", "1999"), OUT_OF_RANGE),
        (("31", "12", "9999"), OUT_OF_RANGE),
        (("24", "11", "1026"), OUT_OF_RANGE),
        (("٤", "3", "2026"), "Answer must have the day in figures, such as 24"),
        (("4-", "3", "2026"), "Answer must have the day in figures, such as 24"),
        (("1", "1", "9" * 14), f"Answer must have {YEAR}"),
        (("1", "1", "9" * 5000), f"Answer must have {YEAR}"),
    ],
)
def test_a_date_that_is_none_is_refused_with_the_reason_and_kept(typed, message):
    form = form_of(GovDateField(), data=typed_date(*typed))

    assert form.errors["answer"] == [message]
    html = squeeze(render_crispy_form(form))
    shown = re.findall(r'inputmode="numeric" autocomplete="off" value="([^"]*)"', html)
    assert shown == [part.replace("-", "/") for part in typed]


def test_a_stored_date_stands_in_its_boxes():
    html = markup_of(GovDateField(), initial=dt.date(2026, 3, 4))

    assert re.findall(r'value="(\d+)"', html) == ["4", "3", "2026"]


def test_width_and_unit_of_a_box():
    html = markup_of(forms.IntegerField(), question=Question("answer", width=3, suffix="minutes"))

    assert "govuk-input--width-3" in html
    assert '<div class="govuk-input__suffix" aria-hidden="true">minutes</div>' in html


def test_sections_and_buttons():
    section = Fieldset("At the desk", "answer", Button("Remove", name="then", value="go"))

    html = markup_of(forms.CharField(), question=section)

    assert '<h2 class="govuk-fieldset__heading">At the desk</h2>' in html
    assert 'name="then" value="go">Remove</button>' in html
    assert ">Save</button>" in html


def test_drafts_are_restored_only_into_a_fresh_form():
    def markup(data):
        form = form_of(forms.CharField(), data=data)
        form.draft_key = "visit-1"
        return render_crispy_form(form)

    assert 'data-draft="visit-1"' in markup(None)
    assert "data-keep-trying" in markup(None)
    assert "data-draft-sent" not in markup(None)
    assert "data-draft-sent" in markup({})


def test_what_people_typed_is_escaped():
    html = markup_of(forms.CharField(), data={"answer": '"><script>'})

    assert "<script>" not in html


def test_the_gallery_exists_in_the_demonstration_only(settings):
    request = RequestFactory().get("/", {"errors": ""})
    request.user = AnonymousUser()

    assert gallery(request).status_code == 200
    settings.DEMO = False
    with pytest.raises(Http404):
        gallery(request)


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("19:30", dt.time(19, 30)),
        ("1930", dt.time(19, 30)),
        ("19.30", dt.time(19, 30)),
        ("130", dt.time(1, 30)),
        ("7:30pm", dt.time(19, 30)),
        ("7.30 PM", dt.time(19, 30)),
        ("12:15am", dt.time(0, 15)),
        ("12:15 p.m.", dt.time(12, 15)),
        ("00:00", dt.time(0, 0)),
        ("7pm", dt.time(19, 0)),
        ("8am", dt.time(8, 0)),
        ("8 a.m.", dt.time(8, 0)),
        ("12am", dt.time(0, 0)),
        ("12 pm", dt.time(12, 0)),
        ("730pm", dt.time(19, 30)),
        ("19 30", dt.time(19, 30)),
        ("Midnight", dt.time(0, 0)),
        ("midday", dt.time(12, 0)),
    ],
)
def test_a_time_is_understood_as_it_is_typed(typed, time):
    assert GovTimeField().clean(typed) == time


@pytest.mark.parametrize(
    "typed",
    ["24:00", "19:60", "19", "late", "19:30:15", "19:3", "٣٣:٣٣", "0pm", "13am", "7:60pm", "25pm"],
)
def test_what_no_clock_shows_is_refused_with_its_question_and_an_example(typed):
    form = form_of(GovTimeField(label="From"), data={"answer": typed})

    assert form.errors["answer"] == ["From must be a time of day, such as 19:30 or 7:30pm"]


def test_a_time_is_shown_by_the_24_hour_clock_in_every_browser():
    html = markup_of(GovTimeField(), initial=dt.time(19, 0))

    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html
    assert 'value="19:00"' in html

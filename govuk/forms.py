"""The base of our forms."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from govuk import texts
from govuk.layout import Button
from govuk.words import say_plainly


class ComesBack:
    """Mix into a form (first of its bases) that starts from what was typed before, where it can."""

    kept: QueryDict | None = None
    """What was typed and could not be taken then (``accounts/acts/kept_forms.py``)."""

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What was typed before, if that is known; otherwise what Django starts from."""
        name = self.add_prefix(field_name)  # type: ignore[attr-defined]  # of the form
        secret = isinstance(field, forms.FileField) or isinstance(field.widget, forms.PasswordInput)
        if self.kept is None or secret or field.widget.value_omitted_from_data(self.kept, {}, name):
            return super().get_initial_for_field(field, field_name)  # type: ignore[misc]
        return field.widget.value_from_datadict(self.kept, MultiValueDict(), name)


class PlainWords:
    """Mix into a form (before Django's) that says in our words what it can't take."""

    def full_clean(self) -> None:
        """Clean, with sentences that name the question instead of "This field"."""
        form: Any = self
        model = getattr(getattr(form, "_meta", None), "model", None)
        columns = {one.name: one for one in model._meta.fields} if model else {}
        for name, field in form.fields.items():
            field.label = form[name].label
            say_plainly(field, str(field.label), columns.get(name))
        super().full_clean()  # type: ignore[misc]  # of the form mixed into


class GovForm(PlainWords, ComesBack):
    """Mix into a form (first of its bases) so that ``{% crispy form %}`` shows it in our style."""

    use_required_attribute = False  # the browser's bubbles are worse than our messages
    mark_optional = True
    submit_label = "Save"
    cancel_url = ""
    """Where the link beside the button goes; none if empty."""
    draft_key = ""
    """If set, static/js/draft.js keeps the answers on the device under this key."""
    form_method = "post"
    carries_token = True
    """Whether it counts once and comes back filled (``accounts/acts``): not forms of secrets."""
    gives_file = False
    """Whether the answer is a file, which only the browser itself can take."""

    fields: dict[str, forms.Field]

    def layout(self) -> Layout:
        """The order and look of the questions; by default all fields in their order."""
        return Layout(*self.fields)

    def buttons(self) -> list[Button]:
        return [Button(self.submit_label)]

    @cached_property
    def helper(self) -> FormHelper:
        """What ``{% crispy form %}`` reads."""
        helper = FormHelper()
        helper.form_method = self.form_method
        helper.disable_csrf = self.form_method != "post"
        helper.layout = self.layout()
        helper.render_hidden_fields = True
        helper.attrs = {"novalidate": True}
        if self.draft_key:
            helper.attrs["data-draft"] = self.draft_key
            if self.is_bound:  # type: ignore[attr-defined]  # of the form this is mixed into
                helper.attrs["data-draft-sent"] = True
        counts_once = self.form_method == "post" and self.carries_token
        files = self.gives_file or self.is_multipart()  # type: ignore[attr-defined]
        if counts_once and not files:
            helper.attrs["data-keep-trying"] = True  # static/js/submit.js, until there is an answer
        return helper

    def tidied(self) -> Any:
        """What was sent, with each text tidy, so that what is checked and shown is what is kept."""
        data: Any = self.data.copy()
        for name, form_field in self.fields.items():
            key = self.add_prefix(name)  # type: ignore[attr-defined]
            typed = data.get(key)
            widget = form_field.widget
            left_alone = isinstance(widget, forms.PasswordInput) or widget.is_hidden
            if isinstance(form_field, forms.CharField) and typed and not left_alone:
                several = isinstance(form_field.widget, forms.Textarea)
                data[key] = texts.lines(typed) if several else texts.one_line(typed)
        return data

    def full_clean(self) -> None:
        """Clean tidy texts."""
        if self.is_bound:  # type: ignore[attr-defined]
            self.data = self.tidied()
        super().full_clean()


class GovFilterForm(GovForm):
    """A form that narrows a list: sent by GET, and no answer is ever required."""

    mark_optional = False
    submit_label = "Show"
    form_method = "get"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of any form; the ids differ from those of another form on the page."""
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(*args, **kwargs)

    @property
    def is_refused(self) -> bool:
        """Whether something was asked for that can't be read."""
        return self.is_bound and not self.is_valid()  # type: ignore[attr-defined]  # the form's

"""Forms in GOV.UK style: the Python half of the crispy pack in templates/govuk/.

A form mixes in :class:`GovForm` (or :class:`GovFilterForm` for the filters of a list) and says in
``layout()`` how its questions stand: a plain name, or a :class:`Question` where the look differs or
an answer reveals further questions. ``parts`` prepares what the templates place.
"""

from govuk.fields import (
    GovDateField,
    GovDateWidget,
    GovTimeField,
    OneBoxDateField,
    TelephoneField,
    YesNoField,
    YesNoOtherField,
    an_example,
)
from govuk.forms import ComesBack, GovFilterForm, GovForm, PlainWords
from govuk.layout import Button, Question, Reveal, Style
from govuk.searched import Searched, SearchedField, SearchedFieldOfSeveral

__all__ = [
    "Button",
    "ComesBack",
    "GovDateField",
    "GovDateWidget",
    "GovFilterForm",
    "GovForm",
    "GovTimeField",
    "OneBoxDateField",
    "PlainWords",
    "Question",
    "Reveal",
    "Searched",
    "SearchedField",
    "SearchedFieldOfSeveral",
    "Style",
    "TelephoneField",
    "YesNoField",
    "YesNoOtherField",
    "an_example",
]

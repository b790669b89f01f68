"""Telephone numbers: one form for each, whichever way they are typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govuk.telephones import PATTERN, normal, shown, takes_texts

MOBILE = "+447700900123"
#: A number as people type it → as it is kept, as it is shown, whether it takes texts.
NUMBERS = [
    ("07700 900123", MOBILE, "07700 900123", True),
    ("07700900123", MOBILE, "07700 900123", True),
    ("07700–900–123", MOBILE, "07700 900123", True),
    ("+44 7700 900123", MOBILE, "07700 900123", True),
    ("+44 (0)7700 900123", MOBILE, "07700 900123", True),
    ("+4407700900123", MOBILE, "07700 900123", True),
    ("00447700900123", MOBILE, "07700 900123", True),
    ("020 7946 0958", "+442079460958", "020 7946 0958", False),
    ("(0113) 496 0123", "+441134960123", "0113 496 0123", False),
    ("0151 496 0123", "+441514960123", "0151 496 0123", False),
    ("01632 960123", "+441632960123", "01632 960123", False),
    ("016977 2345", "+44169772345", "01697 72345", False),
    ("0300 123 4567", "+443001234567", "0300 123 4567", False),
    ("0808 157 0123", "+448081570123", "0808 157 0123", False),
    ("07000 123456", "+447000123456", "07000 123456", False),
    ("+353 1 234 5678", "+35312345678", "+35312345678", True),
]
NONE = [
    *("", "999", "101", "Reception", "07700 90012", "07700 9001234", "7700900123", "0", "+"),
    *("+44 0", "020 7946 0958 ext 12", "04700 900123", "00000000000", "+0123456789", "+1" * 12),
    *("٠٧٧٠٠٩٠٠١٢٣", "07700 900123\n", "+44 7700 900123 7"),
]


@pytest.mark.parametrize(("typed", "kept", "read", "texts"), NUMBERS)
def test_a_number_has_one_form_however_it_is_typed(typed, kept, read, texts):
    assert normal(typed) == kept
    assert shown(kept) == read
    assert takes_texts(kept) is texts


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_number_is_none(typed):
    assert normal(typed) is None


@given(st.text("+0123456789 ()-", max_size=24))
def test_what_is_kept_has_the_one_form_and_reading_it_back_gives_it_again(typed):
    if kept := normal(typed):
        assert re.match(PATTERN, kept)
        assert normal(kept) == kept
        assert normal(shown(kept)) == kept

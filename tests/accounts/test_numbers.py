"""Numbers that come in from outside."""

import pytest

from accounts.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("-1", None),
        ("1.5", None),
        ("\u0663", None),  # a three in Arabic script
        ("\u00b2", None),  # a superscript two
        ("", None),
    ],
)
def test_only_plain_figures_of_a_size_that_a_key_can_have_are_a_number(text, number):
    assert whole_number(text) == number

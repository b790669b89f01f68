"""Which differences are of writing only."""

from decimal import Decimal

import pytest

from venues.imports.spelling import may_name_one_authority, same_point, same_postcode, same_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Premier Inn, Terminal 4", "Premier Inn Terminal 4"),
        ("1 High Street\nNorthmoor", "1 HIGH STREET,  NORTHMOOR"),
        ("Fern  Cottage ", "Fern Cottage"),
        ("Bell & Anchor", "Bell and Anchor"),
        ("O’Brien's", "OBRIENS"),
        ("Kingston-Upon-Thames", "Kingston upon Thames"),
    ],
)
def test_a_difference_of_writing_is_none(one, other):
    assert same_words(one, other)
    assert not same_words(one, other + " Annex")


def test_postcodes_are_compared_without_spaces_and_case():
    assert same_postcode("zz11aa", "ZZ1 1AA")
    assert not same_postcode("ZZ1 1AA", "ZZ1 1AB")


def test_a_point_with_fewer_digits_is_the_same_point():
    assert same_point([Decimal("51.500001"), "-0.120000"], ["51.5", Decimal("-0.12001")])
    assert not same_point(["51.5", "-0.12"], ["51.5", "-0.1201"])
    assert not same_point([None, None], ["51.5", "-0.12"])
    assert same_point([None, None], [None, None])


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("City of London", "City of London Corporation", True),
        ("Norwich", "Norwich City", True),
        ("Kingston upon Thames", "Kingston-Upon-Thames", True),
        ("Hammersmith & Fulham", "London Borough of Hammersmith and Fulham", True),
        ("Camden", "Cardiff", False),
        ("Kingston upon Thames", "Richmond upon Thames", False),
        ("City of York", "City of London", False),
        ("Newham", "Lewisham", False),
    ],
)
def test_what_may_be_two_names_of_one_authority(one, other, may):
    assert may_name_one_authority(one, other) is may
    assert may_name_one_authority(other, one) is may

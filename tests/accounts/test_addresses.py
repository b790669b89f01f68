"""Numbers in addresses: they come back as the key, and tell nothing of it."""

from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.addresses import key_of, number_of
from tests import factories

keys = st.integers(0, 2**32 - 1)


@given(keys)
def test_a_number_stands_for_one_key(key):
    number = number_of(key)
    assert key_of(number) == key_of(number.upper()) == key
    assert len(number) == 8


@given(keys, keys)
def test_two_records_never_share_a_number(one, other):
    assert (number_of(one) == number_of(other)) == (one == other)


def test_neighbouring_numbers_tell_no_order_and_no_count():
    """Whoever sees two of them learns no more than from two drawn by chance."""
    numbers = [number_of(key) for key in range(1, 2001)]
    rising = sum(one < next_one for one, next_one in pairwise(numbers))
    assert 850 < rising < 1150
    for place in range(8):
        assert len({number[place] for number in numbers}) == 32


@pytest.mark.parametrize("number", ["", "1", "812", "00000000", "7kq2m9x", "7kq2m9xdd", "ilouilou"])
def test_what_was_never_given_out_is_no_number(number):
    with pytest.raises(ValueError):
        key_of(number)


def test_an_address_stands_while_its_key_is_among_the_fallbacks(settings):
    number = number_of(812)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert key_of(number) == 812
    assert number_of(812) != number
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError):
        key_of(number)


@pytest.mark.django_db
def test_no_address_of_a_visit_an_operation_or_a_follow_up_holds_its_key():
    follow_up = factories.FollowUpFactory(pk=987_654)
    visit, operation = follow_up.visit, follow_up.visit.operation
    for record in (follow_up, visit, operation):
        assert f"/{record.pk}/" not in record.get_absolute_url()
        assert record.get_absolute_url().endswith(f"/{number_of(record.pk)}/")
    history = reverse("accounts:history", args=["visit", visit.pk])
    assert history.endswith(f"/visit/{number_of(visit.pk)}/")

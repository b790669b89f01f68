"""What the provider says of somebody: groups, moments, claims and words."""

import pytest

from accounts.sign_in.groups import Access, access_of, groups_in, is_true, moment_in, text_in
from tests.accounts.sign_in.provider import ROLES, UNITS


def test_groups_give_roles_and_units_and_unknown_ones_nothing():
    access = access_of(["g-planners", "g-north", "g-lunch"], roles=ROLES, units=UNITS)
    assert access == Access(frozenset({"Planner"}), frozenset({"NW"}), whole_force=False)


def test_a_group_can_stand_for_the_whole_force():
    access = access_of(["g-force", "g-north"], roles=ROLES, units=UNITS)
    assert access == Access(frozenset(), frozenset({"NW"}), whole_force=True)


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({"roles": ["a", "b"]}, ["a", "b"]),
        ({"roles": "a"}, ["a"]),
        ({}, []),
        ({"roles": None}, []),
        ({"roles": 7}, ["7"]),
        ({"roles": [7, "a", None, {"b": 1}, True]}, ["7", "a"]),
        ({"roles": True}, []),
        ({"roles": {"a": "b"}}, []),
        ({"roles": 1.5}, []),
    ],
)
def test_groups_come_as_a_list_or_alone_or_not_at_all(claims, groups):
    assert groups_in(claims, claim="roles") == groups


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (1000, 1000),
        ("1000", 1000),
        (1000.5, 1000),
        (None, None),
        ("yesterday", 0),
        ("", 0),
        (True, 0),
        ([1000], 0),
        (-5, 0),
        (float("inf"), 0),
        (2100, 2100),  # clocks differ
        (9_000_000, 0),
    ],
)
def test_a_moment_that_can_not_be_read_or_is_still_to_come_is_no_proof(said, moment):
    assert moment_in({"auth_time": said}, claim="auth_time", now=2000) == moment


@pytest.mark.parametrize(
    ("said", "yes"),
    [(True, True), ("true", True), ("false", False), (1, False), (None, False), ([True], False)],
)
def test_a_claim_says_yes_only_where_it_says_yes(said, yes):
    assert is_true({"email_verified": said}, claim="email_verified") is yes


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("  Oriel\n\tAnne ", "Oriel Anne"),
        ("O\x00r", "O r"),
        (7, ""),
        (["x"], ""),
        ("x" * 200, "x" * 150),
    ],
)
def test_words_of_the_provider_are_words_on_one_line_that_fit(said, words):
    assert text_in({"given_name": said}, claim="given_name") == words

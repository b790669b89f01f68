"""What a call handler types, and what each search must answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.control_room.search import Answer, Place, answer

NAMED, POSSIBLE, SIMILAR, OTHER = Answer

#: A live test, and the other places of the registry whose names have all its words.
LANTERNSTAY = Place(
    "Lanternstay Ostermeer 69", "69 Quay Street\nOstermeer", "ZZ6 9AB", "Lanternstay"
)
GANNET = Place("The Gannet Hotel", "4 Herring Row\nWessendale", "ZZ1 1ZZ")
OBRIENS = Place("O’Brien's", "12 High Street\nSt. Osyth Bay", "ZZ4 7TR")
MON = Place("Ynys Môn Inn & Rooms", "Ffordd y Môr\nPorth Llanw", "ZZ9 3QP")
SAINT = Place("St. Bride's Lodge", "1 Cathedral Close\nCawdersley", "ZZ2 8XY", "Fernrest & Sons")
CHAIN = Place("Premier Inn", "Terminal 4\nOstermeer Airport", "ZZ6 2AH", "Premier Inn")
CHAIN_TOO = Place("Premier Inn", "2 Station Road\nCawdersley", "ZZ2 3AA", "Premier Inn")
INN = Place("The Inn", "3 Mill Lane\nWessendale", "ZZ1 5LD")

#: 66 searches: what was typed, where a test is, and what must be told of it.
SEARCHES = [
    # the whole name
    ("Lanternstay Ostermeer 69", LANTERNSTAY, NAMED),
    ("lanternstay ostermeer 69", LANTERNSTAY, NAMED),
    ("LANTERNSTAY  OSTERMEER 69 ", LANTERNSTAY, NAMED),
    ("Ostermeer Lanternstay 69", LANTERNSTAY, NAMED),
    ("Lanternstay Ostermeer 69 Quay Street", LANTERNSTAY, NAMED),
    ("Lanternstay Ostermeer 69, ZZ6 9AB", LANTERNSTAY, NAMED),
    ("lanternstay ostermeer 69 zz69ab", LANTERNSTAY, NAMED),
    ("gannet hotel", GANNET, NAMED),
    ("The Gannet Hotel", GANNET, NAMED),
    ("gannet hotel herring row", GANNET, NAMED),
    ("Gannet Hotel Wessendale", GANNET, NAMED),
    # apostrophes, accents, "&", "St"
    ("obriens", OBRIENS, NAMED),
    ("O'Brien's", OBRIENS, NAMED),
    ("O´Briens high st", OBRIENS, NAMED),
    ("obriens 12 high street", OBRIENS, NAMED),
    ("obriens saint osyth", OBRIENS, NAMED),
    ("Ynys Mon Inn and Rooms", MON, NAMED),
    ("YNYS MÔN INN ROOMS", MON, NAMED),
    ("St Brides Lodge", SAINT, NAMED),
    ("saint bride's lodge", SAINT, NAMED),
    # a name that stands for many places, and what tells them apart
    ("Premier Inn", CHAIN, POSSIBLE),
    ("premier inn terminal 4", CHAIN, NAMED),
    ("premier inn ZZ6 2AH", CHAIN, NAMED),
    ("Premier Inn Cawdersley", CHAIN, SIMILAR),
    ("premier inn terminal 5", CHAIN, SIMILAR),
    ("Premier Inn ZZ2 3AA", CHAIN, SIMILAR),
    ("The Inn", INN, POSSIBLE),
    ("the inn mill lane", INN, POSSIBLE),
    # less than the name: it may mean other places
    ("Lanternstay", LANTERNSTAY, POSSIBLE),
    ("Lanternstay Ostermeer", LANTERNSTAY, POSSIBLE),
    ("Ostermeer", LANTERNSTAY, POSSIBLE),
    ("lantern", LANTERNSTAY, POSSIBLE),
    ("lantern stay ostermeer 69", LANTERNSTAY, POSSIBLE),
    ("premierinn", CHAIN, POSSIBLE),
    ("gan", GANNET, POSSIBLE),
    ("gannet", GANNET, POSSIBLE),
    ("Fernrest and sons", SAINT, POSSIBLE),
    ("cathedral close", SAINT, POSSIBLE),
    ("4 herring row", GANNET, POSSIBLE),
    ("quay st", LANTERNSTAY, POSSIBLE),
    ("Mill Ln", INN, POSSIBLE),
    ("zz1 1zz", GANNET, POSSIBLE),
    ("ZZ11ZZ", GANNET, POSSIBLE),
    ("zz1", GANNET, POSSIBLE),
    ("zz1 1", GANNET, POSSIBLE),
    ("hotel", GANNET, POSSIBLE),
    # another place of the chain, in the town, of the name
    ("Lanternstay Ostermeer 66", LANTERNSTAY, SIMILAR),
    ("Lanternstay Ostermeer 6", LANTERNSTAY, SIMILAR),
    ("Lanternstay Ostermeer 690", LANTERNSTAY, SIMILAR),
    ("Lanternstay Cawdersley", LANTERNSTAY, SIMILAR),
    ("Premier Inn Ostermeer", LANTERNSTAY, SIMILAR),
    ("Gannet Lodge", GANNET, SIMILAR),
    ("Gannet Hotel Cawdersley", GANNET, SIMILAR),
    ("Gannet Hotel 5 Herring Row", GANNET, SIMILAR),
    ("gannet hotel zz1 1zy", GANNET, SIMILAR),
    ("kestrel zz1 1zz", GANNET, SIMILAR),
    ("St Brides Inn", SAINT, SIMILAR),
    ("Fernrest Ostermeer", SAINT, SIMILAR),
    # typing mistakes
    ("ganet hotel", GANNET, SIMILAR),
    ("gannte hotel", GANNET, SIMILAR),
    ("garnet hotel", GANNET, SIMILAR),
    ("lanternsaty ostermeer 69", LANTERNSTAY, SIMILAR),
    ("hering row", GANNET, SIMILAR),
    ("obrian", OBRIENS, SIMILAR),
    # nothing to do with it
    ("kestrel hotel", GANNET, OTHER),
    ("beacon", GANNET, OTHER),
    ("ZZ1 1ZY", GANNET, OTHER),
    ("5 Herring Row", GANNET, OTHER),
    ("hostel", GANNET, OTHER),
    ("Premier Inn", GANNET, OTHER),
    ("!", GANNET, OTHER),
]


@pytest.mark.parametrize(("typed", "place", "told"), SEARCHES)
def test_each_search_is_answered_as_a_call_handler_must_take_it(typed, place, told):
    others = [one for one in (CHAIN, CHAIN_TOO) if one.name == place.name and one != place]
    assert answer(typed, place, others).name == told.name


def test_at_least_forty_searches_are_tried():
    assert len({typed for typed, _, _ in SEARCHES}) >= 40


def test_a_name_that_another_place_bears_too_is_no_identity():
    gannet = Place("Gannet", "4 Herring Row", "ZZ1 1ZZ")
    lodge = Place("Gannet Lodge", "9 Mill Lane", "ZZ8 8ZZ")
    assert answer("gannet", gannet) == NAMED
    assert answer("gannet", gannet, [lodge]) == POSSIBLE
    assert answer("gannet herring row", gannet, [lodge]) == NAMED


words = st.lists(
    st.sampled_from("Lanternstay Ostermeer 69 66 6 Premier Inn Gannet Hotel ZZ6 9AB Quay".split()),
    min_size=1,
    max_size=5,
)


@given(words)
def test_whatever_is_typed_only_what_is_all_true_of_a_place_names_it(typed):
    if answer(" ".join(typed), LANTERNSTAY) <= POSSIBLE:
        assert not {"66", "6", "Premier", "Inn", "Gannet", "Hotel"} & set(typed)


@given(words)
def test_the_order_of_the_words_does_not_matter_to_an_identity(typed):
    forward = answer(" ".join(typed), LANTERNSTAY) == NAMED
    assert forward == (
        {"Lanternstay", "Ostermeer", "69"} <= set(typed) <= {*TRUE_WORDS, "ZZ6", "9AB"}
    )


TRUE_WORDS = ("Lanternstay", "Ostermeer", "69", "Quay")

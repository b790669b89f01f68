"""What a call handler types, and what each search must answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.control_room.search import Answer, Place, answer, named_by, spellings
from venues.registry.names import normal_name

NAMED, POSSIBLE, SLIP, SIMILAR, OTHER = Answer

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
FERRY = Place("Ferrystay", "Unit 6 / 69 Quay Road\nOstermeer", "ZZ6 9AA")
FLAT = Place("Kestrel Court", "Flat 2, Quay House, 12-14 Mole Road\nOstermeer", "ZZ6 7AA")
LONDON = Place("Premier Inn London", "5 Church Road\nLondon", "ZZ5 1AA", "Premier Inn")
MARYS = Place("Marys", "2 St Lodge Road\nLondon Road End", "ZZ5 2AA")
AREA = Place("Travelstay", "9 Herring Row", "ZZ7 1AA", area="Wessendale & Ostermeer")
INN = Place("The Inn", "3 Mill Lane\nWessendale", "ZZ1 5LD")

#: What was typed, where a test is, and what must be told of it.
SEARCHES = [
    # the whole name
    ("Lanternstay Ostermeer 69", LANTERNSTAY, NAMED),
    ("lanternstay ostermeer 69", LANTERNSTAY, NAMED),
    ("LANTERNSTAY  OSTERMEER 69 ", LANTERNSTAY, NAMED),
    ("Ostermeer Lanternstay 69", LANTERNSTAY, POSSIBLE),
    ("69 Lanternstay Ostermeer", LANTERNSTAY, POSSIBLE),
    ("Hill Park Hotel", Place("Park Hill Hotel"), POSSIBLE),
    ("Gannet Lodge Quay House", Place("Gannet Lodge", "Flat 2 Quay House"), NAMED),
    ("Gannet Lodge 2 Quay House", Place("Gannet Lodge", "Flat 2 Quay House"), POSSIBLE),
    ("Hotel 3 Quay 12", Place("Hotel 12 Quay 3"), POSSIBLE),
    ("Lanternstay Ostermeer 69 Quay Street", LANTERNSTAY, NAMED),
    ("Lanternstay Ostermeer 69, ZZ6 9AB", LANTERNSTAY, NAMED),
    ("lanternstay ostermeer 69 zz69ab", LANTERNSTAY, NAMED),
    ("gannet hotel", GANNET, NAMED),
    ("The Gannet Hotel", GANNET, NAMED),
    ("hotel gannet", GANNET, NAMED),
    ("gannet hotel", Place("Hotel Gannet"), NAMED),
    ("lodge park hall", Place("Hall Park Lodge"), POSSIBLE),
    ("park lodge hall", Place("Hall Park Lodge"), POSSIBLE),
    ("inn gannet", Place("Gannet Inn"), POSSIBLE),
    ("gannet hotel herring row", GANNET, NAMED),
    ("Gannet Hotel Wessendale", GANNET, NAMED),
    # apostrophes, accents, "&", "St"
    ("obriens", OBRIENS, NAMED),
    ("O'Brien's", OBRIENS, NAMED),
    ("O´Briens high st", OBRIENS, NAMED),
    ("obriens 12 high street", OBRIENS, NAMED),
    ("obriens st osyth bay", OBRIENS, NAMED),
    ("O'Brien's High Street, St Osyth Bay ZZ4 7TR", OBRIENS, NAMED),
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
    # where a place is counts in whole phrases, and a number with its own street alone
    ("obriens saint osyth", OBRIENS, POSSIBLE),
    ("Ferrystay 69 Quay Road", FERRY, NAMED),
    ("Ferrystay Quay Rd Ostermeer", FERRY, NAMED),
    ("Ferrystay 6 Quay Road", FERRY, POSSIBLE),
    ("Ferrystay 6", FERRY, POSSIBLE),
    ("Ferrystay 69", FERRY, POSSIBLE),
    ("Ferrystay Quay", FERRY, POSSIBLE),
    ("Ferrystay Road", FERRY, POSSIBLE),
    ("Kestrel Court Quay House", FLAT, NAMED),
    ("Kestrel Court 14 Mole Road", FLAT, NAMED),
    ("Kestrel Court 12-14 Mole Road", FLAT, NAMED),
    ("Kestrel Court 2 Quay House", FLAT, POSSIBLE),
    ("Kestrel Court 2 Mole Road", FLAT, POSSIBLE),
    ("Premier Inn London", LONDON, NAMED),
    ("Premier Inn London Church Road", LONDON, NAMED),
    ("Premier Inn London Road", LONDON, POSSIBLE),
    ("Premier Inn London 5", LONDON, POSSIBLE),
    ("Premier Inn Church London", LONDON, POSSIBLE),
    ("St Marys Lodge", MARYS, POSSIBLE),
    ("Marys London", MARYS, POSSIBLE),
    ("London Lanternstay Ostermeer 69", LANTERNSTAY, SIMILAR),
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
    # its local authority's name is true of it, and tells it from no other place there
    ("Travelstay", AREA, NAMED),
    ("Travelstay Ostermeer", AREA, POSSIBLE),
    ("travelstay wessendale and ostermeer", AREA, POSSIBLE),
    ("wessendale", AREA, POSSIBLE),
    ("Travelstay Wessendale 12", AREA, SIMILAR),
    # typing mistakes
    ("ganet hotel", GANNET, SLIP),
    ("gannte hotel", GANNET, SLIP),
    ("garnet hotel", GANNET, SLIP),
    ("lanternsaty ostermeer 69", LANTERNSTAY, SLIP),
    ("hering row", GANNET, SLIP),
    ("obrian", OBRIENS, SLIP),
    ("lanternsaty ostermeer 66", LANTERNSTAY, SIMILAR),
    ("lanternsaty ostermeer sixty six", LANTERNSTAY, SIMILAR),
    ("ganet lodge", GANNET, SIMILAR),
    ("ganet hotel low road", GANNET, SIMILAR),
    ("key st", LANTERNSTAY, SLIP),
    # nothing to do with it
    ("kestrel hotel", GANNET, OTHER),
    ("beacon", GANNET, OTHER),
    ("ivy house", Place("Ivry House"), OTHER),
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


#: What was typed, where a test is, and another place of the registry that it may mean as well.
SHARED = [
    ("gannet", Place("Gannet", "4 Herring Row"), Place("Gannet Lodge", "9 Mill Lane")),
    (
        "Travelstay Ostermeer",
        Place("Travelstay", "1 Quay Road\nOstermeer", group="Travelstay"),
        Place("Ostermeer Central", "3 Mill Lane", group="Travelstay"),
    ),
    (
        "hotel ostermeer",
        Place("Hotel Ostermeer", "1 Quay Road"),
        Place("Grand Hotel", "2 Mill Lane\nOstermeer"),
    ),
    (
        "Premier Inn Ostermeer",
        Place("Premier Inn Ostermeer", "1 Quay Road"),
        Place("PremierInn Ostermeer", "2 Mill Lane"),
    ),
    (
        "Premierinn Ostermeer",
        Place("Premierinn Ostermeer", "1 Quay Road"),
        Place("Premier Inn", "2 Mill Lane\nOstermeer"),
    ),
    (
        "Gannet London Road",
        Place("Gannet", "2 London Road\nOstermeer"),
        Place("Gannet", "9 London Rd\nCawdersley"),
    ),
    (
        "Premier Inn Ostermeer",
        Place("Premier Inn Ostermeer", "1 Quay Road"),
        Place("Premier Inn", "2 Mill Lane", area="City of Ostermeer"),
    ),
    ("Gannet High Street", Place("Gannet", "4 High Street"), Place("Gannet", "9 High St")),
    ("Gannet Low Ave", Place("Gannet", "4 Low Avenue"), Place("Gannet", "9 Low Av")),
    (
        "Premierinn Ostermeer",
        Place("Premierinn Ostermeer", "1 Quay Road"),
        Place("Ostermeer Central", "2 Mill Lane", group="Premier Inn"),
    ),
    ("Gannet High St", Place("Gannet", "4 High Street"), Place("Gannet", "9 High Street")),
    ("Gannet ZZ1 1ZZ", Place("Gannet", "4 Low Row", "ZZ1 1ZZ"), Place("Gannet", "", "ZZ1 1ZZ")),
]


@pytest.mark.parametrize(("typed", "place", "other"), SHARED)
def test_what_is_true_of_another_place_too_is_no_identity(typed, place, other):
    assert answer(typed, place) == NAMED
    assert answer(typed, place, [other]) == POSSIBLE


@pytest.mark.parametrize("typed", ["ave", "av", "avenue"])
def test_a_word_of_a_street_is_looked_for_in_all_its_spellings(typed):
    assert spellings([typed]) == [{"ave", "av", "avenue"}]


def test_what_another_place_lacks_tells_the_two_apart():
    gannet, lodge = Place("Gannet", "4 Herring Row"), Place("Gannet Lodge", "9 Mill Lane")
    assert answer("gannet herring row", gannet, [lodge]) == NAMED


WORDS = "Gannet Hotel Premier Inn Premierinn London Ostermeer Quay Road Street St 6 69".split()
some_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
lines = st.lists(some_words, max_size=3).map("\n".join)
places = st.builds(
    Place, some_words, lines, st.sampled_from(["", "ZZ1 1ZZ"]), some_words, some_words
)


@given(some_words, places, st.lists(places, max_size=4))
def test_whatever_is_typed_what_is_named_is_true_of_no_other_place(typed, place, others):
    if answer(typed, place, others) == NAMED:
        for one in others:
            known = normal_name(f"{one.name} {one.group} {one.address} {one.postcode} {one.area}")
            known = known.split()
            assert not set(normal_name(typed).split()) <= set(known)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12))
def test_a_number_counts_with_its_own_street_alone(typed, unit, street):
    place = Place("Kestrel Court", f"Unit {unit} / {street} Quay Road\nWessendale")
    told = answer(f"Kestrel Court {typed} Quay Rd", place)
    assert (told == NAMED) == (typed == street)


words = st.lists(
    st.sampled_from("Lanternstay Ostermeer 69 66 6 Premier Inn Gannet Hotel ZZ6 9AB Quay".split()),
    min_size=1,
    max_size=5,
)


@given(words)
def test_whatever_is_typed_only_what_is_all_true_of_a_place_names_it(typed):
    if answer(" ".join(typed), LANTERNSTAY) <= POSSIBLE:
        assert not {"66", "6", "Premier", "Inn", "Gannet", "Hotel"} & set(typed)


@given(st.permutations("Lanternstay Ostermeer 69".split()))
def test_a_name_in_another_order_may_be_another_places(typed):
    own = typed == "Lanternstay Ostermeer 69".split()
    assert answer(" ".join(typed), LANTERNSTAY) == (NAMED if own else POSSIBLE)


def test_a_street_that_is_said_over_and_over_is_answered_at_once():
    """Two ways for each word would be more than a million million for forty of them."""
    place = Place("Kestrel Lodge", "Quay\nQuay Quay")
    assert answer("kestrel lodge" + " quay" * 40, place) == NAMED
    assert answer("kestrel lodge" + " quay" * 40 + " x", place) == SIMILAR
    assert named_by("kestrel lodge" + " quay" * 40 + " x", place) == []

"""The board's search: is the place in hand the place of a live test? Pure: no database.

A likeness must never pass for an identity, since whoever calls from the other place needs help
now. So there are four answers, and only one of them says *test*:

- *Named*: the whole name of the place was typed, and besides it nothing but where it is or who runs
  it, in whole phrases: its street, its street with its number, its town, its postcode, its group.
  And the words fit no other place that is known.
- *Possible*: every word is true of it, but they may mean another place as well.
- *Slip*: every word is true of it but for a slip of ear or finger, never one in a number. The
  caller is asked, and only their own answer makes a test of it.
- *Similar*: some word is like its name, or what was typed has another number or town.

A number is only ever itself: 6 is no beginning of 69. It is true of its own street alone: at "Unit
6, 69 Quay Road" nobody is at 6 Quay Road. And a word of a street is no street: a Premier Inn in
Church Road is not the one in London Road.

What is heard on a telephone (``sounds.py``) widens what is found, and never what is named.
"""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise

from operations.control_room.sounds import (
    FIGURES,
    as_figures,
    figure_or_word,
    has_bones_of,
    sounds_like,
)
from venues.registry.names import normal_name
from venues.registry.place_words import SHARED, SHORT, in_full
from venues.registry.postcodes import normalise_postcode

#: Words that many places share: alone they make no place like another.
GENERIC = SHARED | {"arms"}
#: What stands between a name and where it is; a name alone is meant with it or without.
BETWEEN = frozenset("at in on".split())
#: What is said around a place. It says nothing of which one; and what is next to it is another.
SAID_AROUND = BETWEEN | frozenset(
    "behind beside by call called calling desk er front from hello here hi i im is it its just near"
    " next no number of opposite our place reception staying this to um we were".split()
)
#: Likeness of two words, 0 to 1, from which one may be the other with a slip of the finger.
SLIP = 0.75


class Answer(enum.IntEnum):
    """What may be told of a place, the surest first."""

    NAMED = 1
    """It is the one that was typed."""

    POSSIBLE = 2
    """It may be; so may others."""

    SLIP = 3
    """It is, but for slips: the caller has to say."""

    SIMILAR = 4
    """It is like what was typed, and most likely another place."""

    OTHER = 5
    """It has nothing to do with what was typed."""


@dataclass(frozen=True)
class Place:
    """What is known of where a venue is."""

    name: str
    address: str = ""
    postcode: str = ""
    group: str = ""
    area: str = ""
    """Its local authority: true of it, and of too much else to say which place is meant."""

    @cached_property
    def own_name(self) -> list[str]:
        """Its name, word by word; *the* is nothing that people say each time."""
        return [word for word in in_full(_words(self.name)) if word != "the"]

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of its name and of the group that runs it; two of its name in one, too."""
        return _with_pairs(_words(self.name)) | _with_pairs(_words(self.group))

    @cached_property
    def words(self) -> frozenset[str]:
        """Whatever word is true of it: names, address, postcode, area, also as people shorten."""
        address = _with_pairs(_words(self.address))
        known = frozenset(_words(self.name)) | address | frozenset(_words(self.area))
        # "St" may stand for Street as well, in a name too.
        whole = {SHORT[one] for one in known & SHORT.keys()}
        short = {one for one, long in SHORT.items() if long in known | whole}
        postcode = frozenset(normal_name(self.postcode).split())
        return self.names | known | short | whole | postcode

    @cached_property
    def phrases(self) -> frozenset[tuple[str, ...]]:
        """What can be said of where it is and who runs it, each whole."""
        parts = [in_full(_words(part)) for part in re.split(r"[\n,;]", self.address)]
        found = {tuple(phrase) for part in parts for phrase in [part, *_streets_in(part)]}
        found |= {tuple(in_full(_words(self.group))), (self.squeezed_postcode,)}
        return frozenset(phrase for phrase in found if any(_tells(word) for word in phrase))

    @cached_property
    def squeezed_postcode(self) -> str:
        """Its postcode in small letters without a space."""
        return "".join(normal_name(self.postcode).split())


def answer(text: str, place: Place, others: Iterable[Place] = ()) -> Answer:
    """What may be told of ``place`` to whoever typed ``text``.

    Args:
        text: What was typed, in any case, order and spelling.
        place: Where a test is.
        others: Every other place that may bear the same name.

    """
    told = _answer(text, place, others)
    figures = as_figures(text)
    if told > Answer.POSSIBLE and figures != text:
        return min(told, max(Answer.POSSIBLE, _answer(figures, place, others)))
    return told


def _answer(text: str, place: Place, others: Iterable[Place]) -> Answer:
    named = named_by(text, place)
    if named and not any(may_mean(other, named) for other in others):
        return Answer.NAMED
    typed = typed_words(text)
    said = [word for word in typed if word not in SAID_AROUND or _is_true_of(place, word)]
    left = [word for word in said if not _is_true_of(place, word)]
    still = _still_typing(place, said, left) if left else []
    if said and not still:
        return Answer.POSSIBLE
    if said and all(_may_be_slip(word, place) for word in still):
        return Answer.SLIP
    return Answer.SIMILAR if _is_like(place, said, left) else Answer.OTHER


def named_by(text: str, place: Place) -> list[str]:
    """The words by which ``text`` is the name of ``place``; none where it is not.

    With or without where it is and who runs it: "Gannet Hotel", "the Gannet Hotel in Herring Row".
    What stands between the two is left out, since nobody says it each time of another place either.
    """
    typed = typed_words(text)
    short = [word for word in typed if word not in BETWEEN]
    if any(_is_name_of(place, words) for words in (typed, short)):
        return short or typed
    return []


def _is_name_of(place: Place, words: Sequence[str]) -> bool:
    """Whether ``words`` are the name of ``place``, and phrases of where it is and who runs it.

    A name that is more than *The Inn*, in its own order: *Hill Park* is not *Park Hill*, and *Hall
    Park Lodge* not *Lodge Park Hall*. *Hotel* alone may stand before or after the rest.
    """
    name, typed = place.own_name, in_full(words)
    if not set(name) - GENERIC:
        return False
    if "hotel" in typed[:1] and [*typed[1:], "hotel"] == name:
        return True
    if "hotel" in typed[-1:] and ["hotel", *typed[:-1]] == name:
        return True
    starts = range(len(typed) - len(name) + 1)
    return any(
        typed[start : start + len(name)] == name
        and _are_phrases(typed[:start], place.phrases)
        and _are_phrases(typed[start + len(name) :], place.phrases)
        for start in starts
    )


def words_of_place(text: str) -> list[str]:
    """The words of ``text`` without what is said around a place."""
    return [word for word in typed_words(text) if word not in SAID_AROUND]


def spellings(words: Iterable[str]) -> list[frozenset[str]]:
    """For each of ``words`` how it may be written in a place that the word is true of."""
    shorter = {whole: {one for one in SHORT if SHORT[one] == whole} for whole in SHORT.values()}
    return [
        frozenset(
            {word, *(whole := in_full([word])), *shorter.get(whole[0], ()), *figure_or_word(word)}
        )
        for word in words
    ]


def may_mean(place: Place, typed: Sequence[str]) -> bool:
    """Whether every word of ``typed`` is true of ``place``, wherever the word stands."""
    pairs = [pair for pair in pairwise(typed) if "".join(pair) in place.words]
    together = {word for pair in pairs for word in pair}
    return all(word in together or _is_true_of(place, word) for word in typed)


def _are_phrases(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> bool:
    """Whether ``words`` are phrases one after the other: how far one can come, each end once."""
    reached = {0}
    for end in range(1, len(words) + 1):
        if any(tuple(words[start:end]) in phrases for start in reached):
            reached.add(end)
    return len(words) in reached


def _streets_in(part: Sequence[str]) -> list[Sequence[str]]:
    """The street in a part of an address, without and with the number directly before it.

    In "Unit 6 69 Quay Road" that is 69; in "Flat 2 Quay House" 2 is the flat's.
    """
    numbers = [at for at, word in enumerate(part) if not word.isalpha()]
    if not numbers or numbers[-1] + 1 == len(part):
        return []
    last = numbers[-1]
    of_street = last == 0 or not part[last - 1].isalpha()
    return [part[last + 1 :], *([part[last:]] if of_street else [])]


def _tells(word: str) -> bool:
    """Whether ``word`` tells a place from others: no number, no *hotel*, no *road*."""
    return not word.isdigit() and word not in GENERIC and word not in SHORT.values()


def _with_pairs(words: Sequence[str]) -> frozenset[str]:
    """``words``, and each two neighbours as one: people write *Premierinn*."""
    together = {one + other for one, other in pairwise(words) if (one + other).isalpha()}
    return frozenset(words) | together


def typed_words(text: str) -> list[str]:
    """The words of ``text``; a whole postcode is one of them however it is spaced."""
    words = _words(text)
    found: list[str] = []
    while words:
        word = words.pop(0)
        if words and normalise_postcode(word + words[0]):
            word += words.pop(0)
        found.append(word)
    return [word for word in found if word != "the"] or found


def _words(text: str) -> list[str]:
    return [word for word in normal_name(text).split() if word != "and"]


def _is_true_of(place: Place, word: str) -> bool:
    if word in place.words or (word == place.squeezed_postcode and bool(word)):
        return True
    return any(one in place.words for one in figure_or_word(word))


def _still_typing(place: Place, typed: Sequence[str], left: Iterable[str]) -> list[str]:
    """Those of ``left`` that are not the beginning of something true of the place either.

    Nor two words of what people write as one, or the other way round.
    """
    pairs = [pair for pair in pairwise(typed) if "".join(pair) in place.names]
    pairs += [pair for pair in pairwise(typed) if _begins_postcode(place, "".join(pair))]
    joined = {word for pair in pairs for word in pair}
    return [
        word
        for word in left
        if word not in joined
        and not _begins_postcode(place, word)
        and not (word.isalpha() and any(known.startswith(word) for known in place.words))
    ]


def _begins_postcode(place: Place, word: str) -> bool:
    """Whether ``word`` is a part of the place's postcode from its beginning, an area at least."""
    return bool(re.match(r"[a-z]{1,2}[0-9]", word)) and place.squeezed_postcode.startswith(word)


def _is_like(place: Place, typed: Sequence[str], left: Sequence[str]) -> bool:
    """Whether a telling word is like a name, or the address is all there but for slips."""
    telling = [word for word in typed if word not in GENERIC and word.isalpha()]
    for word in telling:
        known = place.names - GENERIC
        if word in known or _slips(word, known):
            return True
        if len(word) > 3 and any(one.startswith(word) for one in known):
            return True
    if place.squeezed_postcode in typed and place.squeezed_postcode:
        return True
    pairs = [pair for pair in pairwise(typed) if not GENERIC & set(pair)]
    if any(_slips("".join(pair), place.names - GENERIC) for pair in pairs):
        return True
    telling_left = [word for word in left if word not in GENERIC]
    return bool(telling) and all(_slips(word, place.words) for word in telling_left)


def _may_be_slip(word: str, place: Place) -> bool:
    """Whether ``word`` may be one that is true of the place. A number is only ever itself."""
    if not word.isalpha() or word in FIGURES or word in GENERIC:
        return False
    known = [one for one in place.words if one not in FIGURES]
    return _slips(word, known) or any(has_bones_of(word, one) for one in known)


def _slips(word: str, known: Iterable[str]) -> bool:
    """Whether ``word`` is one of ``known`` by its sound, or but for a letter or two."""
    if len(word) < 3 or not word.isalpha():
        return False
    words = [one for one in known if one.isalpha()]
    if any(sounds_like(word, one) for one in words):
        return True
    return len(word) > 3 and bool(get_close_matches(word, words, 1, SLIP))

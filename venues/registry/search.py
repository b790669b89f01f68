"""The search for venues by words that somebody typed, mistakes included.

Each word must fit the name, the group or the postcode; or the whole is the food hygiene id, or what
one has in hand of a contact: a name, an email address or a telephone number. A word fits a name if
pg_trgm finds it at least half like some part of it, which forgives a wrong letter in a long word,
and if one slip (a letter swapped with its neighbour, wrong, missing or too many) makes it a part of
it, which short words need: a slip in "Hilton" leaves too few groups of three letters in common.

Measured with 20,000 venues: 60 to 100 ms, by reading the whole table. There is no trigram index:
PostgreSQL would not take it for this, not even with the operator made for it, since it believes
that comparing words costs as little as "=". Made to, it is ten times as fast, for which no page has
a need yet.
"""

import re

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest

from venues.registry.names import normal_name

#: Likeness, 0 to 1, from which a venue fits a word.
THRESHOLD = 0.5
#: Likeness of a postcode from which it fits: a wrong character at an end, not two of them.
POSTCODE_THRESHOLD = 0.5
#: Words beyond these are ignored, so that nobody can make the database work for minutes.
MOST_WORDS = 6
LONGEST_WORD = 30

_FOR_A_SLIP = range(4, 8)  # letters of the words short enough to need it
_SLIPPED = 0.9  # likeness of a name that has the word but for one slip


def words(text: str) -> list[str]:
    """The words to look for, in the normal form of names.

    Single letters count only where there is nothing else, and *and* not at all: it joins names.
    """
    found = [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", normal_name(text))]
    found = [word for word in found if word != "and"]
    return ([word for word in found if len(word) > 1] or found)[:MOST_WORDS]


def food_hygiene_id(text: str) -> int | None:
    """The food hygiene id that ``text`` may be."""
    digits = text.strip()
    return int(digits) if re.fullmatch(r"[0-9]{1,18}", digits) else None


def telephone_digits(text: str) -> str:
    """What all ways to write the telephone number in ``text`` have in common, '' if it is none.

    "+44 (0)20 7946 0958" and "020 7946 0958" share 2079460958; a part has five at least.
    """
    if not re.fullmatch(r"[0-9+()./\s-]+", text.strip()):
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    national = re.sub(r"^(00)?44(?=[0-9]{9})", "", digits).lstrip("0")
    return national if len(national) > 4 else ""


def one_slip_from(word: str) -> str:
    """A regular expression for the words that one slip of the finger turns into ``word``.

    "hitlon" gives one that finds *hilton*, "hiltn" too.
    """
    places = range(len(word))
    swapped = [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places if at + 1 < len(word)
    ]
    wrong_or_extra = [word[:at] + ".?" + word[at + 1 :] for at in places]
    missing = [word[:at] + "." + word[at:] for at in places if at]
    return rf"\m({'|'.join([*swapped, *wrong_or_extra, *missing])})"


def likeness(word: str) -> Combinable:
    """How well a venue fits ``word``, 0 to 1, as an expression over ``Venue``."""
    code = word.upper()
    fits: list[Combinable] = [
        TrigramWordSimilarity(word, "normal_name"),
        # A little less, so that names stand first. Greatest passes over NULL: no group.
        TrigramWordSimilarity(word, "group__normal_name") * Value(0.99),
        _certain(Q(squeezed_postcode__startswith=code) | Q(postcode__endswith=f" {code}")),
    ]
    if len(word) in _FOR_A_SLIP:
        meant = one_slip_from(word)
        name_slipped = When(normal_name__regex=meant, then=Value(_SLIPPED))
        group_slipped = When(group__normal_name__regex=meant, then=Value(_SLIPPED * 0.99))
        fits.append(Case(name_slipped, group_slipped, default=Value(0.0)))
    return Greatest(*fits, output_field=FloatField())


def postcode_likeness(text: str) -> Combinable:
    """How well a venue's postcode fits the whole of ``text``, spaces or not, 0 to 1."""
    squeezed = "".join(text.upper().split())
    return Greatest(
        _certain(Q(squeezed_postcode__startswith=squeezed)),
        TrigramSimilarity(F("squeezed_postcode"), squeezed),
        output_field=FloatField(),
    )


def _certain(condition: Q) -> Case:
    return Case(When(condition & ~Q(postcode=""), then=Value(1.0)), default=Value(0.0))

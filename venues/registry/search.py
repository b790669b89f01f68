"""The search for venues by words that somebody typed, mistakes included.

Each word must fit the name, the group or the postcode; or the whole is the food hygiene id, or what
one has in hand of a contact: a name, an email address or a telephone number. A word fits a name if
pg_trgm finds it at least half like some part of it, which forgives a wrong letter in a long word,
and if one slip (a letter swapped with its neighbour, wrong, missing or too many) makes it a part of
it, which short words need: a slip in "Hilton" leaves too few groups of three letters in common.

What fits is found word by word, each way by an index where there is one, and only what was found is
put in order. The limits of pg_trgm's operators, which its index answers, are settings; functions of
PostgreSQL that bring their own (:data:`MAKE_FUNCTIONS`) keep them from depending on who asks.
"""

import operator
import re
from functools import reduce
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Greatest

from venues.registry.names import normal_name

#: Likeness, 0 to 1, from which a venue fits a word.
THRESHOLD = 0.5
#: Likeness of a postcode from which it fits: a wrong character at an end, not two of them.
POSTCODE_THRESHOLD = 0.5
#: Words beyond these are ignored, so that nobody can make the database work for minutes.
MOST_WORDS = 6
LONGEST_WORD = 30

#: Venues by the likeness of their name to a word, and of their postcode to a text.
MAKE_FUNCTIONS = f"""
    CREATE FUNCTION makesafe_venues_like(word text) RETURNS SETOF bigint
    LANGUAGE sql STABLE PARALLEL SAFE SET pg_trgm.word_similarity_threshold = {THRESHOLD} AS $$
        SELECT id FROM venues_venue WHERE word <% normal_name
    $$;
    CREATE FUNCTION makesafe_venues_near(code text) RETURNS SETOF bigint
    LANGUAGE sql STABLE PARALLEL SAFE SET pg_trgm.similarity_threshold = {POSTCODE_THRESHOLD} AS $$
        SELECT id FROM venues_venue WHERE squeezed_postcode % code
    $$
"""  # noqa: S608 (put together of constants)
DROP_FUNCTIONS = "DROP FUNCTION makesafe_venues_like(text), makesafe_venues_near(text)"

_FOR_A_SLIP = range(4, 8)  # letters of the words short enough to need it
_SLIPPED = 0.9  # likeness of a name that has the word but for one slip
_OF_GROUP = 0.99  # how much of a likeness counts where it is the group's


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


def fits(word: str, venues: QuerySet[Any], groups: QuerySet[Any]) -> QuerySet[Any]:
    """The keys of those of ``venues`` that fit ``word``.

    Args:
        word: In the normal form of names.
        venues: All of them.
        groups: All groups that run some.

    """
    keys = venues.order_by().values("pk")
    like = TrigramWordSimilarity(word, "normal_name") * Value(_OF_GROUP)
    like_groups = (
        groups.order_by()
        .alias(like=like)
        .filter(Q(like__gte=THRESHOLD) | _slipped(word, "normal_name"))
    )
    return keys.none().union(
        keys.filter(pk__in=_keys("makesafe_venues_like", word)),
        keys.filter(group__in=like_groups),
        keys.filter(_begins_or_ends(word)),
        *([keys.filter(_slipped(word, "normal_name"))] if len(word) in _FOR_A_SLIP else []),
    )


def likeness(word: str) -> Combinable:
    """How well a venue fits ``word``, 0 to 1, as an expression over ``Venue``."""
    ways: list[Combinable] = [
        TrigramWordSimilarity(word, "normal_name"),
        # A little less, so that names stand first. Greatest passes over NULL: no group.
        TrigramWordSimilarity(word, "group__normal_name") * Value(_OF_GROUP),
        Case(When(_begins_or_ends(word), then=Value(1.0)), default=Value(0.0)),
    ]
    if len(word) in _FOR_A_SLIP:
        name_slipped = When(_slipped(word, "normal_name"), then=Value(_SLIPPED))
        in_group = _slipped(word, "group__normal_name")
        group_slipped = When(in_group, then=Value(_SLIPPED * _OF_GROUP))
        ways.append(Case(name_slipped, group_slipped, default=Value(0.0)))
    return Greatest(*ways, output_field=FloatField())


def fits_postcode(text: str, venues: QuerySet[Any]) -> QuerySet[Any]:
    """The keys of those of ``venues`` whose postcode fits the whole of ``text``, spaces or not."""
    keys = venues.order_by().values("pk")
    squeezed = "".join(text.upper().split())
    return keys.filter(_begins(squeezed)).union(
        keys.filter(pk__in=_keys("makesafe_venues_near", squeezed))
    )


def postcode_likeness(text: str) -> Combinable:
    """How well a venue's postcode fits the whole of ``text``, spaces or not, 0 to 1."""
    squeezed = "".join(text.upper().split())
    return Greatest(
        Case(When(_begins(squeezed), then=Value(1.0)), default=Value(0.0)),
        TrigramSimilarity(F("squeezed_postcode"), squeezed),
        output_field=FloatField(),
    )


def _keys(function: str, text: str) -> RawSQL:
    return RawSQL(f"SELECT {function}(%s)", [text])  # noqa: S611 (the names are ours)


def _begins(code: str) -> Q:
    return Q(squeezed_postcode__startswith=code) & ~Q(postcode="")


def _begins_or_ends(word: str) -> Q:
    code = word.upper()
    return _begins(code) | Q(postcode__endswith=f" {code}")


def _slipped(word: str, name: str) -> Q:
    """That one slip makes ``word`` a part of the normal form ``name``; of short words alone."""
    if len(word) not in _FOR_A_SLIP:
        return Q(pk__in=[])
    # Whatever slipped, one half is as it was, or the two letters between them changed places. To
    # look for those costs little, and the expression is then asked of few.
    half = len(word) // 2
    left, right = word[:half], word[half:]
    swapped = left[:-1] + right[0] + left[-1] + right[1:]
    parts = (Q(**{f"{name}__contains": part}) for part in (left, right, swapped))
    return reduce(operator.or_, parts) & Q(**{f"{name}__regex": one_slip_from(word)})

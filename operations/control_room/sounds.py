"""Words as they are heard on a telephone: their sound, and numbers in words. Pure: no database.

Rough on purpose: what sounds alike is shown beside *treat as real*, and never names a place.
"""

import re
from functools import cache

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_TEENS = "sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
#: Words of numbers and their figures.
FIGURES = {word: number for number, word in enumerate(f"{_ONES} {_TEENS}".split(), start=1)}
FIGURES |= {word: number for number, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
WORDS = {str(number): word for word, number in FIGURES.items()}

#: How letters are said, one after the other: quay and key, knight and night, Brydes and Brides.
_SAID = (
    (r"^quay", "key"),
    (r"^kn|^gn", "n"),
    (r"^wr", "r"),
    (r"^wh", "w"),
    (r"^ps", "s"),
    (r"ph", "f"),
    (r"igh", "y"),
    (r"gh(?=t|$)", ""),
    (r"sch|sh", "S"),
    (r"tch|ch", "C"),
    (r"ck|q", "k"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"x", "ks"),
    (r"z", "s"),
    (r"dge?(?=$)", "j"),
    (r"mb(?=$)", "m"),
    (r"(?<=[^aeiou])e(?=s?$)", ""),
    (r"ey|ea|ee|ie|ei|i|y|e", "i"),
    (r"ou|ow|oo|oa|au|aw|o|u", "o"),
    (r"(.)\1+", r"\1"),
    (r"(?<=.)h", ""),
)


@cache
def sound(word: str) -> str:
    """Roughly how ``word``, in the normal form of names, is said."""
    said = word
    for letters, as_said in _SAID:
        said = re.sub(letters, as_said, said)
    return said


def sounds_like(one: str, other: str) -> bool:
    """Whether two words begin alike and are said alike."""
    return len(one) > 2 and len(other) > 2 and sound(one) == sound(other)


def has_bones_of(one: str, other: str) -> bool:
    """Whether two words begin alike and have the same consonants, three at least."""
    bones = re.sub("[aeiouy]", "", sound(one))
    return len(bones) > 2 and one[0] == other[0] and bones == re.sub("[aeiouy]", "", sound(other))


def figure_or_word(word: str) -> frozenset[str]:
    """The figure of a number in words, the words of a figure; nothing for anything else."""
    found = str(FIGURES[word]) if word in FIGURES else WORDS.get(word, "")
    return frozenset({found} if found else ())


def as_figures(text: str) -> str:
    """``text`` with the numbers that it has in words as figures: "sixty nine" is 69."""
    made: list[str] = []
    tens = 0
    for word in text.replace("-", " ").split():
        number = FIGURES.get(word.lower(), 0)
        if tens and 0 < number < 10:
            made[-1] = str(tens + number)
        else:
            made.append(str(number) if number else word)
        tens = number if number >= 20 else 0
    return " ".join(made)

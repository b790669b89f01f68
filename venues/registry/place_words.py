"""Words of names and addresses that tell no place from another, and how people shorten streets.

Imports no Django: pure rules use it.
"""

from collections.abc import Iterable

#: Words that many places share.
SHARED = frozenset(
    "a and apartment apartments at b bar bed breakfast by court for guest hall hostel hotel hotels"
    " house in inn lodge motel of on pub rooms saint suites the with".split()
)
#: How people shorten the words of an address. *St* is *saint* in the normal form.
SHORT = {"saint": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane"}
SHORT |= {"sq": "square", "pl": "place", "cres": "crescent", "ter": "terrace", "gdns": "gardens"}


def in_full(words: Iterable[str]) -> list[str]:
    """``words`` without the short forms of streets. *St* is a street here whatever it means."""
    return [SHORT.get(word, word) for word in words]

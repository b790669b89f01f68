"""Draw order: who comes first, from a seed and a venue's number alone.

Each venue gets a ticket, the SHA-256 of ``seed:number``, written in hexadecimal. The venues of a
stratum stand in the order of their tickets: the first are the sample, those after them the
reserves.

SHA-256 behaves as if each of its answers were 256 bits of chance, so that every order of the venues
is as likely as any other, and so is each sample of a size. Two equal tickets would take some 2¹²⁸
venues. No generator is needed that another language lacks, nobody has to repeat a
shuffle step by step, and a venue's ticket does not hang on who else is in the frame.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from operations.sampling.frames import Line


@dataclass(frozen=True)
class Share:
    """What is to be drawn from one stratum."""

    stratum: str
    size: int
    """How many venues it has."""

    sample: int
    reserves: int = 0


@dataclass(frozen=True)
class Drawn:
    """A venue that was drawn."""

    number: int
    stratum: str
    place: int
    """In the draw order of its stratum, from 1."""

    is_reserve: bool


def ticket(seed: str, number: int) -> str:
    """What a venue is ordered by."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


def in_draw_order(seed: str, numbers: Iterable[int]) -> list[int]:
    """The venues of these numbers in the order in which chance takes them."""
    return sorted(numbers, key=lambda number: (ticket(seed, number), number))


def drawn(frame: Sequence[Line], shares: Iterable[Share], seed: str) -> list[Drawn]:
    """The sample and the reserves of each stratum, in draw order."""
    found = []
    for share in shares:
        numbers = in_draw_order(seed, (x.number for x in frame if x.stratum == share.stratum))
        taken = numbers[: share.sample + share.reserves]
        found += [
            Drawn(number, share.stratum, place, place > share.sample)
            for place, number in enumerate(taken, start=1)
        ]
    return found

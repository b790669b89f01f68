"""Frames: the venues that a sample is taken from, as text whose digest can be committed.

A line for each venue, by its number: the number, the stratum, the name and the postcode, a tab
between them and a line feed after each line, in UTF-8. Whoever has the text can work out the
digest (SHA-256) with any tool, and read it in ten years.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Line:
    """One venue of a frame."""

    number: int
    """The venue's own number in the registry."""

    stratum: str = ""
    name: str = ""
    postcode: str = ""

    def __post_init__(self) -> None:
        """Refuse what would read as two lines or as another column."""
        if any(mark in word for word in self.words for mark in "\t\n\r"):
            raise ValueError("A word of a frame holds no tab and no line break.")

    @property
    def words(self) -> tuple[str, str, str]:
        """What stands beside the number, in the order of the text."""
        return (self.stratum, self.name, self.postcode)


def encode(lines: Iterable[Line]) -> str:
    """The frame as text. The same venues give the same text, in whatever order they come.

    Raises:
        ValueError: a venue stands in it twice.

    """
    frame = sorted(lines)
    if len({line.number for line in frame}) < len(frame):
        raise ValueError("A venue is in a frame once.")
    return "".join("\t".join([str(line.number), *line.words]) + "\n" for line in frame)


def decode(text: str) -> list[Line]:
    """The lines of a frame's text."""
    found = []
    for line in text.split("\n")[:-1]:
        number, stratum, name, postcode = line.split("\t")
        found.append(Line(int(number), stratum, name, postcode))
    return found


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def sizes(lines: Sequence[Line]) -> dict[str, int]:
    """How many venues each stratum has, by name."""
    counted = Counter(line.stratum for line in lines)
    return {name: counted[name] for name in sorted(counted)}

"""Rows and states that the components of pages show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tag:
    """A state in a word or two, as templates/components/tag.html shows it."""

    label: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One fact, as templates/components/summary_list.html shows it."""

    key: str
    value: str
    url: str = ""
    action: str = ""

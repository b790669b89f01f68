"""Filters of a dashboard: which visits its reader asked for, and how that is said."""

import datetime as dt
from dataclasses import dataclass

from govuk.dates import plain_time
from operations.models import Operation, Scenario, Selection
from venues.models import CommandUnit


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; None means all."""

    since: dt.date | None = None
    until: dt.date | None = None
    operation: Operation | None = None
    command_unit: CommandUnit | None = None
    scenario: Scenario | None = None
    selection: Selection = Selection.RANDOM
    """Only visits drawn by chance speak for all venues, so no figure mixes them with others."""

    def in_words(self) -> str:
        """Which visits these are, for the head of the page and each line of a file."""
        return ", ".join([self.selection.label, *self._narrowed_to()])

    def in_words_of_every_selection(self) -> str:
        """The same where visits count however their venue was chosen."""
        return ", ".join(["However the venue was chosen", *self._narrowed_to()])

    def of_follow_ups_in_words(self, *, on: dt.date) -> str:
        """Which follow-ups are open on the day ``on``: no other filter narrows them."""
        day = plain_time(on)
        parts = [
            f"Open on {day}",
            "whenever the visit was",
            "however the venue was chosen",
            "whatever the scenario version",
        ]
        parts += [str(part) for part in (self.command_unit, self.operation) if part]
        return ", ".join(parts)

    def _narrowed_to(self) -> list[str]:
        parts = []
        if self.since:
            parts.append(f"from {plain_time(self.since)}")
        if self.until:
            parts.append(f"until {plain_time(self.until)}")
        parts += [str(part) for part in (self.command_unit, self.operation, self.scenario) if part]
        return parts

"""Strata: by what the venues of a frame can be divided, and the frame of a choice of venues."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from operations.sampling.frames import Line
from venues.models import Venue, VenueQuerySet
from venues.training.validity import TrainingState


@dataclass(frozen=True)
class Aspect:
    """Something that venues differ in."""

    label: str
    column: str
    """Of a venue that is annotated with its training."""

    missing: str = "Not known"
    """What is said of a venue without."""


ASPECTS = {
    "unit": Aspect("Command unit", "local_authority__command_unit__name", "No command unit"),
    "authority": Aspect("Local authority", "local_authority__name"),
    "kind": Aspect("Kind", "kind"),
    "group": Aspect("Venue group", "group__name", "No group"),
    "training": Aspect("Training", "training_state"),
}

#: The words of what the database keeps in a word of ours.
WORDS = {"kind": dict(Venue.Kind.choices), "training": dict(TrainingState.choices)}


def frame_of(venues: VenueQuerySet, aspects: Collection[str], *, on: dt.date) -> list[Line]:
    """A line for each of ``venues``, with its stratum on the day ``on``."""
    wanted = [name for name in ASPECTS if name in aspects]
    rows = venues.with_training(on=on).order_by("pk")
    columns = [ASPECTS[name].column for name in wanted]
    return [
        Line(number, _stratum(wanted, values), name, postcode)
        for number, name, postcode, *values in rows.values_list("pk", "name", "postcode", *columns)
    ]


def _stratum(aspects: Collection[str], values: Collection[str | None]) -> str:
    said = []
    for name, value in zip(aspects, values, strict=True):
        said.append(WORDS.get(name, {}).get(value or "", value) or ASPECTS[name].missing)
    return " / ".join(str(word) for word in said)

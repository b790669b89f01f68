"""Aspects of a venue that an import keeps up to date."""

from decimal import Decimal
from typing import Any

from venues.models import Venue

#: Each aspect and the columns that hold it. An import takes an aspect over whole or not at all, and
#: one of whose fields a person has edited (`Venue.edited_by_hand`) is left alone.
ASPECTS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "address": ("address",),
    "postcode": ("postcode",),
    "point": ("latitude", "longitude"),
    "authority": ("local_authority_id",),
}


def fields_of(aspect: str) -> set[str]:
    """The names of the model's fields, as a form and `Venue.edited_by_hand` have them."""
    return {column.removesuffix("_id") for column in ASPECTS[aspect]}


def stored(venue: Venue, aspect: str) -> list[Any]:
    """The values of the aspect's columns as JSON can hold them."""
    values = [getattr(venue, column) for column in ASPECTS[aspect]]
    return [str(value) if isinstance(value, Decimal) else value for value in values]


def put(venue: Venue, aspect: str, values: list[Any]) -> None:
    """Give a venue the values that :func:`stored` gave of another."""
    for column, value in zip(ASPECTS[aspect], values, strict=True):
        setattr(venue, column, Decimal(value) if value and aspect == "point" else value)


def shown(venue: Venue, aspect: str) -> str:
    """The aspect in words for a report."""
    if aspect == "authority":
        return venue.local_authority.name
    if aspect == "address":
        return ", ".join(venue.address.splitlines())
    return ", ".join(str(value) for value in stored(venue, aspect) if value is not None)


def value(venue: Venue, aspect: str) -> dict[str, Any]:
    """The aspect as a person reads it and as it is stored."""
    return {"shown": shown(venue, aspect), "stored": stored(venue, aspect)}

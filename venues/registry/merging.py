"""Merging: two entries of one place become one.

Everything that hangs on the duplicate moves to the venue that is kept: training, contacts, food
hygiene ids, and what other apps keep about venues (visits, the choice of venues for operations).
Those apps must not be imported here, so the relations are found by asking the model which rows
point to it: a relation that is added later moves too. ``tests/venues/registry/test_actions.py``
names those there are.

What the two say is joined. Where both say something and it is not the same, that is a conflict, on
which a person decides before.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F

from accounts.acts.refusals import refuse
from accounts.acts.undo import undoable
from accounts.database import scope
from accounts.models import User
from venues.imports import spelling
from venues.imports.aspects import ASPECTS, fields_of, shown, stored
from venues.imports.changes import same
from venues.imports.lock import wait_for_imports
from venues.models import HygieneId, Venue, VenueContact
from venues.registry.actions import IMPORTED, POINT, may_move, may_take_back
from venues.training.actions import settle_sessions_of

BOTH = "both"
"""The choice to keep what both contacts say, one after the other."""

_BETWEEN = " / "


@dataclass(frozen=True)
class Conflict:
    """One thing that the two entries say differently, and the choices there are."""

    field: str
    """As :func:`merge_venues` takes the choice."""
    label: str
    choices: tuple[tuple[str, str], ...]
    """The key of the venue whose value it is, or `BOTH`; and the value in words."""


@dataclass(frozen=True)
class _Part:
    """Some fields of a venue that say one thing together."""

    label: str
    fields: tuple[str, ...]

    def says(self, venue: Venue) -> bool:
        """Whether the venue says anything about it."""
        values = [getattr(venue, name) for name in self.fields]
        return any(each not in (None, "", Venue.Kind.UNKNOWN) for each in values)

    def shown(self, venue: Venue) -> str:
        """What the venue says, in words."""
        return ", ".join(str(getattr(venue, name)) for name in self.fields)

    def same(self, one: Venue, other: Venue) -> bool:
        """Whether both say the same."""
        return all(getattr(one, name) == getattr(other, name) for name in self.fields)


class _Aspect(_Part):
    """What imports keep up to date, compared as they do."""

    @property
    def _name(self) -> str:
        return next(name for name in ASPECTS if fields_of(name) == set(self.fields))

    def shown(self, venue: Venue) -> str:
        return shown(venue, self._name)

    def same(self, one: Venue, other: Venue) -> bool:
        return same(self._name, stored(one, self._name), stored(other, self._name))


class _Closing(_Part):
    """Whether the place is in business: an open entry says so too."""

    def says(self, venue: Venue) -> bool:
        return True

    def shown(self, venue: Venue) -> str:
        return f"Closed: {venue.closed_reason}" if venue.closed_on else "Open"


#: All that two entries may say differently. Notes are joined; the rest is bookkeeping.
PARTS: dict[str, _Part] = {
    "name": _Aspect("Name", ("name",)),
    "kind": _Part("Kind of place", ("kind",)),
    "address": _Aspect("Address", ("address",)),
    "postcode": _Aspect("Postcode", ("postcode",)),
    "local_authority": _Aspect("Local authority", ("local_authority",)),
    "point": _Aspect("Map point", ("latitude", "longitude")),
    "group": _Part("Venue group", ("group",)),
    "closed": _Closing("Open or closed", ("closed_on", "closed_reason")),
}

#: What two contacts of one address may say differently.
CONTACT_FIELDS = {"name": "Name", "job_title": "Job title", "phone": "Telephone number"}


def conflicts(one: Venue, other: Venue) -> list[Conflict]:
    """What a person has to choose before the two become one.

    Visits are left out on purpose: a planned one would show.
    """
    found = [
        Conflict(name, part.label, tuple((str(each.pk), part.shown(each)) for each in (one, other)))
        for name, part in PARTS.items()
        if _in_conflict(part, one, other)
    ]
    for mine, theirs in _doubled_contacts(one, other):
        for field, label in CONTACT_FIELDS.items():
            choices = _contact_choices(mine, theirs, field)
            if len(choices) > 1:
                name = _contact_field(mine, theirs, field)
                found.append(Conflict(name, f"{label} of the contact {mine.email}", choices))
    return found


def _merged(records: Sequence[models.Model]) -> str:
    """The entry that became part of the other."""
    return next(str(record) for record in records if getattr(record, "merged_into_id", None))


@undoable(
    "The two entries stand apart again.",
    may=may_take_back,
    within=dt.timedelta(days=7),
    shown_on="keep",
    names=_merged,
    moves="venue_id",  # a visit that moved along may change since; refusing would tell of it
    instead="Edit the entry, and add the other anew.",
)
@transaction.atomic
@scope.all_units()
def merge_venues(
    *, keep: Venue, duplicate: Venue, choices: Mapping[str, str] | None = None, by: User
) -> Venue:
    """Make ``duplicate`` part of ``keep``, which gets all that hung on it.

    What the kept venue does not know it takes from the duplicate; notes are joined. Contacts with
    the same address become one, with what either said, and with reminders if either had them. Where
    both had the choice of an operation, it stays once. The kept venue has the food hygiene ids of
    both; what their records say now is no news to later imports, so that a choice made here stands
    until a record changes. The duplicate remains as an empty entry that points to the kept one, so
    that old links work.

    Visits move too, whoever may see them, also one that is planned or under way: the place stays
    the same. Refusing would tell whoever merges that there is such a visit, and it is covert. A
    session of one entry may have settled what is open at the other: that is settled anew.

    Args:
        keep: The entry that stays.
        duplicate: The one that becomes part of it.
        choices: For each of :func:`conflicts` the key of the venue whose value is right, or `BOTH`.
            Without one the kept venue's value stays; of contacts nothing is lost.
        by: Who merges.

    Raises:
        PermissionDenied: one of the two belongs to a command unit that is not theirs.
        Refused: the two are the same entry, one of them was merged before (which also
            rules out circles), or what hangs on the duplicate would come into a command unit that
            may not have it.

    """
    if keep.pk == duplicate.pk:
        raise refuse("duplicate", "Choose another venue: this is the same entry.")
    wait_for_imports()
    both = (
        Venue.objects.select_for_update(no_key=True)
        .filter(pk__in=[keep.pk, duplicate.pk])
        .order_by("pk")
    )
    venues = {venue.pk: venue for venue in both}
    keep, duplicate = venues[keep.pk], venues[duplicate.pk]
    for venue in (keep, duplicate):
        if venue.merged_into_id is not None:
            raise refuse("venue", f"{venue} was merged into another venue already.")
    if Venue.objects.changeable_by(by).filter(pk__in=venues).count() < len(venues):
        raise PermissionDenied
    chosen = choices or {}
    home = duplicate if chosen.get("local_authority") == str(duplicate.pk) else keep
    for venue in (keep, duplicate):
        if not may_move(venue.local_authority, home.local_authority, by=by):
            raise refuse(
                "venue",
                f"Only somebody who sees the whole force can merge {venue} into the command unit "
                f"of {home}. Ask an administrator who that is.",
            )
    scope.set_reason("Two entries of one place became one")
    _join_contacts(keep, duplicate, chosen)
    _join_ids(keep, duplicate)
    _join(keep, duplicate, chosen)
    for relation in Venue._meta.related_objects:
        # Many-to-many relations move by the rows of their own table.
        if relation.one_to_many:
            _move(relation.related_model, relation.field.name, keep, duplicate)
    settle_sessions_of(keep, by=by)
    return keep


def _in_conflict(part: _Part, one: Venue, other: Venue) -> bool:
    return part.says(one) and part.says(other) and not part.same(one, other)


# Contacts ---------------------------------------------------------------------------------------


def _doubled_contacts(one: Venue, other: Venue) -> Iterator[tuple[VenueContact, VenueContact]]:
    """The pairs of contacts of one address, the first venue's first."""
    theirs = {contact.email.lower(): contact for contact in other.contacts.all() if contact.email}
    for contact in one.contacts.all():
        if contact.email and (double := theirs.pop(contact.email.lower(), None)):
            yield contact, double


def _contact_field(one: VenueContact, other: VenueContact, field: str) -> str:
    """The name of a choice, the same whichever of the two entries stays."""
    first, second = sorted((one.pk, other.pk))
    return f"contact_{first}_{second}_{field}"


def _contact_choices(
    one: VenueContact, other: VenueContact, field: str
) -> tuple[tuple[str, str], ...]:
    """What a field of the joined contact can say: `BOTH` first, where there is room for it."""
    said = {str(each.venue_id): value for each in (one, other) if (value := getattr(each, field))}
    if len(said) == 2 and spelling.same_words(*said.values()):
        said.popitem()
    both = _BETWEEN.join(said.values())
    longest: int = VenueContact._meta.get_field(field).max_length  # type: ignore[union-attr,assignment]
    offered = [(BOTH, both)] if len(said) == 2 and len(both) <= longest else []
    return (*offered, *said.items())


def _join_contacts(keep: Venue, duplicate: Venue, choices: Mapping[str, str]) -> None:
    """Nobody gets each message twice, and nobody loses them."""
    for kept, doubled in _doubled_contacts(keep, duplicate):
        for field in CONTACT_FIELDS:
            offered = dict(_contact_choices(kept, doubled, field))
            wanted = choices.get(_contact_field(kept, doubled, field), "")
            if offered:
                first = next(iter(offered.values()))
                setattr(kept, field, offered.get(wanted, first))
        kept.gets_reminders = kept.gets_reminders or doubled.gets_reminders
        kept.claim(kept.version)
        doubled.delete()
        kept.save()


def _move(model: type[models.Model], field: str, keep: Venue, duplicate: Venue) -> None:
    """Point the rows of ``model`` to ``keep``, but drop those that it has already."""
    rows = model._base_manager.filter(**{field: duplicate.pk})
    for others in _unique_with(model, field):
        kept = model._base_manager.filter(**{field: keep.pk}).values_list(*others)
        for values in kept:
            rows.filter(**dict(zip(others, values, strict=True))).delete()
    rows.update(**{field: keep.pk})


def _unique_with(model: type[models.Model], field: str) -> list[list[str]]:
    """For each rule that ``field`` is unique with other fields, the names of those others."""
    rules = [
        # Declared by names or by expressions, of which those that are names count.
        rule.fields or [part.name for part in rule.expressions if isinstance(part, F)]  # type: ignore[attr-defined]
        for rule in model._meta.constraints
        if isinstance(rule, models.UniqueConstraint) and rule.condition is None
    ]
    return [[name for name in rule if name != field] for rule in rules if field in rule]


# The entries themselves -------------------------------------------------------------------------


def _join_ids(keep: Venue, duplicate: Venue) -> None:
    """Note what the record of each id says now, and let one lead. They move with all else."""
    keys = list(
        HygieneId.objects.filter(venue__in=[keep, duplicate]).select_for_update(no_key=True)
    )
    kept_leads = any(key.leads and key.venue_id == keep.pk for key in keys)
    for key in keys:
        entry = keep if key.venue_id == keep.pk else duplicate
        key.known = {aspect: stored(entry, aspect) for aspect in ASPECTS} | key.known
        key.leads = key.leads and (entry is keep or not kept_leads)
        key.save()


def _join(keep: Venue, duplicate: Venue, choices: Mapping[str, str]) -> None:
    """Give ``keep`` what was chosen and what only the duplicate knew, and end the duplicate."""
    for venue in (keep, duplicate):
        venue.claim(venue.version)
    by_hand: set[str] = set()
    from_data = {entry.pk for entry in (keep, duplicate) if entry.hygiene_ids.exists()}
    for name, part in PARTS.items():
        conflict = _in_conflict(part, keep, duplicate)
        wanted = conflict and choices.get(name) == str(duplicate.pk)
        source = duplicate if wanted or not part.says(keep) else keep
        by_hand |= set(part.fields) & set(source.edited_by_hand)
        if from_data and source.pk not in from_data and not part.same(keep, duplicate):
            by_hand |= set(part.fields)  # people said so, and imports lead the kept venue from now
        if source is duplicate:
            for field in part.fields:
                setattr(keep, field, getattr(duplicate, field))
    if by_hand & POINT:
        by_hand |= POINT
    keep.edited_by_hand = [name for name in IMPORTED if name in by_hand]
    keep.notes = _joined_notes(keep, duplicate)
    duplicate.merged_into = keep
    duplicate.save()
    keep.save()


def _joined_notes(keep: Venue, duplicate: Venue) -> str:
    """The notes of both, once where they are the same."""
    notes = dict.fromkeys(filter(None, [keep.notes, duplicate.notes]))
    return "\n".join(notes)

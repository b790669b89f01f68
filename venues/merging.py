"""Two entries of one place become one.

Everything that hangs on the duplicate moves to the venue that is kept: training, contacts, and what
other apps keep about venues (visits, the choice of venues for operations). Those apps must not be
imported here, so the relations are found by asking the model which rows point to it: a relation
that is added later moves too. ``tests/venues/test_actions.py`` names those there are.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F

from accounts import scope
from accounts.models import User
from venues.actions import IMPORTED, POINT, may_move
from venues.import_lock import wait_for_imports
from venues.models import Venue, VenueContact

#: What the kept venue takes from the duplicate where it says nothing itself.
FILLED = ("group", "address", "postcode")


@transaction.atomic
@scope.all_units()
def merge_venues(*, keep: Venue, duplicate: Venue, by: User) -> Venue:
    """Make ``duplicate`` part of ``keep``, which gets all that hung on it.

    What the kept venue does not know (group, address, postcode, point, kind, food hygiene id) it
    takes from the duplicate; notes are joined. Where one of the two had the choice of an operation
    or a contact with the same address already, it stays once. The duplicate remains as an empty
    entry that points to the kept one, so that old links work.

    Visits move too, whoever may see them, also one that is planned or under way: the place stays
    the same. Refusing would tell whoever merges that there is such a visit, and it is covert.

    Raises:
        PermissionDenied: one of the two belongs to a command unit that is not theirs.
        ValidationError: the two are the same entry, one of them was merged before (which also
            rules out circles), or what hangs on the duplicate would come into a command unit that
            may not have it.

    """
    if keep.pk == duplicate.pk:
        raise ValidationError("Choose another venue: this is the same entry.")
    wait_for_imports()
    both = Venue.objects.select_for_update().filter(pk__in=[keep.pk, duplicate.pk]).order_by("pk")
    venues = {venue.pk: venue for venue in both}
    keep, duplicate = venues[keep.pk], venues[duplicate.pk]
    for venue in (keep, duplicate):
        if venue.merged_into_id is not None:
            raise ValidationError(f"{venue} was merged into another venue already.")
    if Venue.objects.changeable_by(by).filter(pk__in=venues).count() < len(venues):
        raise PermissionDenied
    if not may_move(duplicate.local_authority, keep.local_authority, by=by):
        raise ValidationError(
            f"Only somebody who sees the whole force can merge {duplicate} into the command unit "
            f"of {keep}. Ask an administrator who that is."
        )
    scope.because("Two entries of one place became one")
    _drop_known_contacts(keep, duplicate)
    for relation in Venue._meta.related_objects:
        # Many-to-many relations move by the rows of their own table.
        if relation.one_to_many:
            _move(relation.related_model, relation.field.name, keep, duplicate)
    _complete(keep, duplicate)
    return keep


def _drop_known_contacts(keep: Venue, duplicate: Venue) -> None:
    """Nobody gets each reminder twice."""
    known = {email.lower() for email in keep.contacts.values_list("email", flat=True) if email}
    doubled = [contact.pk for contact in duplicate.contacts.all() if contact.email.lower() in known]
    VenueContact.objects.filter(pk__in=doubled).delete()


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


def _complete(keep: Venue, duplicate: Venue) -> None:
    """Give ``keep`` what only the duplicate knew, and end the duplicate."""
    chosen = {name for name in IMPORTED if getattr(keep, name) != getattr(duplicate, name)}
    for name in FILLED:
        if not getattr(keep, name):
            setattr(keep, name, getattr(duplicate, name))
    if keep.latitude is None:
        keep.latitude, keep.longitude = duplicate.latitude, duplicate.longitude
    if keep.kind == Venue.Kind.UNKNOWN:
        keep.kind = duplicate.kind
    keep.notes = "\n".join(filter(None, [keep.notes, duplicate.notes]))
    for venue in (keep, duplicate):
        venue.claim(venue.version)
    if keep.fhrsid is None and duplicate.fhrsid is not None:
        # From now on imports lead the kept venue, but what it says itself a person has chosen.
        keep.fhrsid, duplicate.fhrsid = duplicate.fhrsid, None
        own = {name for name in chosen if getattr(keep, name) != getattr(duplicate, name)}
        own |= POINT if own & POINT else set()
        keep.edited_by_hand = [name for name in IMPORTED if name in own]
    duplicate.merged_into = keep
    duplicate.save()
    keep.save()

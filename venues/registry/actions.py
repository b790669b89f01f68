"""Acts on the registry: add, edit and close venues, keep contacts.

A venue is locked before anything that hangs on it changes. People change the venues of their own
command units: for others an act raises ``PermissionDenied``, since whoever could move a venue into
their unit would see the visits that are planned there.
"""

import copy
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NotRequired, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, refuse, refuse_if_any
from accounts.acts.undo import undoable
from accounts.database import scope
from accounts.database.locks import one_at_a_time
from accounts.models import User
from accounts.roles import CHANGE_VENUES
from govuk.dates import plain_time
from govuk.texts import one_line
from venues.models import LocalAuthority, Venue, VenueContact, VenueGroup
from venues.registry.names import normal_name
from venues.registry.postcodes import in_the_united_kingdom, normalise_postcode
from venues.registry.telephones import NOT_A_NUMBER, is_number

#: The fields that an import of open data writes. One that a person has changed is theirs.
IMPORTED = ("name", "address", "postcode", "latitude", "longitude", "local_authority")
#: An import takes a point over whole or not at all.
POINT = frozenset({"latitude", "longitude"})


class VenueFields(TypedDict):
    """What people say about a venue."""

    name: str
    kind: str
    group: VenueGroup | None
    new_group: NotRequired[str]
    """The name of the group instead, where it may be a new one."""
    local_authority: LocalAuthority
    address: str
    postcode: str
    latitude: Decimal | None
    longitude: Decimal | None
    notes: str


def may_take_back(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back an act on venues that changed these records."""
    named = [r.pk if isinstance(r, Venue) else getattr(r, "venue_id", None) for r in records]
    keys = {key for key in named if key is not None}
    return Venue.objects.changeable_by(by).filter(pk__in=keys).count() == len(keys)


# Venues -----------------------------------------------------------------------------------------


@undoable(
    "The venue is out of the registry again.",
    may=may_take_back,
    back="venues:venue_list",
    instead="Close the venue, or merge it with the entry that stays.",
)
@transaction.atomic
def add_venue(*, by: User, another: bool = False, **fields: Unpack[VenueFields]) -> Venue:
    """Put a venue into the registry.

    Args:
        by: Who adds it.
        another: Also where one of that name and postcode is there: it is another venue.
        fields: What is said of it.

    Raises:
        PermissionDenied: ``by`` changes no venues.
        Refused: the authority belongs to a command unit that is not theirs, the postcode or
            the point makes no sense, or a required field is empty. About ``another`` where that has
            to be confirmed.

    """
    require(by, CHANGE_VENUES)
    authority = fields["local_authority"]
    if not LocalAuthority.objects.changeable_by(by).filter(pk=authority.pk).exists():
        raise refuse(
            "local_authority",
            f"Only somebody of {authority.command_unit} or of the whole force can add a venue "
            "there. Choose another authority, or ask them.",
        )
    # From whoever adds the same just now, under whatever authority.
    one_at_a_time(f"venues.add {normal_name(fields['name'])}")
    venue = Venue()
    changed = _change(venue, fields)
    problems = [] if another else _problems_of_twin(fields, by)
    refuse_if_any(problems + _problems_of_place(venue, changed), venue)
    venue.save()
    return venue


def twin_of(fields: Mapping[str, Any], *, by: User) -> Venue | None:
    """The venue that the registry has of this name at this postcode, or without one in this area.

    ``fields`` may lack some; without a name there is none.
    """
    name, postcode = fields.get("name"), _printed(fields.get("postcode") or "")
    if not name:
        return None
    alike = Venue.objects.visible_to(by).unmerged()
    alike = alike.filter(normal_name=normal_name(name), postcode=postcode)
    if not postcode:
        alike = alike.filter(local_authority=fields.get("local_authority"))
    return alike.order_by("closed_on", "pk").first()


def _problems_of_twin(fields: VenueFields, by: User) -> list[Problem]:
    """Whether the registry has the venue already, which the page links to."""
    twin = twin_of(fields, by=by)
    if twin is None:
        return []
    where = f"at {twin.one_line_address}" if twin.one_line_address else f"in {twin.local_authority}"
    closed = f" It closed on {plain_time(twin.closed_on)}." if twin.closed_on else ""
    said = (
        f"The registry has {twin} {where} already.{closed} If this is that venue, open it instead. "
        "If it is another one, confirm it."
    )
    return [Problem("another", said)]


@undoable("The venue says again what it said before.", may=may_take_back)
@transaction.atomic
def edit_venue(*, venue: Venue, version: int, by: User, **fields: Unpack[VenueFields]) -> Venue:
    """Change what is said about a venue.

    What an import would overwrite is noted as edited by hand, if it changed: the next import then
    leaves it alone and lists the difference.

    Args:
        venue: The venue.
        version: The version that the person had in front of them.
        by: Who changes it.
        fields: What it shall say from now on.

    Raises:
        PermissionDenied: it belongs to a command unit that is not theirs.
        EditConflictError: somebody else saved it meanwhile.
        Refused: it was merged, it would move to a command unit that may not have it, the
            postcode or the point makes no sense, or a required field is empty.

    """
    venue = lock_to_change(venue, by=by)
    venue.claim(version)
    problems = []
    if not may_move(venue.local_authority, fields["local_authority"], by=by):
        said = (
            "Only somebody who sees the whole force can bring a venue into this command unit. Ask "
            "an administrator who that is."
        )
        problems = [Problem("local_authority", said)]
    changed = _change(venue, fields)
    if venue.fhrsid is not None:
        _keep_from_imports(venue, changed)
    refuse_if_any(problems + _problems_of_place(venue, changed), venue)
    venue.save()
    return venue


def lock(venue: Venue) -> Venue:
    """The venue as it stands now, kept from other people's acts until the transaction ends.

    Raises:
        Refused: it was merged into another, so nothing may change here any more.

    """
    venue = Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)
    if venue.merged_into_id is not None:
        raise refuse("venue", "This venue was merged into another. Open that one instead.")
    return venue


def lock_to_change(venue: Venue, *, by: User) -> Venue:
    """The same for somebody who is about to change it.

    Raises:
        PermissionDenied: it belongs to a command unit that is not theirs.
        Refused: it was merged into another.

    """
    venue = lock(venue)
    if not Venue.objects.changeable_by(by).filter(pk=venue.pk).exists():
        raise PermissionDenied
    return venue


def may_move(here: LocalAuthority, there: LocalAuthority, *, by: User) -> bool:
    """Whether this person may bring a venue from one authority into another.

    From one command unit to another (or from none into one) only those do it who see what is
    planned in the first: the planners of the second will.
    """
    if by.whole_force or here.command_unit_id == there.command_unit_id:
        return True
    return by.command_units.filter(local_authorities=here).exists()


def _change(venue: Venue, fields: VenueFields) -> set[str]:
    """Set ``fields``, the postcode in its printed form; return the names of those that changed."""
    wanted: dict[str, object] = {
        **fields,
        "address": _lines(fields["address"]),
        "postcode": _printed(fields["postcode"]),
    }
    if new_group := wanted.pop("new_group", ""):
        wanted["group"] = _group_named(str(new_group))
    # A new venue has no authority yet: None instead of an error.
    changed = {name for name, value in wanted.items() if getattr(venue, name, None) != value}
    for name, value in wanted.items():
        setattr(venue, name, value)
    return changed


NO_POSTCODE = (
    "Enter a whole postcode, such as WC1E 6HJ, or its first half if the rest is not known."
)
ELSEWHERE = (
    "This point is not in the United Kingdom. Check that latitude and longitude are not swapped."
)


def problems_of_place(venue: Venue, fields: Mapping[str, Any]) -> list[Problem]:
    """What would make no sense of where ``venue`` is if it said ``fields``, which may lack some."""
    wanted = copy.copy(venue)
    changed = set()
    for name in ("postcode", "latitude", "longitude"):
        value = _printed(fields.get(name, "")) if name == "postcode" else fields.get(name)
        if name in fields and getattr(venue, name) != value:
            setattr(wanted, name, value)
            changed.add(name)
    # Half a point is no news where the other half could not be read.
    changed -= set() if fields.keys() >= POINT else POINT
    return _problems_of_place(wanted, changed)


def _problems_of_place(venue: Venue, changed: Collection[str]) -> list[Problem]:
    """What makes no sense of where a venue is, of what has ``changed``.

    What came with the open data may be odd and stays until somebody changes it.
    """
    problems = []
    if "postcode" in changed and not _is_postcode(venue.postcode):
        problems.append(Problem("postcode", NO_POSTCODE))
    if not POINT & set(changed) or (venue.latitude is None and venue.longitude is None):
        return problems
    if venue.latitude is None or venue.longitude is None:
        name = "latitude" if venue.latitude is None else "longitude"
        problems.append(Problem(name, f"Enter the {name} too, or leave both empty."))
    elif not in_the_united_kingdom(venue.latitude, venue.longitude):
        problems.append(Problem("latitude", ELSEWHERE))
    return problems


def _group_named(name: str) -> VenueGroup:
    """The venue group of this name however it is written, new if there is none yet."""
    name = " ".join(name.split())
    group, _ = VenueGroup.objects.get_or_create(
        name__normal=normal_name(name), defaults={"name": name}
    )
    return group


def _lines(text: str) -> str:
    """One part of the address a line, as an import writes it: browsers send other line ends."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _printed(postcode: str) -> str:
    return normalise_postcode(postcode) or " ".join(postcode.upper().split())


def _is_postcode(text: str) -> bool:
    """Whether it is empty, a whole postcode or the first half of one."""
    return not text or bool(normalise_postcode(text) or normalise_postcode(text + "1AA"))


def _keep_from_imports(venue: Venue, changed: Iterable[str]) -> None:
    by_hand = {*venue.edited_by_hand, *changed} & set(IMPORTED)
    if by_hand & POINT:
        by_hand |= POINT
    venue.edited_by_hand = [name for name in IMPORTED if name in by_hand]


@undoable("The venue is open again.", may=may_take_back, instead="Reopen it on its page.")
@transaction.atomic
def close_venue(*, venue: Venue, on: dt.date, reason: str, by: User, at: dt.datetime) -> None:
    """Record that a venue closed on the day ``on``, and why. It keeps its history.

    Raises:
        PermissionDenied: it belongs to a command unit that is not theirs.
        Refused: no reason, a day in the future, or it is closed or merged already.

    """
    venue = lock_to_change(venue, by=by)
    if venue.closed_on:
        raise refuse("venue", f"This venue was closed already, on {plain_time(venue.closed_on)}.")
    problems = problems_of_day("on", on, at=at)
    refuse_if_any(problems + problems_of_reason(reason))
    scope.set_reason(one_line(reason))
    venue.claim(venue.version)
    venue.closed_on, venue.closed_reason = on, one_line(reason)
    venue.save()


@undoable("The venue is closed again.", may=may_take_back, instead="Close it on its page.")
@transaction.atomic
def reopen_venue(*, venue: Venue, on: dt.date, reason: str, by: User, at: dt.datetime) -> None:
    """Record that a closed venue is open again from the day ``on``, and why.

    When it was closed and opened goes into the notes, since the venue itself says only how it
    stands now.

    Raises:
        PermissionDenied: it belongs to a command unit that is not theirs.
        Refused: no reason, a day in the future or before it closed, or it is open already.

    """
    venue = lock_to_change(venue, by=by)
    if venue.closed_on is None:
        raise refuse("venue", "This venue is open already.")
    problems = problems_of_day("on", on, at=at) + problems_of_reason(reason)
    if on < venue.closed_on:
        problems.append(
            Problem("on", f"It closed on {plain_time(venue.closed_on)}: enter a later day.")
        )
    refuse_if_any(problems)
    closed = f"Closed on {plain_time(venue.closed_on)}: {venue.closed_reason}."
    scope.set_reason(one_line(reason))
    venue.claim(venue.version)
    venue.notes = _joined(
        venue.notes, f"{closed} Open again from {plain_time(on)}: {one_line(reason)}."
    )
    venue.closed_on, venue.closed_reason = None, ""
    venue.save()


# Contacts ---------------------------------------------------------------------------------------


def _contact(records: Sequence[models.Model]) -> str:
    """The name of the one contact that an act was about."""
    return next(str(record) for record in records if isinstance(record, VenueContact))


@undoable(
    lambda contact: (
        "The contact is off the record again."
        if contact.version == 1
        else "The contact is as it was before."
    ),
    may=may_take_back,
    shown_on="venue",
    names=_contact,
)
@transaction.atomic
def save_contact(
    *,
    venue: Venue,
    contact: VenueContact | None = None,
    version: int | None = None,
    name: str,
    job_title: str = "",
    email: str = "",
    phone: str = "",
    gets_reminders: bool = True,
    by: User,
) -> VenueContact:
    """Add a contact to ``venue``, or change ``contact`` of it.

    ``version`` is the one of the contact that the person had in front of them.

    Raises:
        PermissionDenied: the venue belongs to a command unit that is not theirs.
        EditConflictError: somebody else saved or removed the contact meanwhile.
        Refused: no name, an odd e-mail address or telephone number, reminders without an
            address, or the venue was merged.

    """
    venue = lock_to_change(venue, by=by)
    if contact is None:
        contact = VenueContact(venue=venue)
    else:
        contact.claim(version or 0)
    problems = problems_of_contact(
        venue, contact, {"email": email, "phone": phone, "gets_reminders": gets_reminders}
    )
    contact.name = name
    contact.job_title = job_title
    contact.email = email
    contact.phone = phone
    contact.gets_reminders = gets_reminders
    refuse_if_any(problems, contact)
    contact.save()
    return contact


SAME_ADDRESS = "This venue already has a contact with this email address."


def problems_of_contact(
    venue: Venue, contact: VenueContact, fields: Mapping[str, Any]
) -> list[Problem]:
    """What won't do of a contact's address and number; ``fields`` may lack some."""
    found = []
    if (phone := one_line(fields.get("phone") or "")) and not is_number(phone):
        found.append(Problem("phone", NOT_A_NUMBER))
    email = fields.get("email")
    others = venue.contacts.exclude(pk=contact.pk)
    if email == "" and fields.get("gets_reminders"):
        found.append(Problem("email", "Enter an email address, or turn reminders off."))
    elif email and others.filter(email__iexact=email).exists():
        found.append(Problem("email", SAME_ADDRESS))
    return found


@undoable(
    "The contact is on record again.",
    may=may_take_back,
    shown_on="contact.venue",
    names=_contact,
)
@transaction.atomic
def remove_contact(*, contact: VenueContact, by: User) -> None:
    """Erase a contact: a person who no longer works there has no place here.

    Raises:
        PermissionDenied: the venue belongs to a command unit that is not theirs.
        Refused: the venue was merged.

    """
    lock_to_change(contact.venue, by=by)
    contact.delete()


# Said more than once ----------------------------------------------------------------------------


def problems_of_day(name: str, day: dt.date | None, *, at: dt.datetime) -> list[Problem]:
    """What won't do of a day, if there is one, on which something has happened."""
    ahead = day is not None and day > timezone.localdate(at)
    return [Problem(name, "Enter today or a day in the past.")] if ahead else []


def problems_of_reason(reason: str) -> list[Problem]:
    """Whether a reason is missing."""
    return [] if one_line(reason) else [Problem("reason", "Enter the reason.")]


def _joined(*notes: str) -> str:
    return "\n".join(filter(None, notes))

"""Acts on the registry: add, edit and close venues, keep contacts and training.

A venue is locked before anything that hangs on it changes. People change the venues of their own
command units: for others an act raises ``PermissionDenied``, since whoever could move a venue into
their unit would see the visits that are planned there.
"""

import copy
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NotRequired, Protocol, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, Refused, problems_of_fields, refuse
from accounts.acts.undo import Return, undoable
from accounts.acts.versions import EditConflictError
from accounts.database import scope
from accounts.database.locks import one_at_a_time
from accounts.models import User
from accounts.roles import CHANGE_VENUES, RECORD_TRAINING
from config.additions import added
from govuk.texts import one_line
from venues.models import LocalAuthority, TrainingSession, Venue, VenueContact, VenueGroup
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
    _refuse_if_any(problems + _problems_of_place(venue, changed), venue)
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
    closed = f" It closed on {_day(twin.closed_on)}." if twin.closed_on else ""
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
    _refuse_if_any(problems + _problems_of_place(venue, changed), venue)
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
def close_venue(*, venue: Venue, on: dt.date, reason: str, by: User) -> None:
    """Record that a venue closed on the day ``on``, and why. It keeps its history.

    Raises:
        PermissionDenied: it belongs to a command unit that is not theirs.
        Refused: no reason, a day in the future, or it is closed or merged already.

    """
    venue = lock_to_change(venue, by=by)
    if venue.closed_on:
        raise refuse("venue", f"This venue was closed already, on {_day(venue.closed_on)}.")
    _refuse_if_any(problems_of_day("on", on) + _problems_of_reason(reason))
    scope.set_reason(one_line(reason))
    venue.claim(venue.version)
    venue.closed_on, venue.closed_reason = on, one_line(reason)
    venue.save()


@undoable("The venue is closed again.", may=may_take_back, instead="Close it on its page.")
@transaction.atomic
def reopen_venue(*, venue: Venue, on: dt.date, reason: str, by: User) -> None:
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
    problems = problems_of_day("on", on) + _problems_of_reason(reason)
    if on < venue.closed_on:
        problems.append(Problem("on", f"It closed on {_day(venue.closed_on)}: enter a later day."))
    _refuse_if_any(problems)
    closed = f"Closed on {_day(venue.closed_on)}: {venue.closed_reason}."
    scope.set_reason(one_line(reason))
    venue.claim(venue.version)
    venue.notes = _joined(venue.notes, f"{closed} Open again from {_day(on)}: {one_line(reason)}.")
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
    _refuse_if_any(problems, contact)
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


# Training ---------------------------------------------------------------------------------------


class Settles(Protocol):
    """What another app does about a session, in the same transaction; says it in a sentence.

    Such an app names it as ``settles_training``: follow-ups must not be imported here.
    """

    def __call__(self, *, session: TrainingSession, by: User, removed: bool = False) -> str:
        """Bring what hangs on ``session`` into line with it; it may be about to be removed."""


class TrainingFields(TypedDict):
    """What people say about a training session."""

    kind: str
    held_on: dt.date
    mode: str
    delivered_by: str
    front_desk_staff: int
    attended: int
    notes: NotRequired[str]


def may_record_training(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may record training of the venues of these records."""
    return by.has_perm(RECORD_TRAINING) and may_take_back(by, records)


def _session(records: Sequence[models.Model]) -> str:
    """The one session that an act was about."""
    return next(
        f"{record.get_kind_display()} training on {_day(record.held_on)}"
        for record in records
        if isinstance(record, TrainingSession)
    )


@undoable(
    "The session is off the record, and what it settled stands as before.",
    may=may_record_training,
    shown_on="venue",
    names=_session,
    instead="Correct or remove the session on the venue’s page.",
)
@transaction.atomic
def record_training(
    *, venue: Venue, by: User, another: bool = False, **fields: Unpack[TrainingFields]
) -> TrainingSession:
    """Record one delivery of Makesafe training to a venue, also a closed one.

    Args:
        venue: Where it was.
        by: Who records it.
        another: Also where one of that day and trainer is on record: it was another session.
        fields: What is said of it.

    Raises:
        PermissionDenied: this person records no training, or the venue belongs to a command unit
            that is not theirs.
        Refused: what :func:`add_session` raises.

    """
    venue = lock_to_change(venue, by=by)
    if not may_record_training(by, [venue]):
        raise PermissionDenied
    return add_session(venue=venue, by=by, another=another, **fields)


@transaction.atomic
def add_session(
    *, venue: Venue, by: User, another: bool = False, **fields: Unpack[TrainingFields]
) -> TrainingSession:
    """Add a training session for an act that has asked whether ``by`` may.

    This is the one way in: whatever waits for a refresher of the venue is settled by it.

    Raises:
        Refused: a day in the future, nobody attended, more attended than work there, or
            the venue was merged. About ``another`` where that has to be confirmed.

    """
    session = TrainingSession(venue=lock(venue), recorded_by=by)
    _save_training(session, fields, _problems_of_twice(session, fields, another), by=by)
    return session


@undoable(
    "The session says again what it said before.",
    may=may_record_training,
    shown_on="session.venue",
    names=_session,
)
@transaction.atomic
def correct_training(
    *,
    session: TrainingSession,
    version: int,
    reason: str,
    by: User,
    another: bool = False,
    **fields: Unpack[TrainingFields],
) -> TrainingSession:
    """Change what is on record of a session, and say why; what follows from it is settled anew.

    What it said before stays in the venue's history, with the reason.

    Raises:
        PermissionDenied: this person records no training, or the venue belongs to a command unit
            that is not theirs.
        EditConflictError: somebody else saved it meanwhile.
        Refused: no reason, nothing differs, or as for recording it.

    """
    session = _lock_training(session, by=by)
    session.claim(version)
    problems = _problems_of_reason(reason)
    if not problems and all(getattr(session, name) == value for name, value in fields.items()):
        raise refuse("session", "Nothing differs from what is on record, so nothing was saved.")
    scope.set_reason(one_line(reason))
    problems += _problems_of_twice(session, fields, another)
    _save_training(session, fields, problems, by=by)
    return session


def _recorded_since(way: Return) -> str:
    """That somebody has recorded a removed session again."""
    back = [one for one in way.again if isinstance(one, TrainingSession)]
    again = any(_same_session(one, one.held_on, one.delivered_by) for one in back)
    return "The session has been recorded again since." if again else ""


@undoable(
    "The session is on record again.",
    may=may_record_training,
    refuses=_recorded_since,
    shown_on="session.venue",
    names=_session,
)
@transaction.atomic
def remove_training(*, session: TrainingSession, version: int, reason: str, by: User) -> str:
    """Take a session that was never held off the record, and say why.

    It stays in the venue's history. What it had settled is settled anew.

    Returns:
        What followed, in a sentence; empty if nothing did.

    Raises:
        PermissionDenied: as for correcting it.
        EditConflictError: somebody else saved it meanwhile.
        Refused: no reason, or the venue was merged.

    """
    session = _lock_training(session, by=by)
    session.claim(version)
    _refuse_if_any(_problems_of_reason(reason))
    scope.set_reason(one_line(reason))
    _settle(session, by=by, removed=True)
    session.delete()
    return session.followed


def may_correct_training(by: User, session: TrainingSession) -> bool:
    """Whether this person may correct or remove a session."""
    return may_record_training(by, [session])


def _lock_training(session: TrainingSession, *, by: User) -> TrainingSession:
    """The session as it stands now, for somebody who may change it."""
    lock_to_change(session.venue, by=by)
    fresh = TrainingSession.objects.select_for_update(no_key=True).filter(pk=session.pk).first()
    if fresh is None:
        raise EditConflictError  # somebody removed it
    if not may_correct_training(by, fresh):
        raise PermissionDenied
    return fresh


def _save_training(
    session: TrainingSession,
    fields: TrainingFields,
    problems: list[Problem],
    *,
    by: User,
) -> None:
    """Give the session ``fields`` and settle what follows, or refuse with all that is wrong."""
    for name, value in fields.items():
        setattr(session, name, value)
    _refuse_if_any(problems + problems_of_training(fields), session)
    session.save()
    _settle(session, by=by)


RECORDED_BEFORE = (
    "A session of that day, delivered by the same, is on record for this venue. If this is that "
    "session, there is nothing to record. If it was another one, confirm it."
)


def _problems_of_twice(
    session: TrainingSession, fields: TrainingFields, another: bool
) -> list[Problem]:
    """Whether somebody has recorded the session before; the venue is locked."""
    twice = not another and _same_session(session, fields["held_on"], fields["delivered_by"])
    return [Problem("another", RECORDED_BEFORE)] if twice else []


def _same_session(session: TrainingSession, held_on: dt.date, delivered_by: str) -> bool:
    """Whether another session of the venue was on that day and by the same."""
    that_day = TrainingSession.objects.filter(venue=session.venue_id, held_on=held_on)
    trainers = that_day.exclude(pk=session.pk).values_list("delivered_by", flat=True)
    return normal_name(delivered_by) in map(normal_name, trainers)


def problems_of_training(fields: Mapping[str, Any]) -> list[Problem]:
    """What won't do of a session by itself; ``fields`` may lack some."""
    found = problems_of_day("held_on", fields.get("held_on"))
    attended, staff = fields.get("attended"), fields.get("front_desk_staff")
    if attended is not None and attended < 1:
        found.append(Problem("attended", "Enter how many attended: at least 1."))
    elif attended is not None and staff is not None and attended > staff:
        said = f"No more than the {staff} who work there can have attended."
        found.append(Problem("attended", said))
    return found


def settle_sessions_of(venue: Venue, *, by: User) -> None:
    """Settle anew what follows from the sessions of a venue that got some, or got visits."""
    for session in venue.training_sessions.order_by("held_on", "pk"):
        _settle(session, by=by)


def _settle(session: TrainingSession, *, by: User, removed: bool = False) -> None:
    told = [settle(session=session, by=by, removed=removed) for settle in added("settles_training")]
    session.followed = " ".join(filter(None, told))


# Said more than once ----------------------------------------------------------------------------


def _refuse_if_any(problems: list[Problem], record: models.Model | None = None) -> None:
    """Refuse with all that has to change at once: ``problems``, and what ``record`` says itself.

    Raises:
        Refused: there is something.

    """
    if record is not None:
        problems = [*problems, *problems_of_fields(record, problems)]
    if problems:
        raise Refused(problems)


def problems_of_day(name: str, day: dt.date | None) -> list[Problem]:
    """What won't do of a day, if there is one, on which something has happened."""
    ahead = day is not None and day > timezone.localdate()
    return [Problem(name, "Enter today or a day in the past.")] if ahead else []


def _problems_of_reason(reason: str) -> list[Problem]:
    return [] if one_line(reason) else [Problem("reason", "Enter the reason.")]


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")


def _joined(*notes: str) -> str:
    return "\n".join(filter(None, notes))

"""A venue in words: the rows, marks and tags that its pages show."""

from dataclasses import dataclass
from typing import Any

from accounts.dates.london import duty_day
from govuk.dates import plain_time
from govuk.rows import Row, Tag
from govuk.tones import tone_of
from venues.models import Venue, VenueContact
from venues.training.validity import TrainingState


@dataclass(frozen=True)
class Comparison:
    """One fact of two entries."""

    key: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the two say something else."""
        return self.left != self.right


def rows(venue: Venue) -> list[Row]:
    """The facts of the registry about ``venue``; what is missing says so."""
    unit = venue.local_authority.command_unit
    return [
        Row("Kind", venue.get_kind_display()),
        Row("Address", ", ".join(venue.address.splitlines()) or _withheld_or_missing(venue)),
        Row("Postcode", venue.postcode or "Not known"),
        Row("Local authority", str(venue.local_authority)),
        Row("Command unit", str(unit) if unit else "None: no unit covers this authority"),
        Row("Venue group", str(venue.group) if venue.group else "None recorded"),
        Row("Map point", _point(venue)),
        Row("Food hygiene id", _hygiene_ids(venue)),
        Row("Notes", venue.notes or "None"),
    ]


def of_contact(contact: VenueContact) -> list[Row]:
    """What is known about a contact."""
    return [
        Row("Name", contact.name),
        Row("Job title", contact.job_title or "None"),
        Row("Email address", contact.email or "None"),
        Row("Telephone number", contact.phone or "None"),
        Row("Messages", "Gets them" if contact.gets_reminders else "Gets none"),
    ]


def side_by_side(venue: Venue, other: Venue) -> list[Comparison]:
    """What tells two entries of one place apart.

    Visits are left out on purpose: a planned one would show.
    """
    facts = zip(_for_comparison(venue), _for_comparison(other), strict=True)
    return [Comparison(left.key, left.value, right.value) for left, right in facts]


def _for_comparison(venue: Venue) -> list[Row]:
    return [
        *rows(venue),
        Row("Open or closed", "Open" if venue.is_open else f"Closed: {venue.closed_reason}"),
        Row("Training sessions", str(venue.training_sessions.count())),
        Row("Contacts", str(venue.contacts.count())),
        Row("In the registry since", plain_time(duty_day(venue.created_at))),
    ]


def marks(venue: Venue) -> list[Tag]:
    """What a person should know before relying on where the venue is."""
    if _withheld(venue):
        return [Tag("Location withheld", "neutral")]
    found = [] if venue.postcode else [Tag("No postcode", "neutral")]
    return found if venue.latitude is not None else [*found, Tag("No map point", "neutral")]


def status(venue: Venue) -> Tag | None:
    """A tag for a venue that is not in business as an entry of its own any more."""
    if venue.merged_into_id is not None:
        return Tag("Merged", "neutral")
    return None if venue.is_open else Tag("Closed", "neutral")


def training_tag(state: str) -> Tag:
    """The tag of a training state."""
    known = TrainingState(state)
    return Tag(known.label, tone_of("training", known))


def verdict_tag(verdict: str | None) -> Tag | None:
    """The tag of a verdict; None where there is none to show."""
    if verdict is None:
        return None
    return Tag(dict(verdicts()).get(verdict, verdict), tone_of("verdict", verdict))


def verdicts() -> list[tuple[str, str]]:
    """The verdicts there are, and their words: from the field that holds them, by relation."""
    visits: Any = Venue._meta.get_field("visits")
    outcomes: Any = visits.related_model._meta.get_field("outcome")
    return list(outcomes.related_model._meta.get_field("verdict").choices)


def _withheld(venue: Venue) -> bool:
    """Whether the open data keeps the place back; of one added by hand it is only not known."""
    return venue.location_withheld and venue.fhrsid is not None


def _hygiene_ids(venue: Venue) -> str:
    """The id that leads first; a venue has several once entries became one."""
    ids = sorted(venue.hygiene_ids.all(), key=lambda key: not key.leads)
    return ", ".join(map(str, ids)) or "None: added by hand"


def _withheld_or_missing(venue: Venue) -> str:
    if _withheld(venue):
        return "Withheld: the food hygiene data does not say where it is"
    return "Not known"


def _point(venue: Venue) -> str:
    if venue.latitude is None or venue.longitude is None:
        return "Not known"
    return f"{venue.latitude:.5f}, {venue.longitude:.5f}"

"""The venues, the groups that run them and their contacts."""

import datetime as dt
import operator
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import reduce
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramSimilarity
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Lower, Replace
from django.urls import reverse

from accounts.acts.versions import Versioned
from accounts.database.model_fields import DayField, EmailLineField, LineField, LinesField
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import CHANGE_VENUES, VIEW_FOLLOW_UPS, VIEW_RESULTS, VIEW_VENUES
from venues.registry import search
from venues.registry.areas import LocalAuthority, changeable_by
from venues.registry.hygiene_ids import HygieneId
from venues.registry.names import normal_name
from venues.registry.names_in_sql import NormalName, Squeezed, kept_normal
from venues.registry.postcodes import normalise_postcode
from venues.registry.telephones import NOT_A_NUMBER, PATTERN, to_dial
from venues.training.validity import training_state_in_sql


@tracked()
class VenueGroup(models.Model):
    """The chain that runs several venues."""

    name = LineField(max_length=120)
    normal_name = kept_normal("name")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                NormalName("name"),
                name="group_name_is_unique",
                violation_error_message="There is already a group of this name.",
            )
        ]
        ordering = ["normal_name"]

    def __str__(self) -> str:
        return self.name


class VenueQuerySet(models.QuerySet["Venue"]):
    """Questions about venues."""

    def visible_to(self, user: User) -> Self:
        """The venues that this person may see: the registry is the whole force's."""
        return self if user.has_perm(VIEW_VENUES) else self.none()

    def in_command_units_of(self, user: User) -> Self:
        """The venues that this person's command units police; all for the whole force."""
        return self.filter(user.in_my_units("local_authority__command_unit"))

    def changeable_by(self, user: User) -> Self:
        """The venues that this person may change: of their command units, and of no unit."""
        if not user.has_perm(CHANGE_VENUES):
            return self.none()
        return self.filter(changeable_by(user, "local_authority__"))

    def open(self) -> Self:
        """Not closed and not merged into another."""
        return self.unmerged().filter(closed_on=None)

    def closed(self) -> Self:
        """Closed, and not merged into another."""
        return self.unmerged().filter(closed_on__isnull=False)

    def unmerged(self) -> Self:
        """Entries that stand for a place of their own."""
        return self.filter(merged_into=None)

    def with_names(self) -> Self:
        """Fetch the authority, command unit, group and food hygiene ids of each.

        The outline of the area is long and stays behind.
        """
        related = self.select_related("local_authority__command_unit", "group")
        return related.prefetch_related("hygiene_ids").defer("local_authority__boundary")

    def by_name(self) -> Self:
        """In the order of the alphabet, whatever the case and the accents."""
        return self.order_by("normal_name", "pk")

    def search(self, text: str, *, by: User | None = None) -> Self:
        """Venues whose name, group or postcode is like ``text``, the likeliest first.

        Each word must fit; typing mistakes are tolerated (see ``venues.registry.search``). The food
        hygiene id finds its venue, and what is known of a contact finds theirs for a person,
        ``by``, who may see contacts. Annotated with ``likeness``. Nothing to look for gives all, by
        name.
        """
        wanted = search.words(text)
        if not wanted:
            return self.by_name()
        everywhere = Venue.objects.order_by().values("pk")
        key = search.food_hygiene_id(text)
        keys = [] if key is None else [key]
        in_hand = Q(pk__in=HygieneId.objects.filter(pk__in=keys).values("venue"))
        if by is not None and sees_contacts(by):
            in_hand |= Q(pk__in=VenueContact.objects.known_by(text).values("venue"))
        groups = VenueGroup.objects.all()
        every_word = reduce(
            operator.and_, (Q(pk__in=search.fits(word, everywhere, groups)) for word in wanted)
        )
        found = everywhere.filter(every_word).union(
            search.fits_postcode(text, everywhere), everywhere.filter(in_hand)
        )
        by_word = {f"fits_{number}": search.likeness(word) for number, word in enumerate(wanted)}
        together = reduce(operator.add, map(F, by_word))
        return (
            self.filter(pk__in=found)
            .alias(**by_word, fits_postcode=search.postcode_likeness(text))
            .alias(in_hand=Case(When(in_hand, then=Value(1.0)), default=Value(0.0)))
            .annotate(
                likeness=Greatest(
                    ExpressionWrapper(together / len(wanted), output_field=models.FloatField()),
                    "fits_postcode",
                    "in_hand",
                )
            )
            .order_by("-likeness", "normal_name", "pk")
        )

    def with_words(self, words: Iterable[Collection[str]]) -> Self:
        """The venues whose name, group, address, postcode and area have all ``words`` somewhere.

        Args:
            words: For each word its spellings, in the normal form of names. Where a word begins and
                ends does not matter, so it may be a part of another: more are found than fit.

        """
        group = Replace(
            F("group__normal_name"), Value(" "), Value(""), output_field=models.TextField()
        )
        found = self.alias(squeezed_group=group)
        for spellings in words:
            fits = Q()
            for one in spellings:
                fits |= Q(squeezed_place__contains=one) | Q(squeezed_group__contains=one)
                areas = LocalAuthority.objects.filter(name__normal__contains=one).order_by()
                fits |= Q(local_authority__in=areas)
            found = found.filter(fits)
        return found

    def with_training(self, *, on: dt.date) -> Self:
        """Annotate ``training_state`` on the day ``on``, by the latest session on record."""
        return self.annotate(training_state=training_state_in_sql("last_trained_on", on=on))

    def with_last_verdict(self, user: User) -> Self:
        """Annotate ``last_verdict``: of the latest completed visit, if this person may see it.

        It is kept by an app that this one must not import, so it is reached by the name of the
        relation, and nothing here knows what the verdicts are. Only completed visits have an
        outcome: a planned one leaves no trace.
        """
        if not user.has_perm(VIEW_RESULTS):
            none: Combinable = Value(None, output_field=models.CharField())
            return self.annotate(last_verdict=none)
        # Asked for the rows that are shown: a join would be made for a mere count too.
        seen = Venue.objects.filter(
            user.in_my_units("last_visit__command_unit"),
            pk=OuterRef("pk"),
            last_visit__verdict__gt="",
        )
        verdict = Subquery(seen.order_by().values("last_visit__verdict"))
        return self.annotate(last_verdict=verdict)

    def of_last_verdict(self, verdict: str, *, user: User) -> Self:
        """Those whose last verdict is ``verdict``, as far as this person may see it; of none if it
        is empty.
        """
        if not user.has_perm(VIEW_RESULTS):
            return self if not verdict else self.none()
        theirs = user.in_my_units("last_visit__command_unit")
        if verdict:
            return self.filter(theirs, last_visit__verdict=verdict)
        return self.exclude(theirs, last_visit__verdict__gt="")

    def likely_duplicates_of(self, venue: "Venue") -> Self:
        """Open venues that may be the same place as ``venue``, the likeliest first.

        Those of a similar name with the same postcode or a point within some 150 m; and those of
        nearly the same name in the same authority, where either has no postcode. Annotated with
        ``likeness`` of the name, 0 to 1. A guess for a person to decide on.
        """
        near = [Q(squeezed_postcode=venue.squeezed_postcode)] if venue.squeezed_postcode else []
        if venue.latitude is not None and venue.longitude is not None:
            north, east = NEAR
            within = Q(
                latitude__range=(venue.latitude - north, venue.latitude + north),
                longitude__range=(venue.longitude - east, venue.longitude + east),
            )
            near.append(within)
        unplaced = Q() if not venue.postcode else Q(postcode="")
        same_area = Q(local_authority=venue.local_authority_id) & unplaced
        # Each is found by an index; of an "or" of them PostgreSQL would compare every name.
        keys = Venue.objects.order_by().values("pk")
        found = (keys.filter(one) for one in (*near, same_area))
        like_enough = reduce(operator.or_, near, Q(pk__in=[])) & Q(likeness__gte=0.3)
        return (
            self.open()
            .exclude(pk=venue.pk)
            .filter(pk__in=keys.none().union(*found))
            .annotate(likeness=TrigramSimilarity("normal_name", normal_name(venue.name)))
            .filter(like_enough | same_area & Q(likeness__gte=0.6))
            .order_by("-likeness", "normal_name", "pk")
        )


#: How near two points must be to look like one place: degrees north and east, 150 m in Britain.
NEAR = (Decimal("0.00135"), Decimal("0.0022"))


@tracked(without=("last_trained_on", "coverage"), sought=("merged_into",))
class Venue(Versioned):
    """A place where people can book a room for the night."""

    class Kind(models.TextChoices):
        """What sort of place it is, as a guest would say."""

        HOTEL = "hotel", "Hotel"
        """A staffed hotel, motel or inn."""

        GUEST_HOUSE = "guest_house", "Guest house or B&B"
        """A small place, often run from a home."""

        HOSTEL = "hostel", "Hostel"
        """Beds in shared rooms."""

        SERVICED_APARTMENT = "serviced_apartment", "Serviced apartment"
        """Flats let by the night."""

        HALLS = "halls", "Halls of residence"
        """Student rooms, let to visitors outside term."""

        OTHER = "other", "Other"
        """Anything else that lets rooms."""

        UNKNOWN = "unknown", "Not known yet"
        """As it comes from the open data, which does not tell these apart."""

    name = LineField(max_length=200)
    normal_name = kept_normal("name")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.UNKNOWN)
    group = models.ForeignKey(
        VenueGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="venues"
    )
    local_authority = models.ForeignKey(
        LocalAuthority, on_delete=models.PROTECT, related_name="venues"
    )
    address = LinesField(
        blank=True, max_length=400, help_text="One line for each part, without the postcode."
    )
    postcode = LineField(max_length=10, blank=True)
    squeezed_postcode = models.GeneratedField(
        expression=Replace(F("postcode"), Value(" "), Value("")),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    #: The normal form of name, address and postcode without spaces, to look for words in.
    squeezed_place = models.GeneratedField(
        expression=Squeezed("name", "address", "postcode"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    latitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    edited_by_hand = ArrayField(
        models.CharField(max_length=30),
        default=list,
        blank=True,
        editable=False,
        help_text="Fields that an import no longer overwrites.",
    )
    notes = LinesField(blank=True, max_length=2000)
    last_trained_on = DayField(
        null=True,
        editable=False,
        help_text="When the latest training session was held: kept by PostgreSQL.",
    )
    coverage = models.FloatField(
        null=True,
        editable=False,
        help_text="The share of the front-desk staff that attended it, 0 to 1: kept as well.",
    )
    closed_on = DayField(null=True, blank=True)
    closed_reason = LineField(max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[VenueQuerySet] = VenueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [("import_venues", "Can import venues from open data")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="venue_has_a_name"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                # A comparison with NULL is not false, so both have to be said to be there.
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="venue_point_is_whole_and_on_earth",
                violation_error_message="Give both latitude and longitude, or neither.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closed_reason="")
                | (Q(closed_on__isnull=False) & ~Q(closed_reason="")),
                name="closed_venue_says_why",
                violation_error_message="Say why the venue closed.",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="venue_is_not_merged_into_itself"
            ),
        ]
        indexes = [
            models.Index("squeezed_postcode", name="venue_postcode"),
            models.Index("latitude", "longitude", name="venue_point"),
            GinIndex(
                fields=["normal_name", "squeezed_postcode", "postcode"],
                opclasses=["gin_trgm_ops"] * 3,
                name="venue_alike",
            ),
            # With what lists narrow by most, so that they count without a look at the rows.
            models.Index(
                fields=["normal_name", "id"],
                include=["closed_on", "local_authority", "last_trained_on", "coverage"],
                condition=Q(merged_into=None),
                name="venue_by_name",
            ),
        ]
        ordering = ["normal_name", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="venue_has_the_latest_training_on_record",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("last_trained_on", "coverage"),  # type: ignore[no-untyped-call]
                # Whatever is written there: an entry that is saved may have been read long before.
                func="""
                    SELECT held_on, attended::float / front_desk_staff
                    INTO NEW.last_trained_on, NEW.coverage
                    FROM venues_trainingsession WHERE venue_id = NEW.id
                    ORDER BY held_on DESC, id DESC LIMIT 1;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("venues:venue_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Still in business, as far as we know, and not merged away."""
        return self.closed_on is None and self.merged_into_id is None

    @property
    def fhrsid(self) -> int | None:
        """The food hygiene id that leads; None for a venue that was added by hand."""
        return next((each.fhrsid for each in self.hygiene_ids.all() if each.leads), None)

    @property
    def location_withheld(self) -> bool:
        """The open data gives no place at all: small guest houses run from a home often ask so."""
        return not (self.address or normalise_postcode(self.postcode)) and self.latitude is None

    @property
    def one_line_address(self) -> str:
        """Address and postcode on one line, empty where neither is known."""
        return ", ".join(filter(None, [*self.address.splitlines(), self.postcode]))


class VenueContactQuerySet(models.QuerySet["VenueContact"]):
    """Questions about contacts."""

    def visible_to(self, user: User) -> Self:
        """The contacts that this person may see: they are for those who write to venues."""
        return self if sees_contacts(user) else self.none()

    def known_by(self, text: str) -> Self:
        """Those whose name has each word of ``text``, or whose email address or number it is."""
        words = search.words(text)
        known = Q(pk__in=[])
        if words:
            known |= reduce(operator.and_, (Q(normal_name__regex=rf"\m{w}") for w in words))
        if "@" in text:
            known |= Q(email__icontains=text.strip())
        if digits := search.telephone_digits(text):
            known |= Q(phone_digits__contains=digits)
        return self.filter(known)


def sees_contacts(user: User) -> bool:
    """Names and addresses of people at venues are for those who write to them."""
    return user.has_perm(CHANGE_VENUES) or user.has_perm(VIEW_FOLLOW_UPS)


@tracked(part_of="venue")
class VenueContact(Versioned):
    """Somebody at a venue who is written to about its training."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="contacts")
    name = LineField(max_length=120)
    normal_name = kept_normal("name")
    job_title = LineField(max_length=120, blank=True)
    email = EmailLineField("email address", blank=True)
    phone = LineField("telephone number", max_length=30, blank=True)
    phone_digits = models.GeneratedField(
        expression=Func(
            F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace"
        ),
        output_field=models.CharField(max_length=30),
        db_persist=True,
    )
    gets_reminders = models.BooleanField(
        "gets reminders",
        default=True,
        help_text="Messages about refresher training go to this person.",
    )

    objects: ClassVar[VenueContactQuerySet] = VenueContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gets_reminders=False) | ~Q(email=""),
                name="contact_with_reminders_has_an_email_address",
                violation_error_message="Enter an email address, or turn reminders off.",
            ),
            models.UniqueConstraint(
                "venue",
                Lower("email"),
                condition=~Q(email=""),
                name="contact_is_once_at_a_venue",
                violation_error_message="This venue already has a contact with this email address.",
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=PATTERN),
                name="contact_has_a_telephone_number_or_none",
                violation_error_message=NOT_A_NUMBER,
            ),
        ]
        indexes = [
            GinIndex(fields=["normal_name"], opclasses=["gin_trgm_ops"], name="contact_alike")
        ]
        ordering = ["normal_name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_to_dial(self) -> str:
        """The telephone number for a link that dials it."""
        return to_dial(self.phone)

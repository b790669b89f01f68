"""The invented force of the demonstration: who polices where, which venues, who works there.

Every name is made up from syllables that no place or hotel in the open data has (a test compares
them), the postcodes are of an area that the Royal Mail does not use, and the points lie in the
North Sea: no real venue can carry an invented result.
"""

import datetime as dt
import random
from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.dates.london import midnight
from accounts.demo import PASSWORD, SIGN_INS, SignIn
from accounts.models import User
from accounts.roles import Role
from operations.demo.outlines import outline, place_in
from operations.models import Cadet
from venues.models import (
    CommandUnit,
    Force,
    HygieneId,
    LocalAuthority,
    TrainingSession,
    Venue,
    VenueContact,
    VenueGroup,
)

FORCE = "Wessendale Constabulary"

#: Command unit (code, name) and its local authorities.
AREAS = {
    ("WN", "Wessendale North"): ("Ebberholt", "Quarlhamsted", "Pellingwick"),
    ("WE", "Wessendale East"): ("Thornseyford", "Vexlowe Harbour", "Ostermeer"),
    ("WS", "Wessendale South"): ("Larkhaven Bay", "Dunwexley", "Marlowick Regis"),
    ("WW", "Wessendale West"): ("Hexcombe Vale", "Brindlemouth", "Cawdersley"),
}

GROUPS = ("Lanternstay", "Wexholm Inns", "Quillfeather Hotels", "Osterly Nights", "Tallowgate")

FIRST = (
    "Amberley Wexley Thornwick Ebberlow Marlquist Quillon Larkspire Hexmoor Brindlewood Osterbeck "
    "Pellamere Vexford Cawderly Dunwick Tallowmere Saltwexel Ravelstone Greywhistle Copperlark "
    "Willowquill Merrowdale Hartwhistle Fennelthorpe Larchwexel Starlinghythe Mossgarrick "
    "Kestrelquay Juniperwick Rookwhistle Hazelmarl Otterquill Plumthistle"
).split()
LAST: tuple[tuple[str, str], ...] = (
    ("Hotel", Venue.Kind.HOTEL),
    ("Court Hotel", Venue.Kind.HOTEL),
    ("House Hotel", Venue.Kind.HOTEL),
    ("Arms Hotel", Venue.Kind.HOTEL),
    ("Park Hotel", Venue.Kind.HOTEL),
    ("Guest House", Venue.Kind.GUEST_HOUSE),
    ("B&B", Venue.Kind.GUEST_HOUSE),
    ("Lodge", Venue.Kind.GUEST_HOUSE),
    ("Hostel", Venue.Kind.HOSTEL),
    ("Apartments", Venue.Kind.SERVICED_APARTMENT),
    ("Aparthotel", Venue.Kind.SERVICED_APARTMENT),
)
STREETS = "Lanthorn Quillmaker Oystergate Candlewick Saltmarl Ropewalker Wharfinger Fiddler".split()
PEOPLE_FIRST = (
    "Alba Bram Cerys Dorian Elsie Farah Gethin Hollis Imran Juno Keziah Lorcan Mabel Nadir Orla "
    "Piran Quentin Rhoda Silas Tamsin Ulric Verity Wren Xanthe Yusra Zeb"
).split()
PEOPLE_LAST = (
    "Averill Brockhouse Cattermole Dunnock Eastwell Fairlamb Garrick Hathersage Inskip Jessop "
    "Kingsnorth Larkin Mottram Nethercott Oakshott Pemberly Quilter Redfern Sallow Thackray "
    "Underhay Varley Whinfell Yarrow"
).split()


@dataclass
class World:
    """What the visits of the demonstration need to know."""

    people: dict[str, User]
    officers: list[User]
    units: list[CommandUnit]
    venues: list[Venue]
    cadets: list[Cadet]
    authoriser: User
    """Authorises what the lead who signs in leads."""


def make(chance: random.Random, *, today: dt.date, venue_count: int) -> World:
    """Write the force, its people, its venues and their training; return what was made."""
    people = {person.username: _person(person) for person in SIGN_INS}
    units = _areas(people)
    officers = [people["officer"], *_staff(chance, Role.VISITING_OFFICER, 18, units)]
    units[0].members.add(people["officer"])
    # The one who signs in looks after the first two units.
    for unit in units[2:]:
        _staff(chance, Role.TRAINING_COORDINATOR, 1, [unit])
    venues = _venues(chance, venue_count)
    three_years_ago = today - dt.timedelta(days=3 * 365)
    Venue.objects.update(created_at=midnight(three_years_ago))
    _training(chance, venues, by=people["coordinator"], today=today)
    return World(people, officers, units, venues, _cadets(chance, units, today), _authoriser())


def _person(person: SignIn) -> User:
    user = User(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=f"{person.username}@wessendale.example",
        telephone=_telephone(),
        whole_force=person.role != Role.VISITING_OFFICER,
        is_staff=person.role == Role.ADMINISTRATOR,
    )
    user.set_password(PASSWORD)
    user.save()
    user.groups.add(Group.objects.get(name=person.role))
    return user


def _authoriser() -> User:
    """A second CSE lead of the whole force, who exists on record only."""
    user = User(
        username="superintendent",
        first_name="Isolde",
        last_name="Kingsnorth",
        email="superintendent@wessendale.example",
        telephone=_telephone(),
        whole_force=True,
    )
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get(name=Role.CSE_LEAD))
    return user


def _telephone() -> str:
    """A mobile number that nobody has: Ofcom keeps 07700 900000 to 900999 for plays and films."""
    return f"+447700900{User.objects.count() % 1000:03}"


def _areas(people: dict[str, User]) -> list[CommandUnit]:
    force = Force.objects.create(name=FORCE)
    units = []
    for number, ((code, name), authorities) in enumerate(AREAS.items()):
        unit = CommandUnit.objects.create(force=force, code=code, name=name)
        unit.members.add(people["coordinator" if number < 2 else "planner"])
        for place, authority in enumerate(authorities):
            key = number * 10 + place
            LocalAuthority.objects.create(
                name=authority,
                gss_code=f"E990000{key:02}",
                fhrs_code=f"Z{key:02}",
                command_unit=unit,
                boundary=outline(number, place),
            )
        units.append(unit)
    return units


def _staff(chance: random.Random, role: Role, number: int, units: list[CommandUnit]) -> list[User]:
    """People who exist on record only: they can't sign in."""
    staff = []
    for place in range(number):
        first, last = chance.choice(PEOPLE_FIRST), chance.choice(PEOPLE_LAST)
        username = f"{first}.{last}{User.objects.count()}".lower()
        user = User(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{username}@wessendale.example",
            telephone=_telephone(),
        )
        user.set_unusable_password()
        user.save()
        user.groups.add(Group.objects.get(name=role))
        units[place % len(units)].members.add(user)
        staff.append(user)
    return staff


def _venues(chance: random.Random, number: int) -> list[Venue]:
    authorities = list(LocalAuthority.objects.order_by("pk"))
    groups = [VenueGroup.objects.create(name=name) for name in GROUPS]
    # A few towns have most of the hotels.
    weights = [chance.choice((1, 1, 2, 5)) for _ in authorities]
    names = [(f"The {first} {last}", kind) for first in FIRST for last, kind in LAST]
    chance.shuffle(names)
    venues = []
    for place, (name, kind) in enumerate(names[:number]):
        authority = chance.choices(authorities, weights)[0]
        group = chance.choice(groups) if kind == Venue.Kind.HOTEL and place % 3 == 0 else None
        withheld = kind == Venue.Kind.GUEST_HOUSE and chance.random() < 0.15
        latitude, longitude = (
            (None, None)
            if withheld
            else place_in(authority.boundary, chance.random(), chance.random())
        )
        street = f"{chance.randint(1, 180)} {chance.choice(STREETS)} Street\n{authority.name}"
        venues.append(
            Venue(
                name=f"{group.name} {authority.name} {place}" if group else name,
                kind=kind,
                group=group,
                local_authority=authority,
                address="" if withheld else street,
                postcode="" if withheld else _postcode(chance),
                latitude=latitude,
                longitude=longitude,
            )
        )
    Venue.objects.bulk_create(venues)
    HygieneId.objects.bulk_create(
        HygieneId(fhrsid=9_900_000 + place, venue=venue) for place, venue in enumerate(venues)
    )
    VenueContact.objects.bulk_create(
        VenueContact(
            venue=venue,
            name=f"{chance.choice(PEOPLE_FIRST)} {chance.choice(PEOPLE_LAST)}",
            job_title=chance.choice(("General manager", "Front office manager", "Owner")),
            email=f"manager{9_900_000 + place}@hotels.example",
            phone="01632 960" + f"{chance.randint(0, 999):03}",  # kept free by Ofcom for drama
        )
        for place, venue in enumerate(venues)
        if chance.random() < 0.9
    )
    return venues


def _postcode(chance: random.Random) -> str:
    letters = chance.choices("ABDEFGHJLNPQRSTUWXYZ", k=2)
    return f"ZZ{chance.randint(1, 19)} {chance.randint(1, 9)}{''.join(letters)}"


def _training(chance: random.Random, venues: list[Venue], *, by: User, today: dt.date) -> None:
    """Two in three venues were trained at some time in the last three years."""
    sessions = []
    for venue in venues:
        if chance.random() > 0.65:
            continue
        held_on = today - dt.timedelta(days=chance.randint(10, 1000))
        kind = TrainingSession.Kind.INITIAL
        while held_on < today:
            staff = chance.randint(3, 30)
            sessions.append(
                TrainingSession(
                    venue=venue,
                    kind=kind,
                    held_on=held_on,
                    mode=chance.choice(TrainingSession.Mode.values),
                    delivered_by="Safer Hotels team",
                    front_desk_staff=staff,
                    attended=max(1, round(staff * chance.uniform(0.4, 1))),
                    recorded_by=by,
                )
            )
            if chance.random() < 0.5:
                break
            held_on += dt.timedelta(days=chance.randint(330, 500))
            kind = TrainingSession.Kind.REFRESHER
    TrainingSession.objects.bulk_create(sessions)


def _cadets(chance: random.Random, units: list[CommandUnit], today: dt.date) -> list[Cadet]:
    """Fourteen volunteers, a third of them for all command units.

    They were briefed before the operation going on; one in seven needs it again.
    """
    return Cadet.objects.bulk_create(
        Cadet(
            reference=f"WC-{number:03}",
            command_unit=units[number % 4] if number % 3 else None,
            birth_date=today - dt.timedelta(days=round(365.25 * chance.uniform(15.2, 17.4))),
            consented_on=today - dt.timedelta(days=chance.randint(30, 200)),
            briefed_on=today
            - dt.timedelta(days=120 if number % 7 == 0 else chance.randint(14, 40)),
        )
        for number in range(1, 15)
    )

"""Two years of invented operations, visits and follow-ups, by the same acts that people use."""

import datetime as dt
import random
import uuid

from accounts.database import scope
from accounts.dates.london import duty_begins, duty_day
from accounts.models import User
from govuk.dates import LONDON
from operations.approval import actions as approval
from operations.approval.models import Authorisation, Considered
from operations.closing import actions as closing
from operations.demo.world import World
from operations.duty import actions as duty
from operations.duty import welfare
from operations.follow_ups import actions as follow_up_actions
from operations.models import (
    Cadet,
    CadetPolicy,
    ContactMethod,
    Draw,
    FollowUp,
    NotCompletedReason,
    Operation,
    OperationVenue,
    RefusalGround,
    Scenario,
    Selection,
    TeamMember,
    Visit,
    WarningSign,
)
from operations.planning import actions as planning
from operations.sampling import actions as sampling
from operations.sampling.design import Design
from operations.sampling.precision import Expectations
from operations.scenarios import actions as scenarios
from operations.teams.cadet_rules import finish_by
from operations.teams.welfare import Feeling
from operations.visits.facts import OutcomeFacts
from venues.models import TrainingSession, Venue
from venues.training.validity import TrainingState, training_state

#: How likely the room is refused because of the signs, by training state on the day.
REFUSED = {
    TrainingState.CURRENT: 0.62,
    TrainingState.EXPIRING: 0.55,
    TrainingState.EXPIRED: 0.38,
    TrainingState.UNTRAINED: 0.22,
}
#: How much likelier it is in each command unit, in the order of their codes.
UNIT_EFFECT = (0.08, -0.06, 0.0, 0.04)
#: The warning signs that the script shows, by their places in the list: adults who are no family,
#: no identification, cash, late without luggage, alcohol, a young person who is withdrawn.
SHOWN = (1, 2, 3, 4, 7, 8)
#: The one that the revised script shows too: a room away from the desk.
OUT_OF_SIGHT = 5
DECLINED = (
    "The group trains its staff by itself",
    "No dates suit before the season ends",
    "The venue is about to change hands",
)


def make(chance: random.Random, world: World, *, now: dt.datetime) -> None:
    """Write the scenarios, a past operation every two months, the one going on, and follow-ups."""
    with scope.acting(world.people["planner"]):
        _make(chance, world, now=now)


def _make(chance: random.Random, world: World, *, now: dt.datetime) -> None:
    today = duty_day(now)
    scenarios = _scenarios(world.people["planner"])
    number = 0
    for months_ago in range(24, 1, -2):
        number += 1
        first = today - dt.timedelta(days=round(months_ago * 30.4))
        # The script was revised after the first year.
        scenario = scenarios[0] if months_ago > 12 else scenarios[1]
        _past_operation(chance, world, scenario, number=number, first=first, now=now)
    _current_operation(chance, world, scenarios[1], number=number + 1, now=now)
    _operations_to_come(chance, world, scenarios[1], number=number + 2, now=now)


def _scenarios(planner: User) -> list[Scenario]:
    signs = {sign.position: sign for sign in WarningSign.objects.all()}
    shown = [signs[position] for position in SHOWN]
    first = scenarios.create_scenario(
        title="Late walk-in",
        script=(
            "The older officer and the cadet walk in after 7 pm without luggage.\n"
            "The officer asks for a double room for tonight and offers cash.\n"
            "A bottle stands out of the bag. No identification is shown.\n"
            "The cadet is quiet and does not look up.\n"
            "Once a room is offered: make an excuse, leave, and the debriefing officer goes in."
        ),
        warning_signs=shown,
        by=planner,
    )
    second = scenarios.new_scenario_version(
        scenario=first,
        script=first.script.replace("after 7 pm", "after 8 pm")
        + "\nThe officer asks for a room away from the desk.",
        warning_signs=[*shown, signs[OUT_OF_SIGHT]],
        by=planner,
    )
    return [first, second]


def _operation(
    world: World,
    scenario: Scenario,
    *,
    number: int,
    first: dt.date,
    days: int,
    lead: str = "lead",
) -> Operation:
    names = "Lantern Heron Quill Tallow Osprey Saltmarsh Juniper Beacon Harbour Kestrel".split()
    return planning.create_operation(
        reference=f"MS/{first.year}/{number:03}",
        name=f"Operation {names[number % len(names)]}",
        starts_on=first,
        ends_on=first + dt.timedelta(days=days),
        lead=world.people[lead],
        scenario=scenario,
        authorisation_reference=f"CSE-AUTH-{first.year}-{number:03}",
        notes="",
        by=world.people["planner"],
    )


def _submit(world: World, operation: Operation, *, at: dt.datetime) -> Authorisation:
    year = operation.starts_on.year
    return approval.submit_operation(
        operation=operation,
        venues_at_most=operation.chosen_venues.count(),
        cadet_visits_at_most=40,
        risk_assessment=f"RA-{year}-{operation.pk:03}",
        risk_assessed_on=duty_day(at) - dt.timedelta(days=3),
        equality_check=f"EIA-{year}-{operation.pk:03}",
        equality_checked_on=duty_day(at) - dt.timedelta(days=3),
        by=world.people["planner"],
        at=at,
    )


def _publish(world: World, operation: Operation) -> None:
    """Let somebody authorise the operation, and publish it the week before it begins."""
    begins = duty_begins(operation.starts_on)
    asked = _submit(world, operation, at=begins - dt.timedelta(days=12))
    with scope.acting(world.authoriser):
        approval.authorise_operation(
            authorisation=asked,
            fingerprint=asked.fingerprint,
            considered=Considered.NONE_NEEDED,
            rationale="Staff are tested as any guest may meet them, and nobody else is watched. "
            "The cadets are volunteers, looked after by a welfare officer.",
            valid_from=operation.starts_on,
            valid_until=operation.ends_on,
            by=world.authoriser,
            at=begins - dt.timedelta(days=9),
        )
    operation.refresh_from_db()
    approval.publish_operation(
        operation=operation, by=world.people["planner"], at=begins - dt.timedelta(days=6)
    )


def _past_operation(
    chance: random.Random,
    world: World,
    scenario: Scenario,
    *,
    number: int,
    first: dt.date,
    now: dt.datetime,
) -> None:
    operation = _operation(world, scenario, number=number, first=first, days=20)
    chosen = _choose(chance, world, operation, drawn=24, priority=8)
    _publish(world, operation)
    visits = []
    teams = []
    for place, (venue, selection) in enumerate(chosen):
        start = _evening(first + dt.timedelta(days=place % 16), hour=18 + place // 16)
        visit = Visit(
            operation=operation,
            venue=venue,
            selection=selection,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=55),
            created_by=world.people["planner"],
        )
        visits.append(visit)
        teams.append(chance.sample(world.officers, 2))
    Visit.objects.bulk_create(visits)
    # Cadets' data is erased 90 days after an operation, so past teams show officers only.
    TeamMember.objects.bulk_create(
        TeamMember(visit=visit, officer=officer, duty=duty)
        for visit, team in zip(visits, teams, strict=True)
        for officer, duty in zip(team, (TeamMember.Duty.LEAD, TeamMember.Duty.WELFARE), strict=True)
    )
    for visit, team in zip(visits, teams, strict=True):
        with scope.acting(team[0]):
            _play(chance, world, visit, by=team[0], now=now)
    over = duty_begins(operation.ends_on) + dt.timedelta(days=3)
    closing.close_operation(operation=operation, by=world.people["planner"], at=over)


def _operations_to_come(
    chance: random.Random, world: World, scenario: Scenario, *, number: int, now: dt.datetime
) -> None:
    """One that waits for the lead who signs in to authorise it, and a draft."""
    today = duty_day(now)
    for place, (days_ahead, lead) in enumerate(((25, "planner"), (40, "lead"))):
        first = today + dt.timedelta(days=days_ahead)
        operation = _operation(
            world, scenario, number=number + place, first=first, days=20, lead=lead
        )
        _choose(chance, world, operation, drawn=12, priority=4)
        if lead == "planner":
            _submit(world, operation, at=now - dt.timedelta(days=1))


def _current_operation(
    chance: random.Random, world: World, scenario: Scenario, *, number: int, now: dt.datetime
) -> None:
    """The operation going on: some visits are over, the others are planned from tonight on."""
    today = duty_day(now)
    first = today - dt.timedelta(days=12)
    operation = _operation(world, scenario, number=number, first=first, days=30)
    chosen = _draw(chance, world, operation, drawn=26, priority=6)
    over = []
    officer = world.people["officer"]
    others = [person for person in world.officers if person != officer]
    fit = [cadet for cadet in world.cadets if cadet.reference not in ("WC-007", "WC-014")]
    out: set[tuple[Cadet, dt.datetime]] = set()
    for place, (venue, selection) in enumerate(chosen):
        tonight = place in (16, 17)
        if tonight:
            start = _at_the_desk(now, place - 16)
        else:
            day = first + dt.timedelta(days=place if place < 12 else place - 2)
            start = _evening(day if place < 12 else max(day, today + dt.timedelta(days=1)), hour=19)
        visit = Visit.objects.create(
            operation=operation,
            venue=venue,
            selection=selection,
            starts_at=start,
            ends_at=start + LASTS,
            created_by=world.people["planner"],
        )
        lead = officer if place % 4 == 0 or tonight else others[place % len(others)]
        welfare = others[(place + 7) % len(others)]
        TeamMember.objects.create(visit=visit, officer=lead, duty=TeamMember.Duty.LEAD)
        TeamMember.objects.create(visit=visit, officer=welfare, duty=TeamMember.Duty.WELFARE)
        unit = venue.local_authority.command_unit
        cadet = next(
            cadet
            for cadet in fit[place % len(fit) :] + fit
            if cadet.command_unit in (None, unit) and (cadet, start) not in out
        )
        out.add((cadet, start))
        TeamMember.objects.create(visit=visit, cadet=cadet, duty=TeamMember.Duty.CADET)
        if place < 12:
            over.append((visit, lead))
    _publish(world, operation)
    for visit, lead in over:
        with scope.acting(lead):
            _play(chance, world, visit, by=lead, now=now)


def _choose(
    chance: random.Random, world: World, operation: Operation, *, drawn: int, priority: int
) -> list[tuple[Venue, Selection]]:
    """Venues for an operation: most drawn by chance, some because they come first."""
    venues = chance.sample(world.venues, drawn + priority)
    draw = Draw.objects.create(
        operation=operation,
        units="every command unit",
        of_all=True,
        frame_size=len(world.venues),
        left_out=0,
        number=drawn,
        drawn_by=world.people["planner"],
    )
    chosen = [
        (venue, Selection.RANDOM if place < drawn else Selection.PRIORITY)
        for place, venue in enumerate(venues)
    ]
    OperationVenue.objects.bulk_create(
        OperationVenue(
            operation=operation,
            venue=venue,
            selection=selection,
            draw=draw if selection == Selection.RANDOM else None,
            added_by=world.people["planner"],
        )
        for venue, selection in chosen
    )
    chance.shuffle(chosen)
    return chosen


def _draw(
    chance: random.Random, world: World, operation: Operation, *, drawn: int, priority: int
) -> list[tuple[Venue, Selection]]:
    """The same by a draw that can be replayed: as large a part of each kind of venue."""
    planner = world.people["planner"]
    before = _evening(operation.starts_on - dt.timedelta(days=10), hour=10)
    expected = Expectations(rate=0.4, eligible=0.95, completed=0.9)
    plan = sampling.commit_draw(
        operation=operation,
        among=Venue.objects.all(),
        design=Design(number=drawn, aspects=("kind",), precision=0.15, expected=expected),
        by=planner,
        at=before,
    )
    sampling.draw_venues(plan=plan, by=planner, at=before + dt.timedelta(hours=1))
    taken = [
        one.venue for one in plan.drawn.filter(is_reserve=False).select_related("venue").in_order()
    ]
    others = [venue for venue in world.venues if venue.is_open and venue not in taken]
    first = chance.sample(others, priority)
    planning.add_venues(operation=operation, venues=first, selection=Selection.PRIORITY, by=planner)
    chosen = [(one, Selection.RANDOM) for one in taken] + [
        (one, Selection.PRIORITY) for one in first
    ]
    chance.shuffle(chosen)
    return chosen


#: How long the windows of the operation going on are.
LASTS = dt.timedelta(hours=2)


def _at_the_desk(now: dt.datetime, number: int) -> dt.datetime:
    """The start of visits for the officer who signs in: from this hour on, one after the other.

    Where a cadet could not go any more that night, late in an evening of their own.
    """
    start = now.replace(minute=0, second=0, microsecond=0) + number * LASTS
    if start + LASTS <= finish_by(start, CadetPolicy().latest_finish):
        return start
    return _evening(duty_day(now) + dt.timedelta(days=1 + number), hour=21)


def _evening(day: dt.date, *, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=LONDON)


def _play(chance: random.Random, world: World, visit: Visit, *, by: User, now: dt.datetime) -> None:
    """Let a team carry out a visit, and the coordinators what follows from it."""
    start = visit.starts_at + dt.timedelta(minutes=chance.randint(0, 20))
    cadets = list(visit.team.filter(cadet__isnull=False).values_list("cadet", flat=True))
    visit = duty.start_visit(visit=visit, told=True, willing=cadets, by=by, at=start)
    end = start + dt.timedelta(minutes=chance.randint(12, 30))
    if chance.random() < 0.11:
        duty.log_not_completed(
            visit=visit,
            reason=chance.choice(
                (
                    NotCompletedReason.FULLY_BOOKED,
                    NotCompletedReason.FULLY_BOOKED,
                    NotCompletedReason.DESK_UNSTAFFED,
                    NotCompletedReason.OUT_OF_TIME,
                    NotCompletedReason.CLOSED_FOR_NOW,
                )
            ),
            notes="",
            submission=_uuid(chance),
            by=by,
            at=end,
        )
        return
    facts = _facts(chance, world, visit)
    duty.log_outcome(visit=visit, facts=facts, submission=_uuid(chance), by=by, at=end)
    follow_up = FollowUp.objects.filter(visit=visit).first()
    said = Feeling.UNEASY if visit.pk % 7 == 0 else Feeling.FINE
    welfare.say_how_it_was(
        visit=visit, said=[welfare.Said(cadet, said) for cadet in cadets], by=by, at=end
    )
    if follow_up:
        with scope.acting(follow_up.responsible):
            _follow(chance, follow_up, now=now)


def _facts(chance: random.Random, world: World, visit: Visit) -> OutcomeFacts:
    day = duty_day(visit.starts_at)
    held = visit.venue.training_sessions.filter(held_on__lt=day).order_by("-held_on")
    state = training_state(held.values_list("held_on", flat=True).first(), on=day)
    unit = visit.venue.local_authority.command_unit
    effect = UNIT_EFFECT[world.units.index(unit)] if unit else 0
    refused_for_signs = chance.random() < REFUSED[state] + effect
    recognised = refused_for_signs or chance.random() < 0.25
    refused_otherwise = not refused_for_signs and chance.random() < 0.2
    called = chance.random() < (0.7 if refused_for_signs else 0.3 if recognised else 0.02)
    sent = chance.random() < 0.8 if called else None
    ground = ""
    if refused_for_signs:
        ground = RefusalGround.WARNING_SIGNS
    elif refused_otherwise:
        ground = chance.choice(
            (RefusalGround.NO_IDENTIFICATION, RefusalGround.PAYMENT, RefusalGround.HOUSE_RULE)
        )
    well = refused_for_signs and called
    return OutcomeFacts(
        challenged=recognised or chance.random() < 0.2,
        asked_for_identification=chance.random() < (0.8 if recognised else 0.45),
        signs_recognised=recognised,
        room_refused=bool(ground),
        refusal_ground=ground,
        police_contacted=called,
        contact_method=chance.choice((ContactMethod.CALL_101, ContactMethod.CALL_999))
        if called
        else "",
        contact_minutes=chance.choice((2, 3, 5, 10, 15, 20)) if called else None,
        makesafe_quoted=chance.random() < 0.65 if called else None,
        incident_reference=f"WES-{visit.pk:05}-{chance.randint(10, 99)}" if called else "",
        call_handler_recognised=chance.random() < 0.75 if called else None,
        officers_sent=sent,
        officers_arrived_minutes=chance.choice((10, 15, 20, 30)) if sent else None,
        staff_debriefed=chance.random() < 0.95,
        materials_left=chance.random() < 0.9,
        refresher_accepted=None if well else chance.random() < 0.6,
        notes="",
    )


def _follow(chance: random.Random, follow_up: FollowUp, *, now: dt.datetime) -> None:
    """Book, deliver or decline a refresher; of the recent ones some are still open.

    Training that the venue had since the visit has delivered it already.
    """
    if not follow_up.is_open:
        return
    by, today = follow_up.responsible, duty_day(now)
    if chance.random() < 0.08:
        follow_up_actions.decline_refresher(
            follow_up=follow_up, reason=chance.choice(DECLINED), by=by, version=follow_up.version
        )
        return
    day = follow_up.due_on + dt.timedelta(days=chance.randint(-14, 21))
    if day > today - dt.timedelta(days=45):
        # Lately opened: some wait for an answer, some have a date.
        if chance.random() < 0.4:
            return
        day = max(day, today + dt.timedelta(days=chance.randint(0, 20)))
    follow_up_actions.book_refresher(
        follow_up=follow_up, on=day, by=by, at=now, version=follow_up.version
    )
    if day >= today:
        return
    staff = chance.randint(4, 25)
    follow_up_actions.record_delivery(
        follow_up=follow_up,
        held_on=day,
        mode=TrainingSession.Mode.IN_PERSON,
        delivered_by="Safer Hotels team",
        front_desk_staff=staff,
        attended=max(1, round(staff * chance.uniform(0.6, 1))),
        notes="",
        by=by,
        at=now,
        version=follow_up.version,
    )


def _uuid(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)

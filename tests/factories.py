"""Valid worlds for tests: a factory for each model, and one for each state a visit can be in.

All names are invented. A test says only what matters to it; the factory gives the rest.
"""

import datetime as dt
import uuid
from decimal import Decimal

import factory
import pgtrigger
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import Role
from govuk.dates import LONDON
from operations.approval.models import Considered, Decision
from operations.follow_ups.due import Audience, Stage
from operations.models import (
    Alarm,
    AlarmNotice,
    Authorisation,
    Cadet,
    CadetPolicy,
    Call,
    CallReminder,
    CheckIn,
    Concern,
    ConcernResult,
    DrawnVenue,
    DrawPlan,
    FollowUp,
    FollowUpState,
    NotCompletedReason,
    Operation,
    OperationVenue,
    Outcome,
    PlanNotice,
    Proposal,
    Publication,
    Reminder,
    ReminderCopy,
    Scenario,
    Selection,
    Sheet,
    StartOverride,
    TeamMember,
    ToldPlan,
    Visit,
    VisitState,
    WarningSign,
    WelfareAnswer,
)
from operations.planning.operation_states import WITH_AUTHORITY, OperationState
from operations.proposals.models import ProposalState
from operations.proposals.wanted import Wanted
from operations.safety.deadlines import Kind
from operations.safety.models import Reader
from operations.sampling import actions as sampling
from operations.sampling import frames
from operations.teams.start_rules import Need
from operations.teams.welfare import Asked, Feeling
from operations.visits.states import MOVES
from operations.visits.verdict import Verdict
from outbox.models import Lane, Message
from tests.database import as_owner
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

PASSWORD = "correct horse battery staple"


class DjangoFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


# People and places ------------------------------------------------------------------------------


class UserFactory(DjangoFactory):
    """A person without a role. ``UserFactory(role=Role.PLANNER, units=[unit])`` gives both."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = "Invented"
    last_name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@police.example")

    class Params:
        with_telephone = factory.Trait(
            # numbers that Ofcom keeps for plays and films
            telephone=factory.Sequence(lambda n: f"+447700900{n % 1000:03}")
        )

    # Hashing is slow on purpose; a test that signs in by the form sets its own password.
    password = "!"

    @factory.post_generation
    def role(self, create, value: Role | None, **kwargs):
        if value:
            self.groups.add(Group.objects.get(name=value))
        if value == Role.ADMINISTRATOR:
            self.is_staff = True
            self.save()

    @factory.post_generation
    def units(self, create, value, **kwargs):
        for unit in value or ():
            unit.members.add(self)


class PasskeyFactory(DjangoFactory):
    """A row that stands for a passkey; no browser has its key."""

    class Meta:
        model = Authenticator

    user = factory.SubFactory(UserFactory)
    type = Authenticator.Type.WEBAUTHN
    data = factory.LazyFunction(lambda: {"name": "Work phone", "credential": {}})


class ForceFactory(DjangoFactory):
    class Meta:
        model = Force
        django_get_or_create = ("name",)

    name = "Wessendale Police"


class CommandUnitFactory(DjangoFactory):
    class Meta:
        model = CommandUnit

    force = factory.SubFactory(ForceFactory)
    code = factory.Sequence(lambda n: f"U{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")


class LocalAuthorityFactory(DjangoFactory):
    class Meta:
        model = LocalAuthority

    name = factory.Sequence(lambda n: f"Borough {n}")
    gss_code = factory.Sequence(lambda n: f"E99{n:06}")
    fhrs_code = factory.Sequence(lambda n: f"X{n:03}")
    command_unit = factory.SubFactory(CommandUnitFactory)


class VenueGroupFactory(DjangoFactory):
    class Meta:
        model = VenueGroup

    name = factory.Sequence(lambda n: f"Group {n}")


class VenueFactory(DjangoFactory):
    """A hotel with an address and a point. ``unit=`` puts it in a command unit."""

    class Meta:
        model = Venue

    class Params:
        unit = None

    name = factory.Sequence(lambda n: f"Imaginary Hotel {n}")
    kind = Venue.Kind.HOTEL
    local_authority = factory.Maybe(
        "unit",
        yes_declaration=factory.SubFactory(
            LocalAuthorityFactory, command_unit=factory.SelfAttribute("..unit")
        ),
        no_declaration=factory.SubFactory(LocalAuthorityFactory),
    )
    address = factory.Sequence(lambda n: f"{n + 1} Nowhere Street\nWessendale")
    postcode = "ZZ1 1ZZ"
    latitude = Decimal("51.500000")
    longitude = Decimal("-0.120000")

    @factory.post_generation
    def fhrsid(self, create, value: int | None, **kwargs):
        """A hotel of the open data: ``VenueFactory(fhrsid=7)``."""
        if value is not None:
            HygieneId.objects.create(fhrsid=value, venue=self)


class VenueContactFactory(DjangoFactory):
    class Meta:
        model = VenueContact

    venue = factory.SubFactory(VenueFactory)
    name = factory.Sequence(lambda n: f"Invented Manager {n}")
    job_title = "Front office manager"
    email = factory.Sequence(lambda n: f"manager{n}@hotel.example")


class TrainingSessionFactory(DjangoFactory):
    class Meta:
        model = TrainingSession

    venue = factory.SubFactory(VenueFactory)
    kind = TrainingSession.Kind.INITIAL
    held_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=100))
    mode = TrainingSession.Mode.IN_PERSON
    delivered_by = "Safer hotels team"
    front_desk_staff = 10
    attended = 8
    recorded_by = factory.SubFactory(UserFactory)


# Operations -------------------------------------------------------------------------------------


class WarningSignFactory(DjangoFactory):
    class Meta:
        model = WarningSign

    text = factory.Sequence(lambda n: f"Invented sign {n}")
    position = factory.Sequence(lambda n: 100 + n)


class ScenarioFactory(DjangoFactory):
    class Meta:
        model = Scenario

    title = factory.Sequence(lambda n: f"Late walk-in {n}")
    script = "Ask for a double room for tonight and offer cash."
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def warning_signs(self, create, value, **kwargs):
        self.warning_signs.set(value if value is not None else [WarningSignFactory()])


class OperationFactory(DjangoFactory):
    class Meta:
        model = Operation

    reference = factory.Sequence(lambda n: f"MS/2026/{n:03}")
    name = factory.Sequence(lambda n: f"Operation Lantern {n}")
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=30))
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))
    lead = factory.SubFactory(UserFactory, role=Role.CSE_LEAD)
    scenario = factory.SubFactory(ScenarioFactory)
    authorisation_reference = "AUTH/1"
    created_by = factory.SubFactory(UserFactory)
    state = OperationState.PUBLISHED

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """In the wanted state at once: its history begins with it, and holds nothing else."""
        state = kwargs["state"]
        if state in WITH_AUTHORITY:
            kwargs.setdefault("authorised_from", dt.date(2000, 1, 1))
            kwargs.setdefault("authorised_until", dt.date(2100, 12, 31))
        if state == OperationState.CLOSED:
            kwargs.setdefault("closed_at", timezone.now())
            kwargs.setdefault("closed_by", kwargs["created_by"])
        rule = "operations.Operation:operation_begins_as_a_draft"
        with as_owner(), pgtrigger.ignore(rule):
            operation = super()._create(model_class, *args, **kwargs)
        if state == OperationState.SUBMITTED:
            AuthorisationFactory(operation=operation)
        if state in WITH_AUTHORITY:
            AuthorisedFactory(operation=operation)
        return operation


class DraftOperationFactory(OperationFactory):
    state = OperationState.DRAFT


class SubmittedOperationFactory(OperationFactory):
    state = OperationState.SUBMITTED


class AuthorisedOperationFactory(OperationFactory):
    state = OperationState.AUTHORISED


class ClosedOperationFactory(OperationFactory):
    state = OperationState.CLOSED


class AuthorisationFactory(DjangoFactory):
    """Asked for by the author, for the whole force and more visits than a test makes."""

    class Meta:
        model = Authorisation

    operation = factory.SubFactory(OperationFactory, state=OperationState.DRAFT)
    lead = factory.LazyAttribute(lambda o: o.operation.lead)
    scenario = factory.LazyAttribute(lambda o: o.operation.scenario)
    authorisation_reference = factory.LazyAttribute(lambda o: o.operation.authorisation_reference)
    starts_on = factory.LazyAttribute(lambda o: o.operation.starts_on)
    ends_on = factory.LazyAttribute(lambda o: o.operation.ends_on)
    units = None
    venues_at_most = 30_000
    cadet_visits_at_most = 30_000
    risk_assessment = "RA/1"
    risk_assessed_on = dt.date(2026, 1, 5)
    equality_check = "EIA/1"
    equality_checked_on = dt.date(2026, 1, 6)
    submitted_by = factory.LazyAttribute(lambda o: o.operation.created_by)
    submitted_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _build(cls, model_class, *args, **kwargs):
        row = super()._build(model_class, *args, **kwargs)
        row.fingerprint = row.scope.fingerprint
        return row

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = cls._build(model_class, *args, **kwargs)
        row.save()
        return row


class AuthorisedFactory(AuthorisationFactory):
    decision = Decision.AUTHORISED
    considered = Considered.NONE_NEEDED
    rationale = "Proportionate"
    valid_from = factory.LazyAttribute(lambda o: o.operation.authorised_from or o.starts_on)
    valid_until = factory.LazyAttribute(lambda o: o.operation.authorised_until or o.ends_on)
    decided_by = factory.SubFactory(UserFactory, role=Role.CSE_LEAD)
    decided_at = factory.LazyFunction(timezone.now)


class OperationVenueFactory(DjangoFactory):
    class Meta:
        model = OperationVenue

    operation = factory.SubFactory(OperationFactory)
    venue = factory.SubFactory(VenueFactory)
    selection = Selection.RANDOM
    added_by = factory.SubFactory(UserFactory)


class DrawPlanFactory(DjangoFactory):
    """A plan to draw one of ``venues``, with the others as reserves; drawn if ``drawn``."""

    class Meta:
        model = DrawPlan

    class Params:
        venues = factory.LazyFunction(lambda: VenueFactory.create_batch(2))

    operation = factory.SubFactory(OperationFactory)
    frame = factory.LazyAttribute(
        lambda o: frames.encode(frames.Line(one.pk, "", one.name) for one in o.venues)
    )
    frame_size = factory.LazyAttribute(lambda o: len(o.venues))
    frame_hash = factory.LazyAttribute(lambda o: frames.digest(o.frame))
    shares = factory.LazyAttribute(
        lambda o: [{"stratum": "", "size": o.frame_size, "sample": 1, "reserves": o.frame_size - 1}]
    )
    design = factory.LazyFunction(lambda: {"aspects": [], "allocation": "proportional"})
    unit_ids = factory.LazyAttribute(
        lambda o: sorted({one.local_authority.command_unit_id or 0 for one in o.venues})
    )
    units = "Invented unit"
    of_all = True
    left_out = 0
    made_by = factory.SubFactory(UserFactory)
    made_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def drawn(self, create, value: bool | None, **kwargs):
        """The venues that chance takes: ``DrawPlanFactory(drawn=True)``."""
        if value:
            by = UserFactory(role=Role.PLANNER, whole_force=True)
            sampling.draw_venues(plan=self, by=by, at=timezone.now())
        self.refresh_from_db()


class DrawnVenueFactory(DjangoFactory):
    class Meta:
        model = DrawnVenue

    plan = factory.SubFactory(DrawPlanFactory)
    operation = factory.SelfAttribute("plan.operation")
    venue = factory.SubFactory(VenueFactory)
    number = factory.SelfAttribute("venue.pk")
    place = factory.Sequence(lambda n: n + 1)
    is_reserve = False


class VisitFactory(DjangoFactory):
    """A planned visit, this evening. Its lead officer is ``officer`` (made unless given)."""

    class Meta:
        model = Visit

    class Params:
        unit = None

    operation = factory.SubFactory(OperationFactory)
    venue = factory.SubFactory(VenueFactory, unit=factory.SelfAttribute("..unit"))
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + dt.timedelta(hours=2))
    created_by = factory.SubFactory(UserFactory, role=Role.PLANNER)

    @factory.post_generation
    def officer(self, create, value, **kwargs):
        lead = value or UserFactory(role=Role.VISITING_OFFICER)
        TeamMemberFactory(visit=self, officer=lead)
        move_to_built_state(self, lead)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """Insert as planned, as PostgreSQL demands; the wanted state is reached afterwards."""
        wanted = {name: kwargs.pop(name) for name in list(kwargs) if name in LATER_FIELDS}
        visit = super()._create(model_class, *args, **kwargs)
        visit.wanted = wanted
        return visit


LATER_FIELDS = (
    "state",
    "started_at",
    "started_by",
    "ended_at",
    "not_completed_reason",
    "not_completed_notes",
    "cancelled_reason",
    "cancelled_at",
    "outcome",
    "outcome_facts",
)


def move_to_built_state(visit: Visit, lead: User) -> None:
    """Take a planned visit through the states to the one the test asked for."""
    wanted = visit.wanted
    facts = wanted.pop("outcome_facts", {})
    state = wanted.pop("state", VisitState.PLANNED)
    if state in (VisitState.UNDER_WAY, VisitState.COMPLETED, VisitState.NOT_COMPLETED):
        visit.state = VisitState.UNDER_WAY
        visit.started_at = wanted.pop("started_at", None) or visit.starts_at
        visit.started_by = wanted.pop("started_by", None) or lead
        visit.save()
    if state in MOVES[VisitState.UNDER_WAY]:
        visit.ended_at = wanted.pop("ended_at", None) or visit.started_at + dt.timedelta(minutes=25)
    if state == VisitState.COMPLETED:
        visit.outcome = OutcomeFactory(visit=visit, logged_by=lead, **facts)
    for name, value in wanted.items():
        setattr(visit, name, value)
    if state == VisitState.CANCELLED and not visit.cancelled_at:
        visit.cancelled_at = timezone.now()
    if state != visit.state:
        visit.state = state
    if state != VisitState.PLANNED:
        visit.save()


class UnderWayVisitFactory(VisitFactory):
    state = VisitState.UNDER_WAY


class CompletedVisitFactory(VisitFactory):
    """Responded well unless ``outcome_facts`` (fields of Outcome) say otherwise."""

    state = VisitState.COMPLETED
    starts_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=3))
    outcome_facts = factory.Dict({})


class PartlyVisitFactory(CompletedVisitFactory):
    """The room was refused because of the signs, and nobody called."""

    outcome_facts = factory.LazyFunction(lambda: FACTS_OF[Verdict.PARTLY])


class RefresherNeededVisitFactory(CompletedVisitFactory):
    """The room was offered, and nobody called."""

    outcome_facts = factory.LazyFunction(lambda: FACTS_OF[Verdict.REFRESHER_NEEDED])


class NotCompletedVisitFactory(VisitFactory):
    state = VisitState.NOT_COMPLETED
    starts_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=3))
    not_completed_reason = NotCompletedReason.FULLY_BOOKED


class CancelledVisitFactory(VisitFactory):
    state = VisitState.CANCELLED
    cancelled_reason = "The team was needed elsewhere"


class OutcomeFactory(DjangoFactory):
    """The facts of a good response, for a visit that is under way."""

    class Meta:
        model = Outcome

    visit = factory.SubFactory(UnderWayVisitFactory)
    submission = factory.LazyFunction(uuid.uuid4)
    logged_by = factory.SubFactory(UserFactory)
    challenged = True
    asked_for_identification = True
    signs_recognised = True
    room_refused = True
    refusal_ground = "warning_signs"
    police_contacted = True
    contact_method = "101"
    contact_minutes = 5
    makesafe_quoted = True
    call_handler_recognised = True
    officers_sent = True
    officers_arrived_minutes = 15
    staff_debriefed = True
    materials_left = True
    refresher_accepted = None
    verdict = Verdict.RESPONDED_WELL
    verdict_rule = 1


NO_CALL = {
    "police_contacted": False,
    "contact_method": "",
    "contact_minutes": None,
    "makesafe_quoted": None,
    "call_handler_recognised": None,
    "officers_sent": None,
    "officers_arrived_minutes": None,
}

ROOM_OFFERED = {"signs_recognised": False, "room_refused": False, "refusal_ground": ""}

#: What sets an outcome of each verdict apart from that of a good response.
FACTS_OF = {
    Verdict.RESPONDED_WELL: {},
    Verdict.PARTLY: NO_CALL | {"verdict": Verdict.PARTLY},
    Verdict.REFRESHER_NEEDED: NO_CALL | ROOM_OFFERED | {"verdict": Verdict.REFRESHER_NEEDED},
}


class CadetPolicyFactory(DjangoFactory):
    class Meta:
        model = CadetPolicy
        django_get_or_create = ("valid_from",)

    valid_from = dt.date(2020, 1, 1)


class CadetFactory(DjangoFactory):
    """Sixteen, with consent and a briefing."""

    class Meta:
        model = Cadet

    reference = factory.Sequence(lambda n: f"C-{n:04}")
    birth_date = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=16 * 366))
    consented_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=20))
    briefed_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=5))


class TeamMemberFactory(DjangoFactory):
    """The lead officer of a visit."""

    class Meta:
        model = TeamMember

    visit = factory.SubFactory(VisitFactory)
    officer = factory.SubFactory(UserFactory, role=Role.VISITING_OFFICER)
    duty = TeamMember.Duty.LEAD

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """Also for a visit built as started: whoever is named was in its team all along."""
        rule = "operations.TeamMember:team_stands_once_the_visit_has_started"
        with as_owner(), pgtrigger.ignore(rule), transaction.atomic():
            return super()._create(model_class, *args, **kwargs)


class CadetMemberFactory(TeamMemberFactory):
    officer = None
    cadet = factory.SubFactory(CadetFactory)
    duty = TeamMember.Duty.CADET


class WelfareAnswerFactory(DjangoFactory):
    """After a visit: upset, and nobody has spoken to the cadet yet."""

    class Meta:
        model = WelfareAnswer

    visit = factory.SubFactory(CompletedVisitFactory)
    cadet = factory.SubFactory(CadetFactory)
    asked = Asked.AFTER
    answer = Feeling.UPSET
    asked_by = factory.SelfAttribute("visit.started_by")
    asked_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """The cadet was in the team."""
        visit, cadet = kwargs["visit"], kwargs["cadet"]
        if not visit.team.filter(cadet=cadet).exists():
            CadetMemberFactory(visit=visit, cadet=cadet)
        return super()._create(model_class, *args, **kwargs)


class SheetFactory(DjangoFactory):
    """Of tonight, one area and one team."""

    class Meta:
        model = Sheet

    operation = factory.SubFactory(OperationFactory)
    command_unit = factory.SubFactory(CommandUnitFactory)
    evening = factory.LazyFunction(lambda: duty_day(timezone.now()))
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + dt.timedelta(hours=3))
    areas = "Southmoor"
    call_signs = "Oscar 21"
    sent_to = "control@police.example"
    sent_by = factory.SubFactory(UserFactory, role=Role.PLANNER)
    sent_at = factory.LazyFunction(timezone.now)


class ProposalFactory(DjangoFactory):
    """Ready: one visit tomorrow evening, to a venue that was chosen for the operation."""

    class Meta:
        model = Proposal

    class Params:
        chosen = factory.SubFactory(OperationVenueFactory)
        lead = factory.SubFactory(UserFactory, role=Role.VISITING_OFFICER)
        welfare = factory.SubFactory(UserFactory, role=Role.VISITING_OFFICER)

    operation = factory.SelfAttribute("chosen.operation")
    asked_by = factory.SubFactory(UserFactory, role=Role.PLANNER, whole_force=True)
    asked_at = factory.LazyFunction(timezone.now)
    heard_at = factory.SelfAttribute("asked_at")
    state = ProposalState.READY
    metres = 12_000
    wanted = factory.LazyAttribute(
        lambda o: Wanted(
            days=(timezone.localdate() + dt.timedelta(days=1),),
            begins=dt.time(18),
            ends=dt.time(23),
            minutes=45,
            teams=2,
            officers=(o.lead.pk, o.welfare.pk),
            welfare_officers=(o.welfare.pk,),
            cadets=(),
        ).as_json()
    )
    tours = factory.LazyAttribute(
        lambda o: [
            {
                "lead": o.lead.pk,
                "welfare": o.welfare.pk,
                "cadet": None,
                "stops": [
                    {
                        "venue": o.chosen.venue_id,
                        "starts_at": at_on_the_day_after(19).isoformat(),
                        "ends_at": at_on_the_day_after(20).isoformat(),
                    }
                ],
            }
        ]
    )


def at_on_the_day_after(hour):
    day = timezone.localdate() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(hour), tzinfo=LONDON)


# Safety -----------------------------------------------------------------------------------------


class PublicationFactory(DjangoFactory):
    class Meta:
        model = Publication

    operation = factory.SubFactory(OperationFactory)
    number = 1
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


class PlanNoticeFactory(DjangoFactory):
    """That one visit was added to a published plan."""

    class Meta:
        model = PlanNotice

    operation = factory.SubFactory(OperationFactory)
    reader = factory.SubFactory(UserFactory, role=Role.VISITING_OFFICER)
    added = 1
    decided_at = factory.LazyFunction(timezone.now)


class ToldPlanFactory(DjangoFactory):
    """As the plan of the visit is."""

    class Meta:
        model = ToldPlan

    visit = factory.SubFactory(VisitFactory)
    operation = factory.LazyAttribute(lambda o: o.visit.operation)
    officer = factory.LazyAttribute(lambda o: o.visit.team.get(duty="lead").officer)
    starts_at = factory.LazyAttribute(lambda o: o.visit.starts_at)
    ends_at = factory.LazyAttribute(lambda o: o.visit.ends_at)
    duty = TeamMember.Duty.LEAD


class StartOverrideFactory(DjangoFactory):
    """Without the control room told, by a planner."""

    class Meta:
        model = StartOverride

    visit = factory.SubFactory(VisitFactory)
    need = Need.CONTROL_ROOM
    reason = "The control room’s line is down"
    by = factory.SubFactory(UserFactory, role=Role.PLANNER, whole_force=True)
    at = factory.LazyFunction(timezone.now)


class CheckInFactory(DjangoFactory):
    """Just now, by whoever started the visit."""

    class Meta:
        model = CheckIn

    visit = factory.SubFactory(UnderWayVisitFactory)
    by = factory.SelfAttribute("visit.started_by")
    at = factory.LazyFunction(timezone.now)
    arrived_at = factory.SelfAttribute("at")
    submission = factory.LazyFunction(uuid.uuid4)


class AlarmFactory(DjangoFactory):
    """Open: the team of a visit under way has not checked in."""

    class Meta:
        model = Alarm

    visit = factory.SubFactory(UnderWayVisitFactory)
    kind = Kind.CHECK_IN
    due_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=4))
    silent_since = factory.SelfAttribute("due_at")
    raised_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=1))


class AlarmThatWentOnFactory(AlarmFactory):
    """Open, and nobody took it in time."""

    rounds = 1
    escalated_at = factory.LazyFunction(timezone.now)


class AlarmNoticeFactory(DjangoFactory):
    """The operation's lead was told."""

    class Meta:
        model = AlarmNotice

    alarm = factory.SubFactory(AlarmThatWentOnFactory)
    round = 1
    reader = Reader.LEAD
    user = factory.SelfAttribute("alarm.visit.operation.lead")
    at = factory.LazyFunction(timezone.now)


class ClosedAlarmFactory(AlarmFactory):
    """Closed by somebody who spoke to the team."""

    closed_at = factory.LazyFunction(timezone.now)
    closed_by = factory.SubFactory(UserFactory, role=Role.CALL_HANDLER)
    spoke_to = "The lead officer, by phone"
    found = "All well"


# Calls ------------------------------------------------------------------------------------------


class CallFactory(DjangoFactory):
    """A call of just now, of which nobody has said what it was about. ``unit=`` places its venue.

    ``matched_to=`` a visit makes it one about that test.
    """

    class Meta:
        model = Call

    class Params:
        unit = None

    called_at = factory.LazyFunction(
        lambda: (timezone.now() - dt.timedelta(minutes=5)).replace(second=0, microsecond=0)
    )
    number = "101"
    venue = factory.SubFactory(VenueFactory, unit=factory.SelfAttribute("..unit"))
    logged_by = factory.SubFactory(UserFactory, role=Role.CALL_HANDLER)
    logged_at = factory.LazyAttribute(lambda o: o.called_at + dt.timedelta(minutes=4))

    @factory.post_generation
    def matched_to(self, create, value: Visit | None, **kwargs):
        if value:
            self.visit, self.matched_by, self.matched_at = value, self.logged_by, self.logged_at
            self.save()


class ConcernFactory(DjangoFactory):
    """Open: nobody has it in hand. ``unit=`` places the call's venue."""

    class Meta:
        model = Concern

    class Params:
        unit = None

    call = factory.SubFactory(CallFactory, unit=factory.SelfAttribute("..unit"))
    opened_at = factory.LazyFunction(timezone.now)
    opened_by = factory.SelfAttribute("call.logged_by")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=1))


class ClosedConcernFactory(ConcernFactory):
    closed_at = factory.SelfAttribute("opened_at")
    closed_by = factory.SelfAttribute("opened_by")
    result = ConcernResult.NOTHING
    came_of_it = "A parent with their own child"


class CallReminderFactory(DjangoFactory):
    class Meta:
        model = CallReminder

    call = factory.SubFactory(CallFactory)
    day = factory.LazyFunction(timezone.localdate)
    decided_at = factory.LazyFunction(timezone.now)


# Follow-ups -------------------------------------------------------------------------------------


class FollowUpFactory(DjangoFactory):
    """Offered, due in four weeks."""

    class Meta:
        model = FollowUp

    class Params:
        unit = None

    visit = factory.SubFactory(RefresherNeededVisitFactory, unit=factory.SelfAttribute("..unit"))
    due_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=28))
    responsible = factory.SubFactory(UserFactory, role=Role.TRAINING_COORDINATOR, whole_force=True)

    @factory.post_generation
    def state(self, create, value, **kwargs):
        """Move on from *offered*: ``FollowUpFactory(state=FollowUpState.BOOKED)``."""
        if value in (FollowUpState.BOOKED, FollowUpState.DELIVERED):
            self.state = FollowUpState.BOOKED
            self.booked_for = self.wanted_day or self.due_on
            self.save()
        if value and value != FollowUpState.BOOKED:
            self.booked_for = None
        if value == FollowUpState.DELIVERED:
            self.training_session = TrainingSessionFactory(
                venue=self.visit.venue, kind=TrainingSession.Kind.REFRESHER
            )
        if value == FollowUpState.DECLINED:
            self.declined_reason = "The venue trains its own staff"
        if value:
            self.state = value
            self.save()

    @classmethod
    def _create(cls, model_class, *args, booked_for=None, **kwargs):
        """Insert as offered, as PostgreSQL demands; a day is booked afterwards."""
        follow_up = super()._create(model_class, *args, **kwargs)
        follow_up.wanted_day = booked_for
        return follow_up


class ReminderFactory(DjangoFactory):
    class Meta:
        model = Reminder

    follow_up = factory.SubFactory(FollowUpFactory)
    stage = Stage.SOON
    audience = Audience.VENUE
    date = factory.LazyFunction(timezone.localdate)


class MessageFactory(DjangoFactory):
    class Meta:
        model = Message

    lane = Lane.REMINDERS
    letter = "reminders_to_venue"
    address = factory.Sequence(lambda n: f"contact{n}@hotel.example")


class ReminderCopyFactory(DjangoFactory):
    class Meta:
        model = ReminderCopy

    reminder = factory.SubFactory(ReminderFactory)
    message = factory.SubFactory(MessageFactory)

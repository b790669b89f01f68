"""What an operation consists of, a file for each subject."""

from operations.approval.models import Authorisation, AuthorisationQuerySet, OperationWithAuthority
from operations.approval.publications import (
    NoticeQuerySet,
    PlanNotice,
    Publication,
    PublicationQuerySet,
    ToldPlan,
    ToldQuerySet,
)
from operations.calls.concerns import (
    CallReminder,
    CallReminderQuerySet,
    Concern,
    ConcernPolicy,
    ConcernQuerySet,
    ConcernResult,
    ConcernState,
)
from operations.calls.models import Call, CallQuerySet, NumberCalled
from operations.calls.scripts import CallScript, CallScriptQuerySet
from operations.control_room.models import (
    AlarmOnBoard,
    CheckInOnBoard,
    MemberOnBoard,
    VisitOnBoard,
)
from operations.figures.models import (
    CountedChoice,
    CountedTraining,
    CountedVenue,
    CountedVisit,
    Figure,
    FigureQuerySet,
    Uncounted,
)
from operations.follow_ups.models import (
    FollowUp,
    FollowUpPolicy,
    FollowUpQuerySet,
    FollowUpState,
    Reminder,
    ReminderCopy,
)
from operations.planning.models import (
    Draw,
    DrawQuerySet,
    Operation,
    OperationQuerySet,
    OperationVenue,
    OperationVenueQuerySet,
)
from operations.proposals.models import Proposal, ProposalQuerySet
from operations.protection.covert_reads import (
    CovertRead,
    OperationWithReads,
    ReadOfVisits,
    VisitWithReads,
)
from operations.safety.models import (
    Alarm,
    AlarmNotice,
    AlarmNoticeQuerySet,
    AlarmQuerySet,
    CheckIn,
)
from operations.safety.overrides import StartOverride, StartOverrideQuerySet
from operations.safety.policies import SafetyPolicy
from operations.sampling.models import (
    DrawnChoice,
    DrawnVenue,
    DrawnVenueQuerySet,
    DrawPlan,
    DrawPlanQuerySet,
    SealedSeed,
)
from operations.scenarios.models import Scenario, ScenarioQuerySet, ScenarioSign, WarningSign
from operations.sheets.models import Sheet, SheetQuerySet
from operations.teams.models import (
    Cadet,
    CadetPolicy,
    CadetQuerySet,
    TeamMember,
    TeamMemberQuerySet,
)
from operations.teams.welfare import WelfareAnswer, WelfareAnswerQuerySet
from operations.visits.last_visits import LastVisit, LastVisitQuerySet
from operations.visits.models import Visit, VisitQuerySet
from operations.visits.outcomes import ContactMethod, Outcome, OutcomeQuerySet, RefusalGround
from operations.visits.policies import VisitPolicy
from operations.visits.selection import Selection
from operations.visits.states import ELIGIBLE, NotCompletedReason, VisitState

__all__ = [
    "ELIGIBLE",
    "Alarm",
    "AlarmNotice",
    "AlarmNoticeQuerySet",
    "AlarmOnBoard",
    "AlarmQuerySet",
    "Authorisation",
    "AuthorisationQuerySet",
    "Cadet",
    "CadetPolicy",
    "CadetQuerySet",
    "Call",
    "CallQuerySet",
    "CallReminder",
    "CallReminderQuerySet",
    "CallScript",
    "CallScriptQuerySet",
    "CheckIn",
    "CheckInOnBoard",
    "Concern",
    "ConcernPolicy",
    "ConcernQuerySet",
    "ConcernResult",
    "ConcernState",
    "ContactMethod",
    "CountedChoice",
    "CountedTraining",
    "CountedVenue",
    "CountedVisit",
    "CovertRead",
    "Draw",
    "DrawPlan",
    "DrawPlanQuerySet",
    "DrawQuerySet",
    "DrawnChoice",
    "DrawnVenue",
    "DrawnVenueQuerySet",
    "Figure",
    "FigureQuerySet",
    "FollowUp",
    "FollowUpPolicy",
    "FollowUpQuerySet",
    "FollowUpState",
    "LastVisit",
    "LastVisitQuerySet",
    "MemberOnBoard",
    "NotCompletedReason",
    "NoticeQuerySet",
    "NumberCalled",
    "Operation",
    "OperationQuerySet",
    "OperationVenue",
    "OperationVenueQuerySet",
    "OperationWithAuthority",
    "OperationWithReads",
    "Outcome",
    "OutcomeQuerySet",
    "PlanNotice",
    "Proposal",
    "ProposalQuerySet",
    "Publication",
    "PublicationQuerySet",
    "ReadOfVisits",
    "RefusalGround",
    "Reminder",
    "ReminderCopy",
    "SafetyPolicy",
    "Scenario",
    "ScenarioQuerySet",
    "ScenarioSign",
    "SealedSeed",
    "Selection",
    "Sheet",
    "SheetQuerySet",
    "StartOverride",
    "StartOverrideQuerySet",
    "TeamMember",
    "TeamMemberQuerySet",
    "ToldPlan",
    "ToldQuerySet",
    "Uncounted",
    "Visit",
    "VisitOnBoard",
    "VisitPolicy",
    "VisitQuerySet",
    "VisitState",
    "VisitWithReads",
    "WarningSign",
    "WelfareAnswer",
    "WelfareAnswerQuerySet",
]

"""What an operation consists of, a file for each subject."""

from operations.models.follow_ups import (
    FollowUp,
    FollowUpPolicy,
    FollowUpQuerySet,
    FollowUpState,
    Reminder,
    ReminderCopy,
)
from operations.models.operations import (
    Draw,
    DrawQuerySet,
    Operation,
    OperationQuerySet,
    OperationVenue,
    OperationVenueQuerySet,
    Selection,
)
from operations.models.outcomes import ContactMethod, Outcome, OutcomeQuerySet, RefusalGround
from operations.models.policies import VisitPolicy
from operations.models.scenarios import (
    Scenario,
    ScenarioQuerySet,
    ScenarioSign,
    WarningSign,
)
from operations.models.teams import (
    Cadet,
    CadetPolicy,
    CadetQuerySet,
    TeamMember,
    TeamMemberQuerySet,
)
from operations.models.visits import ELIGIBLE, NotCompletedReason, Visit, VisitQuerySet, VisitState

__all__ = [
    "ELIGIBLE",
    "Cadet",
    "CadetPolicy",
    "CadetQuerySet",
    "ContactMethod",
    "Draw",
    "DrawQuerySet",
    "FollowUp",
    "FollowUpPolicy",
    "FollowUpQuerySet",
    "FollowUpState",
    "NotCompletedReason",
    "Operation",
    "OperationQuerySet",
    "OperationVenue",
    "OperationVenueQuerySet",
    "Outcome",
    "OutcomeQuerySet",
    "RefusalGround",
    "Reminder",
    "ReminderCopy",
    "Scenario",
    "ScenarioQuerySet",
    "ScenarioSign",
    "Selection",
    "TeamMember",
    "TeamMemberQuerySet",
    "Visit",
    "VisitPolicy",
    "VisitQuerySet",
    "VisitState",
    "WarningSign",
]

"""The registry, a file for each subject."""

from venues.models.areas import CommandUnit, CommandUnitMember, Force, LocalAuthority
from venues.models.hygiene_ids import HygieneId, HygieneIdQuerySet
from venues.models.import_runs import Decision, DecisionQuerySet, ImportRun, ImportRunQuerySet
from venues.models.places import Venue, VenueContact, VenueGroup, VenueQuerySet, sees_contacts
from venues.models.training_sessions import TrainingSession, TrainingSessionQuerySet, last_trained

__all__ = [
    "CommandUnit",
    "CommandUnitMember",
    "Decision",
    "DecisionQuerySet",
    "Force",
    "HygieneId",
    "HygieneIdQuerySet",
    "ImportRun",
    "ImportRunQuerySet",
    "LocalAuthority",
    "TrainingSession",
    "TrainingSessionQuerySet",
    "Venue",
    "VenueContact",
    "VenueGroup",
    "VenueQuerySet",
    "last_trained",
    "sees_contacts",
]

"""The registry, a file for each subject."""

from venues.imports.models import Decision, DecisionQuerySet, ImportRun, ImportRunQuerySet
from venues.registry.areas import CommandUnit, CommandUnitMember, Force, LocalAuthority
from venues.registry.hygiene_ids import HygieneId, HygieneIdQuerySet
from venues.registry.models import Venue, VenueContact, VenueGroup, VenueQuerySet, sees_contacts
from venues.training.models import TrainingSession, TrainingSessionQuerySet, last_trained

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

"""Each factory makes what it says, through the states that PostgreSQL allows."""

import pytest

from operations.models import FollowUpState, VisitState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("factory", "state"),
    [
        (factories.VisitFactory, VisitState.PLANNED),
        (factories.UnderWayVisitFactory, VisitState.UNDER_WAY),
        (factories.CompletedVisitFactory, VisitState.COMPLETED),
        (factories.PartlyVisitFactory, VisitState.COMPLETED),
        (factories.RefresherNeededVisitFactory, VisitState.COMPLETED),
        (factories.NotCompletedVisitFactory, VisitState.NOT_COMPLETED),
        (factories.CancelledVisitFactory, VisitState.CANCELLED),
    ],
)
def test_a_visit_factory_reaches_its_state(factory, state):
    visit = factory()
    visit.refresh_from_db()
    assert visit.state == state
    assert (visit.outcome is not None) == (state == VisitState.COMPLETED)


@pytest.mark.parametrize("state", [s for s in FollowUpState if s not in ("confirmed",)])
def test_a_follow_up_factory_reaches_its_state(state):
    follow_up = factories.FollowUpFactory(state=state)
    follow_up.refresh_from_db()
    assert follow_up.state == state


def test_the_other_factories_make_valid_rows():
    factories.OperationVenueFactory()
    factories.VenueContactFactory()
    factories.CadetMemberFactory()
    factories.CadetPolicyFactory()
    factories.ReminderCopyFactory()

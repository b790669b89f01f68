"""Nobody takes back an act that they could not have done; whoever did it takes it back."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import Undo, User
from accounts.roles import Role
from operations.duty.welfare import Said
from tests import factories
from tests.test_acts import ACTS
from tests.test_acts_ask_who_acts import CALLS, planned
from venues.models import Venue

pytestmark = pytest.mark.django_db

UNDOABLE = sorted(name for name in CALLS if undo.kind_of(ACTS[name]))


def some_venues():
    answers = CALLS["operations.planning.actions.add_venues"]()
    return answers | {"venues": [factories.VenueFactory()]}


def declined():
    answers = CALLS["operations.follow_ups.actions.reopen_refresher"]()
    return answers | {"version": answers["follow_up"].version}


def visits_in_hand():
    visit = planned()
    answers = CALLS["operations.follow_ups.handing_over.hand_over_visits"]()
    return answers | {"visits": [visit], "person": visit.team.get().officer}


def answers_of_a_cadet():
    made = factories.WelfareAnswerFactory()
    said = [Said(made.cadet_id, "fine")]
    return {"visit": made.visit, "said": said, "at": timezone.now()}


def proposed():
    return {"proposal": factories.ProposalFactory(), "at": timezone.now()}


def done():
    return {"operation": factories.OperationFactory(), "at": timezone.now()}


#: Where the act must have something to change, or be of now.
WITH_SOMETHING = {
    "operations.planning.actions.add_venues": some_venues,
    "operations.follow_ups.handing_over.hand_over_visits": visits_in_hand,
    "operations.follow_ups.actions.reopen_refresher": declined,
    "operations.duty.welfare.say_how_it_was": answers_of_a_cadet,
    "operations.proposals.actions.take_proposal": proposed,
    "operations.closing.actions.close_operation": done,
}


def called(name, by_whom):
    """Do the act as the person that ``by_whom`` makes of what it is called with."""
    answers = (WITH_SOMETHING.get(name) or CALLS[name])()
    first = [answers.pop("run")] if "run" in answers else []
    by = by_whom(answers)
    ACTS[name](*first, by=by, **answers)
    return by


def everything(answers):
    """Somebody who may do all; of a visit, an officer of its team."""
    visit, proposal = answers.get("visit"), answers.get("proposal")
    person = visit.team.get(duty="lead").officer if visit else factories.UserFactory()
    person = proposal.asked_by if proposal else person
    User.objects.filter(pk=person.pk).update(whole_force=True)
    person.groups.set(Group.objects.all())
    return User.objects.get(pk=person.pk)


def may(name, role):
    """Whether the act itself would be done for somebody of the role, whose units are all."""
    try:
        with transaction.atomic():
            called(name, lambda answers: factories.UserFactory(role=role, whole_force=True))
            transaction.set_rollback(True)
    except PermissionDenied:
        return False
    except Refused:
        return True
    return True


@pytest.mark.parametrize("name", UNDOABLE)
def test_nobody_takes_back_what_they_could_not_have_done(name):
    may_not = [role for role in Role if not may(name, role)]
    assert may_not
    by = called(name, everything)
    offer = Undo.objects.get(by=by)
    before = Venue.objects.count()
    for role in may_not:
        stranger = factories.UserFactory(role=role, whole_force=True)
        with pytest.raises(PermissionDenied):
            undo.take_back(number=offer.number, by=stranger, at=timezone.now(), reason="Slip")
    assert Venue.objects.count() == before
    undo.take_back(number=offer.number, by=by, at=timezone.now(), reason="Slip")

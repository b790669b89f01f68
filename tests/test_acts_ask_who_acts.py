"""Every act asks who acts, whatever called it: somebody who may not changes nothing."""

import datetime as dt
import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.access import rights
from accounts.access.requests import AccessRequest, Right
from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import User
from accounts.roles import Role
from operations.follow_ups.actions import FollowUpState
from operations.models import NotCompletedReason, Outcome, Selection
from operations.planning import schedule
from operations.proposals.wanted import Wanted
from operations.sampling.design import Design
from operations.teams.start_rules import Need
from operations.visits.facts import OutcomeFacts
from tests import factories
from tests.test_acts import ACTS, DECISIONS
from venues.imports.aspects import stored
from venues.models import ImportRun, Venue
from venues.registry import actions as venue_acts

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)


def nobody():
    """Somebody who signs in and has no role."""
    return factories.UserFactory()


def inactive():
    """An administrator and planner of the whole force whose account was closed."""
    person = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    person.groups.set(Group.objects.all())
    person.is_active = False
    person.save()
    return User.objects.get(pk=person.pk)


def place():
    venue = factories.VenueFactory()
    return {
        "name": "Lanternstay Ostermeer",
        "kind": Venue.Kind.HOTEL,
        "group": None,
        "local_authority": venue.local_authority,
        "address": "1 Nowhere Street",
        "postcode": "ZZ1 1ZZ",
        "latitude": None,
        "longitude": None,
        "notes": "",
    }


def training():
    return {
        "kind": "initial",
        "held_on": NOW.date(),
        "at": NOW,
        "mode": "in_person",
        "delivered_by": "Safer hotels team",
        "front_desk_staff": 4,
        "attended": 3,
    }


def operation():
    return {
        "reference": "MS/2026/901",
        "name": "Operation Lantern",
        "starts_on": timezone.localdate(),
        "ends_on": timezone.localdate(),
        "lead": factories.UserFactory(role=Role.CSE_LEAD),
        "scenario": factories.ScenarioFactory(),
        "authorisation_reference": "AUTH/9",
    }


def cadet():
    return {
        "reference": "C-9901",
        "command_unit": None,
        "birth_date": timezone.localdate() - dt.timedelta(days=16 * 366),
        "consented_on": timezone.localdate(),
        "briefed_on": timezone.localdate(),
        "on": timezone.localdate(),
    }


def facts():
    made = factories.OutcomeFactory.build(visit=None, logged_by=None)
    return OutcomeFacts.of(made)


def run():
    venue = factories.VenueFactory(fhrsid=71)
    ours = {"stored": stored(venue, "name"), "shown": venue.name}
    theirs = {"stored": stored(Venue(name="Other"), "name"), "shown": "Other"}
    difference = {
        "aspect": "name", "venue": venue.pk, "fhrsid": 71, "open": True,
        "authority": venue.local_authority_id, "ours": ours, "theirs": theirs,
    }  # fmt: skip
    counts = dict.fromkeys(("created", "changed", "unchanged", "missing", "differences"), 0)
    return ImportRun.objects.create(
        file_name="x.xml",
        extract_date=timezone.localdate(),
        report={"differences": [difference]},
        **counts,
    )


def asked(right=Right.PLANNER):
    person = factories.UserFactory()
    return AccessRequest.objects.create(
        person=person,
        right=right,
        address=person.email,
        asked_by=factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True),
    )


def an_undo():
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    venue_acts.close_venue(
        venue=factories.VenueFactory(), on=NOW.date(), reason="Sold", by=planner, at=NOW
    )
    return undo.Undo.objects.get(by=planner).number


def team():
    return [schedule.Place(factories.UserFactory(role=Role.VISITING_OFFICER), schedule.Duty.LEAD)]


def chosen():
    return factories.OperationVenueFactory(selection=Selection.PRIORITY)


def planned():
    return factories.VisitFactory(starts_at=timezone.now() + DAY)


def withdrawal():
    member = factories.CadetMemberFactory()
    return {"visit": member.visit, "cadet": member.cadet, "at": timezone.now()}


def overdue():
    return factories.UnderWayVisitFactory(starts_at=timezone.now() - dt.timedelta(hours=20))


def follow_up(**state):
    return factories.FollowUpFactory(**state)


def window():
    at = timezone.now()
    return {"starts_at": at + DAY, "ends_at": at + DAY + dt.timedelta(hours=1), "at": at}


def person():
    return factories.UserFactory()


def assessments():
    papers = {"risk_assessment": "RA/1", "equality_check": "EIA/1"}
    return papers | dict.fromkeys(["risk_assessed_on", "equality_checked_on"], NOW.date())


def decision():
    asked = factories.SubmittedOperationFactory().authorisations.get()
    return {"authorisation": asked, "rationale": "Fair", "at": NOW}


def visit_of(row):
    return {"operation": row.operation, "venue": row.venue}


def call_fields():
    now = timezone.now()
    earlier = now - dt.timedelta(minutes=20)
    fields = dict.fromkeys(["answered_after", "recognised", "makesafe_quoted", "venue"])
    fields |= dict.fromkeys(["officers_sent", "sent_at", "arrived_at"])
    fields |= {"called_at": earlier, "number": "999", "place": "By the quay", "done": ""}
    return fields | {"incident_reference": "", "at": now}


def call_about_a_test():
    visit = factories.UnderWayVisitFactory(starts_at=timezone.now() - dt.timedelta(minutes=20))
    call = factories.CallFactory(venue=visit.venue)
    return {"call": call, "visit": visit, "version": 1, "at": timezone.now()}


SUBMISSION = {"submission": uuid.UUID(int=7)}

#: What each act of docs/acts.md is called with, who acts apart.
CALLS = {
    "venues.registry.actions.add_venue": place,
    "venues.registry.actions.edit_venue": lambda: {
        "venue": factories.VenueFactory(),
        "version": 1,
        **place(),
    },
    "venues.registry.actions.close_venue": lambda: {
        "venue": factories.VenueFactory(),
        "on": NOW.date(),
        "reason": "Sold",
        "at": NOW,
    },
    "venues.registry.actions.reopen_venue": lambda: {
        "venue": factories.VenueFactory(closed_on=NOW.date(), closed_reason="Sold"),
        "on": NOW.date(),
        "reason": "Back",
        "at": NOW,
    },
    "venues.registry.actions.save_contact": lambda: {
        "venue": factories.VenueFactory(),
        "name": "Rhoda",
        "email": "r@hotel.example",
    },
    "venues.registry.actions.remove_contact": lambda: {"contact": factories.VenueContactFactory()},
    "venues.registry.merging.merge_venues": lambda: {
        "keep": factories.VenueFactory(),
        "duplicate": factories.VenueFactory(),
    },
    "venues.imports.fhrs_import.import_fhrs": lambda: {
        "source": "/dev/null",
        "file_name": "x.xml",
        "at": NOW,
    },
    "venues.imports.decisions.accept_difference": lambda: {"run": run(), "number": 0},
    "venues.imports.decisions.keep_ours": lambda: {"run": run(), "number": 0},
    "venues.training.actions.record_training": lambda: {
        "venue": factories.VenueFactory(),
        **training(),
    },
    "venues.training.actions.correct_training": lambda: {
        "session": factories.TrainingSessionFactory(),
        "version": 1,
        "reason": "Slip",
        **training(),
    },
    "venues.training.actions.remove_training": lambda: {
        "session": factories.TrainingSessionFactory(),
        "version": 1,
        "reason": "Slip",
    },
    "operations.follow_ups.actions.book_refresher": lambda: {
        "follow_up": follow_up(),
        "on": timezone.localdate(),
        "at": timezone.now(),
        "version": 1,
    },
    "operations.follow_ups.actions.record_delivery": lambda: {
        "follow_up": follow_up(),
        "version": 1,
        **{k: v for k, v in training().items() if k != "kind"},
        "held_on": timezone.localdate(),
        "at": timezone.now(),
    },
    "operations.follow_ups.actions.decline_refresher": lambda: {
        "follow_up": follow_up(),
        "reason": "No",
        "version": 1,
    },
    "operations.follow_ups.actions.reopen_refresher": lambda: {
        "follow_up": follow_up(state=FollowUpState.DECLINED),
        "reason": "Yes",
        "version": 2,
    },
    "operations.follow_ups.handing_over.hand_over_follow_ups": lambda: {
        "follow_ups": [follow_up()],
        "to": factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True),
    },
    "operations.follow_ups.handing_over.hand_over_visits": lambda: {
        "visits": [planned()],
        "person": person(),
        "at": timezone.now(),
        "to": factories.UserFactory(role=Role.VISITING_OFFICER),
    },
    "operations.follow_ups.handing_over.hand_over_operations": lambda: {
        "operations": [factories.OperationFactory()],
        "to": factories.UserFactory(role=Role.CSE_LEAD),
    },
    "operations.planning.actions.create_operation": operation,
    "operations.planning.actions.edit_operation": lambda: {
        "operation": factories.OperationFactory(),
        "version": 1,
        **operation(),
    },
    "operations.planning.actions.add_venues": lambda: {
        "operation": factories.OperationFactory(),
        "venues": [],
        "selection": Selection.PRIORITY,
    },
    "operations.sampling.actions.commit_draw": lambda: {
        "operation": factories.OperationFactory(),
        "among": Venue.objects.filter(pk=factories.VenueFactory().pk),
        "design": Design(number=1),
        "at": NOW,
    },
    "operations.sampling.actions.draw_venues": lambda: {
        "plan": factories.DrawPlanFactory(),
        "at": NOW,
    },
    "operations.sampling.actions.replace_venue": lambda: {
        "drawn": factories.DrawPlanFactory(drawn=True).drawn.get(place=1),
        "reason": "Shut",
    },
    "operations.planning.actions.remove_venue": lambda: {"chosen": chosen()},
    "operations.scenarios.actions.create_scenario": lambda: {
        "title": "Late",
        "script": "Ask.",
        "warning_signs": [factories.WarningSignFactory()],
    },
    "operations.scenarios.actions.new_scenario_version": lambda: {
        "scenario": factories.ScenarioFactory(),
        "script": "Ask.",
        "warning_signs": [factories.WarningSignFactory()],
    },
    "operations.planning.schedule.plan_visit": lambda: {
        **visit_of(chosen()),
        "team": team(),
        **window(),
    },
    "operations.planning.schedule.reschedule_visit": lambda: {
        "visit": planned(),
        "version": 1,
        "team": team(),
        **window(),
    },
    "operations.planning.schedule.cancel_visit": lambda: {
        "visit": planned(),
        "reason": "Snow",
        "at": timezone.now(),
    },
    "operations.approval.actions.submit_operation": lambda: {
        "operation": factories.DraftOperationFactory(),
        "at": NOW,
        "venues_at_most": 1,
        "cadet_visits_at_most": 0,
        **assessments(),
    },
    "operations.approval.actions.authorise_operation": lambda: {
        **decision(),
        "fingerprint": "",
        "considered": "none_needed",
        "valid_from": NOW.date(),
        "valid_until": NOW.date(),
    },
    "operations.approval.actions.refuse_operation": lambda: decision(),
    "operations.approval.actions.withdraw_operation": lambda: {
        "operation": factories.SubmittedOperationFactory(),
        "reason": "Too soon",
        "at": NOW,
    },
    "operations.approval.actions.publish_operation": lambda: {
        "operation": factories.AuthorisedOperationFactory(),
        "at": NOW,
    },
    "operations.approval.cloning.clone_operation": lambda: {
        "operation": factories.OperationFactory(),
        "reference": "MS/2027/9",
        "starts_on": timezone.localdate(),
        "at": timezone.now(),
    },
    "operations.closing.actions.close_operation": lambda: {
        "operation": factories.OperationFactory(),
        "at": NOW,
    },
    "operations.proposals.actions.ask_for_proposal": lambda: {
        "operation": factories.OperationFactory(),
        "wanted": Wanted.of_json(factories.ProposalFactory().wanted),
        "at": NOW,
    },
    "operations.proposals.actions.stop_proposal": lambda: {"proposal": factories.ProposalFactory()},
    "operations.proposals.actions.take_proposal": lambda: {
        "proposal": factories.ProposalFactory(),
        "at": NOW,
    },
    "operations.sheets.actions.send_sheet": lambda: {
        "operation": factories.OperationFactory(),
        "evening": NOW.date(),
        "at": NOW,
    },
    "operations.teams.actions.add_cadet": cadet,
    "operations.teams.actions.edit_cadet": lambda: {
        "cadet": factories.CadetFactory(),
        "version": 1,
        **cadet(),
    },
    "operations.safety.actions.check_in": lambda: {
        "visit": factories.UnderWayVisitFactory(),
        "ago": dt.timedelta(0),
        "at": timezone.now(),
        **SUBMISSION,
    },
    "operations.safety.actions.call_for_help": lambda: {
        "visit": factories.UnderWayVisitFactory(),
        "ago": dt.timedelta(0),
        "at": timezone.now(),
        **SUBMISSION,
    },
    "operations.duty.concerns.report_concern": lambda: {
        "visit": factories.UnderWayVisitFactory(),
        "ago": dt.timedelta(0),
        "at": timezone.now(),
        **SUBMISSION,
    },
    "operations.safety.actions.take_alarm": lambda: {
        "alarm": factories.AlarmFactory(),
        "at": timezone.now(),
    },
    "operations.safety.actions.close_alarm": lambda: {
        "alarm": factories.AlarmFactory(),
        "spoke_to": "The lead officer",
        "found": "All well",
        "at": timezone.now(),
    },
    "operations.calls.actions.log_call": call_fields,
    "operations.calls.actions.correct_call": lambda: {
        "call": factories.CallFactory(),
        "version": 1,
        "reason": "Slip",
        **call_fields(),
    },
    "operations.calls.actions.match_call": call_about_a_test,
    "operations.calls.actions.unmatch_call": lambda: {
        "call": factories.CallFactory(matched_to=factories.UnderWayVisitFactory()),
        "version": 1,
        "reason": "Another hotel",
    },
    "operations.calls.actions.open_concern": lambda: {
        "call": factories.CallFactory(called_at=timezone.now() - dt.timedelta(days=2)),
        "version": 1,
        "at": timezone.now(),
    },
    "operations.calls.concern_actions.give_concern": lambda: {
        "concern": factories.ConcernFactory(),
        "to": factories.UserFactory(role=Role.CSE_LEAD, whole_force=True),
        "version": 1,
    },
    "operations.calls.concern_actions.close_concern": lambda: {
        "concern": factories.ConcernFactory(),
        "result": "nothing",
        "came_of_it": "A family",
        "version": 1,
        "at": timezone.now(),
    },
    "operations.calls.concern_actions.reopen_concern": lambda: {
        "concern": factories.ClosedConcernFactory(),
        "reason": "They came back",
        "version": 1,
    },
    "operations.calls.script_actions.write_script": lambda: {
        "questions": "Where?",
        "advice": "Kindly.",
        "after": 1,
    },
    "operations.duty.actions.start_visit": lambda: {
        "visit": factories.VisitFactory(),
        "told": True,
        "at": timezone.now(),
    },
    "operations.duty.allowing.allow_start": lambda: {
        "visit": planned(),
        "without": [Need.CONTROL_ROOM],
        "reason": "The line is down",
        "at": timezone.now(),
    },
    "operations.duty.welfare.withdraw_cadet": withdrawal,
    "operations.duty.welfare.say_how_it_was": lambda: {
        "visit": factories.CompletedVisitFactory(),
        "said": [],
        "at": timezone.now(),
    },
    "operations.duty.welfare.see_to": lambda: {
        "answer": factories.WelfareAnswerFactory(),
        "version": 1,
        "at": timezone.now(),
    },
    "operations.duty.actions.log_outcome": lambda: {
        "visit": factories.UnderWayVisitFactory(),
        "facts": facts(),
        "at": timezone.now(),
        **SUBMISSION,
    },
    "operations.duty.actions.correct_outcome": lambda: {
        "visit": factories.CompletedVisitFactory(),
        "facts": facts(),
        "reason": "Slip",
        "revision": 1,
        "at": timezone.now(),
        **SUBMISSION,
    },
    "operations.duty.actions.log_not_completed": lambda: {
        "visit": factories.UnderWayVisitFactory(),
        "reason": NotCompletedReason.FULLY_BOOKED,
        "notes": "",
        "at": timezone.now(),
        **SUBMISSION,
    },
    "operations.control_room.actions.end_overdue_visit": lambda: {
        "visit": overdue(),
        "reason": "Left",
        "at": timezone.now(),
    },
    "operations.duty.actions.correct_not_completed": lambda: {
        "visit": factories.NotCompletedVisitFactory(),
        "reason": NotCompletedReason.UNSAFE,
        "notes": "",
        "why": "Slip",
        "revision": 1,
        **SUBMISSION,
        "at": timezone.now(),
    },
    "accounts.sign_in.actions.invite": lambda: {
        "person": User(username="o", email="o@police.example"),
        "on": NOW.date(),
    },
    "accounts.sign_in.actions.send_password_link": lambda: {"person": person()},
    "accounts.access.rights.change": lambda: {
        "person": person(),
        "wanted": rights.Rights(frozenset({Role.VISITING_OFFICER}), frozenset(), whole_force=False),
        "on": NOW.date(),
    },
    "accounts.access.rights.approve": lambda: {"request": asked()},
    "accounts.access.rights.refuse": lambda: {"request": asked()},
    "accounts.access.rights.change_address": lambda: {
        "person": person(),
        "address": "x@police.example",
    },
    "accounts.access.rights.send_link": lambda: {"person": person()},
    "accounts.sign_in.actions.change_telephone": lambda: {
        "person": person(),
        "telephone": "07700 900123",
    },
    "accounts.sign_in.actions.unlink": lambda: {"person": person()},
    "accounts.sign_in.actions.close_account": lambda: {"person": person(), "on": NOW.date()},
    "accounts.sign_in.actions.remove_second_factors": lambda: {"person": person()},
    "accounts.acts.undo.take_back": lambda: {"number": an_undo(), "at": timezone.now()},
    "reports.subject_access.export": lambda: {
        "records": [factories.CadetFactory()],
        "reason": "SAR 17",
        "at": NOW,
    },
}


def test_each_act_is_walked():
    assert set(CALLS) == set(DECISIONS)


@pytest.mark.parametrize("who", [nobody, inactive])
@pytest.mark.parametrize("name", sorted(CALLS))
def test_whoever_may_not_is_refused_by_the_act_itself(name, who):
    answers, by = CALLS[name](), who()
    source = ("run", "source") if {"run", "source"} & answers.keys() else ()
    first = [answers.pop(each) for each in source if each in answers]
    before = written()
    with pytest.raises((PermissionDenied, Refused)) as refusal:
        ACTS[name](*first, by=by, **answers)
    assert written() == before
    if isinstance(refusal.value, Refused):
        assert name in IN_WORDS


#: Refused with a sentence, since the person sees the page on which it stands.
IN_WORDS = {"accounts.access.rights.approve", "accounts.access.rights.refuse"}


def written():
    """What an act could have written, by number."""
    return (User.objects.count(), Venue.objects.count(), Outcome.objects.count())

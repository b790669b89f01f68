"""The demonstration: believable, loaded once, and nobody real in it."""

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.demo import SIGN_INS
from accounts.models import User
from govuk.dates import LONDON
from operations.demo import visits as demo_history
from operations.demo import world as demo_world
from operations.models import (
    Authorisation,
    Call,
    Concern,
    FollowUp,
    FollowUpState,
    Operation,
    OperationVenue,
    Outcome,
    Scenario,
    Selection,
    Visit,
    VisitState,
)
from operations.planning.schedule import Duty, Place, problems_of_cadets
from operations.teams.cadet_rules import finish_by
from operations.visits.verdict import Verdict
from tests import factories
from venues.models import LocalAuthority, TrainingSession, Venue

ROOT = Path(__file__).resolve().parents[3]
REAL = ROOT / "tests/data/words_of_real_names.txt"

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Loading takes seconds: once for all tests here, and taken back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demo", venues=120)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db):
    """The demonstration is loaded."""


def test_it_is_never_mixed_with_real_venues():
    factories.VenueFactory()
    with pytest.raises(CommandError, match="other venues"):
        call_command("load_demo")


def test_it_is_refused_where_there_is_no_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("load_demo")


def test_it_holds_something_of_everything(demo):
    assert Venue.objects.count() == 120
    assert set(Visit.objects.values_list("state", flat=True)) >= {
        VisitState.PLANNED,
        VisitState.COMPLETED,
        VisitState.NOT_COMPLETED,
    }
    assert set(Outcome.objects.values_list("verdict", flat=True)) == set(Verdict)
    assert set(FollowUp.objects.values_list("state", flat=True)) >= {
        FollowUpState.OFFERED,
        FollowUpState.BOOKED,
        FollowUpState.DELIVERED,
        FollowUpState.DECLINED,
    }
    assert Operation.objects.count() == 15
    assert Scenario.objects.count() == 2
    assert Call.objects.about_tests().count() > 10
    assert Call.objects.unsettled().count() == 2
    assert {concern.state for concern in Concern.objects.all()} == {"open", "closed"}
    assert TrainingSession.objects.filter(kind="refresher").exists()


def test_every_sign_in_it_announces_works(demo, client):
    for person in SIGN_INS:
        assert client.login(username=person.username, password=person.password)
        assert client.get("/", follow=True).status_code == 200


def test_there_is_an_operation_at_each_stage_that_somebody_has_to_see_to(demo):
    stages = Counter(operation.stage_today for operation in Operation.objects.all())
    assert stages == {"closed": 12, "live": 1, "submitted": 1, "draft": 1}
    lead = User.objects.get(username="lead")
    assert Authorisation.objects.for_decision_by(lead).count() == 1


def test_the_officer_who_signs_in_has_visits_to_make(demo):
    assert Visit.objects.for_officer(User.objects.get(username="officer")).planned().count() >= 3


def test_each_planned_visit_takes_a_cadet_who_may_go(demo):
    for visit in Visit.objects.planned():
        members = visit.team.select_related("officer", "cadet")
        team = [Place(member.officer or member.cadet, member.duty) for member in members]
        assert any(place.duty == Duty.CADET for place in team)
        assert problems_of_cadets(visit, team) == []


@pytest.mark.parametrize("hour", range(24))
def test_visits_to_make_are_at_an_hour_when_cadets_may_go_whenever_it_is_loaded(hour):
    now = dt.datetime(2026, 11, 25, hour, 30, tzinfo=LONDON)
    starts = [demo_history._at_the_desk(now, number) for number in (0, 1)]

    assert abs(starts[1] - starts[0]) >= demo_history.LASTS
    for start in starts:
        assert now - dt.timedelta(hours=1) < start < now + dt.timedelta(days=3)
        assert start + demo_history.LASTS <= finish_by(start, dt.time(23))


def test_a_scenario_names_the_signs_that_its_script_shows(demo):
    words = {"cash": "cash", "bottle": "Alcohol", "luggage": "luggage", "identification": "ident"}
    words |= {"quiet": "withdrawn", "away from the desk": "out of sight"}
    for scenario in Scenario.objects.all():
        signs = " ".join(str(sign) for sign in scenario.warning_signs.all())
        for shown, sign in words.items():
            assert (shown in scenario.script) == (sign in signs), (scenario, shown)


def test_what_venues_were_drawn_from_is_on_record(demo):
    chosen = OperationVenue.objects.filter(selection=Selection.RANDOM)

    assert chosen.exists()
    assert not chosen.filter(draw=None).exists()


def test_loading_it_again_changes_nothing(demo):
    before = Visit.objects.count()
    call_command("load_demo")
    assert Visit.objects.count() == before


def test_no_invented_venue_or_place_has_the_name_of_a_real_one(demo):
    """Each has a word that is in no real name, and each word coined for venues is such a one."""
    real = set(REAL.read_text().split())
    assert len(real) > 1500
    assert {"hotel", "premier", "norwich"} <= real
    names = [*Venue.objects.values_list("name", flat=True), *demo_world.GROUPS]
    names += LocalAuthority.objects.values_list("name", flat=True)
    assert len(names) > 130
    assert [name for name in names if words(name) <= real] == []
    assert not words(" ".join(demo_world.FIRST)) & real


def words(name: str) -> set[str]:
    return set(re.findall("[a-z]+", name.lower()))

"""How long an operation can be is the force's policy, and its form says so before anybody errs."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.dates.london import duty_day
from accounts.roles import Role
from operations.models import Operation, VisitPolicy
from operations.planning import actions as planning
from tests.factories import (
    CommandUnitFactory,
    OperationFactory,
    OperationVenueFactory,
    ScenarioFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db

FIRST = dt.date(2027, 3, 1)


@pytest.fixture
def planner():
    return UserFactory(role=Role.PLANNER, whole_force=True)


def create(planner, days):
    return planning.create_operation(
        by=planner,
        reference="MS/2027/01",
        name="Operation Lantern",
        starts_on=FIRST,
        ends_on=FIRST + dt.timedelta(days=days - 1),
        lead=planner,
        scenario=ScenarioFactory(),
        authorisation_reference="A/1",
    )


def test_an_operation_is_as_long_as_the_policy_of_its_first_day_allows(planner):
    VisitPolicy.objects.create(valid_from=FIRST, longest_operation_days=30)
    with pytest.raises(Refused) as refused:
        create(planner, 31)
    [problem] = refused.value.problems
    assert problem.about == "ends_on"
    assert problem.message == (
        "An operation lasts 30 days at most, so this one ends on 30 March 2027 or before. Check "
        "both dates, or plan another operation."
    )
    assert create(planner, 30).pk


@pytest.mark.parametrize("with_policy", [True, False])
def test_it_is_never_longer_than_a_year(planner, with_policy):
    if not with_policy:
        VisitPolicy.objects.all().delete()
    with pytest.raises(Refused, match="lasts 366 days at most"):
        create(planner, 367)
    assert create(planner, 366).pk


def test_an_earlier_policy_holds_for_what_it_allowed(planner):
    operation = create(planner, 60)
    VisitPolicy.objects.create(valid_from=FIRST, longest_operation_days=30)
    names = planning.OperationFields.__annotations__
    same = {name: getattr(operation, name) for name in names} | {"name": "Operation Beacon"}
    planning.edit_operation(operation=operation, version=1, by=planner, **same)
    longer = same | {"ends_on": operation.ends_on + dt.timedelta(days=1)}
    with pytest.raises(Refused, match="lasts 30 days at most"):
        planning.edit_operation(operation=operation, version=2, by=planner, **longer)


def test_the_form_says_the_longest_and_refuses_a_slip_of_the_year(client, planner):
    VisitPolicy.objects.create(valid_from=duty_day(timezone.now()), longest_operation_days=90)
    client.force_login(planner)
    url = reverse("operations:operation_add")
    assert "An operation lasts 90 days at most" in client.get(url).text
    answers = {"name": "Lantern", "reference": "MS/1", "lead": planner.pk}
    answers |= {"scenario": ScenarioFactory().pk, "authorisation_reference": "A/1"}
    for name, year in (("starts_on", 2026), ("ends_on", 2100)):
        answers |= {f"{name}_day": 1, f"{name}_month": 12, f"{name}_year": year}
    errors = client.post(url, answers).context["form"].errors
    assert list(errors) == ["ends_on"]
    assert len(errors["ends_on"]) == 1
    assert not Operation.objects.exists()


def test_dates_that_are_too_long_are_not_kept_as_asked_for():
    unit = CommandUnitFactory()
    lead = UserFactory(role=Role.PLANNER, units=[unit])
    operation = OperationFactory(lead=lead)
    for at in (unit, CommandUnitFactory()):
        OperationVenueFactory(operation=operation, venue=VenueFactory(unit=at))
    same = {name: getattr(operation, name) for name in planning.OperationFields.__annotations__}
    for days, asked_by in ((400, None), (40, lead)):
        longer = same | {"ends_on": operation.starts_on + dt.timedelta(days=days)}
        with pytest.raises(Refused, match="only a planner of the whole force"):
            planning.edit_operation(operation=operation, version=1, by=lead, **longer)
        operation.refresh_from_db()
        assert operation.wanted_by == asked_by

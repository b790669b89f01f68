"""Whoever sends a form learns at once of all that has to change, beside its questions."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.roles import Role
from operations.models import FollowUpState
from operations.planning import actions as planning
from tests import factories
from tests.posts import as_shown
from tests.test_access import world  # noqa: F401  # a fixture
from tests.test_hostile_parameters import pages
from venues.models import TrainingSession

pytestmark = pytest.mark.django_db

FUTURE = "Enter today or a day in the past."
TOO_MANY = "No more than the 8 who work there can have attended."


def day(name, date):
    return {f"{name}_day": date.day, f"{name}_month": date.month, f"{name}_year": date.year}


@pytest.fixture
def coordinator(client):
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    return client


def tomorrow():
    return timezone.localdate() + dt.timedelta(days=2)


def training(name="held_on", date=None):
    answers = {"mode": "online", "delivered_by": "Us", "front_desk_staff": "8", "attended": "9"}
    return answers | day(name, date or tomorrow())


def test_a_delivery_in_the_future_with_9_of_8_attended_tells_both(coordinator):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    url = reverse("operations:follow_up_deliver", args=[follow_up.pk])
    page = coordinator.post(url, training() | {"version": follow_up.version})
    assert page.context["form"].errors == {"held_on": [FUTURE], "attended": [TOO_MANY]}
    assert TrainingSession.objects.count() == 0


def test_a_delivery_before_the_visit_with_9_of_8_attended_tells_both(coordinator):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    url = reverse("operations:follow_up_deliver", args=[follow_up.pk])
    before = timezone.localdate() - dt.timedelta(days=300)
    page = coordinator.post(url, training(date=before) | {"version": follow_up.version})
    assert set(page.context["form"].errors) == {"held_on", "attended"}
    assert TrainingSession.objects.count() == 0


def test_training_in_the_future_with_9_of_8_attended_tells_both(coordinator):
    url = reverse("venues:training_add", args=[factories.VenueFactory().pk])
    page = coordinator.post(url, training() | {"kind": "initial"})
    assert page.context["form"].errors == {"held_on": [FUTURE], "attended": [TOO_MANY]}


def test_a_venue_tells_of_its_postcode_and_its_point(coordinator):
    answers = {
        "name": "Lanternstay",
        "kind": "hotel",
        "local_authority": factories.LocalAuthorityFactory().pk,
        "postcode": "nowhere",
        "latitude": "10",
        "longitude": "10",
    }
    errors = coordinator.post(reverse("venues:venue_add"), answers).context["form"].errors
    assert set(errors) == {"postcode", "latitude"}


def test_a_venue_that_may_not_move_tells_of_its_postcode_too(client):
    here, there = factories.CommandUnitFactory(), factories.CommandUnitFactory()
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[there]))
    authority = factories.LocalAuthorityFactory(command_unit=None)
    venue = factories.VenueFactory(local_authority=authority)
    elsewhere = factories.LocalAuthorityFactory(command_unit=here)
    answers = {"name": "Lanternstay", "kind": "hotel", "version": venue.version}
    answers |= {"local_authority": elsewhere.pk, "postcode": "nowhere"}
    url = reverse("venues:venue_edit", args=[venue.pk])
    assert set(client.post(url, answers).context["form"].errors) == {"local_authority", "postcode"}


def test_a_contact_tells_of_its_number_and_of_its_address(coordinator):
    contact = factories.VenueContactFactory(email="desk@hotel.example")
    url = reverse("venues:contact_add", args=[contact.venue_id])
    answers = {"name": "Ada", "phone": "0" * 30, "email": "DESK@hotel.example"}
    errors = coordinator.post(url, answers | {"gets_reminders": "on"}).context["form"].errors
    assert errors == {
        "email": ["This venue already has a contact with this email address."],
        "phone": ["Enter a phone number, like 020 7946 0958"],
    }


def test_closing_in_the_future_is_told(coordinator):
    url = reverse("venues:venue_close", args=[factories.VenueFactory().pk])
    page = coordinator.post(url, day("on", tomorrow()) | {"reason": "Flats now"})
    assert page.context["form"].errors == {"on": [FUTURE]}


def test_reopening_before_it_closed_is_told(coordinator):
    today = timezone.localdate()
    venue = factories.VenueFactory(closed_on=today, closed_reason="Flats")
    url = reverse("venues:venue_reopen", args=[venue.pk])
    page = coordinator.post(url, day("on", today - dt.timedelta(days=1)) | {"reason": "Hotel"})
    assert "enter a later day" in page.text


def test_a_cadet_tells_of_reference_and_dates(client):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    factories.CadetPolicyFactory()
    answers = {"reference": "John Smith"}
    answers |= day("birth_date", dt.date(2001, 1, 1)) | day("briefed_on", tomorrow())
    errors = client.post(reverse("operations:cadet_add"), answers).context["form"].errors
    assert set(errors) == {"reference", "birth_date", "briefed_on"}


def test_a_cadet_of_the_future_is_told_so_once_for_each_date(client):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    factories.CadetPolicyFactory()
    ahead = tomorrow()
    answers = {"reference": "WC-001"} | day("birth_date", ahead)
    answers |= day("consented_on", ahead) | day("briefed_on", ahead)
    for sent in (answers, answers | {"reference": ""}):  # by the act, and beside another fault
        errors = client.post(reverse("operations:cadet_add"), sent).context["form"].errors
        told = ["This date is in the future. Enter when it happened."]
        dates = {name: errors[name] for name in ("birth_date", "consented_on", "briefed_on")}
        assert dates == dict.fromkeys(dates, told)


@pytest.mark.parametrize("year", [2001, 2099])
def test_no_question_of_any_page_is_told_twice_of_one_date(year, world):  # noqa: F811
    people, made = world
    twice = []
    # What stands in the way of a plan is several things, which are told together.
    left_out = ("reports:table_", "operations:visit_")
    forms = [page for page in pages(made) if not page[0].startswith(left_out)]
    for name, url, role in forms:
        client = Client()
        client.force_login(people[role])
        answers = as_shown(client, url)
        dates = [sent.removesuffix("_year") for sent in answers if sent.endswith("_year")]
        for each in dates:
            answers |= day(each, dt.date(year, 1, 1))
        form = (client.post(url, answers).context or {}).get("form") if dates else None
        errors = getattr(form, "errors", None) or {}
        twice += [(name, each) for each in dates if len(errors.get(each, ())) > 1]
    assert twice == []


# What the form itself finds hides nothing that the act would refuse ---------------------------


@pytest.fixture
def planner(client):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    return client


def test_a_delivery_with_a_missing_answer_tells_of_its_day_and_numbers_too(coordinator):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    url = reverse("operations:follow_up_deliver", args=[follow_up.pk])
    answers = training() | {"version": follow_up.version, "mode": ""}
    errors = coordinator.post(url, answers).context["form"].errors
    assert set(errors) == {"mode", "held_on", "attended"}
    before = training(date=timezone.localdate() - dt.timedelta(days=300))
    answers = before | {"version": follow_up.version, "mode": ""}
    assert set(coordinator.post(url, answers).context["form"].errors) == {
        "mode",
        "held_on",
        "attended",
    }


def test_training_with_a_missing_answer_tells_of_its_day_and_numbers_too(coordinator):
    url = reverse("venues:training_add", args=[factories.VenueFactory().pk])
    errors = coordinator.post(url, training() | {"kind": ""}).context["form"].errors
    assert set(errors) == {"kind", "held_on", "attended"}
    day_out_of_range = training() | day("held_on", dt.date(1026, 11, 24)) | {"kind": "initial"}
    assert set(coordinator.post(url, day_out_of_range).context["form"].errors) == {
        "held_on",
        "attended",
    }


def test_a_venue_without_a_name_tells_of_its_place_too(coordinator):
    answers = {
        "name": "",
        "kind": "hotel",
        "local_authority": factories.LocalAuthorityFactory().pk,
        "postcode": "nowhere",
        "latitude": "10",
        "longitude": "10",
    }
    errors = coordinator.post(reverse("venues:venue_add"), answers).context["form"].errors
    assert set(errors) == {"name", "postcode", "latitude"}


def test_half_a_point_that_cannot_be_read_is_told_once(coordinator):
    answers = {"name": "", "kind": "hotel", "latitude": "north", "longitude": "-0.1"}
    answers |= {"local_authority": factories.LocalAuthorityFactory().pk}
    errors = coordinator.post(reverse("venues:venue_add"), answers).context["form"].errors
    assert set(errors) == {"name", "latitude"}


def test_a_contact_without_a_name_tells_of_the_address_too(coordinator):
    contact = factories.VenueContactFactory(email="desk@hotel.example")
    url = reverse("venues:contact_add", args=[contact.venue_id])
    answers = {"name": "", "email": "DESK@hotel.example", "gets_reminders": "on"}
    assert set(coordinator.post(url, answers).context["form"].errors) == {"name", "email"}
    answers = {"name": "", "email": "", "gets_reminders": "on"}
    assert set(coordinator.post(url, answers).context["form"].errors) == {"name", "email"}


@pytest.mark.parametrize("page", ["venue_close", "venue_reopen"])
def test_a_day_ahead_is_told_beside_a_missing_reason(coordinator, page):
    closed = {"closed_on": timezone.localdate(), "closed_reason": "Flats"}
    venue = factories.VenueFactory(**(closed if page == "venue_reopen" else {}))
    url = reverse(f"venues:{page}", args=[venue.pk])
    errors = coordinator.post(url, day("on", tomorrow())).context["form"].errors
    assert set(errors) == {"on", "reason"}


def test_a_taken_reference_is_told_beside_a_missing_birth_date(planner):
    factories.CadetPolicyFactory()
    taken = factories.CadetFactory(reference="WC-100")
    answers = {"reference": "wc-100"} | day("briefed_on", tomorrow())
    errors = planner.post(reverse("operations:cadet_add"), answers).context["form"].errors
    assert set(errors) == {"reference", "birth_date", "briefed_on"}
    # Its own is not taken.
    edit = reverse("operations:cadet_edit", args=[taken.pk])
    errors = planner.post(edit, {"reference": "wc-100", "version": 1}).context["form"].errors
    assert set(errors) == {"birth_date"}


def test_an_operation_without_a_name_tells_of_reference_dates_and_lead_too(planner):
    taken = factories.OperationFactory()
    answers = {
        "reference": taken.reference.lower(),
        "lead": taken.lead_id,
        "scenario": taken.scenario_id,
        "authorisation_reference": "A/1",
    }
    answers |= day("starts_on", dt.date(2026, 12, 2)) | day("ends_on", dt.date(2026, 12, 1))
    errors = planner.post(reverse("operations:operation_add"), answers).context["form"].errors
    assert set(errors) == {"name", "reference", "ends_on"}
    edit = reverse("operations:operation_edit", args=[taken.pk])
    errors = planner.post(edit, answers | {"version": 1}).context["form"].errors
    assert set(errors) == {"name", "ends_on"}


def test_a_visit_without_a_lead_tells_of_its_window_too(planner):
    chosen = factories.OperationVenueFactory()
    outside = chosen.operation.ends_on + dt.timedelta(days=30)
    answers = {"venue": chosen.pk, "starts_at": "08:00", "ends_at": "22:00"} | day("on", outside)
    url = reverse("operations:visit_add", args=[chosen.operation_id])
    errors = planner.post(url, answers).context["form"].errors
    assert set(errors) == {"lead", "on", "ends_at"}


def test_a_visit_with_times_nobody_can_read_tells_of_its_day_and_team_too(planner):
    chosen = factories.OperationVenueFactory()
    officer = factories.UserFactory(role=Role.VISITING_OFFICER)
    outside = chosen.operation.ends_on + dt.timedelta(days=30)
    answers = {"venue": "", "starts_at": "late", "ends_at": "25:00"} | day("on", outside)
    answers |= {"lead": officer.pk, "welfare": officer.pk}
    url = reverse("operations:visit_add", args=[chosen.operation_id])
    errors = planner.post(url, answers).context["form"].errors
    assert set(errors) == {"venue", "on", "starts_at", "ends_at", "welfare"}
    assert errors["starts_at"][0].startswith("From ")
    assert errors["ends_at"][0].startswith("Until ")


def test_a_visit_without_a_lead_tells_that_its_time_is_over(planner):
    today = timezone.localdate()
    chosen = factories.OperationVenueFactory(
        operation__starts_on=today - dt.timedelta(days=20),
        operation__ends_on=today + dt.timedelta(days=20),
    )
    answers = {"venue": chosen.pk, "starts_at": "7pm", "ends_at": "8pm"}
    answers |= day("on", today - dt.timedelta(days=10))
    url = reverse("operations:visit_add", args=[chosen.operation_id])
    errors = planner.post(url, answers).context["form"].errors
    assert set(errors) == {"lead", "on"}


def test_a_scenario_without_a_script_tells_of_its_title_too(planner):
    scenario = factories.ScenarioFactory()
    answers = {"title": scenario.title.upper()}
    errors = planner.post(reverse("operations:scenario_add"), answers).context["form"].errors
    assert set(errors) == {"title", "script", "warning_signs"}


def test_what_is_common_to_units_is_refused_together_with_all_else():
    unit = factories.CommandUnitFactory()
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    operation, other = factories.OperationFactory(), factories.OperationFactory()
    for at in (unit, factories.CommandUnitFactory()):
        factories.OperationVenueFactory(operation=operation, venue=factories.VenueFactory(unit=at))
    fields = {name: getattr(operation, name) for name in planning.OperationFields.__annotations__}
    fields |= {
        "reference": other.reference,
        "scenario": other.scenario,
        "ends_on": operation.starts_on - dt.timedelta(days=1),
    }
    with pytest.raises(Refused) as refused:
        planning.edit_operation(
            operation=operation, version=operation.version, by=planner, **fields
        )
    about = {problem.about for problem in refused.value.problems}
    assert about == {"reference", "scenario", "ends_on"}
    operation.refresh_from_db()
    assert operation.wanted_by is None

"""References are told apart and put in order as people count: noughts in front say nothing."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from operations.models import Cadet, Operation
from reports.subject_access import Subject, find
from tests.factories import (
    CadetFactory,
    CadetPolicyFactory,
    CompletedVisitFactory,
    DraftOperationFactory,
    OperationFactory,
    OperationVenueFactory,
    ScenarioFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CADET_TAKEN = "cadet_reference_is_unique_however_written"
OPERATION_TAKEN = "operation_reference_is_unique"


@pytest.fixture
def planner(client):
    CadetPolicyFactory()
    client.force_login(UserFactory(role=Role.PLANNER, whole_force=True))
    return client


@pytest.mark.parametrize("written", ["WC-0001", "wc-1", "WC-01", "Wc-001"])
def test_noughts_and_capitals_make_no_other_cadet(written):
    CadetFactory(reference="WC-001")
    with pytest.raises(IntegrityError, match=CADET_TAKEN), transaction.atomic():
        CadetFactory(reference=written)


def test_numbers_that_differ_are_different_cadets():
    for reference in ("WC-001", "WC-010", "WC-100", "WC-1000", "LC-001", "1", "10", "W0", "W", "0"):
        CadetFactory(reference=reference)


@pytest.mark.parametrize("written", ["MS/2026/4", "ms/02026/04"])
def test_noughts_and_capitals_make_no_other_operation(written):
    OperationFactory(reference="MS/2026/04")
    again = DraftOperationFactory.build(
        reference=written,
        lead=UserFactory(),
        created_by=UserFactory(),
        scenario=ScenarioFactory(),
    )
    with pytest.raises(IntegrityError, match=OPERATION_TAKEN), transaction.atomic():
        again.save()
    OperationFactory(reference="MS/2026/40")


def test_the_refusal_names_the_cadet_that_is_on_record(planner):
    CadetFactory(reference="WC-001")
    url = reverse("operations:cadet_add")
    born = {"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "2011"}
    page = planner.post(url, born | {"reference": "wc-0001"})
    assert page.context["form"].errors == {
        "reference": ["There is already a cadet with this reference, WC-001."]
    }
    other = CadetFactory(reference="WC-2")
    url = reverse("operations:cadet_edit", args=[other.pk])
    planner.post(url, born | {"reference": "WC-02", "version": other.version})
    other.refresh_from_db()
    assert other.reference == "WC-02"  # its own, written otherwise


def test_cadets_stand_in_the_order_in_which_people_count(planner):
    for reference in ("WC-10", "wc-9", "WC-100", "WC-011", "LC-200", "9", "10"):
        CadetFactory(reference=reference)
    ordered = ["9", "10", "LC-200", "wc-9", "WC-10", "WC-011", "WC-100"]
    assert [cadet.reference for cadet in Cadet.objects.all()] == ordered
    text = planner.get(reverse("operations:cadet_list")).text
    places = [text.index(f">{reference}<") for reference in ordered]
    assert places == sorted(places)
    chosen = OperationVenueFactory()
    form = planner.get(reverse("operations:visit_add", args=[chosen.operation_id])).context["form"]
    offered = [cadet.reference for cadet in form.fields["cadet"].queryset]
    assert offered == ordered


def test_operations_of_one_day_stand_in_the_order_in_which_people_count(client):
    day = dt.date(2026, 6, 1)
    ordered = ["OP-9", "OP-10", "OP-11"]
    for reference in ("OP-10", "OP-9", "OP-11"):
        operation = OperationFactory(
            reference=reference, name="Lantern", starts_on=day, ends_on=day + dt.timedelta(days=9)
        )
        CompletedVisitFactory(operation=operation)
    assert [operation.reference for operation in Operation.objects.all()] == ordered
    client.force_login(UserFactory(role=Role.CSE_LEAD, whole_force=True))
    file = client.get(reverse("reports:table_csv", args=["by-operation"]), {"scenario": "all"})
    text = b"".join(file).decode()
    places = [text.index(f"{reference} Lantern") for reference in ordered]
    assert places == sorted(places)


def test_who_asks_what_is_held_of_a_cadet_may_write_the_reference_either_way():
    cadet = CadetFactory(reference="WC-001")
    assert find(Subject.CADET, "wc-1 ") == [cadet]
    assert find(Subject.CADET, "WC-10") == []

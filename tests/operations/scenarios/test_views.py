"""Pages of scenarios, and the signs and rules that administrators look after."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from operations.models import Scenario, WarningSign
from tests.factories import OperationFactory, ScenarioFactory, UserFactory
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db


# Scenarios


def test_a_scenario_is_added_and_read(as_planner):
    signs = list(WarningSign.objects.all()[:2])

    response = as_planner.post(
        url("scenario_add"),
        {"title": "Two rooms", "script": "Ask.\nPay.", "warning_signs": [s.pk for s in signs]},
        follow=True,
    )

    page = text(response)
    assert "Two rooms" in page
    assert all(sign.text in page for sign in signs)


def test_a_new_version_starts_from_the_old_and_leaves_it(as_planner, operation_to_come):
    old = operation_to_come.scenario
    page = as_planner.get(url("scenario_new_version", old.pk))
    assert page.context["form"].initial["script"] == old.script

    sign = WarningSign.objects.first()
    as_planner.post(
        url("scenario_new_version", old.pk), {"script": "Otherwise.", "warning_signs": [sign.pk]}
    )

    new = Scenario.objects.get(title=old.title, version=2)
    assert new.script == "Otherwise."
    assert "There is a later version" in text(as_planner.get(url("scenario_detail", old.pk)))
    assert operation_to_come.name in text(as_planner.get(url("scenario_detail", old.pk)))
    assert "Write a new version" in text(as_planner.get(url("scenario_detail", new.pk)))


def test_who_writes_the_same_version_second_is_told(as_planner, operation_to_come):
    sign = WarningSign.objects.first()
    answers = {"script": "First.", "warning_signs": [sign.pk]}
    as_planner.post(url("scenario_new_version", operation_to_come.scenario_id), answers)

    told = as_planner.post(
        url("scenario_new_version", operation_to_come.scenario_id), answers | {"script": "Second."}
    )

    assert "Somebody wrote version 2" in text(told)
    assert "Second." in told.content.decode()


def test_a_lead_reads_scenarios_without_buttons(operation_to_come, unit):
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[unit]))

    assert "Add scenario" not in text(lead.get(url("scenario_list")))
    assert "new version" not in text(
        lead.get(url("scenario_detail", operation_to_come.scenario_id))
    )


def test_no_scenarios_says_what_to_do_next(as_planner):
    assert "Write what the team says and does" in text(as_planner.get(url("scenario_list")))


def test_queries_of_scenarios_do_not_grow(as_planner, queries_of):
    first = ScenarioFactory()
    pages = url("scenario_list"), url("scenario_detail", first.pk)
    few = [queries_of(as_planner, page) for page in pages]

    for version in (2, 3, 4):
        ScenarioFactory(title=first.title, version=version)
        OperationFactory(scenario=first)
        ScenarioFactory()

    assert [queries_of(as_planner, page) for page in pages] == few


# What administrators look after


@pytest.mark.parametrize("model", ["warningsign", "cadetpolicy"])
def test_administrators_add_signs_and_rules_and_change_none(model):
    admin = signed_in(UserFactory(role=Role.ADMINISTRATOR, whole_force=True))

    assert admin.get(reverse(f"admin:operations_{model}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:operations_{model}_add")).status_code == 200
    pk = WarningSign.objects.first().pk if model == "warningsign" else 1
    change = admin.post(reverse(f"admin:operations_{model}_change", args=[pk]), {})
    assert change.status_code in (302, 403)

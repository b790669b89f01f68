"""Versions of scenarios: the newest is written from, an old one stays with its operations."""

import datetime as dt

import pytest

from operations.models import CadetPolicy, WarningSign
from operations.scenarios import actions as scenarios
from tests.factories import OperationFactory, ScenarioFactory, WarningSignFactory
from tests.operations.plans import refused

pytestmark = pytest.mark.django_db


def test_a_new_version_leaves_the_old_one_to_its_operations(planner):
    old = ScenarioFactory()
    operation = OperationFactory(scenario=old)

    new = scenarios.new_scenario_version(
        scenario=old, script="Ask for two rooms.", warning_signs=[WarningSignFactory()], by=planner
    )

    operation.refresh_from_db()
    assert (new.title, new.version) == (old.title, 2)
    assert operation.scenario == old


def test_a_version_is_written_from_the_newest_only(planner):
    old = ScenarioFactory()
    signs = [WarningSignFactory()]
    scenarios.new_scenario_version(scenario=old, script="Two.", warning_signs=signs, by=planner)

    found = refused(
        scenarios.new_scenario_version,
        scenario=old,
        script="Another two.",
        warning_signs=signs,
        by=planner,
    )

    assert [about for about, _ in found] == ["script"]
    assert "version 2" in found[0][1]


def test_a_title_is_used_once_whatever_the_case(planner):
    ScenarioFactory(title="Late walk-in")

    found = refused(
        scenarios.create_scenario,
        title="LATE walk-in",
        script="Ask.",
        warning_signs=[WarningSignFactory()],
        by=planner,
    )

    assert [about for about, _ in found] == ["title"]


def test_a_scenario_shows_at_least_one_warning_sign(planner):
    found = refused(
        scenarios.create_scenario, title="Quiet", script="Ask.", warning_signs=[], by=planner
    )

    assert [about for about, _ in found] == ["warning_signs"]


def test_the_usual_signs_and_rules_are_there_from_the_start():
    assert WarningSign.objects.count() >= 12
    assert CadetPolicy.objects.in_force(on=dt.date(2020, 1, 1)).min_age == 13
    assert CadetPolicy.objects.in_force(on=dt.date(2019, 12, 31)) is None

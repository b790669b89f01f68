"""Scenarios and warning signs: rules that PostgreSQL itself keeps, and the questions to ask."""

import pytest

from operations.models import Scenario
from tests.factories import ScenarioFactory, WarningSignFactory
from tests.operations.rules import breaks, change

pytestmark = pytest.mark.django_db


def test_a_scenario_version_never_changes():
    scenario = ScenarioFactory()

    with breaks("scenario_version_never_changes|Cannot update"):
        change(scenario, script="Otherwise.")


def test_a_version_is_unique_within_its_title():
    ScenarioFactory(title="Café, late", version=1)

    with breaks("scenario_version_is_unique"):
        ScenarioFactory(title="CAFE LATE", version=1)


def test_a_warning_sign_is_there_once():
    WarningSignFactory(text="Doesn’t look up, pays in cash")

    with breaks("warning_sign_is_unique"):
        WarningSignFactory(text="Doesn't look up; pays in Cash.")


def test_newest_versions_has_one_of_each_title():
    ScenarioFactory(title="b")
    newest = ScenarioFactory(title="b", version=2)
    other = ScenarioFactory(title="A")

    assert list(Scenario.objects.newest_versions()) == [other, newest]
    assert Scenario.objects.filter(title="b").latest() == newest

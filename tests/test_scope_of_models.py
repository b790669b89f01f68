"""No model with operational data goes without ``visible_to``, the vocabulary of who sees what."""

import inspect

import pytest
from django.apps import apps

#: What everybody may know: reference data that says nothing about a venue, a visit or a person.
REFERENCE = {
    "venues.Force": "the names of forces",
    "venues.CommandUnit": "who polices where",
    "venues.CommandUnitMember": "who works where",
    "venues.LocalAuthority": "who polices where",
    "venues.VenueGroup": "the names of chains",
    "operations.SealedSeed": "no program reads it: the role of pages has no right to the table",
    "operations.WarningSign": "the signs that staff are trained to notice",
    "operations.ScenarioSign": "which signs a scenario shows: with the scenario",
    "accounts.DayPolicy": "the force's rules",
    "operations.CadetPolicy": "the force's rules",
    "operations.SafetyPolicy": "the force's rules",
    "operations.VisitPolicy": "the force's rules",
    "operations.FollowUpPolicy": "the force's rules",
    "operations.ConcernPolicy": "the force's rules",
    "operations.CovertRead": "what the log leaves out: no page shows it",
}


def operational_models():
    return [
        model
        for app in ("venues", "operations", "reports")
        for model in apps.get_app_config(app).get_models()
        if model._meta.label not in REFERENCE
        and not (model._meta.proxy or hasattr(model, "pgh_tracked_model"))
    ]


def test_reports_hold_no_data_of_their_own():
    assert list(apps.get_app_config("reports").get_models()) == []


@pytest.mark.parametrize("model", operational_models(), ids=lambda model: model._meta.label)
def test_a_model_says_whom_it_is_visible_to(model):
    visible_to = getattr(model.objects.all(), "visible_to", None)
    assert visible_to, f"{model._meta.label} has operational data and no visible_to"
    assert list(inspect.signature(visible_to).parameters) == ["user"]


def test_what_counts_as_reference_data_is_still_there():
    assert {apps.get_model(label)._meta.label for label in REFERENCE} == set(REFERENCE)

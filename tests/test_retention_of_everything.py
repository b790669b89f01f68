"""All words and all references to people are erased in time, or kept for a reason."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.models import User
from accounts.record import retention

#: What stays: reference data, what is published about places, and what says nothing of people.
KEPT = {
    "accounts.Erasure": "which entry a rule erased, by table and key",
    "accounts.Seal": "digests of days",
    "accounts.SealedEntry": "digests of entries",
    "accounts.Undo": "names of acts, sentences of ours and keys; cleared away by the next act",
    "accounts.Used": "digests of secrets that worked once",
    "accounts.User.telephone": "empty once the account is closed: a rule of the database",
    "account.EmailConfirmation": "no address is confirmed by mail: no row is ever written",
    "auth.Group": "the names of roles",
    "auth.Permission": "the names of permissions",
    "contenttypes.ContentType": "the names of models",
    "operations.CadetPolicy": "rules of the force",
    "operations.CallScript": "what every call handler asks: says nothing of anybody",
    "operations.ConcernPolicy": "rules of the force",
    "operations.FollowUpPolicy": "rules of the force",
    "operations.SafetyPolicy": "rules of the force",
    "operations.VisitPolicy": "rules of the force",
    "operations.Draw.units": "names of command units, for what an estimate speaks of",
    "operations.Draw.filters": "the words of a form, for what an estimate speaks of",
    "operations.DrawPlan.frame": "venues as published, and their strata: a stranger replays it",
    "operations.DrawPlan.frame_hash": "a digest",
    "operations.DrawPlan.seed": "a number of chance",
    "operations.DrawPlan.seed_hash": "a digest",
    "operations.DrawPlan.shares": "how many of each stratum",
    "operations.DrawPlan.design": "numbers that a planner expected",
    "operations.DrawPlan.units": "names of command units, for what an estimate speaks of",
    "operations.DrawPlan.filters": "the words of a form, for what an estimate speaks of",
    "operations.DrawnVenue.stratum": "words of ours, and names of areas and chains",
    "operations.SealedSeed": "a number of chance",
    "operations.Figure.name": "a state, a kind or a reason of ours",
    "operations.Operation.name": "names the operation in figures",
    "operations.Operation.reference": "names the operation in figures",
    "operations.Proposal.left_out": "keys and rules in words of ours; the row goes after a week",
    "operations.Proposal.tours": "keys and times; the row goes after a week",
    "operations.Proposal.wanted": "keys and times; the row goes after a week",
    "operations.Reminder.not_sent_because": "a sentence of ours; without it it would be sent",
    "operations.ReminderCopy.left_out_because": "a sentence of ours",
    "operations.Scenario.title": "results are compared within a version of the scenario",
    "operations.Scenario.script": "results are compared within a version of the scenario",
    "operations.WarningSign.text": "the signs that staff are trained to notice",
    "operations.Sheet.areas": "the names of local authorities",
    "outbox.Message.letter": "the name of a letter of ours",
    "outbox.Message.sealed": "empty once the message is settled: a rule of the database",
    "pghistory.Context": "contexts stand beside each entry: no row is ever written",
    "pghistory.Events": "a view over histories, which go by their own rule",
    "socialaccount.SocialApp": "the provider is set by the environment: no row is ever written",
    "socialaccount.SocialToken": "tokens are not stored: no row is ever written",
    "venues.CommandUnit": "the names of command units",
    "venues.Force": "the names of forces",
    "venues.HygieneId.known": "what was published about a place",
    "venues.LocalAuthority": "the names and outlines of authorities",
    "venues.Venue": "a place that is still in the registry, as published or noted about it",
    "venues.VenueContact": "whom to write to now; erased by whoever removes the contact",
    "venues.VenueGroup": "the names of chains",
}

#: Words that Django or the model chooses, not people.
CHOSEN = (models.UUIDField, models.GeneratedField)
WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
)


def all_models() -> list[type[models.Model]]:
    """Every table once, those of the packages too, but for histories: these have one rule."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
    ]


def with_words() -> list[str]:
    """The fields that hold words of somebody."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in all_models()
        for field in model._meta.concrete_fields
        if isinstance(field, WORDS) and not isinstance(field, CHOSEN) and not field.choices
    ]


def erased() -> set[str]:
    return {field for rule in retention.rules() for field in rule.fields}


@pytest.mark.parametrize("field", with_words())
def test_words_are_erased_in_time_or_kept_for_a_reason(field):
    model = field.rpartition(".")[0]
    assert field in erased() or field in KEPT or model in KEPT, (
        f"{field} is erased by no rule of retention. Erase it, or say in KEPT why it stays."
    )


def test_every_reference_to_a_person_is_one_to_an_account_or_goes_with_its_visit():
    """An account that was closed loses its name, so a reference to it tells nobody's."""
    people = {User, apps.get_model("operations.Cadet"), apps.get_model("venues.VenueContact")}
    references = {
        f"{model._meta.label}.{field.name}"
        for model in all_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in people - {User}
    }
    # Erased with the team of an old visit, or with what is held of the cadet.
    assert references == {"operations.TeamMember.cadet", "operations.WelfareAnswer.cadet"}
    assert "accounts.User" in {rule.what for rule in retention.rules()}


def test_what_is_said_to_be_erased_or_kept_is_there():
    labels = {model._meta.label for model in all_models()}
    fields = {
        f"{model._meta.label}.{field.name}"
        for model in all_models()
        for field in model._meta.concrete_fields
    }
    assert erased() <= fields
    assert set(KEPT) <= fields | labels


def test_nothing_is_both_erased_and_kept():
    assert not erased() & set(KEPT)


def test_every_rule_has_a_time_in_the_settings():
    assert {rule.what for rule in retention.rules()} == set(settings.RETENTION)
    assert all(days > 0 for days in settings.RETENTION.values())

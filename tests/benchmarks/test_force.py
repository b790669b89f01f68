"""The invented force is one that the product could have come to."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import F
from django.urls import resolve

from accounts.models import User
from operations.models import FollowUp, Outcome, Scenario, Visit
from operations.visits.facts import OutcomeFacts
from operations.visits.verdict import judge
from tests.benchmarks import force, pages
from tests.benchmarks.force import rows
from tests.operations.copies import wrong
from tests.operations.visits.test_last_visits import assert_kept

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


def ask(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall() if cursor.description else None


def rules():
    """All constraints and indexes by name."""
    return {
        *ask("SELECT conrelid::regclass::text, conname, contype, convalidated FROM pg_constraint"),
        *ask("SELECT tablename, indexname, '', true FROM pg_indexes"),
    }


def test_a_small_force_keeps_every_rule_of_the_product_and_has_every_page(as_owner):
    before = rules()
    force.fill(visits=900, venues=4_000, now=NOW)
    # The constraints stand again, so PostgreSQL has looked at every row.
    assert rules() == before
    assert Visit.objects.count() == 900

    # Triggers were off: what they keep is what they would have written.
    assert wrong() == {}
    ask("CREATE TEMP TABLE as_made AS SELECT id, period FROM operations_teammember")
    ask("UPDATE operations_teammember SET period = NULL")
    assert not ask(
        "SELECT id FROM as_made JOIN operations_teammember now USING (id)"
        " WHERE now.period IS DISTINCT FROM as_made.period"
    )
    assert not ask(
        "SELECT id FROM operations_visit WHERE at_venue IS DISTINCT FROM"
        " CASE WHEN state IN ('planned', 'under_way') THEN tstzrange(starts_at, ends_at) END"
    )

    assert_kept()

    # The verdict is the rule's, and what counts is the latest revision.
    for outcome in Outcome.objects.all():
        assert outcome.verdict == judge(OutcomeFacts.of(outcome).for_the_rule()).verdict
    assert Outcome.objects.filter(revision=2).exists()
    assert not Visit.objects.filter(outcome__revision__lt=F("outcomes__revision")).exists()
    poor = Visit.objects.completed().exclude(outcome__verdict="responded_well")
    assert set(FollowUp.objects.values_list("visit", flat=True)) == set(
        poor.values_list("pk", flat=True)
    )
    assert {state for (state,) in ask("SELECT DISTINCT state FROM operations_visit")} == {
        "planned",
        "under_way",
        "completed",
        "not_completed",
        "cancelled",
    }

    # No choice is made that there is not, and each row has its history.
    for model in force.FILLED:
        for field in (field for field in model._meta.local_concrete_fields if field.choices):
            chosen = set(model._base_manager.values_list(field.attname, flat=True))
            assert chosen <= {"", *(value for value, _ in field.flatchoices)}, field
    for model in force.HISTORY:
        history = force.history_of(model)._base_manager
        assert history.count() == model._base_manager.count(), model

    # The product goes on from there.
    made = Scenario.objects.create(title="Late walk-in", version=6, script="Ask.", created_by_id=1)
    assert made.pk == 6

    # What is measured has an address and SQL that can be asked.
    with connection.cursor() as cursor:
        for page in pages.pages(cursor):
            assert resolve(page.path.partition("?")[0]), page
            assert User.objects.filter(pk=page.reader).exists(), page
            for question in page.bare:
                cursor.execute(f"EXPLAIN {question}")


def test_a_column_that_nothing_is_said_about_is_refused_by_name():
    said = [field.column for field in Visit._meta.concrete_fields if field.name != "selection"]
    with pytest.raises(LookupError, match=r"operations\.Visit: nothing is said about selection"):
        rows.left_empty(Visit, said, "")


def test_a_table_that_nothing_is_said_about_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(force, "LEFT_EMPTY", force.LEFT_EMPTY - {"accounts.Undo"})
    with pytest.raises(LookupError, match=r"accounts\.Undo"):
        force.fill(visits=900, now=NOW)

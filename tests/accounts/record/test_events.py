"""The record of changes is written by PostgreSQL, whoever changes what."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from accounts.database import scope
from accounts.roles import Role
from operations.models import Cadet, FollowUp, TeamMember, Visit
from tests import factories

pytestmark = pytest.mark.django_db

APPS = ("outbox", "accounts", "venues", "operations", "reports")

#: Models whose changes are not kept in a history, and why.
UNTRACKED = {
    "accounts.AccessEntry": "is the record of reads itself, and never changes",
    "accounts.Seal": "seals the record, and never changes",
    "accounts.SealedEntry": "seals the record, and never changes",
    "accounts.Undo": "holds no values: what is taken back is in the history of what it changed",
    "accounts.Erasure": "is itself the record of an erasure, and never changes",
    "accounts.Submission": "is bookkeeping: what a form made is tracked itself",
    "accounts.Used": "says for a day that a code was used, and nothing of anybody",
    "accounts.User_user_permissions": "is not in use: what people may do follows from their roles",
    "outbox.Message": "is itself the record of a decision: never deleted, and what became of it "
    "is added, once",
    "operations.AlarmNotice": "is itself the record of who was told when, and never changes",
    "operations.CallReminder": "is itself the record of a decision, and never changes",
    "operations.PlanNotice": "is itself the record of a decision, and never changes",
    "operations.ToldPlan": "what an officer was told last; gone once its window is over",
    "operations.CheckIn": "is written once and never changes: it says itself by whom and when",
    "operations.SealedSeed": "a number of chance, which never changes",
    "operations.CovertRead": "says what of the record of reads is covert, and goes with that",
    "operations.LastVisit": "is worked out from visits, whose history tells of each change",
    "operations.Figure": "counts what is tracked itself",
    "operations.Uncounted": "says what is to be counted again, until it is",
    "operations.Proposal": "is a draft that goes after a week: the visits that come of it are kept",
    "operations.Reminder": "is itself the record of a decision, and never changes",
    "operations.ReminderCopy": "says which message a reminder went out in, and is never deleted",
}


def ours():
    """Every model of our apps, with the tables that join two, without the history itself."""
    for model in apps.get_models(include_auto_created=True):
        is_history = hasattr(model, "pgh_tracked_model")
        if model._meta.app_label in APPS and not is_history and not model._meta.proxy:
            yield model


def tables_with_history():
    return {
        model.pgh_tracked_model._meta.db_table
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model")
    }


def test_every_model_is_tracked_or_says_why_not():
    silent = {m._meta.label for m in ours() if m._meta.db_table not in tables_with_history()}
    assert silent == set(UNTRACKED)


def history_of(record):
    return list(type(record).pgh_event_model.objects.filter(pgh_obj=record.pk).order_by("pgh_id"))


def test_adding_changing_and_deleting_are_each_kept_with_what_the_record_said():
    cadet = factories.CadetFactory(reference="C-1")
    Cadet.objects.filter(pk=cadet.pk).update(reference="C-2")
    Cadet.objects.filter(pk=cadet.pk).delete()
    events = history_of(cadet)
    assert [(e.pgh_label, e.reference) for e in events] == [
        ("insert", "C-1"),
        ("update", "C-2"),
        ("delete", "C-2"),
    ]
    assert [e.pgh_created_at for e in events] == sorted(e.pgh_created_at for e in events)


def test_who_from_where_and_why_stand_beside_the_change():
    user = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    with scope.acting(user, address="192.0.2.7", path="/cadets/1/edit/"):
        cadet = factories.CadetFactory()
        scope.set_reason("Consent renewed")
        Cadet.objects.filter(pk=cadet.pk).update(consented_on=dt.date(2026, 3, 3))
    added, changed = history_of(cadet)
    assert added.pgh_context_id == changed.pgh_context_id is not None
    assert "reason" not in added.pgh_context
    assert added.pgh_by == changed.pgh_by == user.pk
    assert changed.pgh_context == {
        "user": user.pk,
        "address": "192.0.2.7",
        "path": "/cadets/1/edit/",
        "reason": "Consent renewed",
    }


def test_a_task_is_named_in_place_of_a_person():
    with scope.for_task("remind"):
        cadet = factories.CadetFactory()
    [added] = history_of(cadet)
    assert (added.pgh_context["task"], added.pgh_by) == ("remind", None)


def test_a_change_of_bookkeeping_alone_is_no_change():
    follow_up = factories.FollowUpFactory()
    FollowUp.objects.filter(pk=follow_up.pk).update(version=9)
    Visit.objects.filter(pk=follow_up.visit_id).update(ends_at=follow_up.visit.ends_at)
    TeamMember.objects.filter(visit=follow_up.visit_id).update(period=None)
    assert [e.pgh_label for e in history_of(follow_up)] == ["insert"]
    assert [e.pgh_label for e in history_of(follow_up.visit.team.get())] == ["insert"]


def test_a_password_is_never_in_the_record():
    columns = {field.column for field in factories.User.pgh_event_model._meta.fields}
    assert "username" in columns
    assert not {"password", "last_login"} & columns


@pytest.mark.parametrize("act", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"])
def test_history_can_be_neither_changed_nor_deleted(act):
    cadet = factories.CadetFactory()
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format("operations_cadetevent"))
    assert len(history_of(cadet)) == 1

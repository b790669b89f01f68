"""Whoever changes the record, even as the database's owner, is found out."""

import contextlib
import datetime as dt
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.models import AccessEntry, Erasure, Seal, SealedEntry
from accounts.record import sealing
from accounts.tasks import seal
from operations.models import Cadet
from tests import factories
from tests.database import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]

NOW = dt.datetime(2026, 3, 5, 3, 15, tzinfo=dt.UTC)
DAYS = [dt.date(2026, 3, day) for day in (1, 2, 3, 4)]


def tamper(sql, *params):
    """What the owner of the tables can do: the triggers do not stop them."""
    table = re.search(r"^(?:UPDATE|DELETE FROM|INSERT INTO) (\w+)", sql)[1]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        changed = cursor.rowcount
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert changed, "nothing was tampered with"


@pytest.fixture
def record():
    """Four days of four changes and four reads, the last three entries of each kind sealed."""
    for number, day in enumerate(DAYS):
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        cadet = factories.CadetFactory(reference=f"C-{number}")
        history = Cadet.pgh_event_model.objects.get(pgh_obj=cadet.pk)
        read = AccessEntry.objects.create(act="viewed", what="operations.cadet", ids=[cadet.pk])
        for table, key, at in (
            ("operations_cadetevent", "pgh_id", "pgh_created_at"),
            ("accounts_accessentry", "id", "at"),
        ):
            pk = history.pgh_id if key == "pgh_id" else read.pk
            tamper(f"UPDATE {table} SET {at} = %s WHERE {key} = %s", noon, pk)
    sealing.seal_finished_days(at=NOW)
    return {
        "change": Cadet.pgh_event_model.objects.order_by("pgh_id")[1].pgh_id,
        "read": AccessEntry.objects.order_by("pk")[1].pk,
        "head": sealed()[-1],
    }


def sealed():
    return [bytes(seal.seal).hex() for seal in Seal.objects.order_by("day")]


def findings(**kwargs):
    return sealing.verify(at=NOW, **kwargs).findings


# Sealing ----------------------------------------------------------------------------------------


def test_each_finished_day_is_sealed_and_nothing_is_found(record):
    assert [(s.day, s.entries) for s in Seal.objects.order_by("day")] == [(d, 2) for d in DAYS]
    report = sealing.verify(at=NOW, head=record["head"])
    assert (report.findings, report.days, report.entries) == ([], 4, 8)
    assert report.head == record["head"]


def test_the_same_entries_give_the_same_seals(record):
    before = sealed()
    tamper("DELETE FROM accounts_seal")
    tamper("DELETE FROM accounts_sealedentry")
    sealing.seal_finished_days(at=NOW)
    assert sealed() == before


def test_today_is_not_sealed_and_a_lost_night_is_made_good(record):
    assert sealing.seal_finished_days(at=NOW) == []
    later = sealing.seal_finished_days(at=NOW + dt.timedelta(days=3))
    assert [seal.day.day for seal in later] == [5, 6, 7]
    assert {seal.entries for seal in later} == {0}
    assert findings() == []


def test_a_day_rests_for_an_hour_before_it_is_sealed():
    factories.CadetFactory()
    midnight = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    tamper("UPDATE operations_cadetevent SET pgh_created_at = %s", midnight - dt.timedelta(days=1))
    assert not sealing.seal_finished_days(at=midnight + dt.timedelta(minutes=59))
    assert sealing.seal_finished_days(at=midnight + dt.timedelta(minutes=60))


def test_a_day_is_londons_day():
    factories.CadetFactory()
    late = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)  # 00:30 on the next day in London
    tamper("UPDATE operations_cadetevent SET pgh_created_at = %s", late)
    [first] = sealing.seal_finished_days(at=dt.datetime(2026, 7, 3, 3, tzinfo=dt.UTC))
    assert (first.day, first.entries) == (dt.date(2026, 7, 2), 1)


def test_each_nights_head_is_in_the_log_so_that_it_can_be_kept_elsewhere():
    factories.CadetFactory()
    tamper("UPDATE operations_cadetevent SET pgh_created_at = now() - interval '2 days'")
    with capture_logs() as told:
        seal()
    assert sealed()[-1] == told[-1]["head"]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_seal_once():
    factories.CadetFactory()
    at = timezone.now() + dt.timedelta(days=2)

    def run(_):
        try:
            with as_owner():
                return len(sealing.seal_finished_days(at=at))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        numbers = sorted(pool.map(run, range(2)))
    assert sum(numbers) == Seal.objects.count() >= 1
    assert sealing.verify(at=at).findings == []


# Tampering --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "key", "which", "change"),
    [
        ("operations_cadetevent", "pgh_id", "change", "reference = 'C-9'"),
        ("operations_cadetevent", "pgh_id", "change", "pgh_context = '{\"user\": 7}'"),
        ("operations_cadetevent", "pgh_id", "change", "pgh_created_at = now()"),
        ("accounts_accessentry", "id", "read", "ids = '{-99}'"),
        ("accounts_accessentry", "id", "read", "address = '192.0.2.1'"),
    ],
)
def test_a_changed_entry_is_named(record, table, key, which, change):
    tamper(f"UPDATE {table} SET {change} WHERE {key} = %s", record[which])
    assert findings() == [f"Changed: {table} {record[which]}, sealed on 2 March 2026."]


@pytest.mark.parametrize(
    ("table", "key", "which"),
    [("operations_cadetevent", "pgh_id", "change"), ("accounts_accessentry", "id", "read")],
)
def test_a_deleted_entry_is_named(record, table, key, which):
    tamper(f"DELETE FROM {table} WHERE {key} = %s", record[which])
    assert findings() == [f"Missing: {table} {record[which]}, sealed on 2 March 2026."]


def test_an_entry_slipped_in_is_named(record):
    yesterday = NOW - dt.timedelta(days=2)
    tamper(
        "INSERT INTO accounts_accessentry (id, at, act, what, ids, purpose)"
        " VALUES (77, %s, 'viewed', '', '{}', '')",
        yesterday,
    )
    assert findings() == [
        "Inserted: accounts_accessentry 77, dated 3 March 2026, is not in the ledger."
    ]


def test_a_changed_ledger_is_found_though_it_fits_the_changed_entry(record):
    tamper("UPDATE accounts_accessentry SET ids = '{-99}' WHERE id = %s", record["read"])
    source = next(s for s in sealing.sources() if s.table == "accounts_accessentry")
    tamper(
        f"UPDATE accounts_sealedentry SET digest = row.digest FROM"
        f" (SELECT id, {source.digest} AS digest FROM accounts_accessentry AS kept) AS row"
        f" WHERE source = 'accounts_accessentry' AND entry = row.id AND entry = %s",
        record["read"],
    )
    assert findings() == [
        "Changed: the ledger or the seal of 2 March 2026; they do not agree.",
    ]


def test_an_entry_taken_out_of_the_ledger_is_found(record):
    tamper(
        "DELETE FROM accounts_sealedentry WHERE source = 'accounts_accessentry' AND entry = %s",
        record["read"],
    )
    assert findings() == [
        "Changed: the ledger of 2 March 2026 has 1 entries, its seal says 2.",
        f"Inserted: accounts_accessentry {record['read']}, dated 2 March 2026,"
        " is not in the ledger.",
    ]


def test_a_changed_seal_breaks_the_chain(record):
    tamper("UPDATE accounts_seal SET seal = sha256('x') WHERE day = '2026-03-02'")
    assert findings() == [
        "Changed: the ledger or the seal of 2 March 2026; they do not agree.",
        "Broken: the seal of 3 March 2026 does not follow the one before it.",
    ]


def test_a_shorter_list_of_columns_does_not_hide_a_change(record):
    tamper(
        "UPDATE accounts_seal SET tables ="
        " jsonb_set(tables, '{accounts_accessentry,columns}', '[\"id\"]')"
        " WHERE day = '2026-03-02'"
    )
    assert "Changed: the ledger or the seal of 2 March 2026; they do not agree." in findings()


@pytest.mark.parametrize(("day", "number"), [(1, 0), (2, 1), (4, 3)])
def test_a_missing_seal_is_found(record, day, number):
    tamper("DELETE FROM accounts_seal WHERE day = %s", DAYS[number])
    found = "\n".join(findings())
    assert f"Missing: the seal of {day} March 2026, though the ledger has its entries." in found


def test_a_day_that_should_be_sealed_and_is_not_is_found(record):
    late = sealing.verify(at=NOW + dt.timedelta(days=2)).findings
    assert late == ["Missing: the seal of 5 March 2026."]


def test_seals_made_anew_are_found_by_a_head_that_was_kept_elsewhere(record):
    tamper("UPDATE accounts_accessentry SET ids = '{-99}' WHERE id = %s", record["read"])
    tamper("DELETE FROM accounts_seal")
    tamper("DELETE FROM accounts_sealedentry")
    sealing.seal_finished_days(at=NOW)
    assert findings() == []
    assert findings(head=record["head"]) == [
        "The head that was kept is not in the chain: seals were made anew."
    ]


def test_a_backup_from_before_the_head_is_told_as_that(record):
    """Its last days are not sealed, and nothing before is called into question."""
    tamper("DELETE FROM accounts_seal WHERE day = (SELECT max(day) FROM accounts_seal)")
    told = findings(head=record["head"])
    assert any("this is a backup from before it" in finding for finding in told)
    assert not any("made anew" in finding for finding in told)


def test_an_older_head_is_in_the_chain_too(record):
    assert findings(head=sealed()[1].upper() + "\n") == []


# Erasing by a rule ------------------------------------------------------------------------------


def test_an_entry_erased_by_a_rule_is_not_missing(record):
    Erasure.objects.create(
        source="operations_cadetevent", entry=record["change"], rule="Cadets after 90 days"
    )
    tamper("DELETE FROM operations_cadetevent WHERE pgh_id = %s", record["change"])
    report = sealing.verify(at=NOW)
    assert (report.findings, report.erased) == ([], 1)


def test_an_erasure_made_up_for_a_day_that_is_sealed_is_found(record):
    made_up = Erasure.objects.create(
        source="operations_cadetevent", entry=record["change"], rule="Cadets after 90 days"
    )
    tamper("UPDATE accounts_erasure SET at = %s", NOW - dt.timedelta(days=2))
    tamper("DELETE FROM operations_cadetevent WHERE pgh_id = %s", record["change"])
    assert findings() == [
        f"Inserted: accounts_erasure {made_up.pk}, dated 3 March 2026, is not in the ledger."
    ]


@contextlib.contextmanager
def changed_table(how):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE operations_cadetevent {how}")
        yield
        transaction.set_rollback(True)  # the next test finds the table as it was


def test_a_column_that_came_later_does_not_change_what_was_sealed(record):
    with changed_table("ADD COLUMN later text DEFAULT 'x'"):
        assert findings() == []


def test_a_column_that_went_is_said(record):
    with changed_table("DROP COLUMN reference"):
        assert findings() == ["operations_cadetevent lost what was sealed: reference."]


# The database refuses, and the command tells ----------------------------------------------------


@pytest.mark.parametrize("model", [AccessEntry, Seal, SealedEntry, Erasure])
@pytest.mark.parametrize("act", ["delete", "update"])
def test_nobody_changes_or_deletes_by_the_way(record, model, act):
    Erasure.objects.create(source="operations_cadetevent", entry=1, rule="A rule")
    column = model._meta.concrete_fields[-1].column
    sql = {"delete": "DELETE FROM {0}", "update": "UPDATE {0} SET {1} = {1}"}[act]
    with (
        pytest.raises(DatabaseError, match="Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(model._meta.db_table, column))


def test_the_command_is_content_with_an_honest_record(record):
    out = io.StringIO()
    sealing.seal_finished_days(at=timezone.now())
    call_command("verify_audit", stdout=out)
    assert out.getvalue().endswith("Everything is as it was sealed.\n")
    assert sealed()[-1] in out.getvalue()


def test_the_command_names_the_entry_and_exits_with_1(record):
    sealing.seal_finished_days(at=timezone.now())
    tamper("DELETE FROM accounts_accessentry WHERE id = %s", record["read"])
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=out, stderr=err)
    assert ended.value.code == 1
    assert f"Missing: accounts_accessentry {record['read']}, sealed on 2 March" in out.getvalue()
    assert "1 findings" in err.getvalue()

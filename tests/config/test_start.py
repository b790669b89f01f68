"""A process that lacks what each page needs says so, and does not begin."""

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config import start
from tests.database import as_owner


@pytest.mark.django_db
def test_nothing_is_missing_where_all_is_there():
    assert start._tables() == []


@pytest.mark.django_db
def test_a_database_without_our_tables_is_missed(monkeypatch):
    monkeypatch.setattr(
        "django.db.migrations.recorder.MigrationRecorder.has_table", lambda self: False
    )
    with pytest.raises(SystemExit, match=r"run 'manage\.py migrate'"):
        start.refuse_incomplete()


@pytest.mark.django_db
def test_a_database_that_lacks_the_newest_migration_is_missed():
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'operations' RETURNING *")
        rows = cursor.fetchall()
    try:
        (missing,) = start._tables()
        assert "run 'manage.py migrate'" in missing
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_migrations VALUES (%s, %s, %s, %s)", rows)


def test_static_files_that_were_not_collected_are_missed(tmp_path, monkeypatch):
    def missing():
        storage = CompressedManifestStaticFilesStorage(location=tmp_path)
        monkeypatch.setattr(start, "staticfiles_storage", storage)
        return start._static_files()

    (sentence,) = missing()
    assert "manage.py collectstatic" in sentence
    # A list of files that are gone is as bad.
    manifest = '{"version": "1.1", "paths": {"application.css": "application.1.css"}, "hash": ""}'
    (tmp_path / "staticfiles.json").write_text(manifest)
    assert missing() == [sentence]
    (tmp_path / "application.1.css").touch()
    assert missing() == []


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, ProgrammingError])
def test_a_database_that_is_away_or_shut_to_us_is_missed_without_its_address(monkeypatch, error):
    def away(*args):
        raise error("connection to 192.0.2.7 as oriel failed")

    monkeypatch.setattr(start, "MigrationExecutor", away)
    (missing,) = start._tables()
    assert "can not be reached" in missing
    assert "oriel" not in missing

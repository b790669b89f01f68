"""Refused files write nothing, large ones take batches, and two imports take turns."""

import io
import json
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.database import as_system
from tests.factories import UserFactory, VenueFactory
from tests.venues.hygiene_files import counts
from tests.venues.imports.samples import SAMPLES, import_bytes, import_sample, official
from venues.imports import fhrs_import as imports
from venues.imports.uploads import BrokenFile
from venues.models import ImportRun, LocalAuthority, Venue
from venues.registry import merging

pytestmark = pytest.mark.django_db


def broken_copies() -> dict[str, bytes]:
    """A file with a fault of each kind, most of them after hotels that could have been written."""
    xml = (SAMPLES / "official_2020.xml").read_bytes()
    answer = json.loads((SAMPLES / "api_2021.json").read_bytes())
    bulk = (SAMPLES / "bulk_list.json").read_bytes()
    page = {**answer, "meta": {**answer["meta"], "totalCount": 50, "totalPages": 5}}
    return {
        "XML cut off": xml[: len(xml) * 9 // 10],
        "API JSON cut off": json.dumps(answer).encode()[:-40],
        "bulk JSON cut off": bulk[:-3],
        "last record lost": xml.replace(b"<ItemCount>12<", b"<ItemCount>13<"),
        "one page of many": json.dumps(page).encode(),
        "wrong root": xml.replace(b"FHRSEstablishment", b"Other"),
        "document type": b"<!DOCTYPE x>" + xml[21:],
        "entity": xml.replace(b"Moor Inn", b"&moor;"),
        "wrong encoding": xml.decode().encode("utf-16"),
        "latin letters": xml.replace("é".encode(), b"\xe9"),
        "no FHRSID at the end": xml.replace(b"<FHRSID>9100012</FHRSID>", b""),
        "FHRSID not a number": xml.replace(b"<FHRSID>9100012<", b"<FHRSID>9100012x<"),
        "no name": xml.replace(b"Northmoor Travel Lodge Kitchen", b" "),
        "web page": b"<!doctype html><title>Sorry</title>",
        "table": b"FHRSID,BusinessName\n1,Bell\n",
        "empty": b"",
    }


@pytest.mark.parametrize("fault", broken_copies())
def test_a_broken_file_leaves_the_database_untouched(fault):
    import_sample("official_2015.xml")
    before = [list(model.objects.order_by("pk").values()) for model in (Venue, LocalAuthority)]

    with pytest.raises(BrokenFile, match="Nothing was imported"):
        import_bytes(broken_copies()[fault])

    after = [list(model.objects.order_by("pk").values()) for model in (Venue, LocalAuthority)]
    assert after == before
    assert ImportRun.objects.count() == 1


def test_a_fault_after_whole_batches_were_written_undoes_them(monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)

    with pytest.raises(BrokenFile, match="cut off"):
        import_bytes(official(9)[:-40])

    assert not Venue.objects.exists()
    assert not LocalAuthority.objects.exists()


def test_a_file_of_a_gigabyte_is_refused_without_being_read(tmp_path):
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(2**30)

    with pytest.raises(BrokenFile, match="larger than 256 MB"):
        imports.import_fhrs(huge, file_name="huge.xml", by=None, at=timezone.now())


def test_the_number_of_queries_grows_with_batches_not_with_hotels(monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 50)
    import_bytes(official(1))

    def queries(hotels: int, name: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_bytes(official(hotels, name=name))
        return len(captured)

    assert queries(10, "New") == queries(50, "Newer")
    assert queries(10, "Renamed") == queries(50, "Renamed again")
    assert queries(100, "Last") > queries(50, "Last")


def test_a_report_names_so_many_venues_and_counts_all(monkeypatch):
    monkeypatch.setattr(imports, "LISTED", 3)

    run = import_bytes(official(5))

    assert run.created == 5
    assert [entry["name"] for entry in run.report["created"]] == ["Hotel 1", "Hotel 2", "Hotel 3"]


class Paused(io.BytesIO):
    """A file that tells when it is read and then waits to be let go."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.reached.set()
        assert self.go_on.wait(timeout=30)
        return super().read(size)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_follow_one_another():
    runs: dict[str, ImportRun] = {}

    @as_system()
    def run(name: str, file: io.BytesIO) -> None:
        try:
            runs[name] = imports.import_fhrs(file, file_name=name, by=None, at=timezone.now())
        finally:
            connection.close()

    file = Paused(official(3))
    first = threading.Thread(target=run, args=("first", file))
    second = threading.Thread(target=run, args=("second", io.BytesIO(official(3))))
    first.start()
    assert file.reached.wait(timeout=30)
    second.start()
    wait_until_somebody_waits_for_a_lock()
    file.go_on.set()
    first.join(timeout=30)
    second.join(timeout=30)

    assert counts(runs["first"]) == {"created": 3}
    assert counts(runs["second"]) == {"unchanged": 3}


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_an_import_that_runs():
    keep, duplicate = VenueFactory(), VenueFactory(fhrsid=1)
    by = UserFactory(is_superuser=True, whole_force=True)  # roles are gone after such a test

    @as_system()
    def run_import() -> None:
        try:
            imports.import_fhrs(file, file_name="file", by=None, at=timezone.now())
        finally:
            connection.close()

    @as_system()
    def run_merge() -> None:
        try:
            merging.merge_venues(keep=keep, duplicate=duplicate, by=by)
        finally:
            connection.close()

    file = Paused(official(1))
    importing, merge = threading.Thread(target=run_import), threading.Thread(target=run_merge)
    importing.start()
    assert file.reached.wait(timeout=30)
    merge.start()
    wait_until_somebody_waits_for_a_lock()
    file.go_on.set()
    importing.join(timeout=30)
    merge.join(timeout=30)

    keep.refresh_from_db()
    assert keep.fhrsid == 1
    assert Venue.objects.filter(name="Hotel 1", merged_into=keep).exists()


def wait_until_somebody_waits_for_a_lock() -> None:
    for _ in range(10_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            if cursor.fetchone()[0]:
                return
    pytest.fail("The second import did not wait for the first.")

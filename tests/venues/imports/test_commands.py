"""The commands that import: what they print, and when they fail."""

import pytest
from django.core.management import CommandError, call_command

from tests.venues.imports.samples import SAMPLES, difference
from venues.models import ImportRun, LocalAuthority

pytestmark = pytest.mark.django_db


def test_the_command_reports_each_file_and_fails_when_one_is_refused(tmp_path, capsys):
    broken = tmp_path / "broken.xml"
    broken.write_bytes((SAMPLES / "official_2020.xml").read_bytes()[:5000])

    with pytest.raises(CommandError, match="2 of 4 files refused"):
        call_command(
            "import_fhrs",
            str(SAMPLES / "official_2020.xml"),
            str(broken),
            str(tmp_path / "not there.xml"),
            str(SAMPLES / "api_2021.json"),
        )

    printed = capsys.readouterr()
    assert "10 created" in printed.out
    assert "changed: Spare Room: postcode “ZZ3” → “ZZ3 1QQ”" in printed.out
    assert "missing now: Moor Inn" in printed.out
    assert "broken.xml: refused. The file is cut off" in printed.err
    assert "not there.xml: refused." in printed.err
    assert ImportRun.objects.count() == 2


def test_the_command_prints_differences_with_edits_by_hand(capsys):
    difference()

    call_command("import_fhrs", str(SAMPLES / "api_2021.json"))

    assert (
        "difference: Fern Cottage: point “54.500000, -1.500000” kept, "
        "the file has “54.740000, -1.540000”"
    ) in capsys.readouterr().out


def test_the_areas_command_imports_both_files_or_neither(tmp_path, capsys):
    broken = tmp_path / "broken.geojson"
    broken.write_text("{}")
    with pytest.raises(CommandError, match="not a GeoJSON"):
        call_command("import_areas", str(SAMPLES / "areas.csv"), boundaries=broken)
    assert not LocalAuthority.objects.exists()

    call_command(
        "import_areas", str(SAMPLES / "areas.csv"), boundaries=SAMPLES / "boundaries.geojson"
    )

    printed = capsys.readouterr().out
    assert "4 created" in printed
    assert "Boundaries: 2 set." in printed
    assert "Elsewhere" in printed

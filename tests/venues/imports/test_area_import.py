"""Importing areas: forces, command units, authorities and their outlines."""

import io
from pathlib import Path

import pytest

from tests.factories import CommandUnitFactory, LocalAuthorityFactory
from tests.venues.imports.samples import SAMPLES, import_sample
from venues.imports import area_import as area_imports
from venues.imports.uploads import BrokenFile
from venues.models import CommandUnit, Force, LocalAuthority, Venue

pytestmark = pytest.mark.django_db

MET = Path(__file__).resolve().parents[3] / "venues" / "data" / "met_command_units.csv"


def test_areas_make_forces_units_and_authorities():
    done = area_imports.import_areas(SAMPLES / "areas.csv")

    assert done == area_imports.AreasImported(created=4, changed=0, unchanged=0)
    assert list(Force.objects.values_list("name", flat=True)) == ["Wessendale Police"]
    coast = CommandUnit.objects.get(code="CO")
    assert [each.name for each in coast.local_authorities.all()] == ["Northmoor", "Southmoor"]
    assert LocalAuthority.objects.get(name="Old Harbour").command_unit is None


def test_areas_twice_change_nothing():
    area_imports.import_areas(SAMPLES / "areas.csv")

    assert area_imports.import_areas(SAMPLES / "areas.csv").unchanged == 4


def test_areas_complete_an_authority_that_came_with_open_data():
    import_sample("official_2020.xml")

    done = area_imports.import_areas(SAMPLES / "areas.csv")

    northmoor = Venue.objects.get(fhrsid=9100001).local_authority
    assert (northmoor.gss_code, northmoor.command_unit.name) == ("E98000001", "Coast")
    assert done.changed == 1


def test_areas_move_an_authority_to_another_unit_and_rename_a_unit():
    area_imports.import_areas(SAMPLES / "areas.csv")
    text = (SAMPLES / "areas.csv").read_text()
    text = text.replace("Coast,CO,Southmoor", "Valley,VA,Southmoor").replace("Coast,", "Shore,")

    area_imports.import_areas(io.BytesIO(text.encode()))

    assert LocalAuthority.objects.get(name="Southmoor").command_unit.code == "VA"
    assert CommandUnit.objects.get(code="CO").name == "Shore"
    assert CommandUnit.objects.count() == 2


def test_units_of_two_forces_may_have_one_code():
    CommandUnitFactory(force__name="Another Police", code="CO")

    area_imports.import_areas(SAMPLES / "areas.csv")

    assert CommandUnit.objects.filter(code="CO").count() == 2


def test_a_row_that_fits_two_authorities_refuses_the_file():
    LocalAuthorityFactory(name="Southmoor", gss_code="E98000002")
    LocalAuthorityFactory(name="Harbour", fhrs_code="902")

    with pytest.raises(
        BrokenFile, match=r"Line 3 .* fits two authorities .* Harbour and Southmoor"
    ):
        area_imports.import_areas(SAMPLES / "areas.csv")

    assert not Force.objects.filter(name="Another").exists()
    assert not LocalAuthority.objects.filter(name="Northmoor").exists()


def test_boundaries_are_set_by_code_and_strangers_are_named():
    area_imports.import_areas(SAMPLES / "areas.csv")

    done = area_imports.import_boundaries(SAMPLES / "boundaries.geojson")

    assert done == area_imports.BoundariesImported(set=2, unknown=["Elsewhere"])
    assert LocalAuthority.objects.get(name="Southmoor").boundary["type"] == "MultiPolygon"
    assert LocalAuthority.objects.get(name="Afon Las").boundary is None


def test_the_mets_areas_are_twelve_units():
    area_imports.import_areas(MET)

    assert CommandUnit.objects.filter(force__name="Metropolitan Police Service").count() == 12
    assert LocalAuthority.objects.filter(command_unit__code="AW").count() == 3
    assert LocalAuthority.objects.get(name="City of London").command_unit is None

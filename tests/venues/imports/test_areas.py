"""The readers of areas and boundaries, and the Metropolitan Police's own list."""

import io
import json
from pathlib import Path

import pytest

from venues.imports.areas import Area, read_areas, read_boundaries
from venues.imports.uploads import BrokenFile

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(__file__).parents[1] / "samples"
MET = ROOT / "venues" / "data" / "met_command_units.csv"

HEADER = "bcu_name,bcu_code,borough,gss_code,fhrs_la_code,police_force\n"
ROW = "Coast,CO,Northmoor,E98000001,901,Wessendale Police\n"
#: One borough, written in two ways.
MON = "Coast,CO,Môn & Sea,E98000001,901,Wessendale Police\n"
MON_TOO = "Coast,CO,mon and sea,E98000002,902,Wessendale Police\n"


def areas(text: str) -> list[Area]:
    return read_areas(io.BytesIO(text.encode()))


def collection(geometry: object, **properties: object) -> io.BytesIO:
    feature = {
        "type": "Feature",
        "properties": {"gss_code": "E98000001", "name": "Northmoor", **properties},
        "geometry": geometry,
    }
    data = {"type": "FeatureCollection", "features": [feature]}
    return io.BytesIO(json.dumps(data).encode())


SQUARE = [[-1.6, 54.6], [-1.4, 54.6], [-1.4, 54.8], [-1.6, 54.6]]


def test_the_mets_list_has_its_twelve_units_and_all_boroughs_once():
    found = read_areas(MET)

    assert len(found) == 33
    assert len({area.unit_code for area in found if area.unit_code}) == 12
    assert {area.gss_code for area in found} == {f"E090000{n:02}" for n in range(1, 34)}
    assert {area.fhrs_code for area in found} == {str(n) for n in range(501, 534)}
    assert [area.name for area in found if not area.unit_code] == ["City of London"]


def test_an_area_keeps_all_its_facts():
    assert read_areas(SAMPLES / "areas.csv")[2] == Area(
        line=4,
        name="Afon Las",
        gss_code="W98000001",
        fhrs_code="027",
        unit_name="Valley",
        unit_code="VA",
        force="Wessendale Police",
    )


def test_an_area_without_a_command_unit_is_accepted():
    assert read_areas(SAMPLES / "areas.csv")[3].unit_code == ""


def test_columns_may_stand_in_another_order_with_others_between():
    columns = "police_force,fhrs_la_code,note,gss_code,borough,bcu_code,bcu_name\n"
    row = 'Wessendale Police,901,"a, b",E98000001,Northmoor,CO,Coast\n'

    assert areas(columns + row)[0].unit_name == areas(HEADER + ROW)[0].unit_name


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_a_spreadsheets_byte_order_mark_line_ends_and_blank_lines_are_tolerated(end):
    text = "\ufeff" + (HEADER + ROW + "\n,,,,,\n").replace("\n", end)

    assert [area.name for area in areas(text)] == ["Northmoor"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no column bcu_name, bcu_code"),
        (HEADER, "has no areas"),
        (HEADER.replace("gss_code,", "") + ROW, "no column gss_code"),
        (HEADER + ROW + ROW, "line 3 repeats the borough of line 2"),
        (HEADER + MON + MON_TOO, "line 3 repeats the borough of line 2"),
        (HEADER + ROW + ROW.replace("Northmoor", "Far Moor"), "repeats the gss_code of line 2"),
        (HEADER + ROW.replace("901", "1"), "Line 2 has the fhrs_la_code “1”"),
        (HEADER + ROW.replace("E98000001", "Northmoor"), "Line 2 has the gss_code “Northmoor”"),
        (HEADER + ROW.replace(",Northmoor,", ",,"), "Line 2 has no borough"),
        (HEADER + ROW.replace("Wessendale Police", ""), "Line 2 has no police_force"),
        (HEADER + ROW.replace("Coast", ""), "Line 2 has only one of bcu_name and bcu_code"),
        (HEADER + ROW.replace("Coast", "C" * 121), "bcu_name of more than 120 letters"),
        (
            HEADER + ROW + "Shore,CO,Southmoor,E98000002,902,Wessendale Police\n",
            "line 3 calls the unit CO “Shore”, line 2 “Coast”",
        ),
        (HEADER + "Coast,CO\n", "Line 2 has no borough"),
        (HEADER + ROW + 'Coast,CO,"North', "not correct CSV"),
        (HEADER + "x" * 200_000, "not correct CSV"),
        (HEADER + ROW * 40_000, "larger than 1 MB"),
        (HEADER + "\0", "not text in UTF-8"),
    ],
)
def test_a_file_of_areas_with_a_mistake_is_refused_with_its_line(text, reason):
    with pytest.raises(BrokenFile) as refused:
        areas(text)

    assert reason.lower() in str(refused.value).lower()
    assert "Nothing was imported." in str(refused.value)


def test_many_mistakes_are_named_together_but_not_without_end():
    with pytest.raises(BrokenFile, match=r"Line 2 has .*line 6 has .*and 12 more"):
        areas(HEADER + "Coast,CO,North,E1,901,Police\n" * 5)


def test_boundaries_keep_their_geometry():
    north, south, elsewhere = read_boundaries(SAMPLES / "boundaries.geojson")

    assert (north.gss_code, north.name) == ("E98000001", "Northmoor")
    assert north.geometry["type"] == "Polygon"
    assert len(north.geometry["coordinates"]) == 2
    assert south.geometry["type"] == "MultiPolygon"
    assert elsewhere.gss_code == "E98999999"


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "not a Polygon"),
        ({"type": "Point", "coordinates": [-1.5, 54.7]}, "not a Polygon"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [[]]}, "empty"),
        ({"type": "Polygon"}, "empty"),
        ({"type": "MultiPolygon", "coordinates": [SQUARE]}, "empty or broken"),
        ({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, "open"),
        ({"type": "Polygon", "coordinates": [[SQUARE[0], SQUARE[1], SQUARE[0]]]}, "open"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "not two numbers"),
        ({"type": "Polygon", "coordinates": [[[True, True]] * 4]}, "not two numbers"),
        ({"type": "Polygon", "coordinates": [[[-1.5]] * 4]}, "not two numbers"),
        ({"type": "Polygon", "coordinates": [[[54.7, -1.5]] * 4]}, "longitude, then latitude"),
        ({"type": "Polygon", "coordinates": [[[529090, 179645]] * 4]}, "in degrees"),
    ],
)
def test_a_boundary_that_cannot_be_drawn_is_refused_by_name(geometry, reason):
    with pytest.raises(BrokenFile) as refused:
        read_boundaries(collection(geometry))

    assert "The boundary of Northmoor" in str(refused.value)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not correct JSON"),
        (b'{"type":"FeatureCollection","features":[', "cut off"),
        (b"[" * 100_000, "not correct JSON"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "not correct JSON"),
        (b"{}", "not a GeoJSON FeatureCollection"),
        (b'{"type":"FeatureCollection","features":[]}', "no boundaries"),
        (b'{"type":"FeatureCollection","features":[7]}', "Boundary 1 has no property gss_code"),
    ],
)
def test_a_file_that_is_not_geojson_is_refused(data, reason):
    with pytest.raises(BrokenFile, match=reason):
        read_boundaries(io.BytesIO(data))


def test_two_boundaries_of_one_authority_are_refused():
    data = json.loads((SAMPLES / "boundaries.geojson").read_text())
    data["features"].append(data["features"][0])

    with pytest.raises(BrokenFile, match="E98000001 has two boundaries"):
        read_boundaries(io.BytesIO(json.dumps(data).encode()))


@pytest.mark.parametrize("properties", [{"gss_code": None}, {"gss_code": 1}, {"name": " "}])
def test_a_boundary_without_code_or_name_is_refused(properties):
    with pytest.raises(BrokenFile, match="Boundary 1"):
        read_boundaries(collection({"type": "Polygon", "coordinates": [SQUARE]}, **properties))


@pytest.mark.parametrize(
    "properties",
    [
        {"LAD24CD": "E98000001", "LAD24NM": "Northmoor", "LAD24NMW": " "},
        {"lad22cd": "E98000001", "lad22nm": "Northmoor"},
        {"CTYUA23CD": "E98000001", "CTYUA23NM": "Northmoor"},
        {"LAD21CD": "E98000009", "LAD21NM": "Old", "LAD24CD": "E98000001", "LAD24NM": "Northmoor"},
    ],
)
def test_boundaries_are_read_as_the_ons_publishes_them(properties):
    feature = {
        "type": "Feature",
        "properties": {"FID": 1, **properties},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    data = {"type": "FeatureCollection", "features": [feature]}

    (boundary,) = read_boundaries(io.BytesIO(json.dumps(data).encode()))

    assert (boundary.gss_code, boundary.name) == ("E98000001", "Northmoor")


def test_an_ons_code_without_its_name_is_refused():
    feature = {"type": "Feature", "properties": {"LAD24CD": "E98000001"}, "geometry": None}
    data = {"type": "FeatureCollection", "features": [feature]}

    with pytest.raises(BrokenFile, match="has no name"):
        read_boundaries(io.BytesIO(json.dumps(data).encode()))

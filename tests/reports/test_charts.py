"""Charts as they arrive in the page."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports import charts
from reports.charts import RateRow, TrendPoint, rates_chart, trend_chart
from reports.statistics import Rate

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(\"1\")</script> & 'Sons' ]]> <!--"


TITLE = "Responded well"


def rates(*rows: RateRow, title: str) -> ET.Element:
    return ET.fromstring(rates_chart(rows, title=TITLE, description="By unit"))


def trend(*rates: Rate, title: str) -> ET.Element:
    points = [
        TrendPoint(dt.date(2025 + i // 12, i % 12 + 1, 1), rate) for i, rate in enumerate(rates)
    ]
    return ET.fromstring(trend_chart(points, title=TITLE, description="By month"))


def texts(svg: ET.Element) -> list[str]:
    return ["".join(element.itertext()) for element in svg.iter(f"{SVG}text")]


def marks(svg: ET.Element, colour: str) -> int:
    return sum(element.get("fill") == colour for element in svg.iter())


def test_every_row_is_named_and_has_its_rate_and_n_in_figures() -> None:
    svg = rates(
        RateRow("North", Rate(31, 43)),
        RateRow("South", Rate(0, 20)),
        RateRow("Quoted", Rate(9, 12), thing="call"),
        title=TITLE,
    )

    assert {"North", "South", "Quoted", "72% (n = 43)", "0% (n = 20)", "75% (n = 12)"} <= set(
        texts(svg)
    )
    assert marks(svg, charts.POINT) == marks(svg, charts.INTERVAL) == 3


def test_a_row_on_fewer_than_five_has_counts_and_no_mark() -> None:
    svg = rates(
        RateRow("North", Rate(3, 4)),
        RateRow("Quoted", Rate(0, 1), thing="call"),
        RateRow("South", Rate(0, 0)),
        title=TITLE,
    )

    assert {"3 of 4 visits", "0 of 1 call", "no visits"} <= set(texts(svg))
    assert marks(svg, charts.POINT) == marks(svg, charts.INTERVAL) == 0


def test_rows_stand_in_the_order_given_even_with_equal_names() -> None:
    names = ["Zeta", "Alpha", "Same", "Same", "Beta"]

    svg = rates(*[RateRow(name, Rate(3, 9)) for name in names], title=TITLE)

    assert [text for text in texts(svg) if text in names] == names


def test_a_month_on_fewer_than_five_has_counts_and_breaks_the_line() -> None:
    many = Rate(6, 12)

    svg = trend(many, many, Rate(1, 3), many, Rate(0, 0), many, title=TITLE)

    assert "1 of 3" in texts(svg)
    assert not {"0 of 0", "undefined", "null", "6 of 12"} & set(texts(svg))
    assert marks(svg, charts.POINT) == marks(svg, charts.INTERVAL) == 4
    (line,) = [e.get("d", "") for e in svg.iter(f"{SVG}path") if e.get("stroke") == charts.POINT]
    assert line.count("M") == 3


def test_months_are_named_without_overlap_however_long_the_period() -> None:
    for months in (1, 7, 24, 60):
        named = [
            text for text in texts(trend(*[Rate(6, 12)] * months, title=TITLE)) if " " not in text
        ]
        assert named
        assert sum("Jan" in text for text in named) >= 1
        assert len([text for text in named if text[:3].isalpha()]) <= 9


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_any_number_of_rows_can_be_drawn(rows: int) -> None:
    svg = rates(*[RateRow(f"Unit {i}", Rate(i, 40)) for i in range(rows)], title=TITLE)

    assert sum(text.startswith("Unit") for text in texts(svg)) == rows


def test_words_from_the_data_are_words_in_the_picture() -> None:
    drawn = rates_chart(
        [RateRow("<b>A & B</b>", Rate(3, 9)), RateRow(HOSTILE[:26], Rate(3, 9))],
        title=TITLE + HOSTILE,
        description=HOSTILE,
    )

    svg = ET.fromstring(drawn)
    assert {"<b>A & B</b>", HOSTILE[:26]} <= set(texts(svg))
    assert svg.findtext(f"{SVG}title") == TITLE + HOSTILE
    assert svg.findtext(f"{SVG}desc") == HOSTILE
    assert "<script" not in drawn
    assert "<!--" not in drawn


@given(st.text())
@example("A bell \x07, a tab \x0b, half a pair \ud800 and \ufffe")  # each once ended the process
@example("Hotel " + "\U0001f3e8" * 60)  # once cut in the middle of a character
@settings(max_examples=50, deadline=None)
def test_any_name_can_be_drawn(name: str) -> None:
    svg = rates(RateRow(name, Rate(3, 9)), title=name)

    assert marks(svg, charts.POINT) == 1


def test_the_picture_is_one_image_with_a_name_and_a_description() -> None:
    svg = rates(RateRow("North", Rate(3, 9)), title=TITLE)

    assert svg.get("role") == "img"
    named_by = [svg.find(f"*[@id='{name}']") for name in svg.attrib["aria-labelledby"].split()]
    assert [element.text for element in named_by if element is not None] == [TITLE, "By unit"]
    assert not [e for e in svg.iter() if e is not svg and (e.get("role") or e.get("aria-hidden"))]


def test_two_pictures_on_one_page_share_no_id() -> None:
    one = rates(RateRow("North", Rate(3, 9)), title=TITLE)
    other = rates(RateRow("North", Rate(4, 9)), title=TITLE)

    ids = [element.get("id") for svg in (one, other) for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 4


def test_a_strict_content_security_policy_lets_the_picture_pass() -> None:
    for svg in (rates(RateRow("North", Rate(3, 9)), title=TITLE), trend(Rate(3, 9), title=TITLE)):
        for element in svg.iter():
            assert element.tag.removeprefix(SVG) in {
                "svg",
                "title",
                "desc",
                "path",
                "line",
                "rect",
                "circle",
                "text",
            }
            assert not [
                n for n in element.attrib if n == "style" or n.startswith("on") or "href" in n
            ]


def test_the_picture_has_the_size_and_the_font_of_the_page() -> None:
    svg = rates(RateRow("North", Rate(3, 9)), title=TITLE)

    assert svg.get("width") is svg.get("height") is None
    assert svg.attrib["viewBox"].startswith("0 0 360 ")
    assert not [element for element in svg.iter() if element.get("font-family")]


def test_a_dot_stands_at_its_rate_on_the_bar_of_its_interval() -> None:
    rate = Rate(31, 43)
    low, high = rate.interval
    svg = rates(RateRow("North", rate), title=TITLE)
    [dot], [bar] = svg.findall(f"{SVG}circle"), svg.findall(f"{SVG}rect")
    begin, end = at(bar, "x"), at(bar, "x") + at(bar, "width")
    none, all_of_them = (
        at(svg.findall(f"{SVG}line")[0], "x1"),
        at(svg.findall(f"{SVG}line")[-1], "x1"),
    )
    for place, share in ((at(dot, "cx"), 31 / 43), (begin, low), (end, high)):
        assert (place - none) / (all_of_them - none) == pytest.approx(share, abs=0.001)


def test_a_months_dot_stands_at_its_rate_on_the_bar_of_its_interval() -> None:
    rate = Rate(9, 12)
    low, high = rate.interval
    svg = trend(rate, Rate(0, 12), title=TITLE)
    dot, bar = svg.findall(f"{SVG}circle")[0], svg.findall(f"{SVG}rect")[0]
    lines = svg.findall(f"{SVG}line")
    none, all_of_them = at(lines[0], "y1"), at(lines[-1], "y1")
    top, foot = at(bar, "y"), at(bar, "y") + at(bar, "height")
    for place, share in ((at(dot, "cy"), 0.75), (foot, low), (top, high)):
        assert (place - none) / (all_of_them - none) == pytest.approx(share, abs=0.001)
    assert at(dot, "cx") == pytest.approx(at(bar, "x") + at(bar, "width") / 2)
    assert at(svg.findall(f"{SVG}circle")[1], "cy") == none


def test_a_name_is_cut_only_where_it_would_run_into_the_figures() -> None:
    fits, long = "North Ostermeer and the I", "Quoted Makesafe when they called the police"

    shown = texts(rates(RateRow(fits, Rate(31, 43)), RateRow(long, Rate(31, 43)), title=TITLE))

    assert fits in shown
    [cut] = [text for text in shown if text.endswith("…")]
    assert long.startswith(cut[:-1])
    assert charts._width(cut, 14) + charts._width("72% (n = 43)", 14) < charts.WIDTH - 28


def at(element: ET.Element, name: str) -> float:
    return float(element.attrib[name])

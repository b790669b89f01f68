"""Charts, drawn on the server as SVG: no chart library in the page, the same picture in print.

Altair describes a chart, vl-convert draws it. Measured on two cores: the first chart of a process
takes about 0.4 s (its JavaScript engine starts), each later one 20 to 35 ms; so drawings are kept
in the cache under the hash of what they show.

Every chart is 360 units wide and has no width of its own: the page's CSS scales it, and at 390
pixels a letter is as large as the text around it. It takes the page's font. It holds no script and
no style, so the strictest content security policy lets it pass. The page puts a table under it.
"""

import datetime as dt
import hashlib
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from django.core.cache import cache
from django.utils.safestring import SafeString

from reports.statistics import Rate

WIDTH = 360  # units of the drawing, margins included
MONTH_LABEL_WIDTH = 38  # units along the axis
COUNTS_WIDTH = 11  # units: a line of small text, turned

# Each is at least 3:1 against white, as WCAG 1.4.11 asks of graphics, text at least 4.5:1.
POINT = "#0b3f47"
INTERVAL = "#5f9ba0"
GRID = "#dde5e5"  # only decoration: every rate is also written
TEXT = "#14282d"
QUIET_TEXT = "#4a5d62"

KEPT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class RateRow:
    """One line of a chart of rates."""

    label: str
    rate: Rate
    thing: str = "visit"
    """What was observed, in the singular: "visit" or "call"."""


@dataclass(frozen=True)
class TrendPoint:
    """One month of a trend."""

    month: dt.date
    """Its first day."""

    rate: Rate


def rates_chart(rows: Sequence[RateRow], *, title: str, description: str) -> SafeString:
    """Rates one under the other: a dot, the bar of the 95% interval, and the rate in figures.

    A row on fewer than five observations has its counts only. Labels too long for the line are
    cut with "…"; the table under the chart has them whole.

    Args:
        rows: In the order in which they are to stand.
        title: The name of the picture for people who do not see it.
        description: What it shows, likewise.

    """
    return _drawn_once(_rates, rows, title, description)


def trend_chart(points: Sequence[TrendPoint], *, title: str, description: str) -> SafeString:
    """A rate by month: dots joined by a line, each on the bar of its 95% interval.

    A month with fewer than five visits has no dot: its counts are written where the bar would
    stand, and the line is broken. Where there is no room for that, the gap alone says it.

    Args:
        points: Every month of the period in order, those without visits too.
        title: The name of the picture for people who do not see it.
        description: What it shows, likewise.

    """
    return _drawn_once(_trend, points, title, description)


def draw(spec: dict[str, Any], *, title: str, description: str, id_prefix: str) -> str:
    """The SVG of a Vega-Lite specification, made ready to stand inside a page.

    Vega's own sizes, fonts, classes, ARIA attributes and invisible parts go: the picture is one
    image with a name and a description, which the page's CSS sizes. Words are escaped as the tree
    is written out.

    Args:
        spec: What to draw, with its data inside: nothing is fetched.
        title: The name of the picture for people who do not see it.
        description: What it shows, likewise.
        id_prefix: Tells the ids of this picture from those of others on the page.

    """
    drawn = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    svg = ET.fromstring(drawn)  # noqa: S314 (drawn in the line above)
    _clean(svg)
    svg.attrib = {
        "class": "app-chart",
        "viewBox": svg.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{id_prefix}-title {id_prefix}-description",
    }
    for position, tag, name, words in (
        (0, "title", "title", title),
        (1, "desc", "description", description),
    ):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{id_prefix}-{name}"})
        element.text = words
        svg.insert(position, element)
    return ET.tostring(svg, encoding="unicode")


#: Characters that XML does not allow: one in a name would end the whole process, vl-convert aborts.
#: And those beyond the basic plane: Vega cuts a long name between their halves, and gives up.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")

_SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", _SVG)

#: What a drawing depends on besides its data: a new version never shows an old one's drawings.
_VERSION = [
    alt.__version__,
    version("vl-convert-python"),
    hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
]


def _drawn_once(
    spec_of: Callable[[Any], dict[str, Any]], rows: Sequence[Any], title: str, description: str
) -> SafeString:
    # Keyed by the data, not by the specification: Altair takes some 10 ms to make one.
    content = repr([_VERSION, spec_of.__name__, rows, title, description])
    key = f"chart-{hashlib.sha256(content.encode()).hexdigest()}"
    svg = cache.get(key)
    if svg is None:
        spec = spec_of(rows)
        svg = draw(spec, title=title, description=description, id_prefix=key[:18])
        cache.set(key, svg, KEPT_SECONDS)
    return SafeString(svg)  # an XML tree that we wrote out, so all text in it is escaped


def _clean(element: ET.Element) -> None:
    """Take out what only Vega's own viewer uses, here and below."""
    for name in list(element.attrib):
        if name.startswith("aria-") or name in {"role", "class", "pointer-events", "font-family"}:
            del element.attrib[name]
    for child in list(element):
        _clean(child)
        drawn = child.get("display") != "none" and child.get("opacity") != "0"
        if not drawn or (child.tag == f"{{{_SVG}}}g" and not len(child)):
            element.remove(child)


def _rates(rows: Sequence[RateRow]) -> dict[str, Any]:
    line_height, margin, below_words = 46, 14, 9
    width = WIDTH - 2 * margin
    base = _base(_rate_values(position, row) for position, row in enumerate(rows)).encode(
        y=alt.Y("position:O", axis=None)
    )
    known = base.transform_filter("isValid(datum.value)")
    words: dict[str, Any] = {"baseline": "bottom", "fontSize": 14}
    return _chart(
        known.mark_bar(height=8, color=INTERVAL, yOffset=below_words, y2Offset=below_words).encode(
            x=_share(alt.X, "low"), x2="high:Q"
        ),
        known.mark_point(**_DOT, yOffset=below_words).encode(x=_share(alt.X, "value")),
        base.mark_text(align="left", limit=width - 108, color=TEXT, **words).encode(
            text="label:N", x=alt.value(0)
        ),
        base.mark_text(align="right", color=QUIET_TEXT, **words).encode(
            text="figures:N", x=alt.value(width)
        ),
        width=width,
        height=line_height * max(len(rows), 1),
        padding={"left": margin, "right": margin, "top": 2, "bottom": 24},
    )


def _rate_values(position: int, row: RateRow) -> dict[str, Any]:
    rate = row.rate
    values: dict[str, Any] = {"position": position, "value": None}
    values["label"] = _UNWRITABLE.sub("\ufffd", row.label)
    if rate.is_small:
        return values | {"figures": rate.counts(row.thing) if rate.n else f"no {row.thing}s"}
    low, high = rate.interval
    figures = f"{rate.percent} (n = {rate.n})"
    return values | {"figures": figures, "value": rate.value, "low": low, "high": high}


def _trend(points: Sequence[TrendPoint]) -> dict[str, Any]:
    left, right, height = 42, 8, 220
    width = WIDTH - left - right
    step = width / max(len(points), 1)
    months = [_written(point.month) for point in points]
    axis = alt.Axis(
        grid=False,
        labelAngle=0,
        labelPadding=8,
        labelExpr="split(datum.label, ' ')",  # the year under the month
        values=months[:: math.ceil(MONTH_LABEL_WIDTH / step)],
    )
    base = _base(_month_values(point) for point in points).encode(
        x=alt.X("month:O", scale=alt.Scale(domain=months), axis=axis)
    )
    known = base.transform_filter("isValid(datum.value)")
    layers = [
        known.mark_bar(width=min(step / 2, 12), color=INTERVAL).encode(
            y=_share(alt.Y, "low"), y2="high:Q"
        ),
        base.mark_line(
            color=POINT, strokeWidth=1.5, invalid="break-paths-show-path-domains"
        ).encode(y=_share(alt.Y, "value")),
        known.mark_point(**_DOT).encode(y=_share(alt.Y, "value")),
    ]
    if step >= COUNTS_WIDTH:
        words = base.mark_text(
            angle=270, align="left", baseline="middle", fontSize=11, color=QUIET_TEXT
        )
        layers.append(words.encode(text="counts:N", y=alt.value(height - 3)))
    padding = {"left": left, "right": right, "top": 10, "bottom": 44}
    return _chart(*layers, width=width, height=height, padding=padding)


def _month_values(point: TrendPoint) -> dict[str, Any]:
    rate = point.rate
    values: dict[str, Any] = {"month": _written(point.month), "value": None}
    if rate.is_small:
        return values | {"counts": f"{rate.successes} of {rate.n}" if rate.n else ""}
    low, high = rate.interval
    return values | {"counts": "", "value": rate.value, "low": low, "high": high}


def _written(month: dt.date) -> str:
    return f"{month:%b %Y}"


def _base(values: Iterable[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(list(values)))


def _share(channel: Callable[..., Any], field: str) -> Any:
    """A share, 0 to 1, along an axis that always shows all of it."""
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    return channel(f"{field}:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)


def _chart(*layers: alt.Chart, width: int, height: int, padding: dict[str, int]) -> dict[str, Any]:
    chart = alt.layer(
        *layers,
        width=width,
        height=height,
        padding=padding,
        autosize=alt.AutoSizeParams(type="none"),
        config=alt.Config(
            aria=False,
            background="transparent",
            font="Arial, sans-serif",  # only to measure: the page's own is shown
            view=alt.ViewConfig(stroke=None),
            axis=alt.AxisConfig(
                domain=False,
                ticks=False,
                gridColor=GRID,
                labelColor=QUIET_TEXT,
                labelFontSize=12,
                title=None,
            ),
        ),
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


_DOT: dict[str, Any] = {
    "shape": "circle",
    "filled": True,
    "fill": POINT,
    "stroke": "white",
    "strokeWidth": 1.5,
    "size": 80,
    "opacity": 1,
}

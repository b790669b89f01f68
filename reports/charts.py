"""Charts as SVG, drawn on the server: no chart library in the page, the same picture in print.

Every chart is 360 units wide and has no width of its own: the page's CSS scales it, and at 390
pixels a letter is as large as the text around it. It takes the page's font. It holds no script and
no style, so the strictest content security policy lets it pass. The page puts a table under it.
"""

import datetime as dt
import hashlib
import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


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
    margin, top, line_height = 14, 2, 46
    width = WIDTH - 2 * margin
    bottom = top + line_height * max(len(rows), 1)
    svg = _picture(bottom + 24, title, description, rows)

    def across(share: float) -> float:
        return margin + width * share

    for share in SHARES:
        x = across(share)
        _add(svg, "line", x1=x, x2=x, y1=top, y2=bottom, stroke=GRID)
        anchor = {0.0: "start", 1.0: "end"}.get(share, "middle")
        _write(svg, f"{share:.0%}", x, bottom + 16, anchor=anchor)
    for position, row in enumerate(rows):
        words = top + line_height * (position + 0.5) - 3
        figures = _figures(row)
        room = width - _width(figures, 14) - 12
        _write(svg, _shortened(row.label, room, 14), margin, words, size=14, fill=TEXT)
        _write(svg, figures, across(1), words, anchor="end", size=14)
        if (value := _shown(row.rate)) is not None:
            low, high = row.rate.interval
            y = words + 12
            length = across(high) - across(low)
            _add(svg, "rect", x=across(low), y=y - 4, width=length, height=8, fill=INTERVAL)
            _dot(svg, across(value), y)
    return _written_out(svg)


def trend_chart(points: Sequence[TrendPoint], *, title: str, description: str) -> SafeString:
    """A rate by month: dots joined by a line, each on the bar of its 95% interval.

    A month with fewer than five visits has no dot: its counts are written where the bar would
    stand, and the line is broken. Where there is no room for that, the gap alone says it.

    Args:
        points: Every month of the period in order, those without visits too.
        title: The name of the picture for people who do not see it.
        description: What it shows, likewise.

    """
    left, right, top, height = 42, 8, 10, 220
    bottom = top + height
    step = (WIDTH - left - right) / max(len(points), 1)
    thickness = min(step / 2, 12)
    svg = _picture(bottom + 44, title, description, points)

    def down(share: float) -> float:
        return bottom - height * share

    for share in SHARES:
        _add(svg, "line", x1=left, x2=WIDTH - right, y1=down(share), y2=down(share), stroke=GRID)
        _write(svg, f"{share:.0%}", left - 8, down(share) + 4, anchor="end")
    placed = [(left + step * (position + 0.5), point) for position, point in enumerate(points)]
    for x, point in placed[:: math.ceil(MONTH_LABEL_WIDTH / step)]:
        _write(svg, f"{point.month:%b}", x, bottom + 20, anchor="middle")
        _write(svg, f"{point.month:%Y}", x, bottom + 35, anchor="middle")
    dots: list[tuple[float, float] | None] = []
    for x, point in placed:
        value = _shown(point.rate)
        dots.append(None if value is None else (x, down(value)))
        if value is not None:
            low, high = point.rate.interval
            y, length = down(high), down(low) - down(high)
            x_left = x - thickness / 2
            _add(svg, "rect", x=x_left, y=y, width=thickness, height=length, fill=INTERVAL)
        elif point.rate.n and step >= COUNTS_WIDTH:
            counts = f"{point.rate.successes} of {point.rate.n}"
            turned = f"rotate(-90 {_number(x)} {_number(bottom - 3)})"
            _write(svg, counts, x, bottom - 3, size=11, dy=4, transform=turned)
    _add(svg, "path", d=_line(dots), fill="none", stroke=POINT, stroke_width=1.5)
    for dot in dots:
        if dot:
            _dot(svg, *dot)
    return _written_out(svg)


def _shown(rate: Rate) -> float | None:
    """The rate, where there is enough behind it for a mark."""
    return None if rate.is_small else rate.value


def _line(dots: Iterable[tuple[float, float] | None]) -> str:
    """The line that joins dots that stand next to each other, as a path's data."""
    parts, command = [], "M"
    for dot in dots:
        if dot:
            parts.append(f"{command}{_number(dot[0])} {_number(dot[1])}")
        command = "L" if dot else "M"
    return "".join(parts)


def _figures(row: RateRow) -> str:
    if row.rate.is_small:
        return row.rate.counts(row.thing) if row.rate.n else f"no {row.thing}s"
    return f"{row.rate.percent} (n = {row.rate.n})"


# Drawing ------------------------------------------------------------------------------------------


def _picture(height: float, title: str, description: str, shows: Sequence[Any]) -> ET.Element:
    """An empty picture, which is one image with a name and a description."""
    # Two pictures on a page share no id.
    number = hashlib.sha256(repr([title, description, shows]).encode("utf-8", "replace"))
    prefix = f"chart-{number.hexdigest()[:12]}"
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "app-chart",
            "viewBox": f"0 0 {WIDTH} {_number(height)}",
            "role": "img",
            "aria-labelledby": f"{prefix}-title {prefix}-description",
        },
    )
    _add(svg, "title", _writable(title), id=f"{prefix}-title")
    _add(svg, "desc", _writable(description), id=f"{prefix}-description")
    return svg


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str | float) -> None:
    named = {
        name.replace("_", "-"): value if isinstance(value, str) else _number(value)
        for name, value in attributes.items()
    }
    ET.SubElement(parent, tag, named).text = text


def _write(
    svg: ET.Element,
    text: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    size: int = 12,
    fill: str = QUIET_TEXT,
    **attributes: str | float,
) -> None:
    place: dict[str, Any] = {"x": x, "y": y, "text_anchor": anchor, "font_size": size}
    _add(svg, "text", _writable(text), **place, fill=fill, **attributes)


def _dot(svg: ET.Element, x: float, y: float) -> None:
    _add(svg, "circle", cx=x, cy=y, r=5, fill=POINT, stroke="white", stroke_width=1.5)


def _written_out(svg: ET.Element) -> SafeString:
    return SafeString(ET.tostring(svg, encoding="unicode"))  # which escapes all text in it


def _number(value: float) -> str:
    """A number of units, as short as it can be at a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


#: Characters that XML does not allow.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


#: Widths of Arial's letters in parts of the size, by what they are like; the others are as "n".
_WIDTHS = {
    **dict.fromkeys("iljI.,:;'|!", 0.28),
    **dict.fromkeys("ftr()/- ", 0.34),
    **dict.fromkeys("mMW@%—", 0.92),
    **dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ&w", 0.72),
}


def _width(text: str, size: int) -> float:
    """About how many units ``text`` takes: the server has no fonts to measure it by."""
    letters = (_WIDTHS.get(one, 0.57 if ord(one) < 0x2000 else 1.1) for one in text)
    return size * sum(letters)


def _shortened(text: str, room: float, size: int) -> str:
    """``text``, cut with "…" where it takes more than ``room``."""
    if _width(text, size) <= room:
        return text
    widths = itertools.accumulate(_width(one, size) for one in text)
    fits = sum(width <= room - size for width in widths)
    return text[:fits].rstrip() + "…"

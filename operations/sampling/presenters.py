"""Draws in words: what a design comes to, and what was drawn from each stratum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from operations.sampling.allocation import Allocation
from operations.sampling.design import Outlook
from operations.sampling.draw_order import Share
from operations.sampling.forms import DesignForm
from operations.sampling.models import DrawnVenue, DrawPlan
from operations.sampling.strata import ASPECTS

ALL_TOGETHER = "All together"


def points(part: float) -> str:
    """A part of one in percent, without a nought that says nothing: 3, 2.9."""
    return f"{part * 100:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class StratumRow:
    """A line of the table of strata."""

    name: str
    share: Share
    rate: BoundField | None = None
    """The question for its expected rate, where it is asked."""


def strata_of(shares: Sequence[Share], form: DesignForm | None = None) -> list[StratumRow]:
    """The lines of a table of strata."""
    asked = form is not None and "rate_0" in form.fields
    return [
        StratumRow(
            share.stratum or ALL_TOGETHER, share, form[f"rate_{place}"] if form and asked else None
        )
        for place, share in enumerate(shares)
    ]


def told(outlook: Outlook) -> dict[str, Any]:
    """The figures of a design for the page."""
    buys = outlook.buys
    return {
        "bound": points(buys.bound),
        "low": f"{buys.low:.0%}",
        "high": f"{buys.high:.0%}",
    }


def design_in_words(plan: DrawPlan) -> str:
    """What a plan divides its frame by, and how it shares the sample out."""
    labels = [ASPECTS[name].label.lower() for name in plan.design["aspects"]]
    if not labels:
        return "All venues of the frame together"
    how = {
        Allocation.PROPORTIONAL: "as large a part of each",
        Allocation.EQUAL: "as many from each",
        Allocation.NEYMAN: "more where results will differ more",
    }[Allocation(plan.design["allocation"])]
    return f"By {' and '.join(labels)}: {how}"


@dataclass(frozen=True)
class Group:
    """The drawn venues of one stratum."""

    name: str
    sample: list[DrawnVenue]
    reserves: list[DrawnVenue]


def groups_of(plan: DrawPlan, rows: Sequence[DrawnVenue]) -> list[Group]:
    """The drawn venues by stratum, in draw order, the reserves that came in among the sample."""
    return [
        Group(
            share.stratum or ALL_TOGETHER,
            [one for one in of_it if not one.is_reserve or one.replaces_id],
            [one for one in of_it if one.is_reserve and not one.replaces_id],
        )
        for share in plan.of_strata
        for of_it in [[row for row in rows if row.stratum == share.stratum]]
    ]

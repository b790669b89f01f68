"""Spans of time in which somebody had a right, from the changes that are on record. Pure.

A right that was there before the record begins, or whose beginning was erased by the rules of
retention, has no beginning; one that is still there has no end.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: When a right began, or ended.
Change = tuple[dt.datetime, bool]


@dataclass(frozen=True, order=True)
class Span:
    """From one moment on and up to another."""

    since: dt.datetime | None = None
    """None: for longer than the record goes back."""

    until: dt.datetime | None = None
    """None: still."""


def spans(changes: Iterable[Change], *, now: bool) -> list[Span]:
    """The spans in which it held.

    Args:
        changes: In order of time. The same said twice is no change.
        now: Whether it holds; this counts where nothing is on record.

    """
    found: list[Span] = []
    holds: bool | None = None
    since: dt.datetime | None = None
    for at, begins in changes:
        if holds is None:
            holds = not begins  # what ends had begun before the record
        if begins and not holds:
            since = at
        elif holds and not begins:
            found.append(Span(since, at))
        holds = begins
    if holds or (holds is None and now):
        found.append(Span(since))
    return found


def both(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The spans in which two things held at once."""
    found = []
    for one in some:
        for other in others:
            since = max(filter(None, (one.since, other.since)), default=None)
            until = min(filter(None, (one.until, other.until)), default=None)
            if since is None or until is None or since < until:
                found.append(Span(since, until))
    return sorted(found, key=_order)


def either(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The spans in which at least one of two things held."""
    found: list[Span] = []
    for span in sorted([*some, *others], key=_order):
        last = found[-1] if found else None
        if last and (last.until is None or span.since is None or span.since <= last.until):
            ends = None if None in (last.until, span.until) else max(last.until, span.until)  # type: ignore[type-var]  # neither is None
            found[-1] = Span(last.since, ends)
        else:
            found.append(span)
    return found


def _order(span: Span) -> tuple[bool, dt.datetime]:
    return span.since is not None, span.since or dt.datetime.min.replace(tzinfo=dt.UTC)

"""What the board tells of live tests, apart from each other by what a call handler typed.

The one answer above all else is *test now* or *treat as real* (:class:`Told`), never both. A test
is certain where its venue is meant beyond doubt (``search.py``) and its team is under way, or in
the window of its visit. A team that is early or late, or that ended a moment ago, is no certainty.
"""

import datetime as dt
import enum
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from operations.control_room import search
from operations.control_room.search import Answer, Place
from operations.visits.models import Visit
from operations.visits.states import NotCompletedReason, VisitState
from venues.models import Venue

SLOT_SECONDS = 5 * 60
#: A place that was confirmed holds for this slot and two more.
SLOTS = 2


class Told(enum.Enum):
    """The answer to a call, in the words that stand on the board."""

    TEST = "TEST NOW"
    """Beyond doubt: the place that is meant has a test at this moment."""

    DOUBT = "NOT CERTAIN: TREAT AS REAL"
    """A test may be meant, or is near its time."""

    REAL = "NO TEST HERE: TREAT AS REAL"
    """Nothing on the board is it."""

    @property
    def is_test(self) -> bool:
        """Whether the call is a test's; each other one is real."""
        return self is Told.TEST

    @property
    def lines(self) -> list[str]:
        """The words as they stand below each other, what to do last and largest."""
        why, colon, do = self.value.partition(":")
        return [why + colon, do.strip()] if colon else [why]


@dataclass
class Found:
    """The tests on the board, by what may be told of them."""

    tests: list[Visit] = field(default_factory=list)
    """Live: all of them, or those that were named. Under way first."""

    early: list[Visit] = field(default_factory=list)
    """The same, of those whose window has not begun, and which their team has not started."""

    ended: list[Visit] = field(default_factory=list)
    """The same, of those that ended a short while ago."""

    possible: list[Visit] = field(default_factory=list)
    """What was typed may mean these, live or just ended, or another place."""

    overdue: list[Visit] = field(default_factory=list)
    """Not ended, or never started, though their time has passed: all, named or possible."""

    alarmed: list[Visit] = field(default_factory=list)
    """Of whose team, or at whose place, an alarm is open, so calls are real: all, named or
    possible.
    """

    own: list[Visit] = field(default_factory=list)
    """At a place where whoever looks is in a team themselves, whatever became of it: it may have
    called for help in silence, which nobody of it may learn here, so calls are real.
    """

    asked: list[Visit] = field(default_factory=list)
    """What was typed is the place of these but for slips: the caller is asked."""

    similar: list[Visit] = field(default_factory=list)
    """Live or just ended at a place that is merely like it."""

    @property
    def visits(self) -> list[Visit]:
        """All of them."""
        return [*self.meant, *self.asked, *self.similar]

    @property
    def meant(self) -> list[Visit]:
        """Those at a place that may be meant."""
        near = [*self.early, *self.alarmed, *self.own, *self.overdue, *self.ended]
        return [*self.tests, *self.possible, *near]

    def told(self, text: str) -> Told | None:
        """The answer to a call from the place that ``text`` means; None where nothing is typed."""
        if not text:
            return None
        if self.is_certain:
            return Told.TEST
        near = [*self.tests, *self.possible, *self.alarmed, *self.own, *self.overdue]
        near += self.early
        return Told.DOUBT if near or self.asked else Told.REAL

    @property
    def is_certain(self) -> bool:
        """Whether one venue alone is meant, with a test now and no real concern lately."""
        one_place = len({visit.venue_id for visit in self.meant}) == 1
        real = self.alarmed or self.own or self.met_a_concern
        return bool(self.tests) and one_place and not real

    @property
    def met_a_concern(self) -> bool:
        """Whether a team found a real concern a short while ago at a place that may be meant."""
        meant = [*self.possible, *self.ended]
        return any(it.not_completed_reason == NotCompletedReason.REAL_CONCERN for it in meant)

    def in_words(self, text: str) -> str:
        """What is shown, in a sentence; it repeats what was typed."""
        tests = _counted(self.tests, "live test")
        if not text:
            return tests if self.tests else "No test is live now"
        if not search.typed_words(text):
            what = "Type a name, a street or a postcode"
            return f"Nothing can be found by “{text}” alone. {what}. Treat the call as real"
        if self.is_certain:
            return f"{tests} {'is' if len(self.tests) == 1 else 'are'} “{text}”"
        certain = f"No live test is certain to be “{text}”"
        if self.own:
            return f"{certain}. Treat the call as real: you are in a team there"
        if self.alarmed:
            return f"{certain}. Treat the call as real: a team there has an alarm"
        if self.met_a_concern:
            return f"{certain}. Treat the call as real: a team found a real concern there"
        if self.tests:
            return f"{certain}. Treat the call as real"
        if self.possible:
            could = f"{certain}. {len(self.possible)} could be"
            return f"{could}: treat as real unless the address is the same"
        if self.overdue:
            return f"{certain}. Treat the call as real: {_counted(self.overdue, 'test')} overdue"
        if self.early:
            begins = "has not begun" if len(self.early) == 1 else "have not begun"
            return f"{certain}. Treat the call as real: {_counted(self.early, 'test')} {begins}"
        if self.ended:
            return f"No live test is “{text}”. {_counted(self.ended, 'test')} there ended lately"
        if self.asked:
            return f"{certain}. Treat the call as real, and ask the caller for name and street"
        if self.similar:
            names = _counted(self.similar, "similar name")
            return f"No live test is “{text}”. Treat the call as real: {names}, ask for the address"
        return f"No live test is like “{text}”. Treat the call as real"


@dataclass(frozen=True)
class Confirmed:
    """That a caller said themselves where they are: at the place of a visit as it stood then.

    The next caller may be another one, so it holds for some minutes, and only until anything of the
    visit changes: its state, its window, its team.
    """

    visit: int
    """The key."""
    version: int
    slot: int
    """When it was offered, by :func:`slot_of`."""

    def place(self, visits: Iterable[Visit], *, at: dt.datetime) -> int | None:
        """The key of the venue among those of ``visits``; None where it does not hold any more."""
        if not 0 <= slot_of(at) - self.slot <= SLOTS:
            return None
        wanted = (self.visit, self.version)
        return next((it.venue_id for it in visits if (it.pk, it.version) == wanted), None)


def slot_of(at: dt.datetime) -> int:
    """The five minutes in which the moment ``at`` lies: an offer stays the same for so long."""
    return int(at.timestamp()) // SLOT_SECONDS


def find(
    visits: Iterable[Visit],
    text: str,
    *,
    at: dt.datetime,
    margin: dt.timedelta,
    chosen: int | None = None,
    own: Collection[int] = (),
) -> Found:
    """Sort ``visits`` into the lists of :class:`Found` by how well they match ``text``.

    Without a text all match.

    Args:
        visits: What is on the board.
        text: What was typed.
        at: Now.
        margin: From the end of a window until a visit under way is overdue.
        chosen: The venue that the caller has confirmed, of those that ``text`` may mean, with
            slips or without.
        own: The venues where whoever looks is in a team themselves.

    """
    found = Found()
    fitting = [visit for visit in visits if visit.state != VisitState.CANCELLED]
    fitting.sort(key=lambda visit: (visit.is_finished, not visit.is_under_way))
    for visit, answer in _answered(fitting, text, chosen):
        if answer == Answer.SIMILAR:
            found.similar.append(visit)
        elif answer != Answer.OTHER and visit.venue_id in own and not visit.is_finished:
            found.own.append(visit)
        elif answer != Answer.OTHER and visit.needs_help and not visit.is_finished:
            found.alarmed.append(visit)
        elif answer != Answer.OTHER and _is_late(visit, at=at, margin=margin):
            found.overdue.append(visit)
        elif answer == Answer.POSSIBLE:
            found.possible.append(visit)
        elif answer == Answer.SLIP:
            found.asked.append(visit)
        elif answer == Answer.NAMED:
            _place_of_named(found, visit, at=at).append(visit)
    return found


def _place_of_named(found: Found, visit: Visit, *, at: dt.datetime) -> list[Visit]:
    if visit.is_finished:
        return found.ended
    return found.early if visit.is_planned and visit.starts_at > at else found.tests


def _is_late(visit: Visit, *, at: dt.datetime, margin: dt.timedelta) -> bool:
    """Whether its time has passed. One that nobody started has no margin: nobody may be there."""
    if visit.is_planned:
        margin = dt.timedelta(0)
    return visit.is_past_its_time(at=at, margin=margin)


def _answered(
    visits: Sequence[Visit], text: str, chosen: int | None
) -> Iterator[tuple[Visit, Answer]]:
    """Each visit with what may be told of its place to whoever typed ``text``."""
    if not text:
        yield from ((visit, Answer.NAMED) for visit in visits)
        return
    places = {visit.pk: place_of(visit.venue) for visit in visits}
    named = [words for place in places.values() if (words := search.named_by(text, place))]
    others = _that_they_may_mean(min(named, key=len)) if named else []
    told = []
    for visit in visits:
        besides = [place for key, place in others if key != visit.venue_id]
        told.append((visit, search.answer(text, places[visit.pk], besides)))
    no_slip = any(answer == Answer.SLIP for _, answer in told) and _that_they_may_mean(
        search.words_of_place(text)
    )
    for visit, answer in told:
        if answer == Answer.SLIP and no_slip:  # another place is called so
            answer = Answer.SIMILAR
        elif chosen and answer <= Answer.SLIP:
            answer = Answer.NAMED if visit.venue_id == chosen else Answer.OTHER
        yield visit, answer


def _counted(visits: Sequence[Visit], what: str) -> str:
    return f"{len(visits)} {what}{'' if len(visits) == 1 else 's'}"


def place_of(venue: Venue) -> Place:
    """Where a venue is, for the search."""
    group = venue.group.name if venue.group else ""
    return Place(venue.name, venue.address, venue.postcode, group, venue.local_authority.name)


def _that_they_may_mean(typed: Sequence[str]) -> list[tuple[int, Place]]:
    """Places in the registry of which all words of ``typed`` are true: two, if there are more.

    Two are enough: at least one of them is not the venue of a given test.
    """
    venues = Venue.objects.unmerged().with_words(search.spellings(typed)).order_by()
    venues = venues.select_related("group", "local_authority")
    venues = venues.only("name", "address", "postcode", "group__name", "local_authority__name")
    places = ((venue.pk, place_of(venue)) for venue in venues.iterator(chunk_size=100))
    return list(islice((one for one in places if search.may_mean(one[1], typed)), 2))

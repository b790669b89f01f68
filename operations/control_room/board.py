"""What the board of live tests shows: the tests of now, told apart by what a call handler typed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from operations.control_room import search
from operations.control_room.search import Answer, Place
from operations.visits.models import Visit
from venues.models import Venue


@dataclass
class Found:
    """The tests on the board, by what may be told of them."""

    tests: list[Visit] = field(default_factory=list)
    """Live: all of them, or those that were named. Under way first."""

    ended: list[Visit] = field(default_factory=list)
    """The same, of those that ended a short while ago."""

    possible: list[Visit] = field(default_factory=list)
    """What was typed may mean these, live or just ended, or another place."""

    overdue: list[Visit] = field(default_factory=list)
    """Not ended though their time has passed, so calls are real again: all, named or possible."""

    similar: list[Visit] = field(default_factory=list)
    """Live or just ended at a place that is merely like it."""

    @property
    def visits(self) -> list[Visit]:
        """All of them."""
        return [*self.tests, *self.possible, *self.overdue, *self.ended, *self.similar]

    def in_words(self, text: str) -> str:
        """What is shown, in the sentence that is announced; it repeats what was typed."""
        tests = _counted(self.tests, "live test")
        if not text:
            return tests if self.tests else "No test is live now"
        if not search.typed_words(text):
            what = "Type a name, a street or a postcode"
            return f"Nothing can be found by “{text}” alone. {what}. Treat the call as real"
        if self.tests:
            return f"{tests} {'is' if len(self.tests) == 1 else 'are'} “{text}”"
        if self.possible:
            could = f"No live test is certain to be “{text}”. {len(self.possible)} could be"
            return f"{could}: treat as real unless the address is the same"
        if self.overdue:
            places = _counted(self.overdue, "test")
            return (
                f"No live test is certain to be “{text}”. Treat the call as real: {places} overdue"
            )
        if self.ended:
            return f"No live test is “{text}”. {_counted(self.ended, 'test')} there ended lately"
        if self.similar:
            places = _counted(self.similar, "similar name")
            return f"No live test is “{text}”. Treat the call as real: {places} at another place"
        return f"No live test is like “{text}”. Treat the call as real"


def find(visits: Iterable[Visit], text: str, *, at: dt.datetime, margin: dt.timedelta) -> Found:
    """Sort ``visits`` into the lists of :class:`Found` by how well they match ``text``.

    Without a text all match.

    Args:
        visits: What is on the board.
        text: What was typed.
        at: Now.
        margin: From the end of a window until its visit is overdue.

    """
    found = Found()
    fitting = sorted(visits, key=lambda visit: (visit.is_finished, not visit.is_under_way))
    places = {visit.pk: place_of(visit.venue) for visit in fitting}
    is_named = text and any(search.names_it(text, place) for place in places.values())
    others = _that_it_may_mean(text) if is_named else []
    for visit in fitting:
        besides = [place for key, place in others if key != visit.venue_id]
        answer = search.answer(text, places[visit.pk], besides) if text else Answer.NAMED
        if answer == Answer.SIMILAR:
            found.similar.append(visit)
        elif answer != Answer.OTHER and visit.is_past_its_time(at=at, margin=margin):
            found.overdue.append(visit)
        elif answer == Answer.POSSIBLE:
            found.possible.append(visit)
        elif answer == Answer.NAMED:
            (found.ended if visit.is_finished else found.tests).append(visit)
    return found


def _counted(visits: Sequence[Visit], what: str) -> str:
    return f"{len(visits)} {what}{'' if len(visits) == 1 else 's'}"


def place_of(venue: Venue) -> Place:
    """Where a venue is, for the search."""
    group = venue.group.name if venue.group else ""
    return Place(venue.name, venue.address, venue.postcode, group, venue.local_authority.name)


def _that_it_may_mean(text: str) -> list[tuple[int, Place]]:
    """Places in the registry of which all words of ``text`` are true: two, if there are more.

    Two are enough: at least one of them is not the venue of a given test.
    """
    venues = Venue.objects.unmerged().with_words(search.spellings(text)).order_by()
    venues = venues.select_related("group", "local_authority")
    venues = venues.only("name", "address", "postcode", "group__name", "local_authority__name")
    places = ((venue.pk, place_of(venue)) for venue in venues.iterator(chunk_size=100))
    typed = search.typed_words(text)
    return list(islice((one for one in places if search.may_mean(one[1], typed)), 2))

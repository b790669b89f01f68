"""Undo: one mechanism by which an act can be taken back for a stated time.

An act that may be taken back says so above its definition::

    @undoable("The venue is open again.", may=may_change)
    @transaction.atomic
    def close_venue(*, venue: Venue, on: dt.date, by: User, at: dt.datetime) -> None: ...

Nothing else is written for it. The act's changes are marked in the record
(``accounts/record/events.py``), and the record knows what each row said before: taking back brings
that about, whatever the act was and however many rows it changed. The view says
``confirm(request, "The venue is closed.")``, and the confirmation has a button *Undo*. The pages of
the records that it changed offer the same for as long as it can be taken back, to those who may
(``{% undo_offers record %}``).

Taking back is an act like others. It asks whoever does it, holds the rows, refuses where one of
them has been changed since, works once, and is on record with its reason. PostgreSQL still keeps
all rules: what has become impossible meanwhile is refused too, and nothing changes then.
"""

import datetime as dt
import functools
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.contrib import messages
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, connection, models, transaction
from django.db.models import F, Max, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from psycopg2.errors import RaiseException

from accounts.acts.constraints import broken_by
from accounts.acts.models import Undo
from accounts.acts.versions import Versioned
from accounts.database import scope
from accounts.database.locks import hold
from accounts.models import User
from accounts.record import history
from accounts.record.access_log import Act, record_acts
from govuk.dates import moment
from govuk.texts import one_line

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

#: Long enough to read the confirmation and think; short enough that little is built on the act.
A_WHILE = dt.timedelta(minutes=10)

#: How long after its time an offer is kept, to say that it is too late.
KEPT = dt.timedelta(days=1)

#: How many offers a page looks at. One act on a record puts an end to the offer of that before.
MOST_OFFERS = 5

CHANGED_SINCE = (
    "Something that this changed has been changed again since, so it can’t be undone. "
    "Nothing was changed now."
)
IN_THE_WAY = (
    "What happened since stands in the way, so this can’t be undone. Nothing was changed now."
)


class CannotUndoError(Exception):
    """An act that can't be taken back, with a sentence why. Nothing was changed."""

    def __init__(self, sentence: str, *, tells_of: Sequence[models.Model] = ()) -> None:
        """Say why, and whose hours that gives away, perhaps to somebody who may not see them."""
        super().__init__(sentence)
        self.tells_of = tells_of


class ReasonNeededError(CannotUndoError):
    """It can be taken back, with a reason. The sentence asks for it."""


class UndoneBeforeError(CannotUndoError):
    """Somebody took it back already, which is what was wanted."""

    def __init__(self, undo: Undo, *, at: dt.datetime) -> None:
        """Say when, as of the moment ``at``."""
        assert undo.taken_back_at is not None
        super().__init__(f"This was undone already, at {moment(undo.taken_back_at, at=at)}.")
        self.undo = undo


@dataclass(frozen=True)
class Return:
    """What taking an act back amounts to, for whatever has to be asked before."""

    left: Sequence[Any]
    """The records as the act left them, or as they were when it removed them."""
    again: Sequence[Any]
    """Those that were there before the act, as they are to be again."""
    at: dt.datetime
    """The moment at which it is taken back."""
    tells_of: list[models.Model] = field(default_factory=list)
    """Whose hours the reason against it gives away: put there by whoever finds the reason."""
    tells: bool = True
    """Whether the reason is told, and so on record. False when only the button is in question: it
    must not tell of a colleague's hours, since nobody records who saw a button."""


@dataclass(frozen=True)
class Undoable:
    """What taking back one kind of act takes."""

    name: str
    may: Callable[[User, Sequence[models.Model]], bool]
    """Whether a person may take back what changed these records."""
    refuses: Callable[[Return], str]
    """Why it can't be taken back any more, in sentences; empty if it can."""
    holds: Callable[[Return], None]
    """Keeps others from what ``refuses`` asks about, in the order that the acts have."""
    instead: str
    """What to do when it is too late."""
    within: dt.timedelta
    """For how long it can be taken back."""
    shown_on: str
    """The argument whose page offers it too."""
    names: Callable[[Sequence[Any]], str]
    """What of the page's record it was about, where one page may offer several."""
    back: str
    """The name of the page to go to, where the one that confirmed it is gone then."""
    afterwards: Callable[[Sequence[models.Model]], None]
    """Brings about what is no part of the history."""
    asks_why: str
    """The sentence that asks for a reason; empty where none is needed."""
    moves: str
    """The column by which the act moves records, whatever else others change of them since."""


@dataclass(frozen=True)
class Offer:
    """What a page says beside its button to take an act back."""

    undo: Undo
    at: dt.datetime
    """When it was done."""
    name: str
    """What of the page's record it was about; empty where it is the record itself."""


_kinds: dict[str, Undoable] = {}

#: The request or task of the latest offer that was made here: others have none to look for.
_offered_in: ContextVar[uuid.UUID | None] = ContextVar("offered_in", default=None)


def unnamed(records: Sequence[Any]) -> str:
    """What an act was about, where that is the record whose page offers it."""
    return ""


def undoable(
    says: str | Callable[[Any], str],
    *,
    may: Callable[[User, Sequence[Any]], bool],
    within: dt.timedelta = A_WHILE,
    shown_on: str = "",
    names: Callable[[Sequence[Any]], str] = unnamed,
    refuses: Callable[[Return], str] = lambda way: "",
    holds: Callable[[Return], None] = lambda way: None,
    instead: str = "",
    back: str = "",
    afterwards: Callable[[Sequence[Any]], None] = lambda records: None,
    asks_why: str = "",
    moves: str = "",
    unless: Callable[[Any], bool] = lambda result: False,
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Let an act be taken back. Above its ``transaction.atomic``.

    An act that another one calls is part of that one, and offers nothing of its own.

    Args:
        says: What taking back brought about, as a sentence without names; a function gets what the
            act returned.
        may: Whether a person may take it back; gets the records that the act changed.
        within: For how long.
        shown_on: The argument (and what of it, "session.venue") whose page offers it too, where
            the act changes records that have no page of their own.
        names: What it was about, to tell several on that page apart; gets the records, as the act
            left them.
        refuses: Why it can't be taken back any more, beside what PostgreSQL refuses: the rules that
            the act asks are asked once more.
        holds: Locks what ``refuses`` asks about, before the records are locked.
        instead: What to do once it is too late, as a sentence.
        back: The name of the page to go to afterwards, where the one that confirmed is gone.
        afterwards: Brings about what is no part of the history; gets the records, as the act left
            them.
        asks_why: The sentence that asks for a reason, where nobody takes it back without one.
        moves: A column. Where the act changed nothing else of a record, later changes to its other
            columns stay and do not block the undo: to refuse it could tell of a covert change.
        unless: Whether this time nothing can be taken back; gets what the act returned.

    """

    def of(act: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        name = f"{act.__module__}.{act.__name__}"
        kind = Undoable(
            name,
            may,
            refuses=refuses,
            holds=holds,
            instead=instead,
            within=within,
            shown_on=shown_on,
            names=names,
            back=back,
            afterwards=afterwards,
            asks_why=asks_why,
            moves=moves,
        )
        _kinds[kind.name] = kind

        @functools.wraps(act)
        def with_undo(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            if scope.is_marked():
                return act(*args, **kwargs)
            number = uuid.uuid4()
            begun = timezone.now()
            page = attrgetter(shown_on)(SimpleNamespace(**kwargs)) if shown_on else None
            with transaction.atomic():
                with scope.marked(number):
                    result = act(*args, **kwargs)
                with scope.all_units():
                    entries = _written(number)
                if entries and not unless(result):
                    by: Any = kwargs["by"]
                    Undo.objects.filter(by=by, until__lt=begun - KEPT).delete()
                    Undo.objects.create(
                        number=number,
                        act=kind.name,
                        about=sorted(
                            {key for _, _, key in entries} | ({_key(page)} if page else set())
                        ),
                        by=by,
                        until=begun + within,
                        says=says if isinstance(says, str) else says(result),
                        entries=[(label, pk) for label, pk, _ in entries],
                    )
                    _offered_in.set(scope.context_id())
            return result

        with_undo.undoable = kind  # type: ignore[attr-defined]  # asked for by a test of all acts
        return with_undo

    return of


def kind_of(act: Callable[..., Any]) -> Undoable | None:
    """How ``act`` can be taken back; None if it can't."""
    return getattr(act, "undoable", None)


def confirm(request: HttpRequest, sentence: str) -> None:
    """Confirm what was done in this request, with a button to undo it where that is offered."""
    offered = None
    if (context := scope.context_id()) and context == _offered_in.get():
        of_request = Undo.objects.filter(request=context, by=request.user.pk)
        offered = of_request.open().first()
    messages.success(request, sentence, extra_tags=str(offered.number) if offered else "")


def offers(record: models.Model, *, by: User) -> list[Offer]:
    """What of ``record`` this person can take back now, whoever did it, the latest first."""
    if not _is_offered(record):
        return []
    with scope.all_units():
        found = Undo.objects.open().filter(about__contains=[_key(record)])
        latest = found.select_related("by").order_by("-until")[:MOST_OFFERS]
        return [offer for undo in latest if (offer := _offer(undo, by))]


def _is_offered(record: models.Model) -> bool:
    """Whether anybody could take something of ``record`` back: the one question of most pages."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT makesafe_is_offered(%s)", [_key(record)])
        [found] = cursor.fetchone()
    return bool(found)


def offered(act: Callable[..., Any], record: models.Model, *, by: User) -> Undo | None:
    """The offer to this person to take back ``act`` on ``record``, whoever did it."""
    kind = kind_of(act)
    assert kind is not None
    return next((one.undo for one in offers(record, by=by) if one.undo.act == kind.name), None)


def _offer(undo: Undo, by: User) -> Offer | None:
    """What is offered if the button would do it. Without locks: what happens meanwhile is told on
    the tap.
    """
    kind = _kinds[undo.act]
    try:
        changes = _changes(undo.entries)
        way = _way(changes, at=timezone.now())
    except CannotUndoError:
        return None
    if not kind.may(by, way.left) or _changed_since(changes, kind):
        return None
    if kind.refuses(replace(way, tells=False)):
        return None
    return Offer(undo, changes[0].first.pgh_created_at, kind.names(way.left))


def take_back(*, number: uuid.UUID, by: User, at: dt.datetime, reason: str = "") -> Undo:
    """Take an act back: each record it changed says again what it said before.

    Raises:
        Undo.DoesNotExist: nothing of this number was ever offered, or long ago.
        PermissionDenied: this person may not do what it takes.
        UndoneBeforeError: it was taken back already.
        ReasonNeededError: nobody takes this back without a reason.
        CannotUndoError: it is too late, something was changed since, or a rule stands in the way.

    """
    try:
        with transaction.atomic(), scope.all_units():
            return _take_back(number, by, at, one_line(reason))
    except CannotUndoError as error:
        record_acts(Act.TOLD_BUSY, by=by, about=error.tells_of)
        raise
    except IntegrityError as error:
        raise CannotUndoError(_stands_in_the_way(_sentence_of(error))) from None
    except (InternalError, models.ProtectedError, models.RestrictedError) as error:
        if isinstance(error, InternalError) and not isinstance(error.__cause__, RaiseException):
            raise  # no rule of ours refused it
        raise CannotUndoError(IN_THE_WAY) from None


def _take_back(number: uuid.UUID, by: User, at: dt.datetime, reason: str) -> Undo:
    undo = Undo.objects.select_for_update(of=("self",), no_key=True).get(number=number)
    kind = _kinds[undo.act]
    changes = _changes(undo.entries)
    way = _way(changes, at=at)
    did_it = undo.taken_back_by_id == by.pk  # and is told so, though what it was about is gone
    if not by.is_active or not (did_it or kind.may(by, way.left)):
        raise PermissionDenied
    if undo.taken_back_at:
        raise UndoneBeforeError(undo, at=at)
    if at >= undo.until:
        late = f"It is too late to undo this: that was possible until {moment(undo.until, at=at)}."
        raise CannotUndoError(" ".join(filter(None, [late, kind.instead])))
    kind.holds(way)
    _lock(changes)
    if _changed_since(changes, kind):
        raise CannotUndoError(CHANGED_SINCE)
    if why := kind.refuses(way):
        raise CannotUndoError(_stands_in_the_way(why), tells_of=way.tells_of)
    if kind.asks_why and not reason:
        raise ReasonNeededError(kind.asks_why)
    scope.set_reason(f"Undone: {undo.says} {reason}".strip())
    for change in reversed(changes):
        change.reverse()
    kind.afterwards(way.left)
    connection.check_constraints()  # now, and not when the whole request ends
    undo.taken_back_at, undo.taken_back_by = at, by
    undo.save(update_fields=["taken_back_at", "taken_back_by"])
    return undo


def _stands_in_the_way(why: str) -> str:
    """The sentence about what stands in the way, where it is known."""
    return f"This can’t be undone any more. {why} Nothing was changed now." if why else IN_THE_WAY


def _sentence_of(error: IntegrityError) -> str:
    """What the constraint that PostgreSQL found broken says to people; empty if nothing."""
    broken = broken_by(error)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            said = constraint.violation_error_message
            if constraint.name == broken and said != constraint.default_violation_error_message:
                return str(said)
    return ""


def page_after(undo: Undo) -> str:
    """The name of the page to go to once it is taken back; empty for where one was."""
    return _kinds[undo.act].back


# What an act changed ----------------------------------------------------------------------------


def _key(record: models.Model) -> str:
    """What stands for a record, whatever it is."""
    return f"{record._meta.label}:{record.pk}"


def _written(number: uuid.UUID) -> list[tuple[str, int, str]]:
    """The entries that the act marked ``number`` has written, in their order, each with the key of
    the record it tells of.
    """
    tables = [
        table.objects.filter(pgh_created_at__gte=TransactionNow(), pgh_context__undo=str(number))
        .order_by()
        .values_list(
            "pgh_created_at",
            "pgh_id",
            Value(table._meta.label),
            Value(history.about(table)._meta.label),
            Cast("pgh_obj_id", TextField()),
        )
        for table in history.history_models()
    ]
    first, *others = tables
    found = first.union(*others, all=True).order_by("pgh_created_at", "pgh_id")
    return [(label, pk, f"{about}:{key}") for _, pk, label, about, key in found]


@dataclass
class _Change:
    """All that an act did to one record."""

    first: Any
    """The first entry that it wrote of the record."""
    last: Any
    before: Any
    """The entry that was the latest before it; None where the act added the record."""

    @property
    def model(self) -> type[models.Model]:
        return history.about(type(self.last))

    @property
    def record(self) -> models.Model:
        """The record as the act left it, or as it was when the act removed it."""
        return self.model(**history.values_of(self.last), pk=self.last.pgh_obj_id)

    @property
    def was(self) -> Any:
        """The entry with what the record is to be again; None where the act added it.

        Raises:
            CannotUndoError: it was erased by a rule of retention.

        """
        if self.first.pgh_label == "insert":
            return None
        was = self.first if self.first.pgh_label == "delete" else self.before
        if was is None:
            raise CannotUndoError(IN_THE_WAY)
        return was

    @property
    def again(self) -> models.Model | None:
        """The record as it is to be again; None where the act added it."""
        was = self.was
        return self.model(**history.values_of(was), pk=was.pgh_obj_id) if was else None

    @property
    def fields(self) -> set[str]:
        """The columns that the act changed of a record that was there before and after it."""
        if self.was is None or self.last.pgh_label == "delete":
            return set()
        was, now = history.values_of(self.was), history.values_of(self.last)
        return {name for name in now if was[name] != now[name]}

    def is_still(self, column: str, entry: Any) -> bool:
        """Whether by the later ``entry`` the record is where the act put it, or gone."""
        return entry.pgh_label == "delete" or bool(
            getattr(entry, column) == getattr(self.last, column)
        )

    @property
    def rows(self) -> Any:
        return self.model._base_manager.filter(pk=self.last.pgh_obj_id)

    def reverse(self) -> None:
        """Make the record what it was."""
        was = self.was
        if was is None:
            if self.last.pgh_label != "delete":
                self._remove()
            return
        if self.last.pgh_label == "delete":
            self._put_back(history.values_of(was))
            return
        now = history.values_of(self.last)
        changed: dict[str, Any] = {n: v for n, v in history.values_of(was).items() if now[n] != v}
        if issubclass(self.model, Versioned):  # a form opened before is told
            changed["version"] = F("version") + 1
        if changed:
            self.rows.update(**changed)

    def _remove(self) -> None:
        removed, _ = self.rows.delete()
        if removed > 1:  # with what was hung on it since
            raise CannotUndoError(CHANGED_SINCE)

    def _put_back(self, values: dict[str, Any]) -> None:
        self.model._base_manager.bulk_create([self.model(**values, pk=self.last.pgh_obj_id)])
        # Times that Django sets by itself on saving.
        by_itself = {
            f.attname: values[f.attname]
            for f in self.model._meta.concrete_fields
            if (getattr(f, "auto_now", False) or getattr(f, "auto_now_add", False))
            and f.attname in values
        }
        if by_itself:
            self.rows.update(**by_itself)


def _changes(entries: Sequence[tuple[str, int]]) -> list[_Change]:
    """What the act did to each record, in the order in which it was done with them."""
    try:
        found = history.with_before([(pk, label) for label, pk in entries])
    except KeyError:  # erased by a rule of retention
        raise CannotUndoError(IN_THE_WAY) from None
    changes: dict[tuple[type[Any], Any], _Change] = {}
    for entry, before in found:
        record = (type(entry), entry.pgh_obj_id)
        if change := changes.pop(record, None):  # now done with later
            change.last = entry
        changes[record] = change or _Change(entry, entry, before)
    return list(changes.values())


def _way(changes: Sequence[_Change], *, at: dt.datetime) -> Return:
    """What taking these changes back amounts to."""
    again = [record for change in changes if (record := change.again)]
    return Return([change.record for change in changes], again, at)


def _lock(changes: Sequence[_Change]) -> None:
    """Keep others from the records until the transaction ends, in one order for everybody."""
    for model, keys in sorted(_keys(changes).items(), key=lambda one: one[0]._meta.label):
        hold(model._base_manager.filter(pk__in=keys))


def _changed_since(changes: Sequence[_Change], kind: Undoable) -> bool:
    """Whether somebody changed one of the records after the act."""
    ours = {(type(c.last), c.last.pgh_obj_id): c for c in changes}
    for table in {table for table, _ in ours}:
        keys = [key for other, key in ours if other is table]
        latest = table.objects.filter(pgh_obj__in=keys).order_by().values("pgh_obj")
        for row in latest.annotate(latest=Max("pgh_id")):
            change = ours[table, row["pgh_obj"]]
            if row["latest"] != change.last.pgh_id and not (
                kind.moves in change.fields
                and len(change.fields) == 1
                and change.is_still(kind.moves, table.objects.get(pk=row["latest"]))
            ):
                return True
    return False


def _keys(changes: Sequence[_Change]) -> dict[type[models.Model], list[Any]]:
    keys = defaultdict(list)
    for change in changes:
        keys[change.model].append(change.last.pgh_obj_id)
    return keys

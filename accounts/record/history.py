"""Histories: the record of changes in words, for a record's page and for the whole log.

What belongs to a record's history follows from its model (``tracked(part_of=…)``). Apps say which
records have a page of history, and what of it and of the whole log is not for everybody
(``histories``, ``log_limits``): apps further up must not be imported here.
"""

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeVar

import pghistory
from django.apps import apps
from django.contrib.postgres.fields import RangeField
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.text import capfirst, get_text_list, slugify

from accounts.addresses import key_or_none, number_of
from accounts.database import together
from accounts.dates.london import duty_begins
from accounts.models import AccessEntry, User
from accounts.numbers import whole_number
from config.additions import added
from govuk.dates import clock, plain_time

Record = TypeVar("Record", bound=models.Model)
Found = TypeVar("Found", bound=models.Model)
Row = TypeVar("Row")

Model = type[models.Model]

EVERYTHING = Q(pgh_id__isnull=False)
"""All events of a model, where they are not for this reader."""


@dataclass(frozen=True)
class Limits:
    """What of the record is not for one reader."""

    hidden: Mapping[Model, Q] = field(default_factory=dict)
    """Events that are left out, by the model that they are about."""
    wordless: frozenset[Model] = frozenset()
    """Models whose values are not told, only which of them changed."""
    reads: Q = field(default_factory=lambda: Q(pk__in=[]))
    """Entries of the access log that are left out."""

    def __or__(self, other: "Limits") -> "Limits":
        hidden = dict(self.hidden)
        for model, rows in other.hidden.items():
            hidden[model] = hidden[model] | rows if model in hidden else rows
        return Limits(hidden, self.wordless | other.wordless, self.reads | other.reads)


@dataclass(frozen=True)
class Kind:
    """A kind of record that has a page of its history."""

    slug: str
    model: Model
    visible_to: Callable[[User], QuerySet[Any]]
    limits: Callable[[User, Any], Limits]


def kind_of(
    model: Model,
    *,
    visible_to: Callable[[User], QuerySet[Any]] | None = None,
    limits: Callable[[User, Any], Limits] = lambda user, record: Limits(),
) -> Kind:
    """A page of history for each record of a model; apps name theirs as ``histories``.

    Args:
        model: A tracked one.
        visible_to: The records whose history a person may see; the queryset's unless given.
        limits: What of a record's history is not for a person who may see it.

    """

    def by_queryset(user: User) -> QuerySet[Any]:
        rows: Any = model._default_manager.all()
        found: QuerySet[Any] = rows.visible_to(user)
        return found

    slug = slugify(str(model._meta.verbose_name))
    return Kind(slug, model, visible_to or by_queryset, limits)


def kind(slug: str) -> Kind | None:
    """The kind of record of this name."""
    return next((one for one in added("histories") if one.slug == slug), None)


def limits_of_log(user: User, *, on: dt.date) -> Limits:
    """What of the whole log is not for this person on the day ``on``; apps name theirs as
    ``log_limits``.
    """
    found = Limits()
    for limits in added("log_limits"):
        found |= limits(user, on)
    return found


def history_models() -> list[Any]:
    """The tables of history, by the name of what they are about."""
    return sorted(pghistory.core.event_models(), key=lambda model: name_of(about(model)))


def about(history: Any) -> Model:
    """The model that a table of history is about."""
    model: Model = history.pgh_tracked_model
    return model


def name_of(model: Model) -> str:
    """How people call a record of ``model``: *Follow-up*."""
    return capfirst(str(model._meta.verbose_name))


def values_of(event: Any) -> dict[str, Any]:
    """What the record said then, by column, without its key."""
    ours = {f.name for f in about(type(event))._meta.concrete_fields if not f.primary_key}
    return {f.attname: getattr(event, f.attname) for f in event._meta.fields if f.name in ours}


def removed(model: type[Record], pk: int) -> Record | None:
    """The record of this key as it was when it was removed; None where nothing says that it was."""
    [events] = [history for history in history_models() if about(history) is model]
    last = events.objects.filter(pgh_obj=pk).order_by("-pgh_created_at", "-pgh_id").first()
    return model(**values_of(last), pk=pk) if last and last.pgh_label == "delete" else None


# Which events -----------------------------------------------------------------------------------


def events_of(record: models.Model, limits: Limits) -> list[QuerySet[Any]]:
    """The history of ``record`` and of what belongs to it, a queryset for each table."""
    found = []
    for history in history_models():
        model = about(history)
        part_of = getattr(model, "history_part_of", None)
        if model is type(record):
            rows = history.objects.filter(pgh_obj=record.pk)
        elif part_of and model._meta.get_field(part_of).related_model is type(record):
            rows = history.objects.filter(**{part_of: record.pk})
        else:
            continue
        found.append(_less(rows, model, limits))
    return found


def all_events(
    limits: Limits,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    by: User | None = None,
    model: Model | None = None,
    number: int | None = None,
) -> list[QuerySet[Any]]:
    """What happened to everything, narrowed, a queryset for each table."""
    wanted = Q()
    if since:
        wanted &= Q(pgh_created_at__gte=since)
    if until:
        wanted &= Q(pgh_created_at__lt=until)
    if by:
        wanted &= Q(pgh_by=by.pk)
    if number is not None:
        wanted &= Q(pgh_obj=number)
    return [
        _less(history.objects.filter(wanted), about(history), limits)
        for history in history_models()
        if model is None or about(history) is model
    ]


def _less(rows: QuerySet[Any], model: Model, limits: Limits) -> QuerySet[Any]:
    return rows.exclude(limits.hidden[model]) if model in limits.hidden else rows


def with_before(keys: list[tuple[int, str]]) -> list[tuple[Any, Any]]:
    """The events of these keys (number and table), in this order, each with the one before it.

    Raises:
        KeyError: one of them was erased.

    """
    by_table = defaultdict(list)
    for pk, label in keys:
        by_table[label].append(pk)
    asked = []
    for label, pks in by_table.items():
        events: QuerySet[Any] = apps.get_model(label).objects.all()
        earlier = events.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
        before = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
        wanted = events.filter(pk__in=pks)
        asked += [wanted, events.filter(together.OneOf("pk", wanted.values_list(before)))]
    found = {(event._meta.label_lower, event.pk): event for event in together.fetch(asked)}
    before_it: dict[tuple[str, int], Any] = {}
    last_of: dict[tuple[str, int], Any] = {}
    for (label, pk), event in sorted(found.items(), key=itemgetter(0)):
        before_it[label, pk] = last_of.get((label, event.pgh_obj_id))
        last_of[label, event.pgh_obj_id] = event
    places = [(label.lower(), pk) for pk, label in keys]
    return [(found[place], before_it[place]) for place in places]


def records_in(events: Iterable[tuple[Any, Any]]) -> Iterable[models.Model]:
    """What the events tell of: each record, and those with a history of their own that it names.

    Only their keys are known, which is what the access log wants.
    """
    with_history: set[Model] = {kind.model for kind in added("histories")} - {User}
    for event, _ in events:
        yield about(type(event))(pk=event.pgh_obj_id)
        for _, event_field in _fields(event._meta.model):
            model = event_field.related_model
            if model is None or model not in with_history:
                continue
            if (key := getattr(event, event_field.attname)) is not None:
                yield model(pk=key)


# Pages ------------------------------------------------------------------------------------------

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Place:
    """Where a page of the record begins: beside one row, of which the rest is older or newer."""

    at: dt.datetime
    key: int
    table: str = ""
    """The row's table, where a list has rows of several."""
    newer: bool = False

    @classmethod
    def read(cls, text: str, *, newer: bool) -> "Place | None":
        """The place that :meth:`__str__` wrote into an address; None for what is none."""
        since, number, table = [*text.split("-", 2), "", ""][:3]
        microseconds, key = whole_number(since), key_or_none(number)
        if microseconds is None or key is None or (table and table not in _ranks()):
            return None
        try:
            at = _EPOCH + dt.timedelta(microseconds=microseconds)
        except OverflowError:
            return None
        return cls(at, key, table, newer)

    def __str__(self) -> str:
        # Not the key itself: keys count upwards, and would tell how much is planned.
        since = (self.at - _EPOCH) // dt.timedelta(microseconds=1)
        return "-".join(filter(None, [str(since), number_of(self.key), self.table]))


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list that nobody counts, the latest first, and where it goes on."""

    rows: list[Row]
    newer: Place | None = None
    older: Place | None = None


def page_of(
    events: Sequence[QuerySet[Any]], *, size: int, place: Place | None = None
) -> Page[tuple[Any, Any]]:
    """One page of the events of several tables, each with the one before it of the same record.

    Each table is asked for its next events only, by its index, and nothing is counted.
    """
    ranks = _ranks()
    labels = {rank: label for label, rank in ranks.items()}
    merged = _next_keys(events, size + 1, place, ranks)
    page = _page(
        [(at, key, labels[rank]) for at, key, rank in merged], size, place, lambda row: row
    )
    told = with_before([(key, label) for _, key, label in page.rows])
    return Page(told, page.newer, page.older)


def _next_keys(
    events: Sequence[QuerySet[Any]], size: int, place: Place | None, ranks: dict[str, int]
) -> list[tuple[dt.datetime, int, int]]:
    """The moments, numbers and tables of the next events, in one question.

    Written by hand: to have Django combine as many tables takes longer than PostgreSQL's answer.
    """
    order = "1, 2, 3" if place and place.newer else "1 DESC, 2 DESC, 3 DESC"
    parts: list[str] = []
    given: list[Any] = []
    for rows in events:
        rank = ranks[rows.model._meta.label_lower]
        table = connection.ops.quote_name(rows.model._meta.db_table)
        if rows.query.where:
            try:
                keys = rows.order_by().values_list("pgh_created_at", "pgh_id")
                sql, values = keys.query.sql_with_params()
            except EmptyResultSet:
                continue
            table = f"({sql})"
            given += values
        beyond = ""
        if place:
            side = ">" if place.newer else "<"
            other = ranks.get(place.table, rank)
            same = "=" if (rank - other > 0) == place.newer and rank != other else ""
            beyond = (
                f" WHERE pgh_created_at {side}= %s"
                f" AND (pgh_created_at {side} %s OR pgh_id {side}{same} %s)"
            )
            given += [place.at, place.at, place.key]
        parts.append(
            f"(SELECT pgh_created_at, pgh_id, {rank} FROM {table} AS rows{beyond}"  # noqa: S608
            f" ORDER BY {order} LIMIT {size})"
        )
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS found"  # noqa: S608
            f" ORDER BY {order} LIMIT {size}",
            given,
        )
        found: list[tuple[dt.datetime, int, int]] = cursor.fetchall()
    return found


def page_of_reads(
    reads: QuerySet[AccessEntry], *, size: int, place: Place | None = None
) -> Page[AccessEntry]:
    """One page of the access log."""
    next_ = _beyond(reads.select_related("user"), place, "at", "pk")
    found = list(next_.order_by(*_order("at", "pk", place=place))[: size + 1])
    return _page(found, size, place, lambda read: (read.at, read.pk, ""))


def _ranks() -> dict[str, int]:
    """Each table of history, with what decides between rows of the same moment and number."""
    labels = sorted(model._meta.label_lower for model in history_models())
    return {label: rank for rank, label in enumerate(labels)}


def _order(*names: str, place: Place | None) -> list[str]:
    return [name if place and place.newer else f"-{name}" for name in names]


def _beyond(rows: QuerySet[Found], place: Place | None, at: str, key: str) -> QuerySet[Found]:
    """The rows on the side of ``place`` that is asked for.

    Args:
        rows: Of one table.
        place: None for the newest.
        at: The column of the moment.
        key: The column of the number.

    """
    if place is None:
        return rows
    side = "gt" if place.newer else "lt"
    next_ = Q(**{f"{at}__{side}": place.at}) | Q(**{f"{key}__{side}": place.key})
    return rows.filter(next_, **{f"{at}__{side}e": place.at})


def _page(
    found: list[Row],
    size: int,
    place: Place | None,
    key: Callable[[Row], tuple[dt.datetime, int, str]],
) -> Page[Row]:
    """The page of what was found beyond ``place``, one more than it has if there are more."""
    more, rows = len(found) > size, found[:size]
    newer, older = place is not None, more
    if place and place.newer:
        rows.reverse()
        newer, older = more, True
    return Page(
        rows,
        Place(*key(rows[0]), newer=True) if rows and newer else None,
        Place(*key(rows[-1])) if rows and older else None,
    )


# In words ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, as templates/components/timeline.html shows it."""

    title: str
    when: dt.date | dt.datetime
    by: str = ""
    body: str = ""
    url: str = ""
    tag: str = ""
    tone: str = ""
    act: tuple[str, str] | None = None
    """What may be done about it: the words and address of a link."""
    about: models.Model | None = None
    """The record it tells of, where reading that is put on record."""
    entered_at: dt.datetime | None = None
    """When it was entered, where ``when`` is a day: it can't have been later."""

    @property
    def moment(self) -> dt.datetime:
        """When, for the order: a day without a time counts as its start, after its small hours."""
        if isinstance(self.when, dt.datetime):
            return self.when
        begins = duty_begins(self.when)
        return min(begins, self.entered_at or begins)


VERBS = {"insert": "added", "update": "changed", "delete": "removed"}


def in_words(
    events: Iterable[tuple[Any, Any]],
    *,
    wordless: frozenset[Model] = frozenset(),
    of: models.Model | None = None,
    addresses: bool = False,
    actors: bool = True,
    called: Callable[[int], str] = number_of,
) -> list[Entry]:
    """The events in sentences.

    Args:
        events: Each with the one before it of the same record, if there is one.
        wordless: Models whose values are not told.
        of: The record whose page it is: its own changes need not name it.
        addresses: Whether to tell from which network address each was made.
        actors: Whether to tell who made each.
        called: What a record without a name is called by: its number, since keys count upwards and
            would tell how many visits are planned. The log, where one looks for keys, has those.

    """
    events = list(events)
    names = _Names(events, actors=actors, called=called)
    return [_entry(event, before, names, wordless, of, addresses) for event, before in events]


def _entry(
    event: Any,
    before: Any,
    names: "_Names",
    wordless: frozenset[Model],
    of: models.Model | None,
    addresses: bool,
) -> Entry:
    model = about(type(event))
    context = event.pgh_context or {}
    verb = VERBS[event.pgh_label]
    told = model not in wordless
    own = of is not None and model is type(of)
    record = (
        f"this {name_of(model).lower()}"
        if own
        else f"{name_of(model).lower()} {names.called(event.pgh_obj_id)}"
    )
    if event.pgh_label == "update":
        changes = [
            f"{label} from {names.word(event_field, getattr(before, event_field.attname))}"
            f" to {names.word(event_field, getattr(event, event_field.attname))}"
            if told and before
            else label
            for label, event_field in _fields(event._meta.model)
            if before is None
            or getattr(before, event_field.attname) != getattr(event, event_field.attname)
        ]
    else:
        changes = [
            f"{capfirst(label)}: {names.word(event_field, value)}"
            for label, event_field in _fields(event._meta.model)
            if told
            and (value := getattr(event, event_field.attname)) not in (None, "", [])
            and not (of is not None and event_field.related_model is type(of))
        ]
    who = names.who(context)
    if event.pgh_label == "update" and len(changes) == 1:
        title = f"{who} changed {changes[0]}" if own else f"{who} changed {record}: {changes[0]}"
        changes = []
    else:
        title = f"{who} {verb} {record}"
    details = [f"Why: {context['reason']}"] if context.get("reason") else []
    if addresses and context.get("address"):
        details.append(f"From {context['address']}")
    return Entry(
        title=title,
        when=event.pgh_created_at,
        body="\n".join([*map(capfirst, changes), *details]),
    )


@functools.cache
def _fields(table: Any) -> list[tuple[str, models.Field[Any, Any]]]:
    """The fields of a table of history that say what a record said, each with its name."""
    model = about(table)
    return [
        (str(model._meta.get_field(field.name).verbose_name), field)  # type: ignore[union-attr]
        for field in table._meta.concrete_fields
        if not field.name.startswith("pgh_") and field.name != model._meta.pk.name
    ]


_NO_NAMES = (models.JSONField, RangeField)


class _Names:
    """The names of the people and records that some events speak of, asked for in one go."""

    def __init__(
        self,
        events: list[tuple[Any, Any]],
        *,
        actors: bool,
        called: Callable[[int], str],
        worded: Collection[str] | None = None,
    ) -> None:
        self.actors, self.called = actors, called
        wanted: dict[Model, set[Any]] = defaultdict(set)
        for pair in events:
            for event in filter(None, pair):
                wanted[User].add((event.pgh_context or {}).get("user"))
                for _, event_field in _fields(event._meta.model):
                    told = worded is None or event_field.name in worded
                    if (
                        told
                        and event_field.related_model
                        and not _is_part(event_field.related_model)
                    ):
                        wanted[event_field.related_model].add(getattr(event, event_field.attname))
        asked = [
            # No name hangs on JSON, such as the outline of an area, which can be a megabyte.
            model._base_manager.filter(pk__in=keys - {None}).defer(
                *(f.name for f in model._meta.concrete_fields if isinstance(f, _NO_NAMES))
            )
            for model, keys in wanted.items()
        ]
        self.names: dict[Model, dict[Any, models.Model]] = defaultdict(dict)
        for record in together.fetch(asked):
            self.names[type(record)][record.pk] = record

    def who(self, context: Mapping[str, Any]) -> str:
        if not self.actors:
            return "Somebody"
        if context.get("user"):
            known = self.names[User].get(context["user"])
            return str(known or f"Person {self.called(context['user'])}")
        if context.get("task"):
            return "The system"
        return "Somebody not signed in" if context.get("path") else "A command"

    def word(self, event_field: Any, value: Any) -> str:
        """A value as a person would say it."""
        if value is None or value == "" or value == []:
            return "nothing"
        model = event_field.related_model
        if model:
            found = self.names.get(model, {}).get(value)
            return str(found) if found else f"{model._meta.verbose_name} {self.called(value)}"
        return in_plain_words(event_field, value)


def _is_part(model: Model) -> bool:
    """Whether its name would have to be asked for one by one: it is called by its number."""
    return getattr(model, "history_part_of", None) is not None


def in_plain_words(event_field: Any, value: Any) -> str:
    """A value that is no other record, as a person would say it."""
    if event_field.choices:
        return str(dict(event_field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return plain_time(value)
    if isinstance(value, dt.time):
        return clock(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


@dataclass(frozen=True)
class Step:
    """One change of a record: how it stood afterwards and before, who did it, and why."""

    after: Any
    before: Any
    """None where it was added."""
    by: str
    why: str
    names: "_Names"

    def word(self, name: str, *, before: bool = False) -> str:
        """What a field says, or said before, as a person would say it."""
        event = self.before if before else self.after
        event_field = event._meta.get_field(name)
        return self.names.word(event_field, getattr(event, event_field.attname))

    @property
    def at(self) -> dt.datetime:
        moment: dt.datetime = self.after.pgh_created_at
        return moment

    def changed(self, *names: str) -> bool:
        """Whether one of these fields came to say something else, or was first said."""
        return any(getattr(self.after, name) != getattr(self.before, name, None) for name in names)


def steps_of(record: models.Model, *, worded: Collection[str] | None = None) -> list[Step]:
    """The changes of one record, the first one first; none where its history was erased.

    Args:
        record: A tracked one.
        worded: The fields whose values are told, if not all.

    """
    table: Any = type(record).pgh_event_model  # type: ignore[attr-defined]  # of a tracked model
    events = list(table.objects.filter(pgh_obj=record.pk).order_by("pgh_id"))
    pairs = [(event, None) for event in events]
    names = _Names(pairs, actors=True, called=number_of, worded=worded)
    return [
        Step(
            event,
            before,
            by=names.who(event.pgh_context or {}),
            why=(event.pgh_context or {}).get("reason", ""),
            names=names,
        )
        for event, before in zip(events, [None, *events], strict=False)
    ]


def reads_in_words(
    reads: Iterable[AccessEntry], *, called: Callable[[int], str] = number_of
) -> list[Entry]:
    """Entries of the access log in sentences, with what :func:`in_words` calls records by."""
    return [
        Entry(
            title=" ".join(
                filter(None, [_reader(read), read.get_act_display(), _read(read, called)])
            ),
            when=read.at,
            body="\n".join(
                [
                    *([f"What for: {read.purpose}"] if read.purpose else []),
                    *([f"On the page {read.path}"] if read.path else []),
                    *([f"From {read.address}"] if read.address else []),
                ]
            ),
        )
        for read in reads
    ]


def _reader(read: AccessEntry) -> str:
    if read.user_id is None:
        return "Somebody unknown"
    return str(read.user) if read.user else f"Person {read.user_id}"


def _read(read: AccessEntry, called: Callable[[int], str]) -> str:
    """What was read: *visit 5*, *cadets 1, 2 and 3*, or the name of a table or page."""
    if not read.ids:
        return "the log" if read.what == AccessEntry._meta.label_lower else read.what
    records = get_text_list([called(key) for key in read.ids], "and")
    try:
        options = apps.get_model(read.what)._meta
    except LookupError:
        return f"{read.what} {records}"
    name = options.verbose_name if len(read.ids) == 1 else options.verbose_name_plural
    return f"{name} {records}"

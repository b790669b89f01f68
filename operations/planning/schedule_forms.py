"""Forms of a visit's plan: where, when and who."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.acts.forms import ActForm, VersionedForm
from accounts.acts.refusals import Problem
from accounts.dates.london import DAY_BEGINS
from govuk import (
    Button,
    GovDateField,
    GovForm,
    GovTimeField,
    Question,
    Searched,
    SearchedField,
    SearchedFieldOfSeveral,
    Style,
)
from govuk.dates import LONDON, clock, plain_time
from operations import people
from operations.planning import schedule
from operations.planning.models import Operation, OperationVenue
from operations.planning.schedule import Duty, Place
from operations.teams.forms import searched
from operations.teams.models import Cadet
from operations.visits.models import Visit
from venues.models import Venue
from venues.registry.names import normal_name

#: From one venue to the next, where the planner says nothing else.
THE_WAY = dt.timedelta(minutes=30)

NO_OFFICER = "This person is no longer a visiting officer. Choose somebody else."


def london_time(day: dt.date, time: dt.time) -> dt.datetime:
    """The moment, in UTC, at which the clocks of London show ``time`` on ``day``.

    In UTC because Python takes the difference of two times of one zone by their clocks.

    Raises:
        ValidationError: they show it twice, or never, because they are changed that night.

    """
    first = dt.datetime.combine(day, time, tzinfo=LONDON)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(dt.UTC)
    written = f"{clock(time)} on {plain_time(day)}"
    if first.astimezone(dt.UTC).astimezone(LONDON) != first:
        raise ValidationError(
            f"{written} does not exist: the clocks go forward from 01:00 to 02:00 that night. "
            "Enter a time before 01:00, or from 02:00."
        )
    raise ValidationError(
        f"{written} comes twice: the clocks go back from 02:00 to 01:00 that night. "
        "Enter a time before 01:00, or from 02:00."
    )


def _of_venue(chosen: OperationVenue) -> str:
    """Name, postcode, why it was chosen, and how many visits to it there are already."""
    place = ", ".join(filter(None, [chosen.venue.name, chosen.venue.postcode]))
    why = chosen.get_selection_display().lower()
    n_visits = getattr(chosen, "n_visits", 0)
    if n_visits:
        why += f", already has {n_visits} {'visit' if n_visits == 1 else 'visits'} here"
    return f"{place} ({why})"


def _venues_with(chosen: QuerySet[OperationVenue], text: str) -> QuerySet[OperationVenue]:
    fits = Q(venue__squeezed_postcode__startswith="".join(text.split()).upper())
    if normal := normal_name(text):
        fits |= Q(venue__normal_name__contains=normal)
    return chosen.filter(fits)


class TeamForm(GovForm, ActForm, forms.Form):
    """When a visit is and who goes."""

    on = GovDateField(label="Date")
    starts_at = GovTimeField(
        label="From",
        help_text="24-hour clock, such as 19:30. After midnight, give the date of the morning.",
        error_messages={"required": "Enter when the visit starts"},
    )
    ends_at = GovTimeField(
        label="Until",
        help_text="24-hour clock, such as 20:30. A time up to 06:00 means the next morning.",
        error_messages={"required": "Enter when the visit ends"},
    )
    lead = SearchedField(
        label="Lead officer",
        help_text="Leads the visit and logs its outcome.",
        error_messages={"invalid_choice": NO_OFFICER},
    )
    welfare = SearchedField(
        label="Welfare officer",
        help_text="Looks after the cadets and nothing else. Needed where a cadet goes.",
        required=False,
        empty_label="None",
        error_messages={"invalid_choice": NO_OFFICER},
    )
    support = SearchedFieldOfSeveral(
        label="Supporting officers",
        required=False,
        error_messages={"invalid_choice": NO_OFFICER},
    )
    cadet = SearchedFieldOfSeveral(label="Cadets", required=False)
    call_sign = forms.CharField(
        label="Call sign",
        help_text="What the team is called by radio, like Oscar 21.",
        max_length=20,
        required=False,
    )
    beside_another = forms.BooleanField(label="Yes, both teams go", required=False)

    def __init__(
        self, *args: Any, operation: Operation, cadets: QuerySet[Cadet], **kwargs: Any
    ) -> None:
        """Offer all visiting officers, and ``cadets``."""
        super().__init__(*args, **kwargs)
        self.operation = operation
        first, last = plain_time(operation.starts_on), plain_time(operation.ends_on)
        self.fields[
            "on"
        ].help_text = (
            f"The operation runs from {first} to {last}. Its nights end at 06:00 the next morning."
        )
        officers = people.searched(people.visiting_officers())
        for duty in ("lead", "welfare", "support"):
            self.fields[duty].offer(officers)  # type: ignore[attr-defined]
        self.fields["cadet"].offer(searched(cadets))  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        """When, then who. Whether beside another team is asked only where there is one."""
        asked = self.has_error("beside_another") or "beside_another" in self.data
        confirm = [Question("beside_another", optional=False)] if asked else []
        return Layout(
            Fieldset(
                "When",
                "on",
                Question("starts_at", width=5),
                Question("ends_at", width=5),
                *confirm,
            ),
            Fieldset(
                "Who goes",
                *("lead", "welfare"),
                Question("call_sign", width=10),
                Question("support", style=Style.COLUMNS),
                Question("cadet", style=Style.COLUMNS),
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Turn the date and the two times into the moments of the window."""
        answers = super().clean() or {}
        day, starts, ends = (answers.get(name) for name in ("on", "starts_at", "ends_at"))
        if day and starts and ends:
            next_morning = ends < starts and ends <= DAY_BEGINS
            last_day = day + dt.timedelta(days=next_morning)
            for name, date, time in (("starts_at", day, starts), ("ends_at", last_day, ends)):
                try:
                    answers[name] = london_time(date, time)
                except ValidationError as error:
                    self.add_error(name, error)
        return answers

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse of the window, or of its day alone, and of who is in the team
        twice. Who is free is asked of a whole team alone.
        """
        found = schedule.problems_of_places(self._places(answers))
        if visit := self._visit(answers):
            return found + schedule.problems_of_window(visit)
        if answers.get("on"):
            return found + schedule.problems_of_day(self.operation, answers["on"])
        return found

    def _visit(self, answers: Mapping[str, Any]) -> Visit | None:
        """A visit in the window of ``answers``, if they make one."""
        if not all(answers.get(name) for name in ("on", "starts_at", "ends_at")):
            return None
        starts_at, ends_at = answers["starts_at"], answers["ends_at"]
        call_sign = answers.get("call_sign") or ""
        return Visit(
            operation=self.operation, starts_at=starts_at, ends_at=ends_at, call_sign=call_sign
        )

    def window(self) -> dict[str, Any]:
        """The window as the acts take it, whether another team may be there then, and the call
        sign.
        """
        names = ("starts_at", "ends_at", "beside_another", "call_sign")
        return {name: self.cleaned_data[name] for name in names}

    def team(self) -> list[Place]:
        """The team as the acts take it."""
        return self._places(self.cleaned_data)

    def _places(self, answers: Mapping[str, Any]) -> list[Place]:
        named = [(answers.get(duty), duty) for duty in (Duty.LEAD, Duty.WELFARE)]
        team = [Place(who, duty) for who, duty in named if who]
        team += [Place(officer, Duty.SUPPORT) for officer in answers.get("support") or ()]
        return team + [Place(cadet, Duty.CADET) for cadet in answers.get("cadet") or ()]


class VisitForm(TeamForm):
    """A new visit."""

    question_about = {"starts_at": "on"}
    field_order = ("venue",)  # so do the errors: it is the first question
    submit_label = "Plan visit"
    ANOTHER = "another"

    venue = SearchedField(
        error_messages={"invalid_choice": "This venue is no longer chosen for the operation."},
    )

    def __init__(self, *args: Any, chosen: QuerySet[OperationVenue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["venue"].offer(  # type: ignore[attr-defined]
            Searched(
                chosen,
                _venues_with,
                lambda row: [row.venue.name, row.venue.postcode, _of_venue(row)],
                "Name or postcode",
                label=_of_venue,
            )
        )

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """With what is over: a plan that exists may have begun."""
        visit = self._visit(answers)
        past = schedule.problems_of_past(visit, timezone.now()) if visit else []
        return [*super().problems(answers), *past]

    def layout(self) -> Layout:
        return Layout("venue", *super().layout().fields)

    def buttons(self) -> list[Button]:
        """An evening has several visits by one team."""
        return [
            Button(self.submit_label),
            Button("Plan this and another", name=self.ANOTHER, value="1", kind="secondary"),
        ]

    def venue_to_visit(self) -> Venue:
        """The venue as the act takes it."""
        return self.cleaned_data["venue"].venue  # type: ignore[no-any-return]


class VisitEditForm(TeamForm, VersionedForm):
    """Another window or team for a planned visit."""

    question_about = {"starts_at": "on"}
    submit_label = "Save visit"

    def layout(self) -> Layout:
        return Layout("version", *super().layout().fields)


class CancelForm(GovForm, ActForm, forms.Form):
    """Why a planned visit is called off."""

    submit_label = "Cancel visit"

    reason = forms.CharField(
        label="Why is the visit cancelled?",
        max_length=200,
        error_messages={"required": "Enter why the visit is cancelled"},
    )

    def buttons(self) -> list[Button]:
        """A cancelled visit can't be planned again."""
        return [Button(self.submit_label, kind="warning")]


def plan_of(visit: Visit) -> dict[str, Any]:
    """The window and team of ``visit`` as the initial answers of a :class:`TeamForm`."""
    members: dict[str, list[int | None]] = {duty: [] for duty in Duty}
    for member in visit.team.all():
        members[member.duty].append(member.cadet_id or member.officer_id)
    return _window(visit.starts_at, visit.ends_at) | {
        "lead": next(iter(members[Duty.LEAD]), None),
        "welfare": next(iter(members[Duty.WELFARE]), None),
        "support": members[Duty.SUPPORT],
        "cadet": members[Duty.CADET],
        "call_sign": visit.call_sign,
    }


def plan_after(visit: Visit) -> dict[str, Any]:
    """The same for the visit after ``visit``: the same team, as long, and time for the way."""
    later = visit.ends_at - visit.starts_at + THE_WAY
    return plan_of(visit) | _window(visit.starts_at + later, visit.ends_at + later)


def _window(starts_at: dt.datetime, ends_at: dt.datetime) -> dict[str, dt.date | dt.time]:
    starts, ends = starts_at.astimezone(LONDON), ends_at.astimezone(LONDON)
    return {"on": starts.date(), "starts_at": starts.time(), "ends_at": ends.time()}

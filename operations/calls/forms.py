"""Forms of calls: what is recorded while the caller is still on the line, by keyboard alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone

from accounts.acts.forms import ActForm, VersionedForm
from accounts.acts.refusals import Problem
from accounts.models import User
from accounts.roles import LOG_CALLS
from govuk import (
    GovDateField,
    GovFilterForm,
    GovForm,
    GovTimeField,
    Question,
    Reveal,
    Searched,
    SearchedField,
    Style,
    YesNoOtherField,
)
from govuk.dates import LONDON
from govuk.fields import UNANSWERED
from operations.calls import actions
from operations.calls.models import LONGEST_WAIT, Call, CallQuerySet, Handled, NumberCalled
from operations.visits.states import CALLS_SEEN_FOR
from venues.models import CommandUnit, Venue, VenueQuerySet
from venues.registry.names import normal_name

#: Where two moments of a night show the same time, the clocks having gone back, the later comes
#: first.
_FOLDS = (1, 0)
THREE_WAY = ("makesafe_quoted", "recognised", "officers_sent")
NO_NAMES = "Nobody’s name: not the caller’s, not a guest’s."


def moment_of(day: dt.date, time: dt.time, *, latest: dt.datetime) -> dt.datetime:
    """The latest moment of that day at which clocks in London show ``time``, if it was by then."""
    shown = [_utc(day, time, fold) for fold in _FOLDS]
    return next((moment for moment in shown if moment <= latest), shown[-1])


def _utc(day: dt.date, time: dt.time, fold: int) -> dt.datetime:
    """In UTC: within one zone Python compares what clocks show, not the moments."""
    return dt.datetime.combine(day, time.replace(fold=fold), LONDON).astimezone(dt.UTC)


def _found(venues: Any, text: str) -> VenueQuerySet:
    """Those like ``text`` by name, group or postcode, and those with all its words in the address,
    the likeliest first.
    """
    words = normal_name(text).split()
    by_place = Venue.objects.order_by().with_words([word] for word in words)
    likely: VenueQuerySet = venues.search(text)
    if words and not likely.exists():
        likely = venues.filter(pk__in=by_place.values("pk"))
    return likely


def _in_words(venue: Venue) -> str:
    return ", ".join(filter(None, [venue.name, venue.one_line_address]))


class CallForm(GovForm, ActForm, forms.Form):
    """A call, as far as it is known by now. When and where are all that it needs."""

    submit_label = "Log call"
    mark_optional = False  # nearly all are: the page says which are not
    question_about = {"called_at": "time"}
    field_order = ("venue", "place", "day", "time")

    venue = SearchedField(
        label="Venue",
        required=False,
        empty_label="Not in the list",
        help_text="If you can’t find it, leave this empty and write the place as you heard it.",
    )
    place = forms.CharField(
        label="Place, as you heard it",
        max_length=200,
        required=False,
        help_text="Name, street, town, whatever the caller said.",
    )
    day = GovDateField(label="Date of the call")
    time = GovTimeField(
        label="Time of the call",
        help_text="24-hour clock, such as 21:40.",
        error_messages={"required": "Enter when the call came in"},
    )
    number = forms.ChoiceField(
        label="Which number did they call?",
        choices=NumberCalled.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    answered_after = forms.IntegerField(
        label="Answered after how many seconds?",
        min_value=0,
        max_value=LONGEST_WAIT,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    makesafe_quoted = YesNoOtherField(label="Did they say “Makesafe”?", required=False)
    recognised = YesNoOtherField(
        label="Was it recognised as child sexual exploitation?",
        help_text="By whoever answered, before anybody looked for a test.",
        required=False,
    )
    officers_sent = YesNoOtherField(label="Were officers sent?", required=False)
    sent_at = GovTimeField(label="Sent at", required=False)
    arrived_at = GovTimeField(label="Arrived at", required=False)
    incident_reference = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )
    done = forms.CharField(
        label="What was done?",
        help_text=f"In a few words. {NO_NAMES}",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        """Take the moment ``at`` for now: no call came in later."""
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["venue"].widget.attrs["autofocus"] = True  # the caller is on the line
        self.fields["venue"].offer(  # type: ignore[attr-defined]
            Searched(
                Venue.objects.unmerged().select_related("local_authority"),
                _found,
                lambda venue: [venue.name, venue.postcode, _in_words(venue)],
                "Name, street or postcode",
                label=_in_words,
            )
        )

    def layout(self) -> Layout:
        """Where and when, the call, what followed: in the order in which one hears it."""
        return Layout(
            Fieldset("Where and when", "venue", "place", "day", Question("time", width=5)),
            Fieldset(
                "The call",
                Question("number", style=Style.GRID),
                Question("makesafe_quoted", style=Style.GRID),
                Question("recognised", style=Style.GRID),
                Question("answered_after", width=4, suffix="seconds"),
            ),
            Fieldset(
                "What followed",
                Question(
                    "officers_sent",
                    Reveal("yes", Question("sent_at", width=5), Question("arrived_at", width=5)),
                    style=Style.GRID,
                ),
                Question("incident_reference", width=20),
                "done",
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Turn days and times into moments, and what was not answered into nothing."""
        answers = super().clean() or {}
        for name in THREE_WAY:
            if answers.get(name) == UNANSWERED:
                answers[name] = None
        day, time = answers.get("day"), answers.get("time")
        if day and time:
            answers["called_at"] = called_at = moment_of(day, time, latest=self.at)
            for name in ("sent_at", "arrived_at"):
                if answers.get(name) and answers.get("officers_sent"):
                    answers[name] = _after(called_at, answers[name])
                else:
                    answers[name] = None
        return answers

    def problems(self, answers: Mapping[str, Any]) -> Iterable[Problem]:
        """What the act would refuse of the answers that there are."""
        moments = {k: v for k, v in answers.items() if not isinstance(v, dt.time)}
        return actions.problems_of(
            moments, first=self.at - CALLS_SEEN_FOR, at=self.at, now=timezone.now()
        )

    def call_fields(self) -> actions.CallFields:
        """The answers as the acts take them."""
        names = actions.CallFields.__annotations__
        return {name: self.cleaned_data[name] for name in names}  # type: ignore[return-value]


def _after(called_at: dt.datetime, time: dt.time) -> dt.datetime:
    """The first moment from the minute of the call on at which clocks in London show ``time``."""
    day = called_at.astimezone(LONDON).date()
    days = (day, day + dt.timedelta(days=1))
    shown = (_utc(one, time, fold) for one in days for fold in reversed(_FOLDS))
    return next(moment for moment in shown if moment >= called_at)


class CallCorrectionForm(VersionedForm, CallForm):
    """The same questions with the answers on record, and why they change."""

    submit_label = "Save correction"

    reason = forms.CharField(
        label="Why are you correcting it?",
        max_length=200,
        error_messages={"required": "Enter why you are correcting the call"},
    )

    def layout(self) -> Layout:
        """The reason comes last, when one knows what has changed."""
        return Layout("version", *super().layout().fields, Fieldset("Correction", "reason"))


def answers_of(call: Call) -> dict[str, Any]:
    """A call on record as the initial answers of a :class:`CallCorrectionForm`."""
    local = timezone.localtime(call.called_at)
    times = {name: getattr(call, name) for name in ("sent_at", "arrived_at")}
    names = ("place", "number", "answered_after", "incident_reference", "done", "version")
    return (
        {name: getattr(call, name) for name in names}
        | {name: _shown(getattr(call, name)) for name in THREE_WAY}
        | {name: at and timezone.localtime(at).time() for name, at in times.items()}
        | {"venue": call.venue_id, "day": local.date(), "time": local.time()}
    )


def _shown(answer: bool | None) -> Any:
    """An answer as its question shows it: what nobody said stays open."""
    return UNANSWERED if answer is None else answer


class ReasonForm(GovForm, VersionedForm):
    """Why something that was said of a call is taken back."""

    submit_label = "Take it back"

    reason = forms.CharField(label="Why?", max_length=200, error_messages={"required": "Enter why"})


class CallFilter(GovFilterForm, forms.Form):
    """Narrows the list of calls."""

    ALL, TEST, REAL, UNSETTLED = "", "test", "real", "unsettled"

    submit_label = "Show results"

    about = forms.ChoiceField(
        choices=[
            (ALL, "All"),
            (UNSETTLED, "Not settled"),
            (REAL, "Real: matched to no test"),
            (TEST, "A test"),
        ],
        required=False,
    )
    handled = forms.ChoiceField(
        label="Handling", choices=[("", "Any"), *Handled.choices], required=False
    )
    unit = forms.ModelChoiceField(
        CommandUnit.objects.none(), label="Command unit", required=False, empty_label="All"
    )
    since = GovDateField(label="From", required=False)
    until = GovDateField(label="Until", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the command units of ``user``; all to call handlers, who take calls from all."""
        super().__init__(*args, **kwargs)
        units = (
            CommandUnit.objects.all() if user.has_perm(LOG_CALLS) else CommandUnit.objects.of(user)
        )
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def narrow(self, calls: CallQuerySet) -> CallQuerySet:
        """Those of ``calls`` that match."""
        if self.is_refused:
            return calls.none()
        wanted = self.cleaned_data if self.is_bound else {}
        calls = calls.between(wanted.get("since"), wanted.get("until"))
        if handled := wanted.get("handled"):
            calls = calls.handled(handled)
        if unit := wanted.get("unit"):
            calls = calls.filter(command_unit=unit)
        about = wanted.get("about")
        if about == self.TEST:
            return calls.about_tests()
        if about == self.REAL:
            return calls.real()
        return calls.unsettled() if about == self.UNSETTLED else calls

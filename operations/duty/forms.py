"""Forms of an officer after a visit: on a phone, in the order in which things happened."""

import dataclasses
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from crispy_forms.layout import Fieldset, Layout
from django import forms

from accounts.acts.forms import ActForm, VersionedForm
from govuk import GovForm, Question, Reveal, Style, YesNoField, YesNoOtherField
from govuk.fields import NOT_KNOWN, UNANSWERED
from operations.calls.presenters import AS_RECORDED
from operations.duty.actions import ANOTHER_REASON
from operations.visits.facts import FOLLOWS, OutcomeFacts, applies
from operations.visits.models import Visit
from operations.visits.outcomes import ContactMethod, Outcome, RefusalGround
from operations.visits.states import NotCompletedReason

#: Minutes to tap. Who knows better than this was not looking at the room.
MINUTES = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)

#: What to say where a question that follows another one has no answer; nothing where it may.
MISSING = {
    "refusal_ground": "Select why staff refused the room",
    "contact_method": "Select how staff contacted police",
    "contact_minutes": "Select after about how many minutes, or “Not known”",
    "makesafe_quoted": "Select whether they said “Makesafe”, or “Not known”",
    "call_handler_recognised": "Select whether the call handler saw what it was about, or “Not "
    "known”",
    "officers_sent": "Select whether officers were sent, or “Not known”",
    "officers_arrived_minutes": "Select about how many minutes later officers arrived, or “Not "
    "known”",
    "incident_reference": "",
}


#: How the questions stand that are not a row of yes, no and not known.
LOOKS: dict[str, dict[str, Any]] = {
    "refusal_ground": {"style": Style.BIG},
    "contact_method": {"style": Style.BIG},
    "incident_reference": {"width": 20, "optional": True},
}


def _asked(*questions: str) -> list[Question]:
    """The questions, each with those that a *yes* to it brings up, as ``FOLLOWS`` has them."""
    asked = []
    for question in questions:
        then = _asked(*(name for name in FOLLOWS if _yes_before(name) == question))
        reveal = [Reveal("yes", *then)] if then else []
        asked.append(Question(question, *reveal, **LOOKS.get(question, {"style": Style.GRID})))
    return asked


def _yes_before(question: str) -> str:
    """The yes-or-no question that one stands below; the way of contact brings up none itself."""
    before = FOLLOWS[question]
    return before.question if before.answers == {True} else FOLLOWS[before.question].question


def _is_asked(question: str, answers: Mapping[str, Any]) -> bool:
    """Whether a question applies, or will by what is still to be answered: all is asked at once."""
    method = answers.get("contact_method", UNANSWERED)
    if question == "call_handler_recognised" and method == UNANSWERED:
        return applies("contact_method", answers)
    return applies(question, answers)


def _minute_choices(offered: Iterable[int]) -> list[tuple[str, str]]:
    return [*((str(minutes), str(minutes)) for minutes in offered), (NOT_KNOWN, "Not known")]


class MinutesField(forms.TypedChoiceField):
    """About how many minutes, to tap; None if that is not known, ``UNANSWERED`` if not answered."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of any field; choices are given."""
        super().__init__(
            choices=_minute_choices(MINUTES),
            coerce=lambda value: None if value == NOT_KNOWN else int(value),
            empty_value=UNANSWERED,
            required=False,
            **kwargs,
        )

    def offer(self, minutes: int) -> None:
        """Let an answer that came in another way (such as by an import) be kept."""
        self.choices = _minute_choices(sorted({*MINUTES, minutes}))


THREE_WAY = (MinutesField, YesNoOtherField)
FACTS = dataclasses.fields(OutcomeFacts)


class SubmissionField(forms.UUIDField):
    """The phone's own number of this message: sent twice, it counts once."""

    widget = forms.HiddenInput({"data-client-uuid": ""})

    def __init__(self) -> None:
        """Be filled by the server where the page runs no script."""
        problem = "This page was not sent whole. Open it again: what you entered is kept."
        messages = {"required": problem, "invalid": problem}
        super().__init__(initial=uuid.uuid4, error_messages=messages)


class PressedField(forms.CharField):
    """For how long the button was pressed, as static/js/pressed.js says; read by the page."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        """Say nothing where the page runs no script."""
        super().__init__(required=False, initial="0")

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Never what was sent: whoever looks at a form that comes back must not see that a button
        was held, and the form must not say it again.
        """
        return initial


def _yes_no(label: str, *, help_text: str = "", missing: str) -> YesNoField:
    return YesNoField(label=label, help_text=help_text, error_messages={"required": missing})


class OutcomeForm(GovForm, ActForm, forms.Form):
    """What was observed. Answers to questions that did not apply are ignored, whatever they are."""

    submit_label = "Log outcome"

    submission = SubmissionField()
    pressed = PressedField()
    challenged = _yes_no(
        "Did staff challenge you?",
        help_text="They asked who you were, or what was going on.",
        missing="Select yes if staff challenged you",
    )
    asked_for_identification = _yes_no(
        "Did staff ask for identification?",
        missing="Select yes if staff asked for identification",
    )
    signs_recognised = _yes_no(
        "Did staff recognise the warning signs?",
        help_text="Judge by what they said or did.",
        missing="Select yes if staff recognised the warning signs",
    )
    room_refused = _yes_no(
        "Did staff refuse the room?", missing="Select yes if staff refused the room"
    )
    refusal_ground = forms.ChoiceField(
        label="Why did they refuse it?",
        choices=RefusalGround.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    police_contacted = _yes_no(
        "Did staff contact police?", missing="Select yes if staff contacted police"
    )
    contact_method = forms.ChoiceField(
        label="How?", choices=ContactMethod.choices, widget=forms.RadioSelect, required=False
    )
    contact_minutes = MinutesField(
        label="After about how many minutes?", help_text="From when you asked for a room."
    )
    makesafe_quoted = YesNoOtherField(label="Did they say “Makesafe”?", required=False)
    call_handler_recognised = YesNoOtherField(
        label="Did the call handler see what it was about?",
        help_text="Only if they called 999 or 101.",
        required=False,
    )
    officers_sent = YesNoOtherField(label="Were officers sent?", required=False)
    officers_arrived_minutes = MinutesField(
        label="About how many minutes later did they arrive?",
        help_text="“Not known” if they had not come when you left.",
    )
    incident_reference = forms.CharField(
        label="Incident reference",
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )
    staff_debriefed = _yes_no(
        "Did you debrief the staff?", missing="Select yes if you debriefed the staff"
    )
    materials_left = _yes_no(
        "Did you leave Makesafe materials?", missing="Select yes if you left Makesafe materials"
    )
    refresher_accepted = YesNoOtherField(
        label="Did they accept a refresher on the spot?",
        other="Not offered",
        error_messages={"required": "Select whether they accepted a refresher, or “Not offered”"},
    )
    notes = forms.CharField(
        label="Notes",
        help_text="No names of staff or guests.",
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": "3"}),
    )

    def __init__(
        self, *args: Any, draft_key: str, told: Collection[str] = (), **kwargs: Any
    ) -> None:
        """Keep the answers on the phone under ``draft_key`` until the server has them.

        Those to the questions ``told`` begin with what the control room recorded, and say so.
        """
        super().__init__(*args, **kwargs)
        self.draft_key = draft_key
        for name in told:
            hint = self.fields[name].help_text
            self.fields[name].help_text = f"{hint} {AS_RECORDED}".strip()
            self.fields[name].widget.attrs["data-told"] = ""  # static/js/fields.js
        for name, field in self.fields.items():
            minutes = self.get_initial_for_field(field, name)
            if isinstance(field, MinutesField) and isinstance(minutes, int):
                field.offer(minutes)

    def layout(self) -> Layout:
        """At the desk, the police, afterwards."""
        return Layout(
            "submission",
            Fieldset(
                "At the desk",
                *_asked("challenged", "asked_for_identification", "signs_recognised"),
                *_asked("room_refused"),
            ),
            Fieldset("Police", *_asked("police_contacted")),
            Fieldset(
                "Before you left",
                *_asked("staff_debriefed", "materials_left", "refresher_accepted"),
                "notes",
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Ask for what the other answers call for; empty what they rule out."""
        answers = super().clean() or {}
        for name, missing in MISSING.items():
            if not _is_asked(name, answers):
                self.errors.pop(name, None)
                answers[name] = UNANSWERED
            elif missing and name not in self.errors and answers[name] == UNANSWERED:
                self.add_error(name, missing)
        return answers

    def facts(self) -> OutcomeFacts:
        """The answers as the acts take them."""
        given = {field.name: self.cleaned_data[field.name] for field in FACTS}
        unknown = {
            name: None
            for name, answer in given.items()
            if answer == UNANSWERED and isinstance(self.fields[name], THREE_WAY)
        }
        return OutcomeFacts(**given | unknown)


def answers_of(facts: OutcomeFacts) -> dict[str, Any]:
    """Facts on record as the initial answers of a :class:`CorrectionForm`."""
    answers = dataclasses.asdict(facts)
    for name, answer in answers.items():
        if answer is None and applies(name, answers):
            answers[name] = NOT_KNOWN
    return answers


def answers_told(told: Mapping[str, Any]) -> dict[str, Any]:
    """What calls tell as the initial answers of an :class:`OutcomeForm`: as far as it asks."""
    return {name: answer for name, answer in told.items() if applies(name, told)}


class CorrectionForm(VersionedForm, OutcomeForm):
    """The same questions with the answers on record, and why they change."""

    submit_label = "Save correction"

    reason = forms.CharField(
        label="Why are you correcting it?",
        max_length=200,
        error_messages={"required": "Enter why you are correcting the outcome"},
    )

    def layout(self) -> Layout:
        """The reason comes last, when one knows what has changed."""
        return Layout("version", *super().layout().fields, Fieldset("Correction", "reason"))

    def told_of(self, saved: Visit) -> tuple[int, str]:
        """The revision of the outcome that came first, and who made it."""
        latest = Outcome.objects.filter(visit=saved).latest("revision")
        return latest.revision, (
            f"{latest.logged_by} corrected this outcome after you opened it. What you entered is "
            "still below and nothing is saved. Look at what they changed, then save again to "
            "replace it."
        )


def _choice(reason: NotCompletedReason) -> tuple[str, str]:
    """The question before has said already of which kind the reason is."""
    return reason.value, "Another reason" if reason in ANOTHER_REASON else reason.label


class NotCompletedForm(GovForm, ActForm, forms.Form):
    """Why the venue could not be tested: first which kind of reason, then which."""

    question_about: ClassVar[Mapping[str, str]] = {"reason": "kind"}
    submit_label = "Log as not completed"

    submission = SubmissionField()
    pressed = PressedField()
    kind = forms.ChoiceField(
        label="What was it about?",
        choices=[
            ("time", "This time: the venue could be tested later"),
            ("venue", "The venue: it is not one to test"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether it was about this time or the venue"},
    )
    time = forms.ChoiceField(
        label="What happened?",
        choices=[
            _choice(reason)
            for reason in NotCompletedReason
            if reason.eligible and reason != NotCompletedReason.NOT_CLOSED
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    venue = forms.ChoiceField(
        label="What is it about the venue?",
        choices=[_choice(reason) for reason in NotCompletedReason if not reason.eligible],
        widget=forms.RadioSelect,
        required=False,
    )
    notes = forms.CharField(
        label="Notes",
        help_text="For another reason, say which. No names of staff or guests.",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": "3"}),
    )

    def __init__(self, *args: Any, draft_key: str, **kwargs: Any) -> None:
        """Keep the answers on the phone under ``draft_key`` until the server has them."""
        super().__init__(*args, **kwargs)
        self.draft_key = draft_key

    def layout(self) -> Layout:
        """Only the reasons of the chosen kind."""
        big = Style.BIG
        return Layout(
            "submission",
            Question(
                "kind",
                Reveal("time", Question("time", style=big)),
                Reveal("venue", Question("venue", style=big)),
                style=big,
            ),
            "notes",
        )

    def clean(self) -> dict[str, Any]:
        """Take the reason of the chosen kind, whatever is chosen under the other."""
        answers = super().clean() or {}
        kind = answers.get("kind")
        for name in {"time", "venue"} - {kind}:
            self.errors.pop(name, None)
        if kind and kind not in self.errors:
            if not answers[kind]:
                self.add_error(kind, "Select why the venue could not be tested")
            elif answers[kind] in ANOTHER_REASON and not answers.get("notes"):
                self.add_error("notes", "Enter the reason in the notes")
        return answers

    def tell_undone(self) -> None:
        """Say that this was taken back; whoever sends it again means it."""
        self.add_error(
            None,
            "This had arrived and was undone since, so the visit is still under way. To end it "
            "after all, send this again.",
        )
        self.send_next_time("submission", uuid.uuid4())

    def reason(self) -> str:
        """The reason as the acts take it."""
        return str(self.cleaned_data[self.cleaned_data["kind"]])


class NotCompletedCorrectionForm(VersionedForm, NotCompletedForm):
    """The same questions with the answers on record, and why they change."""

    submit_label = "Save correction"

    why = forms.CharField(
        label="Why are you correcting it?",
        max_length=200,
        error_messages={"required": "Enter why you are correcting it"},
    )

    def layout(self) -> Layout:
        """The reason comes last, when one knows what has changed."""
        return Layout("version", *super().layout().fields, Fieldset("Correction", "why"))

    def told_of(self, saved: Visit) -> tuple[int, str]:
        """The revision that came first."""
        return saved.not_completed_revision, (
            "Somebody else corrected this after you opened it. What you entered is still below "
            "and nothing is saved. Look at what they changed, then save again to replace it."
        )

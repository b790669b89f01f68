"""An outcome in words, and how the record of it changed."""

from collections.abc import Iterable, Sequence

from accounts.record.history import Entry
from govuk.rows import Row
from govuk.tones import tone_of
from operations.visits.facts import OutcomeFacts
from operations.visits.outcomes import ContactMethod, Outcome, RefusalGround
from operations.visits.verdict import Judgement, Verdict, judge


def judgement_of(outcome: Outcome) -> Judgement:
    """Why ``outcome`` has its verdict, by the version of the rule that judged it."""
    facts = OutcomeFacts.of(outcome).only_what_applies()
    return judge(facts.for_the_rule(), rule_version=outcome.verdict_rule)


def in_words(facts: OutcomeFacts) -> list[Row]:
    """The facts that apply, in the order in which things happened."""
    rows = [
        Row("Staff challenged the team", _yes_no(facts.challenged)),
        Row("Staff asked for identification", _yes_no(facts.asked_for_identification)),
        Row("Staff recognised the warning signs", _yes_no(facts.signs_recognised)),
        Row("Room refused", _refusal(facts)),
        Row("Police contacted", _contact(facts)),
    ]
    following = {
        "makesafe_quoted": Row("“Makesafe” said", _yes_no(facts.makesafe_quoted)),
        "call_handler_recognised": Row(
            "Call handler saw what it was about", _yes_no(facts.call_handler_recognised)
        ),
        "officers_sent": Row("Officers sent", _officers(facts)),
        "incident_reference": Row("Incident reference", facts.incident_reference or "None given"),
    }
    rows += [row for question, row in following.items() if facts.has(question)]
    return [
        *rows,
        Row("Staff debriefed", _yes_no(facts.staff_debriefed)),
        Row("Materials left", _yes_no(facts.materials_left)),
        Row(
            "Refresher accepted on the spot",
            _yes_no(facts.refresher_accepted, unknown="Not offered"),
        ),
        Row("Notes", facts.notes or "None"),
    ]


def revisions(outcomes: Sequence[Outcome]) -> list[Entry]:
    """The record of a visit's outcome as entries of a timeline, the latest first.

    Args:
        outcomes: All revisions with ``logged_by``, the latest first.

    """
    earlier = [*outcomes[1:], None]  # one more than there are, where there are none
    return [_entry(outcome, before) for outcome, before in zip(outcomes, earlier, strict=False)]


def _entry(outcome: Outcome, before: Outcome | None) -> Entry:
    verdict = Verdict(outcome.verdict)
    if before is None:
        title, body = "Outcome logged", ""
    else:
        title = f"Correction {outcome.revision - 1}"
        changes = _changes(OutcomeFacts.of(before), OutcomeFacts.of(outcome))
        body = "\n".join([f"Why: {outcome.correction_reason}", *changes])
    return Entry(
        title=title,
        when=outcome.logged_at,
        by=str(outcome.logged_by),
        body=body,
        tag=verdict.label,
        tone=tone_of("verdict", verdict),
    )


def _changes(old: OutcomeFacts, new: OutcomeFacts) -> Iterable[str]:
    was = {row.key: row.value for row in in_words(old)}
    now = {row.key: row.value for row in in_words(new)}
    for key in now | was:
        if key not in now:
            yield f"{key}: no longer applies (was: {was[key]})"
        elif key not in was:
            yield f"{key}: {now[key]} (did not apply)"
        elif was[key] != now[key]:
            yield f"{key}: {now[key]} (was: {was[key]})"


def _yes_no(answer: bool | None, *, unknown: str = "Not known") -> str:
    return {True: "Yes", False: "No", None: unknown}[answer]


def _refusal(facts: OutcomeFacts) -> str:
    if not facts.room_refused:
        return "No"
    return f"Yes. {RefusalGround(facts.refusal_ground).label}"


def _contact(facts: OutcomeFacts) -> str:
    if not facts.police_contacted:
        return "No"
    when = _after(facts.contact_minutes, unknown="time not known")
    how = ContactMethod(facts.contact_method).label if facts.contact_method else "How is not known"
    return f"Yes. {how}, {when}"


def _officers(facts: OutcomeFacts) -> str:
    if not facts.officers_sent:
        return _yes_no(facts.officers_sent)
    if facts.officers_arrived_minutes is None:
        return "Yes. Arrival not known"
    return f"Yes. They arrived {_after(facts.officers_arrived_minutes, unknown='')}"


def _after(minutes: int | None, *, unknown: str) -> str:
    if minutes is None:
        return unknown
    return f"after about {minutes} minute{'' if minutes == 1 else 's'}"

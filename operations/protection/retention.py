"""Retention of cadets, of old visits and of calls.

The figures stay: a visit keeps what was observed, its verdict, when and where it was. What goes is
who was there and what somebody wrote.
"""

import datetime as dt
from typing import Any

import pgtrigger
from django.db.models import Case, Q, QuerySet, Value, When

from accounts.database.locks import hold
from accounts.dates.london import midnight
from accounts.record.retention import (
    BATCH,
    ERASED,
    Rule,
    forget,
    forget_purposes,
    nobody,
    note,
)
from operations.models import (
    Alarm,
    AlarmNotice,
    Authorisation,
    Cadet,
    Call,
    CheckIn,
    Concern,
    CovertRead,
    Draw,
    DrawnVenue,
    DrawPlan,
    FollowUp,
    Operation,
    OperationVenue,
    Outcome,
    PlanNotice,
    Publication,
    Sheet,
    StartOverride,
    TeamMember,
    Visit,
    WelfareAnswer,
)


def erase_cadets(before: dt.date, on: dt.date) -> list[int]:
    """Erase what is held of cadets whose last operation closed before the day ``before``.

    The entry stays, empty, so that a visit still shows how many cadets were in its team. So do the
    entries of its history that say who changed it and when, without what they changed. What a cadet
    said before and after visits goes.
    """
    keys = list(Cadet.objects.past_retention(before=before).values_list("pk", flat=True)[:BATCH])
    # Whoever makes up a team locks its cadets too: of those, ask again.
    hold(Cadet.objects.filter(pk__in=keys))
    still = Cadet.objects.past_retention(before=before).filter(pk__in=keys)
    keys = list(still.values_list("pk", flat=True))
    history = _history(Cadet).filter(pgh_obj__in=keys)
    note(history, rule=CADETS.what)
    with pgtrigger.ignore():
        WelfareAnswer.objects.filter(cadet__in=keys).delete()
        history.update(reference=ERASED, birth_date=None, consented_on=None, briefed_on=None)
    forget(_history(WelfareAnswer).filter(cadet__in=keys), rule=CADETS.what)
    for cadet in Cadet.objects.filter(pk__in=keys):
        cadet.reference = f"erased-{cadet.pk}"
        cadet.birth_date = cadet.consented_on = cadet.briefed_on = None
        cadet.erased_on = on
        cadet.claim(cadet.version)
        cadet.save()
    forget_purposes("operations.cadet", keys, rule=CADETS.what)
    return keys


def make_visits_anonymous(before: dt.date, on: dt.date) -> list[int]:
    """Erase who took part in visits that were over before the day ``before``, and all free text."""
    keys = list(
        Visit.objects.past_retention(before=midnight(before)).values_list("pk", flat=True)[:BATCH]
    )
    if not keys:
        return []
    nobody_ = nobody()
    of_them = Q(visit__in=keys)
    with pgtrigger.ignore():  # the rules that what is over never changes, and the history of it
        TeamMember.objects.filter(of_them).delete()
        WelfareAnswer.objects.filter(of_them).delete()
        StartOverride.objects.filter(of_them).update(by=nobody_, reason=ERASED)
        Outcome.objects.filter(of_them).update(
            logged_by=nobody_,
            notes="",
            incident_reference="",
            correction_reason=_unless_empty("correction_reason"),
        )
        CheckIn.objects.filter(of_them).update(by=nobody_)
        AlarmNotice.objects.filter(alarm__visit__in=keys).delete()
        Alarm.objects.filter(of_them).update(
            raised_by=_unless_nobody("raised_by", nobody_.pk),
            taken_by=_unless_nobody("taken_by", nobody_.pk),
            closed_by=_unless_nobody("closed_by", nobody_.pk),
            spoke_to=_unless_empty("spoke_to"),
            found=_unless_empty("found"),
        )
        FollowUp.objects.filter(of_them).update(
            responsible=nobody_, declined_reason=_unless_empty("declined_reason")
        )
        Visit.objects.filter(pk__in=keys).update(
            created_by=nobody_,
            started_by=_unless_nobody("started_by", nobody_.pk),
            control_room_told_by=_unless_nobody("control_room_told_by", nobody_.pk),
            not_completed_notes="",
            correction_reason=_unless_empty("correction_reason"),
            cancelled_reason=_unless_empty("cancelled_reason"),
            call_sign="",
            anonymous_since=on,
        )
    forget(_history(Visit).filter(pgh_obj__in=keys), rule=VISITS.what)
    for model in (TeamMember, Outcome, FollowUp, Alarm, StartOverride, WelfareAnswer):
        forget(_history(model).filter(of_them), rule=VISITS.what)
    return keys


def make_operations_anonymous(before: dt.date, on: dt.date) -> list[int]:
    """Erase who ran operations that closed before the day ``before``, and what they noted.

    Reference, name, dates and scenario stay, for the figures.
    """
    CovertRead.objects.over(on=on).delete()
    nobody_ = nobody()
    old = Operation.objects.filter(ends_on__lt=before).exclude(created_by=nobody_)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not keys:
        return []
    of_them = Q(operation__in=keys)
    with pgtrigger.ignore():  # the rule that a draw never changes, and the history of it
        Draw.objects.filter(of_them).update(drawn_by=nobody_)
        DrawPlan.objects.filter(of_them).update(made_by=nobody_)
        DrawnVenue.objects.filter(of_them).update(reason=_unless_empty("reason"))
        OperationVenue.objects.filter(of_them).update(added_by=nobody_)
        Sheet.objects.filter(of_them).update(sent_by=nobody_, sent_to="", call_signs="")
        Authorisation.objects.filter(of_them).update(
            lead=nobody_,
            submitted_by=nobody_,
            decided_by=_unless_nobody("decided_by", nobody_.pk),
            withdrawn_by=_unless_nobody("withdrawn_by", nobody_.pk),
            authorisation_reference=ERASED,
            risk_assessment=ERASED,
            equality_check=ERASED,
            fingerprint="",
            rationale=_unless_empty("rationale"),
            withdrawn_reason=_unless_empty("withdrawn_reason"),
        )
        PlanNotice.objects.filter(of_them).delete()
        Publication.objects.filter(of_them).update(by=nobody_)
        Operation.objects.filter(pk__in=keys).update(
            lead=nobody_,
            created_by=nobody_,
            closed_by=_unless_nobody("closed_by", nobody_.pk),
            wanted_by=_unless_nobody("wanted_by", nobody_.pk),
            notes="",
            authorisation_reference=_unless_empty("authorisation_reference"),
        )
    forget(_history(Operation).filter(pgh_obj__in=keys), rule=OPERATIONS.what)
    for model in (Draw, DrawPlan, DrawnVenue, OperationVenue, Sheet, Authorisation, Publication):
        forget(_history(model).filter(of_them), rule=OPERATIONS.what)
    return keys


def make_calls_anonymous(before: dt.date, on: dt.date) -> list[int]:
    """Erase who answered calls that came in before the day ``before``, and all free text.

    When a call came, how it was handled and what it was about stay, for the figures.
    """
    nobody_ = nobody()
    old = Call.objects.filter(called_at__lt=midnight(before)).exclude(logged_by=nobody_)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not keys:
        return []
    with pgtrigger.ignore():  # the rule that who logged a call never changes, and the history of it
        Concern.objects.filter(call__in=keys).update(
            opened_by=nobody_,
            owner=_unless_nobody("owner", nobody_.pk),
            closed_by=_unless_nobody("closed_by", nobody_.pk),
            came_of_it=_unless_empty("came_of_it"),
        )
        Call.objects.filter(pk__in=keys).update(
            logged_by=nobody_,
            matched_by=_unless_nobody("matched_by", nobody_.pk),
            place=_unless_empty("place"),
            done="",
            incident_reference="",
        )
    forget(_history(Call).filter(pgh_obj__in=keys), rule=CALLS.what)
    forget(_history(Concern).filter(call__in=keys), rule=CALLS.what)
    return keys


def _history(model: Any) -> QuerySet[Any]:
    return model.pgh_event_model.objects.all()  # type: ignore[no-any-return]


def _unless_nobody(field: str, nobody_: int) -> Case:
    return Case(When(**{f"{field}__isnull": False}, then=Value(nobody_)))


def _unless_empty(field: str) -> Case:
    return Case(When(~Q(**{field: ""}), then=Value(ERASED)), default=Value(""))


CADETS = Rule(
    what="operations.Cadet",
    says="What is held of a cadet is erased once their last operation has been closed for the "
    "time that the settings say",
    erase=erase_cadets,
    fields=frozenset({"operations.Cadet.reference", "operations.WelfareAnswer.note"}),
)
VISITS = Rule(
    what="operations.Visit",
    says="Old visits are made anonymous: the people and the free text go, the figures stay",
    erase=make_visits_anonymous,
    fields=frozenset(
        {
            *("operations.Outcome.notes", "operations.Outcome.incident_reference"),
            *("operations.Outcome.correction_reason", "operations.FollowUp.declined_reason"),
            *("operations.Visit.not_completed_notes", "operations.Visit.cancelled_reason"),
            *("operations.Visit.correction_reason", "operations.Alarm.spoke_to"),
            *("operations.Alarm.found", "operations.StartOverride.reason"),
            "operations.Visit.call_sign",
        }
    ),
)
OPERATIONS = Rule(
    what="operations.Operation",
    says="Old operations lose the people who ran them and the notes; the figures stay",
    erase=make_operations_anonymous,
    fields=frozenset(
        {
            *("operations.Operation.notes", "operations.Operation.authorisation_reference"),
            *("operations.Sheet.sent_to", "operations.Sheet.call_signs"),
            "operations.DrawnVenue.reason",
            "operations.Authorisation.authorisation_reference",
            *("operations.Authorisation.risk_assessment", "operations.Authorisation.rationale"),
            *("operations.Authorisation.equality_check", "operations.Authorisation.fingerprint"),
            "operations.Authorisation.withdrawn_reason",
        }
    ),
)
CALLS = Rule(
    what="operations.Call",
    says="Old calls are made anonymous: the people and the free text go, the figures stay",
    erase=make_calls_anonymous,
    fields=frozenset(
        {
            *("operations.Call.place", "operations.Call.done"),
            *("operations.Call.incident_reference", "operations.Concern.came_of_it"),
        }
    ),
)


RULES = (CADETS, VISITS, OPERATIONS, CALLS)

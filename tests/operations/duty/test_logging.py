"""Starting a visit and logging, correcting or not completing it, page by page."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from operations.models import NotCompletedReason, Outcome, VisitPolicy, VisitState
from operations.visits.verdict import Verdict
from tests.factories import (
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    TeamMemberFactory,
    UnderWayVisitFactory,
    UserFactory,
    VisitFactory,
)
from tests.operations.duty.phone import DAY, text, url

pytestmark = pytest.mark.django_db

GOOD = {
    "challenged": "yes",
    "asked_for_identification": "yes",
    "signs_recognised": "yes",
    "room_refused": "yes",
    "refusal_ground": "warning_signs",
    "police_contacted": "yes",
    "contact_method": "101",
    "contact_minutes": "5",
    "makesafe_quoted": "yes",
    "call_handler_recognised": "not_known",
    "officers_sent": "yes",
    "officers_arrived_minutes": "15",
    "incident_reference": " WES-7 ",
    "staff_debriefed": "yes",
    "materials_left": "no",
    "refresher_accepted": "not_known",
    "notes": "",
}

NOTHING_HAPPENED = GOOD | {
    "challenged": "no",
    "asked_for_identification": "no",
    "signs_recognised": "no",
    "room_refused": "no",
    "police_contacted": "no",
    "refresher_accepted": "yes",
}


def answers(base=GOOD, **changes):
    return base | {"submission": str(uuid.uuid4())} | changes


def send(client, visit, data, *, to="outcome_add"):
    return client.post(url(to, visit), data)


def errors(response):
    return [message for found in response.context["form"].errors.values() for message in found]


# Starting ---------------------------------------------------------------------------------------


def test_one_tap_starts_a_visit_and_opens_the_form(signed_in, officer):
    visit = VisitFactory(officer=officer)
    answer = signed_in.post(url("visit_start", visit), {"told": "on"}, follow=True)
    visit.refresh_from_db()
    assert visit.is_under_way
    assert answer.redirect_chain == [(url("outcome_add", visit), 302)]
    assert "The visit is under way." in text(answer)


def test_whoever_starts_second_is_told_who_was_first(client, visit, officer):
    client.force_login(TeamMemberFactory(visit=visit, duty="support").officer)
    answer = client.post(url("visit_start", visit), {"told": "on"}, follow=True)
    assert "Rowan Ashby has already started this visit." in text(answer)


def test_a_cancelled_visit_says_that_it_cannot_start(signed_in, officer):
    visit = CancelledVisitFactory(officer=officer)
    answer = signed_in.post(url("visit_start", visit), {"told": "on"})
    assert answer.status_code == 409
    assert "cancelled: The team was needed elsewhere. Do not go in." in text(answer)
    assert "can’t be started" in text(signed_in.get(url("visit_start", visit)))


def test_a_visit_that_is_too_early_to_start_says_from_when_on(signed_in, officer):
    soon = timezone.now() + dt.timedelta(hours=3)
    visit = VisitFactory(officer=officer, starts_at=soon)
    for name in ("visit_detail", "visit_start"):
        page = text(signed_in.get(url(name, visit)))
        assert "You can start it from" in page
        assert "Start<span" not in page
    assert "Start<span" not in text(signed_in.get(reverse("operations:my_visits")))

    answer = signed_in.post(url("visit_start", visit), {"told": "on"})

    assert answer.status_code == 409
    assert "You can start it from" in text(answer)
    visit.refresh_from_db()
    assert visit.is_planned


def test_a_start_that_is_refused_says_why(signed_in, officer, visit):
    VisitPolicy.objects.create(valid_from=dt.date(2025, 1, 1), start_early_minutes=120)
    following = VisitFactory(officer=officer, starts_at=visit.ends_at)
    answer = signed_in.post(url("visit_start", following), {"told": "on"})
    assert answer.status_code == 409
    assert "You still have Gannet Hotel under way: log it first." in text(answer)


LATE = "treats calls about it as real"


@pytest.mark.parametrize("minutes", [-1, 1])
@pytest.mark.parametrize(
    ("made", "pages"),
    [
        (VisitFactory, ["visit_detail", "visit_start"]),
        (UnderWayVisitFactory, ["visit_detail", "outcome_add", "visit_not_completed"]),
    ],
)
def test_a_team_reads_that_calls_are_real_once_its_time_and_the_margin_are_over(
    signed_in, officer, made, pages, minutes
):
    """As the board says: 30 minutes after the end of the window."""
    over = timezone.now() - dt.timedelta(minutes=30 + minutes)
    visit = made(officer=officer, starts_at=over - dt.timedelta(hours=2), ends_at=over)
    for address in [reverse("operations:my_visits"), *(url(name, visit) for name in pages)]:
        assert (LATE in text(signed_in.get(address))) is (minutes > 0), address


def test_an_observer_of_a_visit_past_its_time_is_not_told_what_its_team_does(client, unit):
    visit = UnderWayVisitFactory(unit=unit, starts_at=timezone.now() - dt.timedelta(hours=9))
    client.force_login(UserFactory(role=Role.PLANNER, units=[unit]))
    assert LATE not in text(client.get(url("visit_detail", visit)))


def test_the_start_page_asks_first(signed_in, officer):
    visit = VisitFactory(officer=officer)
    assert "Start the visit?" in text(signed_in.get(url("visit_start", visit)))
    visit.refresh_from_db()
    assert visit.is_planned


# Logging ----------------------------------------------------------------------------------------


def test_an_outcome_leads_to_its_verdict(signed_in, visit):
    answer = signed_in.post(url("outcome_add", visit), answers(), follow=True)

    visit.refresh_from_db()
    assert answer.redirect_chain == [(url("visit_detail", visit), 302)]
    assert visit.outcome.verdict == Verdict.RESPONDED_WELL
    assert visit.outcome.incident_reference == "WES-7"
    assert visit.outcome.call_handler_recognised is None
    assert "Staff refused the room because of the warning signs and contacted police" in text(
        answer
    )


def test_answers_to_questions_that_were_not_shown_are_ignored(signed_in, visit):
    stray = {"refusal_ground": "nonsense", "contact_minutes": "7", "incident_reference": "x" * 41}
    send(signed_in, visit, answers(NOTHING_HAPPENED, **stray))
    outcome = Outcome.objects.get(visit=visit)
    assert outcome.verdict == Verdict.REFRESHER_NEEDED
    assert (outcome.refusal_ground, outcome.contact_minutes) == ("", None)
    assert outcome.officers_sent is outcome.makesafe_quoted is None


def test_the_call_handler_is_no_question_where_nobody_called(signed_in, visit):
    send(signed_in, visit, answers(contact_method="online", call_handler_recognised=""))
    assert Outcome.objects.get(visit=visit).call_handler_recognised is None


def test_an_empty_form_says_what_to_choose(signed_in, visit):
    answer = send(signed_in, visit, {"submission": str(uuid.uuid4())})
    assert errors(answer) == [
        "Select yes if staff challenged you",
        "Select yes if staff asked for identification",
        "Select yes if staff recognised the warning signs",
        "Select yes if staff refused the room",
        "Select yes if staff contacted police",
        "Select yes if you debriefed the staff",
        "Select yes if you left Makesafe materials",
        "Select whether they accepted a refresher, or “Not offered”",
    ]


def test_what_the_answers_call_for_is_asked_all_at_once(signed_in, visit):
    needed = [
        "refusal_ground",
        "contact_method",
        "contact_minutes",
        "makesafe_quoted",
        "call_handler_recognised",
        "officers_arrived_minutes",
    ]
    answer = send(signed_in, visit, answers(**dict.fromkeys(needed, "")))
    assert list(answer.context["form"].errors) == needed
    assert not Outcome.objects.filter(visit=visit).exists()


def test_a_repetition_after_the_answer_was_lost_leads_to_the_same_page(signed_in, visit):
    same = answers()
    first = send(signed_in, visit, same)
    again = send(signed_in, visit, same)
    assert first.url == again.url == url("visit_detail", visit)
    assert Outcome.objects.filter(visit=visit).count() == 1


def test_a_second_outcome_says_whose_is_on_record_and_keeps_what_was_entered(client, visit):
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    client.force_login(visit.team.get(duty="lead").officer)
    send(client, visit, answers())
    client.force_login(colleague)

    answer = send(client, visit, answers(NOTHING_HAPPENED, notes="They let us in"))

    assert any("Rowan Ashby logged the outcome" in message for message in errors(answer))
    assert "They let us in" in text(answer)
    assert Outcome.objects.filter(visit=visit).count() == 1

    form = answer.context["form"]
    sent_on = form.data | {"reason": "I was at the desk"}
    assert client.post(form.helper.form_action, sent_on).status_code == 302
    visit.refresh_from_db()
    assert (visit.outcome.revision, visit.outcome.notes) == (2, "They let us in")


def test_answers_changed_while_the_first_message_was_on_its_way_become_a_correction(
    signed_in, visit
):
    sent = answers()
    send(signed_in, visit, sent)
    changed = send(signed_in, visit, sent | {"materials_left": "yes"})
    assert any("are not saved yet" in message for message in errors(changed))

    sent_on = changed.context["form"].data | {"reason": "We did leave cards"}
    send(signed_in, visit, sent_on, to="outcome_correct")

    visit.refresh_from_db()
    assert (visit.outcome.revision, visit.outcome.materials_left) == (2, True)


def test_the_form_of_a_visit_that_a_colleague_logged_becomes_a_correction(client, visit):
    send_as = visit.team.get(duty="lead").officer
    client.force_login(send_as)
    send(client, visit, answers())
    client.force_login(TeamMemberFactory(visit=visit, duty="support").officer)
    answer = client.get(url("outcome_add", visit), follow=True)
    assert answer.redirect_chain == [(url("outcome_correct", visit), 302)]
    assert "Rowan Ashby has already logged the outcome." in text(answer)


def test_the_form_of_a_visit_that_i_logged_leads_to_its_page(signed_in, visit):
    send(signed_in, visit, answers())
    assert signed_in.get(url("outcome_add", visit)).url == url("visit_detail", visit)


def test_the_form_of_a_planned_visit_leads_to_its_start(signed_in, officer):
    visit = VisitFactory(officer=officer)
    assert signed_in.get(url("outcome_add", visit)).url == url("visit_start", visit)


def test_an_outcome_of_a_planned_visit_is_refused_with_all_that_was_entered(signed_in, officer):
    visit = VisitFactory(officer=officer)
    answer = send(signed_in, visit, answers(notes="A quiet desk"))
    assert errors(answer) == ["Start the visit first, then log what happened."]
    assert "A quiet desk" in text(answer)
    assert f'href="{url("visit_start", visit)}">Start the visit' in text(answer)


def test_whoever_was_signed_out_comes_back_to_the_form(client, visit):
    answer = send(client, visit, answers())
    assert answer.url == f"{reverse('account_login')}?next={url('outcome_add', visit)}"


def test_the_phone_keeps_answers_until_they_have_arrived(signed_in, visit, officer):
    key = f"outcome-{visit.pk}-{officer.pk}-0"
    form = text(signed_in.get(url("outcome_add", visit)))
    assert f'data-draft="{key}"' in form
    assert "data-keep-trying" in form
    assert key not in text(signed_in.get(url("visit_detail", visit)))

    send(signed_in, visit, answers())

    assert f'data-draft-done="{key}"' in text(signed_in.get(url("visit_detail", visit)))
    assert f'data-draft="outcome-{visit.pk}-{officer.pk}-1"' in text(
        signed_in.get(url("outcome_correct", visit))
    )


def test_what_a_colleague_logged_does_not_make_my_phone_forget(client, visit):
    client.force_login(visit.team.get().officer)
    send(client, visit, answers())
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    client.force_login(colleague)
    key = f"outcome-{visit.pk}-{colleague.pk}-0"
    assert key not in text(client.get(url("visit_detail", visit)))
    assert f'data-draft="{key}"' in text(client.get(url("outcome_correct", visit)))


# Correcting -------------------------------------------------------------------------------------


def test_the_correction_starts_from_what_is_on_record(signed_in, officer):
    facts = {"contact_minutes": 7, "officers_sent": None, "officers_arrived_minutes": None}
    visit = CompletedVisitFactory(officer=officer, outcome_facts=facts)
    page = signed_in.get(url("outcome_correct", visit))
    form = page.context["form"]
    on_record = {
        "challenged": "yes",
        "refusal_ground": "warning_signs",
        "contact_minutes": 7,
        "officers_sent": "not_known",
        "officers_arrived_minutes": None,
        "refresher_accepted": "not_known",
    }
    assert {name: form[name].value() for name in on_record} == on_record
    assert 'name="contact_minutes" type="radio" value="7" checked' in text(page)


def test_a_correction_shows_who_changed_what_and_why(signed_in, visit):
    send(signed_in, visit, answers())
    change = answers(police_contacted="no", version="1", reason="They called afterwards")
    send(signed_in, visit, change, to="outcome_correct")

    page = text(signed_in.get(url("visit_detail", visit)))

    assert Verdict.PARTLY.label in page
    assert "Correction 1" in page
    assert "Why: They called afterwards" in page
    assert "Police contacted: No (was: Yes. Called 101, after about 5 minutes)" in page
    assert "“Makesafe” said: no longer applies (was: Yes)" in page
    assert "Room refused: " not in page
    assert "Outcome logged" in page


@pytest.mark.parametrize("how", ["account closed", "no officer any more"])
def test_once_no_officer_of_the_team_is_left_its_planner_corrects_what_was_logged(
    client, officer, unit, how
):
    visit = CompletedVisitFactory(officer=officer, unit=unit)
    earlier = timezone.now() - 9 * DAY
    away = NotCompletedVisitFactory(officer=officer, unit=unit, starts_at=earlier)
    lead = UserFactory(role=Role.CSE_LEAD, units=[unit])
    type(visit.operation).objects.filter(pk=visit.operation_id).update(lead=lead)
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    others = [
        UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()]),
        UserFactory(role=Role.CSE_LEAD, units=[unit]),
        UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit]),
        UserFactory(role=Role.VISITING_OFFICER, units=[unit]),
    ]
    pages = [url("outcome_correct", visit), url("not_completed_correct", away)]

    def statuses(person):
        client.force_login(person)
        return {client.get(page).status_code for page in pages}

    assert statuses(planner) == {403}
    if how == "account closed":
        User.objects.filter(pk=officer.pk).update(is_active=False)
    else:
        officer.groups.clear()
    for person in others:
        assert statuses(person) <= {403, 404}
    client.force_login(lead)
    assert client.get(pages[0]).status_code == 200
    assert statuses(planner) == {200}
    assert pages[0] in client.get(visit.get_absolute_url()).text
    change = answers(police_contacted="no", version="1", reason="The call came from elsewhere")
    send(client, visit, change, to="outcome_correct")
    visit.refresh_from_db()
    assert (visit.outcome.revision, visit.outcome.logged_by) == (2, planner)
    assert visit.team.get().officer == officer


def test_as_long_as_one_officer_of_the_team_is_there_others_correct_nothing(client, officer, unit):
    visit = CompletedVisitFactory(officer=officer, unit=unit)
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    User.objects.filter(pk=officer.pk).update(is_active=False)
    client.force_login(UserFactory(role=Role.PLANNER, units=[unit]))
    assert client.get(url("outcome_correct", visit)).status_code == 403
    client.force_login(colleague)
    assert client.get(url("outcome_correct", visit)).status_code == 200


def test_a_correction_needs_a_reason(signed_in, visit):
    send(signed_in, visit, answers())
    answer = send(signed_in, visit, answers(room_refused="no", version="1"), to="outcome_correct")
    assert errors(answer) == ["Enter why you are correcting the outcome"]


def test_a_correction_that_came_second_is_told_and_keeps_what_was_entered(signed_in, visit):
    send(signed_in, visit, answers())
    first = answers(room_refused="no", version="1", reason="It was offered")
    send(signed_in, visit, first, to="outcome_correct")

    second = answers(materials_left="yes", version="1", reason="We left cards")
    answer = send(signed_in, visit, second, to="outcome_correct")

    assert any(
        "corrected this outcome after you opened it" in message for message in errors(answer)
    )
    assert "We left cards" in text(answer)
    assert visit.outcomes.count() == 2
    again = send(signed_in, visit, answer.context["form"].data, to="outcome_correct")
    assert again.status_code == 302
    assert visit.outcomes.count() == 3


def test_there_is_no_correction_of_a_visit_under_way(signed_in, visit):
    assert signed_in.get(url("outcome_correct", visit)).url == url("visit_detail", visit)


# Not completed ----------------------------------------------------------------------------------


def test_a_visit_ends_as_not_completed_by_two_taps(signed_in, visit):
    data = {"submission": str(uuid.uuid4()), "kind": "time", "time": "unsafe", "notes": ""}
    answer = signed_in.post(url("visit_not_completed", visit), data, follow=True)
    visit.refresh_from_db()
    assert visit.state == VisitState.NOT_COMPLETED
    assert visit.not_completed_reason == NotCompletedReason.UNSAFE
    assert "Unsafe to go on." in text(answer)
    assert send(signed_in, visit, data, to="visit_not_completed").status_code == 302


def test_only_the_reason_of_the_chosen_kind_counts(signed_in, visit):
    data = {"submission": str(uuid.uuid4()), "kind": "venue", "time": "?", "venue": "not_found"}
    send(signed_in, visit, data, to="visit_not_completed")
    visit.refresh_from_db()
    assert visit.not_completed_reason == NotCompletedReason.NOT_FOUND


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Select whether it was about this time or the venue"),
        ({"kind": "time", "venue": "not_found"}, "Select why the venue could not be tested"),
    ],
)
def test_a_reason_is_needed(given, message, signed_in, visit):
    data = {"submission": str(uuid.uuid4())} | given
    assert errors(send(signed_in, visit, data, to="visit_not_completed")) == [message]


@pytest.mark.parametrize(("kind", "reason"), [("time", "eligible"), ("venue", "not_eligible")])
def test_another_reason_is_said_in_the_notes(signed_in, visit, kind, reason):
    data = {"submission": str(uuid.uuid4()), "kind": kind, kind: f"other_{reason}", "notes": " "}
    refused = send(signed_in, visit, data, to="visit_not_completed")
    assert errors(refused) == ["Enter the reason in the notes"]
    assert "Another reason</label>" in text(refused).replace(" </label>", "</label>")

    send(signed_in, visit, data | {"notes": "A flood"}, to="visit_not_completed")

    page = text(signed_in.get(url("visit_detail", visit)))
    assert "<strong>Another reason.</strong>" in page
    assert "A flood" in page


def test_a_visit_that_a_colleague_has_ended_is_told_and_keeps_the_notes(signed_in, visit):
    send(signed_in, visit, answers())
    data = {
        "submission": str(uuid.uuid4()),
        "kind": "time",
        "time": "unsafe",
        "notes": "A dog at the door",
    }
    answer = send(signed_in, visit, data, to="visit_not_completed")
    assert "Its outcome was logged at" in errors(answer)[0]
    assert "A dog at the door" in text(answer)

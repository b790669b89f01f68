"""Pages of calls and concerns: logging, matching, settling and following up."""

import datetime as dt

import pgtrigger
import pytest
from django.utils import timezone

from accounts.models import AccessEntry
from accounts.roles import Role
from operations.calls import actions, concern_actions
from operations.models import Call, CallScript, Concern
from tests import factories
from tests.database import as_owner
from tests.form_pages import button
from tests.operations.calls.conftest import MINUTE, NOTHING_SAID
from tests.operations.pages import date_of, signed_in, text, url

pytestmark = pytest.mark.django_db

NEVER_CHANGES = "operations.CallScript:version_of_a_call_script_never_changes"


def now_on(**answers):
    now = timezone.localtime()
    return date_of("day", now.date()) | {"time": f"{now:%H:%M}"} | answers


def press(browser, call, name):
    """Press a button of the call's page, as it stands now."""
    act = url(name, call.pk)
    return browser.post(act, button(browser, call.get_absolute_url(), act), follow=True)


def test_the_form_begins_with_now_and_the_script_beside_it(desk):
    page = text(desk.get(url("call_add")))
    assert "What to ask" in page
    assert "If it may be a family" in page
    form = desk.get(url("call_add")).content.decode()
    assert f'value="{timezone.localtime():%H}:' in form


def test_from_a_live_test_the_form_begins_with_its_venue(desk, test_visit):
    page = desk.get(f"{url('call_add')}?visit={test_visit.number}")
    assert page.context["form"].initial["venue"] == test_visit.venue_id


def test_a_visit_that_is_not_on_the_board_names_no_venue(desk):
    ahead = factories.VisitFactory(starts_at=timezone.now() + dt.timedelta(days=1))
    page = desk.get(f"{url('call_add')}?visit={ahead.number}")
    assert page.context["form"].initial["venue"] is None


def test_time_and_a_place_in_words_log_a_call_and_its_page_follows(desk):
    response = desk.post(url("call_add"), now_on(place="the hotel by the quay"), follow=True)
    call = Call.objects.get()
    assert response.redirect_chain == [(call.get_absolute_url(), 302)]
    page = text(response)
    assert "The call is on record." in page
    assert "No test that you can see fits the place and the time." in page
    assert "If you are in doubt, it is real." in page


def test_all_that_is_answered_is_kept(desk, venue):
    hour_ago = timezone.localtime() - 60 * MINUTE
    answers = date_of("day", hour_ago.date()) | {
        "time": f"{hour_ago:%H:%M}",
        "venue": venue.pk,
        "number": "999",
        "answered_after": "8",
        "makesafe_quoted": "yes",
        "recognised": "no",
        "officers_sent": "yes",
        "sent_at": f"{hour_ago + 4 * MINUTE:%H:%M}",
        "arrived_at": f"{hour_ago + 15 * MINUTE:%H:%M}",
        "incident_reference": "CAD 1",
        "done": "Officers went.",
    }
    assert desk.post(url("call_add"), answers).status_code == 302
    call = Call.objects.get()
    assert (call.venue, call.number, call.answered_after) == (venue, "999", 8)
    assert (call.makesafe_quoted, call.recognised, call.officers_sent) == (True, False, True)
    assert call.sent_at - call.called_at == 4 * MINUTE
    assert call.arrived_at - call.called_at == 15 * MINUTE


def test_what_nobody_said_stays_unknown(desk):
    desk.post(url("call_add"), now_on(place="Quay Road", makesafe_quoted="not_known"))
    call = Call.objects.get()
    said = (call.number, call.answered_after, call.makesafe_quoted, call.officers_sent)
    assert said == ("", None, None, None)


def test_without_a_place_all_is_told_at_once_beside_the_questions(desk):
    response = desk.post(url("call_add"), now_on(time="25:70", answered_after="-1"))
    assert set(response.context["form"].errors) == {"place", "time", "answered_after"}


def test_a_certain_test_is_offered_and_a_person_confirms_it(desk, call, test_visit):
    page = text(desk.get(call.get_absolute_url()))
    assert "Same venue, and its team was there or due then" in page
    response = press(desk, call, "call_match")
    assert "The call is matched to the test." in text(response)
    assert "Undo" in text(response)
    call.refresh_from_db()
    assert call.visit == test_visit


def test_reading_a_call_and_the_visits_offered_is_on_record(desk, handler, call, test_visit):
    desk.get(call.get_absolute_url())
    mine = AccessEntry.objects.filter(user=handler)
    assert mine.about(call).exists()
    assert mine.about(test_visit).exists()


def test_a_real_concern_stands_on_the_list_of_its_units_leads(desk, as_lead, call):
    press(desk, call, "call_concern")
    page = text(as_lead.get(url("concern_list")))
    assert "Gannet Hotel" in page
    assert "Nobody yet" in page
    press(as_lead, call, "concern_take")
    assert "Real concern: in hand" in text(as_lead.get(call.get_absolute_url()))
    answers = as_lead.get(url("concern_close", call.pk)).context["form"].initial
    answers |= {"result": "nothing", "came_of_it": "A family"}
    response = as_lead.post(url("concern_close", call.pk), answers, follow=True)
    assert "The concern is closed." in text(response)
    assert Concern.objects.get().result == "nothing"
    assert "No concern is open" in text(as_lead.get(url("concern_list")))


# What somebody saved meanwhile --------------------------------------------------------------------

NOTHING_WAS_DONE = "Nothing was done: this {} was changed after you opened it."


def test_a_concern_that_somebody_took_meanwhile_stays_with_them(as_lead, lead, unit):
    concern = factories.ConcernFactory(unit=unit)
    act = url("concern_take", concern.call.pk)
    shown = button(as_lead, concern.call.get_absolute_url(), act)
    colleague = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    concern_actions.give_concern(concern=concern, to=colleague, version=1, by=colleague)
    response = as_lead.post(act, shown, follow=True)
    assert NOTHING_WAS_DONE.format("concern") in text(response)
    assert Concern.objects.get().owner == colleague
    press(as_lead, concern.call, "concern_take")  # who has seen whose it is, may take it
    assert Concern.objects.get().owner == lead


@pytest.mark.parametrize("name", ["call_match", "call_concern"])
def test_a_call_that_was_corrected_meanwhile_is_not_settled(desk, call, test_visit, name):
    act = url(name, call.pk)
    shown = button(desk, call.get_absolute_url(), act)
    said = NOTHING_SAID | {"called_at": call.called_at, "venue": call.venue, "done": "Misheard"}
    actions.correct_call(
        call=call, version=1, reason="Slip", by=call.logged_by, at=timezone.now(), **said
    )
    response = desk.post(act, shown, follow=True)
    assert NOTHING_WAS_DONE.format("call") in text(response)
    assert Call.objects.unsettled().get() == call
    press(desk, call, name)
    assert not Call.objects.unsettled().exists()


@pytest.mark.parametrize("version", [None, "", "x", "-1", "1" * 30, "\u0661"])
def test_a_button_that_does_not_say_what_was_shown_does_nothing(as_lead, unit, version):
    concern = factories.ConcernFactory(unit=unit)
    answers = {} if version is None else {"version": version}
    response = as_lead.post(url("concern_take", concern.call.pk), answers, follow=True)
    assert NOTHING_WAS_DONE.format("concern") in text(response)
    assert Concern.objects.get().owner is None


def test_who_says_that_a_call_is_real_after_somebody_said_so_is_not_told_of_a_conflict(desk, call):
    act = url("call_concern", call.pk)
    shown = button(desk, call.get_absolute_url(), act)
    press(desk, call, "call_concern")
    shown.pop("submission_token")
    assert "The call is a real concern." in text(desk.post(act, shown, follow=True))
    assert Concern.objects.count() == 1


def test_an_unsettled_call_of_an_earlier_shift_is_told_above_the_list(as_lead, unit):
    factories.CallFactory(unit=unit, called_at=timezone.now() - dt.timedelta(days=2))
    assert "1 call of earlier shifts is not settled" in text(as_lead.get(url("concern_list")))


def test_the_filters_of_calls_narrow(desk, call, test_visit):
    factories.ConcernFactory(call__venue__name="Lanternstay")
    factories.CallFactory(venue__name="Zebrano", matched_to=test_visit)
    shown = {
        about: {
            name
            for name in ("Gannet", "Lanternstay", "Zebrano")
            if name in text(desk.get(url("call_list"), {"about": about}))
        }
        for about in ("", "unsettled", "real", "test")
    }
    assert shown == {
        "": {"Gannet", "Lanternstay", "Zebrano"},
        "unsettled": {"Gannet"},
        "real": {"Gannet", "Lanternstay"},
        "test": {"Zebrano"},
    }


def test_calls_are_narrowed_to_one_of_the_command_units_that_one_may_ask_for(desk, as_lead, unit):
    elsewhere = factories.CommandUnitFactory()
    factories.ConcernFactory(unit=unit, call__venue__name="Gannet")
    factories.ConcernFactory(unit=elsewhere, call__venue__name="Zebrano")

    def shown(browser, asked):
        page = text(browser.get(url("call_list"), {"unit": asked.pk}))
        return {name for name in ("Gannet", "Zebrano") if name in page}

    assert (shown(desk, unit), shown(desk, elsewhere)) == ({"Gannet"}, {"Zebrano"})
    assert (shown(as_lead, unit), shown(as_lead, elsewhere)) == ({"Gannet"}, set())


def test_the_filters_of_concerns_narrow(as_lead, lead, unit):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    concerns = {"Gannet": {}, "Lanternstay": {"owner": lead}, "Zebrano": {"due_on": yesterday}}
    for name, fields in concerns.items():
        factories.ConcernFactory(unit=unit, call__venue__name=name, **fields)
    factories.ClosedConcernFactory(unit=unit, call__venue__name="Ostrich")
    names = ("Gannet", "Lanternstay", "Zebrano", "Ostrich")
    shown = {
        asked: {name for name in names if name in page}
        for asked in (
            "",
            "state=all",
            "state=closed",
            "only=mine",
            "only=overdue",
            "state=nonsense",
        )
        for page in [text(as_lead.get(f"{url('concern_list')}?{asked}"))]
    }
    assert shown == {
        "": {"Gannet", "Lanternstay", "Zebrano"},
        "state=all": set(names),
        "state=closed": {"Ostrich"},
        "only=mine": {"Lanternstay"},
        "only=overdue": {"Zebrano"},
        "state=nonsense": set(),
    }


def offered(browser, call):
    """The people whom the page offers to hand a concern over to."""
    return set(browser.get(url("concern_give", call.pk)).context["form"].fields["to"].queryset)


def test_a_concern_is_offered_to_leads_and_planners_of_its_unit_but_to_whoever_has_it(
    as_lead, lead, unit
):
    concern = factories.ConcernFactory(unit=unit)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    whole_force = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    elsewhere = factories.UserFactory(role=Role.CSE_LEAD, units=[factories.CommandUnitFactory()])
    assert offered(as_lead, concern.call) == {lead, planner, whole_force}
    press(as_lead, concern.call, "concern_take")
    assert offered(as_lead, concern.call) == {planner, whole_force}
    in_words = factories.ConcernFactory(call__venue=None, call__place="The quay")
    assert offered(as_lead, in_words.call) == {lead, planner, whole_force, elsewhere}


def test_a_closed_concern_is_opened_again_and_has_no_form_to_close_it(as_lead, unit):
    call = factories.ClosedConcernFactory(unit=unit).call
    assert "This concern is closed." in text(
        as_lead.get(url("concern_close", call.pk), follow=True)
    )
    answers = as_lead.get(url("concern_reopen", call.pk)).context["form"].initial
    response = as_lead.post(
        url("concern_reopen", call.pk), answers | {"reason": "A new witness"}, follow=True
    )
    assert "The concern is open again." in text(response)


# The script ---------------------------------------------------------------------------------------


@pytest.fixture
def as_administrator():
    return signed_in(factories.UserFactory(role=Role.ADMINISTRATOR))


def test_a_new_version_of_the_script_stands_before_handlers_and_the_old_one_stays(
    as_administrator, desk
):
    form = as_administrator.get(url("script_write")).context["form"]
    answers = form.initial | {"questions": "Where are you?\nWho is with you?"}
    response = as_administrator.post(url("script_write"), answers, follow=True)
    assert "The new version is saved." in text(response)
    assert "Who is with you?" in text(desk.get(url("call_add")))
    first = CallScript.objects.earliest("version")
    assert first.question_list[0] in text(desk.get(url("script_version", first.version)))


def test_the_first_version_of_a_script_begins_empty(as_administrator, desk):
    with as_owner(), pgtrigger.ignore(NEVER_CHANGES):
        CallScript.objects.all().delete()
    assert desk.get(url("script")).status_code == 200
    answers = as_administrator.get(url("script_write")).context["form"].initial
    assert answers == {"after": 0}
    said = {"questions": "Where?", "advice": "Kindly."}
    as_administrator.post(url("script_write"), answers | said)
    assert CallScript.objects.newest().version == 1


def test_titles_name_no_place(desk, call):
    title = desk.get(call.get_absolute_url()).content.decode().partition("</title>")[0]
    assert "Gannet" not in title


@pytest.mark.parametrize("page", ["call_list", "concern_list"])
def test_a_longer_list_takes_no_more_queries(unit, lead, queries_of, page):
    def more(number):
        for _ in range(number):
            concern = factories.ConcernFactory(unit=unit, owner=lead)
            factories.CallFactory(venue=concern.call.venue)

    client = signed_in(lead)
    more(2)
    few = queries_of(client, url(page))
    more(6)
    assert queries_of(client, url(page)) == few


def test_a_call_with_more_tests_near_takes_no_more_queries(desk, call, queries_of):
    def more(number):
        for _ in range(number):
            factories.UnderWayVisitFactory(venue=call.venue)

    more(1)
    few = queries_of(desk, call.get_absolute_url())
    more(4)
    assert queries_of(desk, call.get_absolute_url()) == few

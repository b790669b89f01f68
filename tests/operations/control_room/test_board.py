"""The control room's board: is the Makesafe call in hand a live test?"""

import datetime as dt
import html
import re
import uuid

import pghistory.models
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.database import scope
from accounts.models import User
from accounts.roles import Role
from govuk.dates import clock
from operations.control_room.actions import end_overdue_visit
from operations.control_room.board import Confirmed, Told, slot_of
from operations.duty import actions as duty
from operations.models import NotCompletedReason, Visit, VisitPolicy
from tests.factories import (
    CadetMemberFactory,
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    OperationVenueFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
TREAT_AS_REAL = "If you can’t find it here, treat the call as real."


@pytest.fixture
def handler(client):
    client.force_login(UserFactory(role=Role.CALL_HANDLER))
    return client


def board(client, **search):
    return client.get(reverse("operations:board"), search)


def text(response):
    return " ".join(response.content.decode().split())


def shown(response):
    return names(response.context["found"].tests)


def names(visits):
    return [visit.venue.name for visit in visits]


def live(name, factory=UnderWayVisitFactory, **fields):
    venue = VenueFactory(
        name=name, address="4 Herring Row\nWessendale", postcode=fields.pop("postcode", "ZZ1 1ZZ")
    )
    return factory(venue=venue, **fields)


def test_a_test_under_way_shows_where_since_when_and_who_leads(handler):
    officer = UserFactory(role=Role.VISITING_OFFICER, first_name="Rowan", last_name="Ashby")
    live("Gannet Hotel", officer=officer)
    page = text(board(handler))
    for part in ("Gannet Hotel", "4 Herring Row, Wessendale, ZZ1 1ZZ", "Under way", "Rowan Ashby"):
        assert part in page
    assert "Since " in page


def test_those_under_way_come_first(handler):
    now = timezone.now()
    live("Soon", VisitFactory, starts_at=now - 0.5 * HOUR)
    live("Under way", starts_at=now)
    assert shown(board(handler)) == ["Under way", "Soon"]


def test_a_call_handler_sees_no_future_visits(handler):
    now = timezone.now()
    live("Later tonight", VisitFactory, starts_at=now + 1.1 * HOUR)
    live("Next week", VisitFactory, starts_at=now + 7 * 24 * HOUR)
    live("Called off", CancelledVisitFactory, starts_at=now)
    live("Long over", CompletedVisitFactory, starts_at=now - 5 * HOUR)
    page = board(handler)
    assert shown(page) == []
    assert "Treat every Makesafe call as real" in text(page)


def test_a_test_that_has_just_ended_is_still_found(handler):
    live("Just over", CompletedVisitFactory, starts_at=timezone.now() - 2 * HOUR)
    page = board(handler)
    assert shown(page) == []
    assert names(page.context["found"].ended) == ["Just over"]
    words = text(page)
    assert "No test is live now" in words
    assert words.index("Ended a short while ago") < words.index("Over since")


def test_the_board_names_no_cadet_and_no_result(handler):
    visit = live("Just over", CompletedVisitFactory, starts_at=timezone.now() - 2 * HOUR)
    cadet = CadetMemberFactory(visit=visit).cadet
    page = text(board(handler))
    assert cadet.reference not in page
    assert "Responded well" not in page


def test_the_board_always_says_to_treat_other_calls_as_real(handler):
    assert TREAT_AS_REAL in text(board(handler))
    live("Gannet Hotel")
    assert TREAT_AS_REAL in text(board(handler))


@pytest.mark.parametrize(
    "search",
    ["gannet hotel", "HOTEL Gannet", "gannet hotel herring row", "gannet hotel zz11zz"],
)
def test_a_test_is_found_by_its_name_however_it_is_typed(search, handler):
    live("Gannet Hotel")
    page = board(handler, q=search)
    assert shown(page) == ["Gannet Hotel"]
    assert f"1 live test is “{search}”" in text(page)


@pytest.mark.parametrize("search", ["gannet", "herring", "herring row gannet", "zz1 1zz", "ZZ11ZZ"])
def test_what_may_mean_another_place_too_is_never_told_as_a_test(search, handler):
    live("Gannet Hotel")
    page = board(handler, q=search)
    assert shown(page) == []
    assert names(page.context["found"].possible) == ["Gannet Hotel"]
    words = text(page)
    assert f"No live test is certain to be “{search}”. 1 could be" in words
    assert words.index("Could be this place or another. Treat as real") < words.index("Row, Wess")


@pytest.mark.parametrize(
    "search",
    ["Lanternstay Ostermeer 66", "Lanternstay Cawdersley", "Premier Inn Ostermeer"],
)
@pytest.mark.parametrize("factory", [UnderWayVisitFactory, CompletedVisitFactory])
def test_a_similar_name_is_never_told_as_a_test(factory, search, handler):
    live("Lanternstay Ostermeer 69", factory, starts_at=timezone.now() - HOUR)
    page = board(handler, q=search)
    assert (shown(page), page.context["found"].ended) == ([], [])
    assert names(page.context["found"].similar) == ["Lanternstay Ostermeer 69"]
    words = text(page)
    assert f"No live test is “{search}”. Treat the call as real" in words
    warning = "Similar name. Treat as real unless the address is the same"
    assert words.index(warning) < words.index("Lanternstay Ostermeer 69")
    assert "live test is “" not in words.replace("No live test is “", "")


def test_a_name_that_another_place_in_the_registry_bears_is_not_told_as_a_test(handler):
    live("Premier Inn")
    assert shown(board(handler, q="premier inn")) == ["Premier Inn"]
    VenueFactory(name="Premier Inn Cawdersley", address="1 Mill Lane\nCawdersley")
    page = board(handler, q="premier inn")
    assert shown(page) == []
    assert names(page.context["found"].possible) == ["Premier Inn"]
    assert shown(board(handler, q="premier inn 4 herring row")) == ["Premier Inn"]


def test_a_name_may_mean_a_place_that_is_closed_on_record_since_the_record_may_be_wrong(handler):
    live("Gannet Hotel")
    closed = {"closed_on": "2026-01-01", "closed_reason": "Sold"}
    VenueFactory(name="Gannet Hotel", address="1 Mill Lane", **closed)
    page = board(handler, q="gannet hotel")
    assert shown(page) == []
    assert names(page.context["found"].possible) == ["Gannet Hotel"]


def test_a_name_may_mean_a_place_that_only_its_local_authority_puts_there(handler):
    live("Premier Inn Cawdersley")
    VenueFactory(
        name="Premier Inn", address="1 Mill Lane", local_authority__name="Cawdersley and Wessendale"
    )
    page = board(handler, q="premier inn cawdersley")
    assert shown(page) == []
    assert names(page.context["found"].possible) == ["Premier Inn Cawdersley"]


def test_an_entry_that_was_merged_makes_no_name_doubtful(handler):
    visit = live("Gannet Hotel")
    VenueFactory(name="Gannet Hotel", merged_into=visit.venue)
    assert shown(board(handler, q="gannet hotel")) == ["Gannet Hotel"]


@pytest.mark.parametrize("ended", [False, True])
def test_one_that_ended_lately_is_no_live_test(ended, handler):
    factory = CompletedVisitFactory if ended else UnderWayVisitFactory
    live("Gannet Hotel", factory, starts_at=timezone.now() - HOUR)
    words = text(board(handler, q="gannet hotel"))
    assert ("1 live test is “gannet hotel”" in words) is not ended
    assert ("No live test is “gannet hotel”. 1 test there ended lately" in words) is ended


def test_a_search_leaves_out_the_rest_and_says_so_when_nothing_is_left(handler):
    live("Gannet Hotel")
    live("Kestrel Lodge")
    assert shown(board(handler, q="kestrel lodge")) == ["Kestrel Lodge"]
    nothing = text(board(handler, q="beacon"))
    assert "No live test is like “beacon”" in nothing
    assert "Treat the call as real" in nothing


def test_the_list_alone_comes_to_a_page_that_refreshes_itself(handler):
    live("Gannet Hotel")
    part = refresh(handler)
    assert "Gannet Hotel" in text(part)
    assert "<html" not in text(part)
    assert 'id="answer" hx-swap-oob="innerHTML"' in text(part)


def test_a_list_that_has_not_changed_is_not_announced_again(handler):
    live("Gannet Hotel")
    page = board(handler).context
    seen = {"seen": page["seen"], "tonight": page["tonight_seen"], "map": page["map_seen"]}
    same = refresh(handler, **seen)
    assert same.headers["HX-Reswap"] == "none"
    assert "Gannet Hotel" not in text(same)
    assert 'id="board-time" hx-swap-oob' in text(same)

    live("Kestrel Lodge")
    assert "Kestrel Lodge" in text(refresh(handler, **seen))


def test_the_sentence_always_repeats_what_was_typed(handler):
    """Also where the list stays as it was: from one search that finds nothing to another."""
    live("Gannet Hotel")
    for first, then in (("Premier Inn", "Travelodge"), ("gannet", "herring")):
        seen = board(handler, q=first).context["seen"]
        part = refresh(handler, q=then, seen=seen)
        assert "HX-Reswap" not in part.headers
        assert f"“{then}”" in text(part)
        assert first not in text(part)


def test_only_an_answer_of_the_board_itself_counts_as_one(handler):
    assert refresh(handler).headers["HX-Trigger"] == "board-answered"


def test_a_board_left_open_after_signing_out_shows_the_sign_in_page_not_rows(client):
    client.force_login(UserFactory(role=Role.CALL_HANDLER))
    client.logout()
    answer = client.get(reverse("operations:board"), headers={"HX-Request": "true"}, follow=True)
    assert answer.headers["HX-Redirect"].startswith(reverse("account_login"))


def refresh(client, **search):
    return client.get(reverse("operations:board"), search, headers={"HX-Request": "true"})


@pytest.mark.parametrize("role", [Role.VISITING_OFFICER, Role.PLANNER, Role.CSE_LEAD])
def test_only_the_control_room_sees_the_board(role, client):
    client.force_login(UserFactory(role=role, whole_force=True))
    assert board(client).status_code == 403


def test_the_board_takes_as_many_queries_for_many_tests_as_for_one(handler):
    counts = []
    for number in range(1, 4):
        live(f"Gannet {number}")
        for search in ("", "gannet 1"):
            with CaptureQueriesContext(connection) as context:
                board(handler, q=search)
            counts.append(len(context))
    counts = [counts[0] - counts[-2], counts[1] - counts[-1]]
    assert counts == [0, 0]


# Test now, or treat as real ----------------------------------------------------------------------


def says(page):
    """The one answer of a page: which of the two, and never both."""
    words = text(page)
    answers = [word for word in ("TEST NOW", "TREAT AS REAL") if word in words]
    assert len(answers) == 1
    assert (page.context["told"].is_test) == (answers == ["TEST NOW"])
    return page.context["told"]


def test_a_certain_test_is_told_with_its_lead_its_place_and_since_when(handler):
    officer = UserFactory(role=Role.VISITING_OFFICER, first_name="Rowan", last_name="Ashby")
    visit = live("Gannet Hotel", officer=officer)
    page = board(handler, q="gannet hotel")
    assert says(page) == Told.TEST
    words = text(page)
    for part in ("4 Herring Row, Wessendale", "Rowan Ashby", f"since {clock(visit.started_at)}"):
        assert part in words


def test_a_visit_in_its_window_is_certain_and_says_that_nobody_has_started_it(handler):
    live("Gannet Hotel", VisitFactory, starts_at=timezone.now() - HOUR)
    page = board(handler, q="gannet hotel")
    assert says(page) == Told.TEST
    assert "Not started yet. Its window:" in text(page)


@pytest.mark.parametrize(
    ("factory", "hours", "told"),
    [
        (VisitFactory, 0.5, Told.DOUBT),  # not begun
        (VisitFactory, -2.1, Told.DOUBT),  # its window is over, and nobody came
        (UnderWayVisitFactory, -2.1, Told.TEST),  # late, and its team is there
        (UnderWayVisitFactory, -3, Told.DOUBT),  # too late
        (CompletedVisitFactory, -1, Told.REAL),  # ended a short while ago
    ],
)
def test_a_team_that_is_early_or_late_is_real_unless_it_is_under_way(factory, hours, told, handler):
    live("Gannet Hotel", factory, starts_at=timezone.now() + hours * HOUR)
    assert says(board(handler, q="gannet hotel")) == told


def test_two_candidates_are_real(handler):
    live("Gannet Hotel")
    VenueFactory(name="Gannet Hotel", address="1 Mill Lane")
    assert says(board(handler, q="gannet hotel")) == Told.DOUBT


def test_a_place_where_a_real_concern_was_found_is_real_though_another_test_is_on(handler):
    visit = live("Gannet Hotel")
    reason = NotCompletedReason.REAL_CONCERN
    now = timezone.now()
    NotCompletedVisitFactory(venue=visit.venue, starts_at=now - HOUR, not_completed_reason=reason)
    assert says(board(handler, q="gannet hotel")) == Told.DOUBT


def test_what_nothing_is_like_is_real(handler):
    live("Gannet Hotel")
    assert says(board(handler, q="kestrel")) == Told.REAL
    assert says(board(handler, q="!")) == Told.REAL


def test_without_a_search_there_is_no_answer(handler):
    live("Gannet Hotel")
    page = board(handler)
    assert page.context["told"] is None
    assert "TEST NOW" not in text(page)


def confirm(page, client):
    [link] = re.findall(r'href="([^"]+place=[^"]+)"', page.content.decode())
    return client.get(html.unescape(link))


def test_a_place_that_the_caller_confirms_is_certain_until_something_else_is_typed(handler):
    live("Gannet Hotel")
    page = board(handler, q="herring row")
    assert says(page) == Told.DOUBT
    page = confirm(page, handler)
    assert says(page) == Told.TEST
    assert "The caller confirmed this place." in text(page)
    kept = kept_by(page)
    assert kept["said"] == "herring row"
    assert says(refresh(handler, q="herring row", **kept)) == Told.TEST
    assert says(refresh(handler, q="herring", **kept)) == Told.DOUBT


def kept_by(page):
    """What the board sends along with its next question."""
    found = re.findall(r'name="(place|said)" value="([^"]*)"', page.content.decode())
    return {name: html.unescape(value) for name, value in found}


def test_a_name_with_a_slip_is_asked_about_and_a_test_once_the_caller_has_said_it(handler):
    live("Gannet Hotel")
    page = board(handler, q="ganet hotel")
    assert says(page) == Told.DOUBT
    told = text(page)
    assert "Did they say <strong>Gannet Hotel, 4 Herring Row</strong>? Ask the caller" in told
    assert "do not read them out" in told
    page = confirm(page, handler)
    assert says(page) == Told.TEST
    assert "The caller confirmed this place." in text(page)


def test_what_was_confirmed_falls_when_anything_of_the_visit_changes(handler):
    visit = live("Gannet Hotel")
    page = confirm(board(handler, q="herring row"), handler)
    Visit.objects.filter(pk=visit.pk).update(version=F("version") + 1)
    page = refresh(handler, q="herring row", **kept_by(page))
    assert says(page) == Told.DOUBT
    assert kept_by(page) == {}


def test_what_was_confirmed_falls_after_some_minutes():
    visit, now = live("Gannet Hotel"), timezone.now()
    confirmed = Confirmed(visit.pk, visit.version, slot_of(now))
    holds = {
        minutes: confirmed.place([visit], at=now + dt.timedelta(minutes=minutes))
        for minutes in (0, 9, 16, -6)
    }
    assert holds == {0: visit.venue_id, 9: visit.venue_id, 16: None, -6: None}


def test_what_is_merely_like_a_test_can_not_be_confirmed(handler):
    visit = live("Lanternstay Ostermeer 69")
    page = board(handler, q="lanternstay ostermeer 66")
    assert "place=" not in page.content.decode()
    typed = "lanternstay ostermeer 66"
    place = f"{visit.number}.{visit.version}.{slot_of(timezone.now())}"
    assert says(board(handler, q=typed, place=place, said=typed)) == Told.REAL


@pytest.mark.parametrize("place", ["x", "-1", "1" * 40, "²", "", "7kq2m9xd.1.1", "1.².3"])
def test_a_place_that_is_none_confirms_nothing(place, handler):
    live("Gannet Hotel")
    assert says(board(handler, q="gannet", place=place, said="gannet")) == Told.DOUBT


def test_where_the_board_was_leads_to_it_with_what_was_typed(handler):
    answer = handler.get("/live/?q=gannet")
    assert answer.status_code == 301
    assert answer.url == "/control-room/?q=gannet"


# Past its time ----------------------------------------------------------------------------------


@pytest.fixture
def left():
    """A visit whose officer's account was closed while it was under way, long past its window."""
    visit = live("Gannet Hotel", starts_at=timezone.now() - 4 * HOUR)
    visit.started_by.is_active = False
    visit.started_by.save()
    return visit


@pytest.mark.parametrize("search", ["", "gannet", "gannet hotel"])
@pytest.mark.parametrize("factory", [UnderWayVisitFactory, VisitFactory])
def test_a_visit_past_its_time_is_marked_and_never_told_as_a_test(factory, search, handler):
    live("Gannet Hotel", factory, starts_at=timezone.now() - 2.6 * HOUR)
    page = board(handler, q=search)
    assert (shown(page), page.context["found"].possible) == ([], [])
    assert names(page.context["found"].overdue) == ["Gannet Hotel"]
    assert "Overdue: treat calls as real" in text(page)
    assert "1 live test" not in text(page)


def test_a_visit_is_overdue_by_the_margin_of_the_policy(handler):
    live("Gannet Hotel", starts_at=timezone.now() - 2.25 * HOUR)
    assert shown(board(handler)) == ["Gannet Hotel"]
    VisitPolicy.objects.create(valid_from=timezone.localdate() - 7 * DAY, overdue_after_minutes=10)
    assert names(board(handler).context["found"].overdue) == ["Gannet Hotel"]


def test_a_row_says_whether_its_lead_has_left_and_its_visit_was_started(handler, left):
    live("Kestrel Inn", VisitFactory, starts_at=timezone.now() - 3 * HOUR)
    page = text(board(handler))
    assert f"{left.started_by}, has left" in page
    assert page.count("has left") == 1
    assert page.count("Never started") == 1
    assert "Under way" not in page


def end(client, visit, reason="The team is back, its phone is lost"):
    return client.post(reverse("operations:visit_end", args=[visit.pk]), {"reason": reason})


def test_the_control_room_ends_a_visit_that_its_team_left_under_way(handler, left):
    url = reverse("operations:visit_end", args=[left.pk])
    assert url in text(board(handler))
    page = text(handler.get(url))
    assert "End the visit to Gannet Hotel" in page
    assert "Its team can still log what it saw" in page
    assert end(handler, left).url == reverse("operations:board")
    left.refresh_from_db()
    assert (left.state, left.not_completed_reason) == ("not_completed", "not_closed")
    assert left.not_completed_notes == "The team is back, its phone is lost"
    page = board(handler)
    assert names(page.context["found"].ended) == ["Gannet Hotel"]
    assert "No test is live now" in text(page)


def test_of_two_who_end_a_visit_the_second_is_told_that_it_is_ended(handler, left):
    url = reverse("operations:visit_end", args=[left.pk])
    end(handler, left)
    answer = end(handler, left, "It is over")
    assert answer.url == reverse("operations:board")
    assert "has been ended already" in text(handler.get(answer.url))
    assert handler.get(url).status_code == 302
    left.refresh_from_db()
    assert left.not_completed_notes == "The team is back, its phone is lost"


@pytest.mark.parametrize("person", ["planner of its unit", "lead of its operation"])
def test_a_planner_of_its_unit_and_the_lead_of_its_operation_end_it_too(person, client, left):
    unit = left.venue.local_authority.command_unit
    OperationVenueFactory(operation=left.operation, venue=left.venue)
    lead = left.operation.lead
    lead.command_units.set([CommandUnitFactory()])
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    client.force_login(planner if person == "planner of its unit" else lead)
    page = text(client.get(left.operation.get_absolute_url()))
    assert "Overdue:" in page
    assert reverse("operations:visit_end", args=[left.pk]) in page
    assert end(client, left).url == left.operation.get_absolute_url()
    left.refresh_from_db()
    assert left.not_completed_reason == "not_closed"
    assert "Overdue:" not in text(client.get(left.operation.get_absolute_url()))


@pytest.mark.parametrize("state", ["within its time", "planned"])
def test_the_lead_of_an_operation_learns_of_no_visit_before_its_time_has_passed(state, client):
    factory = VisitFactory if state == "planned" else UnderWayVisitFactory
    visit = live("Gannet Hotel", factory, starts_at=timezone.now() - HOUR)
    client.force_login(visit.operation.lead)
    page = text(client.get(visit.operation.get_absolute_url()))
    assert "Gannet" not in page
    assert end(client, visit).status_code == 404
    assert client.get(visit.get_absolute_url()).status_code == 404
    # Of one whose start is near they have the number, to allow it although something is missing.
    assert (f"Visit {visit.number}" in page) == (state == "planned")
    with scope.acting(visit.operation.lead):
        assert Visit.objects.exists() == (state == "planned")


@pytest.mark.parametrize("role", list(Role))
def test_nobody_else_ends_it(role, client, left):
    elsewhere = UserFactory(role=role, units=[CommandUnitFactory()])
    if role == Role.CALL_HANDLER:
        return
    client.force_login(elsewhere)
    assert end(client, left).status_code in (403, 404)
    with pytest.raises(PermissionDenied):
        end_overdue_visit(visit=left, reason="Over", by=elsewhere, at=timezone.now())


def test_why_and_by_whom_it_was_ended_is_on_record(handler, left):
    end(handler, left, "The lead’s phone is lost")
    event = pghistory.models.Events.objects.tracks(left).order_by("-pgh_id")
    last = event.filter(pgh_diff__has_key="state").first()
    assert last.pgh_context["reason"] == "The lead’s phone is lost"
    assert User.objects.get(pk=last.pgh_context["user"]).groups.get().name == Role.CALL_HANDLER


def test_a_visit_within_its_time_is_for_its_team_alone_to_end(handler):
    visit = live("Gannet Hotel", starts_at=timezone.now() - 2.25 * HOUR)
    handler_user = UserFactory(role=Role.CALL_HANDLER)
    assert end(handler, visit).status_code == 404
    with pytest.raises(Refused, match="its team alone can end this visit"):
        end_overdue_visit(visit=visit, reason="Over", by=handler_user, at=timezone.now())


def test_a_visit_can_be_ended_by_a_server_whose_clock_is_behind_that_of_its_start(handler):
    started = timezone.now()
    left = live("Gannet Hotel", starts_at=started - 3 * HOUR, started_at=started)
    by = UserFactory(role=Role.CALL_HANDLER)
    behind = started - dt.timedelta(seconds=1)
    ended = end_overdue_visit(visit=left, reason="Over", by=by, at=behind)
    assert ended.ended_at == started


def test_a_visit_is_ended_once_and_never_without_a_reason(handler, left):
    now, by = timezone.now(), UserFactory(role=Role.CALL_HANDLER)
    with pytest.raises(Refused, match="Enter why"):
        end_overdue_visit(visit=left, reason=" \u200b", by=by, at=now)
    assert "Enter why you are ending the visit" in text(end(handler, left, ""))
    first = end_overdue_visit(visit=left, reason="Over", by=by, at=now)
    again = end_overdue_visit(visit=left, reason="Over", by=by, at=now + HOUR)
    assert again.ended_at == first.ended_at
    with pytest.raises(Refused, match="not completed by now"):
        end_overdue_visit(visit=left, reason="Something else", by=by, at=now)


def test_a_team_does_not_say_of_itself_that_it_did_not_close_the_visit():
    left = live("Gannet Hotel")
    with pytest.raises(Refused, match="Select why"):
        duty.log_not_completed(
            visit=left,
            reason=NotCompletedReason.NOT_CLOSED,
            notes="",
            submission=uuid.uuid4(),
            by=left.started_by,
            at=timezone.now(),
        )

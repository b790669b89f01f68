"""The control room's board: is the Makesafe call in hand a live test?"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests.factories import (
    CadetMemberFactory,
    CancelledVisitFactory,
    CompletedVisitFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
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
    return [visit.venue.name for visit in response.context["visits"]]


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
    assert [visit.venue.name for visit in page.context["ended"]] == ["Just over"]
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
    ["gannet", "GANNET hot", "ganet hotel", "herring", "herring row gannet", "zz1 1zz", "ZZ11ZZ"],
)
def test_a_test_is_found_by_name_street_or_postcode_however_it_is_typed(search, handler):
    live("Gannet Hotel")
    assert shown(board(handler, q=search)) == ["Gannet Hotel"]


def test_a_search_leaves_out_the_rest_and_says_so_when_nothing_is_left(handler):
    live("Gannet Hotel")
    live("Kestrel Lodge")
    assert shown(board(handler, q="kestrel")) == ["Kestrel Lodge"]
    nothing = text(board(handler, q="beacon"))
    assert "No live test is like “beacon”" in nothing
    assert "Treat the call as real" in nothing


def test_the_list_alone_comes_to_a_page_that_refreshes_itself(handler):
    live("Gannet Hotel")
    part = refresh(handler)
    assert "Gannet Hotel" in text(part)
    assert "<html" not in text(part)
    assert 'id="live-tests-count" hx-swap-oob' in text(part)


def test_a_list_that_has_not_changed_is_not_announced_again(handler):
    live("Gannet Hotel")
    seen = board(handler).context["seen"]
    same = refresh(handler, seen=seen)
    assert same.headers["HX-Reswap"] == "none"
    assert "Gannet Hotel" not in text(same)
    assert 'id="board-time" hx-swap-oob' in text(same)

    live("Kestrel Lodge")
    assert "Kestrel Lodge" in text(refresh(handler, seen=seen))


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
        live(f"Hotel {number}")
        with CaptureQueriesContext(connection) as context:
            board(handler)
        counts.append(len(context))
    assert counts[0] == counts[-1]

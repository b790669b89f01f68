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
    ["Lanternstay Ostermeer 66", "Lanternstay Cawdersley", "Premier Inn Ostermeer", "lanternsty"],
)
@pytest.mark.parametrize("factory", [UnderWayVisitFactory, CompletedVisitFactory])
def test_a_similar_name_is_never_told_as_a_test(factory, search, handler):
    live("Lanternstay Ostermeer 69", factory, starts_at=timezone.now() - HOUR)
    page = board(handler, q=search)
    assert (shown(page), page.context["found"].ended) == ([], [])
    assert names(page.context["found"].similar) == ["Lanternstay Ostermeer 69"]
    words = text(page)
    assert f"No live test is “{search}”. Treat the call as real" in words
    warning = "Similar name, another place. Treat as real unless the address is the same"
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

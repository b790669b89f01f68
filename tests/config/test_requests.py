"""Each request has an id, and a line that says how it ended without saying of whom."""

import re
import uuid
from pathlib import Path

import pytest
import structlog
from django.contrib.auth import authenticate
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path, reverse
from structlog.contextvars import get_contextvars

from accounts.roles import Role
from config.requests import HEADER, RequestId, client_address
from operations.models import Outcome
from tests.answers import NOTHING_NOTICED
from tests.factories import PASSWORD, UnderWayVisitFactory, UserFactory, VenueFactory

SAMPLE = Path(__file__).resolve().parents[1] / "venues" / "samples" / "official_2020.xml"
PROPOSED = uuid.uuid5(uuid.NAMESPACE_DNS, "proxy.example.org").hex


def named(**headers: str) -> tuple[str, str]:
    """The id of a request with these headers, inside of the product and on its answer."""
    seen = []

    def product(request):
        seen.append(request.request_id)
        assert get_contextvars()["request_id"] == request.request_id
        return HttpResponse()

    request = RequestFactory().get("/", headers=headers)
    request.resolver_match = None
    response = RequestId(product)(request)
    return seen[0], response[HEADER]


def test_every_request_has_an_id_of_its_own_and_its_answer_tells_it():
    inside, outside = named()
    assert inside == outside
    assert uuid.UUID(inside).version == 4
    assert named() != named()


def test_the_id_is_that_of_the_proxy_where_there_is_one(settings):
    settings.BEHIND_PROXY = True
    assert named(**{HEADER: PROPOSED}) == (PROPOSED, PROPOSED)
    assert named(**{HEADER: str(uuid.UUID(PROPOSED)).upper()}) == (PROPOSED, PROPOSED)


def test_a_stranger_can_not_choose_the_id(settings):
    settings.BEHIND_PROXY = False
    assert named(**{HEADER: PROPOSED})[0] != PROPOSED


@pytest.mark.parametrize("value", ["", "x", PROPOSED + "0", PROPOSED[:-1] + "\n", "Oriel Fenwick"])
def test_an_id_of_another_shape_is_replaced(settings, value):
    settings.BEHIND_PROXY = True
    assert re.fullmatch("[0-9a-f]{32}", named(**{HEADER: value})[0])
    assert named(**{HEADER: value})[0] != value


def test_what_one_request_was_about_is_forgotten_before_the_next():
    named()
    assert not get_contextvars()


@pytest.mark.django_db
def test_a_line_says_who_by_id_which_page_and_how_it_ended_but_no_query(client, log):
    planner = UserFactory(role=Role.PLANNER)
    client.force_login(planner)
    venue = VenueFactory()
    address = reverse("venues:venue_detail", args=[venue.pk])
    response = client.get(address + "?q=Oriel+Fenwick", REMOTE_ADDR="203.0.113.7")
    line = log.line("request")
    assert line["request_id"] == response[HEADER]
    assert line["user"] == planner.pk
    assert (line["method"], line["route"], line["pk"]) == (
        "GET",
        "venues/<int:pk>/",
        str(venue.pk),
    )
    assert line["status"] == response.status_code
    assert line["ms"] >= 0
    for told in ("Fenwick", "203.0.113.7", planner.username, planner.last_name, venue.name):
        assert told not in log.getvalue()


@pytest.mark.django_db
def test_a_line_in_the_middle_of_a_request_says_for_whom(client, log, settings):
    @override_settings(ROOT_URLCONF=type("urls", (), {"urlpatterns": [path("", page)]}))
    def ask():
        return client.get("/")

    user = UserFactory()
    client.force_login(user)
    response = ask()
    line = log.line("in the middle")
    assert (line["user"], line["request_id"]) == (user.pk, response[HEADER])


def page(request):
    structlog.get_logger("tests").info("in the middle")
    return HttpResponse()


@pytest.mark.django_db
def test_a_page_that_may_not_be_opened_is_a_warning(client, log):
    officer = UserFactory(role=Role.VISITING_OFFICER)
    client.force_login(officer)
    assert client.get(reverse("venues:import_add")).status_code == 403
    line = log.line("request")
    assert (line["level"], line["status"], line["user"]) == ("warning", 403, officer.pk)


@pytest.mark.django_db
def test_an_address_that_a_stranger_typed_is_not_logged(client, log):
    client.force_login(UserFactory())
    assert client.get("/Oriel/Fenwick/").status_code == 404
    assert log.line("request")["route"] is None
    assert "Fenwick" not in log.getvalue()


@pytest.mark.django_db
def test_signing_in_and_out_is_logged_and_a_refusal_without_the_name_tried(client, log):
    user = UserFactory(username="oriel.fenwick")
    user.set_password(PASSWORD)
    user.save()
    assert authenticate(username="oriel.fenwick", password=PASSWORD[1:]) is None
    assert log.line("sign-in refused")["level"] == "warning"
    client.login(username="oriel.fenwick", password=PASSWORD)
    assert log.line("signed in")["user"] == user.pk
    client.logout()
    assert log.line("signed out")["user"] == user.pk
    assert "fenwick" not in log.getvalue()
    assert PASSWORD not in log.getvalue()


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/", "/", "/static/accounts/admin.css"])
def test_every_answer_has_the_policies(client, address):
    response = client.get(address)
    headers = HEADERS | ({"X-Frame-Options": None} if "static" in address else {})
    for name, value in headers.items():
        found = response.get(name)
        if name == "Content-Security-Policy":
            assert set(found.split("; ")) == set(value.split("; "))
            assert "unsafe" not in found
        else:
            assert found == value, name
    assert "Access-Control-Allow-Origin" not in response
    permissions = response["Permissions-Policy"].split(", ")
    assert [one for one in permissions if not one.endswith("=()")] == [
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(permissions)


@pytest.mark.django_db
def test_no_folder_is_listed_and_no_request_is_echoed(client):
    assert client.get("/static/").status_code == 404
    response = client.trace("/sign-in/", headers={"cookie": "sessionid=a-secret"})
    assert response.status_code == 405
    assert b"a-secret" not in response.content


@pytest.mark.django_db
def test_over_https_the_browser_is_told_to_stay_with_it(client, settings):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    found = client.get("/sign-in/", secure=True)["Strict-Transport-Security"]
    assert found == "max-age=31536000; includeSubDomains"


@pytest.mark.django_db
def test_a_message_of_an_act_travels_in_no_cookie(client, settings):
    client.force_login(UserFactory(role=Role.PLANNER))
    with SAMPLE.open("rb") as file:
        response = client.post(reverse("venues:import_add"), {"file": file}, follow=True)
    assert "was imported." in response.content.decode()
    assert set(client.cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


# Where from -------------------------------------------------------------------------------------


def address(settings, *, proxy=True, remote="10.0.0.1", **headers: str) -> str:
    settings.BEHIND_PROXY = proxy
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:50123", "192.0.2.7"),
        ("[2001:db8::7]:50123", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", ""),
        ("192.0.2.7, unknown", ""),
        ("192.0.2.7,", ""),
        ("", ""),
        ("_hidden", ""),
        ("192.0.2.999", ""),
        ("192.0.2.7\x00", ""),
        ("'; DROP TABLE", ""),
    ],
)
def test_the_address_is_the_one_our_proxy_put_last_or_none(settings, told, means):
    assert address(settings, **{"x-forwarded-for": told}) == means


def test_without_our_proxy_its_headers_count_for_nothing(settings):
    assert address(settings, proxy=False, **{"x-forwarded-for": "192.0.2.7"}) == "10.0.0.1"


def test_a_request_that_came_round_the_proxy_has_its_own_address(settings):
    assert address(settings) == "10.0.0.1"


def test_a_server_on_a_socket_of_the_machine_knows_no_address(settings):
    assert address(settings, proxy=False, remote="") == ""


MALFORMED = [
    {"x-forwarded-for": "unknown"},
    {"x-forwarded-for": ""},
    {"x-forwarded-proto": "https, gopher"},
    {"x-forwarded-host": "[oriel"},
    {"x-request-id": "not a number"},
    {"cookie": "sessionid=nonsense"},
    {"cookie": r'sessionid="\000\000\000\000\000\000\000\000"'},
    {"cookie": r'csrftoken="\000"; sessionid; =; ;;'},
    {"cookie": "sessionid=" + "x" * 5000},
    {"content-type": "text/html; charset=nonsense"},
    {"accept": "\x00"},
    {"accept-language": "xx-" * 300},
    {"accept-encoding": ";;q=,"},
    {"if-modified-since": "yesterday"},
    {"if-none-match": '"'},
    {"range": "bytes=9-1"},
    {"referer": "http://[oriel"},
    {"origin": "http://[oriel"},
    {"user-agent": "é" * 3000},
    {"hx-request": "true", "hx-current-url": "http://[oriel"},
    {"hx-request": "true", "hx-current-url-uri-autoencoded": "true", "hx-current-url": "%ff"},
]


@pytest.mark.django_db
@pytest.mark.parametrize("headers", MALFORMED, ids=str)
def test_a_malformed_header_is_no_error_and_keeps_nobody_out(settings, headers):
    settings.BEHIND_PROXY = True
    sign_in = reverse("account_login")
    for path_ in (sign_in, settings.STATIC_URL + "icon.svg"):
        assert Client().get(path_, headers=headers).status_code in (200, 304, 416)
    person = UserFactory(username="oriel", role=Role.PLANNER)
    person.set_password(PASSWORD)
    person.save()
    form = {"login": "oriel", "password": PASSWORD}
    told = {name: value for name, value in headers.items() if name != "content-type"}
    client = Client()
    assert client.post(sign_in, form, headers=told).status_code == 302
    if "cookie" not in headers:
        assert client.get(reverse("venues:venue_list"), headers=headers).status_code == 200


@pytest.mark.django_db
@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https", "HTTPS, http"])
def test_a_proxy_says_https_in_whatever_case(client, settings, scheme):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    told = {"x-forwarded-proto": scheme}
    assert client.get(reverse("account_login"), headers=told).status_code == 200
    assert client.get(reverse("account_login"), headers=told | {"x-forwarded-proto": "HTTP"}).url


def test_an_address_that_can_not_be_read_is_logged_without_it(client, log, settings):
    settings.BEHIND_PROXY = True
    client.post(reverse("account_login"), headers={"x-forwarded-for": "Oriel Fenwick"})
    assert log.line("the client's address can not be read")["level"] == "warning"
    assert "Fenwick" not in log.getvalue()


# What is kept is acknowledged -------------------------------------------------------------------


def ends_all_sessions(save, session, **options):
    Session.objects.all().delete()
    return save(session, **options)


def goes_away(save, session, **options):
    raise OperationalError("the server closed the connection")


@pytest.fixture(params=[ends_all_sessions, goes_away], ids=lambda failure: failure.__name__)
def unsaved(request, monkeypatch):
    """Call it, and from then on no session can be saved."""
    save = SessionStore.save

    def begin():
        monkeypatch.setattr(
            SessionStore, "save", lambda session, **options: request.param(save, session, **options)
        )

    return begin


@pytest.mark.django_db
def test_an_outcome_that_is_stored_is_acknowledged_though_the_session_can_not_be_saved(
    client, unsaved
):
    officer = UserFactory(role=Role.VISITING_OFFICER)
    visit = UnderWayVisitFactory(officer=officer)
    client.force_login(officer)
    unsaved()
    submission = uuid.uuid4()
    response = client.post(
        reverse("operations:outcome_add", args=[visit.pk]),
        NOTHING_NOTICED | {"submission": submission},
    )
    assert Outcome.objects.filter(submission=submission).count() == 1
    assert (response.status_code, response.url) == (302, visit.get_absolute_url())


@pytest.mark.django_db
def test_nobody_is_told_they_are_signed_in_whose_session_could_not_be_saved(unsaved):
    person = UserFactory(username="oriel", role=Role.PLANNER)
    person.set_password(PASSWORD)
    person.save()
    unsaved()
    client = Client(raise_request_exception=False)
    form = {"login": "oriel", "password": PASSWORD}
    response = client.post(reverse("account_login"), form)
    assert response.status_code in (400, 503)
    assert client.get(reverse("accounts:home")).status_code == 302

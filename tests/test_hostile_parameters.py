"""Control characters in whatever a request may bring are refused in words or dropped: never 500."""

import re
import uuid
from unittest.mock import Mock

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.test import AsyncRequestFactory, Client
from django.urls import reverse

from accounts.middleware import TidyAddress, _without_hidden
from accounts.models import User
from accounts.roles import Role
from operations.models import Cadet
from tests import factories
from tests.test_access import ROLES, address, rows, world  # noqa: F401  # a fixture
from venues.models import Venue

#: Every name that a page of ours reads from a query, and those of Django's lists.
QUERY = (
    "q page show unit authority kind group training coverage verdict status state only responsible "
    "other venue after since_day since_month since_year until_day until_month until_year person "
    "number act command_unit operation scenario selection not_visited_since_day "
    "not_visited_since_month not_visited_since_year seen next back o p e all _popup "
    "_changelist_filters is_active__exact groups__id__exact valid_from__gte"
).split()
HOSTILE = ("1\x00", "\x1b\n\u202e٣", "9" * 400)
ADMINISTRATION = [
    ("admin:accounts_user_changelist", ()),
    ("admin:accounts_user_add", ()),
    ("admin:accounts_user_change", ("_00",)),
    ("admin:accounts_user_history", ("1_00",)),
    ("admin:operations_cadetpolicy_changelist", ()),
    ("admin:operations_cadetpolicy_add", ()),
    ("admin:operations_warningsign_changelist", ()),
    ("admin:venues_commandunit_changelist", ()),
    ("admin:venues_localauthority_changelist", ()),
    ("admin:venues_venuegroup_changelist", ()),
    ("admin:index", ()),
    ("admin:app_list", ("venues",)),
    ("admin:jsi18n", ()),
    ("admin:autocomplete", ()),
]
FIELD = re.compile(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"')


@pytest.fixture
def everybody(world):  # noqa: F811
    people, made = world
    User.objects.filter(pk=people[Role.ADMINISTRATOR].pk).update(whole_force=True)
    clients = {}
    for role, person in people.items():
        clients[role] = Client(raise_request_exception=False)
        clients[role].force_login(person)
    return clients, made


def pages(made):
    """Each page with a role that may open it."""
    for name, about, codes, _ in rows():
        allowed = [role for role, code in zip(ROLES, codes, strict=True) if code in (200, 405)]
        if allowed:
            yield name, address(name, about, made), allowed[0]
    for name, args in ADMINISTRATION:
        yield name, reverse(name, args=args), Role.ADMINISTRATOR


def test_no_query_of_any_page_breaks_it(everybody):
    clients, made = everybody
    broken = []
    for name, url, role in pages(made):
        for hostile in HOSTILE:
            query = QueryDict(mutable=True)
            for parameter in QUERY:
                query[parameter] = hostile
            status = clients[role].get(f"{url}?{query.urlencode()}").status_code
            if status >= 500:
                broken.append((name, hostile, status))
    assert broken == []


def test_no_empty_parameter_of_django_breaks_a_page_of_the_administration(everybody):
    clients, _ = everybody
    administrator = clients[Role.ADMINISTRATOR]
    people = [("admin:accounts_user_change", (str(User.objects.latest("pk").pk),))]
    broken = []
    for name, args in ADMINISTRATION + people:
        for parameter in ("_to_field", "_popup", "_changelist_filters", "_facets", "_source_model"):
            url = f"{reverse(name, args=args)}?{parameter}="
            statuses = {administrator.get(url).status_code}
            statuses.add(administrator.post(url, {parameter: ""}).status_code)
            if max(statuses) >= 500:
                broken.append((name, parameter))
    assert broken == []


def test_no_form_of_any_page_breaks_it(everybody):
    clients, made = everybody
    broken = []
    for name, url, role in pages(made):
        page = clients[role].get(url)
        is_page = page.status_code == 200 and page["Content-Type"].startswith("text/html")
        fields = set(FIELD.findall(page.text)) if is_page else set()
        fields -= {"csrfmiddlewaretoken", "submission_token"}
        for hostile in HOSTILE:
            status = clients[role].post(url, dict.fromkeys(fields, hostile)).status_code
            if status >= 500:
                broken.append((name, hostile, status))
    assert broken == []


def test_no_control_character_in_a_path_breaks_a_page(everybody):
    clients, made = everybody
    for name, url, role in pages(made):
        for part in ("%00", "%1b", "%0a", "%7f"):
            for path in (url + part, url[:-1] + part + "/", part + url[1:]):
                status = clients[role].get("/" + path.lstrip("/")).status_code
                assert status == 400, (name, path, status)


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["\x00", "abcdefgh\x00", '"abcdefgh\\000"', "\x1b" * 40])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_no_cookie_breaks_a_page(name, value):
    client = Client(raise_request_exception=False)
    client.cookies[name] = value
    raw = {"HTTP_COOKIE": f"{name}={value}"}
    assert client.get(reverse("account_login"), **raw).status_code == 200
    assert client.post(reverse("account_login"), {"login": "x"}, **raw).status_code < 500


@pytest.mark.django_db
def test_signing_in_with_a_name_that_no_database_holds_is_refused_in_words(client):
    page = client.post(reverse("account_login"), {"login": "ada\x00", "password": "x" * 12})
    assert page.status_code == 200
    assert "do not match" in page.text


@pytest.mark.parametrize("charset", ["hex", "idna", "punycode", "undefined", "utf-16"])
def test_what_comes_in_an_encoding_that_no_page_of_ours_has_is_refused_unread(charset):
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    request = AsyncRequestFactory().generic("POST", "/sign-in/", b"--x--", kind)
    with pytest.raises(BadRequest, match="UTF-8"):
        TidyAddress(Mock())(request)


@pytest.mark.parametrize("charset", ["utf-8", "UTF8"])
def test_what_comes_in_utf_8_is_taken_however_it_is_written(charset):
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = Mock()
    TidyAddress(answer)(AsyncRequestFactory().generic("POST", "/sign-in/", b"--x--", kind))
    answer.assert_called_once()


@pytest.mark.django_db
@pytest.mark.parametrize("referer", ["http://[", "http://testserver]/", "http://testserver//x.y/"])
def test_no_referer_breaks_a_button_or_leads_elsewhere(referer):
    button = reverse("accounts:undo", args=[uuid.uuid4()])
    page = Client(raise_request_exception=False).post(button, headers={"referer": referer})
    assert page["Location"] == f"{reverse('account_login')}?next={reverse('accounts:home')}"


@pytest.mark.django_db
def test_the_address_of_a_page_with_a_control_character_says_that_it_can_not_be_read(client):
    page = client.get("/venues/%00/")
    assert page.status_code == 400
    assert "reference" in page.text


def test_a_password_is_taken_as_it_is():
    sent = QueryDict("password=a%E2%80%8Bb&oldpassword=a%E2%80%8Bb&login=a%E2%80%8Bb%00")
    tidy = _without_hidden(sent)
    assert (tidy["password"], tidy["oldpassword"]) == ("a\u200bb", "a\u200bb")
    assert tidy["login"] == "ab"
    plain = QueryDict("login=ab")
    assert _without_hidden(plain) is plain


@pytest.mark.django_db
def test_what_is_typed_into_a_form_is_tidied_before_it_is_checked_and_shown(client):
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    venue = factories.VenueFactory()
    edit = reverse("venues:venue_edit", args=[venue.pk])
    typed = {"name": "\u200b\u2060", "version": venue.version, "kind": "hotel"}
    page = client.post(edit, typed | {"local_authority": venue.local_authority_id})
    assert "Enter name" in page.text
    typed["name"] = "Ｌantern\u202estay\r\nInn"
    client.post(edit, typed | {"local_authority": venue.local_authority_id})
    assert Venue.objects.get().name == "Lanternstay Inn"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("John Smith", None),
        ("Smith", None),
        ("W", None),
        ("7", None),
        ("WС-001", None),
        (" WC\u200b-００1 ", "WC-001"),
        ("WC/14", "WC/14"),
        ("77", "77"),
    ],
)
def test_a_cadets_reference_is_the_forces_and_never_a_name(client, typed, kept):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    factories.CadetPolicyFactory()
    born = {"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "2011"}
    page = client.post(reverse("operations:cadet_add"), born | {"reference": typed})
    assert [cadet.reference for cadet in Cadet.objects.all()] == ([kept] if kept else [])
    if not kept:
        assert "like WC-001, without spaces. Never a name." in page.text

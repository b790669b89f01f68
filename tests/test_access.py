"""Who may open which page: one row for each address, one column for each role.

A row that is missing makes a test fail, so a new page can't be forgotten. 403 is *not allowed*; 404
is *not yours*, so that not even the existence of a planned visit shows.
"""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.access.requests import Right
from accounts.models import AccessEntry, AccessRequest, Undo
from accounts.roles import Role
from tests import factories
from venues.imports.fhrs_import import import_fhrs

SAMPLE = Path(__file__).parent / "venues" / "samples" / "official_2020.xml"
ROLES = (
    Role.VISITING_OFFICER,
    Role.PLANNER,
    Role.CSE_LEAD,
    Role.TRAINING_COORDINATOR,
    Role.CALL_HANDLER,
    Role.ADMINISTRATOR,
)

#: Addresses open to everybody, signed in or not.
OPEN = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "favicon",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
}

#: Name, object, then the answers to a GET for the roles in the order of ``ROLES`` (officer,
#: planner, lead, coordinator, call handler, administrator): first for people of the unit, then for
#: those of another. 405 is a page that takes POST only; a 404 in the first half needs more than the
#: role, such as a place in the team. ``visit=completed`` is a kind of record and one of it.
TABLE = """
account_change_password          -          302 302 302 302 302 302 | 302 302 302 302 302 302
account_reauthenticate           -          403 403 403 403 403 403 | 403 403 403 403 403 403
account_set_password             -          302 302 302 302 302 302 | 302 302 302 302 302 302
mfa_activate_totp                -          200 200 200 200 200 200 | 200 200 200 200 200 200
mfa_add_webauthn                 -          200 200 200 200 200 200 | 200 200 200 200 200 200
mfa_deactivate_totp              -          404 404 404 404 404 404 | 404 404 404 404 404 404
mfa_download_recovery_codes      -          404 404 404 404 404 404 | 404 404 404 404 404 404
mfa_edit_webauthn                passkey    404 404 404 404 404 404 | 404 404 404 404 404 404
mfa_generate_recovery_codes      -          200 200 200 200 200 200 | 200 200 200 200 200 200
mfa_index                        -          200 200 200 200 200 200 | 200 200 200 200 200 200
mfa_list_webauthn                -          302 302 302 302 302 302 | 302 302 302 302 302 302
mfa_reauthenticate               -          403 403 403 403 403 403 | 403 403 403 403 403 403
mfa_reauthenticate_webauthn      -          403 403 403 403 403 403 | 403 403 403 403 403 403
mfa_remove_webauthn              passkey    404 404 404 404 404 404 | 404 404 404 404 404 404
mfa_view_recovery_codes          -          404 404 404 404 404 404 | 404 404 404 404 404 404
usersessions_list                -          200 200 200 200 200 200 | 200 200 200 200 200 200
accounts:access_request_decide   access_request 403 403 405 403 403 405 | 403 403 405 403 403 405
accounts:access_requests         -          403 403 200 403 403 200 | 403 403 200 403 403 200
accounts:gallery                 -          403 403 403 403 403 200 | 403 403 403 403 403 200
accounts:history visit=completed 200 200 200 200 404 200 | 404 404 404 404 404 404
accounts:history visit=planned 200 200 404 404 404 404 | 404 404 404 404 404 404
accounts:history follow-up=follow_up 404 404 200 200 404 200 | 404 404 404 404 404 404
accounts:history cadet=cadet 404 200 404 404 404 404 | 404 404 404 404 404 404
accounts:history cadet=cadet_in_team 404 200 404 404 404 404 | 404 200 404 404 404 404
accounts:history venue=venue 200 200 200 200 404 200 | 200 200 200 200 404 200
accounts:history call=concern_call 404 200 200 404 200 200 | 404 404 404 404 200 404
accounts:history operation=operation 404 200 200 404 404 200 | 404 404 404 404 404 404
accounts:history scenario=scenario 404 200 200 404 404 200 | 404 200 200 404 404 200
accounts:home                    -          302 302 302 302 302 302 | 302 302 302 302 302 302
accounts:log                     -          403 403 403 403 403 200 | 403 403 403 403 403 200
accounts:second_factor           -          200 200 200 200 200 200 | 200 200 200 200 200 200
accounts:undo                    undo       405 405 405 405 405 405 | 405 405 405 405 405 405
accounts:telephone               -          200 200 200 200 200 200 | 200 200 200 200 200 200
accounts:sign_in_again           -          404 404 404 404 404 404 | 404 404 404 404 404 404
operations:alarm_close           alarm      404 200 404 403 200 404 | 404 404 404 403 200 404
operations:alarm_detail          alarm      200 200 404 403 200 404 | 404 404 404 403 200 404
operations:alarm_list            -          200 200 200 403 200 200 | 200 200 200 403 200 200
operations:alarm_take            alarm      404 302 404 403 302 404 | 404 404 404 403 302 404
operations:open_alarms           -          200 200 200 200 200 200 | 200 200 200 200 200 200
operations:board                 -          403 403 403 403 200 403 | 403 403 403 403 200 403
operations:board_events          -          403 403 403 403 200 403 | 403 403 403 403 200 403
operations:old_board             -          403 403 403 403 301 403 | 403 403 403 403 301 403
operations:cadet_add             -          403 200 403 403 403 403 | 403 200 403 403 403 403
operations:cadet_edit            cadet      403 200 403 403 403 403 | 403 404 403 403 403 403
operations:cadet_withdraw        member     302 403 403 403 403 403 | 404 403 403 403 403 403
operations:answer_seen_to        answer     403 302 403 403 403 403 | 403 404 403 403 403 403
operations:how_it_was            completed  200 403 403 403 403 403 | 404 403 403 403 403 403
operations:start_allow           planned    403 200 404 403 403 404 | 403 404 404 403 403 404
operations:cadet_record          cadet      403 200 403 403 403 403 | 403 404 403 403 403 403
operations:cadet_list            -          403 200 403 403 403 403 | 403 200 403 403 403 403
operations:call_add              -          403 403 403 403 200 403 | 403 403 403 403 200 403
operations:call_concern          call       403 302 404 403 302 403 | 403 404 404 403 302 403
operations:call_correct          call       403 403 403 403 200 403 | 403 403 403 403 200 403
operations:call_detail           call       403 200 404 403 200 403 | 403 404 404 403 200 403
operations:call_detail           concern_call 403 200 200 403 200 403 | 403 404 404 403 200 403
operations:call_detail           matched_call 403 200 200 403 200 403 | 403 404 404 403 200 403
operations:call_list             -          403 200 200 403 200 403 | 403 200 200 403 200 403
operations:call_match            call       403 302 404 403 302 403 | 403 404 404 403 302 403
operations:call_unmatch          matched_call 403 200 200 403 200 403 | 403 404 404 403 200 403
operations:concern_close         concern_call 403 200 200 403 403 403 | 403 404 404 403 403 403
operations:concern_give          concern_call 403 200 200 403 403 403 | 403 404 404 403 403 403
operations:concern_list          -          403 200 200 403 403 403 | 403 200 200 403 403 403
operations:concern_reopen        closed_call 403 200 200 403 403 403 | 403 404 404 403 403 403
operations:concern_take          concern_call 403 302 302 403 403 403 | 403 404 404 403 403 403
operations:script                -          403 200 200 403 200 200 | 403 200 200 403 200 200
operations:script_version        =1         403 200 200 403 200 200 | 403 200 200 403 200 200
operations:script_write          -          403 403 403 403 403 200 | 403 403 403 403 403 200
operations:check_in              under_way  200 403 403 403 403 403 | 404 403 403 403 403 403
operations:concern_report        under_way  200 403 403 403 403 403 | 404 403 403 403 403 403
operations:help_on_duty         -          200 403 403 403 403 403 | 200 403 403 403 403 403
operations:follow_up_book        follow_up  403 403 403 200 403 200 | 403 403 403 404 403 404
operations:follow_up_decline     follow_up  403 403 403 200 403 200 | 403 403 403 404 403 404
operations:follow_up_deliver     follow_up  403 403 403 200 403 200 | 403 403 403 404 403 404
operations:follow_up_detail      follow_up  403 403 200 200 403 200 | 403 403 404 404 403 404
operations:follow_up_list        -          403 403 200 200 403 200 | 403 403 200 200 403 200
operations:follow_up_hand_over   follow_up  403 403 403 200 403 200 | 403 403 403 404 403 404
operations:hand_over_all         responsible 403 404 403 200 403 200 | 403 404 403 404 403 404
operations:follow_up_reopen      follow_up  403 403 403 302 403 302 | 403 403 403 404 403 404
operations:known_before          planned      403 200 404 403 403 404 | 403 404 404 403 403 404
operations:known_before          completed    403 200 200 403 403 200 | 403 404 404 403 403 404
operations:message_detail        message    403 403 200 200 403 200 | 403 403 404 404 403 404
operations:message_list          -          403 403 200 200 403 200 | 403 403 200 200 403 200
operations:my_visits             -          200 403 403 403 403 403 | 200 403 403 403 403 403
operations:operation_add         -          403 200 403 403 403 403 | 403 200 403 403 403 403
operations:operation_detail      operation  403 200 200 403 403 200 | 403 404 404 403 403 404
operations:draw_add              operation  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:draw_detail           plan       403 200 403 403 403 403 | 403 404 403 403 403 403
operations:draw_detail           drawn_plan 403 200 403 403 403 403 | 403 404 403 403 403 403
operations:draw_now              plan       403 302 403 403 403 403 | 403 404 403 403 403 403
operations:draw_csv              drawn_plan 403 200 403 403 403 403 | 403 404 403 403 403 403
operations:draw_json             drawn_plan 403 200 403 403 403 403 | 403 404 403 403 403 403
operations:draw_json             plan       403 404 403 403 403 403 | 403 404 403 403 403 403
operations:drawn_replace         drawn      403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_edit        operation  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_list        -          403 200 200 403 403 200 | 403 200 200 403 403 200
operations:operation_venues      operation  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_submit      own_draft  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_withdraw    own_draft  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_publish     own_draft  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_clone       operation  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:operation_close       own_draft  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:to_authorise          -          403 403 200 403 403 403 | 403 403 200 403 403 403
operations:authorise             asked      403 403 200 403 403 403 | 403 403 404 403 403 403
operations:authority_refuse      asked      403 403 200 403 403 403 | 403 403 404 403 403 403
operations:outcome_add           under_way  200 403 403 403 403 403 | 404 403 403 403 403 403
operations:outcome_correct       completed  200 403 403 403 403 403 | 404 404 404 403 403 404
operations:scenario_add          -          403 200 403 403 403 403 | 403 200 403 403 403 403
operations:scenario_detail       scenario   403 200 200 403 403 200 | 403 200 200 403 403 200
operations:scenario_list         -          403 200 200 403 403 200 | 403 200 200 403 403 200
operations:scenario_new_version  scenario   403 200 403 403 403 403 | 403 200 403 403 403 403
operations:proposal_ask          operation 403 200 403 403 403 403 | 403 404 403 403 403 403
operations:proposal_detail       proposal 403 200 403 403 403 403 | 403 404 403 403 403 403
operations:proposal_stop         proposal 403 302 403 403 403 403 | 403 404 403 403 403 403
operations:proposal_take         proposal 403 302 403 403 403 403 | 403 404 403 403 403 403
operations:sheet_detail          sheet    403 200 403 403 200 403 | 403 404 403 403 200 403
operations:sheet_list            -        403 200 403 403 200 403 | 403 200 403 403 200 403
operations:sheet_pdf             sheet    403 200 403 403 200 403 | 403 404 403 403 200 403
operations:sheet_send            operation 403 200 403 403 403 403 | 403 404 403 403 403 403
operations:visit_add             operation  403 200 403 403 403 403 | 403 404 403 403 403 403
operations:visit_cancel          planned    403 200 403 403 403 403 | 403 404 403 403 403 403
operations:visit_detail          planned    200 200 404 404 403 404 | 404 404 404 404 403 404
operations:visit_detail          under_way  200 200 404 404 403 404 | 404 404 404 404 403 404
operations:visit_detail          completed  200 200 200 200 403 200 | 404 404 404 404 403 404
operations:visit_edit            planned    403 200 403 403 403 403 | 403 404 403 403 403 403
operations:visit_end             overdue    403 200 404 403 200 404 | 403 404 404 403 200 404
operations:not_completed_correct completed  302 403 403 403 403 403 | 404 404 404 403 403 404
operations:visit_not_completed   under_way  200 403 403 403 403 403 | 404 403 403 403 403 403
operations:visit_start           planned    200 403 403 403 403 403 | 404 403 403 403 403 403
reports:calls                    -          403 403 200 403 403 200 | 403 403 200 403 403 200
reports:dashboard                -          403 403 200 403 403 200 | 403 403 200 403 403 200
reports:subject_access           -          403 403 403 403 403 200 | 403 403 403 403 403 200
reports:table_csv                =by-operation 403 403 200 403 403 200 | 403 403 200 403 403 200
reports:table_xlsx                =by-operation 403 403 200 403 403 200 | 403 403 200 403 403 200
venues:contact_add               venue      403 200 403 200 403 200 | 403 403 403 403 403 403
venues:contact_edit              contact    403 200 403 200 403 200 | 403 403 403 403 403 403
venues:contact_remove            contact    403 200 403 200 403 200 | 403 403 403 403 403 403
venues:import_accept             import/0   403 405 403 403 403 405 | 403 405 403 403 403 405
venues:import_add                -          403 200 403 403 403 200 | 403 200 403 403 403 200
venues:import_detail             import     403 200 403 403 403 200 | 403 200 403 403 403 200
venues:import_keep               import/0   403 405 403 403 403 405 | 403 405 403 403 403 405
venues:import_list               -          403 200 403 403 403 200 | 403 200 403 403 403 200
venues:training_add              venue      403 403 403 200 403 200 | 403 403 403 200 403 200
venues:training_edit             training   403 403 403 200 403 200 | 403 403 403 403 403 403
venues:training_remove           training   403 403 403 200 403 200 | 403 403 403 403 403 403
venues:venue_add                 -          403 200 403 200 403 200 | 403 200 403 200 403 200
venues:venue_close               venue      403 200 403 200 403 200 | 403 403 403 403 403 403
venues:venue_detail              venue      200 200 200 200 403 200 | 200 200 200 200 403 200
venues:venue_edit                venue      403 200 403 200 403 200 | 403 403 403 403 403 403
venues:venue_list                -          200 200 200 200 403 200 | 200 200 200 200 403 200
venues:venue_merge               venue      403 200 403 200 403 200 | 403 403 403 403 403 403
venues:venue_reopen              venue      403 200 403 200 403 200 | 403 403 403 403 403 403
"""


def rows():
    for line in TABLE.strip().splitlines():
        ours, theirs = line.split("|")
        name, about, *codes = ours.split()
        yield name, about, [int(code) for code in codes], [int(code) for code in theirs.split()]


EACH_ROW = pytest.mark.parametrize(("name", "about", "ours", "theirs"), list(rows()))


def url_names():
    """Every name of our own addresses; Django's admin looks after its own."""

    def walk(patterns, namespace):
        for entry in patterns:
            if isinstance(entry, URLResolver):
                if entry.namespace != "admin":
                    yield from walk(entry.url_patterns, entry.namespace)
            elif isinstance(entry, URLPattern):
                yield f"{namespace}:{entry.name}" if namespace else entry.name

    return set(walk(get_resolver().url_patterns, None))


@pytest.fixture
def world(db, settings, tmp_path):
    """One command unit with something of everything; the officer is in the team of each visit."""
    settings.OUTBOX_CHANNEL = "outbox.folder.MailFolder"
    settings.MAIL_DIR = tmp_path
    unit = factories.CommandUnitFactory()
    people = {role: factories.UserFactory(role=role, units=[unit]) for role in ROLES}
    team = {"officer": people[Role.VISITING_OFFICER]}
    venue = factories.VenueFactory(unit=unit)
    operation = factories.OperationFactory()
    factories.OperationVenueFactory(operation=operation, venue=venue)
    about = {"operation": operation, "venue": venue}
    tomorrow = timezone.now() + dt.timedelta(days=1)
    made = about | {
        "planned": factories.VisitFactory(**about, **team, starts_at=tomorrow),
        "under_way": factories.UnderWayVisitFactory(**about, **team),
        "overdue": factories.UnderWayVisitFactory(
            **about, starts_at=timezone.now() - dt.timedelta(hours=4)
        ),
        "completed": factories.RefresherNeededVisitFactory(**about, **team),
        "contact": factories.VenueContactFactory(venue=venue),
        "training": factories.TrainingSessionFactory(venue=venue, held_on=dt.date(2020, 1, 1)),
        "cadet": factories.CadetFactory(command_unit=unit),
        "cadet_in_team": factories.CadetFactory(),
        "scenario": operation.scenario,
        "import": import_fhrs(SAMPLE, file_name=SAMPLE.name, by=None, at=timezone.now()),
        "undo": Undo(),
        "passkey": factories.PasskeyFactory(),  # of somebody else
        "access_request": AccessRequest.objects.create(
            person=people[Role.PLANNER],
            right=Right.WHOLE_FORCE,
            address="asked@police.example",
            asked_by=people[Role.ADMINISTRATOR],
        ),
    }
    made["member"] = factories.CadetMemberFactory(
        visit=made["planned"], cadet=made["cadet_in_team"]
    )
    made["answer"] = factories.WelfareAnswerFactory(visit=made["completed"])
    made["alarm"] = factories.AlarmFactory(visit=made["under_way"])
    made["call"] = factories.CallFactory(venue=venue)
    made["concern_call"] = factories.ConcernFactory(call__venue=venue).call
    made["closed_call"] = factories.ClosedConcernFactory(call__venue=venue).call
    made["matched_call"] = factories.CallFactory(venue=venue, matched_to=made["completed"])
    for name in ("plan", "drawn_plan"):
        made[name] = factories.DrawPlanFactory(
            operation=operation,
            venues=factories.VenueFactory.create_batch(2, unit=unit),
            drawn=name == "drawn_plan",
        )
    made["drawn"] = made["drawn_plan"].drawn.get(place=1)
    made["own_draft"] = factories.DraftOperationFactory(created_by=people[Role.PLANNER])
    made["asked"] = factories.AuthorisationFactory(units=[unit.pk])
    factories.OperationVenueFactory(operation=made["asked"].operation, venue=venue)
    made["proposal"] = factories.ProposalFactory(
        asked_by=people[Role.PLANNER], chosen=operation.chosen_venues.get(venue=venue)
    )
    made["sheet"] = factories.SheetFactory(operation=operation, command_unit=unit)
    made["follow_up"] = factories.FollowUpFactory(visit=made["completed"])
    copy = factories.ReminderCopyFactory(reminder__follow_up=made["follow_up"])
    made["message"] = SimpleNamespace(pk=copy.message.message_id)
    (tmp_path / f"{copy.message.message_id}.eml").write_text(
        "Date: Tue, 24 Nov 2026 08:00:00 +0000\nSubject: A message\n\nHello"
    )
    made["responsible"] = made["follow_up"].responsible
    return people, made


def address(name, about, made):
    """``-`` needs no object; what comes after ``=`` is taken as it is, and ``/`` adds to a key."""
    if about == "-":
        return reverse(name)
    if about.startswith("="):
        return reverse(name, args=[about[1:]])
    if "=" in about:  # a kind of record and one of it
        kind, key = about.split("=")
        return reverse(name, args=[kind, made[key].pk])
    kind, *more = about.split("/")
    return reverse(name, args=[made[kind].pk, *more])


def test_every_address_is_in_the_table():
    assert url_names() - OPEN == {name for name, *_ in rows()}


@EACH_ROW
def test_each_role_gets_what_the_table_says(client, world, name, about, ours, theirs):
    people, made = world
    url = address(name, about, made)
    elsewhere = factories.CommandUnitFactory()
    found, found_elsewhere = [], []
    for role in ROLES:
        client.force_login(people[role])
        found.append(client.get(url).status_code)
        client.force_login(factories.UserFactory(role=role, units=[elsewhere]))
        found_elsewhere.append(client.get(url).status_code)
    assert (found, found_elsewhere) == (ours, theirs)


def test_open_addresses_open_without_signing_in(client, db):
    args = {
        "account_reset_password_from_key": ["1", "x-y"],
        "openid_connect_login": ["force"],
        "openid_connect_callback": ["force"],
    }
    for name in OPEN:
        response = client.get(reverse(name, args=args.get(name)))
        assert "next=" not in response.headers.get("Location", ""), name


#: Addresses of which somebody who is not signed in may be told something: PostgreSQL knows who
#: they are not.
TELL_SOMETHING = {
    "account_reset_password_from_key",
    "mfa_authenticate",
    "openid_connect_callback",
    "openid_connect_login",
}


def test_whoever_is_not_signed_in_holds_no_transaction_and_no_connection(
    client, world, django_assert_num_queries
):
    _, made = world
    urls = [address(name, about, made) for name, about, *_ in rows()]
    urls += [reverse(name) for name in OPEN - TELL_SOMETHING]
    urls += [reverse("admin:index"), reverse("admin:accounts_user_add")]
    urls += ["/nowhere/", "/static/accounts/admin.css", "/static/nowhere.css", "/health/live"]
    for url in urls:
        with django_assert_num_queries(0, info=url):
            client.get(url)


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, world):
    _, made = world
    for name, about, *_ in rows():
        response = client.get(address(name, about, made))
        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("account_login")), name


# Reads are on record ----------------------------------------------------------------------------

#: Pages that show a venue because a visit is on there, without the visit's own address.
SHOW_VISITS = {"operations:board"}
#: Pages that take something away as a file.
EXPORTS = {"operations:sheet_pdf", "reports:table_csv", "reports:table_xlsx"}


def shown_on(name, page, made):
    """What stands on a page that nobody may read without it being recorded."""
    visits = [made[state] for state in ("planned", "under_way", "completed")]
    for visit in visits:
        if re.search(rf"/visits/{visit.number}/", page):
            yield visit
    if name in SHOW_VISITS:
        yield made["under_way"]
    for cadet in (made["cadet"], made["cadet_in_team"]):
        if cadet.reference in page:
            yield cadet
    if made["contact"].name in page or made["contact"].email in page:
        yield made["contact"]


def test_whoever_reads_a_visit_a_cadet_a_contact_or_a_file_is_on_record(client, world):
    people, made = world
    forgotten, seen = [], set()
    for role in ROLES:
        client.force_login(people[role])
        for name, about, *_ in rows():
            url = address(name, about, made)
            before = set(AccessEntry.objects.values_list("pk", flat=True))
            response = client.get(url)
            if response.status_code != 200:
                continue
            new = AccessEntry.objects.exclude(pk__in=before).filter(user=people[role], path=url)
            page = response.content.decode(errors="replace")  # a workbook is no text
            for record in shown_on(name, page, made):
                seen.add(record._meta.label_lower)
                if not new.about(record).exists():
                    forgotten.append(f"{url} shows {record!r} to the {role} unrecorded")
            if name in EXPORTS:
                seen.add(name)
                if not new.filter(act="exported").exclude(purpose="").exists():
                    forgotten.append(f"{url} is taken away unrecorded")
    assert forgotten == []
    assert {"operations.visit", "operations.cadet", "venues.venuecontact"} | EXPORTS == seen

"""Nobody gives more than they have, and what opens covert visits needs a second person."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import rights
from accounts.access.requests import Right
from accounts.access.rights import Rights
from accounts.acts.refusals import Refused
from accounts.database import scope
from accounts.models import AccessRequest, User
from accounts.roles import Role
from accounts.sign_in import actions, invitations
from accounts.sign_in.groups import Access
from outbox import content
from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return factories.CommandUnitFactory(code="NW")


@pytest.fixture
def other():
    return factories.CommandUnitFactory(code="SW")


@pytest.fixture
def ada(unit):
    """An administrator of one command unit."""
    return factories.UserFactory(username="ada", role=Role.ADMINISTRATOR, units=[unit])


@pytest.fixture
def bea(unit):
    """Another one."""
    return factories.UserFactory(username="bea", role=Role.ADMINISTRATOR, units=[unit])


@pytest.fixture
def chief():
    """An administrator of the whole force."""
    return factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def has(person):
    return Rights.of(User.objects.get(pk=person.pk))


def rights_of(*roles, units=(), whole_force=False):
    return Rights(frozenset(roles), frozenset(unit.pk for unit in units), whole_force)


def save_person(by, person=None, *, roles=(), units=(), **more):
    """Post the person's page; without a person, the invitation's."""
    answers = {"username": "new", "email": "new@police.example", "is_active": "on"}
    if person:
        answers |= {"username": person.username, "email": person.email}
        url = reverse("admin:accounts_user_change", args=[person.pk])
    else:
        url = reverse("admin:accounts_user_add")
    groups = [Group.objects.get(name=role).pk for role in roles]
    answers |= {"groups": groups, "units": [unit.pk for unit in units]} | more
    return signed_in(by).post(url, answers, follow=True)


def letters():
    return Message.objects.order_by("pk")


# Nobody gives more than they have ---------------------------------------------------------------


def test_an_administrator_of_a_unit_gives_its_people_what_opens_nothing_covert(ada, unit):
    save_person(ada, roles=[Role.VISITING_OFFICER], units=[unit])
    person = User.objects.get(username="new")
    assert has(person) == rights_of(Role.VISITING_OFFICER, units=[unit])


def test_an_administrator_of_a_unit_makes_nobody_see_the_whole_force(ada, unit):
    page = save_person(ada, roles=[Role.PLANNER], units=[unit], whole_force="on")
    assert rights.WHOLE_FORCE in page.text
    assert not User.objects.filter(username="new").exists()


def test_command_units_of_others_are_neither_given_nor_taken(ada, unit, other):
    assert rights.OTHER_UNITS in save_person(ada, units=[other]).text
    person = factories.UserFactory(units=[other])
    assert rights.OTHER_UNITS in save_person(ada, person, units=[]).text
    assert has(person).units == {other.pk}


def test_roles_of_people_elsewhere_are_not_changed(ada, other):
    person = factories.UserFactory(role=Role.CALL_HANDLER, units=[other])
    page = save_person(ada, person, roles=[Role.TRAINING_COORDINATOR], units=[other])
    assert "looked after by an administrator of those" in page.text
    assert has(person).roles == {Role.CALL_HANDLER}


def test_nobody_puts_themselves_into_a_unit_on_the_units_page(chief, unit):
    url = reverse("admin:venues_commandunit_change", args=[unit.pk])
    answers = {"force": unit.force_id, "code": unit.code, "name": unit.name, "members": [chief.pk]}
    page = signed_in(chief).post(url, answers)
    assert rights.OWN in page.text
    assert not unit.members.exists()


def test_the_units_page_puts_others_in_and_out_by_the_same_act(ada, chief, unit, other):
    comes, goes = factories.UserFactory(), factories.UserFactory(units=[other])
    url = reverse("admin:venues_commandunit_change", args=[other.pk])
    answers = {"force": other.force_id, "code": other.code, "name": other.name}
    refused = signed_in(ada).post(url, answers | {"members": [goes.pk, comes.pk]})
    assert rights.OTHER_UNITS in refused.text
    signed_in(chief).post(url, answers | {"members": [comes.pk]})
    assert list(other.members.all()) == [comes]


def test_nobody_changes_their_own_rights_by_a_post_by_hand(ada, unit, other):
    save_person(ada, ada, roles=[Role.ADMINISTRATOR, Role.PLANNER], units=[unit, other],
                whole_force="on")  # fmt: skip
    assert has(ada) == rights_of(Role.ADMINISTRATOR, units=[unit])
    with pytest.raises(Refused, match="Nobody changes their own"):
        rights.change(
            person=ada,
            wanted=rights_of(Role.PLANNER, units=[unit]),
            by=ada,
            on=timezone.localdate(),
        )


def test_whoever_looks_after_no_accounts_gives_nothing(unit):
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    with pytest.raises(PermissionDenied):
        rights.change(
            person=factories.UserFactory(),
            wanted=rights_of(Role.PLANNER),
            by=planner,
            on=timezone.localdate(),
        )


def test_every_act_on_an_account_asks_who_acts(unit):
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    person = factories.UserFactory()
    acts = (
        lambda: actions.invite(
            person=User(username="o", email="o@police.example"), by=planner, on=timezone.localdate()
        ),
        lambda: actions.send_password_link(person=person, by=planner),
        lambda: actions.close_account(person=person, by=planner, on=timezone.localdate()),
        lambda: actions.remove_second_factors(person=person, by=planner),
        lambda: actions.unlink(person=person, by=planner),
        lambda: rights.change_address(person=person, address="x@police.example", by=planner),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


# The second person ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.PLANNER, Role.ADMINISTRATOR])
def test_a_role_that_opens_much_waits_for_a_second_person(ada, bea, unit, role):
    page = save_person(ada, roles=[role, Role.CALL_HANDLER], units=[unit])
    assert "This waits for a second person" in page.text
    person = User.objects.get(username="new")
    assert has(person).roles == {Role.CALL_HANDLER}

    [request] = AccessRequest.objects.waiting()
    assert "You asked for this yourself" in signed_in(ada).get("/rights/").text
    decide = reverse("accounts:access_request_decide", args=[request.pk])
    signed_in(ada).post(decide, {"decision": "give"})
    assert has(person).roles == {Role.CALL_HANDLER}

    signed_in(bea).post(decide, {"decision": "give"})
    assert has(person).roles == {Role.CALL_HANDLER, role}
    assert User.objects.get(pk=person.pk).is_staff is (role == Role.ADMINISTRATOR)
    assert "has decided this already" in signed_in(ada).post(
        decide, {"decision": "refuse"}, follow=True
    ).text  # fmt: skip


def test_sight_of_the_whole_force_waits_for_somebody_who_has_it(chief, bea):
    person = factories.UserFactory()
    save_person(chief, person, whole_force="on")
    assert not has(person).whole_force
    [request] = AccessRequest.objects.waiting()
    with pytest.raises(Refused, match="looked after by"):
        rights.approve(request=request, by=bea)
    lead = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    rights.approve(request=request, by=lead)
    assert has(person).whole_force


def test_the_person_themselves_is_no_second_person(ada, bea, unit):
    rights.change(person=bea, wanted=rights_of(Role.ADMINISTRATOR, Role.PLANNER, units=[unit]),
                  by=ada, on=timezone.localdate())  # fmt: skip
    [request] = AccessRequest.objects.waiting()
    with pytest.raises(Refused, match="about yourself"):
        rights.approve(request=request, by=bea)


def test_a_refused_right_is_not_given_and_can_be_asked_for_anew(ada, bea, unit):
    person = factories.UserFactory(units=[unit])
    for _ in range(2):
        save_person(ada, person, roles=[Role.PLANNER], units=[unit])
        [request] = AccessRequest.objects.waiting()
        rights.refuse(request=request, by=bea)
    assert has(person).roles == frozenset()


def test_saving_a_persons_page_leaves_what_waits_and_says_that_it_does(ada, bea, unit):
    person = factories.UserFactory(units=[unit])
    save_person(ada, person, roles=[Role.PLANNER], units=[unit])
    save_person(bea, person, roles=[Role.CALL_HANDLER], units=[unit], last_name="Changed")
    [request] = AccessRequest.objects.waiting()
    page = signed_in(bea).get(reverse("admin:accounts_user_change", args=[person.pk])).text
    assert f'the role Planner. <a href="{reverse("accounts:access_requests")}">' in page
    rights.approve(request=request, by=bea)
    assert has(person) == rights_of(Role.PLANNER, Role.CALL_HANDLER, units=[unit])


def test_putting_somebody_into_another_unit_leaves_what_waits(chief, ada, unit, other):
    person = factories.UserFactory(units=[unit])
    save_person(ada, person, roles=[Role.PLANNER], units=[unit])
    url = reverse("admin:venues_commandunit_change", args=[other.pk])
    answers = {"force": other.force_id, "code": other.code, "name": other.name}
    signed_in(chief).post(url, answers | {"members": [person.pk]})
    assert has(person).units == {unit.pk, other.pk}
    assert AccessRequest.objects.waiting().exists()


def test_whoever_asked_takes_a_waiting_right_back_by_name(ada, unit):
    person = factories.UserFactory(units=[unit])
    save_person(ada, person, roles=[Role.PLANNER], units=[unit])
    [request] = AccessRequest.objects.waiting()
    url = reverse("accounts:access_request_decide", args=[request.pk])
    page = signed_in(ada).post(url, {"decision": "refuse"}, follow=True)
    assert f"Taken back: the role Planner, {person.username}." in page.text
    assert not AccessRequest.objects.waiting().exists()


@pytest.mark.parametrize(
    ("role", "whole_force", "linked"),
    [
        (Role.ADMINISTRATOR, False, True),
        (Role.CSE_LEAD, True, True),
        (Role.CSE_LEAD, False, False),
        (Role.PLANNER, True, False),
    ],
)
def test_what_waits_is_in_the_menu_of_those_who_decide(unit, role, whole_force, linked):
    person = factories.UserFactory(role=role, units=[unit], whole_force=whole_force)
    page = signed_in(person).get(reverse("venues:venue_list")).text
    assert (f'href="{reverse("accounts:access_requests")}"' in page) is linked


def test_a_page_saved_without_another_address_asks_for_no_right_to_change_it(ada, unit, other):
    elsewhere = factories.UserFactory(units=[other])
    names = {"first_name": elsewhere.first_name, "last_name": elsewhere.last_name}
    page = save_person(ada, elsewhere, units=[other, unit], **names)
    assert page.status_code == 200
    assert has(elsewhere).units == {unit.pk, other.pk}


def test_an_address_changed_after_the_request_stops_it(ada, bea, unit):
    person = factories.UserFactory(units=[unit])
    save_person(ada, person, roles=[Role.PLANNER], units=[unit])
    save_person(ada, person, roles=[Role.PLANNER], units=[unit], email="ada.2@police.example")
    [request] = AccessRequest.objects.waiting()
    with pytest.raises(Refused, match="address was changed"):
        rights.approve(request=request, by=bea)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.VISITING_OFFICER, Role.CALL_HANDLER])
def test_others_see_no_requests(client, role):
    client.force_login(factories.UserFactory(role=role))
    assert client.get("/rights/").status_code == 403


def test_a_lead_of_one_unit_decides_nothing(ada, unit):
    rights.change(
        person=factories.UserFactory(units=[unit]),
        wanted=rights_of(Role.PLANNER, units=[unit]),
        by=ada,
        on=timezone.localdate(),
    )
    [request] = AccessRequest.objects.waiting()
    with pytest.raises(Refused, match="leads who see the whole force"):
        rights.approve(request=request, by=factories.UserFactory(role=Role.CSE_LEAD, units=[unit]))


# The database holds it up -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "way", ["role", "sight", "superuser", "staff", "unit", "own unit", "own role"]
)
def test_a_query_by_hand_in_a_page_gives_nothing_either(ada, unit, other, way):
    person = factories.UserFactory(units=[unit])
    ways = {
        "role": lambda: person.groups.add(Group.objects.get(name=Role.PLANNER)),
        "sight": lambda: User.objects.filter(pk=person.pk).update(whole_force=True),
        "superuser": lambda: User.objects.filter(pk=person.pk).update(is_superuser=True),
        "staff": lambda: User.objects.filter(pk=person.pk).update(is_staff=True),
        "unit": lambda: other.members.add(person),
        "own unit": lambda: other.members.add(ada),
        "own role": lambda: ada.groups.add(Group.objects.get(name=Role.CALL_HANDLER)),
    }
    with pytest.raises(DatabaseError), scope.acting(ada):
        ways[way]()


def test_an_approval_of_yesterday_gives_nothing_today(ada, bea, unit):
    person = factories.UserFactory(units=[unit])
    rights.change(
        person=person, wanted=rights_of(Role.PLANNER, units=[unit]), by=ada, on=timezone.localdate()
    )
    [request] = AccessRequest.objects.waiting()
    rights.approve(request=request, by=bea)
    User.objects.get(pk=person.pk).groups.clear()
    # The test's own transaction began before; another's did not.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT decided_at >= statement_timestamp() FROM accounts_accessrequest")
        assert cursor.fetchone() == (False,)


def test_the_second_person_is_neither_who_asked_nor_the_person(ada, bea):
    person = factories.UserFactory()
    asked = {"person": person, "right": Right.PLANNER, "address": "x@police.example"}
    with pytest.raises(IntegrityError, match="nobody_asks_for_themselves"), transaction.atomic():
        AccessRequest.objects.create(**asked | {"person": ada}, asked_by=ada)
    for decider in (ada, person):
        request = AccessRequest.objects.create(**asked, asked_by=ada)
        with (
            pytest.raises(IntegrityError, match="second_person_is_neither"),
            transaction.atomic(),
        ):
            rights._decide(request, by=decider, approved=True)
        rights._decide(request, by=ada, approved=False)
        with pytest.raises(DatabaseError), transaction.atomic():
            rights._decide(request, by=bea, approved=True)


# Addresses --------------------------------------------------------------------------------------


@pytest.fixture
def planner(unit):
    person = factories.UserFactory(username="petra", role=Role.PLANNER, units=[unit])
    person.set_password(factories.PASSWORD)
    person.save()
    return person


def test_a_changed_address_is_told_to_the_old_one(ada, planner):
    old = planner.email
    save_person(ada, planner, roles=[Role.PLANNER], units=planner.command_units.all(),
                email="mine@police.example")  # fmt: skip
    planner.refresh_from_db()
    assert planner.email == "mine@police.example"
    assert [letter.address for letter in letters()] == [old]


def test_whoever_gave_the_address_sends_no_link_there_alone(ada, bea, planner):
    rights.change_address(person=planner, address="mine@police.example", by=ada)

    assert actions.send_password_link(person=planner, by=ada) is False
    Client().post(reverse("account_reset_password"), {"email": "mine@police.example"})
    assert not letters().filter(address="mine@police.example").exists()

    [request] = AccessRequest.objects.waiting()
    with pytest.raises(Refused, match="You asked"):
        rights.approve(request=request, by=ada)
    rights.approve(request=request, by=bea)
    assert letters().filter(address="mine@police.example", letter=invitations.LETTER).exists()
    planner.refresh_from_db()
    assert planner.address_given_by is None


def test_another_administrator_who_sends_the_link_is_the_second_person(ada, bea, planner):
    rights.change_address(person=planner, address="new@police.example", by=ada)
    actions.send_password_link(person=planner, by=ada)
    assert actions.send_password_link(person=planner, by=bea) is True
    assert not AccessRequest.objects.waiting().exists()


def test_a_link_on_its_way_does_not_follow_to_a_new_address(ada, bea, planner):
    actions.send_password_link(person=planner, by=bea)
    letter = letters().get(letter=invitations.LETTER)
    rights.change_address(person=planner, address="mine@police.example", by=ada)
    written = invitations.write([letter], at=timezone.now())
    assert "address was changed" in written[letter.pk].because


def test_the_address_of_an_unused_invitation_that_opens_nothing_covert_is_put_right(ada, unit):
    person = factories.UserFactory(units=[unit])
    rights.change_address(person=person, address="right@police.example", by=ada)
    assert actions.send_password_link(person=person, by=ada) is True


# Telling people ---------------------------------------------------------------------------------


def test_the_units_in_a_message_to_leads_are_in_the_order_of_the_alphabet(chief):
    factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    units = [factories.CommandUnitFactory(name=name) for name in ("Zetland", "Étoile", "aber")]
    person = factories.UserFactory()
    wanted = Rights(frozenset(), frozenset(unit.pk for unit in units), whole_force=False)
    rights.change(person=person, wanted=wanted, by=chief, on=timezone.localdate())
    text = content.unseal(letters().latest("pk").sealed).body
    assert text.index("aber") < text.index("Étoile") < text.index("Zetland")


def test_leads_of_the_units_concerned_are_told_of_changed_rights(ada, bea, unit, other):
    ours = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    theirs = factories.UserFactory(role=Role.CSE_LEAD, units=[other])
    all_ = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    person = factories.UserFactory()
    wanted = rights_of(Role.VISITING_OFFICER, units=[unit])
    rights.change(person=person, wanted=wanted, by=ada, on=timezone.localdate())
    assert {letter.address for letter in letters()} == {ours.email, all_.email}
    assert theirs.email not in {letter.address for letter in letters()}
    before = letters().count()
    rights.change(person=person, wanted=wanted, by=ada, on=timezone.localdate())
    assert letters().count() == before


# Outside this service ---------------------------------------------------------------------------


def test_the_first_administrator_gives_units_and_a_second_one_agrees(unit):
    for name in ("first", "second"):
        call_command("createsuperuser", username=name, email=f"{name}@police.example",
                     interactive=False)  # fmt: skip
    first, second = (User.objects.get(username=name) for name in ("first", "second"))
    assert (first.is_staff, first.whole_force, first.is_superuser) == (True, True, False)
    save_person(first, roles=[Role.PLANNER], units=[unit])
    person = User.objects.get(username="new")
    assert has(person).units == {unit.pk}
    [request] = AccessRequest.objects.waiting()
    rights.approve(request=request, by=second)
    assert has(person).roles == {Role.PLANNER}


@pytest.mark.parametrize("weak", ["password", "short", "Makesafe2026", "111111111111"])
def test_createsuperuser_takes_no_weak_password_from_the_environment(monkeypatch, weak):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", weak)
    with pytest.raises(CommandError):
        call_command(
            "createsuperuser", username="first", email="first@police.example", interactive=False
        )
    assert not User.objects.exists()


def test_the_provider_gives_what_it_says_also_to_whoever_is_signed_in(ada, unit, other):
    """They may be proving anew who they are: it is not they who give."""
    access = Access(frozenset({Role.PLANNER}), frozenset({"SW"}), whole_force=True)
    with scope.acting(ada):
        rights.set_by_system(person=ada, access=access, by="the force", on=timezone.localdate())
    assert has(ada) == rights_of(Role.PLANNER, units=[other], whole_force=True)


def test_equal_invitations_one_after_the_other_are_told(ada):
    save_person(ada)
    assert "already" in save_person(ada).text


# What holds in every command unit ---------------------------------------------------------------

OF_THE_FORCE = [
    "accounts_daypolicy",
    "venues_force",
    "venues_localauthority",
    "venues_venuegroup",
    "operations_cadetpolicy",
    "operations_visitpolicy",
    "operations_followuppolicy",
    "operations_warningsign",
]


@pytest.mark.parametrize("name", OF_THE_FORCE)
def test_an_administrator_of_one_unit_looks_at_what_holds_in_all_and_changes_nothing(
    ada, chief, name
):
    ours, theirs = signed_in(ada), signed_in(chief)
    assert ours.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert ours.post(reverse(f"admin:{name}_add"), {}).status_code == 403
    if name != "venues_localauthority":  # these come by import
        assert theirs.get(reverse(f"admin:{name}_add")).status_code == 200


def test_a_local_authority_is_moved_by_the_whole_force_only(ada, chief, unit, other):
    authority = factories.LocalAuthorityFactory(command_unit=other)
    url = reverse("admin:venues_localauthority_change", args=[authority.pk])
    answers = {"name": authority.name, "command_unit": unit.pk}
    assert signed_in(ada).post(url, answers).status_code == 403
    authority.refresh_from_db()
    assert authority.command_unit == other
    signed_in(chief).post(url, answers)
    authority.refresh_from_db()
    assert authority.command_unit == unit


@pytest.mark.parametrize("to", ["unit", None])
def test_postgresql_moves_no_authority_for_somebody_of_one_unit(ada, unit, other, to):
    authority = factories.LocalAuthorityFactory(command_unit=other)
    moved = type(authority).objects.filter(pk=authority.pk)
    with pytest.raises(IntegrityError), scope.acting(ada):
        moved.update(command_unit=unit if to else None)
    with scope.acting(ada):
        moved.update(name="Borough of Cawdersley")


def test_an_administrator_of_one_unit_renames_no_unit_and_adds_none(ada, unit, other):
    client = signed_in(ada)
    url = reverse("admin:venues_commandunit_change", args=[unit.pk])
    comes = factories.UserFactory()
    client.post(
        url, {"force": unit.force_id, "code": "X", "name": "X", "members": [ada.pk, comes.pk]}
    )
    unit.refresh_from_db()
    assert (unit.code, set(unit.members.all())) == ("NW", {ada, comes})
    assert client.post(reverse("admin:venues_commandunit_add"), {}).status_code == 403


@pytest.mark.parametrize(
    "change", [{"username": "taken"}, {"first_name": "Taken"}, {"is_active": ""}]
)
def test_accounts_of_people_elsewhere_are_not_changed(ada, other, change):
    person = factories.UserFactory(units=[other])
    answers = {"first_name": person.first_name, "last_name": person.last_name} | change
    page = save_person(ada, person, units=[other], **answers)
    assert "looked after by an administrator of those" in page.text
    was = User.objects.get(pk=person.pk)
    assert (was.username, was.first_name, was.is_active) == (person.username, "Invented", True)


def test_accounts_of_people_elsewhere_are_not_closed(ada, chief):
    with pytest.raises(Refused, match="looked after by an administrator of those"):
        actions.close_account(person=chief, by=ada, on=timezone.localdate())
    assert User.objects.get(pk=chief.pk).is_active


def test_whoever_gave_the_latest_address_does_not_agree_to_a_link_there(ada, bea, planner):
    rights.change_address(person=planner, address="first@police.example", by=ada)
    actions.send_password_link(person=planner, by=ada)
    rights.change_address(person=planner, address="mine@police.example", by=bea)

    [request] = AccessRequest.objects.waiting()
    with pytest.raises(Refused, match="You gave the address"):
        rights.approve(request=request, by=bea)
    assert not letters().filter(letter=invitations.LETTER).exists()


def test_an_administrators_own_page_and_the_list_speak_of_roles(chief):
    client = signed_in(chief)
    own = client.get(reverse("admin:accounts_user_change", args=[chief.pk])).text
    people = client.get(reverse("admin:accounts_user_changelist")).text
    assert "Another administrator gives you roles." in own
    assert "Designates" not in own
    assert "permissions" not in own
    assert "By role" in people
    assert "No role" in people
    assert "By groups" not in people

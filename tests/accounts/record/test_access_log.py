"""Who saw what, who came and who was refused."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.database import scope
from accounts.models import AccessEntry
from accounts.record.access_log import Act, record_reads
from accounts.roles import Role
from accounts.sign_in import actions
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_read_says_who_what_when_and_from_where():
    user, cadet = factories.UserFactory(), factories.CadetFactory()
    with scope.acting(user, address="192.0.2.7", path="/cadets/"):
        record_reads(by=user, listed=[cadet])
    entry = AccessEntry.objects.get()
    assert (entry.user, entry.act, entry.what, entry.ids) == (
        user,
        Act.LISTED,
        "operations.cadet",
        [cadet.pk],
    )
    assert (entry.address, entry.path) == ("192.0.2.7", "/cadets/")
    assert entry.request is not None


def test_the_reads_of_one_page_are_one_insert(django_assert_num_queries):
    user, visit = factories.UserFactory(), factories.VisitFactory()
    cadets = factories.CadetFactory.create_batch(3)
    with transaction.atomic(), django_assert_num_queries(1):
        record_reads(by=user, viewed=[visit], listed=[*cadets, cadets[0]])
    assert {entry.what: len(entry.ids) for entry in AccessEntry.objects.all()} == {
        "operations.visit": 1,
        "operations.cadet": 3,
    }


def test_a_page_that_shows_nothing_of_the_kind_is_not_recorded(django_assert_num_queries):
    with django_assert_num_queries(0):
        record_reads(by=factories.UserFactory.build(pk=1))


def test_the_change_and_the_read_of_one_request_carry_one_number(client):
    planner = factories.UserFactory(role=Role.PLANNER)
    client.force_login(planner)
    cadet = factories.CadetFactory()
    client.post(
        reverse("operations:cadet_edit", args=[cadet.pk]),
        {"version": 1, "birth_date_day": "no day"},
        REMOTE_ADDR="192.0.2.7",
    )
    read = AccessEntry.objects.about(cadet).get()
    assert (read.user, read.address) == (planner, "192.0.2.7")


def test_signing_in_and_out_are_recorded(client):
    user = factories.UserFactory(role=Role.PLANNER)
    user.set_password(factories.PASSWORD)
    user.save()
    client.post(
        reverse("account_login"),
        {"login": user.username, "password": factories.PASSWORD},
        REMOTE_ADDR="192.0.2.7",
    )
    client.post(reverse("account_logout"))
    acts = AccessEntry.objects.filter(user=user, act__in=[Act.SIGNED_IN, Act.SIGNED_OUT])
    assert list(acts.order_by("pk").values_list("act", "address")) == [
        ("signed_in", "192.0.2.7"),
        ("signed_out", "127.0.0.1"),
    ]


def test_what_administrators_do_to_the_ways_in_is_recorded_as_theirs():
    person = factories.UserFactory()
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR)
    actions.send_password_link(person=person, by=administrator)
    actions.remove_second_factors(person=person, by=administrator)
    actions.close_account(person=person, by=administrator, on=timezone.localdate())
    entries = AccessEntry.objects.about(person).filter(user=administrator).order_by("pk")
    acts = [Act.LINK_SENT, Act.FACTORS_TAKEN, Act.ACCOUNT_CLOSED]
    assert list(entries.values_list("act", flat=True)) == acts


def test_a_new_password_is_recorded(client):
    user = factories.UserFactory()
    user.set_password(factories.PASSWORD)
    user.save()
    client.force_login(user)
    words = "quiet-otter-lamp"
    fields = {"oldpassword": factories.PASSWORD, "password1": words, "password2": words}
    client.post(reverse("account_change_password"), fields)
    assert AccessEntry.objects.filter(user=user, act=Act.PASSWORD_CHANGED).count() == 1


@pytest.mark.parametrize("known", [True, False])
def test_a_refused_sign_in_is_recorded_without_what_was_typed(client, known):
    user = factories.UserFactory(username="petra")
    typed = "petra" if known else "correct horse"
    client.post(reverse("account_login"), {"login": typed, "password": "wrong"})
    entry = AccessEntry.objects.get(act=Act.SIGN_IN_REFUSED)
    assert entry.user == (user if known else None)
    assert "horse" not in str(AccessEntry.objects.filter(pk=entry.pk).values())


def test_the_board_records_a_list_that_changed_and_no_look_that_brought_nothing_new(client):
    client.force_login(factories.UserFactory(role=Role.CALL_HANDLER))
    factories.UnderWayVisitFactory()
    board = reverse("operations:board")
    page = client.get(board).context
    seen = {"seen": page["seen"], "tonight": page["tonight_seen"], "map": page["map_seen"]}

    def reads():
        return AccessEntry.objects.filter(what="operations.visit").count()

    assert reads() == 1
    client.get(board, seen, headers={"HX-Request": "true"})
    assert reads() == 1
    factories.UnderWayVisitFactory()
    client.get(board, seen, headers={"HX-Request": "true"})
    assert reads() == 2

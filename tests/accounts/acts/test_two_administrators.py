"""Two administrators with one page open: who saves second is told, and loses nothing."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.acts.admin import ComesBackFilled, ToldOfOthers
from accounts.acts.submissions import FIELD
from accounts.roles import Role
from tests import factories
from tests.locks import in_turn
from venues.models import LocalAuthority, VenueGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    person = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    client.force_login(person)
    return client


def opened(client, record):
    """The address of its page, and what the page's form would send."""
    meta = record._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
    page = client.get(url)
    form = page.context["adminform"].form
    shown = {field.html_name: field.value() for field in form}
    (token,) = re.findall(rf'name="{FIELD}" value="([^"]+)"', page.text)
    answers = {name: value for name, value in shown.items() if value not in (None, False)}
    return url, answers | {FIELD: token}


def test_who_saves_second_is_told_and_keeps_what_they_entered(administrator):
    group = factories.VenueGroupFactory(name="Lanternstay")
    url, answers = opened(administrator, group)
    _, others = opened(administrator, group)
    administrator.post(url, others | {"name": "Lanternstay Hotels"})
    told = administrator.post(url, answers | {"name": "Lanternstay Inns"})
    assert ToldOfOthers.CONFLICT in told.text
    assert 'value="Lanternstay Inns"' in told.text
    assert VenueGroup.objects.get(pk=group.pk).name == "Lanternstay Hotels"

    again = told.context["adminform"].form["seen"].value()
    (token,) = re.findall(rf'name="{FIELD}" value="([^"]+)"', told.text)
    saved = answers | {"name": "Lanternstay Inns", "seen": again, FIELD: token}
    assert administrator.post(url, saved).status_code == 302
    assert VenueGroup.objects.get(pk=group.pk).name == "Lanternstay Inns"


def test_what_another_page_changed_of_a_person_is_told_too(administrator):
    unit = factories.CommandUnitFactory()
    person = factories.UserFactory(role=Role.CALL_HANDLER)
    url, answers = opened(administrator, person)
    unit.members.add(person)
    assert ToldOfOthers.CONFLICT in administrator.post(url, answers).text
    assert set(person.command_units.all()) == {unit}


def test_what_an_import_changes_at_the_instant_of_saving_is_told_too(administrator):
    authority = factories.LocalAuthorityFactory(name="Northmoor")
    url, answers = opened(administrator, authority)
    row = LocalAuthority.objects.filter(pk=authority.pk)
    _, told = in_turn(
        row,
        lambda: row.update(gss_code="E98000001"),
        lambda: administrator.post(url, answers | {"name": "Northmoor Council"}),
    )
    assert ToldOfOthers.CONFLICT in told.text
    authority.refresh_from_db()
    assert (authority.name, authority.gss_code) == ("Northmoor", "E98000001")


def test_roles_that_were_given_meanwhile_are_not_taken_unseen(administrator):
    person = factories.UserFactory(role=Role.CALL_HANDLER)
    url, answers = opened(administrator, person)
    person.groups.add(Group.objects.get(name=Role.TRAINING_COORDINATOR))
    assert ToldOfOthers.CONFLICT in administrator.post(url, answers).text
    assert person.groups.count() == 2


def test_who_saves_alone_is_told_nothing_and_the_page_no_change_of_what_was_seen(administrator):
    group = factories.VenueGroupFactory(name="Lanternstay")
    url, answers = opened(administrator, group)
    page = administrator.post(url, answers | {"name": "Lanternstay Inns"}, follow=True)
    assert ToldOfOthers.CONFLICT not in page.text
    (change,) = LogEntry.objects.filter(object_id=str(group.pk))
    assert change.get_change_message() == "Changed Name."
    assert VenueGroup.objects.get(pk=group.pk).name == "Lanternstay Inns"


def test_each_page_of_a_record_carries_what_it_showed(administrator):
    for make in (factories.VenueGroupFactory, factories.LocalAuthorityFactory):
        make()
    ours = [
        model for model, page in admin.site._registry.items() if isinstance(page, ComesBackFilled)
    ]
    assert len(ours) == 12
    for model in ours:
        meta, row = model._meta, model._base_manager.first()
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        page = administrator.get(url).text
        assert re.search(r'<input type="hidden" name="seen" value="\w{64}"', page), model

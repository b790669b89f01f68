"""Administrators and the log hear of it when the record is not sealed or retention did not run."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessEntry, Seal
from accounts.record import night_work, retention
from accounts.record.access_log import Act
from accounts.roles import Role
from tests.database import as_owner
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)


def late(at=NOW):
    seal = night_work.latest_seal()
    return {work.name for work in night_work.works(at=at, seal=seal) if work.late}


def done(at):
    with as_owner():
        Seal.objects.create(day=at.date(), previous=bytes(32), seal=bytes(32), entries=0, tables={})
        AccessEntry.objects.create(act=Act.RETENTION_APPLIED, what="retention", at=at)


def test_a_new_installation_has_a_night_before_anything_is_late():
    AccessEntry.objects.create(act=Act.SIGNED_IN, at=NOW - dt.timedelta(hours=20))
    assert late() == set()
    assert late(NOW + dt.timedelta(days=1)) == {"seal", "retention"}


def test_each_run_of_retention_is_on_record_also_if_nothing_was_erased():
    with as_owner():
        retention.apply(on=timezone.localdate())
    assert AccessEntry.objects.filter(act=Act.RETENTION_APPLIED).count() == 1
    assert "retention" not in late(timezone.now())


def test_what_was_not_done_in_the_night_is_warned_of_in_the_log(caplog):
    done(NOW - dt.timedelta(hours=50))
    night_work.warn(at=NOW + dt.timedelta(days=400))
    told = [record for record in caplog.records if "night" in str(record.msg)]
    assert len(told) == 2


def test_the_log_page_says_when_it_was_done_and_warns_when_it_was_not(client):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    with as_owner():
        AccessEntry.objects.create(act=Act.SIGNED_IN, at=timezone.now() - dt.timedelta(days=3))
    page = client.get(reverse("accounts:log")).text
    assert "What is kept no longer is not erased" in page
    assert "The record is not sealed" in page
    with as_owner():
        retention.apply(on=timezone.localdate())
    page = client.get(reverse("accounts:log")).text
    assert "What is kept no longer was last erased" in page

"""What records hold is tidy and in range, whatever writes them: the models, or SQL itself."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from accounts.database.model_fields import (
    DayField,
    EmailLineField,
    LineField,
    LinesField,
    MomentField,
    TelephoneField,
)
from accounts.models import User
from operations.models import Cadet
from tests import factories
from venues.models import Venue, VenueContact, VenueGroup

pytestmark = pytest.mark.django_db

OURS = ("accounts", "venues", "operations")  # messages of the outbox are written from these

#: Text that no person types, or that is kept as it came.
AS_IT_COMES = {
    "accounts.User.password": "A digest",
    "accounts.AccessEntry.what": "a name of ours",
    "accounts.AccessEntry.purpose": "written by our own words around what a form has tidied",
    "accounts.AccessEntry.address": "an address of the network",
    "accounts.AccessEntry.path": "an address of ours",
    "accounts.Erasure.source": "a name of ours",
    "accounts.Erasure.rule": "a name of ours",
    "accounts.SealedEntry.source": "a name of ours",
    "accounts.Submission.content": "a digest",
    "accounts.Submission.answer": "an address of ours",
    "accounts.Undo.act": "a name of ours",
    "accounts.Undo.says": "a sentence of ours",
    "operations.Authorisation.fingerprint": "a digest",
    "operations.DrawPlan.frame": "the very text of which the digest is",
    "operations.DrawPlan.frame_hash": "a digest",
    "operations.DrawPlan.seed": "figures by chance",
    "operations.DrawPlan.seed_hash": "a digest",
    "operations.SealedSeed.seed": "figures by chance",
    "operations.Figure.name": "a state, kind or reason of ours",
}
#: Days that are worked out and never typed.
WORKED_OUT = {
    "accounts.Seal.day",
    "accounts.SealedEntry.day",
    "operations.Figure.month",
    "operations.Uncounted.after",
    "operations.Uncounted.month",
}


def fields(kind):
    for model in apps.get_models():
        if model._meta.app_label in OURS and not hasattr(model, "pgh_tracked_model"):
            for field in model._meta.local_concrete_fields:
                if isinstance(field, kind) and not field.generated:
                    yield f"{model._meta.label}.{field.name}", field


#: Fields that tidy what they are given.
TIDIED = (LineField, LinesField, EmailLineField, TelephoneField)


def test_every_text_is_tidied_or_says_why_not():
    untidy = {
        label
        for label, field in fields((models.CharField, models.TextField))
        if not isinstance(field, TIDIED) and not field.choices
    }
    assert untidy == set(AS_IT_COMES)


def test_every_day_is_in_range_or_is_worked_out():
    days = {
        label
        for label, field in fields(models.DateField)
        if not isinstance(field, (DayField, models.DateTimeField))
    }
    assert days == WORKED_OUT


def test_every_column_of_these_fields_has_its_check():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'kept\\_%'")
        count = cursor.fetchone()[0]
    assert count == len(list(fields((*TIDIED, DayField, MomentField)))) > 40


TYPED = "  Lantern\u200bstay\r\n\u202eInn\u2060 \uff11\x00 "
TIDY = "Lanternstay Inn 1"


def test_saving_tidies_and_the_record_at_hand_says_so_too():
    venue = factories.VenueFactory(name=TYPED, notes="One\r\n\ttwo\u200b \n\n")
    assert (venue.name, venue.notes) == (TIDY, "One\ntwo")
    venue.refresh_from_db()
    assert (venue.name, venue.notes) == (TIDY, "One\ntwo")


def test_so_do_bulk_updates_and_questions():
    VenueGroup.objects.bulk_create([VenueGroup(name=TYPED)])
    group = VenueGroup.objects.get(name=TYPED)
    assert group.name == TIDY
    VenueGroup.objects.update(name=f"{TYPED} and more")
    group.refresh_from_db()
    assert group.name == f"{TIDY} and more"
    group.name = "\u200bOther"
    VenueGroup.objects.bulk_update([group], ["name"])
    assert VenueGroup.objects.get().name == "Other"


def test_a_name_that_shows_nothing_is_no_name():
    with pytest.raises(ValidationError):
        VenueGroup(name="\u200b\u2060").full_clean()


def test_a_username_is_one_however_its_letters_are_written():
    factories.UserFactory(username="ada")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.UserFactory(username="\uff41d\u200ba")
    assert User.objects.filter(username="ada").count() == 1


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u2060", "\x07", "\n", "\u202e", "\u3164", "\U0001d173"]
)
def test_sql_itself_writes_nothing_that_can_not_be_seen(hidden):
    venue = factories.VenueFactory()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE venues_venue SET name = name || %s", [hidden])
    venue.refresh_from_db()
    assert hidden not in venue.name


@pytest.mark.parametrize("reference", ["WC\u200b-001", "WC-\uff10\uff101", "wc-001", "WC-001\n"])
def test_one_cadet_is_never_two(reference):
    factories.CadetFactory(reference="WC-001")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.CadetFactory(reference=reference)
    # Nor by a letter of another alphabet that looks the same, nor by SQL.
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.CadetFactory(reference="WС-001")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE operations_cadet SET reference = 'WC' || chr(8203) || '-001'")
    assert Cadet.objects.count() == 1


@pytest.mark.parametrize("year", [1026, 1999, 2101, 9999])
def test_no_day_is_out_of_range(year):
    day = dt.date(year, 12, 31)
    session = factories.TrainingSessionFactory()
    session.held_on = day
    with pytest.raises(ValidationError, match="between 1 January 2000 and 31 December 2100"):
        session.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        session.save()


def test_a_venue_closes_within_the_range_too():
    venue = factories.VenueFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Venue.objects.filter(pk=venue.pk).update(closed_on="1026-11-24", closed_reason="Gone")


@pytest.mark.parametrize("address", ["jo\u0131e@hotel.example", "\u01c6o@hotel.example"])
def test_an_address_that_few_mail_servers_take_is_refused_in_words(address):
    with pytest.raises(ValidationError, match="English letters alone before the @"):
        VenueContact._meta.get_field("email").clean(address, None)


def test_an_address_at_a_domain_in_any_script_is_taken():
    address = "jo@hötel.example"
    assert VenueContact._meta.get_field("email").clean(address, None) == address

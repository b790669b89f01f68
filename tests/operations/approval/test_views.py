"""Pages of approval, by the people who use them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from operations.models import Authorisation, Operation
from tests import factories
from tests.accounts.acts.test_submissions import day
from tests.operations.approval.conftest import submit

pytestmark = pytest.mark.django_db


def url(name, record):
    return reverse(f"operations:{name}", args=[record.pk])


def send(client, page, answers):
    """As the page was shown, with these answers."""
    shown = client.get(page).context["form"].initial
    hidden = {"fingerprint": shown["fingerprint"]} if "fingerprint" in shown else {}
    return client.post(page, hidden | answers, follow=True)


def test_an_operation_goes_through_its_pages_to_published(client, draft, planner, lead):
    client.force_login(planner)
    page = client.get(draft.get_absolute_url()).text
    assert "Submit for authority" in page
    today = timezone.localdate()
    answers = {"venues_at_most": 3, "cadet_visits_at_most": 1, "risk_assessment": "RA/7"}
    answers |= {"equality_check": "EIA/7", **day("risk_assessed_on", today)}
    answers |= day("equality_checked_on", today)
    page = send(client, url("operation_submit", draft), answers).text
    assert "Somebody else has to authorise it" in page

    client.force_login(lead)
    assert draft.name in client.get(reverse("operations:to_authorise")).text
    assert "waits for you to authorise it" in client.get(draft.get_absolute_url()).text
    asked = Authorisation.objects.get()
    shown = client.get(url("authorise", asked)).text
    assert draft.chosen_venues.get().venue.name not in shown
    days = day("valid_from", draft.starts_on) | day("valid_until", draft.ends_on)
    answers = {"considered": "none_needed", "rationale": "Fair"} | days
    page = send(client, url("authorise", asked), answers).text
    assert "The operation is authorised" in page

    client.force_login(planner)
    page = send(client, url("operation_publish", draft), {}).text
    assert "The operation is published" in page
    assert Operation.objects.get(pk=draft.pk).is_published


def test_the_page_says_what_changed_since_it_was_authorised(client, published, planner):
    Operation.objects.filter(pk=published.pk).update(authorisation_reference="AUTH/2")
    client.force_login(planner)
    page = client.get(published.get_absolute_url()).text
    assert "Authority reference: authorised AUTH/1, now AUTH/2" in page
    assert "Ask for authority again" in page
    page = client.get(url("operation_submit", published)).text
    assert "Authority reference: authorised AUTH/1, now AUTH/2" in page
    assert 'value="RA/7"' in page  # as it was answered the last time


def test_what_is_missing_is_linked_to_where_it_is_mended(client, planner):
    operation = factories.DraftOperationFactory(created_by=planner, authorisation_reference="")
    client.force_login(planner)
    page = client.get(url("operation_submit", operation)).text
    assert "No venues are chosen" in page
    assert url("operation_venues", operation) in page
    assert url("operation_edit", operation) in page


def test_a_refusal_is_read_by_the_planner(client, draft, planner, lead):
    asked = submit(draft, planner)
    client.force_login(lead)
    send(client, url("authority_refuse", asked), {"rationale": "Too many cadets"})
    client.force_login(planner)
    page = client.get(draft.get_absolute_url()).text
    assert "Too many cadets" in page
    client.force_login(lead)
    page = client.get(url("authorise", asked), follow=True).text
    assert "decided or withdrawn already" in page


def test_what_is_for_somebody_else_to_decide_says_so(client, draft, planner, unit):
    asked = submit(draft, planner)
    draft.lead.command_units.add(unit)
    client.force_login(draft.lead)
    page = client.get(url("authorise", asked), follow=True).text
    assert "Somebody else has to decide this" in page
    assert "Nothing waits for you" in client.get(reverse("operations:to_authorise")).text


def test_withdrawing_asks_why(client, draft, planner):
    submit(draft, planner)
    client.force_login(planner)
    page = url("operation_withdraw", draft)
    assert "Enter why it is withdrawn" in send(client, page, {"reason": ""}).text
    assert "It is withdrawn" in send(client, page, {"reason": "Too soon"}).text


@pytest.mark.parametrize("stage", ["live", "draft", "closed", "published"])
def test_operations_are_listed_by_how_far_they_are(client, published, planner, stage):
    ahead = timezone.localdate() + timezone.timedelta(days=9)
    names = {
        "live": published.name,
        "draft": factories.DraftOperationFactory(created_by=planner).name,
        "closed": factories.ClosedOperationFactory(created_by=planner).name,
        "published": factories.OperationFactory(created_by=planner, starts_on=ahead).name,
    }
    client.force_login(planner)
    page = client.get(reverse("operations:operation_list"), {"stage": stage}).text
    assert {key for key, name in names.items() if name in page} == {stage}


def test_what_waits_takes_as_many_questions_however_much_it_is(client, lead, unit, planner):
    def wait():
        operation = factories.DraftOperationFactory(created_by=planner)
        venue = factories.VenueFactory(unit=unit)
        factories.OperationVenueFactory(operation=operation, venue=venue)
        submit(operation, planner)

    def questions():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("operations:to_authorise"))
        return len(asked)

    client.force_login(lead)
    wait()
    questions()
    few = questions()
    for _ in range(4):
        wait()
    assert questions() == few

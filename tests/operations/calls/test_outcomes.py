"""The outcome's form begins with what the control room knows, and both versions are kept."""

import pytest

from accounts.roles import Role
from operations.models import Call, Outcome
from tests import factories
from tests.answers import NOTHING_NOTICED
from tests.operations.calls.conftest import MINUTE
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(officer):
    return signed_in(officer)


@pytest.fixture
def about_it(test_visit, venue):
    """A call seven minutes after the start, matched to the visit."""
    return factories.CallFactory(
        venue=venue,
        called_at=test_visit.started_at + 7 * MINUTE,
        number="999",
        makesafe_quoted=True,
        officers_sent=True,
        arrived_at=test_visit.started_at + 12 * MINUTE,
        incident_reference="CAD 1",
        matched_to=test_visit,
    )


def form_of(phone, visit):
    return phone.get(url("outcome_add", visit.pk)).context["form"]


def filled_in(form):
    """The answers that stand there already, but for what the page says of itself."""
    shown = [form[name] for name in form.fields if not form[name].is_hidden]
    return {field.name: field.value() for field in shown if field.value()}


def test_a_matched_call_fills_in_what_the_control_room_knows_and_says_so(
    phone, test_visit, about_it
):
    form = form_of(phone, test_visit)
    filled = filled_in(form)
    assert filled == {
        "police_contacted": "yes",
        "contact_method": "999",
        "contact_minutes": 7,
        "makesafe_quoted": "yes",
        "officers_sent": "yes",
        "officers_arrived_minutes": 5,
        "incident_reference": "CAD 1",
    }
    page = phone.get(url("outcome_add", test_visit.pk)).content.decode()
    assert page.count("As the control room recorded it") == len(filled)
    assert page.count("data-told") >= len(filled)
    assert "The control room has recorded a call about this visit" in page


def test_a_call_that_nobody_matched_fills_in_nothing(phone, test_visit, venue):
    factories.CallFactory(venue=venue, number="999", makesafe_quoted=True)
    form = form_of(phone, test_visit)
    assert filled_in(form) == {}
    page = text(phone.get(url("outcome_add", test_visit.pk)))
    assert "As the control room recorded it" not in page


def logged(visit, **facts):
    return factories.OutcomeFactory(visit=visit, **facts)


def test_where_they_differ_both_stand_on_the_visits_page_and_neither_is_overwritten(
    phone, test_visit, about_it
):
    test_visit.outcome = logged(test_visit, contact_minutes=5, makesafe_quoted=False)
    test_visit.state, test_visit.ended_at = "completed", test_visit.started_at + 20 * MINUTE
    test_visit.save()
    page = text(phone.get(test_visit.get_absolute_url()))
    assert "Where the two records differ" in page
    assert "Yes. Called 101, after about 5 minutes Yes. Called 999, after about 7 minutes" in page
    assert "“Makesafe” said No Yes" in page
    assert Outcome.objects.get().contact_minutes == 5
    assert Call.objects.get().number == "999"


def test_where_the_team_saw_no_contact_the_call_stands_beside_it(phone, test_visit, about_it):
    test_visit.outcome = logged(test_visit, **factories.FACTS_OF["partly"])
    test_visit.state, test_visit.ended_at = "completed", test_visit.started_at + 20 * MINUTE
    test_visit.save()
    page = text(phone.get(test_visit.get_absolute_url()))
    assert "Police contacted No Yes. Called 999" in page


def test_records_that_agree_are_not_compared(phone, test_visit, about_it):
    about_it.number, about_it.recognised = "101", True
    about_it.incident_reference = ""
    about_it.save()
    test_visit.outcome = logged(
        test_visit, contact_minutes=7, officers_arrived_minutes=5, contact_method="101"
    )
    test_visit.state, test_visit.ended_at = "completed", test_visit.started_at + 20 * MINUTE
    test_visit.save()
    page = text(phone.get(test_visit.get_absolute_url()))
    assert "Calls to the control room" in page
    assert "Where the two records differ" not in page


def test_whoever_sees_the_call_and_the_visit_sees_both_on_the_calls_page(
    lead, test_visit, about_it
):
    test_visit.outcome = logged(test_visit, makesafe_quoted=False)
    test_visit.state, test_visit.ended_at = "completed", test_visit.started_at + 20 * MINUTE
    test_visit.save()
    assert "Where the two records differ" in text(signed_in(lead).get(about_it.get_absolute_url()))
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    page = text(signed_in(handler).get(about_it.get_absolute_url()))
    assert "Where the two records differ" not in page


def test_what_the_officer_sends_is_what_is_kept(phone, test_visit, about_it):
    number = form_of(phone, test_visit)["submission"].value()
    answers = NOTHING_NOTICED | {"refresher_accepted": "yes", "submission": number}
    assert phone.post(url("outcome_add", test_visit.pk), answers).status_code == 302
    assert not Outcome.objects.get().police_contacted

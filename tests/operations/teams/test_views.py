"""Pages of cadets: who may go today, and that nothing typed is lost."""

import datetime as dt
import re

import pytest

from operations.models import Cadet
from tests.factories import CadetFactory, CadetMemberFactory, VisitFactory
from tests.operations.pages import at, date_of, sixteen, soon, text, url

pytestmark = pytest.mark.django_db


def test_the_list_of_cadets_says_who_may_go_today_and_why_not(as_planner):
    ready = CadetFactory()
    unready = CadetFactory(briefed_on=None)

    page = text(as_planner.get(url("cadet_list")))

    assert re.search(rf"{ready.reference} , edit 16 ✓?\s?Yes|{ready.reference}.{{0,60}}Yes", page)
    assert "Not today The briefing is not on record." in page
    assert unready.reference in page


def test_a_cadet_is_added_and_changed(as_planner):
    answers = {"reference": "WC-100"} | date_of("birth_date", dt.date(2010, 5, 1))
    as_planner.post(url("cadet_add"), answers)

    cadet = Cadet.objects.get(reference="WC-100")
    assert cadet.consented_on is None
    answers |= {"version": cadet.version} | date_of("consented_on", dt.date(2026, 1, 2))
    as_planner.post(url("cadet_edit", cadet.pk), answers)

    cadet.refresh_from_db()
    assert cadet.consented_on == dt.date(2026, 1, 2)


def test_the_second_of_two_who_edit_a_cadet_is_told_and_loses_nothing(as_planner):
    cadet = CadetFactory(consented_on=None)
    opened = as_planner.get(url("cadet_edit", cadet.pk)).context["form"]
    answers = {"reference": "WC-100", "version": opened.initial["version"]}
    answers |= date_of("birth_date", cadet.birth_date)
    as_planner.post(url("cadet_edit", cadet.pk), answers)

    late = answers | {"reference": "WC-200"}
    response = as_planner.post(url("cadet_edit", cadet.pk), late)

    assert "Somebody else saved this after you opened it" in text(response)
    assert 'value="WC-200"' in response.content.decode()
    cadet.refresh_from_db()
    assert cadet.reference == "WC-100"


def test_a_cadet_that_will_not_do_is_refused_at_the_question(as_planner):
    CadetFactory(reference="WC-100")

    response = as_planner.post(
        url("cadet_add"), {"reference": "wc-100"} | date_of("birth_date", dt.date(2001, 5, 1))
    )

    assert set(response.context["form"].errors) == {"reference", "birth_date"}


def test_the_planned_visits_that_a_changed_cadet_may_not_go_on_are_named(as_planner, visit_to_come):
    cadet = CadetMemberFactory(visit=visit_to_come).cadet
    elsewhere = VisitFactory(starts_at=at(19, day=soon() + dt.timedelta(days=1)))
    CadetMemberFactory(visit=elsewhere, cadet=cadet)
    page = url("cadet_edit", cadet.pk)
    assert "Planned visits to change" not in text(as_planner.get(page))
    answers = {"reference": "WC-1", "version": cadet.version} | date_of("birth_date", sixteen())

    response = as_planner.post(page, answers, follow=True)

    assert response.redirect_chain == [(page, 302)]
    shown = text(response)
    assert visit_to_come.venue.name in shown
    assert "Consent is not on record. The briefing is not on record." in shown
    assert elsewhere.venue.name not in shown


def test_no_cadets_says_what_to_do_next(as_planner):
    assert "Add each cadet by reference" in text(as_planner.get(url("cadet_list")))


def test_queries_of_cadets_do_not_grow(as_planner, queries_of):
    CadetFactory.create_batch(2)
    few = queries_of(as_planner, url("cadet_list"))

    CadetFactory.create_batch(9)

    assert queries_of(as_planner, url("cadet_list")) == few

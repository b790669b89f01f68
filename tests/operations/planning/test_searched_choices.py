"""Officers, cadets and venues of a visit where there are too many for a list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessEntry
from accounts.roles import Role
from govuk import searched
from operations.models import Visit
from tests.factories import (
    CadetFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
)
from tests.operations.pages import date_of, soon, text, url

pytestmark = pytest.mark.django_db


def officer(first, last, username):
    return UserFactory(
        role=Role.VISITING_OFFICER, first_name=first, last_name=last, username=username
    )


@pytest.fixture(autouse=True)
def many(monkeypatch):
    """Two is too many."""
    monkeypatch.setattr(searched, "MOST_LISTED", 1)


@pytest.fixture
def people():
    named = [("Amy", "Jones", "ajones"), ("Zoë", "Jonesson", "4711"), ("Amy", "Li", "ali")]
    return {username: officer(first, last, username) for first, last, username in named}


@pytest.fixture
def page(chosen, unit, people):
    """The page of a new visit, which has two venues and two cadets to choose from."""
    other = VenueFactory(unit=unit, name="Birch House")
    OperationVenueFactory(operation=chosen.operation, venue=other)
    CadetFactory(reference="WC-1", command_unit=unit)
    CadetFactory(reference="WC-2", command_unit=unit)
    return url("visit_add", chosen.operation_id)


def plan(chosen, **changes):
    usual = {"starts_at": "19:00", "ends_at": "20:00", "venue": chosen.pk}
    return usual | date_of("on", soon()) | changes


def test_a_page_with_many_to_choose_from_lists_nobody(as_planner, page):
    shown = as_planner.get(page).text

    assert 'name="lead_find"' in shown
    assert "Jones" not in shown
    assert "WC-1" not in shown
    assert "Birch House" not in shown


@pytest.mark.parametrize("typed", ["amy  JONES", "ajones", "Amy Jones, ajones"])
def test_who_is_named_exactly_is_taken(as_planner, page, chosen, people, typed):
    as_planner.post(page, plan(chosen, lead_find=typed))

    assert Visit.objects.get().team.get().officer == people["ajones"]


def test_part_of_a_name_shows_who_fits_and_loses_nothing(as_planner, page, chosen, people):
    lead, welfare = people["ali"], people["4711"]
    typed = plan(chosen, lead=lead.pk, welfare_find="jones", support=welfare.pk, ends_at="20:45")
    answer = as_planner.post(page, typed)

    assert not Visit.objects.exists()
    assert answer.context["form"].errors["welfare"] == ["2 fit “jones”. Choose below."]
    shown = answer.text
    for name, key, ticked in (
        ("venue", chosen.pk, " checked"),
        ("lead", lead.pk, " checked"),
        ("support", welfare.pk, " checked"),
        ("welfare", people["ajones"].pk, ""),
        ("welfare", welfare.pk, ""),
    ):
        kind = "checkbox" if name == "support" else "radio"
        assert f'name="{name}" type="{kind}" value="{key}"{ticked}>' in shown
    assert 'value="20:45"' in shown
    assert 'href="#id_welfare_find"' in shown
    assert '<input type="hidden" name="welfare_seen" value="jones">' in shown

    del typed["support"]
    typed["welfare_seen"] = "jones"
    again = as_planner.post(page, typed).context["form"].errors  # as it came back
    assert again["welfare"] == ["2 fit “jones”. Choose below."]
    as_planner.post(page, typed | {"welfare": welfare.pk})
    assert set(Visit.objects.get().team.values_list("officer", "duty")) == {
        (lead.pk, "lead"),
        (welfare.pk, "welfare"),
    }


def test_one_who_fits_in_part_is_not_taken_unseen(as_planner, page, chosen):
    answer = as_planner.post(page, plan(chosen, lead_find="Jonesso"))

    assert not Visit.objects.exists()
    assert answer.context["form"].errors["lead"] == ["1 fits “Jonesso”. Choose below."]


def test_who_was_named_stays_chosen_where_something_else_is_wrong(as_planner, page, chosen, people):
    typed = plan(chosen, lead_find="ali", support=people["4711"].pk, support_find="ajones")
    shown = as_planner.post(page, typed | {"ends_at": ""}).text

    for name, username, kind in (
        ("lead", "ali", "radio"),
        ("support", "4711", "checkbox"),
        ("support", "ajones", "checkbox"),
    ):
        assert f'name="{name}" type="{kind}" value="{people[username].pk}" checked>' in shown


def test_what_is_typed_goes_before_what_was_chosen(as_planner, page, chosen, people):
    as_planner.post(page, plan(chosen, lead=people["ali"].pk, lead_find="ajones"))
    assert Visit.objects.get().team.get().officer == people["ajones"]


def test_what_is_typed_of_several_is_added(as_planner, page, chosen, people):
    team = {"lead": people["ali"].pk, "support": people["4711"].pk, "support_find": "ajones"}
    as_planner.post(page, plan(chosen, **team))

    support = Visit.objects.get().team.filter(duty="support").values_list("officer", flat=True)
    assert set(support) == {people["4711"].pk, people["ajones"].pk}


def test_nobody_may_be_chosen_of_those_who_fit(as_planner, page, chosen, people):
    typed = plan(chosen, lead=people["ali"].pk, welfare_find="jones", welfare_seen="jones")
    as_planner.post(page, typed | {"welfare": ""})
    assert Visit.objects.get().team.get().officer == people["ali"]


def test_of_several_what_was_shown_is_ticked_or_asked_again(as_planner, page, chosen, people):
    typed = plan(chosen, lead=people["ali"].pk, support=people["ajones"].pk, support_find="jones")
    assert "support" in as_planner.post(page, typed).context["form"].errors  # not shown yet
    assert not Visit.objects.exists()

    as_planner.post(page, typed | {"support_seen": "jones", "support": people["4711"].pk})
    assert Visit.objects.get().team.get(duty="support").officer == people["4711"]


def test_namesakes_are_told_apart_by_their_usernames(as_planner, page, chosen, people):
    officer("Amy", "Jones", "5812")
    answer = as_planner.post(page, plan(chosen, lead_find="Amy Jones"))

    assert not Visit.objects.exists()
    assert answer.context["form"].errors["lead"] == ["2 fit “Amy Jones”. Choose below."]
    assert "Amy Jones, ajones" in answer.text
    assert "Amy Jones, 5812" in answer.text


def test_a_name_is_not_taken_while_others_who_fit_are_left_out(
    as_planner, page, chosen, monkeypatch
):
    monkeypatch.setattr(searched, "MOST_FOUND", 1)
    as_planner.post(page, plan(chosen, lead_find="Amy Jones"))
    assert Visit.objects.count() == 1  # one fits

    officer("Amy Jones", "Zander", "zander")
    answer = as_planner.post(page, plan(chosen, lead_find="Amy Jones", starts_at="18:00"))
    assert Visit.objects.count() == 1
    assert "More than 1 fit" in answer.context["form"].errors["lead"][0]


def test_nobody_and_nothing_else_is_found(as_planner, page, chosen):
    """Who is no officer, whose account is closed, whose unit is another, what was not chosen."""
    UserFactory(role=Role.PLANNER, first_name="Pat", last_name="Planner")
    gone = officer("Gus", "Gone", "gone")
    gone.is_active = False
    gone.save()
    CadetFactory(reference="XX-9", command_unit=VenueFactory().local_authority.command_unit)
    VenueFactory(name="Elsewhere Inn")
    for question, typed in (
        ("lead", "Pat Planner"),
        ("lead", "gone"),
        ("lead", "%"),
        ("cadet", "XX-9"),
        ("venue", "Elsewhere Inn"),
    ):
        answer = as_planner.post(page, plan(chosen) | {f"{question}_find": typed})
        assert "Nothing fits" in answer.context["form"].errors[question][0], question
        found = as_planner.get(page, {"find": question, "text": typed}).json()
        assert "Nothing fits" in found["says"]
        assert "<input" not in found["html"].replace('value="" checked', "")


def test_what_fits_is_told_as_one_types(as_planner, page, people):
    found = as_planner.get(page, {"find": "support", "text": "jon", "has": people["ali"].pk}).json()

    assert found["says"] == "2 fit “jon”."
    assert f'value="{people["ali"].pk}" checked>' in found["html"]
    assert f'value="{people["4711"].pk}">' in found["html"]
    assert "Zoë Jonesson, 4711" in found["html"]
    assert as_planner.get(page, {"find": "lead", "text": "\0"}).status_code == 200
    assert as_planner.get(page, {"find": "on", "text": "x"}).status_code == 404
    assert as_planner.get(page, {"find": "nothing", "text": "x"}).status_code == 404


def test_who_may_not_plan_finds_nobody(client, page, people):
    client.force_login(people["ali"])
    assert client.get(page, {"find": "lead", "text": "jones"}).status_code in (403, 404)


def test_accents_do_not_matter(as_planner, page):
    assert "Zoë" in as_planner.get(page, {"find": "lead", "text": "zoe"}).json()["html"]


def test_that_cadets_were_found_is_on_record(as_planner, page):
    as_planner.get(page)
    listed = AccessEntry.objects.filter(what="operations.cadet")
    assert not listed.exists()  # none stands on the page
    assert "WC-2" in as_planner.get(page, {"find": "cadet", "text": "wc-2"}).json()["html"]
    assert len(listed.get().ids) == 1


def test_a_plan_is_edited_with_its_team_on_the_page(as_planner, page, chosen, people):
    CadetFactory.create_batch(2)
    as_planner.post(page, plan(chosen, lead_find="ali", welfare_find="ajones"))
    visit = Visit.objects.get()
    shown = text(as_planner.get(url("visit_edit", visit.pk)))

    assert "Amy Li, ali" in shown
    assert "Amy Jones, ajones" in shown
    assert "Jonesson" not in shown


def test_the_page_asks_as_much_whoever_there_is(as_planner, page):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            size = len(as_planner.get(page).content)
        return len(captured), size

    asked()
    before = asked()
    for number in range(30):
        officer("Amy", "Jones", f"more{number}")
    assert asked() == before

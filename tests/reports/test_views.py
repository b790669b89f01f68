"""The dashboard as a page and its tables as files."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from operations.models import Selection
from reports.dashboards import TABLES
from reports.statistics import Rate
from tests.factories import (
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    PartlyVisitFactory,
    ScenarioFactory,
    UserFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db

PAGE = reverse("reports:dashboard")
FILES = [reverse("reports:table_csv", args=[slug]) for slug in TABLES]
READERS = {Role.CSE_LEAD, Role.ADMINISTRATOR}


@pytest.fixture
def unit():
    return CommandUnitFactory(name="North")


@pytest.fixture
def lead(client, unit):
    person = UserFactory(role=Role.CSE_LEAD, units=[unit])
    client.force_login(person)
    return person


def read(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("role", Role)
def test_the_dashboard_and_its_files_are_for_those_who_may_see_statistics(client, role):
    client.force_login(UserFactory(role=role))

    expected = 200 if role in READERS else 403
    assert {client.get(url).status_code for url in (PAGE, *FILES)} == {expected}


def test_whoever_is_not_signed_in_is_asked_to_sign_in(client):
    for url in (PAGE, *FILES):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_without_results_the_page_says_what_will_bring_them(client, lead):
    text = client.get(PAGE).content.decode()

    assert "No results yet" in text
    assert "No visits yet" in text  # instead of a pass rate
    assert "<svg" not in text


def test_a_filter_that_leaves_nothing_offers_to_be_cleared(client, lead, unit):
    CompletedVisitFactory(unit=unit)

    text = client.get(PAGE, {"selection": Selection.PRIORITY}).content.decode()

    assert "No visits match" in text
    assert 'href="?"' in text


def test_no_figures_stand_below_a_filter_that_is_refused(client, lead, unit):
    CompletedVisitFactory(unit=unit)
    response = client.get(PAGE, {"scenario": "none"})
    assert "No figures are shown until the filter is put right" in response.text
    assert "Pass rate" not in response.text
    assert "dashboard" not in response.context


def test_every_table_stands_on_the_page_with_its_file_under_it(client, lead, unit):
    FollowUpFactory(unit=unit)
    NotCompletedVisitFactory(unit=unit)

    response = client.get(PAGE, {"command_unit": unit.pk, "scenario": "all"})

    text = response.content.decode()
    for slug, table in response.context["tables"].items():
        assert table.rows, slug
        assert f'<h2 class="govuk-heading-m">{table.title}</h2>' in text
        file = reverse("reports:table_csv", args=[slug])
        assert f'href="{file}?command_unit={unit.pk}&amp;scenario=all"' in text


def test_rates_are_shown_with_interval_and_n_and_small_ones_as_counts(client, lead, unit):
    south = CommandUnitFactory(name="South")
    south.members.add(lead)
    CompletedVisitFactory.create_batch(6, unit=unit)
    PartlyVisitFactory.create_batch(2, unit=unit)
    CompletedVisitFactory.create_batch(3, unit=south)

    tables = client.get(PAGE, {"scenario": "all"}).context["tables"]

    # Wilson's interval of 6 in 8 is 0.409 to 0.929.
    assert tables["by-command-unit"].cells == [
        ("North", "6 of 8", "75% (41% to 93%)"),
        ("South", "3 of 3", "counts only"),
    ]


def test_mixed_scenario_versions_are_said_to_be_mixed_until_one_is_chosen(client, lead, unit):
    first = ScenarioFactory(title="Late walk-in")
    second = ScenarioFactory(title="Late walk-in", version=2)
    CompletedVisitFactory(unit=unit, operation__scenario=first)
    warning = "These visits used different scenario versions"
    assert warning not in client.get(PAGE, {"scenario": "all"}).content.decode()

    CompletedVisitFactory(unit=unit, operation__scenario=second)

    mixed = client.get(PAGE, {"scenario": "all"}).content.decode()
    assert warning in mixed
    assert f'href="?scenario={first.pk}"' in mixed
    assert "Apart for each scenario version, above" in mixed
    assert "Puts 2 scenario versions together, which do not compare" in mixed
    assert warning not in client.get(PAGE, {"scenario": first.pk}).content.decode()


def test_without_a_choice_only_the_newest_scenario_version_with_results_is_counted(
    client, lead, unit
):
    first = ScenarioFactory(title="Late walk-in")
    second = ScenarioFactory(title="Late walk-in", version=2)
    CompletedVisitFactory(unit=unit, operation__scenario=first)
    PartlyVisitFactory(unit=unit, operation__scenario=second)

    page = client.get(PAGE)
    file = client.get(reverse("reports:table_csv", args=["by-command-unit"]))

    assert page.context["dashboard"].pass_rate == Rate(0, 1)
    assert not page.context["form"].has_changed()
    assert "Drawn by chance, Late walk-in (version 2)" in page.content.decode()
    assert read(file)[1][-1] == (
        "Drawn by chance, Late walk-in (version 2). "
        "What the venues of 1 visit were drawn from is not on record."
    )


def test_figures_of_today_stand_apart_from_those_of_the_visits_chosen(client, lead, unit):
    FollowUpFactory(unit=unit)

    page = client.get(PAGE, {"until": "2020-01-01"}).content.decode()

    visits, today = page.split("Follow-ups today")
    assert "These visits" in visits
    assert "Overdue follow-ups" not in visits
    assert "Pass rate</dt>" not in today
    assert "whenever the visit was, however the venue was chosen" in today


def test_files_that_count_other_visits_than_the_page_say_so(client, lead, unit):
    FollowUpFactory(unit=unit, visit__selection=Selection.PRIORITY)

    def covers(slug):
        file = client.get(reverse("reports:table_csv", args=[slug]), {"command_unit": unit.pk})
        return read(file)[1][-1]

    assert covers("by-selection") == "However the venue was chosen, North"
    words = covers("follow-ups")
    assert words.startswith("Open on ")
    assert words.endswith(
        ", whenever the visit was, however the venue was chosen, whatever the scenario version, "
        "North"
    )


def test_the_filters_offer_only_what_visible_results_have(client, lead, unit):
    mine = CompletedVisitFactory(unit=unit)
    elsewhere = CompletedVisitFactory()
    planned = VisitFactory(unit=unit)

    form = client.get(PAGE).context["form"]

    assert form.fields["command_unit"].choices == [("", "All"), (str(unit.pk), "North")]
    assert [str(mine.operation.scenario)] == [str(one) for one in form.scenarios.values()]
    text = client.get(PAGE).content.decode()
    for hidden in (elsewhere.operation, planned.operation):
        assert hidden.reference not in text
        refused = client.get(PAGE, {"operation": hidden.reference})
        assert "No operation with results has this reference or name." in refused.text
        assert "dashboard" not in refused.context


@pytest.mark.parametrize("text", ["ms/2026/4", "MS/2026/04", "lantern", "04 Lan", " Lantern "])
def test_an_operation_is_found_by_its_reference_or_a_part_of_its_name(client, lead, unit, text):
    wanted = OperationFactory(reference="MS/2026/04", name="Lantern")
    CompletedVisitFactory(unit=unit, operation=wanted)
    PartlyVisitFactory(unit=unit, operation__reference="MS/2026/40", operation__name="Beacon")

    page = client.get(PAGE, {"operation": text})

    assert page.context["dashboard"].filters.operation == wanted
    assert page.context["dashboard"].pass_rate == Rate(1, 1)


def test_several_operations_of_one_name_are_named_to_choose_from(client, lead, unit):
    for number in range(7):
        operation = OperationFactory(reference=f"MS/{number}", name="Lantern")
        CompletedVisitFactory(unit=unit, operation=operation)

    refused = client.get(PAGE, {"operation": "Lantern"}).text

    assert refused.count("Lantern, MS/") == 4 * 2  # in the summary and beside the question
    assert " and others. Enter the reference of one." in refused


def test_the_page_shows_the_latest_operations_and_the_file_all(client, lead, unit, monkeypatch):
    monkeypatch.setattr("reports.dashboards.OPERATIONS_PER_PAGE", 2)
    for day in range(1, 6):
        about = {"reference": f"MS/{day}", "name": "Lantern", "starts_on": dt.date(2026, 3, day)}
        CompletedVisitFactory(unit=unit, operation=OperationFactory(**about))

    def shown(**filters):
        page = client.get(PAGE, {"scenario": "all"} | filters)
        return [name for name, *_ in page.context["tables"]["by-operation"].cells], page.text

    names, first = shown()
    assert names == ["MS/5 Lantern", "MS/4 Lantern"]
    assert "Operations 1 to 2 of 5, the latest first. The file has all." in first
    assert "?scenario=all&amp;page=2" in first
    assert shown(page="3")[0] == ["MS/1 Lantern"]
    for out_of_reach in ("9", "0", "x"):
        assert shown(page=out_of_reach)[0] == names
    file = client.get(reverse("reports:table_csv", args=["by-operation"]), {"scenario": "all"})
    assert len(read(file)) == 1 + 5


def test_a_period_that_ends_before_it_begins_is_an_error_on_the_page_and_no_file(client, lead):
    period = {
        "since_day": "2",
        "since_month": "3",
        "since_year": "2026",
        "until_day": "1",
        "until_month": "3",
        "until_year": "2026",
    }

    page = client.get(PAGE, period).content.decode()

    assert "There is a problem" in page
    assert "The last day must be on or after the first day." in page
    assert client.get(FILES[0], period).status_code == 400


def test_a_file_has_the_same_figures_as_the_page_and_says_what_it_covers(client, lead, unit):
    CompletedVisitFactory.create_batch(6, unit=unit)
    PartlyVisitFactory.create_batch(2, unit=unit)
    south = CommandUnitFactory(name="=South()")
    south.members.add(lead)
    CompletedVisitFactory(unit=south)

    url = reverse("reports:table_csv", args=["by-command-unit"])
    response = client.get(url, {"scenario": "all"})

    covers = (
        "Drawn by chance. What the venues of 9 visits were drawn from is not on record. "
        "Puts 9 scenario versions together, which do not compare."
    )
    assert response["Content-Disposition"] == 'attachment; filename="by-command-unit.csv"'
    assert read(response) == [
        [
            "Command unit",
            "Responded well",
            "Of",
            "Rate %",
            "95% from %",
            "95% to %",
            "What is counted",
        ],
        ["North", "6", "8", "75.0", "40.9", "92.9", covers],
        ['="=South()"', "1", "1", "", "", "", covers],
    ]


def test_a_file_follows_the_filters(client, lead, unit):
    CompletedVisitFactory(unit=unit)
    PartlyVisitFactory(unit=unit, selection=Selection.PRIORITY)

    url = reverse("reports:table_csv", args=["by-command-unit"])
    response = client.get(url, {"selection": "priority"})

    assert [row[:3] for row in read(response)[1:]] == [["North", "0", "1"]]


def test_no_file_has_a_name_of_a_person_or_anything_of_a_planned_visit(client, lead, unit):
    officer = UserFactory(
        role=Role.VISITING_OFFICER, first_name="Unmistakable", last_name="Officer"
    )
    done = FollowUpFactory(unit=unit, visit__officer=officer, responsible=officer)
    planned = VisitFactory(unit=unit, officer=officer)

    everything = "".join(client.get(url).content.decode() for url in FILES)

    assert str(done.visit.operation) in everything
    assert "Unmistakable" not in everything
    assert officer.username not in everything
    assert str(planned.operation) not in everything
    assert planned.venue.name not in everything


def test_there_is_no_file_of_an_unknown_table(client, lead):
    url = reverse("reports:table_csv", args=["by-officer"])

    assert client.get(url).status_code == 404


def test_hostile_names_are_text_on_the_page(client, lead, unit):
    group = VenueGroupFactory(name="<script>alert(1)</script> & Sons")
    CompletedVisitFactory(venue=VenueFactory(unit=unit, group=group))

    text = client.get(PAGE).content.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons" in text


def fill(lead, number):
    for _ in range(number):
        unit = CommandUnitFactory()
        unit.members.add(lead)
        day = dt.datetime(2026, 1 + number % 9, 5, 19, tzinfo=dt.UTC)
        group = VenueGroupFactory()
        venue = VenueFactory(unit=unit, group=group)
        CompletedVisitFactory(venue=venue, starts_at=day)
        FollowUpFactory(unit=unit)
        NotCompletedVisitFactory(unit=unit)


def test_the_number_of_questions_to_the_database_does_not_grow(client, lead):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        return len(asked)

    fill(lead, 2)
    few = questions()
    fill(lead, 8)

    assert questions() == few

"""Pages on which visits are planned, changed and cancelled."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.addresses import number_of
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import Role
from operations.models import Cadet, Operation, Selection, Visit, VisitState
from operations.planning.schedule_forms import london_time
from tests.factories import (
    CadetFactory,
    CancelledVisitFactory,
    CompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.pages import at, date_of, sixteen, soon, text, url
from venues.models import Venue

pytestmark = pytest.mark.django_db


def last_sunday(month: int) -> dt.date:
    """When the clocks change next year."""
    last = dt.date(soon().year + 1, month, 31)
    return last - dt.timedelta(days=last.isoweekday() % 7)


def officer():
    return UserFactory(role=Role.VISITING_OFFICER)


def plan(**changes):
    """The answers of a visit that breaks no rule, but for what the test says."""
    usual = {"starts_at": "19:00", "ends_at": "20:00"} | date_of("on", soon())
    return usual | {"lead": officer().pk} | changes


# Planning a visit


def test_a_visit_is_planned_with_its_team(as_planner, chosen):
    lead, welfare, support, cadet = officer(), officer(), officer(), CadetFactory()
    Cadet.objects.update(birth_date=sixteen(), consented_on=soon(), briefed_on=soon())

    response = as_planner.post(
        url("visit_add", chosen.operation_id),
        plan(
            venue=chosen.pk,
            lead=lead.pk,
            welfare=welfare.pk,
            support=[support.pk],
            cadet=[cadet.pk],
        ),
    )

    visit = Visit.objects.get()
    assert response.url == chosen.operation.get_absolute_url()
    assert (visit.venue, visit.starts_at, visit.ends_at) == (chosen.venue, at(19), at(20))
    assert list(visit.team.values_list("officer", "cadet", "duty")) == [
        (lead.pk, None, "lead"),
        (welfare.pk, None, "welfare"),
        (support.pk, None, "support"),
        (None, cadet.pk, "cadet"),
    ]


def test_the_link_at_a_venue_leads_to_its_visit(as_planner, chosen):
    form = as_planner.get(url("visit_add", chosen.operation_id) + f"?venue={number_of(chosen.pk)}")

    assert f'<option value="{chosen.pk}" selected>' in form.content.decode()


def test_the_next_visit_starts_with_the_same_team_after_the_way(as_planner, chosen, visit_to_come):
    answers = plan(venue=chosen.pk, starts_at="21:00", ends_at="21:45", another=1)

    following = as_planner.post(url("visit_add", chosen.operation_id), answers, follow=True)

    initial = following.context["form"].initial
    assert initial["lead"] == answers["lead"]
    assert (initial["on"], initial["starts_at"], initial["ends_at"]) == (
        soon(),
        dt.time(22, 15),
        dt.time(23, 0),
    )


def test_a_visit_of_another_operation_gives_no_team(as_planner, chosen, unit):
    page = url("visit_add", chosen.operation_id)

    for other in (VisitFactory(), VisitFactory(unit=unit)):
        assert as_planner.get(f"{page}?after={other.number}").status_code == 404


@pytest.mark.parametrize("reason", ["closed", "merged", "elsewhere"])
def test_only_open_venues_of_the_planners_units_are_offered_for_a_visit(as_planner, chosen, reason):
    gone = OperationVenueFactory(operation=chosen.operation)
    unit = chosen.venue.local_authority.command_unit
    fields = {
        "closed": {"closed_on": soon(), "closed_reason": "Sold"},
        "merged": {"merged_into": chosen.venue},
        "elsewhere": {},
    }
    if reason != "elsewhere":
        gone.venue.local_authority.command_unit = unit
        gone.venue.local_authority.save()
    Venue.objects.filter(pk=gone.venue_id).update(name="Renamed", **fields[reason])

    form = as_planner.get(url("visit_add", chosen.operation_id)).context["form"]

    assert list(form.fields["venue"].queryset) == [chosen]


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"ends_at": "18:00"}, "ends_at", "The window must end after it starts."),
        (
            {"on_day": "99", "on_month": "11", "on_year": "2026"},
            "on",
            "Date must be a real date: 99 November 2026 does not exist",
        ),
        (date_of("on", dt.date(2099, 1, 1)), "on", "The operation runs from"),
        ({"starts_at": "late"}, "starts_at", "From must be a time of day, such as 19:30 or 7:30pm"),
        ({"starts_at": ""}, "starts_at", "Enter when the visit starts"),
        ({"ends_at": ""}, "ends_at", "Enter when the visit ends"),
        ({"lead": ""}, "lead", "Select lead officer"),
        ({"venue": ""}, "venue", "Select venue"),
    ],
)
def test_a_problem_of_a_visit_is_said_at_its_question(as_planner, chosen, changes, name, message):
    response = as_planner.post(
        url("visit_add", chosen.operation_id), plan(venue=chosen.pk) | changes
    )

    assert response.context["form"].errors[name][0].startswith(message)
    assert not Visit.objects.exists()


def test_a_taken_officer_and_an_unready_cadet_are_said_at_their_questions(as_planner, chosen):
    busy = VisitFactory(starts_at=at(19), ends_at=at(20)).team.get().officer
    cadet = CadetFactory(consented_on=None, birth_date=sixteen(), briefed_on=soon())

    response = as_planner.post(
        url("visit_add", chosen.operation_id),
        plan(venue=chosen.pk, lead=busy.pk, cadet=[cadet.pk]),
    )

    assert response.context["form"].errors == {
        "lead": [f"{busy}: This officer is in another visit at that time."],
        "welfare": [
            "A cadet needs two adults in the team.",
            "One of the adults must be welfare officer.",
        ],
        "cadet": [f"{cadet}: Consent is not on record."],
    }
    assert Visit.objects.count() == 1


def test_an_until_in_the_small_hours_is_the_next_morning(as_planner, chosen):
    as_planner.post(
        url("visit_add", chosen.operation_id),
        plan(venue=chosen.pk, starts_at="23:30", ends_at="00:45"),
    )

    visit = Visit.objects.get()
    assert visit.ends_at == at(0, 45, soon() + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (last_sunday(10), "comes twice"),
        (last_sunday(3), "does not exist"),
    ],
)
def test_times_of_the_nights_when_clocks_change_are_refused_clearly(
    as_planner, chosen, day, message
):
    Operation.objects.update(starts_on=day, ends_on=day)
    answers = plan(venue=chosen.pk, starts_at="01:30", ends_at="04:00") | date_of("on", day)

    response = as_planner.post(url("visit_add", chosen.operation_id), answers)

    written = f"01:30 on {day.day} {day:%B %Y}"
    assert response.context["form"].errors["starts_at"][0].startswith(f"{written} {message}")
    assert list(response.context["form"].errors) == ["starts_at"]


def test_around_a_change_of_clocks_the_wall_time_counts(as_planner, chosen):
    day = last_sunday(10)
    Operation.objects.update(starts_on=day - dt.timedelta(days=1), ends_on=day)
    answers = plan(venue=chosen.pk, starts_at="00:30", ends_at="02:30") | date_of("on", day)

    as_planner.post(url("visit_add", chosen.operation_id), answers)

    visit = Visit.objects.get()
    assert visit.ends_at - visit.starts_at == dt.timedelta(hours=3)


@pytest.mark.parametrize(("month", "minutes"), [(3, 45), (10, 165), (12, 105)])
def test_a_window_is_as_long_as_it_really_is(month, minutes):
    """Not as long as the clocks make it look: in UTC, so that whoever subtracts is right."""
    day = last_sunday(month)

    starts_at, ends_at = london_time(day, dt.time(0, 30)), london_time(day, dt.time(2, 15))

    assert ends_at - starts_at == dt.timedelta(minutes=minutes)


def test_a_team_of_another_operation_at_the_venue_is_confirmed_on_the_form(
    as_planner, unit, visit_to_come
):
    other = OperationVenueFactory(operation=OperationFactory(), venue=visit_to_come.venue)
    page, answers = url("visit_add", other.operation_id), plan(venue=other.pk)
    assert "both teams go" not in text(as_planner.get(page))

    asked = as_planner.post(page, answers)

    assert "A team of another operation is at this venue" in text(asked)
    assert visit_to_come.operation.reference not in text(asked)
    assert "Yes, both teams go" in text(asked)
    as_planner.post(page, answers | {"beside_another": "on"})
    assert Visit.objects.filter(operation=other.operation).exists()


def test_without_chosen_venues_the_page_says_what_to_do_first(as_planner, operation_to_come):
    assert "Add venues first" in text(as_planner.get(url("visit_add", operation_to_come.pk)))


# Changing and cancelling a visit


def test_a_planned_visit_is_shown_as_planned_and_saved_as_changed(as_planner, visit_to_come):
    page = as_planner.get(url("visit_edit", visit_to_come.pk))
    assert page.context["form"].initial["starts_at"] == dt.time(19)

    new_lead = officer()
    as_planner.post(
        url("visit_edit", visit_to_come.pk), plan(lead=new_lead.pk, starts_at="19:30", version=1)
    )

    visit_to_come.refresh_from_db()
    assert visit_to_come.starts_at == at(19, 30)
    assert visit_to_come.team.get().officer == new_lead


def test_who_changes_a_visit_second_is_told(as_planner, visit_to_come):
    as_planner.post(url("visit_edit", visit_to_come.pk), plan(version=1))

    told = as_planner.post(url("visit_edit", visit_to_come.pk), plan(version=1, starts_at="19:45"))

    assert "Somebody else saved this" in text(told)
    assert "19:45" in told.content.decode()


def test_a_visit_is_cancelled_with_a_reason(as_planner, visit_to_come):
    without = as_planner.post(url("visit_cancel", visit_to_come.pk), {"reason": ""})
    assert "Enter why the visit is cancelled" in text(without)

    as_planner.post(url("visit_cancel", visit_to_come.pk), {"reason": "Snow"})

    visit_to_come.refresh_from_db()
    assert (visit_to_come.state, visit_to_come.cancelled_reason) == (VisitState.CANCELLED, "Snow")


def test_the_plan_says_which_officer_can_not_go_any_more(as_planner, visit_to_come):
    """The boxes offer only who can, so that who left would be gone without a word."""
    officer = visit_to_come.team.get(duty="lead").officer
    User.objects.filter(pk=officer.pk).update(is_active=False)
    page = text(as_planner.get(url("visit_edit", visit_to_come.pk)))
    assert f"{officer}, lead officer, has left. Choose somebody else." in page


def test_what_is_missing_of_a_plan_is_told_in_the_order_of_the_questions(as_planner, chosen):
    told = as_planner.post(url("visit_add", chosen.operation.pk), {})
    found = list(told.context["form"].errors)
    assert found == [name for name in told.context["form"].fields if name in found]
    assert found[0] == "venue"


def test_of_several_visits_planned_one_after_another_each_is_named(as_planner, chosen):
    answers = plan(venue=chosen.pk, another="1")
    told = as_planner.post(url("visit_add", chosen.operation.pk), answers, follow=True)
    assert f"The visit to {chosen.venue} is planned." in text(told)


@pytest.mark.parametrize("name", ["visit_edit", "visit_cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visit_that_is_over_is_not_changed(as_planner, unit, name, method):
    visit = CompletedVisitFactory(unit=unit)

    response = getattr(as_planner, method)(url(name, visit.pk), {})

    assert response.url == visit.get_absolute_url()
    assert "can no longer change" in str(*get_messages(response.wsgi_request))


@pytest.mark.parametrize("name", ["visit_edit", "visit_cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_be_in_the_team_is_not_enough_to_change_the_plan(as_planner, planner, name, method):
    planner.groups.add(Group.objects.get(name=Role.VISITING_OFFICER))
    elsewhere = VisitFactory(officer=planner)
    page = url(name, elsewhere.pk)

    response = getattr(as_planner, method)(page, plan(version=1, reason="Snow"))

    assert response.status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.is_planned


def test_a_visit_of_ones_team_but_not_of_ones_unit_gives_no_team(as_planner, planner, chosen):
    planner.groups.add(Group.objects.get(name=Role.VISITING_OFFICER))
    elsewhere = VisitFactory(officer=planner, operation=chosen.operation)
    page = url("visit_add", chosen.operation_id)

    assert as_planner.get(f"{page}?after={elsewhere.number}").status_code == 404


NO_NUMBERS = ["²", "9" * 5000, "9" * 30, "-1", "x", "١"]


@pytest.mark.parametrize("key", NO_NUMBERS)
def test_keys_that_are_no_numbers_are_not_there(as_planner, chosen, key):
    venues = url("operation_venues", chosen.operation_id)
    reason = {"selection": Selection.PRIORITY}

    assert as_planner.get(url("visit_add", chosen.operation_id), {"after": key}).status_code == 200
    assert as_planner.get(url("visit_add", chosen.operation_id), {"venue": key}).status_code == 200
    assert as_planner.post(venues, {"remove": key}).status_code == 404
    assert as_planner.post(venues, reason | {"venues": key}).status_code == 200
    assert as_planner.post(venues, reason | {"venues": [key, chosen.venue_id]}).status_code == 200


def test_the_alphabet_takes_no_notice_of_case(as_planner, operation_to_come, unit):
    for name in ("alder House", "Birch House", "cedar House"):
        OperationVenueFactory(operation=operation_to_come, venue=VenueFactory(unit=unit, name=name))
    for name in ("adams", "Baker", "clarke"):
        UserFactory(role=Role.VISITING_OFFICER, last_name=name)
        UserFactory(role=Role.PLANNER, last_name=name, units=[unit])

    def in_order(names):
        return list(names) == sorted(names, key=str.lower) and len(set(names)) >= 3

    form = as_planner.get(url("visit_add", operation_to_come.pk)).context["form"]
    assert in_order([row.venue.name for row in form.fields["venue"].queryset])
    assert in_order([officer.last_name for officer in form.fields["lead"].queryset])
    leads = as_planner.get(url("operation_add")).context["form"].fields["lead"].queryset
    assert in_order([lead.last_name for lead in leads if "Person" not in lead.last_name])
    chosen = as_planner.get(operation_to_come.get_absolute_url() + "?show=venues").context[
        "page_obj"
    ]
    assert in_order([row.venue.name for row in chosen])


def test_the_choice_of_a_venue_says_how_many_visits_it_has(as_planner, chosen, visit_to_come):
    CancelledVisitFactory(operation=chosen.operation, venue=chosen.venue)
    VisitFactory(venue=chosen.venue)
    page = url("visit_add", chosen.operation_id)

    assert "(drawn by chance, already has 1 visit here)" in text(as_planner.get(page))
    VisitFactory(operation=chosen.operation, venue=chosen.venue)
    assert "already has 2 visits here" in text(as_planner.get(page))


@pytest.mark.parametrize(("starts", "ends", "day"), [(-3, -1, None), (1, 3, None), (0, 0, 0)])
def test_the_date_of_a_new_visit_is_today_if_the_operation_runs(
    as_planner, operation_to_come, chosen, starts, ends, day
):
    tonight = duty_day(timezone.now())
    days = [tonight + dt.timedelta(days=number) for number in (starts, ends)]
    Operation.objects.update(starts_on=days[0], ends_on=days[1])

    form = as_planner.get(url("visit_add", operation_to_come.pk)).context["form"]

    assert form.initial["on"] == (None if day is None else timezone.localdate())


def test_an_operation_that_is_over_offers_no_more_visits(as_planner, operation_to_come, chosen):
    pages = [f"{operation_to_come.get_absolute_url()}?show={show}" for show in ("ahead", "venues")]
    assert all("Plan a visit" in text(as_planner.get(page)) for page in pages)
    yesterday = duty_day(timezone.now()) - dt.timedelta(days=1)

    Operation.objects.update(starts_on=yesterday, ends_on=yesterday)

    assert not any("Plan a visit" in text(as_planner.get(page)) for page in pages)


def test_a_visit_is_not_planned_for_what_has_been(as_planner, chosen):
    today = timezone.localdate()
    Operation.objects.update(starts_on=today - dt.timedelta(days=9))
    answers = plan(venue=chosen.pk) | date_of("on", today - dt.timedelta(days=1))

    response = as_planner.post(url("visit_add", chosen.operation_id), answers)

    assert response.context["form"].errors == {"on": ["Choose a time that is still to come."]}

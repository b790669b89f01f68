"""The pages of follow-ups and of the demonstration's mail."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.dates.london import duty_day
from accounts.roles import Role
from accounts.sign_in import actions
from govuk import searched
from operations.follow_ups import reminders
from operations.models import FollowUp, FollowUpState
from outbox import delivery
from outbox.models import Lane, Message, State
from tests import factories
from tests.operations.pages import at
from venues.models import TrainingSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_day_counts")]

DAY = dt.timedelta(days=1)
LIST = reverse("operations:follow_up_list")


@pytest.fixture
def today():
    return duty_day(timezone.now())


@pytest.fixture
def page(client, coordinator):
    """Gets a page as the unit's coordinator."""
    client.force_login(coordinator)
    return client.get


def follow_up_of(unit, name="The Invented Arms", **kwargs):
    return factories.FollowUpFactory(unit=unit, visit__venue__name=name, **kwargs)


def address(name, follow_up):
    return reverse(f"operations:{name}", args=[follow_up.pk])


def boxes(name, date):
    return {f"{name}_day": date.day, f"{name}_month": date.month, f"{name}_year": date.year}


def shown(response):
    return [follow_up.visit.venue.name for follow_up in response.context["follow_ups"]]


# Who may see and do -----------------------------------------------------------------------------

PAGES = ["follow_up_detail", "follow_up_book", "follow_up_deliver", "follow_up_decline"]


@pytest.mark.parametrize(
    ("role", "sees", "works"),
    [
        (Role.TRAINING_COORDINATOR, 200, 200),
        (Role.CSE_LEAD, 200, 403),
        (Role.PLANNER, 403, 403),
        (Role.VISITING_OFFICER, 403, 403),
        (Role.CALL_HANDLER, 403, 403),
    ],
)
def test_each_role_opens_what_it_may(client, unit, role, sees, works):
    client.force_login(factories.UserFactory(role=role, units=[unit]))
    follow_up = follow_up_of(unit)
    expected = dict.fromkeys(PAGES, works) | {"follow_up_detail": sees}
    assert {p: client.get(address(p, follow_up)).status_code for p in PAGES} == expected
    assert client.get(LIST).status_code == sees


@pytest.mark.parametrize("name", PAGES)
def test_another_units_follow_up_does_not_exist(page, name):
    assert page(address(name, follow_up_of(factories.CommandUnitFactory()))).status_code == 404


def test_who_may_not_work_sees_no_buttons(client, unit):
    client.force_login(factories.UserFactory(role=Role.CSE_LEAD, units=[unit]))
    follow_up = follow_up_of(unit)
    response = client.get(follow_up.get_absolute_url())
    assert address("follow_up_book", follow_up) not in response.content.decode()


# The list ---------------------------------------------------------------------------------------


def test_the_list_shows_open_ones_of_ones_unit_the_most_urgent_first(page, unit, today):
    follow_up_of(unit, "Later", due_on=today + 9 * DAY)
    follow_up_of(unit, "Sooner", due_on=today + 2 * DAY, state=FollowUpState.BOOKED)
    follow_up_of(unit, "Done", state=FollowUpState.DELIVERED)
    follow_up_of(factories.CommandUnitFactory(), "Elsewhere")
    assert shown(page(LIST)) == ["Sooner", "Later"]


def test_the_counts_are_of_all_that_one_may_see_whatever_the_filters(page, unit, today):
    late = follow_up_of(unit, "Late", due_on=today - DAY)
    factories.VenueContactFactory(venue=late.visit.venue)
    follow_up_of(unit, "Booked", state=FollowUpState.BOOKED)
    follow_up_of(factories.CommandUnitFactory(), due_on=today - DAY)
    expected = {"open": 2, "overdue": 1, "booked": 1, "no_contact": 1}
    assert page(LIST).context["counts"] == expected
    assert page(LIST, {"state": "declined"}).context["counts"] == expected


@pytest.mark.parametrize(
    ("query", "venues"),
    [
        ({"state": "delivered"}, {"Done"}),
        ({"state": "all"}, {"Late", "Reached", "Done"}),
        ({"only": "overdue"}, {"Late"}),
        ({"only": "no_contact"}, {"Late"}),
        ({"only": "no_contact", "state": "all"}, {"Late", "Done"}),
        ({"state": "nonsense"}, set()),
    ],
)
def test_filters_narrow_the_list(page, unit, today, query, venues):
    follow_up_of(unit, "Late", due_on=today - DAY)
    reached = follow_up_of(unit, "Reached")
    factories.VenueContactFactory(venue=reached.visit.venue)
    follow_up_of(unit, "Done", state=FollowUpState.DELIVERED)
    assert set(shown(page(LIST, query))) == venues


def test_the_responsible_officer_is_searched_where_there_are_many(
    page, coordinator, unit, monkeypatch
):
    monkeypatch.setattr(searched, "MOST_LISTED", 1)
    follow_up_of(unit, "Mine", responsible=coordinator)
    amy = factories.UserFactory(role=Role.TRAINING_COORDINATOR, first_name="Amy", units=[unit])
    elsewhere = factories.UserFactory(
        role=Role.TRAINING_COORDINATOR, units=[factories.CommandUnitFactory()]
    )
    follow_up_of(unit, "Hers", responsible=amy)
    assert amy.username not in page(LIST).text
    assert shown(page(LIST, {"responsible_find": amy.username})) == ["Hers"]
    part = page(LIST, {"responsible_find": "Amy"})
    assert shown(part) == []
    assert f'value="{amy.pk}">' in part.text
    told = page(LIST, {"find": "responsible", "text": "amy"}).json()
    assert f'value="{amy.pk}">' in told["html"]
    told = page(LIST, {"find": "responsible", "text": elsewhere.username}).json()
    assert str(elsewhere) not in told["html"]
    assert page(LIST, {"find": "state", "text": "x"}).status_code == 404


def test_the_list_can_be_narrowed_to_a_unit_and_a_person(page, unit, coordinator):
    mine = follow_up_of(unit, "Mine", responsible=coordinator)
    other = factories.CommandUnitFactory()
    other.members.add(coordinator)
    theirs = follow_up_of(other, "Theirs")
    assert shown(page(LIST, {"responsible": coordinator.pk})) == ["Mine"]
    assert shown(page(LIST, {"unit": other.pk})) == ["Theirs"]
    choices = page(LIST).context["filter_form"].fields["responsible"].queryset
    assert set(choices) == {mine.responsible, theirs.responsible}


def test_an_overdue_one_says_for_how_long(page, unit, today):
    follow_up_of(unit, due_on=today - 16 * DAY)
    assert "16 days overdue" in page(LIST).content.decode()


def test_an_empty_list_says_what_to_expect(page):
    assert "No open follow-ups" in page(LIST).content.decode()
    assert "No follow-up matches" in page(LIST, {"state": "booked"}).content.decode()


def queries_of(page, url):
    with CaptureQueriesContext(connection) as queries:
        page(url)
    return len(queries)


def test_the_list_takes_as_many_queries_for_many_as_for_few(page, unit):
    counts = []
    for size in (1, 9):
        for number in range(size):
            follow_up_of(unit, f"Hotel {size} {number}")
        counts.append(queries_of(page, LIST))
    assert counts[0] == counts[1]


# The page ---------------------------------------------------------------------------------------


def send_reminders(*, on):
    reminders.decide_reminders(at=at(8, day=on))
    delivery.deliver(Lane.REMINDERS, at=timezone.now() + DAY / 2)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_page_tells_what_happened_and_what_comes_next(page, unit, today):
    follow_up = follow_up_of(unit, due_on=today)
    send_reminders(on=today)
    response = page(follow_up.get_absolute_url())
    assert response.context["next_reminder"] == today + 7 * DAY
    text = text_of(response)
    assert f"Due today, to the responsible officer: sent to {follow_up.responsible.email}" in text
    assert "Due today, to the venue: not sent. No contact on record gets reminders." in text
    assert "Nobody at this venue gets reminders" in text


def test_the_page_of_a_closed_one_has_no_next_reminder_and_no_buttons(page, unit):
    follow_up = follow_up_of(unit, state=FollowUpState.DECLINED)
    text = text_of(page(follow_up.get_absolute_url()))
    assert "None: this follow-up is declined" in text
    assert "The venue trains its own staff" in text
    assert address("follow_up_book", follow_up) not in text


def test_the_page_shows_the_session_and_the_visit_that_confirmed(page, unit):
    follow_up = follow_up_of(unit, state=FollowUpState.DELIVERED)
    follow_up.confirmed_by = factories.CompletedVisitFactory(venue=follow_up.visit.venue)
    follow_up.state = FollowUpState.CONFIRMED
    follow_up.save()
    text = text_of(page(follow_up.get_absolute_url()))
    assert "8 of 10 front-desk staff attended" in text
    assert "Confirmed: the venue responded well at a later visit" in text


def test_the_page_never_shows_a_planned_visit(page, unit):
    follow_up = follow_up_of(unit)
    before = page(follow_up.get_absolute_url())
    factories.VisitFactory(venue=follow_up.visit.venue)
    after = page(follow_up.get_absolute_url())
    main = [text_of(response).partition("<main")[2] for response in (before, after)]
    assert main[0] == main[1] != ""


def test_the_page_takes_as_many_queries_with_a_long_history(page, unit, today):
    counts = []
    follow_up = follow_up_of(unit, due_on=today)
    for size in (1, 9):
        for number in range(size):
            factories.VenueContactFactory(venue=follow_up.visit.venue)
            factories.ReminderFactory(follow_up=follow_up, date=today - (size * 20 + number) * DAY)
        counts.append(queries_of(page, follow_up.get_absolute_url()))
    assert counts[0] == counts[1]


def test_of_a_closed_venue_the_page_and_the_list_say_so_and_what_to_do(page, unit, today):
    follow_up = follow_up_of(unit, due_on=today)
    venue = follow_up.visit.venue
    venue.closed_on, venue.closed_reason = dt.date(2026, 3, 3), "Sold"
    venue.save()
    text = text_of(page(follow_up.get_absolute_url()))
    assert "The venue closed on 3 March 2026, so no reminders go out." in text
    assert "record it as declined" in text
    assert "None: the venue is closed" in text
    assert "Venue closed on 3 March 2026" in text_of(page(LIST))


def test_of_a_merged_entry_the_page_says_so_and_leads_to_the_one_that_was_kept(page, unit, today):
    kept = factories.VenueFactory(name="The Kept Arms")
    follow_up = follow_up_of(unit, due_on=today, visit__venue__merged_into=kept)
    response = page(follow_up.get_absolute_url())
    text = text_of(response)
    assert "was merged into another, so no reminders go out" in text
    assert f'href="{kept.get_absolute_url()}' in text
    assert "The Kept Arms" in text
    assert "None: the entry of the venue was merged" in text
    assert "closed" not in text.partition("<main")[2]


# Booking, delivery, refusal ---------------------------------------------------------------------


@pytest.fixture
def post(client, coordinator):
    client.force_login(coordinator)
    return lambda name, follow_up, **data: client.post(
        address(name, follow_up), {"version": follow_up.version} | data, follow=True
    )


DELIVERY = {
    "mode": TrainingSession.Mode.ONLINE,
    "delivered_by": "Safer hotels team",
    "front_desk_staff": 12,
    "attended": 9,
}


def test_booking_by_the_form(post, unit, today):
    follow_up = follow_up_of(unit)
    response = post("follow_up_book", follow_up, **boxes("on", today + 5 * DAY))
    assert "The refresher is booked." in text_of(response)
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.booked_for) == (FollowUpState.BOOKED, today + 5 * DAY)


def test_a_past_date_is_not_booked(post, unit, today):
    follow_up = follow_up_of(unit)
    response = post("follow_up_book", follow_up, **boxes("on", today - DAY))
    assert "record its delivery instead" in text_of(response)
    follow_up.refresh_from_db()
    assert follow_up.state == FollowUpState.OFFERED


def test_delivery_by_the_form_makes_a_session(post, unit, today, coordinator):
    follow_up = follow_up_of(unit)
    post("follow_up_deliver", follow_up, **DELIVERY, **boxes("held_on", today))
    follow_up.refresh_from_db()
    session = follow_up.training_session
    assert (session.attended, session.mode, session.recorded_by) == (9, "online", coordinator)


def test_a_delivery_that_is_on_record_is_asked_about(post, unit, today):
    follow_up = follow_up_of(unit, state=FollowUpState.BOOKED)
    factories.TrainingSessionFactory(
        venue=follow_up.visit.venue, held_on=today, delivered_by=DELIVERY["delivered_by"]
    )
    asked = post("follow_up_deliver", follow_up, **DELIVERY, **boxes("held_on", today))
    assert "If it was another one, confirm it." in text_of(asked)
    assert 'name="another"' in asked.content.decode()
    post("follow_up_deliver", follow_up, **DELIVERY, **boxes("held_on", today), another="on")
    follow_up.refresh_from_db()
    assert follow_up.state == FollowUpState.DELIVERED


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"attended": 13}, "12 who work there"),
        ({"attended": 0}, "must be a whole number from 1 to 1000"),
        ({"delivered_by": ""}, "Enter who delivered it"),
        ({"held_on_year": 2090}, "today or a day in the past"),
        ({"held_on_year": 2200}, "between 1 January 2000 and 31 December 2100"),
        ({"held_on_year": 2001}, "before the visit"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_beside_its_question(post, unit, today, wrong, told):
    follow_up = follow_up_of(unit)
    data = DELIVERY | boxes("held_on", today) | wrong
    response = post("follow_up_deliver", follow_up, **data)
    assert told in text_of(response)
    assert "There is a problem" in text_of(response)
    assert not TrainingSession.objects.exists()


def test_declining_by_the_form(post, unit):
    follow_up = follow_up_of(unit)
    post("follow_up_decline", follow_up, reason="The group trains its staff")
    follow_up.refresh_from_db()
    assert follow_up.declined_reason == "The group trains its staff"


def test_declining_without_a_reason_is_refused(post, unit):
    follow_up = follow_up_of(unit)
    assert "There is a problem" in text_of(post("follow_up_decline", follow_up, reason=" "))


@pytest.mark.parametrize("name", PAGES[1:])
def test_a_closed_one_has_no_form_but_says_so(page, unit, name):
    follow_up = follow_up_of(unit, state=FollowUpState.DECLINED)
    response = page(address(name, follow_up), follow=True)
    assert response.redirect_chain == [(follow_up.get_absolute_url(), 302)]
    assert "This follow-up is declined: there is nothing left to do." in text_of(response)


def test_who_saves_after_somebody_else_is_told_and_keeps_what_they_entered(post, unit, today):
    follow_up = follow_up_of(unit)
    stale = FollowUp.objects.get(pk=follow_up.pk)
    post("follow_up_book", follow_up, **boxes("on", today + 5 * DAY))
    response = post("follow_up_book", stale, **boxes("on", today + 17 * DAY))
    text = text_of(response)
    assert "Somebody else saved this after you opened it" in text
    assert f'value="{(today + 17 * DAY).day}"' in text
    follow_up.refresh_from_db()
    assert follow_up.booked_for == today + 5 * DAY


# The demonstration's mail -----------------------------------------------------------------------

MESSAGES = reverse("operations:message_list")


@pytest.fixture
def folder(settings, tmp_path):
    settings.OUTBOX_CHANNEL = "outbox.folder.MailFolder"
    settings.MAIL_DIR = tmp_path
    return tmp_path


def test_messages_are_listed_and_shown(page, folder, unit, today):
    follow_up_of(unit, "The Rose & Crown", due_on=today)
    send_reminders(on=today)
    (kept,) = page(MESSAGES).context["kept"]
    assert "The Rose &amp; Crown" in text_of(page(MESSAGES))
    text = text_of(page(reverse("operations:message_detail", args=[kept.name])))
    assert "The refresher training offered to The Rose &amp; Crown was to be held by" in text
    assert kept.name == str(Message.objects.get(state=State.SENT).message_id)


def test_mail_about_accounts_is_shown_to_administrators_only(page, client, folder, unit, today):
    """A link in it still works."""
    follow_up_of(unit, due_on=today)
    send_reminders(on=today)
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    actions.send_password_link(person=factories.UserFactory(), by=administrator)
    delivery.deliver(Lane.ACCOUNT, at=timezone.now())
    link = Message.objects.get(lane=Lane.ACCOUNT)
    url = reverse("operations:message_detail", args=[link.message_id])
    assert [kept.name for kept in page(MESSAGES).context["kept"]] == [
        str(Message.objects.get(lane=Lane.REMINDERS).message_id)
    ]
    assert page(url).status_code == 404
    client.force_login(factories.UserFactory(role=Role.ADMINISTRATOR, units=[unit]))
    assert len(client.get(MESSAGES).context["kept"]) == 2
    assert "/sign-in/password/" in client.get(url).text


def test_a_reminder_of_another_unit_is_not_shown(page, folder, unit, today):
    other = factories.CommandUnitFactory()
    ours, theirs = follow_up_of(unit, due_on=today), follow_up_of(other, due_on=today)
    for follow_up in (ours, theirs):
        factories.VenueContactFactory(venue=follow_up.visit.venue, email="chain@hotel.example")
    factories.VenueContactFactory(venue=ours.visit.venue, email="ours@hotel.example")
    send_reminders(on=today)
    kept = {message.recipients for message in page(MESSAGES).context["kept"]}
    assert "ours@hotel.example" in kept
    assert "chain@hotel.example" not in kept, "it names the other unit's venue too"
    assert theirs.responsible.email not in kept


def test_a_message_that_did_not_reach_a_contact_is_shown_with_what_to_do(page, smtp, unit, today):
    follow_up = follow_up_of(unit, due_on=today)
    for email in ("unknown@hotel.example", "m@hotel.example"):
        factories.VenueContactFactory(venue=follow_up.visit.venue, email=email)
    assert "A message was not sent" not in text_of(page(LIST))
    send_reminders(on=today)
    text = text_of(page(follow_up.get_absolute_url()))
    refused = "the mail server refused it (550 5.1.1 No such user). Check the address on the venue"
    assert f"Warning</span> Not sent to unknown@hotel.example: {refused}" in text
    assert "Due today, to the venue: sent to m@hotel.example" in text
    assert "A message was not sent" in text_of(page(LIST))


def test_a_warning_ends_with_the_message_that_arrives(page, smtp, unit, today):
    follow_up = follow_up_of(unit, due_on=today - 7 * DAY)
    factories.VenueContactFactory(venue=follow_up.visit.venue, email="unknown@hotel.example")
    send_reminders(on=today)
    smtp.refusals.clear()
    reminders.decide_reminders(at=at(8, day=today + 7 * DAY))
    delivery.deliver(Lane.REMINDERS, at=timezone.now() + 7 * DAY)
    assert "Warning</span> Not sent" not in text_of(page(follow_up.get_absolute_url()))


def test_an_empty_folder_says_when_messages_come(page, folder):
    assert "No messages yet" in text_of(page(MESSAGES))


def test_a_message_that_is_not_there_is_not_found(page, folder):
    assert page(reverse("operations:message_detail", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("url", [MESSAGES, reverse("operations:message_detail", args=["x"])])
def test_nobody_reads_mail_where_it_is_real(page, folder, settings, url):
    settings.DEMO = False
    assert page(url).status_code == 404
    settings.DEMO = True
    settings.OUTBOX_CHANNEL = "outbox.smtp.Smtp"
    assert page(url).status_code == 404


def test_messages_are_for_those_who_see_follow_ups(client, folder, unit):
    client.force_login(factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit]))
    assert client.get(MESSAGES).status_code == 403


def test_changing_the_date_begins_with_the_booked_one(page, unit, today):
    day = today + 20 * DAY
    follow_up = follow_up_of(unit, state=FollowUpState.BOOKED, booked_for=day)
    text = text_of(page(address("follow_up_book", follow_up)))
    for part, value in boxes("on", day).items():
        box = next(box for box in text.split("<input") if f'name="{part}"' in box)
        assert f'value="{value}"' in box

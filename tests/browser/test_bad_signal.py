"""What an officer enters in a lobby without signal is not lost, and counts once."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from operations.duty import actions
from operations.models import Outcome, TeamMember
from operations.visits.facts import OutcomeFacts
from tests import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("phone"),
]


@pytest.fixture
def visit():
    officer = factories.UserFactory(username="officer", role=Role.VISITING_OFFICER)
    officer.set_password(factories.PASSWORD)
    officer.save()
    return factories.UnderWayVisitFactory(officer=officer, starts_at=timezone.now())


@pytest.fixture
def phone(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    return phone


def fill_in(phone):
    phone.choose("Did staff challenge you?", "Yes")
    phone.choose("Did staff ask for identification?", "No")
    phone.choose("Did staff recognise the warning signs?", "No")
    phone.choose("Did staff refuse the room?", "No")
    phone.choose("Did staff contact police?", "No")
    phone.choose("Did you debrief the staff?", "Yes")
    phone.choose("Did you leave Makesafe materials?", "Yes")
    phone.choose("Did they accept a refresher on the spot?", "Yes")


def log_outcome(phone):
    phone.page.get_by_role("button", name="Log outcome").click()


def test_without_signal_the_outcome_waits_on_the_phone_and_is_logged_once(phone, visit):
    fill_in(phone)
    phone.context.set_offline(True)
    log_outcome(phone)
    phone.page.get_by_text("Nothing is lost").first.wait_for()
    assert not Outcome.objects.exists()
    phone.context.set_offline(False)
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert Outcome.objects.get().visit == visit


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_service_that_can_not_take_it_now_makes_the_phone_wait_and_loses_nothing(
    phone, visit, status
):
    fill_in(phone)
    answers = [status]

    def answer(route):
        if route.request.method == "POST" and answers:
            route.fulfill(status=answers.pop(), body="<h1>In place of the form</h1>")
        else:
            route.continue_()

    phone.page.route("**/outcome/", answer)
    log_outcome(phone)
    phone.page.get_by_text("Nothing is lost").first.wait_for()
    assert not Outcome.objects.exists()
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert Outcome.objects.count() == 1


def test_a_service_that_stays_broken_leaves_the_form_and_says_so(phone, visit):
    fill_in(phone)
    sent = []

    def broken(route):
        if route.request.method == "POST" and len(sent) < 6:
            sent.append(submission(phone))
            route.fulfill(status=500, body="<h1>In place of the form</h1>")
        else:
            route.continue_()

    phone.page.route("**/outcome/", broken)
    log_outcome(phone)
    phone.page.get_by_text("we keep what you entered on this phone and try again").wait_for()
    again = "document.querySelector('form[data-draft]').requestSubmit()"
    while len(sent) < 6:
        phone.page.evaluate(again)  # ends the pause before the next try
    phone.page.get_by_text("Send it again in a few minutes").wait_for()
    assert len(set(sent)) == 1
    phone.page.evaluate(again)
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert Outcome.objects.count() == 1


def lose_one_answer(visitor, pattern):
    """Let one form arrive whose answer never does; its status comes into the list."""
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort("connectionreset")
        else:
            route.continue_()

    visitor.page.route(pattern, lose)
    return lost


def test_an_answer_whose_receipt_was_lost_is_sent_again_and_counts_once(phone, visit):
    fill_in(phone)
    lost = lose_one_answer(phone, "**/outcome/")
    log_outcome(phone)
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert lost == [302]
    assert Outcome.objects.count() == 1


def test_what_was_entered_is_there_again_after_the_page_was_closed(phone, visit):
    fill_in(phone)
    phone.page.get_by_label("Notes").fill("The night manager was kind")
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    assert phone.page.get_by_label("Notes").input_value() == "The night manager was kind"
    group = phone.page.get_by_role("group", name="Did staff challenge you?")
    assert group.get_by_label("Yes", exact=True).is_checked()


@pytest.fixture
def sent_without_signal(phone):
    """An outcome that was sent and did not arrive; its page was closed meanwhile."""
    fill_in(phone)
    phone.context.set_offline(True)
    log_outcome(phone)
    phone.page.get_by_text("Nothing is lost").first.wait_for()
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.context.set_offline(False)


KEPT = "Kept on this phone, not sent yet"


def test_an_outcome_sent_without_signal_is_marked_and_goes_when_its_page_is_opened(
    phone, visit, sent_without_signal
):
    phone.open(reverse("operations:my_visits"))
    phone.sees(KEPT)
    phone.page.get_by_role("link", name="Open it to send it").click()
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert Outcome.objects.get().visit == visit
    phone.open(reverse("operations:my_visits"))
    assert not phone.page.get_by_text(KEPT).is_visible()


def log_as_a_colleague(visit):
    """Lin Ash of the same team logs that staff responded well."""
    lin = factories.UserFactory(role=Role.VISITING_OFFICER, first_name="Lin", last_name="Ash")
    factories.TeamMemberFactory(visit=visit, officer=lin, duty=TeamMember.Duty.SUPPORT)
    good = OutcomeFacts.of(factories.OutcomeFactory.build(visit=visit, logged_by=lin))
    actions.log_outcome(visit=visit, facts=good, submission=uuid4(), by=lin, at=timezone.now())


@pytest.fixture
def logged_by_a_colleague(visit, sent_without_signal):
    """While the phone waited somebody else of the team was first."""
    log_as_a_colleague(visit)


def test_what_a_phone_keeps_of_a_visit_that_a_colleague_logged_becomes_a_correction(
    phone, visit, logged_by_a_colleague
):
    phone.open(reverse("operations:visit_detail", args=[visit.pk]))
    phone.sees(KEPT)
    phone.page.get_by_role("link", name="Open it to send it").click()
    phone.sees("Lin Ash logged the outcome of this visit")
    phone.page.get_by_label("Why").fill("The clerk said more to me")
    phone.press("Save correction")
    phone.sees("Refresher needed")
    assert not phone.page.get_by_text(KEPT).is_visible()
    assert visit.outcomes.count() == 2


def test_the_correction_of_what_a_colleague_logged_is_sent_by_nobody_but_its_officer(
    phone, visit, logged_by_a_colleague
):
    """Opened by another way it has what the phone keeps, and waits for the reason."""
    phone.open(reverse("operations:outcome_correct", args=[visit.pk]))
    phone.sees("We kept what you entered on this phone")
    group = phone.page.get_by_role("group", name="Did staff refuse the room?")
    assert group.get_by_label("No", exact=True).is_checked()
    assert not phone.page.get_by_text("There is a problem").count()
    phone.open(reverse("operations:visit_detail", args=[visit.pk]))
    phone.sees(KEPT)


def test_why_a_venue_could_not_be_tested_is_told_of_the_outcome_that_a_colleague_logged(
    visit_site, visit
):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:visit_not_completed", args=[visit.pk]))
    phone.choose("What was it about?", "This time: the venue could be tested later")
    phone.choose("What happened?", "Unsafe to go on")
    phone.page.get_by_label("Notes").fill("A dog at the door")
    phone.context.set_offline(True)
    phone.page.locator("main").get_by_role("button").last.click()
    phone.page.get_by_text("Nothing is lost").first.wait_for()
    log_as_a_colleague(visit)
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.context.set_offline(False)

    phone.open(reverse("operations:visit_detail", args=[visit.pk]))
    phone.sees(KEPT)
    phone.page.get_by_role("link", name="Open it to send it").click()
    phone.page.get_by_text("Its outcome was logged at").first.wait_for()
    assert phone.page.get_by_label("Notes").input_value() == "A dog at the door"
    phone.open(reverse("operations:visit_detail", args=[visit.pk]))
    assert not phone.page.get_by_text(KEPT).is_visible()


def test_a_colleague_on_the_same_phone_neither_sees_nor_sends_what_it_keeps(
    phone, visit, sent_without_signal
):
    colleague = factories.UserFactory(username="colleague", role=Role.VISITING_OFFICER)
    colleague.set_password(factories.PASSWORD)
    colleague.save()
    factories.TeamMemberFactory(visit=visit, officer=colleague, duty=TeamMember.Duty.SUPPORT)
    phone.sign_in("colleague")
    phone.sees(visit.venue.name)
    assert not phone.page.get_by_text(KEPT).is_visible()
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    group = phone.page.get_by_role("group", name="Did staff challenge you?")
    assert not group.get_by_label("Yes", exact=True).is_checked()
    assert not Outcome.objects.exists()


def test_what_was_entered_and_not_sent_waits_for_its_officer(phone, visit):
    fill_in(phone)
    phone.page.reload()
    phone.page.get_by_text("We kept what you entered on this phone").wait_for()
    phone.open(reverse("operations:my_visits"))
    assert not phone.page.get_by_text(KEPT).is_visible()
    assert not Outcome.objects.exists()


def test_what_waits_about_another_visit_is_not_marked_as_of_this_one(phone, visit):
    officer = visit.team.get().officer
    key = f"sending:outcome-999-{visit.pk}-{officer.pk}"  # visit 999, of somebody with this number
    phone.page.evaluate("key => localStorage.setItem(key, '/visits/')", key)
    phone.open(reverse("operations:my_visits"))
    assert not phone.page.get_by_text(KEPT).is_visible()


def test_the_phone_forgets_the_answers_once_they_are_logged(phone, visit):
    fill_in(phone)
    phone.press("Log outcome")
    phone.sees("Refresher needed")
    assert phone.page.evaluate("Object.values(localStorage).join()").find("challenged") == -1


def test_a_session_that_ended_meanwhile_costs_a_sign_in_and_nothing_else(phone, visit):
    fill_in(phone)
    phone.context.clear_cookies(name="sessionid")
    log_outcome(phone)
    phone.sees("What you entered is kept for an hour and not saved yet")
    phone.page.get_by_label("Username").fill("officer")
    phone.page.get_by_label("Password").fill(factories.PASSWORD)
    phone.page.get_by_role("button", name="Sign in", exact=True).click()
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert Outcome.objects.count() == 1


def submission(phone):
    return phone.page.locator("[data-client-uuid]").input_value()


def test_the_number_of_a_submission_is_made_on_the_phone_and_outlives_a_reload(phone, visit):
    answer = phone.page.reload()
    given = re.search(r'name="submission" value="([0-9a-f-]{36})"', answer.text()).group(1)
    made = submission(phone)
    assert made != given
    fill_in(phone)
    phone.page.reload()
    assert submission(phone) == made
    phone.press("Log outcome")
    phone.sees("Refresher needed")
    assert str(Outcome.objects.get().submission) == made


def test_an_answer_sent_back_with_errors_keeps_its_number(phone, visit):
    phone.choose("Did staff challenge you?", "Yes")
    made = submission(phone)
    log_outcome(phone)
    phone.page.get_by_text("There is a problem").wait_for()
    assert submission(phone) == made


def test_two_quick_taps_log_one_outcome(phone, visit):
    fill_in(phone)
    phone.page.get_by_role("button", name="Log outcome").dblclick()
    phone.page.get_by_role("heading", name="Refresher needed").wait_for()
    assert Outcome.objects.count() == 1


def test_the_form_works_without_javascript(browser, live_server, visit):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Username").fill("officer")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(reverse("operations:outcome_add", args=[visit.pk]))
    answers = ("challenged", "asked_for_identification", "signs_recognised", "room_refused")
    for name in (*answers, "police_contacted", "staff_debriefed", "materials_left"):
        page.locator(f"[name={name}][value=no]").check()
    page.locator("[name=refresher_accepted][value=no]").check()
    page.get_by_role("button", name="Log outcome").click()
    page.get_by_role("heading", name="Refresher needed").wait_for()
    context.close()


def test_a_start_without_signal_says_that_nobody_sees_it_yet(visit_site):
    """The control room treats a call from there as real until the start has arrived."""
    officer = factories.UserFactory(username="officer", role=Role.VISITING_OFFICER)
    officer.set_password(factories.PASSWORD)
    officer.save()
    visit = factories.VisitFactory(officer=officer, starts_at=timezone.now())
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:visit_detail", args=[visit.pk]))
    phone.page.get_by_label("We have told the control room that we start").check()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name=re.compile("^Start")).click()
    phone.page.get_by_text("nobody sees it yet. Keep this page open").wait_for()
    assert not phone.page.get_by_text("kept on this phone").is_visible()
    phone.context.set_offline(False)
    phone.page.get_by_role("button", name="Log outcome").wait_for()
    visit.refresh_from_db()
    assert visit.is_under_way


def test_a_step_back_from_a_page_that_was_reloaded_after_the_start_leads_to_the_visit(visit_site):
    officer = factories.UserFactory(username="officer", role=Role.VISITING_OFFICER)
    officer.set_password(factories.PASSWORD)
    officer.save()
    visit = factories.VisitFactory(officer=officer, starts_at=timezone.now())
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:visit_detail", args=[visit.pk]))
    phone.page.get_by_label("We have told the control room that we start").check()
    phone.page.get_by_role("button", name=re.compile("^Start")).click()
    phone.sees("Did staff challenge you?")
    phone.page.reload()
    phone.page.go_back()
    phone.sees("Under way since")
    phone.page.get_by_role("button", name="Log outcome").click()
    fill_in(phone)
    log_outcome(phone)
    phone.sees("Refresher needed")
    assert Outcome.objects.get().visit == visit


@pytest.fixture
def desk(visit_site):
    coordinator = factories.UserFactory(
        username="coordinator", role=Role.TRAINING_COORDINATOR, whole_force=True
    )
    coordinator.set_password(factories.PASSWORD)
    coordinator.save()
    desk = visit_site(1280)
    desk.sign_in("coordinator")
    return desk


@pytest.mark.parametrize("status", [None, 500, 503])
def test_a_form_on_a_desk_waits_for_the_network_with_all_that_was_typed(desk, status):
    venue = factories.VenueFactory()
    desk.open(reverse("venues:contact_add", args=[venue.pk]))
    desk.page.get_by_label("Name").fill("Robin Vale")
    desk.page.get_by_label("Email address").fill("robin@example.org")
    answers = [status, status]

    def lose(route):
        if route.request.method != "POST" or not answers:
            route.continue_()
        elif status := answers.pop():
            route.fulfill(status=status, body="<h1>In place of the form</h1>")
        else:
            route.abort("internetdisconnected")

    desk.page.route("**/contacts/**", lose)
    desk.page.get_by_role("button", name="Save").click()
    desk.page.get_by_text("This is not saved yet. What you entered is still here").wait_for()
    assert desk.page.get_by_label("Name").input_value() == "Robin Vale"
    desk.page.get_by_role("heading", name=venue.name).wait_for()
    desk.sees("Robin Vale")
    assert desk.page.get_by_role("button", name="Undo").count() == 1
    assert venue.contacts.count() == 1


def test_a_form_on_a_desk_whose_receipt_was_lost_is_saved_once_and_says_so(desk):
    venue = factories.VenueFactory()
    desk.open(reverse("venues:contact_add", args=[venue.pk]))
    desk.page.get_by_label("Name").fill("Robin Vale")
    desk.page.get_by_label("Email address").fill("robin@example.org")
    lost = lose_one_answer(desk, "**/contacts/**")
    desk.page.get_by_role("button", name="Save").click()
    desk.sees("This had already arrived")
    assert lost == [204]
    assert venue.contacts.count() == 1


@pytest.mark.parametrize("kind", ["CSV", "a spreadsheet (XLSX)"])
def test_a_form_whose_answer_is_a_file_gives_the_file_and_stays(visit_site, kind):
    admin = factories.UserFactory(username="admin", role=Role.ADMINISTRATOR, whole_force=True)
    admin.set_password(factories.PASSWORD)
    admin.save()
    desk = visit_site(1280)
    desk.sign_in("admin")
    desk.open(reverse("reports:subject_access"))
    desk.choose("Whom is it about?", "Somebody who signs in")
    desk.page.get_by_label("Their username").fill("admin")
    desk.page.get_by_label("Why do you export it?").fill("SAR/2026/9")
    with desk.page.expect_download() as given:
        desk.page.get_by_role("button", name=f"Export as {kind}").click()
    assert given.value.suggested_filename.startswith("held-of-one-person-")
    assert desk.page.get_by_label("Their username").input_value() == "admin"


def test_the_skip_link_of_a_refused_form_leaves_what_was_typed(desk):
    venue = factories.VenueFactory()
    desk.open(reverse("venues:contact_add", args=[venue.pk]))
    desk.page.get_by_label("Name").fill("Robin Vale")
    desk.page.get_by_role("button", name="Save").click()
    desk.sees("There is a problem")
    desk.page.get_by_role("link", name="Skip to main content").press("Enter")
    desk.page.wait_for_url("**#main-content")
    desk.page.wait_for_load_state()
    desk.sees("There is a problem")
    assert desk.page.get_by_label("Name").input_value() == "Robin Vale"


def test_ticked_venues_wait_for_the_network_and_the_button_pressed_last_counts(visit_site):
    planner = factories.UserFactory(username="planner", role=Role.PLANNER, whole_force=True)
    planner.set_password(factories.PASSWORD)
    planner.save()
    operation = factories.OperationFactory(lead=planner, created_by=planner)
    ticked, _ = factories.VenueFactory(name="The Vexlow"), factories.VenueFactory()
    desk = visit_site(1280)
    desk.sign_in("planner")
    desk.open(reverse("operations:operation_venues", args=[operation.pk]))
    desk.page.get_by_label("The Vexlow").check()
    desk.choose("Why these venues?", "Priority")
    desk.context.set_offline(True)
    desk.page.get_by_role("button", name="Add all 2 that match").click()
    desk.page.get_by_text("This is not saved yet. What you entered is still here").wait_for()
    assert desk.page.get_by_label("The Vexlow").is_checked()
    desk.page.get_by_role("button", name="Add ticked venues").click()
    desk.context.set_offline(False)
    desk.sees("1 venue added")
    assert operation.venues.get() == ticked


def test_a_form_on_a_desk_whose_session_ended_says_so_and_comes_back_filled(desk):
    venue = factories.VenueFactory()
    desk.open(reverse("venues:contact_add", args=[venue.pk]))
    desk.page.get_by_label("Name").fill("Robin Vale")
    desk.context.clear_cookies(name="sessionid")
    desk.page.get_by_role("button", name="Save").click()
    desk.sees("What you entered is kept for an hour and not saved yet")
    desk.page.get_by_label("Username").fill("coordinator")
    desk.page.get_by_label("Password").fill(factories.PASSWORD)
    desk.press("Sign in")
    desk.sees("We kept what you entered")
    assert desk.page.get_by_label("Name").input_value() == "Robin Vale"


def test_whoever_sends_a_long_form_from_its_top_sees_that_it_is_not_saved(visit_site):
    planner = factories.UserFactory(username="planner", role=Role.PLANNER, whole_force=True)
    planner.set_password(factories.PASSWORD)
    planner.save()
    desk = visit_site(1280)
    desk.sign_in("planner")
    desk.open(reverse("operations:operation_add"))
    desk.context.set_offline(True)
    desk.page.get_by_label("Name").press("Enter")
    told = desk.page.get_by_text("This is not saved yet. What you entered is still here")
    told.wait_for()
    expect(told).to_be_in_viewport(ratio=1)


def test_an_answer_that_is_no_page_leaves_the_form_as_it_is(desk):
    venue = factories.VenueFactory()
    desk.open(reverse("venues:contact_add", args=[venue.pk]))
    desk.page.get_by_label("Name").fill("Robin Vale")
    refused = {"status": 413, "content_type": "text/plain", "body": "Too much"}
    desk.page.route("**/contacts/**", lambda route: route.fulfill(**refused))
    desk.page.get_by_role("button", name="Save").click()
    desk.sees("too long to be sent, so it is not saved. What you entered is still here")
    assert desk.page.get_by_label("Name").input_value() == "Robin Vale"


def test_a_form_on_a_desk_that_waits_is_left_after_a_question_only(desk):
    venue = factories.VenueFactory()
    desk.open(reverse("venues:contact_add", args=[venue.pk]))
    desk.page.get_by_label("Name").fill("Robin Vale")
    desk.page.get_by_label("Gets messages").uncheck()
    desk.page.route("**/contacts/**", lambda route: route.abort("internetdisconnected"))
    desk.page.get_by_role("button", name="Save").click()
    desk.sees("This is not saved yet")
    asked = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    desk.page.get_by_role("link", name="Back to venue").click()
    desk.page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert desk.page.get_by_label("Name").input_value() == "Robin Vale"
    desk.page.unroute("**/contacts/**")
    desk.page.get_by_role("button", name="Save").click()  # ends the pause before the next try
    desk.page.get_by_role("heading", name=venue.name).wait_for()
    assert asked == ["beforeunload"]
    assert venue.contacts.count() == 1

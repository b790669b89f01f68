"""What browsers make of our policies. That no page offends them, every other walk here shows."""

import pytest

from accounts.roles import Role
from tests import factories
from tests.browser.conftest import VIOLATION

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def visitor(visit_site):
    planner = factories.UserFactory(username="planner", role=Role.PLANNER)
    planner.set_password(factories.PASSWORD)
    planner.save()
    return visit_site(1280)


def test_script_and_style_in_the_page_are_stopped_and_noticed(visitor):
    visitor.open("/sign-in/")
    visitor.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'taken over'";
          document.body.append(script);
          document.body.setAttribute("style", "display: none");
          const image = "<img alt='' src='https://192.0.2.1/x.png'>";
          document.querySelector("main").insertAdjacentHTML("beforeend", image);
        }"""
    )
    with pytest.raises(AssertionError, match=VIOLATION):
        visitor.check()
    assert "taken over" not in visitor.page.title()
    assert visitor.page.locator("main").is_visible()
    told = " ".join(visitor.errors)
    assert all(rule in told for rule in ("script-src-elem", "style-src-attr", "img-src"))


def test_a_form_sends_nothing_to_another_site(visitor):
    visitor.open("/sign-in/")
    with visitor.page.expect_console_message(
        lambda told: VIOLATION in told.text and "form-action" in told.text
    ):
        visitor.page.evaluate(
            """() => {
              const form = document.querySelector("main form");
              form.setAttribute("action", "https://192.0.2.1/");
              form.noValidate = true;
              form.submit();
            }"""
        )
    assert "/sign-in/" in visitor.page.url


@pytest.mark.parametrize(
    ("policy", "origin_is_told"), [("same-origin", True), ("no-referrer", False)]
)
def test_why_the_referrer_policy_is_same_origin(visitor, live_server, policy, origin_is_told):
    """With no-referrer a form says that it comes from nowhere, and is refused as forged."""
    origins = []

    def answer(route):
        if route.request.method == "POST":
            origins.append(route.request.all_headers().get("origin"))
        response = route.fetch(max_redirects=0)
        route.fulfill(response=response, headers=response.headers | {"referrer-policy": policy})

    visitor.page.route("**/sign-in/*", answer)
    visitor.open("/sign-in/")
    visitor.page.get_by_label("Username").fill("planner")
    visitor.page.get_by_label("Password").fill(factories.PASSWORD)
    visitor.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    if origin_is_told:
        visitor.page.get_by_role("button", name="Sign out").wait_for()
        assert origins == [live_server.url]
    else:
        visitor.page.get_by_role("heading", name="Please send that again").wait_for()
        assert origins == ["null"]


def test_another_site_never_learns_where_a_person_was(visitor):
    asked = []

    def elsewhere(route):
        asked.append(route.request.all_headers())
        route.fulfill(body="elsewhere", content_type="text/plain")

    visitor.page.route("http://elsewhere.test/**", elsewhere)
    visitor.open("/sign-in/?next=/visits/17/")
    visitor.page.evaluate("location.assign('http://elsewhere.test/')")
    visitor.page.get_by_text("elsewhere").wait_for()
    assert len(asked) == 1
    assert "referer" not in asked[0]


def test_no_page_may_show_ours_in_a_frame(visitor, live_server):
    def elsewhere(route):
        route.fulfill(
            body=f"<iframe src='{live_server.url}/sign-in/'></iframe>", content_type="text/html"
        )

    visitor.page.route("http://elsewhere.test/", elsewhere)
    visitor.page.goto("http://elsewhere.test/")
    (_, framed) = visitor.page.frames
    assert "Sign in" not in framed.content()

"""Every page that somebody can open, at a phone's width and a desk's: what axe knows of, and more.

Which those are the table of ``tests/test_access.py`` says, so a new page can't be forgotten.
"""

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.acts.admin import ComesBackFilled
from accounts.roles import Role
from tests import factories
from tests.browser.conftest import HEIGHTS
from tests.test_access import ROLES, address, rows, world  # noqa: F401  # a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

WIDTHS = (390, 1280)
#: What is folded is a page's too, and axe sees none of it.
UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
#: The words of choices too small to hit, each of which axe takes for a part of the label around it.
SMALL_CHOICES = """
() => [...document.querySelectorAll("label:has(input)")]
  .filter((label) => label.getClientRects().length)
  .filter((label) => {
    const box = label.getBoundingClientRect();
    return box.width < 24 || box.height < 24;
  })
  .map((label) => label.textContent.trim())
"""
#: Files, which a browser saves, and what no address bar shows: a part of every page, a stream.
NO_PAGES = {
    "reports:table_csv",
    "reports:table_xlsx",
    "operations:open_alarms",
    "operations:board_events",
    "operations:sheet_pdf",
    "operations:draw_csv",
    "operations:draw_json",
}


@pytest.fixture
def screen(visit_site):
    return visit_site(WIDTHS[0])


def sign_in(screen, person):
    client = Client()
    client.force_login(person)
    screen.context.clear_cookies()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "url": screen.address}
    screen.context.add_cookies([cookie | {"value": client.session.session_key}])


def look_at(screen, path):
    """Open it, and look at it at each width; what is wrong."""
    screen.width = WIDTHS[0]
    screen.page.set_viewport_size({"width": screen.width, "height": HEIGHTS[screen.width]})
    wrong = []
    answer = screen.page.goto(screen.address + path)
    assert answer.status == 200, path
    for screen.width in WIDTHS:
        screen.page.set_viewport_size({"width": screen.width, "height": HEIGHTS[screen.width]})
        screen.page.evaluate(UNFOLD)
        try:
            screen.check()
        except AssertionError as error:
            wrong.append(str(error).splitlines()[0])
        small = screen.page.evaluate(SMALL_CHOICES)
        wrong += [f"{path} at {screen.width} px: too small to hit: {words}" for words in small]
    return wrong


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_in_order_at_each_width(screen, world, role):  # noqa: F811
    people, made = world
    sign_in(screen, people[role])
    mine = [
        address(name, about, made)
        for name, about, ours, _ in rows()
        # The first of those who may is enough: most pages look alike to all of them.
        if name not in NO_PAGES and [*ours, 200].index(200) == ROLES.index(role)
    ]
    assert mine
    assert [line for path in mine for line in look_at(screen, path)] == []


def test_every_page_of_the_administration_is_in_order_at_each_width(screen, rf):
    person = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
    unit = factories.CommandUnitFactory()
    unit.members.add(person)
    factories.LocalAuthorityFactory(command_unit=unit)
    factories.VenueGroupFactory()
    sign_in(screen, person)
    request = rf.get("/")
    request.user = person
    urls = [reverse("admin:index")]
    for model, page in admin.site._registry.items():
        if isinstance(page, ComesBackFilled):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            row = model._base_manager.first()
            urls += [reverse(f"{name}_{view}", args=[row.pk]) for view in ("change", "history")]
            urls.append(reverse(f"{name}_changelist"))
            if page.has_add_permission(request):
                urls.append(reverse(f"{name}_add"))
            if page.has_delete_permission(request, row):
                urls.append(reverse(f"{name}_delete", args=[row.pk]))
    assert [line for url in urls for line in look_at(screen, url)] == []


def test_pages_before_the_sign_in_are_in_order_at_each_width(screen):
    names = ("account_login", "account_reset_password", "account_reset_password_done")
    assert [line for name in names for line in look_at(screen, reverse(name))] == []


def test_targets_that_are_small_and_close_together_are_noticed(screen):
    screen.open(reverse("account_login"))
    screen.page.evaluate(
        """() => {
          for (const name of ["one", "two"]) {
            const button = document.createElement("button");
            button.textContent = name;
            document.querySelector("main").append(button);
            Object.assign(button.style, {height: "12px", padding: 0, display: "block"});
          }
        }"""
    )
    with pytest.raises(AssertionError, match="target-size"):
        screen.check()


def test_a_choice_that_is_too_small_to_hit_is_noticed(screen):
    screen.open(reverse("account_login"))
    screen.page.evaluate(
        """() => {
          const label = document.createElement("label");
          label.innerHTML = "<input type=checkbox> One";
          label.style.font = "12px sans-serif";
          document.querySelector("main").append(label);
        }"""
    )
    assert screen.page.evaluate(SMALL_CHOICES) == ["One"]

"""What a browser keeps of a covert visit once its officer has gone: nothing that tells of it."""

import json
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from tests.covert_words import found_in
from tests.marker_visit import WORDS, MarkerVisit
from tests.test_access import world

__all__ = ["world"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("desktop"),
]

#: What was typed and has not arrived stays on the phone by intent (docs/security.md); who, where
#: and for what nobody types.
COVERT = [word for tells in WORDS for word in WORDS[tells]]
#: All that pages can leave behind, and the name of every database and cache.
KEPT = """
async () => {
  const caches_ = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      caches_.push(name, request.url, await (await cache.match(request)).text());
    }
  }
  const databases = [];
  for (const {name} of await indexedDB.databases()) {
    const open = indexedDB.open(name);
    const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
      databases.push(name, store, JSON.stringify(rows));
    }
    database.close();
  }
  return {
    local: {...localStorage}, session: {...sessionStorage}, caches_, databases,
    cookies: document.cookie, window: window.name, state: JSON.stringify(history.state),
  };
}
"""


@pytest.fixture
def marker(world):
    made = MarkerVisit(*world)
    made.reach("on the board")
    officer = made.people["officer of the team"]
    officer.set_password(factories.PASSWORD)
    officer.save()
    return made


def test_an_officer_who_signed_out_leaves_nothing_that_tells_of_the_visit(visit_site, marker):
    phone = visit_site(390)
    phone.sign_in(marker.people["officer of the team"].username)
    titles, kept = [], []
    for page in ("visit_detail", "visit_start", "outcome_add"):
        if page == "outcome_add":
            marker.fall_silent()
        phone.open(reverse(f"operations:{page}", args=[marker.visit.pk]))
        titles.append(phone.page.title())
        kept.append(json.dumps(phone.page.evaluate(KEPT)))
    shown = phone.page.content()
    assert found_in(shown, COVERT)  # the search finds what stands there
    # Facts are entered, and nothing is sent: they wait on the phone.
    phone.page.get_by_label("No", exact=True).locator("visible=true").first.check()
    phone.page.wait_for_timeout(500)
    phone.context.clear_cookies()  # the session ends, as if signed out elsewhere
    phone.page.goto(phone.address + reverse("operations:my_visits"))
    expect(phone.page).to_have_url(re.compile("/sign-in/"))
    kept.append(json.dumps(phone.page.evaluate(KEPT)))
    assert found_in("\n".join(titles + kept), COVERT) == set()
    # Nor does *back* bring it out again.
    phone.page.go_back()
    phone.page.wait_for_load_state()
    assert found_in(phone.page.locator("main").inner_text(), COVERT) == set()


def test_whoever_may_not_know_gets_none_of_it_to_keep(visit_site, marker):
    desk = visit_site(1280)
    other = marker.people["visiting officer"]
    other.set_password(factories.PASSWORD)
    other.save()
    desk.sign_in(other.username)
    kept = []
    for url, page in marker.pages_of("visiting officer").items():
        if page.startswith("operations:"):
            desk.page.goto(desk.address + url)
            kept += [desk.page.title(), desk.page.content()]
            kept.append(json.dumps(desk.page.evaluate(KEPT)))
    assert found_in("\n".join(kept), COVERT) == set()

"""A planned visit is found nowhere but in the pages of those who may know of it.

A visit of made-up words (``tests/marker_visit.py``) is planned by the pages, goes on the board, is
not heard of and comes to its end, while everything runs. After each stage all that leaves the
product, and all that it keeps, is searched for those words, whatever they are encoded in. That the
search can find shows in the pages of those who may know.
"""

import difflib
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.template.backends.django import Template
from django.test import Client

from config import embedded
from operations.safety import messages as alarm_messages
from outbox import content
from outbox.models import Message
from tests.config.conftest import log
from tests.covert_words import found_in
from tests.marker_visit import (
    EACH_WORD,
    STAGES,
    WORDS,
    MarkerVisit,
    in_the_broker,
    in_the_database,
    read,
)
from tests.operations.pages import signed_in
from tests.outbox import notify_stub
from tests.outbox.conftest import send_texts_to
from tests.test_access import TABLE, world

__all__ = ["log", "world"]

TEAM = {"officer of the team", "welfare officer"}
PLANNERS = {"planner", "planner of the force"}
HANDLERS = {"control-room call handler", "control-room call handler elsewhere"}
#: Who reads of operations, and of results, of the command unit.
READERS = {
    *("operation’s lead", "cse lead", "cse lead of the force"),
    *("administrator", "administrator of the force"),
}
COORDINATORS = {"training coordinator", "training coordinator of the force"}
LATER = STAGES[1:]
#: Where venues stand because they are in the registry, which is open data, whatever is planned.
REGISTRY = r"venues:\w+|accounts:(history|log)|admin.*|operations:call_(add|correct)"


class Right(NamedTuple):
    """Who may read what, where and when."""

    tells: str
    who: set[str]
    where: str = r".*"
    stages: tuple[str, ...] = STAGES


#: ``None`` in place of people stands for everybody.
EVERYBODY: set[str] = set()
RIGHTS = (
    Right("venue operation scenario team notes cadet", TEAM | PLANNERS),
    Right("venue", EVERYBODY, REGISTRY),
    # The board, and the alarms: whom to call, and where they are.
    Right("venue team", HANDLERS, r"operations:(board|alarm_\w+|visit_end|call_\w+)", LATER),
    Right("venue team", {"operation’s lead"}, r"operations:(alarm_\w+|visit_\w+)", LATER[1:]),
    # Operations, and the record of them.
    Right("operation", READERS, r"operations:(operation|scenario)_\w+|accounts:history"),
    Right("scenario", EVERYBODY, r"operations:(scenario|operation)_\w+|accounts:history"),
    Right("team operation scenario", EVERYBODY, r"accounts:log|admin.*"),
    # Results, once it is over.
    Right("venue operation scenario team notes", READERS | COORDINATORS, stages=("over",)),
)


def may_read(word, who, page, stage):
    return any(
        any(word in WORDS[kind] for kind in right.tells.split())
        and (who in right.who or right.who is EVERYBODY)
        and stage in right.stages
        and re.fullmatch(right.where, page)
        for right in RIGHTS
    )


#: Where the search has to find something: it can.
FOUND = {
    ("planned", "planner", "operations:visit_detail", "Quillbrändt"),
    ("planned", "planner", "operations:visit_edit", "QX-90417"),
    ("planned", "officer of the team", "operations:my_visits", "Thornwickel"),
    ("planned", "cse lead", "operations:operation_detail", "Zephyrine"),
    ("on the board", "control-room call handler", "operations:board", "Quillbrändt"),
    ("on the board", "control-room call handler elsewhere", "operations:board", "Vexholm"),
    ("alarmed", "control-room call handler", "operations:alarm_detail", "Vexholm"),
    ("alarmed", "operation’s lead", "operations:alarm_detail", "Quillbrändt"),
    ("over", "cse lead", "operations:visit_detail", "Notesquill"),
    ("over", "training coordinator", "operations:follow_up_detail", "Quillbrändt"),
}


@pytest.fixture
def texts(settings):
    """What goes out by GOV.UK Notify."""
    with notify_stub.notify() as notify:
        send_texts_to(settings, notify)
        yield notify.texts


@pytest.fixture
def marker(world, log, texts):
    return MarkerVisit(*world)


def looked_at(marker, people=None):
    """Who finds what on which page, of all pages that somebody's role may open."""
    for who in people or marker.people:
        client = signed_in(marker.people[who])
        for url, page in marker.pages_of(who).items():
            yield who, page, read(client, url)


@pytest.mark.parametrize("stage", STAGES)
def test_it_is_found_only_where_it_may_be(marker, log, texts, stage):
    """Every page of everybody, then all that was sent, logged and kept by then."""
    marker.reach(stage)
    leaks, found = set(), set()
    # From one hour before on the board shows it, and the lead has its number; for everybody else
    # nothing changed.
    people = sorted(HANDLERS | {"operation’s lead"}) if stage == "on the board" else None
    for who, page, answer in looked_at(marker, people):
        for word in found_in(answer, EACH_WORD):
            found.add((stage, who, page, word))
            if not may_read(word, who, page, stage) and not is_oneself(marker, who, word):
                leaks.add((who, page, word))
        title = re.search(rb"<title>(.*?)</title>", answer, re.DOTALL)
        if title and stage != "over" and not re.fullmatch(REGISTRY, page):
            covert = set(EACH_WORD) - IN_TITLES
            leaks |= {(who, f"title of {page}", word) for word in found_in(title[1], covert)}
    assert one_a_line(leaks) == ""
    assert {row for row in FOUND if row[0] == stage} - found == set()
    assert one_a_line(sent_or_kept(log, texts, stage)) == ""
    assert len(log.getvalue()) > 10_000  # it was listened to


#: By their number operations are called in titles, and scenarios by theirs (docs/decisions.md).
IN_TITLES = {"ZQ/MARK/77", *WORDS["scenario"]}


def one_a_line(found):
    return "\n".join(sorted({", ".join(row) for row in found}))


def is_oneself(marker, who, word):
    """One's own name stands at the top of every page."""
    return word == marker.people[who].last_name


def test_whoever_is_not_signed_in_reads_of_nothing(marker):
    marker.reach("alarmed")
    urls = {url for who in marker.people for url in marker.pages_of(who)}
    assert {w for url in urls for w in found_in(read(Client(), url), EACH_WORD)} == set()


# What is sent and kept ----------------------------------------------------------------------------

#: Letters that are about no visit.
OF_ACCOUNTS = {"password_link"}
#: Numbers of calls that wait, and a link: tests/operations/calls/test_reminders.py.
OF_CALLS = {"calls_that_wait", "concern_with_nobody"}
#: Where each word is kept: the tables of what it is, and their history.
HOMES = {
    "venue": r"venues_venue(group)?(event)?\.\w+",
    "operation": r"operations_operation(event)?\.\w+"
    r"|operations_authorisation(event)?\.authorisation_reference",
    # By it figures are narrowed, and the log says of what figures were taken away.
    "scenario": r"operations_scenario(event)?\.\w+|accounts_accessentry\.purpose",
    "team": r"accounts_user(event)?\.last_name",
    "cadet": r"operations_cadet(event)?\.reference",
    "notes": r"operations_outcome(event)?\.(notes|incident_reference)",
}


def sent_or_kept(log, texts, stage):
    """Which words are where nobody may look for them."""
    places = {
        "log": log.getvalue(),
        "broker and cache": in_the_broker(),
        "log of the servers": logs_of_the_servers(),
        "texts": str(texts),
        **sealed(),
    }
    for place, what in places.items():
        yield from ((place, word) for word in found_in(what, EACH_WORD))
    for column, what in in_the_database().items():
        at_home = {w for kind in WORDS if re.fullmatch(HOMES[kind], column) for w in WORDS[kind]}
        yield from ((column, word) for word in found_in(what, EACH_WORD) - at_home)
    # A venue is reminded of its refresher, by its name; so are those who chase it.
    reminded = set(WORDS["venue"]) if stage == "over" else set()
    for address, mail in mails():
        told = set() if "alarm" in mail else reminded
        yield from ((f"mail to {address}", word) for word in found_in(mail, EACH_WORD) - told)


def mails():
    """Whom each message went to, and the whole of it."""
    for file in Path(settings.MAIL_DIR).glob("*.eml"):
        whole = file.read_bytes().decode()
        to = re.search(r"^Delivered-To: (.*)$", whole, re.MULTILINE)
        yield to[1] if to else file.name, whole


def sealed():
    """What is kept encrypted, in words: messages that wait, and what is in sessions."""
    found = {
        f"message {row.pk}": str(vars(content.unseal(row.sealed)))
        for row in Message.objects.exclude(sealed="")
    }
    for session in Session.objects.all():
        kept = session.get_decoded()
        # A form that could not be taken is for whoever filled it in, and encrypted.
        found[f"session of {kept.get('_auth_user_id')}"] = str(kept)
    return found


def logs_of_the_servers():
    """What PostgreSQL and Valkey of the tests tell, as far as they are our own."""
    file = embedded.RUN_DIR / "services.log"
    return file.read_bytes() if file.exists() else b""


def test_every_letter_was_among_what_was_sent(marker):
    """A new letter has to go out in one of the stages, or be about no visit."""
    for stage in STAGES:
        marker.step(stage)
    letters = {name for app in apps.get_app_configs() for name in getattr(app, "letters", {})}
    sent = Message.objects.filter(state="sent").values_list("letter", flat=True)
    assert letters - OF_ACCOUNTS - OF_CALLS <= set(sent)


# What goes wrong ----------------------------------------------------------------------------------


def test_a_page_that_breaks_while_it_shows_it_tells_nothing(marker, log, monkeypatch):
    marker.reach("alarmed")
    render = Template.render

    def breaks(self, context=None, request=None):
        if request is not None:  # error pages are drawn without one
            raise ValueError(" ".join(EACH_WORD))
        return render(self, context, request)

    monkeypatch.setattr(Template, "render", breaks)
    broken = set()
    for who in ("planner", "officer of the team", "control-room call handler"):
        client = Client(raise_request_exception=False)
        client.force_login(marker.people[who])
        for url, page in marker.pages_of(who).items():
            answer = read(client, url)
            assert found_in(answer, EACH_WORD) == set(), page
            broken |= {page} if b"\n500\n" in answer else set()
    assert {"operations:visit_detail", "operations:board", "operations:alarm_detail"} <= broken
    assert found_in(log.getvalue(), EACH_WORD) == set()


def test_a_letter_that_breaks_while_it_is_written_tells_nothing(marker, log, monkeypatch):
    def breaks(alarm):
        raise ValueError(" ".join(EACH_WORD))

    monkeypatch.setattr(alarm_messages, "_words", breaks)
    marker.reach("alarmed")
    assert "ValueError" in log.getvalue()
    assert found_in(log.getvalue(), EACH_WORD) == set()
    kept = {name: text for name, text in in_the_database().items() if name.startswith("outbox_")}
    assert found_in(str(kept), EACH_WORD) == set()


# Without a word -----------------------------------------------------------------------------------

#: Differs each time: tokens against forged forms and repeated ones, ids of requests.
EACH_TIME = re.compile(
    r'(?:csrfmiddlewaretoken|submission_token)" value="[^"]*"|[0-9a-f-]{32,36}'
    r"|\b\d\d:\d\d(?::\d\d)?\b"
)
#: Tells of everything that anybody does; what it leaves out, test_covert_reads.py tries.
TELLS_OF_ACTS = {"accounts:log"}
#: Says in itself when it was made; the same figures stand in ``reports:table_csv``.
SAYS_WHEN = {"reports:table_xlsx"}
MAY_NOT_KNOW = {
    *("visiting officer", "visiting officer elsewhere", "planner elsewhere", "cse lead elsewhere"),
    *("training coordinator", "training coordinator elsewhere", "administrator elsewhere"),
    *HANDLERS,
}


def test_pages_of_those_who_may_not_know_are_the_same_with_it_and_without(marker):
    """Not by a number, a sort order or a gap either."""

    def as_shown():
        return {
            (who, page): EACH_TIME.sub("", answer.decode(errors="replace")).splitlines()
            for who, page, answer in looked_at(marker, sorted(MAY_NOT_KNOW))
            if page not in TELLS_OF_ACTS | SAYS_WHEN
            and not (who in HANDLERS and page.startswith("operations:sheet_"))  # made for them
            and not page.startswith(("mfa_", "account_", "usersess"))
        }

    marker.visit = marker.others["planned"]
    marker.send_all()  # what the other visits of this world bring about
    without = as_shown()
    marker.reach("planned")
    planned, marker.visit = marker.visit, marker.others["planned"]
    assert planned.pk != marker.visit.pk
    differ = [
        (*key, *list(difflib.unified_diff(without[key], answer, n=0, lineterm=""))[3:])
        for key, answer in as_shown().items()
        if answer != without[key]
    ]
    assert one_a_line(differ) == ""


def test_the_table_of_rights_names_pages_that_there_are():
    pages = {line.split()[0] for line in TABLE.strip().splitlines()} | {"admin:index"}
    for right in RIGHTS:
        assert any(re.fullmatch(right.where, page) for page in pages), right

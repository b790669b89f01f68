"""Every act has a decision about its way back (docs/acts.md), and the code does what it says."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from accounts.acts.undo import kind_of
from accounts.acts.views import ActView

TABLE = Path(__file__).parent.parent / "docs" / "acts.md"

#: What takes the person who asks and does nothing, or is a part of acts.
NO_ACTS = {
    "accounts.record.access_log.record_act": "writes the log of reads",
    "accounts.record.access_log.record_acts": "writes the log of reads",
    "accounts.record.access_log.record_reads": "writes the log of reads",
    "accounts.record.access_log.record_search": "writes the log of reads",
    "accounts.acts.undo.offered": "a question",
    "accounts.acts.undo.offers": "a question",
    "accounts.record.history.all_events": "a question",
    "accounts.access.rights.problems": "a question",
    "accounts.access.rights.require_looking_after": "a part of acts",
    "accounts.access.rights.set_by_system": "a command of the owner's, on record",
    "accounts.access.rights.why_not": "a question",
    "operations.approval.actions.may_decide": "a question",
    "operations.approval.actions.require_its_planner": "a part of acts",
    "operations.calls.actions.proposals": "a question",
    "operations.calls.real_after_all.open_concerns": "follows from a real concern",
    "operations.teams.actions.visits_in_doubt": "a question",
    "operations.safety.presenters.words_of_check_in": "a question",
    "operations.teams.own_visits.hold": "a part of acts",
    "operations.safety.actions.raise_at_once": "a part of acts",
    "operations.follow_ups.actions.settle_follow_up": "follows from an outcome",
    "operations.follow_ups.actions.settle_training": "follows from a session",
    "operations.control_room.tonight.tonight": "a question",
    "operations.control_room.drawing.drawing": "a question",
    "operations.planning.actions.choosable": "a question",
    "operations.sampling.actions.drawable": "a question",
    "operations.proposals.actions.problems_of": "a question",
    "operations.proposals.presenters.left_out_of": "a question",
    "operations.proposals.world.problem_of": "a question",
    "operations.proposals.world.venues_to_visit": "a question",
    "operations.sheets.actions.drafts": "a question",
    "operations.planning.actions.is_of_other_units_too": "a question",
    "operations.planning.actions.require_plannable": "a part of acts",
    "venues.training.actions.add_session": "a part of acts",
    "venues.registry.actions.lock_to_change": "a part of acts",
    "venues.registry.actions.may_move": "a question",
    "venues.training.actions.settle_sessions_of": "follows from a merge",
    "venues.registry.actions.twin_of": "a question",
}


def acts():
    """Every public function that is told who acts, by its name."""
    for package in ("accounts", "venues", "operations", "reports", "outbox"):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" in found.name or ".management" in found.name:
                continue
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                by = inspect.signature(function).parameters.get("by")
                public = not name.startswith("_") and function.__module__ == module.__name__
                if public and by and by.kind is by.KEYWORD_ONLY:
                    yield f"{module.__name__}.{name}", function


def decisions():
    rows = re.findall(r"^\| [^|]+ \| `([\w.]+)` \| (\w+) \| ([^|]+) \|$", TABLE.read_text(), re.M)
    return {name: (way_back, how) for name, way_back, how in rows}


ACTS = dict(acts())
DECISIONS = decisions()


def test_every_act_has_a_decision_about_its_way_back():
    assert set(ACTS) - set(NO_ACTS) == set(DECISIONS)


def test_what_counts_as_no_act_is_still_there():
    assert set(NO_ACTS) <= set(ACTS)


@pytest.mark.parametrize("name", sorted(set(ACTS) & set(DECISIONS)))
def test_an_act_has_the_way_back_that_was_decided(name):
    way_back, how = DECISIONS[name]
    assert way_back in ("Undo", "Correction", "Final")
    kind = kind_of(ACTS[name])
    assert (kind is not None) == (way_back == "Undo")
    if kind:
        number, unit = re.match(r"(\d+) (minutes|days)", how).groups()
        assert kind.within.total_seconds() == int(number) * {"minutes": 60, "days": 86400}[unit]


def pages(of):
    """Every page whose form is for an act."""
    for page in of.__subclasses__():
        yield from pages(page)
        if getattr(page, "form_class", None):
            yield page


@pytest.mark.parametrize(
    "page",
    list(pages(ActView)),
    ids=lambda page: page.__name__,
)
def test_the_form_of_an_act_can_tell_why_the_act_was_refused(page):
    assert callable(page.form_class.add_problems)

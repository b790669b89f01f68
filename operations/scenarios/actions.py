"""Acts on scenarios: each version is written once."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, Refused, refuse
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from operations.scenarios.models import Scenario, WarningSign
from venues.registry.names import normal_name


@transaction.atomic
def create_scenario(
    *, title: str, script: str, warning_signs: Collection[WarningSign], by: User
) -> Scenario:
    """Write a scenario: its version 1.

    Raises:
        PermissionDenied: ``by`` is no planner.
        Refused: there is one of this title, or it shows no warning sign.

    """
    require(by, PLAN_OPERATIONS)
    return _write_scenario(title, 1, script, warning_signs, by, problems_of_title(title))


def problems_of_title(title: str) -> list[Problem]:
    """Why a new scenario can't have this title."""
    if not title or not Scenario.objects.filter(title__normal=normal_name(title)).exists():
        return []
    taken = "There is a scenario of this title: make a new version of it instead."
    return [Problem("title", taken)]


@transaction.atomic
def new_scenario_version(
    *, scenario: Scenario, script: str, warning_signs: Collection[WarningSign], by: User
) -> Scenario:
    """Write the version after ``scenario``. Operations keep the version that they have.

    Raises:
        PermissionDenied: ``by`` is no planner.
        Refused: somebody wrote a later version meanwhile, or it shows no warning sign.

    """
    require(by, PLAN_OPERATIONS)
    versions = Scenario.objects.select_for_update(no_key=True).filter(title=scenario.title)
    newest = max(version.version for version in versions.order_by("pk"))
    problems = []
    if newest > scenario.version:
        overtaken = (
            f"Somebody wrote version {newest} after you opened this page. Nothing you entered is "
            "lost: compare the two, then start from the newest version."
        )
        problems.append(Problem("script", overtaken))
    return _write_scenario(scenario.title, newest + 1, script, warning_signs, by, problems)


def _write_scenario(
    title: str,
    version: int,
    script: str,
    warning_signs: Collection[WarningSign],
    by: User,
    problems: list[Problem],
) -> Scenario:
    if not warning_signs:
        problems.append(Problem("warning_signs", "Select at least one warning sign."))
    if problems:
        raise Refused(problems)
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(
                title=title, version=version, script=script, created_by=by
            )
    except IntegrityError:  # the same title in this very moment
        raise refuse("title", "Somebody saved a scenario of this title just now.") from None
    scenario.warning_signs.set(warning_signs)
    return scenario

"""What each process of an installation does before it begins, apart from reading its settings."""

import gc
import sys

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import ERROR, Tags, run_checks
from django.db import InterfaceError, OperationalError, ProgrammingError, connections
from django.db.migrations.executor import MigrationExecutor

#: A file of ours that each page asks for.
STYLE = "application.css"


def refuse_incomplete() -> None:
    """Stop, and say all that is missing: static files, tables, or what PostgreSQL has to guard.

    Raises:
        SystemExit: something is missing.

    """
    if problems := [*_static_files(), *(_tables() or _guards())]:
        sys.exit("\n".join(problems))


def refuse_unfit_database() -> None:
    """Stop, and say why, where PostgreSQL does not guard what it must.

    What that is stands in ``accounts/database/checks.py``.

    Raises:
        SystemExit: it does not.

    """
    if problems := _guards():
        sys.exit("\n".join(problems))


def keep_what_is_loaded() -> None:
    """Take what is loaded by now from the collector of garbage: it stays.

    To look through it can take longer than a page does, and happens in the midst of one. And
    processes that fork from here share its memory until it is written to, which the collector does.
    """
    gc.collect()
    gc.freeze()


def _static_files() -> list[str]:
    collected = getattr(staticfiles_storage, "hashed_files", None)
    if collected is None:  # they are served as they lie, not by names of what they hold
        return []
    name = collected.get(STYLE)
    if name and staticfiles_storage.exists(name):
        return []
    return [
        "The static files are missing: run 'npm ci && npm run build', then "
        "'manage.py collectstatic --noinput', and start again."
    ]


def _tables() -> list[str]:
    try:
        executor = MigrationExecutor(connections["default"])
        ahead = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (OperationalError, InterfaceError, ProgrammingError):
        return [
            "The database can not be reached, or does not let this process in: look whether it "
            "runs, whether DATABASE_URL is right, and whether the role of it exists and may read "
            "our tables (docs/operators.md)."
        ]
    finally:
        connections["default"].close()  # whatever forks from here has connections of its own
    if not ahead:
        return []
    return [
        f"The database lacks {len(ahead)} migrations: run 'manage.py migrate' as the owner of the "
        "tables, and start again."
    ]


def _guards() -> list[str]:
    if settings.DEMO:
        return []
    told = run_checks(tags=[Tags.database], databases=["default"], include_deployment_checks=True)
    connections.close_all()  # whatever forks from here has connections of its own
    return [f"{one.msg} {one.hint or ''}".strip() for one in told if one.level >= ERROR]

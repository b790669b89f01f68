"""Logging: ids, not people.

Each line is data: JSON in production, easy to read in the demonstration. Our own lines are written
with ``structlog.get_logger(__name__).info("what happened", visit=visit.pk)``. Lines of libraries
come through the same, but what they put into their messages is withheld: it can be a path, a host
name or the row that the database refused. Of an exception the types and the places in the code are
told, not its words, which can be those of a person.

This module reads no settings, so that gunicorn's own process can use it too (config/gunicorn.py).
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

ROOT = Path(__file__).resolve().parent.parent

#: Libraries that pass data as arguments of a message, never inside of it.
PLAIN_WORDS = ("celery", "gunicorn", "kombu", "uvicorn")

#: Exceptions whose words name code and settings only.
PLAIN_EXCEPTIONS = ("ImportError", "ModuleNotFoundError", "NameError", "ImproperlyConfigured")

PLAIN_VALUES = (str, int, float, bool, type(None))


def configuration(*, demo: bool, level: str) -> dict[str, Any]:
    """The configuration of Python's logging, for Django, Celery and gunicorn alike.

    Args:
        demo: Lines for a person at a terminal, and only what needs one; else JSON.
        level: The least that is logged, where it is not to be the default.

    """
    level = level or ("WARNING" if demo else "INFO")
    into_lines: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
        if demo
        else [structlog.processors.JSONRenderer(ensure_ascii=True)]
    )
    structlog.configure(
        processors=[*_FACTS, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": ProcessorFormatter,
                "foreign_pre_chain": _FACTS,
                "pass_foreign_args": True,
                "use_get_message": False,
                "processors": [
                    _withhold,
                    _tell_exception,
                    ProcessorFormatter.remove_processors_meta,
                    _keep_plain_values,
                    *into_lines,
                ],
            }
        },
        # The level stands here too: a logger that has its own passes by the root's.
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "level": level,
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # INFO at most: below that, Django logs each query with its values. Named, so that its
            # own handlers go, one of which mails errors.
            "django": {"level": "INFO"},
            # A request's line says how it ended; only an exception has more to tell.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "INFO", "propagate": True},
            # Of a task we tell the end (config/celery.py), with its name.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            **{name: {"level": "INFO"} for name in ("asyncio", "celery", "kombu", "urllib3")},
            "gunicorn.error": {"handlers": ["console"], "propagate": False},
        },
    }


_FACTS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class _Withheld:
    """Stands in a message for what was in it."""

    def __str__(self) -> str:
        return "…"

    __repr__ = __str__


def _withhold(logger: Any, method: str, event: EventDict) -> EventDict:
    """Keep of a library's message the words that stand in its code, and numbers."""
    arguments = event.pop("positional_args", ())
    if not event["_from_structlog"]:
        record: logging.LogRecord = event["_record"]
        event["event"] = _words(record, arguments)
        event["at"] = _place(record.pathname, record.lineno, record.funcName or "")
        event.pop("stack_info", None)
    return event


def _words(record: logging.LogRecord, arguments: Any) -> str:
    top = record.name.partition(".")[0]
    if top == "django":
        # Paths, hosts and exceptions are part of its messages; the kind of line says enough.
        status = getattr(record, "status_code", None)
        kind = record.name.rpartition(".")[2]
        return f"{HTTPStatus(status).phrase} ({kind})" if status else kind
    if not arguments:
        return str(record.msg) if top in PLAIN_WORDS else "withheld"
    words = str(record.msg)
    with suppress(TypeError, ValueError, KeyError):  # such as "%d" of what is no number
        words %= _without_words(arguments)
    return words


def _without_words(arguments: Any) -> Any:
    if isinstance(arguments, Mapping):
        return {name: _number(value) for name, value in arguments.items()}
    return tuple(_number(value) for value in arguments)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else _Withheld()


def _tell_exception(logger: Any, method: str, event: EventDict) -> EventDict:
    """Put types and places of an exception, and of what caused it, in place of its words."""
    exception = event.pop("exc_info", None)
    if exception is True:
        exception = sys.exc_info()
    if isinstance(exception, tuple):
        exception = exception[1]
    if isinstance(exception, BaseException):
        event["exception"] = "\n".join(_lines(exception))
    return event


def _lines(exception: BaseException) -> Iterator[str]:
    told: set[int] = set()
    one: BaseException | None = exception
    while one is not None and id(one) not in told:
        yield ("because of " if told else "") + _type(one)
        yield from (f"  {place}" for place in _places(one.__traceback__))
        told.add(id(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _type(exception: BaseException) -> str:
    kind = type(exception)
    words = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if kind.__name__ in PLAIN_EXCEPTIONS:
        return f"{words}: {exception}"
    # The database's own words quote the row; the name of the rule that it broke does not.
    rule = getattr(getattr(exception, "diag", None), "constraint_name", None)
    return f"{words} ({rule})" if rule else words


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False):
        yield _place(frame.filename, frame.lineno or 0, frame.name)


def _place(file: str, line: int, function: str) -> str:
    _, installed, below = file.rpartition("site-packages/")
    path = Path(file)
    if installed:
        file = below
    elif path.is_relative_to(ROOT):
        file = str(path.relative_to(ROOT))
    return f"{file}:{line} {function}"


def _keep_plain_values(logger: Any, method: str, event: EventDict) -> EventDict:
    """An object shows its type: how it would describe itself could be a person's name."""
    return {
        key: value if isinstance(value, PLAIN_VALUES) else f"<{type(value).__name__}>"
        for key, value in event.items()
    }

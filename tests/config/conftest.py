"""What production would log."""

import io
import json
import logging.config
from typing import Any

import pytest

from config import logs


class Log(io.StringIO):
    """The lines as they would leave the process."""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def line(self, event: str) -> dict[str, Any]:
        """The one line that tells this."""
        (found,) = [line for line in self.lines() if line["event"] == event]
        return found


@pytest.fixture
def log(settings):
    """Everything that is logged while the test runs, as production writes it."""
    log = Log()
    production = logs.configuration(demo=False, level="DEBUG")
    production["handlers"]["console"]["stream"] = log
    logging.config.dictConfig(production)
    yield log
    logging.config.dictConfig(settings.LOGGING)
    logs.configuration(demo=True, level="")  # structlog's part

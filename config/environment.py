"""The environment that settings are read from, where a secret may also be a file.

``SECRET_KEY_FILE=/run/secrets/key`` in place of ``SECRET_KEY``, and likewise for every other
variable: what is in a file is neither seen in a list of processes nor inherited by a child.

What can't be read does not stop the reading: it is one more entry of ``problems``, so that an
operator is told of everything at once (``config/production.py``).
"""

import json
import os
from typing import Any

from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

YES = ("1", "on", "ok", "true", "y", "yes")
NO = ("0", "off", "false", "n", "no")
LONGEST = 36_500  # days; what is more is a mistake, and no date


class _Environment(FileAwareMapping):  # type: ignore[misc]  # django-environ has no types
    """Reads a file's text without the line break that editors put at its end."""

    def __getitem__(self, name: str) -> str:
        value: str = super().__getitem__(name)
        return value.strip()


class Environment(FileAwareEnv):  # type: ignore[misc]
    """``env.text("NAME")`` reads ``NAME``, or the file that ``NAME_FILE`` names."""

    ENVIRON = _Environment()

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """What the variable says, letter by letter; empty counts as not set."""
        in_file, beside = os.environ.get(f"{name}_FILE"), os.environ.get(name)
        if in_file and beside:
            self._refuse(
                f"Both {name} and {name}_FILE are set, and only one can count. Remove the other."
            )
            return default
        try:
            return self.ENVIRON[name] or default
        except KeyError:
            return default
        except OSError as error:
            why = error.strerror
        except ValueError:
            why = "it is no text"
        self._refuse(
            f"{name}_FILE names a file that can't be read ({why}). "
            "Set it to a file that this account may read."
        )
        return default

    def listed(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """What stands between commas."""
        parts = (part.strip() for part in self.text(name).split(","))
        return [part for part in parts if part] or list(default)

    def yes(self, name: str, *, default: bool) -> bool:
        """Whether the variable says yes."""
        said = self.text(name).lower()
        if said and said not in YES + NO:
            self._refuse(f"{name} is {said!r}. Set it to 1 (yes) or 0 (no).")
        return said in YES if said in YES + NO else default

    def whole(self, name: str, *, default: int, most: int = LONGEST) -> int:
        """A whole number from 1 on: of days, of minutes, of anything."""
        said = self.text(name)
        if not said:
            return default
        if not (said.isascii() and said.isdigit()) or not 1 <= int(said[:9]) <= most:
            self._refuse(f"{name} is {said!r}. Set it to a whole number from 1 to {most}.")
            return default
        return int(said)

    def words(self, name: str) -> dict[str, str]:
        """A JSON object from words to words."""
        said = self.text(name)
        try:
            found: Any = json.loads(said or "{}")
        except ValueError:
            found = None
        if isinstance(found, dict) and all(isinstance(word, str) for word in found.values()):
            return found
        self._refuse(f'{name} is no JSON object of words. Set it like {{"GROUP": "WORD"}}.')
        return {}

    def _refuse(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

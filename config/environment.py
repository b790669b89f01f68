"""The environment that settings are read from, where a secret may also be a file.

``SECRET_KEY_FILE=/run/secrets/key`` in place of ``SECRET_KEY``, and likewise for every other
variable: what is in a file is neither seen in a list of processes nor inherited by a child.
"""

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping


class _Environment(FileAwareMapping):  # type: ignore[misc]  # django-environ has no types
    """Reads a file's text without the line break that editors put at its end."""

    def __getitem__(self, name: str) -> str:
        try:
            value: str = super().__getitem__(name)
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names a file that can't be read ({error.strerror}). "
                "Set it to a file that this account may read."
            ) from error
        return value.strip()


class Environment(FileAwareEnv):  # type: ignore[misc]
    """``env.str("NAME")`` reads ``NAME``, or the file that ``NAME_FILE`` names."""

    ENVIRON = _Environment()

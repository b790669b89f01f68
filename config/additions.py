"""Additions of apps to those below, which must not import them.

An ``AppConfig`` names it in an attribute: dotted paths of functions, or of tuples of values. The
module that uses them says what it takes, and under which name.
"""

from functools import cache
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string


@cache
def added(name: str) -> tuple[Any, ...]:
    """All that apps add under ``name``, those of the lowest app first."""
    found: list[Any] = []
    for app in apps.get_app_configs():
        for path in getattr(app, name, ()):
            addition = import_string(path)
            found += addition if isinstance(addition, tuple) else [addition]
    return tuple(found)

"""The app's place in Django."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Django's entry for this app.

    An app that writes messages names them as ``letters`` of its own ``AppConfig``: the name of the
    letter → the dotted path of the function that writes it (``outbox/letters.py``).
    """

    name = "outbox"

    def ready(self) -> None:
        """Make the tasks known, so that a worker that starts looks for what was left."""
        from outbox import tasks  # noqa: F401

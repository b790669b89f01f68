"""Two people editing one record: the second is told, never silently overwritten."""

from django.db import models
from django.db.models import F


class EditConflictError(Exception):
    """Somebody saved the record after this person opened it."""


class Versioned(models.Model):
    """A record that people edit in a form, which carries the version it was opened at."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def ask_for(self, version: int) -> None:
        """Ask whether this record, held by the caller, is still the one that the person saw.

        Args:
            version: The version that the person had in front of them.

        Raises:
            EditConflictError: the record has been saved since.

        """
        if self.version != version:
            raise EditConflictError

    def claim(self, version: int) -> None:
        """Take the right to save this record, inside the caller's transaction.

        Args:
            version: The version that the person had in front of them.

        Raises:
            EditConflictError: the record has been saved since.

        """
        rows = type(self)._base_manager.filter(pk=self.pk, version=version)
        if not rows.update(version=F("version") + 1):
            raise EditConflictError
        self.version = version + 1

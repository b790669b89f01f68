"""Seals: what makes it plain that the record was changed, whoever changed it."""

from django.db import models

from accounts.record.events import insert_only
from govuk.dates import plain_time


class Seal(models.Model):
    """The seal of one day's entries. It covers the seal of the day before, and so on."""

    day = models.DateField(primary_key=True, help_text="In London.")
    previous = models.BinaryField(max_length=32)
    seal = models.BinaryField(max_length=32)
    entries = models.PositiveBigIntegerField()
    tables = models.JSONField(
        help_text="The tables of the record, and the columns that each had when it was sealed."
    )
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [
            # No two days follow the same one: two runs at once seal once.
            models.UniqueConstraint("previous", name="seals_are_one_chain")
        ]
        ordering = ["day"]
        triggers = [insert_only("seal_never_changes")]

    def __str__(self) -> str:
        return f"Seal of {plain_time(self.day)}"

    @property
    def in_digits(self) -> str:
        """The seal as people write it down: 64 digits."""
        return bytes(self.seal).hex()


class SealedEntry(models.Model):
    """The digest of one entry of the record, as it was when its day was sealed."""

    pk = models.CompositePrimaryKey("source", "entry")
    source = models.CharField(max_length=63, help_text="The entry's table.")
    entry = models.BigIntegerField(help_text="Its number there.")
    day = models.DateField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        indexes = [models.Index("day", name="sealed_entry_by_day")]
        triggers = [insert_only("sealed_entry_never_changes")]

    def __str__(self) -> str:
        return f"{self.source} {self.entry}"


class Erasure(models.Model):
    """Says that an entry of the record was erased, or made anonymous, by a rule of retention.

    Its digest stays in the ledger: the entry is not missing, and the chain still holds.
    """

    source = models.CharField(max_length=63, help_text="The entry's table.")
    entry = models.BigIntegerField(help_text="Its number there.")
    at = models.DateTimeField(db_default=models.functions.Now())
    rule = models.CharField(max_length=100, help_text="Which rule asked for it.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("source", "entry", name="entry_is_erased_once")]
        indexes = [models.Index("at", name="erasure_by_time")]
        triggers = [insert_only("erasure_never_changes")]

    def __str__(self) -> str:
        return f"{self.source} {self.entry}"

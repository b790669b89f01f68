"""Codes and links that work once: a unique row says that one was used, however many ask."""

import hashlib

from django.db import connection, models


class Used(models.Model):
    """Something that was to work once and has been used: a code, a challenge, a way back.

    Kept as a digest, and for a day: nothing that is used up here is valid for longer than minutes.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        default_permissions = ()
        indexes = [models.Index("at", name="used_by_time")]

    def __str__(self) -> str:
        return bytes(self.digest).hex()


def use_up(kind: str, secret: str) -> bool:
    """Use ``secret`` up; whether it was still unused.

    Of several at once the first wins; the others wait for its transaction to end, and are told.
    If that one is taken back, the secret is unused again.

    Args:
        kind: What the secret is for, so that two kinds never meet.
        secret: The secret itself, or what names it.

    """
    table = Used._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE digest IN (SELECT digest FROM {table}"  # noqa: S608
            " WHERE at < now() - interval '1 day' FOR UPDATE SKIP LOCKED)"
        )
        cursor.execute(
            f"INSERT INTO {table} (digest) VALUES (%s) ON CONFLICT DO NOTHING",  # noqa: S608
            [hashlib.sha256(f"{kind}:{secret}".encode()).digest()],
        )
        return bool(cursor.rowcount)

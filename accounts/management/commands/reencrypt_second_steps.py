"""``manage.py reencrypt_second_steps``: let the earlier ``SECRET_KEY`` go."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.sign_in import second_factor


class Command(BaseCommand):
    """Encrypts the secrets of apps and recovery codes with the ``SECRET_KEY`` of today.

    Run it with the old key among ``SECRET_KEY_FALLBACKS``; afterwards that one can go.
    """

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        done, unreadable = second_factor.reencrypt()
        self.stdout.write(f"Encrypted with the key of today: {done}. Unreadable: {unreadable}.")
        if unreadable:
            self.stdout.write(
                "The unreadable ones count as absent: their owners set up new ones at the next"
                " sign-in. manage.py remove_second_steps --unreadable removes them."
            )

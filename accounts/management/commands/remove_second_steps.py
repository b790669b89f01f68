"""``manage.py remove_second_steps``: let people set up new second steps."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.sign_in import actions, second_factor


class Command(BaseCommand):
    """Removes second steps and ends sessions, on record; each sets up a new one at sign-in."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="*", help="whose")
        parser.add_argument("--all", action="store_true", help="everybody's: after a leaked key")
        parser.add_argument(
            "--unreadable", action="store_true", help="of all whose secrets no key reads"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.filter(authenticator__isnull=False).distinct().order_by("pk")
        if names := options["username"]:
            found = User.objects.filter(username__in=names)
            if unknown := set(names) - {person.username for person in found}:
                raise CommandError(f"No user has this username: {', '.join(sorted(unknown))}.")
            people = people.filter(pk__in=found)
        elif options["unreadable"]:
            lost = [one.user_id for one in Authenticator.objects.all()
                    if not second_factor.is_readable(one)]  # fmt: skip
            people = people.filter(pk__in=lost)
        elif not options["all"]:
            raise CommandError("Say whose: usernames, --unreadable or --all.")
        count = 0
        for person in people:
            actions.remove_second_factors(person=person, by=None)
            count += 1
        self.stdout.write(f"People without a second step now: {count}.")

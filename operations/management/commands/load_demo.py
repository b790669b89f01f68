"""``manage.py load_demo``: two years of a believable force, all invented, once."""

import random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.database import scope
from accounts.dates.london import duty_day
from config.queue import queue
from operations.demo import calls as demo_calls
from operations.demo import visits as demo_history
from operations.demo import world as demo_world
from operations.tasks import remind
from venues.models import Force, Venue


class Command(BaseCommand):
    """Loads the demonstration, unless it is there already."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--venues", type=int, default=240, help="how many venues to invent")
        parser.add_argument("--seed", type=int, default=2026, help="the same gives the same world")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (DEMO is not set): nothing was loaded.")
        if Force.objects.filter(name=demo_world.FORCE).exists():
            self.stdout.write("The demonstration data is there: nothing to load.")
            return
        if Venue.objects.exists():
            raise CommandError("There are other venues in this database: nothing was loaded.")
        now = timezone.now()
        chance = random.Random(options["seed"])  # noqa: S311 (invented data, not a secret)
        with scope.for_task("load_demo"):
            world = demo_world.make(chance, today=duty_day(now), venue_count=options["venues"])
            demo_history.make(chance, world, now=now)
            demo_calls.make(chance, world, now=now)
        # So that there are messages to look at.
        transaction.on_commit(lambda: queue(remind), robust=True)
        self.stdout.write(f"Loaded the demonstration: {len(world.venues)} invented venues.")

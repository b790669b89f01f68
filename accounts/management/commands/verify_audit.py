"""``manage.py verify_audit``: whether the record is as it was when its days were sealed."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.record.sealing import verify


class Command(BaseCommand):
    """Names each entry that was changed, deleted or slipped in; if there is one, exits with 1."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a head that was kept outside the database")
        parser.add_argument(
            "--day",
            type=dt.date.fromisoformat,
            help="the day that it seals, as the log told it: 2026-11-24",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(at=timezone.now(), head=options["head"], head_day=options["day"])
        for finding in report.findings:
            self.stdout.write(finding)
        self.stdout.write(
            f"{report.days} days with {report.entries} entries are sealed;"
            f" {report.erased} were erased by a rule. Head: {report.head or 'none yet'}"
            f"{f', of {report.last_day}' if report.last_day else ''}"
        )
        if report.findings:
            self.stderr.write(f"{len(report.findings)} findings: the record is not as it was.")
            raise SystemExit(1)
        self.stdout.write("Everything is as it was sealed.")

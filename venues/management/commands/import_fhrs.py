"""``manage.py import_fhrs``: hotels from files of the Food Standards Agency's hygiene open data."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from govuk.dates import plain_time
from venues.imports import fhrs_import as imports
from venues.imports.uploads import BrokenFile
from venues.models import ImportRun


class Command(BaseCommand):
    """Each file is imported whole or not at all, one after another."""

    help = (
        "Import hotels from files of food hygiene open data: official XML, API JSON or bulk JSON. "
        "A file that is refused leaves nothing behind; the others are imported."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", type=Path, help="path of a file")

    def handle(self, *args: Any, file: list[Path], **options: Any) -> None:
        refused = 0
        for path in file:
            try:
                run = imports.import_fhrs(path, file_name=path.name, by=None, at=timezone.now())
            except (BrokenFile, OSError) as error:
                refused += 1
                self.stderr.write(f"{path}: refused. {error}")
            else:
                self._report(path, run)
        if refused:
            raise CommandError(f"{refused} of {len(file)} files refused.")

    def _report(self, path: Path, run: ImportRun) -> None:
        date = f", extract of {plain_time(run.extract_date)}" if run.extract_date else ""
        self.stdout.write(f"{path}{date}")
        self.stdout.write(
            f"  {run.created} created, {run.changed} changed, {run.unchanged} unchanged, "
            f"{run.missing} missing now, {run.differences} differences with edits by hand"
        )
        for entry in run.report["changed"]:
            for aspect, (old, new) in entry["fields"].items():
                self.stdout.write(f"  changed: {entry['was']}: {aspect} “{old}” → “{new}”")
        for entry in run.report["missing"]:
            self.stdout.write(f"  missing now: {entry['name']}")
        for entry in run.report["differences"]:
            ours, theirs = entry["ours"]["shown"], entry["theirs"]["shown"]
            self.stdout.write(
                f"  difference: {entry['name']}: {entry['aspect']} “{ours}” kept, "
                f"the file has “{theirs}”"
            )
        for name in run.report["new_authorities"]:
            self.stdout.write(f"  new local authority without a command unit: {name}")

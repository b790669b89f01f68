"""``manage.py import_areas``: who polices where, and the boundaries of local authorities."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from venues.imports import area_import as area_imports
from venues.imports.uploads import BrokenFile


class Command(BaseCommand):
    """Both files are imported together, or neither."""

    help = (
        "Import forces, command units and local authorities from a CSV file like "
        "venues/data/met_command_units.csv, and boundaries from GeoJSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("csv", type=Path, help="path of the CSV file of areas")
        parser.add_argument("--boundaries", type=Path, help="path of a GeoJSON file")

    def handle(self, *args: Any, csv: Path, boundaries: Path | None, **options: Any) -> None:
        try:
            with transaction.atomic():
                areas = area_imports.import_areas(csv)
                drawn = area_imports.import_boundaries(boundaries) if boundaries else None
        except (BrokenFile, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Local authorities: {areas.created} created, {areas.changed} changed, "
            f"{areas.unchanged} unchanged."
        )
        if drawn:
            self.stdout.write(f"Boundaries: {drawn.set} set.")
            for name in drawn.unknown:
                self.stdout.write(f"  not used, no authority has its ONS code: {name}")

"""`manage.py load_catalogue`: validates the catalogue files and loads what has changed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from treatments.catalogue import read_catalogue, validate
from treatments.catalogue.loading import load


class Command(BaseCommand):
    """Loads the clinical catalogue; running it again changes nothing."""

    help = "Validates the clinical catalogue and loads what has changed, all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """--folder for a catalogue of the clinic's own, --check to validate only."""
        parser.add_argument(
            "--folder", type=Path, help="a catalogue elsewhere, laid out like the shipped one"
        )
        parser.add_argument("--check", action="store_true", help="validate only, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Names every mistake by file and key and writes nothing, or loads and says what changed."""
        folder: Path | None = options["folder"]
        if folder is not None and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder")
        catalogue = read_catalogue(folder)
        findings = validate(catalogue)
        if findings:
            listed = "\n".join(str(finding) for finding in findings)
            counted = "1 mistake" if len(findings) == 1 else f"{len(findings)} mistakes"
            raise CommandError(f"{counted} in the catalogue, nothing was loaded:\n{listed}")
        if options["check"]:
            self.stdout.write(f"{len(catalogue.protocols)} protocols, no mistakes")
            return
        for sentence in load(catalogue, now=timezone.now()).sentences:
            self.stdout.write(sentence)

"""`manage.py import_patients patients.csv --location riverside [--dry-run]`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.loading.findings import FileRefused
from clinic.loading.patients.importing import Duplicates, import_patients
from clinic.models import Location


class Command(BaseCommand):
    """Imports a CSV, or says row by row what is wrong with it and changes nothing."""

    help = "Imports patients from a CSV file, all or nothing, with a report by row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, where, and how strictly."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--location", required=True, help="the slug of the location where they are at home"
        )
        parser.add_argument("--dry-run", action="store_true", help="report, and write nothing")
        parser.add_argument(
            "--duplicates",
            choices=[str(one) for one in Duplicates],
            default=str(Duplicates.REFUSE),
            help="rows of people who are perhaps known: refuse the file (as it is), skip them, "
            "or keep those who only share a phone or an e-mail",
        )
        parser.add_argument(
            "--encoding", help="when it is neither UTF-8 nor Windows-1252, for example cp1254"
        )
        parser.add_argument("--report", type=Path, help="write the report by row as a CSV file here")

    def handle(self, *args: Any, file: Path, location: str, report: Path | None, **options: Any) -> None:
        """Imports and prints the report; a refused file ends with exit code 1."""
        here = _location(location)
        try:
            with pghistory.context(command="import_patients"):
                found = import_patients(
                    file.read_bytes(),
                    file=file.name,
                    location=here,
                    by=None,
                    now=timezone.now(),
                    dry_run=options["dry_run"],
                    duplicates=Duplicates(options["duplicates"]),
                    encoding=options["encoding"],
                )
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem}") from problem
        except FileRefused as refused:
            raise CommandError(str(refused)) from refused
        if report is not None:
            report.write_text(found.as_csv(), encoding="utf-8-sig", newline="")
        *lines, verdict = found.lines()
        for line in lines:
            self.stdout.write(line)
        if found.is_refused:
            raise CommandError(verdict)
        self.stdout.write(verdict)


def _location(slug: str) -> Location:
    location = Location.objects.filter(slug=slug).first()
    if location is None:
        known = (
            ", ".join(Location.objects.values_list("slug", flat=True)) or "none yet; run load_clinic first"
        )
        raise CommandError(f"{slug!r} is not a location; choose from {known}.")
    return location

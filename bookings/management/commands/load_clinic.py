"""`manage.py load_clinic clinic.toml [--check]`: a clinic from one file; its public holidays become closures."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.actions import closures
from clinic.loading.clinic_file import read_clinic
from clinic.loading.findings import FileRefused
from clinic.loading.load import CloseDay, load_clinic
from clinic.loading.public_holidays import HolidayClosure
from clinic.models import Location
from clinic.words import ClosureKind


class Command(BaseCommand):
    """Loads the file, or says everything that is wrong with it and changes nothing."""

    help = "Loads locations, rooms, devices, practitioners and logins from a TOML file. Run it again after an edit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether only to look."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        """Reads, writes in one transaction, prints what changed."""
        now = timezone.now()
        try:
            clinic = read_clinic(file.read_text(encoding="utf-8"), file=file.name)
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{file} cannot be read: {problem}") from problem
        except FileRefused as refused:
            raise CommandError(str(refused)) from refused
        try:
            with pghistory.context(command="load_clinic"):
                changes = load_clinic(clinic, by=None, now=now, close=claiming(now=now), check=check)
        except FileRefused as refused:
            raise CommandError(str(refused)) from refused
        for line in changes.lines():
            self.stdout.write(line)
        if check:
            self.stdout.write("This was a check: nothing has been written.")


def claiming(*, now: datetime) -> CloseDay:
    """Closes a holiday so that the database itself refuses to book into it."""

    def close(location: Location, holiday: HolidayClosure) -> Any:
        return closures.close(
            location=location,
            resource=None,
            kind=ClosureKind.HOLIDAY,
            label=holiday.label,
            starts_at=holiday.starts_at,
            ends_at=holiday.ends_at,
            by=None,
            now=now,
        )

    return close

"""`manage.py import_appointments appointments.csv --location riverside --by desk@clinic.example [--dry-run]`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.loading.importing import import_appointments
from clinic.access import may
from clinic.loading.findings import FileRefused
from clinic.models import Location, User
from clinic.roles import Permission


class Command(BaseCommand):
    """Books every row of a CSV, or says row by row what is against it and changes nothing."""

    help = "Imports appointments from a CSV file, all or nothing, through the same rules as every booking."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, where, who answers for it, and how."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--location", required=True, help="the slug of the location")
        parser.add_argument("--by", required=True, help="the e-mail of the member of staff who books")
        parser.add_argument("--dry-run", action="store_true", help="report, and write nothing")
        parser.add_argument("--tell", action="store_true", help="send the patients their confirmations")

    def handle(self, *args: Any, file: Path, location: str, by: str, **options: Any) -> None:
        """Imports and prints what happened; a refused file ends with exit code 1."""
        here, user = _location(location), _booker(by, location)
        try:
            with pghistory.context(command="import_appointments"):
                found = import_appointments(
                    file.read_bytes(),
                    file=file.name,
                    location=here,
                    by=user,
                    now=timezone.now(),
                    dry_run=options["dry_run"],
                    is_told=options["tell"],
                )
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem}") from problem
        except FileRefused as refused:
            raise CommandError(str(refused)) from refused
        for row in found.refused:
            self.stdout.write(str(row))
        if found.refused:
            raise CommandError(f"{file.name} was not imported; nothing has changed.")
        done = f"{found.rows} appointments were booked."
        self.stdout.write(done if found.is_written else "This was a dry run: nothing has been written.")


def _location(slug: str) -> Location:
    found = Location.objects.filter(slug=slug).select_related("settings").first()
    if found is None:
        known = (
            ", ".join(Location.objects.values_list("slug", flat=True)) or "none yet; run load_clinic first"
        )
        raise CommandError(f"{slug!r} is not a location; choose from {known}.")
    return found


def _booker(email: str, slug: str) -> User:
    """Somebody who may book there: an import is no way round who may do what."""
    user = User.objects.filter(email__iexact=email).first()
    place = Location.objects.filter(slug=slug).first()
    if user is None or place is None or not may(user, Permission.BOOK, place):
        raise CommandError(f"{email!r} is nobody who may book at {slug}.")
    return user

"""`manage.py load_demo [--if-empty] [--logins]`: the demo clinic with half a year of life. Refused in production."""

from __future__ import annotations

import gc
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.demo.telling import is_begun, is_told
from bookings.demo.together import PlaceFailed, tell_together
from clinic.models import Location, Patient
from clinic.words import DEMO_LOGINS


class Command(BaseCommand):
    """Fills an empty database with the demo clinic."""

    help = "Loads the demo clinic: two places, six practitioners, 300 patients, 90 plans. Only in a demo or test."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """When to do nothing, and what to print."""
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when the demo is there already"
        )
        parser.add_argument("--logins", action="store_true", help="print who can sign in, and change nothing")
        parser.add_argument("--scale", type=float, default=1.0, help="tell a smaller story, for example 0.2")

    def handle(self, *args: Any, if_empty: bool, logins: bool, scale: float, **options: Any) -> None:
        """Tells the story, or says why not."""
        if not (settings.IS_DEMO or settings.IS_TEST):
            raise CommandError(
                "load_demo fills a database with made-up people: only with COLLAGENDA_ENV=demo or test."
            )
        if logins:
            return self._print_logins()
        if is_told():
            if if_empty:
                return None
            raise CommandError("The demo is loaded already. Its data are kept; use --if-empty to go on.")
        _refuse_another_clinic()
        return self._load(scale)

    def _load(self, scale: float) -> None:
        began = time.monotonic()
        gc.disable()  # a short process that makes and forgets millions of small objects
        try:
            tell_together(now=timezone.now(), scale=scale)
        except PlaceFailed as problem:
            raise CommandError(str(problem)) from problem
        finally:
            gc.enable()
        self.stdout.write(f"The demo clinic is there after {time.monotonic() - began:.0f} seconds.")
        self._print_logins()

    def _print_logins(self) -> None:
        for role, email, password in DEMO_LOGINS:
            self.stdout.write(f"{role:<14}{email:<26}{password}")


def _refuse_another_clinic() -> None:
    if is_begun():
        return
    if Location.objects.exists() or Patient.objects.exists():
        raise CommandError("There is a clinic in this database already; the demo goes into an empty one.")

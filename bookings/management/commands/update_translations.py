"""`manage.py update_translations`: brings the .po files of the patient pages up to date and compiles them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bookings.translations import brought_up_to_date, known, languages, po_path
from clinic import pofile


class Command(BaseCommand):
    """Adds what pages say anew, drops what no page says, compiles; needs neither gettext nor a database."""

    help = "Writes clinic/locale: the texts of the patient pages. Translate what it names, then run it again."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes both files of each language and says what waits for a translation."""
        for language in languages():
            entries = brought_up_to_date(language, known(language))
            path = po_path(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pofile.write(entries.values()), encoding="utf-8")
            path.with_suffix(".mo").write_bytes(pofile.compiled(entries))
            waiting = [entry.msgid for entry in entries.values() if not entry.is_translated]
            self.stdout.write(f"{language}: {len(entries) - 1} texts, {len(waiting)} without a translation")
            for msgid in waiting:
                self.stdout.write(f"  {msgid}")

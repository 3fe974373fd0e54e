"""Imports appointments: each row is booked as at the desk, in one transaction, and all of them stay or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import claiming
from bookings.actions.appointments import book
from bookings.loading.rows import NotUsable, Wanted, wanted_from
from bookings.loading.sheet import SheetRow, read_rows
from clinic.errors import DomainError
from clinic.models import Location


@dataclass(frozen=True)
class RowRefused:
    """A row that keeps the file out, by its number in the spreadsheet, and why."""

    number: int
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return f"row {self.number}: " + "\n    ".join(self.sentences)


@dataclass(frozen=True)
class Imported:
    """How many rows were booked, or which of them were refused; then nothing has changed."""

    rows: int
    refused: tuple[RowRefused, ...]
    is_written: bool


def import_appointments(
    data: bytes,
    *,
    file: str,
    location: Location,
    by: Any,
    now: datetime,
    dry_run: bool = False,
    is_told: bool = False,
) -> Imported:
    """Books every row of a CSV file at a location, or none of them.

    The rows go in order of time through the same action as every other booking, so that the gate judges each with
    those before it booked: what it refuses at the desk it refuses here, and only a signature that is there counts.
    Patients are told with `is_told` only. `FileRefused` when the file as a whole cannot be read.
    """
    rows = read_rows(data, file=file)
    with transaction.atomic():
        refused = tuple(sorted(_book_all(rows, location, by, now, is_told), key=lambda one: one.number))
        is_written = not (refused or dry_run)
        transaction.set_rollback(not is_written)
    return Imported(len(rows), refused, is_written)


def _book_all(
    rows: list[SheetRow], location: Location, by: Any, now: datetime, is_told: bool
) -> Iterator[RowRefused]:
    wanted: list[Wanted] = []
    for row in rows:
        try:
            wanted.append(wanted_from(row, location))
        except NotUsable as problem:
            yield RowRefused(row.number, tuple(str(problem).splitlines()))
    _lock(wanted)
    for one in sorted(wanted, key=lambda one: one.starts_at):
        try:
            book(
                visit=one.visit,
                starts_at=one.starts_at,
                chosen=one.chosen,
                by=by,
                now=now,
                note=one.note,
                is_told=is_told,
                past_quota=True,  # what another program promised already is no new promise
            )
        except DomainError as refusal:
            found = tuple(str(problem.sentence) for problem in refusal.problems)
            yield RowRefused(one.number, found or (str(refusal.sentence),))


def _lock(wanted: list[Wanted]) -> None:
    """All that the rows name, in one order and before the first is booked: two files at once must not cross."""
    resources = {resource for one in wanted for resource in (one.chosen or {}).values()}
    claiming.lock(resources, {one.visit.patient.pk for one in wanted})

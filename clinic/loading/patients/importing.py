"""Imports patients: every row is judged, then all are written in one transaction, or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from clinic.actions.patients import register_at, register_patients
from clinic.loading.patients.likeness import Match, People, likeness_of, name_of
from clinic.loading.patients.reading import Sheet, read_sheet
from clinic.loading.patients.report import ImportReport, Outcome, RowReport
from clinic.loading.patients.rows import PatientRow, RowReader
from clinic.models import Location, Patient
from clinic.timekeeping import local_day


class Duplicates(StrEnum):
    """What to do with rows that are perhaps known already."""

    REFUSE = "refuse"
    SKIP = "skip"
    KEEP = "keep"


def import_patients(
    data: bytes,
    *,
    file: str,
    location: Location,
    by: Any,
    now: datetime,
    dry_run: bool = False,
    duplicates: Duplicates = Duplicates.REFUSE,
    encoding: str | None = None,
) -> ImportReport:
    """Reads the bytes of a CSV file, registers its patients at the location, and tells what became of each row.

    Nothing is written when a row is wrong or a duplicate waits for a decision. `duplicates`: REFUSE stops the file;
    SKIP leaves such rows out; KEEP registers those who only share a phone or an e-mail (families), and leaves out
    those whose name and birth date are known. Rows that agree wholly with a patient are skipped in any case, so the
    same file can be imported again. `FileRefused` when the file as a whole cannot be read.
    """
    sheet = read_sheet(data, file=file, encoding=encoding)
    with transaction.atomic():
        judged = list(_judged(sheet, location, local_day(now, location.tz), duplicates))
        report = ImportReport(file, tuple(row for row, _details, _match in judged), _notes(sheet))
        if dry_run or report.is_refused:
            return report
        _write(judged, location=location, by=by, now=now)
    return ImportReport(file, report.rows, report.notes, is_written=True)


Judgement = tuple[RowReport, PatientRow, Match | None]


def _judged(sheet: Sheet, location: Location, today: Any, duplicates: Duplicates) -> Iterator[Judgement]:
    reader = RowReader.of(sheet, country=location.country, language=location.language, today=today)
    people = People.known(location)
    here = set(Patient.objects.at(location).values_list("pk", flat=True))
    for row in map(reader.read, sheet.rows):
        matches = [] if row.wrong else people.matches(row.details)
        yield _judge(row, matches, here, duplicates)
        if not row.wrong:
            people.add(likeness_of(row.details), name_of(row.details), f"row {row.number}")


def _judge(row: PatientRow, matches: list[Match], here: set[int], duplicates: Duplicates) -> Judgement:
    if row.wrong:
        return RowReport(row.number, Outcome.WRONG, tuple(row.wrong)), row, None
    best = matches[0] if matches else None
    outcome = _outcome(best, here, duplicates) if best else Outcome.NEW
    told = [] if outcome is Outcome.KNOWN else [match.sentence() for match in matches]
    return RowReport(row.number, outcome, (*told, *row.notes)), row, best


def _outcome(best: Match, here: set[int], duplicates: Duplicates) -> Outcome:
    if best.patient_id and best.is_same_person and best.patient_id not in here:
        return Outcome.REGISTERED
    if best.patient_id and best.is_exact:
        return Outcome.KNOWN
    if duplicates is Duplicates.REFUSE:
        return Outcome.DUPLICATE
    keeps = duplicates is Duplicates.KEEP and not best.is_same_person
    return Outcome.NEW if keeps else Outcome.SKIPPED


def _write(judged: list[Judgement], *, location: Location, by: Any, now: datetime) -> None:
    new = [row.details for report, row, _match in judged if report.outcome is Outcome.NEW]
    register_patients(rows=new, location=location, by=by, now=now)
    for report, _row, match in judged:
        if report.outcome is Outcome.REGISTERED and match is not None:
            patient = Patient.objects.get(pk=match.patient_id)  # type: ignore[misc]
            register_at(patient=patient, location=location, by=by, now=now)


def _notes(sheet: Sheet) -> tuple[str, ...]:
    notes = [f"read as {sheet.encoding}, columns divided by {sheet.delimiter}"]
    notes += [f"the column {header!r} is not known and was left out" for header in sheet.columns.unknown]
    if "full_name" in sheet.columns.places and not {"given_name", "family_name"} <= set(sheet.columns.places):
        notes.append(
            "names are in one column: the last word was taken as the family name, unless a comma divides them"
        )
    return tuple(notes)

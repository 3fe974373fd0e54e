"""Bytes of a CSV file → rows of named cells. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clinic.loading.findings import FileRefused, Finding

NEEDED = ("patient", "starts at")
#: The columns that are understood; `bookings.loading.rows` says what each may hold.
COLUMNS = (*NEEDED, "protocol", "session", "kind", "minutes", "practitioner", "room", "device", "note")
LARGEST_BYTES = 5_000_000


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet counts (the headers are row 1), and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_rows(data: bytes, *, file: str) -> list[SheetRow]:
    """The rows of the file. `FileRefused` when it is no such file, has no rows, or lacks or does not know a column."""
    text = _decoded(data, file)
    first = text.splitlines()[0] if text.strip() else ""
    lines = list(_lines(text, max(",;\t", key=first.count), file))
    if len(lines) < 2:
        raise _refused(file, "has no rows; the first one names the columns.")
    headers = [" ".join(cell.lower().replace("_", " ").split()) for cell in lines[0][1]]
    _check(headers, file)
    return [SheetRow(number, dict(zip(headers, cells, strict=False))) for number, cells in lines[1:]]


def _decoded(data: bytes, file: str) -> str:
    if len(data) > LARGEST_BYTES:
        raise _refused(file, f"is larger than {LARGEST_BYTES // 1_000_000} MB; divide it.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(file, "is not text in UTF-8 or Windows-1252; save it as “CSV UTF-8”.")


def _lines(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield number, [cell.strip() for cell in cells]
    except csv.Error as problem:
        raise _refused(file, f"breaks off at line {reader.line_num}: {problem}.") from problem


def _check(headers: list[str], file: str) -> None:
    wrong = [f"there is no column “{name}”." for name in NEEDED if name not in headers]
    wrong += [
        f"“{name}” is not a column that is understood; choose from {', '.join(COLUMNS)}."
        for name in headers
        if name not in COLUMNS
    ]
    if wrong:
        raise FileRefused(file, [Finding("the first row", sentence) for sentence in wrong])


def _refused(file: str, sentence: str) -> FileRefused:
    return FileRefused(file, [Finding("the file", sentence)])

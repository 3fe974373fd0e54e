"""Bytes of a spreadsheet's export → rows of cells: encoding and delimiter are found out. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from clinic.loading.findings import FileRefused, Finding
from clinic.loading.patients.headers import Columns, columns_of, missing

LARGEST_BYTES = 20_000_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Row:
    """One row of the file: its number as a spreadsheet counts (the headers are row 1), and its cells."""

    number: int
    cells: tuple[str, ...]

    def cell(self, place: int) -> str:
        """A cell without space around it; nothing where the row is short. Undoes the mark of a safe export."""
        found = self.cells[place].strip() if place < len(self.cells) else ""
        return found[1:] if found[:1] == "'" and found[1:2] in ("=", "+", "-", "@") else found


@dataclass(frozen=True)
class Sheet:
    """The rows with what their columns mean, and how the file was read."""

    headers: tuple[str, ...]
    columns: Columns
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str


def read_sheet(data: bytes, *, file: str, encoding: str | None = None) -> Sheet:
    """The file as rows. `FileRefused` when it is no such file, has no rows, or lacks a needed column."""
    if len(data) > LARGEST_BYTES:
        raise _refused(file, f"is larger than {LARGEST_BYTES // 1_000_000} MB; divide it.")
    text, read_as = _decoded(data, file, encoding)
    delimiter = _delimiter(text)
    lines = list(_rows(text, delimiter, file))
    if not lines:
        raise _refused(file, "is empty; the first row must name the columns.")
    headers, rows = lines[0].cells, tuple(lines[1:])
    columns = columns_of(headers)
    if lacking := missing(columns):
        raise FileRefused(
            file, [Finding("the first row", f"{what}; it says {_listed(headers)}.") for what in lacking]
        )
    if not rows:
        raise _refused(file, "has no rows under the first one.")
    return Sheet(headers, columns, rows, read_as, DELIMITERS[delimiter])


def _decoded(data: bytes, file: str, encoding: str | None) -> tuple[str, str]:
    """UTF-8 (or what a byte mark says) when it is valid, else Windows-1252, the habit of spreadsheets."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for name in [encoding] if encoding else [marked] if marked else ["utf-8", "cp1252"]:
        try:
            return data.decode(name), {"utf-8-sig": "utf-8"}.get(name, name)
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise _refused(file, f"cannot be read as {name!r}: there is no such encoding.") from None
    raise _refused(file, "is not text in UTF-8 or Windows-1252; save it as “CSV UTF-8”.")


def _delimiter(text: str) -> str:
    """The delimiter under which the first row has most columns that we know, then most columns."""
    first = next((line for line in text.lstrip("\ufeff").splitlines() if line.strip()), "")

    def columns(delimiter: str) -> tuple[int, int]:
        headers = next(csv.reader([first], delimiter=delimiter), [])
        return len(columns_of(headers).places), len(headers)

    return max(DELIMITERS, key=columns)


def _rows(text: str, delimiter: str, file: str) -> Iterator[Row]:
    """The rows that are not empty. Line breaks inside quotes belong to the cell."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield Row(number, tuple(cells))
    except csv.Error as problem:
        raise _refused(file, f"breaks off at line {reader.line_num}: {problem}.") from problem


def _refused(file: str, sentence: str) -> FileRefused:
    return FileRefused(file, [Finding("the file", sentence)])


def _listed(headers: tuple[str, ...]) -> str:
    return ", ".join(header.strip() or "(nothing)" for header in headers)

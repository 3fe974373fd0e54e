"""CSV that a spreadsheet cannot mistake for formulas. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """The text; with an apostrophe in front where a spreadsheet would run it. The import takes it off again."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def safe_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole file, comma-separated, every cell made safe; write it as UTF-8 with a byte mark for spreadsheets."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([safe_cell(header) for header in headers])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()

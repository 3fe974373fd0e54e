"""One row of cells → the details of a patient, or sentences that say what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from clinic.loading.patients.dates import NotADate, Order, order_of, read_date
from clinic.loading.patients.reading import Row, Sheet
from clinic.loading.patients.values import (
    NotUsable,
    read_channel,
    read_email,
    read_language,
    read_minutes,
    read_name,
    read_phone,
    read_text,
    something,
    split_name,
)


@dataclass
class PatientRow:
    """A row that has been read: details, what is wrong, and remarks that stop nothing."""

    number: int
    details: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one sheet for a location's country and language."""

    sheet: Sheet
    country: str
    language: str
    today: date
    order: Order

    @classmethod
    def of(cls, sheet: Sheet, *, country: str, language: str, today: date) -> RowReader:
        """With the order of slashed dates found out from the whole column."""
        cells = [row.cell(place) for place in sheet.columns.places.get("born_on", ()) for row in sheet.rows]
        return cls(sheet, country, language, today, order_of(cells, country))

    def read(self, row: Row) -> PatientRow:
        """The row as details."""
        found = PatientRow(row.number)
        if len(row.cells) > len(self.sheet.headers) and any(row.cells[len(self.sheet.headers) :]):
            found.wrong.append(
                f"has {len(row.cells)} cells under {len(self.sheet.headers)} headers; "
                "a delimiter inside a cell needs quotes around the cell."
            )
            return found
        self._names(row, found)
        for detail, read in self._readers().items():
            self._cell(row, found, detail, read)
        self._spoken(row, found)
        return found

    def _readers(self) -> dict[str, Callable[[str], Any]]:
        return {
            "born_on": partial(read_date, order=self.order, today=self.today),
            "phone": partial(read_phone, country=self.country),
            "email": read_email,
            "preferred_channel": lambda cell: read_channel(cell) if something(cell) else "sms",
            "alert": partial(read_text, longest=200),
            "desk_note": partial(read_text, longest=5000),
            "extra_minutes": read_minutes,
        }

    def _cell(self, row: Row, found: PatientRow, detail: str, read: Callable[[str], Any]) -> None:
        """The first place with something in it."""
        places = self.sheet.columns.places.get(detail, ())
        if not places:
            return
        place = next((place for place in places if something(row.cell(place))), places[0])
        cell = something(row.cell(place)) if detail == "born_on" else row.cell(place)
        try:
            found.details[detail] = read(cell)
        except (NotUsable, NotADate) as problem:
            found.wrong.append(f"{self.sheet.headers[place].strip()}: {problem}")

    def _names(self, row: Row, found: PatientRow) -> None:
        places = self.sheet.columns.places
        if "given_name" in places and "family_name" in places:
            self._cell(row, found, "given_name", read_name)
            self._cell(row, found, "family_name", read_name)
        else:
            self._cell(row, found, "full_name", partial(read_name, longest=160))
            given, family = split_name(found.details.pop("full_name", ""))
            found.details |= {"given_name": given, "family_name": family}
        for name, words in (("given_name", "given name"), ("family_name", "family name")):
            if not found.details.get(name) and not found.wrong:
                found.wrong.append(f"there is no {words}.")

    def _spoken(self, row: Row, found: PatientRow) -> None:
        """Another language than ours does not keep a patient out: messages come in the location's."""
        found.details["language"] = self.language
        for place in self.sheet.columns.places.get("language", ()):
            if cell := something(row.cell(place)):
                code = read_language(cell)
                found.details["language"] = code or self.language
                if code is None:
                    found.notes.append(
                        f"{cell!r} is no language of our messages; they will be in {self.language}."
                    )

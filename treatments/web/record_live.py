"""What the record's page knows while it is typed: problems, totals against limits, minutes of cream, the next day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from clinic.errors import NeedsApproval, Problem
from treatments.actions.records import drafted
from treatments.dosing import Gauge
from treatments.problems import spoken
from treatments.queries.session_records import earliest_after, judged, read_draft, record_facts
from treatments.rules.mixtures import dose_gauges, dose_of
from treatments.rules.records import numbing_minutes
from treatments.web.record_form import kind_of

_UNITS = {"ml_per_session": "mL", "mg_per_session": "mg", "points_per_session": "", "mg_per_kg": "mg/kg"}


@dataclass(frozen=True, slots=True)
class Live:
    """The draft as the rules see it now."""

    problems: list[Problem]
    total_ml: Decimal
    drawn_ml: Decimal | None
    mg_by_class: dict[str, Decimal]
    gauges: list[Gauge]
    numbed_minutes: int | None
    next_on: date | None

    @property
    def to_sign(self) -> list[Problem]:
        """What a clinician may sign for."""
        return [one for one in self.problems if isinstance(one, NeedsApproval)]

    def count(self, kind: str) -> int:
        """How many problems of a kind."""
        return sum(kind_of(one) == kind for one in self.problems)

    def lines(self) -> list[dict[str, Any]]:
        """Totals as the page and the answer to autosave show them, each with its share of the limit."""
        found: list[dict[str, Any]] = []
        if self.total_ml:
            drawn = _(" of %(drawn)s mL drawn") % {"drawn": _short(self.drawn_ml)} if self.drawn_ml else ""
            found.append(_line(_("Injected"), f"{_short(self.total_ml)} mL{drawn}"))
        for code, mg in self.mg_by_class.items():
            found.append(_line(code.replace("_", " "), f"{_short(mg)} mg"))
        for one in self.gauges:
            found.append(_gauge(one))
        if self.numbed_minutes is not None:
            found.append(_line(_("Cream on the skin"), _("%(n)d minutes") % {"n": self.numbed_minutes}))
        if self.next_on is not None:
            found.append(_line(_("Next session from"), spoken(self.next_on)))
        return found

    def document(self) -> dict[str, Any]:
        """For the answer to autosave."""
        return {
            "problems": [
                {"field": one.facts.get("field", ""), "kind": kind_of(one), "sentence": str(one.sentence)}
                for one in self.problems
            ],
            "lines": self.lines(),
        }


def live(record_id: int, *, now: datetime) -> Live:
    """Reads the draft with its facts once and judges it; changes nothing."""
    row = drafted(record_id)
    read = read_draft(row)
    facts = record_facts(row, read, ended_at=now, now=now)
    totals = dose_of(read, facts)
    return Live(
        problems=judged(read, facts),
        total_ml=totals.total_ml,
        drawn_ml=totals.drawn_ml,
        mg_by_class=dict(totals.mg_by_class),
        gauges=dose_gauges(read, facts) if read.components or totals.total_ml else [],
        numbed_minutes=numbing_minutes(read),
        next_on=earliest_after(read, facts),
    )


def _line(label: str, text: str, share: int | None = None, *, over: bool = False) -> dict[str, Any]:
    return {"label": label, "text": text, "share": share, "over": over}


def _gauge(one: Gauge) -> dict[str, Any]:
    unit = _UNITS.get(one.measure, "mg/kg")
    value = _short(one.value) if one.value is not None else "?"
    share = (
        int(min(one.value / one.allowed, Decimal(1)) * 100) if one.value is not None and one.allowed else None
    )
    return _line(one.text, f"{value} / {_short(one.allowed)} {unit}".strip(), share, over=one.is_broken)


def _short(number: Decimal | None) -> str:
    if number is None:
        return ""
    return f"{number.quantize(Decimal('0.01')).normalize():f}"

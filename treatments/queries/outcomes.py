"""Outcomes as pages show them: which scales are due when, the scores over the series, the response."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.timekeeping import local_day
from treatments.definitions import OutcomeMoment, Scale
from treatments.models import Outcome, TreatmentPlan
from treatments.outcomes import Change, Score, change, responds
from treatments.queries.catalogue import shared
from treatments.queries.plan_facts import facts_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleSeries:
    """One scale (at one site) over a plan: its scores in time, whoever gave them.

    Change and response compare scores of one side only: the clinician's, or the patient's where only they scored.
    `patient_change` is the patient's beside the clinician's.
    """

    scale: Scale
    site: str
    is_primary: bool
    scores: tuple[Score, ...]
    change: Change | None
    patient_change: Change | None
    is_response: bool | None


def outcome_series(plan: TreatmentPlan) -> list[ScaleSeries]:
    """Every scale that was scored in a plan, primary ones first: for the chart and the table beside it."""
    scales = {scale.code: scale for scale in shared().scales}
    primary = {
        code
        for one in facts_of(plan).sessions
        for choice in one.definition.primary_scales
        for code in choice.any_of
    }
    grouped: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for row in Outcome.objects.filter(plan=plan).order_by("scored_at", "pk"):
        grouped[row.scale, row.site].append(_score(row))
    found = [
        _series(scales[code], site, scores, is_primary=code in primary)
        for (code, site), scores in grouped.items()
        if code in scales
    ]
    return sorted(found, key=lambda one: (not one.is_primary, one.scale.code, one.site))


def _series(scale: Scale, site: str, scores: list[Score], *, is_primary: bool) -> ScaleSeries:
    rule = next((row for row in shared().responders if row.scale == scale.code), None)
    by_clinician = [one for one in scores if not one.by_patient]
    by_patient = [one for one in scores if one.by_patient]
    compared = by_clinician or by_patient
    return ScaleSeries(
        scale=scale,
        site=site,
        is_primary=is_primary,
        scores=tuple(scores),
        change=change(compared, scale.better),
        patient_change=change(by_patient, scale.better) if by_clinician else None,
        is_response=responds(rule, compared) if rule is not None else None,
    )


def _score(row: Outcome) -> Score:
    return Score(
        moment=row.moment,
        at=row.scored_at,
        value=row.score,
        by_patient=row.by_patient,
        on_phone=row.by_patient and row.scored_by_id is None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DueOutcome:
    """A moment at which outcomes are to be scored (catalogue 8.2), with its day where one is known."""

    moment: OutcomeMoment
    on: date | None
    session_number: int | None
    scales: tuple[Scale, ...]
    is_scored: bool


def outcomes_due(plan: TreatmentPlan) -> list[DueOutcome]:
    """Every moment of the plan's protocols, in order of their days; those without a day come last."""
    facts = facts_of(plan)
    known = {scale.code: scale for one in facts.sessions for scale in one.definition.scales}
    scored: set[tuple[str, int | None]] = set(
        Outcome.objects.filter(plan=plan).values_list("moment", "session__number")
    )
    moments = {row.code: row for one in facts.sessions for row in one.definition.outcome_moments}
    primary = [
        code for one in facts.sessions for choice in one.definition.primary_scales for code in choice.any_of
    ]
    found = []
    for row in moments.values():
        wanted = _scales(row, list(known), primary)
        for number, day in _days(row, plan):
            found.append(
                DueOutcome(
                    moment=row,
                    on=day,
                    session_number=number,
                    scales=tuple(known[code] for code in wanted if code in known),
                    is_scored=_is_scored(row, number, scored, moments),
                )
            )
    return sorted(found, key=lambda one: (one.on is None, one.on or date.max, one.moment.code))


def _is_scored(
    row: OutcomeMoment,
    number: int | None,
    scored: set[tuple[str, int | None]],
    moments: Mapping[str, OutcomeMoment],
) -> bool:
    """Of a moment that comes with every session, each session counts for itself.

    What is scored before the first or the middle session stands for that session's own scores too.
    """
    if row.anchor != "every_session":
        return any(code == row.code for code, _number in scored)
    if not row.is_before_session:
        return (row.code, number) in scored
    return any(of == number and code in moments and moments[code].is_before_session for code, of in scored)


def _scales(row: OutcomeMoment, known: list[str], primary: list[str]) -> list[str]:
    wanted: list[str] = []
    for what in row.what:
        wanted += known if what == "ALL" else primary if what == "PRIMARY" else [what]
    return list(dict.fromkeys(wanted))


def _days(row: OutcomeMoment, plan: TreatmentPlan) -> list[tuple[int | None, date | None]]:
    """The session and the local day a moment counts from; no day before its anchor was performed."""
    facts = facts_of(plan)
    last = facts.last_performed
    if row.anchor == "plan_start":
        start = local_day(plan.created_at, facts.tz)
        return [(None, start + timedelta(days=30 * months)) for months in row.offset_months]
    if row.anchor == "last_session":
        day = last.day + timedelta(days=row.offset_days) if last and last.day else None
        return [(last.number if last else None, day)]
    if row.anchor == "every_session":
        offset = timedelta(days=row.offset_days)
        return [(one.number, one.day + offset if one.day else None) for one in facts.sessions]
    if row.anchor == "middle_session":
        number = -(-facts.sessions[0].definition.sessions.typical // 2) + 1 if facts.sessions else None
        middle = [one for one in facts.sessions if one.number == number]
        return [(number, middle[0].day if middle else None)]
    first = facts.sessions[0] if facts.sessions else None
    return [(first.number if first else None, first.day if first else None)]


def pain_of(plan: TreatmentPlan) -> list[tuple[int, Decimal]]:
    """Worst pain of each signed session (PAIN_VAS), as the records hold it."""
    rows = plan.sessions.filter(record__pain_max__isnull=False).order_by("number")
    found = rows.values_list("number", "record__pain_max")
    return [(number, Decimal(pain)) for number, pain in found if pain is not None]

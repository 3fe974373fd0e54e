"""Which scales a patient should score now, at the moments of catalogue 8.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.timekeeping import local_day
from treatments.booked import booked_days
from treatments.definitions import OutcomeMoment, ProtocolDefinition
from treatments.facts import OneSession, PlanFacts
from treatments.models import Outcome, TreatmentPlan
from treatments.outcome_questions import QUESTIONS
from treatments.outcomes import PATIENT
from treatments.queries.plan_sessions import series_facts
from treatments.words import OPEN_SESSIONS, PlanStatus

#: Own choices (ADR 0302): the catalogue names the moments and no slack. So long before a visit, so long after a moment.
BEFORE_VISIT, AFTER_MOMENT = timedelta(days=3), timedelta(days=21)
#: The worst pain is asked while it is remembered.
AFTER_SERIES = ("END30", "END90", "END180")
PAIN, PAIN_ASKED = "PAIN_VAS", timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One score that is wanted from the patient: on which scale, at which moment, about which session."""

    scale: str
    moment: str
    session: int | None

    @property
    def code(self) -> str:
        """As a form names it."""
        return f"{self.moment}.{self.session or 0}.{self.scale}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A moment with its days: asked from the first, until the last, both included."""

    moment: str
    session: int | None
    from_on: date
    until_on: date
    scales: tuple[str, ...]


def scores_wanted_now(plan: TreatmentPlan, *, now: datetime) -> list[Asked]:
    """What is due at this moment, by the booked days as the app above tells them."""
    return scores_wanted(plan, today=local_day(now, plan.location.tz), booked=booked_days(plan, now=now))


def scores_wanted(plan: TreatmentPlan, *, today: date, booked: Mapping[int, date]) -> list[Asked]:
    """What is due today and not scored by the patient yet, in the order of the moments; each scale once.

    `booked` are the local days of sessions to come by number.
    """
    told = told_by_patient(plan)
    found: dict[str, Asked] = {}
    for due in moments_of(plan, booked=booked):
        for scale in due.scales if due.from_on <= today <= due.until_on else ():
            if (scale, due.moment, due.session) not in told:
                found.setdefault(scale, Asked(scale=scale, moment=due.moment, session=due.session))
    return list(found.values())


def told_by_patient(plan: TreatmentPlan) -> set[tuple[str, str, int | None]]:
    """(scale, moment, session number) of what the patient scored already."""
    rows = Outcome.objects.filter(plan=plan, by_patient=True)
    return set(rows.values_list("scale", "moment", "session__number"))


def moments_to_ask(plan: TreatmentPlan) -> list[Due]:
    """The moments after a series that a message asks for: those with a scale the patient has not scored."""
    told = told_by_patient(plan)
    return [
        due
        for due in moments_of(plan, booked={})
        if due.moment in AFTER_SERIES
        and any((one, due.moment, due.session) not in told for one in due.scales)
    ]


def moments_of(plan: TreatmentPlan, *, booked: Mapping[int, date]) -> list[Due]:
    """Every moment of a plan that has a day by now and scales for the patient."""
    facts = series_facts([plan])[plan.pk]
    if not facts.sessions or plan.status == PlanStatus.REVOKED:
        return []
    found = [*_after_visit(facts), *_before_visit(facts, booked), *_after_series(facts)]
    return [due for due in found if due.scales]


def _after_visit(facts: PlanFacts) -> Iterator[Due]:
    """EACH: the pain of the last session."""
    last = facts.last_performed
    row = _moment(last, "EACH") if last else None
    if last is not None and last.day is not None and row is not None and PAIN in row.what:
        yield Due(
            moment=row.code,
            session=last.number,
            from_on=last.day,
            until_on=last.day + PAIN_ASKED,
            scales=(PAIN,),
        )


def _before_visit(facts: PlanFacts, booked: Mapping[int, date]) -> Iterator[Due]:
    """BASE before the first session, MID before the middle one, EACH before every one."""
    coming = next((one for one in facts.sessions if one.status in OPEN_SESSIONS), None)
    day = booked.get(coming.number) if coming else None
    if coming is None or day is None:
        return
    for code in _before(facts, coming):
        row = _moment(coming, code)
        if row is not None:
            yield Due(
                moment=code,
                session=coming.number,
                from_on=day - BEFORE_VISIT,
                until_on=day,
                scales=tuple(one for one in scales_for(coming.definition, row) if one != PAIN),
            )


def _before(facts: PlanFacts, coming: OneSession) -> tuple[str, ...]:
    """The moments before a session: the middle one is half of the typical series, rounded up, plus one."""
    if coming.number == facts.sessions[0].number:
        return ("BASE",)
    middle = -(-coming.definition.sessions.typical // 2) + 1
    return ("MID",) if coming.number == middle else ("EACH",)


def _after_series(facts: PlanFacts) -> Iterator[Due]:
    """END30, END90, END180: days after the last session, once nothing is left to come."""
    last = facts.last_performed
    if last is None or last.day is None or any(one.status in OPEN_SESSIONS for one in facts.sessions):
        return
    for row in last.definition.outcome_moments:
        if row.anchor == "last_session":
            from_on = last.day + timedelta(days=row.offset_days)
            yield Due(
                moment=row.code,
                session=last.number,
                from_on=from_on,
                until_on=from_on + AFTER_MOMENT,
                scales=scales_for(last.definition, row),
            )


def _moment(one: OneSession, code: str) -> OutcomeMoment | None:
    return next((row for row in one.definition.outcome_moments if row.code == code), None)


def scales_for(definition: ProtocolDefinition, row: OutcomeMoment) -> tuple[str, ...]:
    """The scales of a moment that the patient scores and that have words; comparing ones not at the baseline."""
    primary = [code for choice in definition.primary_scales for code in choice.any_of]
    wanted: list[str] = []
    for what in row.what:
        known = [scale.code for scale in definition.scales]
        wanted += known if what == "ALL" else primary if what == "PRIMARY" else [what]
    by_patient = {scale.code for scale in definition.scales if PATIENT in scale.scored_by}
    return tuple(
        code
        for code in dict.fromkeys(wanted)
        if code in by_patient and code in QUESTIONS and not (row.code == "BASE" and _is_after(code))
    )


def _is_after(code: str) -> bool:
    return QUESTIONS[code].is_change or code == PAIN

"""The series of a plan: each session with its due window, anchored on what was performed or booked before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.timekeeping import day_start, local_day
from treatments.definitions import Phase
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.models import TreatmentPlan
from treatments.queries.catalogue import definition_of
from treatments.queries.plan_sessions import series_facts
from treatments.rules.intervals import (
    counted,
    longest_days,
    reasons_after,
    step_to,
)
from treatments.rules.washouts import booster_days
from treatments.spacing import (
    DueWindow,
    EarliestCode,
    EarliestReason,
    Step,
    due_window,
)
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS

__all__ = ["DueWindow", "SeriesSession", "definition_of", "maintenance_window", "series_from", "series_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesSession:
    """One session as ribbons, planners and worklists read it. `window` is None for a first session without anchor."""

    session_id: int
    number: int
    status: str
    protocol: str
    label: str
    family: str
    window: DueWindow | None
    #: The day of the session before it that the window counts from: performed, else booked, else assumed ideal.
    anchored_on: date | None
    performed_on: date | None
    booked_on: date | None
    phases: tuple[Phase, ...]
    #: Days after the anchor's day that were missed (above zero) or were early (below zero) against the ideal.
    drift_days: int | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be delivered."""
        return self.status in OPEN_SESSIONS

    @property
    def is_too_soon(self) -> bool:
        """Whether it is booked before its window opens: the series must be re-flowed, or somebody signs."""
        return (
            self.booked_on is not None and self.window is not None and self.booked_on < self.window.earliest
        )

    @property
    def day(self) -> date | None:
        """The day it happened or is booked for."""
        return self.performed_on or self.booked_on


def series_of(
    plan: TreatmentPlan, *, anchors: Mapping[int, date] | None = None, now: datetime
) -> list[SeriesSession]:
    """Every session of the plan in order. `anchors`: session number → booked local day, where not yet performed.

    A window is anchored on the day the session before was performed, else booked, else on its own ideal day, so that
    a whole series gets windows before anything is booked. The first session is free from today.
    """
    facts = series_facts([plan])[plan.pk]
    today = local_day(now, facts.tz)
    return series_from(facts, anchors=anchors or {}, today=today)


def series_from(facts: PlanFacts, *, anchors: Mapping[int, date], today: date) -> list[SeriesSession]:
    """The same from facts loaded before."""
    moment = Moment(on=today, now=day_start(today, facts.tz), is_start=False, anchors=anchors)
    assumed: dict[int, date] = {}
    return [_placed(facts, one, moment, assumed, today) for one in facts.sessions]


def _placed(
    facts: PlanFacts, one: OneSession, moment: Moment, assumed: dict[int, date], today: date
) -> SeriesSession:
    booked = moment.anchors.get(one.number) if one.day is None else None
    anchored_on, window = _window(facts, one, assumed)
    day = one.day or booked
    if one.status in (*OPEN_SESSIONS, *PERFORMED_SESSIONS):
        assumed[one.number] = day or (window.ideal if window else today)
    return SeriesSession(
        session_id=one.pk,
        number=one.number,
        status=one.status,
        protocol=one.code,
        label=one.definition.label,
        family=str(one.definition.family),
        window=window,
        anchored_on=anchored_on,
        performed_on=one.day,
        booked_on=booked,
        phases=one.definition.phases_of(one.number),
        drift_days=(day - window.ideal).days if day and window else None,
    )


def _window(
    facts: PlanFacts, one: OneSession, assumed: dict[int, date]
) -> tuple[date | None, DueWindow | None]:
    """The anchor, and the window: the latest of what the step and the plan's other treatments ask (BR-02)."""
    before = [s for s in counted(facts, one.code) if s.number < one.number and s.number in assumed]
    others = list(_from_others(facts, one, assumed))
    step = step_to(facts, one)
    if not before or step is None:
        return _first_window(one, others, assumed)
    anchor = assumed[before[-1].number]
    spaced = reasons_after(facts, one, before[-1], step, anchor)
    longest = Step(step.min_days, step.ideal_days, longest_days(facts, one, step))
    return anchor, due_window(anchor, longest, [*spaced, *others], stale_days=one.definition.stale_days)


def _first_window(
    one: OneSession, others: list[EarliestReason], assumed: dict[int, date]
) -> tuple[date | None, DueWindow | None]:
    """A first session of its protocol: bound only by the other treatments of the plan before it."""
    if not others:
        return None, None
    anchor = max(assumed.values())
    rhythm = one.definition.steps[0] if one.definition.steps else None
    longest = rhythm.max_days if rhythm else one.definition.stale_days
    return anchor, due_window(anchor, Step(0, 0, longest), others)


def _from_others(facts: PlanFacts, one: OneSession, assumed: dict[int, date]) -> Iterator[EarliestReason]:
    """The first free day after each earlier session of another protocol in this plan (catalogue 4.1, 1.5)."""
    rows = {row.code: row for row in facts.shared.wash_outs}
    for other in facts.sessions:
        row = rows.get(str(other.definition.family))
        if other.code == one.code or other.number >= one.number or other.number not in assumed or row is None:
            continue
        days = row.gap(one.definition.family).min_days
        least = timedelta(days=max(days, booster_days(facts, one)))
        yield EarliestReason(EarliestCode.WASH_OUT, assumed[other.number] + least, {"earlier": row.code})


def maintenance_window(facts: PlanFacts) -> DueWindow | None:
    """When a maintenance session is proposed after a complete series (BR-04); None when there is none."""
    last = facts.last_performed
    if last is None or last.day is None or any(one.status in OPEN_SESSIONS for one in facts.sessions):
        return None
    rule = last.definition.maintenance
    if not rule.is_proposed:
        return None
    return DueWindow(
        earliest=last.day + timedelta(days=rule.min_days),
        ideal=last.day + timedelta(days=rule.ideal_days),
        latest=last.day + timedelta(days=rule.max_days),
    )


def planned_ideals(facts: PlanFacts, *, today: date) -> list[date]:
    """The ideal days of the whole series if it began today: for the proposal before anything is booked."""
    return [one.window.ideal if one.window else today for one in series_from(facts, anchors={}, today=today)]


def next_earliest(facts: PlanFacts, after: OneSession, *, performed_on: date) -> date | None:
    """The earliest day of the session after this one, as BR-02 computes it; None after the last."""
    series = series_from(facts, anchors={after.number: performed_on}, today=performed_on)
    following = [one for one in series if one.number > after.number and one.is_open]
    return following[0].window.earliest if following and following[0].window else None

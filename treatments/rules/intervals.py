"""Least, longest and stale gaps between sessions of one protocol (catalogue 1.1, 2.6; BR-02, BR-05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from clinic.errors import Problem
from treatments import problems
from treatments.definitions import DoseCap, ProtocolDefinition, Step
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.spacing import (
    CourseLimit,
    EarliestCode,
    EarliestReason,
    earliest_next,
    is_stale,
    spacing_reasons,
)
from treatments.words import OPEN_SESSIONS, PERFORMED_SESSIONS


def day_of(one: OneSession, moment: Moment) -> date | None:
    """The day a session was performed on, or is booked for; None when neither."""
    return one.day or moment.anchors.get(one.number)


def counted(facts: PlanFacts, code: str) -> list[OneSession]:
    """The sessions of one protocol in this plan that were or will be delivered, in order."""
    alive = (*OPEN_SESSIONS, *PERFORMED_SESSIONS)
    return [one for one in facts.sessions if one.code == code and one.status in alive]


def step_to(facts: PlanFacts, one: OneSession) -> Step | None:
    """The protocol's step before this session, counted among the plan's sessions of the protocol.

    A maintenance session has the maintenance rhythm, and never less than the protocol's least interval.
    """
    place = 1 + sum(1 for other in counted(facts, one.code) if other.number < one.number)
    if place == 1:
        return None
    step, upkeep = one.definition.step_before(place), one.definition.maintenance
    if one.is_maintenance and upkeep.is_proposed:
        return replace(step, ideal_days=upkeep.ideal_days, max_days=upkeep.max_days)
    return step


def least_days(facts: PlanFacts, before: OneSession, step: Step) -> int:
    """The largest of the protocol's least interval, what the last needle depth asks for, and what was agreed."""
    return max(step.min_days, before.agreed_days, _by_depth(before.definition, depth_after(facts, before)))


def reasons_after(
    facts: PlanFacts, one: OneSession, before: OneSession, step: Step, since: date
) -> list[EarliestReason]:
    """What the session before asks of this one, each with its day: for the gate and for the due window alike."""
    depth, hard = depth_after(facts, before), hard_gap(one.definition)
    return spacing_reasons(
        since,
        step,
        by_depth=_by_depth(before.definition, depth),
        depth_mm=depth,
        agreed=before.agreed_days,
        limits=[CourseLimit(hard[0], int(hard[1].value))] if hard else [],
    )


def depth_after(facts: PlanFacts, before: OneSession) -> Decimal | None:
    """The deepest zone of a session in mm: as signed, else as it was the last time."""
    return before.deepest_mm if before.deepest_mm is not None else known_depth(facts, before)


def known_depth(facts: PlanFacts, before: OneSession) -> Decimal | None:
    """For a session not yet signed: the deepest zone of the last signed one of the protocol."""
    signed = [one for one in counted(facts, before.code) if one.deepest_mm is not None]
    return signed[-1].deepest_mm if signed else None


def _by_depth(definition: ProtocolDefinition, depth: Decimal | None) -> int:
    return definition.min_days_after_depth(depth) if depth is not None else 0


def interval_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """Too soon after the last session of the protocol, too late after it, too close to the next one."""
    before = _neighbour(facts, one, moment, earlier=True)
    step = step_to(facts, one)
    if before is not None and step is not None:
        yield from _after(facts, one, before, step, moment)
    yield from _before_next(facts, one, moment)


def _after(
    facts: PlanFacts, one: OneSession, before: OneSession, step: Step, moment: Moment
) -> Iterator[Problem]:
    since = day_of(before, moment)
    if since is None:
        return
    gap = (moment.on - since).days
    reasons = reasons_after(facts, one, before, step, since)
    limits = [reason for reason in reasons if reason.code == EarliestCode.LIMIT]
    for limit in limits:
        if moment.on < limit.day:
            yield problems.below_hard_gap(
                least=(limit.day - since).days, limit=str(limit.facts["limit"]), free=limit.day, zone=facts.tz
            )
    binding = earliest_next(reason for reason in reasons if reason not in limits)
    if moment.on < binding.day:
        yield problems.too_soon(
            gap=gap,
            least=(binding.day - since).days,
            since=since,
            free=binding.day,
            zone=facts.tz,
            because=binding.code,
        )
    longest = longest_days(facts, one, step)
    if gap > longest:
        yield problems.too_late(longest=longest, since=since)


def hard_gap(definition: ProtocolDefinition) -> tuple[str, DoseCap] | None:
    """The limit that fixes the days between two sessions, with its code; None when there is none."""
    for limit in definition.dose_limits:
        for cap in limit.caps:
            if cap.measure == "min_days_between":
                return limit.code, cap
    return None


def longest_days(facts: PlanFacts, one: OneSession, step: Step) -> int:
    """The longest interval; inside an alternating plan mesotherapy gets the template's (catalogue 1.5)."""
    for template in facts.shared.combinations:
        if template.code == facts.combination and template.ms_max_days and one.definition.family == "MS":
            return template.ms_max_days
    return step.max_days


def _before_next(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    following = _neighbour(facts, one, moment, earlier=False)
    if following is None:
        return
    day, step = day_of(following, moment), step_to(facts, following)
    if day is None or step is None:
        return
    least = least_days(facts, one, step)
    if (day - moment.on).days < least:
        yield problems.next_too_close(least=least, following=day)


def _neighbour(facts: PlanFacts, one: OneSession, moment: Moment, *, earlier: bool) -> OneSession | None:
    """The nearest session of the protocol with a day, before or after this one in the series."""
    found = [
        other
        for other in counted(facts, one.code)
        if (other.number < one.number) == earlier
        and other.number != one.number
        and day_of(other, moment) is not None
    ]
    if not found:
        return None
    return found[-1] if earlier else found[0]


def stale_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """The series was interrupted so long that the plan is re-assessed first: a new first consultation clears it."""
    last = facts.last_performed
    if last is None or last.day is None or one.is_maintenance:
        return
    longest = one.definition.stale_days
    stale_from = last.day + timedelta(days=longest)
    reassessed = facts.first_screening_on is not None and facts.first_screening_on > stale_from
    booked_between = any(
        last.number < number < one.number and day <= moment.on for number, day in moment.anchors.items()
    )
    if is_stale(last.day, moment.on, longest) and not reassessed and not booked_between:
        yield problems.stale_gap(longest=longest, since=last.day)


def count_problems(facts: PlanFacts, one: OneSession) -> Iterator[Problem]:
    """More sessions than a hard course limit or the protocol allows (catalogue 1.1, 2.6)."""
    place = 1 + sum(1 for other in counted(facts, one.code) if other.number < one.number)
    for limit in one.definition.dose_limits:
        for cap in limit.caps:
            if cap.measure == "sessions_per_course" and place > cap.value:
                yield problems.course_full(limit=limit.code, most=int(cap.value))
    if place > one.definition.sessions.maximum and not one.is_maintenance:
        yield problems.beyond_series(most=one.definition.sessions.maximum)

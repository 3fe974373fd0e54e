"""What a screening answer means for a session on a day (catalogue 3.2, 3.3). Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from treatments.definitions import Region, Role, ScreeningException, ScreeningItem, Severity, Tag

YES, NO = "yes", "no"


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenAnswer:
    """One answer: "yes", "no" or a choice code; when it last happened (or will happen); the zones it names."""

    item: str
    answer: str
    answered_on: date
    since_on: date | None = None
    zones: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreeningScope:
    """What is planned: `tags` of the protocol, mixture classes, zones with their regions.

    `clinic_choices` are the items whose optional exception the clinic has turned on.
    """

    tags: frozenset[str]
    components: frozenset[str]
    zones: frozenset[str]
    regions: frozenset[str]
    is_drug_free: bool = False
    clinic_choices: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemFinding:
    """What an answer does on the day; `severity` None: nothing.

    `possible_from` is the first day on which only the passing of time has cured it. `zones` are left out of the
    session; `agents` are numbing agents that must not be used. `unless_role` may sign for a BLOCK.
    `needs_date` asks for the date that would settle it. `has_window`: time alone cures it.
    """

    item: str
    severity: Severity | None
    possible_from: date | None = None
    zones: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    unless_role: Role | None = None
    reason: str = ""
    needs_date: bool = False
    has_window: bool = False
    is_zone: bool = False
    is_agent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """The item, or the exception that wins over it."""

    severity: Severity
    hard_days: int | None
    advise_days: int | None
    is_zone: bool
    unless_role: Role | None
    reason: str


def applies(item: ScreeningItem, scope: ScreeningScope) -> bool:
    """Whether the item is asked at all: by tag or mixture class, and only where its zones are planned."""
    tagged = Tag.ALL in item.tags or not scope.tags.isdisjoint(item.tags)
    asked = tagged or not scope.components.isdisjoint(item.components)
    return asked and _is_here(item.only_regions, item.only_zones, scope)


def _is_here(regions: Collection[Region], zones: Collection[str], scope: ScreeningScope) -> bool:
    if not regions and not zones:
        return True
    wanted_regions, wanted_zones = frozenset(regions), frozenset(zones)
    in_region = not wanted_regions or not scope.regions or not scope.regions.isdisjoint(wanted_regions)
    return in_region and (not wanted_zones or not scope.zones or not scope.zones.isdisjoint(wanted_zones))


def finding(item: ScreeningItem, given: GivenAnswer, scope: ScreeningScope, *, on: date) -> ItemFinding:
    """What this answer means for a session on `on`. The windows are those of catalogue 3.2.

    Items with a wash-out row and a known past date mean nothing here: the wash-out table (catalogue 4) decides.
    """
    if given.answer in item.clears_on or not applies(item, scope):
        return ItemFinding(item=item.code, severity=None)
    outcome = _outcome(item, given, scope)
    if wash_out_of(item, given.answer) and _is_past(given, on) and not outcome.is_zone:
        return ItemFinding(item=item.code, severity=None)
    severity, possible_from = _in_window(item, outcome, given, on)
    named = given.zones & scope.zones if scope.zones else given.zones
    return ItemFinding(
        item=item.code,
        severity=severity,
        possible_from=possible_from,
        zones=(named or scope.zones) if outcome.is_zone and severity else frozenset(),
        agents=frozenset(item.numbing_agents) if item.is_agent and severity else frozenset(),
        unless_role=outcome.unless_role,
        reason=outcome.reason,
        needs_date=asks_date(item, given.answer) and given.since_on is None,
        has_window=outcome.hard_days is not None,
        is_zone=outcome.is_zone,
        is_agent=item.is_agent,
    )


def asks_date(item: ScreeningItem, answer: str) -> bool:
    """Whether "when?" belongs to this answer."""
    if item.choices:
        return any(choice.asks_date for choice in item.choices if choice.code == answer)
    return item.asks_date and answer == YES


def wash_out_of(item: ScreeningItem, answer: str) -> str | None:
    """The wash-out row that this answer stands for (catalogue 4.1); None when there is none."""
    for choice in item.choices:
        if choice.code == answer:
            return choice.wash_out
    return item.wash_outs[0] if len(item.wash_outs) == 1 and answer not in item.clears_on else None


def possible_answers(item: ScreeningItem, *, staff: bool = True) -> tuple[str, ...]:
    """The codes that may be answered: the choices, or yes and no. Patients are not shown what staff see."""
    if item.choices:
        return tuple(choice.code for choice in item.choices if staff or not choice.is_seen_by_staff)
    return (NO, YES)


def _outcome(item: ScreeningItem, given: GivenAnswer, scope: ScreeningScope) -> _Outcome:
    for exception in item.exceptions:
        if _holds(exception, item, given, scope):
            return _Outcome(
                severity=exception.severity,
                hard_days=exception.hard_days,
                advise_days=exception.advise_days,
                is_zone=item.is_zone or exception.is_zone,
                unless_role=exception.unless_role,
                reason=exception.reason,
            )
    return _Outcome(
        severity=item.severity,
        hard_days=item.hard_days,
        advise_days=item.advise_days,
        is_zone=item.is_zone,
        unless_role=None,
        reason="",
    )


def _holds(
    exception: ScreeningException, item: ScreeningItem, given: GivenAnswer, scope: ScreeningScope
) -> bool:
    """Whether every condition of the exception is met."""
    return (
        (exception.answer is None or exception.answer == given.answer)
        and (not exception.tags or not scope.tags.isdisjoint(exception.tags))
        and scope.tags.isdisjoint(exception.without_tags)
        and (not exception.components or not scope.components.isdisjoint(exception.components))
        and (not exception.zones or not scope.zones.isdisjoint(exception.zones))
        and (not exception.is_drug_free or scope.is_drug_free)
        and (not exception.is_clinic_choice or item.code in scope.clinic_choices)
    )


def _is_past(given: GivenAnswer, on: date) -> bool:
    return given.since_on is not None and given.since_on < on


def _in_window(
    item: ScreeningItem, outcome: _Outcome, given: GivenAnswer, on: date
) -> tuple[Severity | None, date | None]:
    """The severity on the day, and the first day that is free of it again."""
    if outcome.hard_days is None:
        return outcome.severity, None
    since = given.since_on
    if since is None:
        if asks_date(item, given.answer) or item.direction != "before":
            return outcome.severity, None
        since = given.answered_on
    days, free_again = _distance(item.direction, since, on)
    last = outcome.advise_days or outcome.hard_days
    if days is None or days >= max(last, outcome.hard_days):
        return None, None
    if days < outcome.hard_days:
        return outcome.severity, free_again or since + timedelta(days=outcome.hard_days)
    return Severity.ADVISE, free_again or since + timedelta(days=last)


def _distance(direction: str, since: date, on: date) -> tuple[int | None, date | None]:
    """Days between the session and what the answer names; None when it lies on the side that does not matter."""
    days = (on - since).days
    if direction == "after":
        return (-days if days <= 0 else None), since + timedelta(days=1)
    if direction == "both":
        return abs(days), None
    return max(days, 0), None


def worst(findings: Iterable[ItemFinding]) -> Severity | None:
    """The worst severity of a set of findings; None when all is clear."""
    order = (Severity.BLOCK, Severity.SIGNOFF, Severity.ADVISE)
    found = {item.severity for item in findings}
    return next((severity for severity in order if severity in found), None)

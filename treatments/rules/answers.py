"""Screening answers judged on the session's day (catalogue 3.1 to 3.3, BR-06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from clinic.derived import worked_out_once
from clinic.errors import Problem
from treatments import readiness_problems as problems
from treatments.definitions import Asked, ProtocolDefinition, ScreeningItem, Severity, Tag
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.screening_rules import GivenAnswer, ItemFinding, ScreeningScope, applies, finding

#: Asked only when something was treated before.
AFTER_A_SESSION = frozenset({"PREV_SESSION"})
#: A passing condition said earlier, for a session later than this after it, is one step milder until asked again.
_MILDER = {
    Severity.BLOCK: Severity.SIGNOFF,
    Severity.SIGNOFF: Severity.ADVISE,
    Severity.ADVISE: Severity.ADVISE,
}


def scope_of(facts: PlanFacts, one: OneSession) -> ScreeningScope:
    """What is planned, as the screening rules ask for it."""
    return ScreeningScope(
        tags=tags_of(one.definition, facts.numbing_planned),
        components=facts.components if one.definition.mixtures else frozenset(),
        zones=facts.zones,
        regions=facts.regions_of(facts.zones),
        is_drug_free=not one.definition.mixtures and not facts.numbing_planned,
        clinic_choices=facts.clinic_choices,
    )


@worked_out_once
def tags_of(definition: ProtocolDefinition, numbing_planned: bool) -> frozenset[str]:
    """The protocol's tags; that of numbing only where numbing is planned."""
    tags = {str(tag) for tag in definition.tags}
    return frozenset(tags if numbing_planned else tags - {str(Tag.NUMB)})


def items_for(facts: PlanFacts, one: OneSession, *, asked: Asked) -> tuple[ScreeningItem, ...]:
    """The items to answer at the first consultation (all) or before every session, for this plan."""
    is_later = facts.last_performed is not None
    return _items(one.definition, asked, scope_of(facts, one), is_later)


@worked_out_once
def _items(
    definition: ProtocolDefinition, asked: Asked, scope: ScreeningScope, is_later: bool
) -> tuple[ScreeningItem, ...]:
    return tuple(
        item
        for item in definition.screening_asked(asked)
        if item.from_fact is None and applies(item, scope) and (is_later or item.code not in AFTER_A_SESSION)
    )


def findings_for(
    facts: PlanFacts, one: OneSession, moment: Moment
) -> list[tuple[ScreeningItem, ItemFinding]]:
    """What every valid answer means on the day, with its item; an answer outlives 365 days for nobody."""
    if not facts.answers:
        return []
    scope = scope_of(facts, one)
    found = []
    for item in one.definition.screening:
        given = valid_answer(facts, item, moment)
        if given is not None:
            found.append((item, finding(item, given, scope, on=moment.on)))
    return found


def valid_answer(facts: PlanFacts, item: ScreeningItem, moment: Moment) -> GivenAnswer | None:
    """The newest answer to an item while it is valid (catalogue 3.1: 365 days)."""
    known = facts.answers.get(item.code)
    if known is None or (item.code in AFTER_A_SESSION and known[0].answered_on < _last_day(facts)):
        return None
    oldest = moment.on - timedelta(days=facts.policy("SCREENING_FULL_VALID_D"))
    return known[0] if known[0].answered_on >= oldest else None


def _last_day(facts: PlanFacts) -> date:
    last = facts.last_performed
    return last.day if last is not None and last.day is not None else date.min


def removed_zones(facts: PlanFacts, one: OneSession, moment: Moment) -> frozenset[str]:
    """The zones that answers exclude from the session."""
    return frozenset[str]().union(*(result.zones for _, result in findings_for(facts, one, moment)))


def excluded_agents(facts: PlanFacts, one: OneSession, moment: Moment) -> dict[str, Severity]:
    """Numbing agents that answers exclude (BLOCK) or hold for a signature (SIGNOFF)."""
    agents: dict[str, Severity] = {}
    for _, result in findings_for(facts, one, moment):
        for agent in result.agents:
            if result.severity is not None and agents.get(agent) != Severity.BLOCK:
                agents[agent] = result.severity
    return agents


def answer_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """One problem for each answer that stands against the session on its day."""
    results = findings_for(facts, one, moment)
    gone = frozenset[str]().union(*(result.zones for _, result in results))
    none_left = bool(facts.zones) and facts.zones <= gone
    for item, result in results:
        if result.severity is None or item.asks_text:
            continue  # words stand against nothing: the practitioner reads them
        if result.is_agent:
            yield problems.agents_excluded(
                item=item.code, question=item.question, agents=result.agents, severity=result.severity
            )
        elif result.is_zone and facts.zones and not none_left:
            labels = facts.labels_of(result.zones)
            yield problems.zones_left_out(
                item=item.code, question=item.question, zones=result.zones, labels=labels
            )
        else:
            yield _against(facts, one, item, result, moment)


def _against(
    facts: PlanFacts, one: OneSession, item: ScreeningItem, result: ItemFinding, moment: Moment
) -> Problem:
    severity = result.severity or Severity.ADVISE
    if severity == Severity.BLOCK and result.unless_role is not None:
        severity = Severity.SIGNOFF
    again = not moment.is_start and _is_passing(facts, one, item, result, moment)
    return problems.answered(
        severity=_MILDER[severity] if again else severity,
        item=item.code,
        question=item.question,
        free=result.possible_from,
        zone=facts.tz,
        role=str(result.unless_role or ""),
        asked_again=again,
    )


def _is_passing(
    facts: PlanFacts, one: OneSession, item: ScreeningItem, result: ItemFinding, moment: Moment
) -> bool:
    """A condition without an end date that is asked again, answered for another session and long before this one."""
    given, session_id = facts.answers[item.code]
    fresh = timedelta(hours=facts.policy("SCREENING_ANSWERS_FRESH_H"))
    early = moment.on - given.answered_on > fresh
    return item.asked == Asked.EVERY and not result.has_window and early and session_id != one.pk


def screening_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """Whether the questions were answered at all: the first ones within a year, the others for this session."""
    if not moment.asks_readiness:
        return
    missing = [
        item.code
        for item in items_for(facts, one, asked=Asked.FIRST)
        if item.asked == Asked.FIRST and valid_answer(facts, item, moment) is None
    ]
    if missing:
        yield problems.screening_incomplete(items=missing, is_start=moment.is_start)
    if moment.is_start:
        yield from _every_session(facts, one, moment)


def _every_session(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    hours = facts.policy("SCREENING_ANSWERS_FRESH_H")
    answered = facts.screened.get(one.pk)
    wanted = {item.code for item in items_for(facts, one, asked=Asked.EVERY)}
    fresh = answered is not None and moment.now - answered[0] <= timedelta(hours=hours)
    if wanted and (not fresh or answered is None or not wanted <= answered[1]):
        yield problems.screening_stale(hours=hours)

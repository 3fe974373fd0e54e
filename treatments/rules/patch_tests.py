"""Patch tests: which ones a session needs, and whether they are valid on the day (catalogue 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clinic.derived import worked_out_once
from clinic.errors import Problem
from treatments import readiness_problems as problems
from treatments.definitions import PatchTestRule, ProtocolDefinition, Tag
from treatments.facts import Moment, OneSession, PlanFacts, TestResult
from treatments.rules.answers import tags_of

#: Rules whose test must cover every component of the mixture.
OF_MIXTURE = frozenset({"PT_MIX"})
#: Rules that only come before the first full session.
BEFORE_FIRST = frozenset({"PT_FST"})


def rules_for(facts: PlanFacts, one: OneSession) -> tuple[PatchTestRule, ...]:
    """The tests this session needs, by tag, mixture and skin type."""
    rules = _rules(one.definition, facts.numbing_planned, facts.components, facts.skin_type)
    if not any(rule.code in BEFORE_FIRST for rule in rules):
        return rules
    had_one = any(other.day is not None and other.code == one.code for other in facts.sessions)
    return tuple(rule for rule in rules if not (had_one and rule.code in BEFORE_FIRST))


@worked_out_once
def _rules(
    definition: ProtocolDefinition, numbing_planned: bool, components: frozenset[str], skin_type: str | None
) -> tuple[PatchTestRule, ...]:
    tags = tags_of(definition, numbing_planned) | {str(Tag.ALL)}
    planned = components if definition.mixtures else frozenset()
    return tuple(
        rule
        for rule in definition.patch_tests
        if (not tags.isdisjoint(rule.tags) or not planned.isdisjoint(rule.components))
        and (not rule.skin_types or skin_type in rule.skin_types)
    )


def patch_test_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """Positive tests block; missing, unread and outdated ones ask for a clinician at the start."""
    for rule in rules_for(facts, one):
        known = sorted(
            (test for test in facts.tests if test.rule == rule.code), key=lambda test: test.applied_on
        )
        positive = [test for test in known[-1:] if test.is_positive]
        if positive:
            yield problems.patch_test_positive(
                rule=rule.code, what=rule.what, components=positive[0].components
            )
        elif moment.asks_readiness and not any(is_valid(test, rule, facts, moment.on) for test in known):
            waiting = bool(known) and known[-1].is_positive is None
            yield problems.patch_test_missing(
                rule=rule.code, what=rule.what, waits_for_reading=waiting, is_start=moment.is_start
            )


def is_valid(test: TestResult, rule: PatchTestRule, facts: PlanFacts, on: date) -> bool:
    """Read, negative, not older than its validity, and of every component where that matters."""
    in_time = test.valid_until is not None and test.valid_until >= on
    covers = rule.code not in OF_MIXTURE or facts.components <= test.components
    return test.is_positive is False and in_time and covers


def is_due(facts: PlanFacts, one: OneSession, on: date) -> bool:
    """Whether a test that the session needs still waits to be read or made."""
    return any(
        not any(test.rule == rule.code and is_valid(test, rule, facts, on) for test in facts.tests)
        for rule in rules_for(facts, one)
    )

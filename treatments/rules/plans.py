"""The plan itself: its status, its protocols, the patient's age, reactions, healing (BR-01, BR-02, BR-12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from clinic.errors import Problem
from treatments import problems
from treatments.facts import Moment, OneSession, PlanFacts
from treatments.words import OPEN_SESSIONS, RUNNING_PLANS, PlanStatus, SessionStatus


def plan_problems(facts: PlanFacts, one: OneSession) -> Iterator[Problem]:
    """A plan on hold or ended, a session already over, a protocol that is not offered."""
    if facts.status == PlanStatus.ON_HOLD:
        yield problems.plan_frozen()
    elif facts.status not in RUNNING_PLANS:
        yield problems.plan_ended(str(PlanStatus(facts.status).label))
    if one.status not in OPEN_SESSIONS:
        yield problems.session_over(str(SessionStatus(one.status).label))
    if one.code in facts.protocols_off:
        yield problems.protocol_off(one.definition.label)
    for rule in one.definition.countries_off:
        if rule.country == facts.country:
            yield problems.country_off(label=one.definition.label, reason=rule.reason)


def age_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """The least age, and the age below which a clinician signs (catalogue 1.4)."""
    rule = one.definition.age
    if facts.born_on is None:
        yield problems.age_unknown(is_start=moment.is_start)
        return
    if moment.on < birthday(facts.born_on, rule.minimum):
        yield problems.too_young(
            least=rule.minimum, free=birthday(facts.born_on, rule.minimum), zone=facts.tz
        )
    elif rule.signoff_below is not None and moment.on < birthday(facts.born_on, rule.signoff_below):
        yield problems.young(below=rule.signoff_below)


def birthday(born_on: date, age: int) -> date:
    """The day a person becomes this old; 29 February counts as 1 March in other years."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def healing_problems(facts: PlanFacts, one: OneSession, moment: Moment) -> Iterator[Problem]:
    """Open reactions, and what the patient still reported after the last session (BR-02)."""
    for code in facts.reactions:
        yield problems.open_reaction(code)
    last = facts.last_performed
    answered_after = "PREV_SESSION" in facts.answers and facts.answers["PREV_SESSION"][1] == one.pk
    if last is None or last.day is None or answered_after:
        return
    if facts.healed in ("no", "unsure"):
        yield problems.not_healed(facts.healed)
    for symptom in last.definition.symptoms:
        free = last.day + timedelta(days=symptom.resolved_days)
        if symptom.symptom in facts.lingering and moment.on < free:
            yield problems.still_healing(symptom=symptom.symptom, free=free, zone=facts.tz)

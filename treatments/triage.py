"""Triage: what a patient's answers mean on a day after a session. Values in, values out; no clock, no database.

Two layers, the second wins: the upper-normal envelope with the trend rule (catalogue 6.3), and the red flags (6.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from clinic.words import URGENCY_ORDER, Urgency
from treatments.definitions import (
    Answer,
    CareGroup,
    Envelope,
    FlagTrigger,
    ProtocolDefinition,
    Question,
    RedFlag,
)
from treatments.words import Grade

#: Points above the envelope from which a clinician acts the same day (catalogue 6.3).
SAME_DAY_EXCESS = 3
#: A score that rises by this much … (catalogue 6.3, trend rule)
TREND_RISE = 2
#: … after this day is looked at, even inside the envelope.
TREND_AFTER_DAY = 2
TREND_AFTER_DAY_LIPO = 4
#: Degrees Celsius that count as fever, whatever the yes or no says (catalogue 6.4 FL_FEVER).
FEVER_C = Decimal("38.0")
#: Urgencies that stop the plan and are red.
RED = frozenset({Urgency.EMERGENCY, Urgency.SAME_DAY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """One answer: "yes"/"no" or a choice, a score, or a number beside a yes (a temperature in °C)."""

    word: str = ""
    number: Decimal | None = None

    @property
    def is_yes(self) -> bool:
        """Whether it is a yes; a measured fever is one even when the patient ticked no."""
        return self.word == "yes"


Answers = Mapping[str, Given]


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What was done, as far as flags ask: zones with their regions, numbing agent, skin type I–VI.

    None means unknown: an unknown never silences a flag.
    """

    zones: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    numbing_agent: str | None = None
    skin_type: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TriageRules:
    """All that triage reads from one protocol. `known_flags` are those of the whole catalogue."""

    care_group: CareGroup
    tags: frozenset[str]
    envelopes: Mapping[str, Envelope]
    flags: tuple[RedFlag, ...]
    questions: Mapping[str, Question]
    known_flags: Mapping[str, RedFlag]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One reason for the grade. `code` is a flag, or above_envelope, rising, yes_alone, yes_unexpected."""

    code: str
    grade: Grade
    urgency: Urgency
    question: str
    symptom: str = ""
    value: str = ""
    limit: int | None = None
    patient_text: str = ""
    looks_up_lots: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Triage:
    """The grade, the most pressing urgency (None when green), and every reason, worst first."""

    grade: Grade
    urgency: Urgency | None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def freezes_plan(self) -> bool:
        """Whether future sessions stop until a clinician has looked (catalogue 6.4)."""
        return self.urgency in RED

    @property
    def patient_texts(self) -> tuple[str, ...]:
        """What to tell the patient, worst first, each sentence once."""
        return tuple(dict.fromkeys(finding.patient_text for finding in self.findings if finding.patient_text))


def rules_of(
    definition: ProtocolDefinition, *, flags: Sequence[RedFlag] = (), questions: Sequence[Question] = ()
) -> TriageRules:
    """The rules of a protocol; `flags` and `questions` of the whole catalogue complete them for reports."""
    return TriageRules(
        care_group=definition.care_group,
        tags=frozenset(str(tag) for tag in definition.tags),
        envelopes={curve.symptom: curve for curve in definition.envelopes},
        flags=definition.red_flags,
        questions={item.code: item for item in (*questions, *definition.questions)},
        known_flags={flag.code: flag for flag in (*flags, *definition.red_flags)},
    )


def triage(
    rules: TriageRules,
    *,
    day: int,
    answers: Answers,
    before: Answers | None = None,
    circumstances: Circumstances | None = None,
) -> Triage:
    """Grades answers given `day` calendar days after the session; `before` holds each question's answer before.

    Urgency and texts are catalogue 6.4, the envelope and trend 6.3. Never green when a warning sign was answered yes.
    """
    around = circumstances or Circumstances()
    given = _with_measured_fever(answers)
    raised = list(_raised(rules, day, given, before or {}, around))
    findings = [*raised, *_scores(rules, day, given, before or {}), *_lone_yes(rules, given, raised)]
    findings.sort(key=lambda finding: URGENCY_ORDER.index(finding.urgency))
    if not findings:
        return Triage(grade=Grade.GREEN, urgency=None)
    return Triage(grade=_grade(findings[0].urgency), urgency=findings[0].urgency, findings=tuple(findings))


def upper_normal(rules: TriageRules, symptom: str, day: int) -> int:
    """The highest score still as expected; 0 for a symptom that the care group has no curve for."""
    curve = rules.envelopes.get(symptom)
    return curve.upper_normal(day) if curve else 0


def _grade(urgency: Urgency) -> Grade:
    return Grade.RED if urgency in RED else Grade.AMBER


def _with_measured_fever(answers: Answers) -> Answers:
    fever = answers.get("Q_FEVER")
    if fever is None or fever.number is None or fever.number < FEVER_C:
        return answers
    return {**answers, "Q_FEVER": Given(word="yes", number=fever.number)}


# --- the envelope and the trend -------------------------------------------------------------------


def _scores(rules: TriageRules, day: int, answers: Answers, before: Answers) -> Iterator[Finding]:
    for code, given in answers.items():
        question = rules.questions.get(code)
        if question is None or question.symptom is None or given.number is None:
            continue
        limit = upper_normal(rules, question.symptom, day)
        excess = given.number - limit
        if excess >= 1:
            urgency = Urgency.SAME_DAY if excess >= SAME_DAY_EXCESS else Urgency.NEXT_DAY
            yield _of_score("above_envelope", urgency, question, given, limit)
        if day > _trend_after(rules.care_group) and _rise(code, given, before) >= TREND_RISE:
            yield _of_score("rising", Urgency.NEXT_DAY, question, given, limit)


def _of_score(code: str, urgency: Urgency, question: Question, given: Given, limit: int) -> Finding:
    return Finding(
        code=code,
        grade=_grade(urgency),
        urgency=urgency,
        question=question.code,
        symptom=question.symptom or "",
        value=str(given.number),
        limit=limit,
    )


def _trend_after(care_group: CareGroup) -> int:
    return TREND_AFTER_DAY_LIPO if care_group == CareGroup.LIPO else TREND_AFTER_DAY


def _rise(code: str, given: Given, before: Answers) -> Decimal:
    earlier = before.get(code)
    if earlier is None or earlier.number is None or given.number is None:
        return Decimal(0)
    return given.number - earlier.number


# --- red flags ------------------------------------------------------------------------------------


def _raised(
    rules: TriageRules, day: int, answers: Answers, before: Answers, around: Circumstances
) -> Iterator[Finding]:
    for flag in rules.flags:
        if not _applies(flag, rules, around) or not flag.from_day <= day <= flag.to_day:
            continue
        fired = [t for t in flag.triggers if _fires(t, rules.care_group, day, answers, before)]
        if fired:
            urgency = min((_urgency(flag, t, rules, around) for t in fired), key=URGENCY_ORDER.index)
            yield _of_flag(flag, urgency, fired[0].question, answers)


def _applies(flag: RedFlag, rules: TriageRules, around: Circumstances) -> bool:
    """Whether the flag speaks about this care group and what was done; unknown facts count as yes."""
    tagged = not flag.tags or not rules.tags.isdisjoint(flag.tags)
    return (
        rules.care_group in flag.care_groups
        and tagged
        and (
            not flag.numbing_agents
            or around.numbing_agent is None
            or around.numbing_agent in flag.numbing_agents
        )
        and _touches(flag.regions, around.regions)
        and _touches(flag.zones, around.zones)
    )


def _touches(wanted: Sequence[str], treated: frozenset[str] | None) -> bool:
    return not wanted or treated is None or not treated.isdisjoint(wanted)


def _fires(trigger: FlagTrigger, care_group: CareGroup, day: int, answers: Answers, before: Answers) -> bool:
    given = answers.get(trigger.question)
    if given is None or (trigger.care_groups and care_group not in trigger.care_groups):
        return False
    in_days = (trigger.from_day is None or day >= trigger.from_day) and (
        trigger.to_day is None or day <= trigger.to_day
    )
    with_yes = all(code in answers and answers[code].is_yes for code in trigger.with_yes)
    return in_days and with_yes and _answered(trigger, given, before)


def _answered(trigger: FlagTrigger, given: Given, before: Answers) -> bool:
    if trigger.answer is not None and given.word != trigger.answer:
        return False
    number = given.number
    if trigger.at_least is not None and (number is None or number < trigger.at_least):
        return False
    if trigger.at_most is not None and (number is None or number > trigger.at_most):
        return False
    return trigger.rises_by is None or _rise(trigger.question, given, before) >= trigger.rises_by


def _urgency(flag: RedFlag, trigger: FlagTrigger, rules: TriageRules, around: Circumstances) -> Urgency:
    candidates = [Urgency(trigger.urgency or flag.urgency)]
    for exception in flag.urgency_exceptions:
        for_skin = exception.skin_types and around.skin_type in exception.skin_types
        for_tag = exception.tags and not rules.tags.isdisjoint(exception.tags)
        if for_skin or for_tag:
            candidates.append(Urgency(exception.urgency))
    return min(candidates, key=URGENCY_ORDER.index)


def _of_flag(flag: RedFlag, urgency: Urgency, question: str, answers: Answers) -> Finding:
    given = answers[question]
    return Finding(
        code=flag.code,
        grade=_grade(urgency),
        urgency=urgency,
        question=question,
        value=given.word or str(given.number),
        patient_text=flag.patient_text,
        looks_up_lots=flag.looks_up_lots,
    )


# --- a yes that no flag takes ---------------------------------------------------------------------


def _lone_yes(rules: TriageRules, answers: Answers, raised: Sequence[Finding]) -> Iterator[Finding]:
    """A yes to a warning question outside every flag's window: looked at within a day, or the same day
    when the sign would be an emergency. The catalogue's windows say when a sign points to the treatment; they do
    not make it harmless (own derivation, the careful side).
    """
    taken = {finding.code for finding in raised}
    for code, given in answers.items():
        question = rules.questions.get(code)
        if question is None or question.answer != Answer.YES_NO or not given.is_yes:
            continue
        if not question.flags or taken.isdisjoint(question.flags):
            yield _of_yes(question, rules)


def _of_yes(question: Question, rules: TriageRules) -> Finding:
    known = [rules.known_flags[code] for code in question.flags if code in rules.known_flags]
    worst = min(known, key=lambda flag: URGENCY_ORDER.index(Urgency(flag.urgency)), default=None)
    emergency = worst is not None and Urgency(worst.urgency) == Urgency.EMERGENCY
    if question.yes_urgency is not None:
        code, urgency = "yes_alone", Urgency(question.yes_urgency)
    else:
        code, urgency = "yes_unexpected", Urgency.SAME_DAY if emergency else Urgency.NEXT_DAY
    return Finding(
        code=code,
        grade=_grade(urgency),
        urgency=urgency,
        question=question.code,
        value="yes",
        patient_text=worst.patient_text if worst is not None and code == "yes_unexpected" else "",
    )

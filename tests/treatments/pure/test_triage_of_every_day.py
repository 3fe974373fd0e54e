"""Triage against a second, naive reading of the catalogue's files: every care group, symptom, day and score.

Nothing of the product's reader or triage is used to expect an answer: the tables are read as they lie in the files.
"""

from __future__ import annotations

import math
import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.factories import shipped
from treatments.triage import Given, TriageRules, rules_of, triage

FILES = Path("treatments/catalogue")
WORST_FIRST = ["EMERGENCY", "SAME_DAY", "NEXT_DAY", "SOON", "ROUTINE"]
GRADE = {None: "green", "EMERGENCY": "red", "SAME_DAY": "red"}
#: One protocol for each care group, and the two whose tags bring flags of their own.
PROTOCOLS = {
    "CG_MN": "MN_ACNE_SCAR",
    "CG_RFMN": "RFMN_SCAR",
    "CG_MN_SCALP": "MN_SCALP",
    "CG_MS_FACE": "MS_MELASMA_TXA",
    "CG_MS_BODY": "MS_CELLULITE",
    "CG_LIPO": "MS_LIPO_SUBMENTAL",
    "CG_MS_SCALP": "MS_HAIR_DUT",
}
#: Every day of the curves and five beyond the last column.
DAYS = range(62)


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FILES / f"{name}.toml").read_text(encoding="utf-8"))


CURVES = read("recovery/envelope")
QUESTIONS = {code: item for code, item in read("recovery/questions").items() if isinstance(item, dict)}
FLAGS = {code: item for code, item in read("recovery/red_flags").items() if isinstance(item, dict)}
SCORED = {code: item["symptom"] for code, item in QUESTIONS.items() if "symptom" in item}
ASKING = {
    question: [code for code, f in FLAGS.items() if question in {t["question"] for t in f["triggers"]}]
    for question in QUESTIONS
}
TICKED = [code for code, item in QUESTIONS.items() if item["answer"] == "yes_no"]


@cache
def limit_of(care_group: str, symptom: str, day: int) -> int:
    """A straight line between two columns, rounded up; nothing written means nothing expected."""
    scores = CURVES[care_group].get(symptom)
    if scores is None:
        return 0
    points = dict(zip(CURVES["days"], scores, strict=True))
    if day in points or day > max(points):
        return int(points.get(day, scores[-1]))
    before, after = max(d for d in points if d < day), min(d for d in points if d > day)
    return math.ceil(
        points[before] + Fraction((points[after] - points[before]) * (day - before), after - before)
    )


def by_score(care_group: str, symptom: str, day: int, value: int, rise: int = 0) -> str | None:
    excess = value - limit_of(care_group, symptom, day)
    if excess >= 3:
        return "SAME_DAY"
    rose = rise >= 2 and day > (4 if care_group == "CG_LIPO" else 2)
    return "NEXT_DAY" if excess >= 1 or rose else None


def by_flags(
    care_group: str, tags: set[str], day: int, given: dict[str, Any], rise: int = 0
) -> dict[str, str]:
    """Flag → urgency; the skin type and what was treated are unknown, which silences nothing."""
    found: dict[str, str] = {}
    for code in {code for question in given for code in ASKING.get(question, ())}:
        flag = FLAGS[code]
        if care_group not in flag["care_groups"] or not flag["from_day"] <= day <= flag["to_day"]:
            continue
        if "tags" in flag and not tags & set(flag["tags"]):
            continue
        fired = [t for t in flag["triggers"] if fires(t, care_group, day, given, rise)]
        urgencies = [t.get("urgency", flag["urgency"]) for t in fired]
        urgencies += [
            exception["urgency"]
            for exception in flag.get("urgency_exceptions", [])
            if fired and tags & set(exception.get("tags", []))
        ]
        if urgencies:
            found[code] = min(urgencies, key=WORST_FIRST.index)
    return found


def fires(trigger: dict[str, Any], care_group: str, day: int, given: dict[str, Any], rise: int) -> bool:
    answer = given.get(trigger["question"])
    if answer is None or care_group not in trigger.get("care_groups", [care_group]):
        return False
    if not trigger.get("from_day", 0) <= day <= trigger.get("to_day", 10_000):
        return False
    if any(given.get(code) != "yes" for code in trigger.get("with_yes", [])):
        return False
    if "answer" in trigger:
        return bool(answer == trigger["answer"])
    if not isinstance(answer, int):
        return False
    return (
        answer >= trigger.get("at_least", 0)
        and answer <= trigger.get("at_most", 10)
        and rise >= trigger.get("rises_by", 0)
    )


def worst(*urgencies: str | None) -> str | None:
    return min((u for u in urgencies if u), key=WORST_FIRST.index, default=None)


def of(care_group: str) -> tuple[TriageRules, set[str]]:
    catalogue = shipped()
    name = PROTOCOLS[care_group]
    rules = rules_of(
        catalogue.protocol(name), flags=catalogue.shared.red_flags, questions=catalogue.shared.questions
    )
    return rules, set(read(f"protocols/{name}")["tags"])


def test_the_files_name_every_care_group_and_a_question_for_every_judged_symptom() -> None:
    assert set(CURVES) - {"days", "source", "grade"} == set(PROTOCOLS)
    judged = {symptom for group in PROTOCOLS for symptom in CURVES[group]}
    assert set(SCORED.values()) <= judged
    # These three have a curve to compare with, and are asked about by no score.
    assert judged - set(SCORED.values()) == {"breakout_milia", "darker_look_temporary", "nodule_small"}


@pytest.mark.parametrize("care_group", PROTOCOLS)
def test_every_curve_is_read_on_every_day(care_group: str) -> None:
    curves = of(care_group)[0].envelopes
    assert set(curves) == set(CURVES[care_group])
    for symptom, curve in curves.items():
        expected = [limit_of(care_group, symptom, day) for day in DAYS]
        assert [curve.upper_normal(day) for day in DAYS] == expected, symptom


@pytest.mark.parametrize("care_group", PROTOCOLS)
def test_every_score_on_every_day(care_group: str) -> None:
    """Also of symptoms that the care group has no curve for."""
    rules, tags = of(care_group)
    scores = [Given(number=Decimal(value)) for value in range(11)]
    for question, symptom in SCORED.items():
        for day in DAYS:
            for value, given in enumerate(scores):
                flags = by_flags(care_group, tags, day, {question: value})
                expected = worst(by_score(care_group, symptom, day, value), *flags.values())
                found = triage(rules, day=day, answers={question: given})
                told = (found.urgency, found.grade, {f.code for f in found.findings if f.code in FLAGS})
                assert told == (expected, GRADE.get(expected, "amber"), set(flags)), (symptom, day, value)


@pytest.mark.parametrize("care_group", PROTOCOLS)
def test_every_rise_on_every_day(care_group: str) -> None:
    rules, tags = of(care_group)
    for question, symptom in SCORED.items():
        for day in DAYS:
            for rise in (1, 2):
                flags = by_flags(care_group, tags, day, {question: rise}, rise)
                expected = worst(by_score(care_group, symptom, day, rise, rise), *flags.values())
                now, before = ({question: Given(number=Decimal(value))} for value in (rise, 0))
                found = triage(rules, day=day, answers=now, before=before)
                assert found.urgency == expected, (symptom, day, rise)


@pytest.mark.parametrize("care_group", PROTOCOLS)
def test_every_warning_sign_wins_over_every_score_on_every_day(care_group: str) -> None:
    """A sign beside a score far above its curve, and beside a calm one: the more pressing of the two."""
    rules, tags = of(care_group)
    edges = {
        day + step for f in FLAGS.values() for day in (f["from_day"], f["to_day"]) for step in (-1, 0, 1)
    }
    calm, high = Given(number=Decimal(0)), Given(number=Decimal(10))
    for sign in TICKED:
        for day in sorted({*DAYS, *edges} - {-1}):
            for value, given in ((0, calm), (10, high)):
                flags = by_flags(care_group, tags, day, {sign: "yes", "Q_RED": value})
                pressing = worst(by_score(care_group, "erythema", day, value), *flags.values())
                found = triage(rules, day=day, answers={sign: Given(word="yes"), "Q_RED": given})
                assert {f.code: f.urgency for f in found.findings if f.code in FLAGS} == flags, (sign, day)
                alone = [f.urgency for f in found.findings if f.code.startswith("yes_")]
                assert found.urgency == worst(pressing, *alone), (sign, day)
                assert found.grade != "green", (sign, day)

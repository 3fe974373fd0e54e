"""Triage against a plain reading of the printed tables 6.3 (envelope, trend) and 6.4 (red flags)."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.factories import shipped
from treatments.triage import Answers, Circumstances, Given, TriageRules, rules_of, triage

DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 56)
#: Catalogue 6.3 as printed: highest score still as expected on D0 D1 D2 D3 D5 D7 D10 D14 D21 D28 D56.
ENVELOPE = """
CG_MN erythema 7 6 5 3 2 1 1 0 0 0 0
CG_MN swelling 5 5 3 2 1 0 0 0 0 0 0
CG_MN pain_tenderness 5 3 2 1 0 0 0 0 0 0 0
CG_MN dryness_flaking 2 4 5 5 4 2 1 0 0 0 0
CG_MN itching 3 4 4 3 2 1 0 0 0 0 0
CG_MN bruising 4 4 4 4 3 2 1 0 0 0 0
CG_RFMN erythema 8 8 6 5 3 2 1 0 0 0 0
CG_RFMN swelling 6 6 5 4 2 1 0 0 0 0 0
CG_RFMN pain_tenderness 6 4 3 2 1 0 0 0 0 0 0
CG_RFMN dot_grid_crusts 3 5 5 5 4 2 0 0 0 0 0
CG_RFMN dryness_flaking 1 3 5 5 5 3 1 0 0 0 0
CG_RFMN itching 2 4 4 4 3 2 1 0 0 0 0
CG_RFMN bruising 5 5 5 5 4 3 1 0 0 0 0
CG_MN_SCALP erythema 5 4 2 1 0 0 0 0 0 0 0
CG_MN_SCALP pain_tenderness 5 3 2 1 0 0 0 0 0 0 0
CG_MN_SCALP itching 3 4 4 3 2 1 0 0 0 0 0
CG_MN_SCALP shedding 1 1 1 2 2 4 4 4 4 4 1
CG_MS_FACE erythema 6 4 2 1 0 0 0 0 0 0 0
CG_MS_FACE papules_bumps 6 5 3 1 0 0 0 0 0 0 0
CG_MS_FACE swelling 5 4 3 1 0 0 0 0 0 0 0
CG_MS_FACE pain_tenderness 5 3 2 1 0 0 0 0 0 0 0
CG_MS_FACE bruising 4 5 5 5 4 3 1 0 0 0 0
CG_MS_FACE itching 3 3 2 1 0 0 0 0 0 0 0
CG_MS_BODY erythema 5 3 2 1 0 0 0 0 0 0 0
CG_MS_BODY swelling 5 5 4 3 2 0 0 0 0 0 0
CG_MS_BODY pain_tenderness 5 5 4 3 2 1 0 0 0 0 0
CG_MS_BODY bruising 5 6 6 6 5 4 2 0 0 0 0
CG_MS_BODY itching 4 4 3 2 1 0 0 0 0 0 0
CG_LIPO swelling 9 9 9 8 6 5 4 2 1 0 0
CG_LIPO pain_tenderness 7 7 6 5 4 3 2 1 1 0 0
CG_LIPO bruising 6 7 7 7 6 5 3 1 0 0 0
CG_LIPO erythema 6 6 5 4 2 1 0 0 0 0 0
CG_LIPO numbness 5 7 7 7 7 6 6 5 4 3 1
CG_LIPO induration_firmness 2 4 5 6 6 6 6 5 4 3 1
CG_LIPO itching 3 4 4 4 3 2 1 0 0 0 0
CG_MS_SCALP pain_tenderness 6 4 2 1 0 0 0 0 0 0 0
CG_MS_SCALP headache 4 4 2 1 0 0 0 0 0 0 0
CG_MS_SCALP swelling 3 4 3 2 0 0 0 0 0 0 0
CG_MS_SCALP itching 4 4 3 2 1 0 0 0 0 0 0
CG_MS_SCALP shedding 1 1 1 2 2 4 4 4 4 4 1
"""
#: Catalogue 7.1: which question scores which symptom.
QUESTION = {
    "erythema": "Q_RED",
    "swelling": "Q_SWELL",
    "pain_tenderness": "Q_PAIN",
    "itching": "Q_ITCH",
    "dryness_flaking": "Q_DRY",
    "bruising": "Q_BRUISE",
    "papules_bumps": "Q_BUMPS",
    "dot_grid_crusts": "Q_CRUST",
    "numbness": "Q_NUMB",
    "induration_firmness": "Q_FIRM",
    "headache": "Q_HEADACHE",
    "shedding": "Q_SHED",
}
PROTOCOL_OF = {
    "CG_MN": "MN_ACNE_SCAR",
    "CG_RFMN": "RFMN_SCAR",
    "CG_MN_SCALP": "MN_SCALP",
    "CG_MS_FACE": "MS_HYDRATION",
    "CG_MS_BODY": "MS_CELLULITE",
    "CG_LIPO": "MS_LIPO_SUBMENTAL",
    "CG_MS_SCALP": "MS_HAIR",
}
ROWS = [line.split() for line in ENVELOPE.strip().splitlines()]
IN_FACE = Circumstances(zones=frozenset({"F_CHIN"}), regions=frozenset({"face"}), skin_type="II")


def rules(care_group: str) -> TriageRules:
    catalogue = shipped()
    return rules_of(
        catalogue.protocol(PROTOCOL_OF[care_group]),
        flags=catalogue.shared.red_flags,
        questions=catalogue.shared.questions,
    )


def score(value: int) -> Given:
    return Given(number=Decimal(value))


def yes(*questions: str) -> Answers:
    return {question: Given(word="yes") for question in questions}


def printed_limit(scores: list[int], day: int) -> int:
    """Read off the printed row: linear between columns, rounded up; the last column goes on."""
    if day >= DAYS[-1]:
        return scores[-1]
    right = next(i for i, column in enumerate(DAYS) if column > day)
    left = right - 1
    share = Fraction(day - DAYS[left], DAYS[right] - DAYS[left])
    return math.ceil(scores[left] + (scores[right] - scores[left]) * share)


def flag_urgency(care_group: str, symptom: str, day: int, value: int) -> str | None:
    """The red flags of 6.4 that a score alone raises (no earlier answer)."""
    if symptom == "pain_tenderness" and 1 <= day <= 60 and day > 1:
        threshold = 8 if care_group == "CG_LIPO" and day <= 3 else 7
        if value >= threshold:
            return "SAME_DAY"
    rash = care_group in {"CG_MN", "CG_RFMN", "CG_MS_FACE"} and symptom == "itching"
    if rash and 2 < day <= 30 and value >= 6:
        return "NEXT_DAY"
    first_red = {"CG_MN": 7, "CG_MS_FACE": 7, "CG_RFMN": 10}.get(care_group)
    if symptom == "erythema" and first_red and first_red <= day <= 28 and value >= 3:
        return "NEXT_DAY"
    return None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}.{row[1]}")
def test_score_is_graded_as_the_printed_tables_say(row: list[str]) -> None:
    care_group, symptom, scores = row[0], row[1], [int(cell) for cell in row[2:]]
    read = rules(care_group)
    for day in range(71):
        limit = printed_limit(scores, day)
        for value in range(11):
            excess = value - limit
            expected = "SAME_DAY" if excess >= 3 else "NEXT_DAY" if excess >= 1 else None
            by_flag = flag_urgency(care_group, symptom, day, value)
            if by_flag == "SAME_DAY" or expected is None:
                expected = by_flag or expected
            result = triage(read, day=day, answers={QUESTION[symptom]: score(value)}, circumstances=IN_FACE)
            grade = {None: "green", "NEXT_DAY": "amber", "SAME_DAY": "red"}[expected]
            assert (result.grade, result.urgency) == (grade, expected), (day, value)


@pytest.mark.parametrize("care_group", sorted(PROTOCOL_OF))
def test_rise_of_two_is_looked_at_even_inside_the_envelope(care_group: str) -> None:
    """6.3 trend rule: after day 2, after day 4 for lipolysis. Bruising has no flag of its own."""
    read = rules(care_group)
    first = 5 if care_group == "CG_LIPO" else 3
    for day in (1, 2, 3, 4, 5, 6):
        result = triage(read, day=day, answers={"Q_BRUISE": score(2)}, before={"Q_BRUISE": score(0)})
        assert ("rising" in {finding.code for finding in result.findings}) == (day >= first), day
    steady = triage(read, day=6, answers={"Q_BRUISE": score(2)}, before={"Q_BRUISE": score(1)})
    assert "rising" not in {finding.code for finding in steady.findings}


#: Catalogue 6.4 as printed: flag, care groups (short), first day, last day, the yes that means it, urgency.
ALL = "MN RFMN MN_SCALP MS_FACE MS_BODY LIPO MS_SCALP"
FLAGS = [
    ("FL_ANAPHYLAXIS", ALL, 0, 3, "Q_BREATH", "EMERGENCY"),
    ("FL_VASCULAR", "MS_FACE LIPO MS_SCALP", 0, 4, "Q_DARKSKIN", "EMERGENCY"),
    ("FL_NECROSIS", "LIPO MS_FACE", 5, 30, "Q_DARKSKIN", "SAME_DAY"),
    ("FL_NECROSIS", "MS_BODY", 1, 30, "Q_DARKSKIN", "SAME_DAY"),
    ("FL_FEVER", ALL, 0, 30, "Q_FEVER", "SAME_DAY"),
    ("FL_PUS", ALL, 1, 60, "Q_PUS", "SAME_DAY"),
    ("FL_SPREAD", ALL, 3, 60, "Q_SPREAD", "SAME_DAY"),
    ("FL_BLISTER", "RFMN MN", 0, 7, "Q_BLIST", "SAME_DAY"),
    ("FL_HSV", "MN RFMN MS_FACE", 1, 12, "Q_BLIST", "SAME_DAY"),
    ("FL_EYE_SWELL", "MN RFMN MS_FACE", 0, 5, "Q_EYE", "SAME_DAY"),
    ("FL_NERVE", "LIPO RFMN", 0, 60, "Q_SMILE", "NEXT_DAY"),
    ("FL_URTICARIA", ALL, 0, 7, "Q_HIVES", "SAME_DAY"),
    ("FL_BLEED", ALL, 0, 2, "Q_BLEED", "SAME_DAY"),
    ("FL_GRANULOMA", "MN RFMN MN_SCALP", 11, 365, "Q_LUMP", "SOON"),
    ("FL_NTM", "MS_FACE MS_BODY LIPO MS_SCALP", 7, 203, "Q_LUMP", "NEXT_DAY"),
    ("FL_PIH", ALL, 11, 120, "Q_PIGM", "ROUTINE"),
    ("FL_HYPOPIG", ALL, 14, 180, "Q_PIGM", "ROUTINE"),
    ("FL_TRAMTRACK", "MN RFMN", 7, 180, "Q_LINES", "ROUTINE"),
    ("FL_KELOID", ALL, 21, 365, "Q_LINES", "ROUTINE"),
    ("FL_FATLOSS", "RFMN LIPO", 28, 365, "Q_DENT", "ROUTINE"),
    ("FL_ALOPECIA", "LIPO MS_SCALP MN_SCALP", 14, 180, "Q_BALD", "SOON"),
    ("FL_GLANDS", ALL, 8, 30, "Q_GLANDS", "NEXT_DAY"),
    ("FL_FAINT_LATER", ALL, 0, 2, "Q_FAINT", "SAME_DAY"),
    ("FL_PREGNANT_LATER", ALL, 0, 365, "Q_PREG", "NEXT_DAY"),
]


@pytest.mark.parametrize("care_group", sorted(PROTOCOL_OF))
@pytest.mark.parametrize("row", FLAGS, ids=lambda row: f"{row[0]}.{row[2]}")
def test_red_flag_is_raised_exactly_inside_its_printed_window(
    care_group: str, row: tuple[str, str, int, int, str, str]
) -> None:
    flag, _, first, last, question, urgency = row
    windows = [(a, b) for name, of, a, b, *_ in FLAGS if name == flag and care_group[3:] in of.split()]
    read = rules(care_group)
    for day in {max(first - 1, 0), first, last, last + 1}:
        result = triage(read, day=day, answers=yes(question), circumstances=IN_FACE)
        found = {finding.code: finding.urgency for finding in result.findings}
        inside = any(a <= day <= b for a, b in windows)
        assert (flag in found) == inside, day
        if inside:
            assert found[flag] == urgency
        assert result.grade != "green"


def test_fever_with_feeling_unwell_is_an_emergency_and_unwell_alone_is_not() -> None:
    read = rules("CG_MN")
    assert triage(read, day=3, answers=yes("Q_FEVER", "Q_UNWELL")).urgency == "EMERGENCY"
    assert triage(read, day=3, answers=yes("Q_FEVER")).urgency == "SAME_DAY"
    alone = triage(read, day=3, answers=yes("Q_UNWELL"))
    assert [(finding.code, finding.urgency) for finding in alone.findings] == [("yes_alone", "SAME_DAY")]


def test_measured_fever_counts_whatever_was_ticked() -> None:
    read = rules("CG_MN")
    for degrees, expected in (("37.9", None), ("38.0", "SAME_DAY")):
        given = {"Q_FEVER": Given(word="no", number=Decimal(degrees))}
        assert triage(read, day=2, answers=given).urgency == expected


def test_swallowing_trouble_with_breathing_trouble_is_an_emergency() -> None:
    under_chin = Circumstances(zones=frozenset({"N_SUBMENTAL"}), regions=frozenset({"neck"}))
    read = rules("CG_LIPO")
    calm = triage(read, day=10, answers=yes("Q_SMILE"), circumstances=under_chin)
    assert {f.code: f.urgency for f in calm.findings} == {"FL_DYSPHAGIA": "SAME_DAY", "FL_NERVE": "NEXT_DAY"}
    noisy = triage(read, day=10, answers=yes("Q_SMILE", "Q_BREATH"), circumstances=under_chin)
    assert noisy.urgency == "EMERGENCY"


@pytest.mark.parametrize(("count", "flag"), [(2, None), (3, "FL_PANNICULITIS")])
def test_three_painful_lumps_are_seen_the_same_day(count: int, flag: str | None) -> None:
    result = triage(rules("CG_LIPO"), day=14, answers={"Q_LUMPCOUNT": score(count)})
    assert [finding.code for finding in result.findings] == ([flag] if flag else [])
    assert all(finding.looks_up_lots for finding in result.findings)


def test_dark_patch_is_more_pressing_on_darker_skin() -> None:
    read = rules("CG_MN")
    for skin, urgency in (("III", "ROUTINE"), ("IV", "SOON"), ("VI", "SOON")):
        result = triage(read, day=12, answers=yes("Q_PIGM"), circumstances=Circumstances(skin_type=skin))
        assert result.urgency == urgency


def test_numbing_poisoning_is_asked_by_agent() -> None:
    read = rules("CG_MN")
    for agent, flags in (
        ("NUMB_EMLA", {"FL_CAINE_TOX", "FL_METHB"}),
        ("NUMB_LIDO4", {"FL_CAINE_TOX"}),
    ):
        result = triage(
            read, day=0, answers=yes("Q_NUMBTOX"), circumstances=Circumstances(numbing_agent=agent)
        )
        assert {finding.code for finding in result.findings} == flags


def test_rising_pain_and_returning_swelling_are_flags() -> None:
    read = rules("CG_MN")
    pain = triage(read, day=3, answers={"Q_PAIN": score(3)}, before={"Q_PAIN": score(1)})
    assert ("FL_PAIN", "SAME_DAY") in [(f.code, f.urgency) for f in pain.findings]
    swelling = triage(read, day=4, answers={"Q_SWELL": score(1)}, before={"Q_SWELL": score(0)})
    assert [f.code for f in swelling.findings] == ["FL_SWELL_LATE"]


def test_emergency_sign_outside_its_window_is_never_left_to_tomorrow() -> None:
    late = triage(rules("CG_MN"), day=40, answers=yes("Q_BREATH"))
    assert [(f.code, f.urgency) for f in late.findings] == [("yes_unexpected", "SAME_DAY")]
    other = triage(rules("CG_MN"), day=40, answers=yes("Q_VISION"))
    assert [(f.code, f.urgency) for f in other.findings] == [("yes_unexpected", "SAME_DAY")]


def test_very_worried_or_unhappy_patient_is_called() -> None:
    read = rules("CG_MN")
    assert [f.code for f in triage(read, day=7, answers={"Q_WORRY": Given(word="very")}).findings] == [
        "FL_DISTRESS"
    ]
    assert triage(read, day=7, answers={"Q_WORRY": Given(word="a little")}).grade == "green"
    assert [f.code for f in triage(read, day=14, answers={"Q_SAT": score(1)}).findings] == ["FL_DISTRESS"]
    assert triage(read, day=14, answers={"Q_SAT": score(5)}).grade == "green"


def test_nothing_reported_is_green_for_every_check() -> None:
    for care_group in PROTOCOL_OF:
        read = rules(care_group)
        answers = {code: Given(word="no") for code, item in read.questions.items() if item.answer == "yes_no"}
        zeros = {code: score(0) for code, item in read.questions.items() if item.symptom}
        for day in (1, 3, 7, 14, 25, 84):
            assert triage(read, day=day, answers={**answers, **zeros}).grade == "green"

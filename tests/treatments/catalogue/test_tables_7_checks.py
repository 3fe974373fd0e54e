"""Tables 7.1 and 7.2 of the catalogue: the questions and when they are asked."""

from tests.treatments.catalogue.blocks import cells, rows
from treatments.catalogue import Catalogue
from treatments.definitions import CareGroup, SharedCatalogue

# check, care group, hours after the session, hours to answer, questions
CHECKS = """
C1 CG_MN 24 12 Q_RED+Q_SWELL+Q_PAIN+Q_BREATH+Q_HIVES+Q_EYE+Q_BLIST+Q_FEVER+Q_AFTER
C2 CG_MN 72 24 Q_RED+Q_SWELL+Q_PAIN+Q_ITCH+Q_DRY+Q_SPREAD+Q_PUS+Q_BLIST+Q_FEVER
C3 CG_MN 168 48 Q_RED+Q_ITCH+Q_DRY+Q_LUMP+Q_PIGM+Q_LINES+Q_PUS+Q_GLANDS+Q_WORRY
C4 CG_MN 336 72 Q_PIGM+Q_LUMP+Q_LINES+Q_SAT
C5 CG_MN 600 72 Q_LUMP+Q_PIGM+Q_LINES+Q_SAT+Q_READY
C1 CG_RFMN 24 12 Q_RED+Q_SWELL+Q_PAIN+Q_BLIST+Q_BREATH+Q_HIVES+Q_EYE+Q_FEVER
C2 CG_RFMN 72 24 Q_RED+Q_SWELL+Q_PAIN+Q_CRUST+Q_BLIST+Q_SPREAD+Q_PUS+Q_SMILE
C3 CG_RFMN 168 48 Q_RED+Q_CRUST+Q_DRY+Q_LUMP+Q_PIGM+Q_SMILE+Q_WORRY
C4 CG_RFMN 336 72 Q_PIGM+Q_LINES+Q_LUMP+Q_SAT
C5 CG_RFMN 672 72 Q_PIGM+Q_LINES+Q_LUMP+Q_DENT+Q_SAT+Q_READY
C6 CG_RFMN 2160 96 Q_DENT+Q_LINES+Q_PIGM
C1 CG_MN_SCALP 24 12 Q_RED+Q_PAIN+Q_BREATH+Q_FEVER
C2 CG_MN_SCALP 168 48 Q_PAIN+Q_ITCH+Q_SHED+Q_PUS+Q_LUMP
C3 CG_MN_SCALP 672 72 Q_LUMP+Q_BALD+Q_SAT+Q_READY
C1 CG_MS_FACE 24 12 Q_RED+Q_BUMPS+Q_SWELL+Q_PAIN+Q_BRUISE+Q_BREATH+Q_HIVES+Q_VISION+Q_DARKSKIN+Q_BLEED
C2 CG_MS_FACE 72 24 Q_RED+Q_BUMPS+Q_SWELL+Q_BRUISE+Q_ITCH+Q_SPREAD+Q_PUS+Q_BLIST+Q_FEVER
C3 CG_MS_FACE 168 48 Q_BRUISE+Q_LUMP+Q_PIGM+Q_ITCH+Q_WORRY
C4 CG_MS_FACE 504 72 Q_LUMP+Q_PIGM+Q_SAT
C5 CG_MS_FACE 1344 72 Q_LUMP+Q_PIGM
C6 CG_MS_FACE 2016 96 Q_LUMP
C1 CG_MS_BODY 24 12 Q_PAIN+Q_SWELL+Q_BRUISE+Q_BREATH+Q_HIVES+Q_BLEED+Q_FEVER
C2 CG_MS_BODY 72 24 Q_PAIN+Q_SWELL+Q_BRUISE+Q_SPREAD+Q_PUS+Q_FEVER
C3 CG_MS_BODY 168 48 Q_BRUISE+Q_HIVES+Q_LUMP+Q_LUMPCOUNT+Q_WORRY
C4 CG_MS_BODY 504 72 Q_LUMP+Q_SAT
C5 CG_MS_BODY 2016 96 Q_LUMP
C1 CG_LIPO 24 12 Q_SWELL+Q_PAIN+Q_BRUISE+Q_NUMB+Q_BREATH+Q_HIVES+Q_SMILE+Q_DARKSKIN+Q_BLEED
C2 CG_LIPO 72 24 Q_SWELL+Q_PAIN+Q_RED+Q_SMILE+Q_DARKSKIN+Q_SPREAD+Q_FEVER
C3 CG_LIPO 168 48 Q_SWELL+Q_PAIN+Q_BRUISE+Q_FIRM+Q_NUMB+Q_SMILE+Q_PUS+Q_LUMP
C4 CG_LIPO 336 48 Q_SWELL+Q_FIRM+Q_NUMB+Q_LUMP+Q_LUMPCOUNT+Q_DARKSKIN+Q_FEVER
C5 CG_LIPO 672 72 Q_SWELL+Q_FIRM+Q_NUMB+Q_LUMP+Q_SAT+Q_READY
C6 CG_LIPO 2016 96 Q_LUMP+Q_LUMPCOUNT+Q_FIRM+Q_DENT+Q_BALD
C1 CG_MS_SCALP 24 12 Q_PAIN+Q_HEADACHE+Q_SWELL+Q_BREATH+Q_HIVES
C2 CG_MS_SCALP 168 48 Q_PAIN+Q_ITCH+Q_SHED+Q_PUS+Q_LUMP
C3 CG_MS_SCALP 2016 96 Q_LUMP+Q_BALD+Q_SAT
"""


def test_table_7_1_question_bank(shared: SharedCatalogue) -> None:
    assert len(shared.questions) == 41
    answers = [str(one.answer) for one in shared.questions]
    assert {kind: answers.count(kind) for kind in set(answers)} == {
        "score": 13,
        "yes_no": 22,
        "number": 1,
        "choice": 3,
        "photo": 1,
        "text": 1,
    }
    assert shared.questions[0].text == "How red is the treated skin?"
    bank = {one.code: one for one in shared.questions}
    assert (bank["Q_UNWELL"].follows, bank["Q_UNWELL"].yes_urgency) == ("Q_FEVER", "SAME_DAY")
    assert [one.code for one in shared.questions if one.asked == "report"] == [
        "Q_NUMBTOX",
        "Q_FAINT",
        "Q_PREG",
    ]
    assert [one.code for one in shared.questions if one.is_optional] == ["Q_PHOTO", "Q_FREE"]
    scores = {
        (one.lowest, one.highest) for one in shared.questions if one.answer == "score" and one.code != "Q_SAT"
    }
    assert scores == {(0, 10)}
    assert (bank["Q_SAT"].lowest, bank["Q_SAT"].highest) == (1, 5)
    assert (bank["Q_LUMPCOUNT"].lowest, bank["Q_LUMPCOUNT"].highest) == (0, None)
    assert shared.policy("LATE_WORDING_FROM_H") == 504
    assert [one.code for one in shared.questions if one.late_text] == ["Q_LUMP"]


def test_table_7_2_schedule(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, one.care_group, one.offset_hours, one.answer_hours, "+".join(one.questions))
        for one in shared.checks
    ]
    assert found == rows(CHECKS)


def test_table_7_2_rules_of_single_checks(shared: SharedCatalogue) -> None:
    checks = {(one.care_group, one.code): one for one in shared.checks}
    assert [key for key, one in checks.items() if one.only_after_last] == [
        ("CG_MS_FACE", "C6"),
        ("CG_MS_BODY", "C4"),
        ("CG_MS_BODY", "C5"),
        ("CG_LIPO", "C6"),
        ("CG_MS_SCALP", "C3"),
    ]
    assert {
        key: one.skip_if_next_within_hours for key, one in checks.items() if one.skip_if_next_within_hours
    } == {(CareGroup.MS_BODY, "C3"): 24}
    assert {key: one.once_per_days for key, one in checks.items() if one.once_per_days} == {
        (CareGroup.MN_SCALP, "C3"): 28
    }
    assert [key for key, one in checks.items() if one.once_per_phase] == [("CG_MS_SCALP", "C2")]
    assert checks[CareGroup.MN, "C4"].mandatory_skin_types == ("IV", "V", "VI")


def test_table_7_2_txa_asks_for_clots(catalogue: Catalogue) -> None:
    checks = {one.code: one.questions for one in catalogue.protocol("MS_MELASMA_TXA").checks}
    assert [code for code, questions in checks.items() if "Q_LEG" in questions] == ["C1", "C2"]
    plain = catalogue.protocol("MS_BRIGHTEN").checks
    assert not any("Q_LEG" in one.questions for one in plain)


def test_every_score_question_of_a_check_has_its_curve(catalogue: Catalogue) -> None:
    missing = {
        (one.care_group, question.symptom)
        for one in catalogue.protocols
        for check in one.checks
        for question in map(one.question, check.questions)
        if question.symptom and one.envelope(question.symptom) is None
    }
    assert missing == set()

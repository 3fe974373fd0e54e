"""Tables 6.1 to 6.4 of the catalogue: expected course, upper-normal curve, red flags."""

from tests.treatments.catalogue.blocks import cells, codes, rows
from treatments.catalogue import Catalogue
from treatments.definitions import SharedCatalogue

# care group, symptom, onset and peak (hours), typical and upper-normal peak, day it is gone
COURSE = """
CG_MN erythema 0 6 5 7 3
CG_MN swelling 0 12 2 5 3
CG_MN pain_tenderness 0 2 2 5 2
CG_MN burning_heat 0 1 3 6 1
CG_MN pinpoint_bleeding 0 0 2 4 1
CG_MN dryness_flaking 24 60 3 5 7
CG_MN itching 12 48 2 4 5
CG_MN bruising 2 48 1 4 10
CG_MN breakout_milia 48 120 1 4 14
CG_MN darker_look_temporary 24 72 2 4 10
CG_MN gland_swelling 24 72 1 3 7
CG_MN nodule - - 0 0 0
CG_MN hyperpigmentation_pih 240 504 0 0 90
CG_RFMN erythema 0 12 6 8 5
CG_RFMN swelling 0 24 4 6 4
CG_RFMN pain_tenderness 0 1 3 6 3
CG_RFMN dot_grid_crusts 24 72 3 5 7
CG_RFMN dryness_flaking 48 96 3 5 7
CG_RFMN itching 24 72 2 4 7
CG_RFMN bruising 2 48 2 5 10
CG_MN_SCALP erythema 0 6 3 5 2
CG_MN_SCALP pain_tenderness 0 2 2 5 2
CG_MN_SCALP pinpoint_bleeding 0 0 2 4 1
CG_MN_SCALP itching 12 48 2 4 5
CG_MN_SCALP shedding 168 336 2 4 42
CG_MS_FACE erythema 0 2 4 6 2
CG_MS_FACE papules_bumps 0 1 4 6 3
CG_MS_FACE swelling 0 12 2 5 3
CG_MS_FACE pain_tenderness 0 1 2 5 2
CG_MS_FACE bruising 2 48 2 5 10
CG_MS_FACE itching 6 24 1 3 3
CG_MS_FACE nodule - - 0 0 3
CG_MS_FACE hyperpigmentation_pih 240 504 0 0 90
CG_MS_BODY nodule - - 0 2 7
CG_MS_BODY erythema 0 2 3 5 2
CG_MS_BODY burning_heat 0 0 4 6 1
CG_MS_BODY swelling 0 24 2 5 5
CG_MS_BODY pain_tenderness 0 12 3 5 5
CG_MS_BODY bruising 2 48 3 6 10
CG_MS_BODY itching 6 24 2 4 3
CG_LIPO swelling 0 48 7 9 14
CG_LIPO bruising 2 48 4 7 14
CG_LIPO pain_tenderness 0 24 5 7 7
CG_LIPO burning_heat 0 1 6 8 1
CG_LIPO numbness 24 72 4 7 42
CG_LIPO induration_firmness 72 168 4 6 56
CG_LIPO nodule_small 168 336 2 4 56
CG_LIPO itching 24 72 2 4 10
CG_LIPO erythema 0 12 4 6 5
CG_MS_SCALP pain_tenderness 0 1 3 6 2
CG_MS_SCALP headache 0 6 2 4 2
CG_MS_SCALP pinpoint_bleeding 0 0 2 4 1
CG_MS_SCALP swelling 0 24 1 4 3
CG_MS_SCALP itching 6 24 2 4 4
CG_MS_SCALP shedding 168 336 2 4 42
"""


# care group, symptom, the highest normal score on days 0 1 2 3 5 7 10 14 21 28 56
ENVELOPE = """
CG_MN erythema 7 6 5 3 2 1 1 0 0 0 0
CG_MN swelling 5 5 3 2 1 0 0 0 0 0 0
CG_MN pain_tenderness 5 3 2 1 0 0 0 0 0 0 0
CG_MN dryness_flaking 2 4 5 5 4 2 1 0 0 0 0
CG_MN itching 3 4 4 3 2 1 0 0 0 0 0
CG_MN bruising 4 4 4 4 3 2 1 0 0 0 0
CG_MN breakout_milia 0 1 2 3 4 4 3 2 1 0 0
CG_MN darker_look_temporary 2 4 4 4 3 3 2 0 0 0 0
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
CG_LIPO nodule_small 0 0 0 1 3 4 4 4 3 3 1
CG_LIPO itching 3 4 4 4 3 2 1 0 0 0 0
CG_MS_SCALP pain_tenderness 6 4 2 1 0 0 0 0 0 0 0
CG_MS_SCALP headache 4 4 2 1 0 0 0 0 0 0 0
CG_MS_SCALP swelling 3 4 3 2 0 0 0 0 0 0 0
CG_MS_SCALP itching 4 4 3 2 1 0 0 0 0 0 0
CG_MS_SCALP shedding 1 1 1 2 2 4 4 4 4 4 1
"""


# flag, first and last day, urgency, grade
FLAGS = """
FL_ANAPHYLAXIS 0-3 EMERGENCY C/B
FL_CAINE_TOX 0-1 EMERGENCY A/B
FL_METHB 0-1 EMERGENCY A
FL_VISION 0-3 EMERGENCY CP
FL_VASCULAR 0-4 EMERGENCY B
FL_SEPSIS 0-60 EMERGENCY CP
FL_CLOT 0-14 EMERGENCY A/CP
FL_DYSPHAGIA 0-21 SAME_DAY A
FL_FEVER 0-30 SAME_DAY B/CP
FL_PUS 1-60 SAME_DAY B
FL_SPREAD 3-60 SAME_DAY B
FL_PAIN 1-60 SAME_DAY C/D
FL_HSV 1-12 SAME_DAY C
FL_BLISTER 0-7 SAME_DAY A
FL_EYE_SWELL 0-5 SAME_DAY CP
FL_NECROSIS 1-30 SAME_DAY B
FL_NERVE 0-60 NEXT_DAY A
FL_URTICARIA 0-7 SAME_DAY B/A
FL_BLEED 0-2 SAME_DAY CP
FL_ALLERGIC_RASH 2-30 NEXT_DAY A
FL_REDNESS_LONG 5-28 NEXT_DAY C/D
FL_SWELL_LATE 3-30 NEXT_DAY D
FL_GRANULOMA 3-365 SOON A
FL_NTM 7-203 NEXT_DAY A/C
FL_PANNICULITIS 5-60 SAME_DAY A
FL_NODULE_LIPO 56-120 ROUTINE B
FL_PIH 10-120 ROUTINE A/C
FL_HYPOPIG 14-180 ROUTINE B
FL_TRAMTRACK 7-180 ROUTINE A
FL_KELOID 21-365 ROUTINE B/D
FL_FATLOSS 28-365 ROUTINE A
FL_ALOPECIA 14-180 SOON B/A
FL_GLANDS 3-30 NEXT_DAY A
FL_FAINT_LATER 0-2 SAME_DAY CP
FL_DISTRESS 1-60 NEXT_DAY D
FL_PREGNANT_LATER 0-365 NEXT_DAY D
"""


def test_table_6_1_expected_course(shared: SharedCatalogue) -> None:
    found = [
        cells(
            one.care_group,
            one.symptom,
            one.onset_hours,
            one.peak_hours,
            one.peak_typical,
            one.peak_high,
            one.resolved_days,
        )
        for one in shared.symptoms
    ]
    assert found == rows(COURSE)


def test_table_6_2_published_facts(shared: SharedCatalogue) -> None:
    facts = {one.code: one.value for one in shared.published_facts}
    assert facts["NERVE_COURSE"] == "1-298 d, median 44 d"
    assert facts["SWALLOWING_COURSE"] == "1-81 d, median 3 d"
    assert facts["DCA_EFFECTS"].startswith("swelling 87 %, bruise 72 %, pain 70 %, numb 66 %, redness 27 %")
    assert facts["PIH_RATE"] == "up to 13.8 %"
    assert len(facts) == 34


def test_table_6_3_upper_normal_envelope(shared: SharedCatalogue) -> None:
    assert [cells(one.care_group, one.symptom, *one.scores) for one in shared.envelopes] == rows(ENVELOPE)
    assert {one.days for one in shared.envelopes} == {(0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 56)}
    assert {one.grade for one in shared.envelopes} == {"D"}


def test_table_6_3_rules_beside_the_envelope(shared: SharedCatalogue) -> None:
    names = ("ENVELOPE_AMBER_FROM", "ENVELOPE_SAME_DAY_FROM", "ENVELOPE_AMBER_WITHIN_H", "TREND_RISE")
    assert [shared.policy(name) for name in names] == [1, 3, 24, 2]
    assert [shared.policy(f"TREND_AFTER_DAY{group}") for group in ("", "_LIPO")] == [2, 4]


def test_table_6_4_red_flags(shared: SharedCatalogue) -> None:
    found = [
        [one.code, f"{one.from_day}-{one.to_day}", str(one.urgency), one.grade] for one in shared.red_flags
    ]
    assert found == rows(FLAGS)
    assert sum(one.freezes_plan for one in shared.red_flags) == 20
    assert [one.code for one in shared.red_flags if one.looks_up_lots] == ["FL_NTM", "FL_PANNICULITIS"]


def test_table_6_4_urgency_hours(shared: SharedCatalogue) -> None:
    names = ("EMERGENCY", "SAME_DAY", "NEXT_DAY", "SOON", "ROUTINE")
    assert [shared.policy(f"URGENCY_{name}_H") for name in names] == [0, 4, 24, 72, 168]


def test_table_6_4_thresholds(shared: SharedCatalogue) -> None:
    found = [
        cells(
            flag.code,
            one.question,
            one.at_least if one.at_least is not None else one.at_most,
            one.rises_by,
            one.from_day,
            one.to_day,
        )
        for flag in shared.red_flags
        for one in flag.triggers
        if one.answer is None
    ]
    assert found == rows("""
        FL_FEVER Q_FEVER 38.0 - - -
        FL_PAIN Q_PAIN 8 - 2 3
        FL_PAIN Q_PAIN 7 - 4 -
        FL_PAIN Q_PAIN 7 - 2 -
        FL_PAIN Q_PAIN - 2 3 -
        FL_ALLERGIC_RASH Q_ITCH 6 - 3 -
        FL_REDNESS_LONG Q_RED 3 - 7 -
        FL_REDNESS_LONG Q_RED 3 - 10 -
        FL_SWELL_LATE Q_SWELL - 1 4 -
        FL_PANNICULITIS Q_LUMPCOUNT 3 - - -
        FL_NODULE_LIPO Q_LUMPCOUNT 1 - 56 -
        FL_DISTRESS Q_SAT 1 - - -
    """)


def test_table_6_4_days_inside_which_an_answer_counts(shared: SharedCatalogue) -> None:
    found = [
        cells(flag.code, one.question, one.from_day, one.to_day)
        for flag in shared.red_flags
        for one in flag.triggers
        if one.answer is not None and (one.from_day is not None or one.to_day is not None)
    ]
    assert found == rows("""
        FL_VASCULAR Q_DARKSKIN 0 4
        FL_NECROSIS Q_DARKSKIN 5 -
        FL_GRANULOMA Q_LUMP 11 -
        FL_PIH Q_PIGM 11 -
        FL_GLANDS Q_GLANDS 8 -
    """)


def test_table_6_4_urgency_by_skin_type_and_drug(shared: SharedCatalogue) -> None:
    flags = {one.code: one for one in shared.red_flags}
    pigment, pregnant = (
        flags["FL_PIH"].urgency_exceptions[0],
        flags["FL_PREGNANT_LATER"].urgency_exceptions[0],
    )
    assert (pigment.urgency, pigment.skin_types) == ("SOON", ("IV", "V", "VI"))
    assert (pregnant.urgency, pregnant.tags) == ("SAME_DAY", ("DUT",))
    breathless = flags["FL_DYSPHAGIA"].triggers[0]
    assert (breathless.with_yes, breathless.urgency) == (("Q_BREATH",), "EMERGENCY")


def test_table_6_4_flags_follow_the_protocol(catalogue: Catalogue) -> None:
    flags = {one.code: set(codes(one.red_flags)) for one in catalogue.protocols}
    assert "FL_CLOT" in flags["MS_MELASMA_TXA"]
    assert "FL_CLOT" not in flags["MS_BRIGHTEN"]
    assert "FL_DYSPHAGIA" in flags["MS_LIPO_SUBMENTAL"]
    assert "FL_DYSPHAGIA" not in flags["MS_LIPO_BODY"]
    assert "FL_CAINE_TOX" not in flags["MS_LIPO_BODY"]
    assert "FL_HSV" in flags["MN_ACNE_SCAR"]
    assert "FL_HSV" not in flags["MN_STRIAE"]

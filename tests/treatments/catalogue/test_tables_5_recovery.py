"""Tables 5.1 to 7.2 of the catalogue: aftercare, expected course, red flags, recovery checks."""

import hashlib
from decimal import Decimal

from tests.treatments.catalogue.blocks import cells, codes, rows
from treatments.catalogue import Catalogue
from treatments.definitions import CareGroup, SharedCatalogue

GROUPS = ("CG_MN", "CG_RFMN", "CG_MN_SCALP", "CG_MS_FACE", "CG_MS_BODY", "CG_LIPO", "CG_MS_SCALP")

# category, hours for each of the care groups above
RESTRICTIONS = """
TOUCH_UNWASHED 24 48 24 12 12 12 12
WASH_AREA 6 6 24 8 8 8 24
MAKEUP 24 48 - 24 - 24 -
SUNSCREEN_START 24 24 24 12 12 12 24
SUN_DIRECT 72 168 72 48 240 48 72
SPF_DAILY 336 672 336 336 240 336 336
SUNBED 336 672 336 336 336 336 336
EXERCISE_HARD 72 72 48 48 48 72 48
SAUNA_STEAM_HOTBATH 72 120 72 72 72 72 72
SWIM_POOL_SEA 120 168 120 72 72 72 120
ALCOHOL 24 48 24 48 48 48 24
RETINOID 168 336 168 72 - 72 -
ACIDS_SCRUBS_BPO 168 336 168 72 72 72 72
VITAMIN_C_SERUM 168 168 - 24 - - -
FACE_BRUSH_DEVICE 168 336 - 168 - 168 -
PICK_SCRATCH 336 336 168 336 336 336 168
MASSAGE_AREA 72 168 72 168 72 72 48
SHAVE_AREA 72 72 72 24 24 24 24
WAX_DEPILATE 336 336 - 168 168 168 -
NSAID_ROUTINE 72 72 72 48 48 48 48
SMOKING 72 72 72 72 72 72 72
TIGHT_CLOTHING_HAT - - 24 - 48 - 24
COMPRESSION_OPTIONAL - - - - - 168 -
HAIR_DYE_CHEMICAL - - 168 - - - 168
MINOXIDIL_TOPICAL - - 24 - - - 24
FLIGHT_LONG - - - 24 - 96 -
DENTAL_WORK - - - 336 - 336 -
"""

# message, care group, hours after the session, kind, length of the text
MESSAGES = """
A_MN_00 CG_MN 0 INFO 129
A_MN_00a CG_MN 0 DO 110
A_MN_00b CG_MN 0 DONT 158
A_MN_06 CG_MN 6 DO 105
A_MN_24 CG_MN 24 DO 108
A_MN_48 CG_MN 48 INFO 136
A_MN_72 CG_MN 72 DO 114
A_MN_7D CG_MN 168 DO 88
A_MN_14D CG_MN 336 INFO 98
A_RF_00 CG_RFMN 0 INFO 144
A_RF_00b CG_RFMN 0 DONT 120
A_RF_24 CG_RFMN 24 DO 88
A_RF_72 CG_RFMN 72 INFO 54
A_RF_7D CG_RFMN 168 INFO 73
A_MNS_00 CG_MN_SCALP 0 DO 87
A_MNS_24 CG_MN_SCALP 24 DO 86
A_MNS_7D CG_MN_SCALP 168 DO 46
A_MF_00 CG_MS_FACE 0 INFO 110
A_MF_00a CG_MS_FACE 0 DONT 124
A_MF_08 CG_MS_FACE 8 DO 85
A_MF_24 CG_MS_FACE 24 DO 89
A_MF_72 CG_MS_FACE 72 DO 75
A_MF_14D CG_MS_FACE 336 INFO 114
A_MB_00 CG_MS_BODY 0 INFO 67
A_MB_00a CG_MS_BODY 0 DONT 137
A_MB_48 CG_MS_BODY 48 DO 103
A_MB_72 CG_MS_BODY 72 DO 107
A_LI_00 CG_LIPO 0 INFO 132
A_LI_00a CG_LIPO 0 DONT 140
A_LI_00b CG_LIPO 0 DO 105
A_LI_48 CG_LIPO 48 INFO 107
A_LI_72 CG_LIPO 72 DO 105
A_LI_14D CG_LIPO 336 INFO 109
A_MH_00 CG_MS_SCALP 0 DO 141
A_MH_24 CG_MS_SCALP 24 DO 73
A_MH_7D CG_MS_SCALP 168 DO 28
"""

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


def test_table_5_1_restrictions(shared: SharedCatalogue) -> None:
    groups = [CareGroup(group) for group in GROUPS]
    found = [cells(one.code, *(one.hours_for(group) for group in groups)) for one in shared.restrictions]
    assert found == rows(RESTRICTIONS)
    assert sum(item.hours for one in shared.restrictions for item in one.hours) == 17952
    meanings = {one.code: one.meaning for one in shared.restrictions if one.meaning != "avoid"}
    assert meanings == {
        "SUNSCREEN_START": "not_before",
        "SPF_DAILY": "must_use",
        "COMPRESSION_OPTIONAL": "optional",
    }


def test_table_5_1_restrictions_of_one_protocol(catalogue: Catalogue) -> None:
    hours = {one.code: one.hours for one in catalogue.protocol("MS_LIPO_BODY").restrictions}
    assert (hours["FLIGHT_LONG"], hours["COMPRESSION_OPTIONAL"], hours["SWIM_POOL_SEA"]) == (96, 168, 72)
    assert "MINOXIDIL_TOPICAL" not in hours


def test_table_5_2_timed_messages(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, one.care_group, one.offset_hours, one.kind, len(one.text)) for one in shared.aftercare
    ]
    assert found == rows(MESSAGES)


def test_table_5_2_messages_are_word_for_word(shared: SharedCatalogue) -> None:
    texts = "\n".join(one.text for one in shared.aftercare)
    assert (
        hashlib.sha256(texts.encode()).hexdigest()
        == "070bee93b157b680b2759b9dd73661aa04e9f77c41a2e51dec6f5d00bbd47bc6"
    )
    assert shared.aftercare[0].text == (
        "Your skin now has thousands of tiny closed points. It will look and feel like mild sunburn for one to "
        "two days. This is expected."
    )


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
    assert (shared.policy("TREND_AFTER_DAY"), shared.policy("TREND_AFTER_DAY_LIPO")) == (2, 4)


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
    assert (bank["Q_SAT"].lowest, bank["Q_SAT"].highest) == (1, 5)
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


def test_dose_numbers_are_decimals(shared: SharedCatalogue) -> None:
    assert all(isinstance(cap.value, Decimal) for limit in shared.dose_limits for cap in limit.caps)

"""Tables 8.1 to 14 of the catalogue: outcomes, reminders, consents, policies, education, sources."""

import hashlib
from decimal import Decimal

from tests.treatments.catalogue.blocks import cells, codes, rows
from treatments.catalogue import Catalogue
from treatments.definitions import SharedCatalogue

# scale, lowest, highest, step, better, scored by, grade
SCALES = """
GB_QUAL 1 4 1 lower C C/R
GB_QUANT 0 84 1 lower C A/R
ECCA 0 540 5 lower C A/R
GAIS 1 5 1 lower P,C A/C
LEMPERLE 0 5 1 lower C A
FWCS 1 9 1 lower C B/R
GLOGAU 1 4 1 lower C B
WSRS 1 5 1 lower C A
LAXITY 0 4 0.5 lower C A/R
MASI 0 48 0.1 lower C A
MMASI 0 24 0.1 lower C A/D
NM_CELL 0 3 1 lower C B
CSS 0 15 1 lower C A/R
CIRC 20 200 0.1 lower C CP
CALIPER 1 100 0.5 lower C CP
SMF_C 0 4 1 lower C A
SMF_P 0 4 1 lower P R
NORWOOD 1 7 1 lower C B
LUDWIG 1 3 1 lower C B
SINCLAIR 1 5 1 lower C R
HAIR_DENS 0 400 1 higher C B/D
HAIR_DIAM 0 150 1 higher C R
HAIR_PULL 0 60 1 lower C B
HAIR_7PT -3 3 1 higher P,C A
STRIAE_Q 0 4 1 higher C A/D
VSS 0 13 1 lower C R
PORE_VAS 0 10 1 lower P,C D
HYDRATION_AU 0 130 0.1 higher C A/R
RADIANCE_VAS 0 10 1 higher P,C D
ELASTICITY 0 1 0.001 higher C A/R
PAIN_VAS 0 10 1 lower P A
SAT_5 1 5 1 higher P CP
DLQI 0 30 1 lower P A/R
FACEQ 0 100 1 higher P A/R
DOWNTIME_D 0 30 1 lower P D
"""

# message, offset before the appointment, channel, grade
REMINDERS = """
P_30 T-30d email D
P_14 T-14d email B
P_14_FST T-14d email B
P_7 T-7d email B
P_5 T-5d app B
P_3 T-72h app B/A
P_2_HSV T-48h app B/A
P_2_PT T-48h app B
P_1 T-24h sms B
P_1_HAIR T-24h sms B/CP
P_1_BODY T-24h sms CP
P_1_SHAVE T-24h sms B
P_2H T-45min sms B
P_2HR T-2h sms D
"""


def test_table_8_1_scales(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, one.lowest, one.highest, one.step, one.better, ",".join(one.scored_by), one.grade)
        for one in shared.scales
    ]
    assert found == rows(SCALES)
    assert [one.code for one in shared.scales if one.is_licensed] == ["DLQI", "FACEQ"]
    assert [one.code for one in shared.scales if one.has_versions] == ["GAIS"]


def test_table_8_2_scales_by_protocol(catalogue: Catalogue, shared: SharedCatalogue) -> None:
    assert len(shared.scale_uses) == 14
    primary = {one.code: codes(one.primary_scales) for one in catalogue.protocols}
    assert primary["MN_ACNE_SCAR"] == ["GB_QUAL"]
    assert primary["MS_HYDRATION"] == ["HYDRATION_AU|RADIANCE_VAS"]
    assert primary["MS_LIPO_SUBMENTAL"] == ["SMF_C"]
    assert primary["MS_HAIR_DUT"] == ["HAIR_DENS"]
    assert codes(catalogue.protocol("MN_ACNE_SCAR").secondary_scales) == [
        "GB_QUANT|ECCA",
        "GAIS",
        "SAT_5",
        "PAIN_VAS",
        "DOWNTIME_D",
    ]
    assert codes(catalogue.protocol("MS_LIPO_BODY").scales) == [
        "GAIS",
        "CIRC",
        "CALIPER",
        "PAIN_VAS",
        "SAT_5",
        "DOWNTIME_D",
    ]
    glogau = [choice for choice in catalogue.protocol("MN_REJUV").secondary_scales if choice.only_at_baseline]
    assert codes(glogau) == ["GLOGAU"]


def test_table_8_2_time_points(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, one.anchor, one.offset_days, "+".join(map(str, one.offset_months)) or None, one.grade)
        for one in shared.outcome_moments
    ]
    assert found == rows("""
        BASE first_session 0 - A
        EACH every_session 0 - D
        MID middle_session 0 - CP
        END30 last_session 30 - A
        END90 last_session 90 - A
        END180 last_session 180 - B/A
        LIPO_DECIDE every_session 56 - A
        HAIR plan_start 0 0+4+6+12 A
    """)


def test_table_8_2_responders_and_photos(shared: SharedCatalogue) -> None:
    found = [
        cells(one.scale, one.change, one.change_percent, one.score_from, one.score_to)
        for one in shared.responders
    ]
    assert found == rows("""
        GB_QUAL -1 - - -
        MMASI - -25 - -
        GAIS - - 1 3
        CSS -2 - - -
        SMF_C -1 - - -
        HAIR_DENS 8 - - -
    """)
    assert len(shared.photo_views) == 12


def test_table_9_1_pretreatment_messages(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, _offset(one.before_days, one.before_minutes), one.channel, one.grade)
        for one in shared.pretreatment
    ]
    assert found == [[row[0], _minutes(row[1]), *row[2:]] for row in rows(REMINDERS)]


def test_table_9_1_messages_are_word_for_word(shared: SharedCatalogue) -> None:
    texts = "\n".join(one.text for one in shared.pretreatment)
    assert (
        hashlib.sha256(texts.encode()).hexdigest()
        == "85bc2915ad57032a51ca6cb44af5238c3de1f003e1a16546e4b970289ed5ba85"
    )


def test_table_9_1_messages_follow_the_protocol(catalogue: Catalogue) -> None:
    texts = {one.code: codes(one.pretreatment) for one in catalogue.protocols}
    assert texts["MS_CELLULITE"] == [
        "P_30",
        "P_14_FST",
        "P_3",
        "P_2_HSV",
        "P_2_PT",
        "P_1",
        "P_1_BODY",
        "P_2HR",
    ]
    assert "P_1_HAIR" in texts["MN_SCALP"]
    assert "P_2H" in texts["MN_SCALP"]
    assert "P_7" not in texts["MS_LIPO_BODY"]
    assert "P_14" in texts["MS_LIPO_BODY"]


def test_rule_9_2_needling_patients_read_nothing_about_teeth_or_vaccines(catalogue: Catalogue) -> None:
    needled = next(one for one in catalogue.protocol("MN_REJUV").pretreatment if one.code == "P_14")
    injected = next(one for one in catalogue.protocol("MS_REJUV").pretreatment if one.code == "P_14")
    assert "dental" not in needled.text
    assert "vaccination" not in needled.text
    assert "dental work or vaccination" in injected.text
    assert set(injected.screening_items) - set(needled.screening_items) == {"DENTAL", "VACCINE"}


def test_table_10_1_consent_items(catalogue: Catalogue, shared: SharedCatalogue) -> None:
    assert len(shared.consents) == 18
    asked = {one.code: set(codes(one.consents)) for one in catalogue.protocols}
    everywhere = set.intersection(*asked.values())
    assert everywhere == {
        "CT_PURPOSE",
        "CT_ALTERN",
        "CT_COMMON",
        "CT_OFFLABEL",
        "CT_FST",
        "CT_PHOTO",
        "CT_MARKETING",
        "CT_DATA",
        "CT_CONTACT",
        "CT_COST",
        "CT_AFTERCARE",
    }
    assert asked["RFMN_SCAR"] - everywhere == {"CT_RARE", "CT_RARE_RF", "CT_NUMB"}
    assert asked["MS_HAIR_DUT"] - everywhere == {"CT_RARE_MS", "CT_DUT", "CT_NUMB"}
    assert [one.code for one in shared.consents if one.is_optional] == ["CT_MARKETING"]
    off_label = next(one for one in shared.consents if one.code == "CT_OFFLABEL")
    assert off_label.outside_label_tags == ("MN",)


def test_table_10_1_rules(shared: SharedCatalogue) -> None:
    names = (
        "CONSENT_COOLING_OFF_H",
        "CONSENT_COOLING_OFF_OVER_SESSIONS",
        "CONSENT_COOLING_OFF_REPEAT_H",
        "CONSENT_VALID_D",
    )
    assert [shared.policy(name) for name in names] == [24, 3, 0, 365]


def test_table_10_2_retention(shared: SharedCatalogue) -> None:
    assert [cells(one.code, one.keep_years, one.least_years) for one in shared.retention] == rows("""
        MEDICAL_HISTORY 8 -
        CONSENT 8 -
        SESSION_LOG 8 -
        PRODUCT_TRACE 10 8
        DEVICE_TRACE 8 -
        PHOTOS 8 -
        AFTERCARE_GIVEN 8 -
        ADVERSE_REACTION 10 -
        REPORTER_FIELDS 10 -
        PRACTITIONER 8 -
        ROOM_HYGIENE 3 -
        INCIDENT 8 -
    """)


def test_table_11_rules_and_policies(shared: SharedCatalogue) -> None:
    assert [one.code for one in shared.rules if one.code.startswith("BR-")] == [
        f"BR-{n:02d}" for n in range(1, 15)
    ]
    assert shared.policy("SCREENING_ANSWERS_FRESH_H") == 96
    assert [shared.policy(f"MESSAGES_{end}_HOUR") for end in ("FROM", "TO")] == [8, 21]
    assert [shared.policy(f"AGE_{name}") for name in ("MINIMUM", "MN_LABEL")] == [18, 22]
    assert [shared.policy(name) for name in ("MIX_USE_WITHIN_MIN", "BLEEDING_FLAG_S")] == [60, 1800]
    assert shared.policy("FEVER_C") == Decimal("38.0")


#: Every number behind a rule, with the table that it comes from beside it in the file.
POLICIES = """
AGE_MINIMUM 18
AGE_MN_LABEL 22
MESSAGES_FROM_HOUR 8
MESSAGES_TO_HOUR 21
SCREENING_SENT_BEFORE_H 72
SCREENING_ANSWERS_FRESH_H 96
SCREENING_FULL_VALID_D 365
PATCH_TEST_LATE_ASK_H 96
MIX_USE_WITHIN_MIN 60
MIX_PH_FROM 5
MIX_PH_TO 8
MIX_PH_IDEAL 7.4
DERMAL_POINT_FROM_ML 0.01
DERMAL_POINT_TO_ML 0.05
BLEEDING_FLAG_S 1800
FEVER_C 38.0
ENVELOPE_AMBER_FROM 1
ENVELOPE_SAME_DAY_FROM 3
ENVELOPE_AMBER_WITHIN_H 24
TREND_RISE 2
TREND_AFTER_DAY 2
TREND_AFTER_DAY_LIPO 4
URGENCY_EMERGENCY_H 0
URGENCY_SAME_DAY_H 4
URGENCY_NEXT_DAY_H 24
URGENCY_SOON_H 72
URGENCY_ROUTINE_H 168
CHECK_TASK_AT_TIMES 2
LATE_WORDING_FROM_H 504
CONSENT_COOLING_OFF_H 24
CONSENT_COOLING_OFF_OVER_SESSIONS 3
CONSENT_COOLING_OFF_REPEAT_H 0
CONSENT_VALID_D 365
SKIN_TYPE_DEPTH_STEP_MM 0.25
PHOTO_SCALP_POINTS 4
NTM_WINDOW_FIRM_D 84
"""


def test_table_11_every_number_behind_a_rule(shared: SharedCatalogue) -> None:
    assert [cells(one.code, one.value) for one in shared.policies] == rows(POLICIES)


def test_table_11_countries(catalogue: Catalogue) -> None:
    off = {one.code: codes(one.countries_off) for one in catalogue.protocols if one.countries_off}
    assert off == {"MS_LIPO_BODY": ["US"]}


def test_table_12_education(shared: SharedCatalogue) -> None:
    assert codes(shared.comparisons) == ["HOW", "BEST_FOR", "SESSION", "RECOVERY", "WHO", "TOGETHER"]
    assert len(shared.claims) == 11
    face = next(one for one in shared.claims if one.code == "MS_FACE")
    assert 'Say "may help"' in face.status


def test_table_13_sources(shared: SharedCatalogue) -> None:
    assert len(shared.sources) == 76
    names = [name for one in shared.sources for name in one.names]
    assert {"Harris 2015", "Kybella label", "DrOracle", "product brief"} <= set(names)


def test_table_14_open_questions(shared: SharedCatalogue) -> None:
    assert len(shared.open_questions) == 22


def test_grades_of_the_whole_catalogue(catalogue: Catalogue) -> None:
    fewest = min(len(one.values_to_check()) for one in catalogue.protocols)
    assert fewest > 100
    for entry in catalogue.shared.entries():
        assert entry.grade or entry.kind == "open_questions"


def _minutes(written: str) -> str:
    number = written.removeprefix("T-")
    for unit, minutes in (("min", 1), ("h", 60), ("d", 24 * 60)):
        if number.endswith(unit):
            return str(int(number.removesuffix(unit)) * minutes)
    raise AssertionError(written)


def _offset(days: int, minutes: int) -> int:
    return days * 24 * 60 + minutes

"""Tables 2.1 to 2.8 of the catalogue: zones, depths, products, techniques, limits, record fields."""

from decimal import Decimal

from tests.treatments.catalogue.blocks import cells, codes, rows
from treatments.catalogue import Catalogue
from treatments.definitions import ParameterRange, SharedCatalogue, Zone

# zone, region, sides, needle low high soft cap (mm), injected typical and most (mL), lipolysis
ZONES = """
F_FOREHEAD face M 0.50 1.00 1.50 2.00 0.5 1.0 no
F_GLABELLA face M 0.50 1.00 1.00 1.50 0.1 0.3 no
F_TEMPLE face LR 0.50 1.00 1.50 2.00 0.2 0.4 no
F_CROWS_FEET face LR 0.25 0.50 0.75 1.00 0.2 0.4 no
F_INFRAORBITAL face LR 0.25 0.50 0.50 0.75 0.1 0.2 no
F_UPPER_EYELID face LR 0 0 0 0 0 0 no
F_NOSE_DORSUM face M 0.25 0.50 0.75 1.00 0.1 0.2 no
F_NOSE_ALAR face M 0.50 1.00 1.50 1.50 0.1 0.2 no
F_CHEEK_MEDIAL face LR 0.50 1.50 1.50 2.50 0.5 1.0 no
F_CHEEK_LATERAL face LR 0.50 1.50 2.00 2.50 0.5 1.0 no
F_NASOLABIAL face LR 0.50 1.50 1.50 2.00 0.2 0.4 no
F_UPPER_LIP face M 0.50 1.00 1.00 1.50 0.2 0.4 no
F_LIP_RED face M 0 0 0 0 0.1 0.2 no
F_CHIN face M 0.50 1.50 1.50 2.00 0.2 0.5 no
F_JAWLINE face LR 0.50 1.50 1.50 2.00 0.3 0.5 no
N_SUBMENTAL neck M 0.50 1.00 1.50 1.50 0.5 1.0 yes
N_ANTERIOR neck M 0.50 1.00 1.00 1.50 0.5 1.0 no
N_LATERAL neck LR 0.50 1.00 1.00 1.50 0.3 0.6 no
C_DECOLLETE chest M 0.50 1.00 1.50 1.50 1.0 2.0 no
C_BREAST chest LR 1.00 1.50 1.50 2.00 0 0 no
H_DORSUM hand LR 0.50 1.00 1.00 1.50 0.5 1.0 no
S_FRONTAL scalp M 0.50 1.25 1.50 2.50 0.5 1.0 no
S_MIDSCALP scalp M 0.50 1.25 1.50 2.50 0.5 1.0 no
S_VERTEX scalp M 0.50 1.25 1.50 2.50 0.5 1.0 no
S_TEMPORAL scalp LR 0.50 1.25 1.50 2.00 0.3 0.5 no
S_PARIETAL scalp LR 0.50 1.25 1.50 2.50 0.3 0.5 no
S_OCCIPITAL scalp M 0.50 1.25 1.50 2.50 0.3 0.5 no
B_UPPER_ARM body LR 1.00 2.00 2.00 2.50 2.0 4.0 yes
B_ABDOMEN_UP body M 1.00 2.50 2.50 2.50 3.0 6.0 yes
B_ABDOMEN_LOW body M 1.00 2.50 2.50 2.50 3.0 6.0 yes
B_FLANK body LR 1.00 2.50 2.50 2.50 2.0 5.0 yes
B_BACK_UPPER body M 1.00 2.00 2.00 2.50 2.0 4.0 no
B_BRA_ROLL body LR 1.00 2.00 2.00 2.50 1.0 3.0 yes
B_LUMBAR body M 1.00 2.50 2.50 2.50 2.0 5.0 no
B_BUTTOCK body LR 1.50 2.50 2.50 2.50 3.0 6.0 no
B_THIGH_OUTER body LR 1.50 2.50 2.50 2.50 3.0 6.0 yes
B_THIGH_INNER body LR 1.00 2.00 2.00 2.50 2.0 5.0 yes
B_THIGH_FRONT body LR 1.00 2.50 2.50 2.50 2.0 5.0 no
B_THIGH_BACK body LR 1.00 2.50 2.50 2.50 2.0 5.0 no
B_KNEE_INNER body LR 1.00 2.00 2.00 2.50 1.0 3.0 yes
B_CALF body LR 1.00 2.00 2.00 2.50 1.0 3.0 no
"""

# protocol, usual depth low and high (mm), grade of the depth
INDICATIONS = """
MN_ACNE_SCAR 1.00 2.50 A/A/C
MN_OTHER_SCAR 1.00 2.50 D
MN_WRINKLE 0.50 1.50 B/C
MN_PIGMENT 0.25 1.00 CP
MN_MELASMA 0.25 1.00 CP/R
MN_PORE_TEXTURE 0.50 1.00 CP
MN_STRIAE 1.00 2.50 C
MN_REJUV 0.50 1.50 B
MN_SCALP 0.50 1.50 A
RFMN_SCAR 1.00 3.50 CP
RFMN_LAXITY 0.50 3.50 A/CP
"""


def test_table_2_1_fields_of_a_needling_record(shared: SharedCatalogue) -> None:
    fields = {one.code: one for one in shared.record_fields}
    assert len(fields) == 60
    assert cells(*_bounds(fields["needle_count"])) == ["1", "81", "-", "12"]
    assert cells(*_bounds(fields["depth_mm"])) == ["0.25", "2.50", "0.25", ""]
    assert cells(*_bounds(fields["rf_depth_mm"])) == ["0.25", "3.50", "0.25", ""]
    assert cells(*_bounds(fields["speed"])) == ["1000", "20000", "-", ""]
    assert cells(*_bounds(fields["passes"])) == ["1", "20", "-", "4"]
    assert fields["endpoint"].allowed == (
        "NONE",
        "MILD_ERYTHEMA",
        "EVEN_ERYTHEMA",
        "PINPOINT_BLEED",
        "EXCESS_BLEED",
    )
    per_zone = [code for code, field in fields.items() if field.is_per_zone and "MN" in field.records]
    assert per_zone == ["depth_mm", "passes", "endpoint"]


def test_table_2_2_zone_map(shared: SharedCatalogue) -> None:
    assert [_zone_cells(zone) for zone in shared.zones] == [
        [
            cell if index in (0, 1, 2, 9) else format(Decimal(cell).normalize(), "f")
            for index, cell in enumerate(row)
        ]
        for row in rows(ZONES)
    ]
    assert len(shared.zones) == 41


def test_table_2_2_never_needled_never_injected(shared: SharedCatalogue) -> None:
    assert [zone.code for zone in shared.zones if zone.needle is None] == ["F_UPPER_EYELID", "F_LIP_RED"]
    assert [zone.code for zone in shared.zones if zone.volume is None] == ["F_UPPER_EYELID", "C_BREAST"]


def test_table_2_2_depth_by_indication(catalogue: Catalogue) -> None:
    found = {
        one.code: cells(one.code, one.depth.low, one.depth.high) for one in catalogue.protocols if one.depth
    }
    assert found == {row[0]: row[:3] for row in rows(INDICATIONS)}
    assert len(found) == 11


def test_table_2_2_the_lower_of_zone_and_indication(catalogue: Catalogue) -> None:
    scars = catalogue.protocol("MN_ACNE_SCAR")
    assert _needle(scars.zone("F_INFRAORBITAL")) == ["0.25", "0.50", "0.50", "0.75"]
    assert _needle(scars.zone("F_CHEEK_LATERAL")) == ["0.50", "1.50", "2.00", "2.50"]
    melasma = catalogue.protocol("MN_MELASMA")
    assert _needle(melasma.zone("F_CHEEK_LATERAL")) == ["0.25", "1.00", "2.00", "2.50"]


def test_table_2_2_skin_type_adjustment(shared: SharedCatalogue) -> None:
    adjusted = {
        one.code: (one.depth_less_mm, one.signoff_above_mm, one.first_session_passes)
        for one in shared.skin_types
        if one.is_cautious
    }
    assert adjusted == dict.fromkeys(("IV", "V", "VI"), (Decimal("0.25"), Decimal("1.50"), 4))


def test_table_2_2_zones_follow_the_treatment(catalogue: Catalogue) -> None:
    assert codes(catalogue.protocol("MS_LIPO_SUBMENTAL").zones) == ["N_SUBMENTAL"]
    assert codes(catalogue.protocol("MS_LIPO_BODY").zones) == [
        "B_UPPER_ARM",
        "B_ABDOMEN_UP",
        "B_ABDOMEN_LOW",
        "B_FLANK",
        "B_BRA_ROLL",
        "B_THIGH_OUTER",
        "B_THIGH_INNER",
        "B_KNEE_INNER",
    ]
    scalp = catalogue.protocol("MN_SCALP").zones
    assert {zone.region for zone in scalp} == {"scalp"}
    assert all(zone.volume is None for zone in scalp)
    assert all(zone.needle is None for zone in catalogue.protocol("MS_HAIR").zones)


def test_table_2_2_rf_hints(shared: SharedCatalogue) -> None:
    assert [cells(one.code, one.at_least_mm, one.is_maximum) for one in shared.rf_hints] == rows("""
        FOREHEAD_TEMPLE 1.5 no
        MALAR 1.0 no
        NASAL_SIDE_WALL 2.0 yes
        PERIORAL 0.5 no
        NECK 1.5 no
    """)


def test_table_2_3_endpoint_by_depth(shared: SharedCatalogue) -> None:
    assert [(one.depth_from_mm, one.depth_to_mm, one.expected, one.grade) for one in shared.endpoints] == [
        (Decimal("0.25"), Decimal("0.50"), ("MILD_ERYTHEMA",), "CP"),
        (Decimal("0.51"), Decimal("1.00"), ("EVEN_ERYTHEMA",), "CP"),
        (Decimal("1.01"), Decimal("2.50"), ("EVEN_ERYTHEMA", "PINPOINT_BLEED"), "C"),
    ]


def test_table_2_4_topicals(shared: SharedCatalogue) -> None:
    assert [
        cells(one.code, one.during, one.after, one.after_hours, one.grade) for one in shared.topicals
    ] == rows("""
        GLIDE allowed allowed - A
        TXA_STERILE signoff signoff - A
        VITAMIN_C warn wait 72 A
        PEPTIDES_GROWTH_FACTORS warn wait 24 B
        PRP signoff signoff - D
        EXOSOMES_ACIDS_COLOUR refuse refuse 24 A
    """)


def test_table_2_5_fields_of_an_injection_record(shared: SharedCatalogue) -> None:
    fields = {one.code: one for one in shared.record_fields}
    assert cells(*_bounds(fields["needle_gauge"])) == ["27", "33", "-", ""]
    assert fields["needle_length_mm"].allowed == ("4", "6", "12", "13")
    assert cells(*_bounds(fields["injection_depth_mm"])) == ["0.5", "13.0", "-", ""]
    assert cells(*_bounds(fields["spacing_mm"])) == ["2", "25", "-", ""]
    assert cells(*_bounds(fields["points"])) == ["1", "500", "-", ""]
    assert cells(*_bounds(fields["vol_per_point_ml"])) == ["0.005", "0.300", "-", ""]
    assert cells(*_bounds(fields["observation_min"])) == ["15", "-", "-", ""]


def test_table_2_6_techniques(shared: SharedCatalogue) -> None:
    found = [
        cells(
            one.code,
            one.depth_from_mm,
            one.depth_to_mm,
            one.spacing_from_mm,
            one.spacing_to_mm,
            one.point_from_ml,
            one.point_to_ml,
        )
        for one in shared.techniques
    ]
    assert found == rows("""
        EPIDERMAL 0.1 1.0 2 4 - -
        NAPPAGE 2 4 2 4 0.005 0.02
        PAPULE 1 2 10 10 0.01 0.05
        POINT 4 12 10 25 0.05 0.2
        LINEAR 2 2 5 10 0.02 0.1
        DEEP45 9 13 10 20 0.1 0.3
        LIPO_GRID 6 13 10 10 - 0.2
    """)


def test_table_2_6_hard_dose_limits(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, cap.measure, cap.value, cap.is_floor)
        for one in shared.dose_limits
        for cap in one.caps
    ]
    assert found == rows("""
        LIM_TXA_POINT ml_per_point 0.05 no
        LIM_TXA_POINT min_spacing_mm 10 yes
        LIM_TXA_SESSION ml_per_session 2 no
        LIM_TXA_SESSION mg_per_session 200 no
        LIM_DCA_POINT ml_per_point 0.2 no
        LIM_DCA_POINT min_spacing_mm 10 yes
        LIM_DCA_POINT mg_per_cm2 2 no
        LIM_DCA_SESSION points_per_session 50 no
        LIM_DCA_SESSION ml_per_session 10 no
        LIM_DCA_SESSION mg_per_session 100 no
        LIM_DCA_COURSE sessions_per_course 6 no
        LIM_DCA_COURSE min_days_between 30 yes
        LIM_DCA_ANATOMY keep_away_from_mm 10 yes
        LIM_DCA_ANATOMY keep_away_to_mm 15 yes
        LIM_PCDC_POINT ml_per_point 0.3 no
        LIM_PCDC_POINT face_share 0.5 no
        LIM_PCDC_SESSION mg_per_session 2500 no
        LIM_PCDC_GAP min_days_between 28 yes
        LIM_FACE_TOTAL ml_per_session 5 no
        LIM_BOOST_TOTAL ml_per_session 3 no
        LIM_SCALP_TOTAL ml_per_session 5 no
        LIM_SCALP_TOTAL mg_per_session 1 no
        LIM_CELL_TOTAL ml_per_session 20 no
        LIM_LIDO mg_per_kg 4.5 no
        LIM_LIDO mg_per_kg_with_adrenaline 7 no
        LIM_LIDO min_hours_after_cream 4 yes
    """)
    assert len(shared.dose_limits) == 15
    strengths = next(one for one in shared.dose_limits if one.code == "LIM_TXA_CONC")
    assert (strengths.preset_mg_per_ml, strengths.other_strength) == ((4, 50, 100), "SIGNOFF")


def test_table_2_6_limits_follow_the_protocol(catalogue: Catalogue) -> None:
    assert codes(catalogue.protocol("MS_LIPO_BODY").dose_limits) == [
        "LIM_PCDC_POINT",
        "LIM_PCDC_SESSION",
        "LIM_PCDC_GAP",
        "LIM_LIDO",
    ]
    assert codes(catalogue.protocol("MN_REJUV").dose_limits) == []


def test_table_2_7_numbing_agents(shared: SharedCatalogue) -> None:
    found = [
        cells(
            one.code, one.minutes_minimum, one.minutes_usual, one.minutes_maximum, one.is_occluded, one.cap_g
        )
        for one in shared.numbing_agents
    ]
    assert found == rows("""
        NUMB_NONE 0 0 0 no -
        NUMB_EMLA 45 60 120 yes 60
        NUMB_LIDO4 20 30 60 no -
        NUMB_LIDO5 20 30 60 no -
        NUMB_BLT 15 20 30 no -
    """)
    emla, lido4 = shared.numbing_agents[1], shared.numbing_agents[2]
    assert (emla.cap_area_cm2, emla.face_cap_g, lido4.clinic_cap_g) == (400, 10, 10)
    assert emla.blocked_by == ("CAINE_ALLERGY", "METHB_G6PD")
    assert shared.numbing_agents[4].severity == "SIGNOFF"


def test_table_2_8_mixture_classes(shared: SharedCatalogue) -> None:
    classes = {one.code: one for one in shared.mixture_classes}
    assert len(classes) == 18
    assert {code: one.presets for code, one in classes.items() if one.presets} == {
        "TXA": (4, 50, 100),
        "PC": (50,),
        "DC": (10, 25),
        "DUTASTERIDE": (Decimal("0.5"),),
    }
    assert classes["HYALURONIDASE"].screening_items == ("VENOM",)
    assert classes["PC"].screening_items == ("SOY_EGG",)


def test_table_2_8_templates_never_ship_an_amount(shared: SharedCatalogue) -> None:
    found = {one.code: [part.mixture_class for part in one.components] for one in shared.mixtures}
    assert len(found) == 10
    assert found["TPL_CELL"] == ["CAFFEINE", "LCARNITINE", "PROCAINE_LIDO", "HYALURONIDASE"]
    assert found["TPL_PCDC"] == ["PC", "DC"]
    hydra = shared.mixtures[0]
    assert [part.mixture_class for part in hydra.alone] == ["NCTF_TYPE"]
    assert not any(hasattr(part, "amount") for one in shared.mixtures for part in one.components)


def _zone_cells(zone: Zone) -> list[str]:
    needle = (
        [zone.needle.low, zone.needle.high, zone.needle.soft, zone.needle.cap] if zone.needle else [0] * 4
    )
    volume = [zone.volume.high, zone.volume.cap] if zone.volume else [0] * 2
    numbers = [format(Decimal(number).normalize(), "f") for number in (*needle, *volume)]
    return [zone.code, str(zone.region), "".join(zone.sides), *numbers, *cells(zone.is_lipolysis_allowed)]


def _needle(zone: Zone | None) -> list[str]:
    assert zone is not None
    needle: ParameterRange | None = zone.needle
    assert needle is not None
    return cells(needle.low, needle.high, needle.soft, needle.cap)


def _bounds(field: object) -> list[object]:
    return [getattr(field, name) for name in ("minimum", "maximum", "step", "default")]

"""Tables 2.1 to 2.5 of the catalogue: record fields, zones, depths, endpoints."""

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
    assert cells(*_bounds(fields["pain_vas_max"])) == ["0", "10", "-", ""]
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


def test_table_2_2_injected_volume_has_no_room_beyond_its_limit(shared: SharedCatalogue) -> None:
    volumes = [zone.volume for zone in shared.zones if zone.volume is not None]
    assert {(one.low, one.cap - one.soft) for one in volumes} == {(Decimal(0), Decimal(0))}


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


def test_table_2_5_fields_of_an_injection_record(shared: SharedCatalogue) -> None:
    fields = {one.code: one for one in shared.record_fields}
    assert cells(*_bounds(fields["needle_gauge"])) == ["27", "33", "-", ""]
    assert fields["needle_length_mm"].allowed == ("4", "6", "12", "13")
    assert cells(*_bounds(fields["injection_depth_mm"])) == ["0.5", "13.0", "-", ""]
    assert cells(*_bounds(fields["spacing_mm"])) == ["2", "25", "-", ""]
    assert cells(*_bounds(fields["points"])) == ["1", "500", "-", ""]
    assert cells(*_bounds(fields["vol_per_point_ml"])) == ["0.005", "0.300", "-", ""]
    assert cells(*_bounds(fields["observation_min"])) == ["15", "-", "-", ""]


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

"""Tables 4.1 to 4.3 of the catalogue: wash-outs and touching zones."""

from tests.treatments.catalogue.blocks import cells, rows
from treatments.definitions import Family, SharedCatalogue

# earlier treatment, then least and recommended days before MN, RFMN, MS, LIPO, grade
BEFORE = """
MN 28 30 28 42 14 28 28 28 A/D
RFMN 28 42 28 42 28 28 42 56 D
MS 14 14 14 28 7 14 14 28 B
LIPO 28 42 42 56 28 28 28 42 B/D
BTX 14 14 14 14 7 14 14 14 B
FILLER_HA 14 28 28 28 14 28 14 28 B
BIOSTIM_THREAD 90 90 90 180 28 90 28 90 CP
PEEL_SUP 14 14 14 28 14 14 0 7 B
PEEL_MED 28 42 42 56 28 28 14 28 B
PEEL_DEEP 90 180 90 180 90 90 28 28 B
LASER_NONABL 14 28 28 28 14 14 14 14 B/D
LASER_ABL 90 180 90 180 90 90 28 28 B
IPL_LHR 14 14 14 28 14 14 7 14 B/D
RF_HIFU 28 28 28 42 14 28 14 28 CP
CRYO 28 28 28 28 28 28 56 84 CP
MICRODERM 14 14 14 14 7 14 0 7 B
FACIAL 7 7 7 7 3 7 0 0 CP
WAX 3 7 7 14 3 7 3 3 B
TATTOO_PMU 28 42 28 42 28 28 28 28 CP
SURGERY 90 180 180 180 90 180 180 180 B
FACELIFT 365 365 365 365 180 365 365 365 B
PRP 28 28 28 28 14 28 28 28 CP
DENTAL 0 0 0 0 14 14 14 14 B
VACCINE 0 0 0 0 0 14 0 14 B
TAN 3 14 14 28 3 14 3 14 B/D
"""


# next treatment, then least days after MN, RFMN, MS, LIPO, grade
AFTER = """
MN 28 28 14 28 A/D
RFMN 28 28 14 42 D
MS 14 28 7 28 D
LIPO 28 42 14 28 D
BTX 14 14 14 14 C/B
FILLER_HA 14 28 14 28 B
BIOSTIM_THREAD 28 42 28 56 CP
PEEL_SUP 14 28 14 14 B
PEEL_DEEP 42 90 28 28 CP
LASER_NONABL 28 28 14 14 B/CP
RF_HIFU 28 28 14 14 B
MICRODERM 14 14 14 7 CP
WAX 14 14 7 7 B
SHAVE 3 3 1 1 B
TATTOO_PMU 28 42 28 28 CP
TAN 14 28 14 14 B
DENTAL 0 0 14 14 B
VACCINE 0 0 0 0 B
"""


def test_table_4_1_something_earlier_then_ours(shared: SharedCatalogue) -> None:
    found = [
        cells(
            one.code,
            *(days for family in Family for days in (one.gap(family).min_days, one.gap(family).rec_days)),
            one.grade,
        )
        for one in shared.wash_outs
    ]
    assert found == rows(BEFORE)
    assert len(found) == 25
    assert {one.code: one.scope for one in shared.wash_outs if one.scope != "zone"} == {
        "DENTAL": "face",
        "VACCINE": "body",
    }


def test_table_4_2_ours_then_something_else(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, *(one.min_days(family) for family in Family), one.grade)
        for one in shared.wash_outs_after
    ]
    assert found == rows(AFTER)
    assert len(found) == 18
    vaccine = next(one for one in shared.wash_outs_after if one.code == "VACCINE")
    assert (vaccine.advise_days, vaccine.never_blocks) == (14, True)


def test_table_4_3_touching_zones(shared: SharedCatalogue) -> None:
    assert shared.touching("F_NASOLABIAL") == {
        "F_NASOLABIAL",
        "F_CHEEK_MEDIAL",
        "F_CHEEK_LATERAL",
        "F_UPPER_LIP",
        "F_LIP_RED",
    }
    assert shared.touching("N_SUBMENTAL") == {"N_SUBMENTAL", "F_CHIN", "F_JAWLINE", "N_ANTERIOR"}
    assert len(shared.touching("S_VERTEX")) == 6
    assert shared.touching("B_FLANK") == {"B_FLANK"}
    assert all(
        zone.code in shared.touching(other) for zone in shared.zones for other in shared.touching(zone.code)
    )

"""Tables 3.1 to 3.5 of the catalogue: screening, skin types, patch tests."""

from decimal import Decimal

from tests.treatments.catalogue.blocks import cells, codes, rows
from treatments.catalogue import Catalogue
from treatments.definitions import ScreeningItem, SharedCatalogue

# code, applies, F first or S every session, severity, hard days, advise days, grade
ITEMS = """
AGE_U18 ALL F BLOCK - - A/B
AGE_18_21 MN F SIGNOFF - - A
PREGNANT ALL S BLOCK - - B
BREASTFEED ALL S BLOCK - - B
CONTRACEPTION MS F SIGNOFF - - B/R
ISO_CURRENT ALL S BLOCK - - B
ISO_PAST ALL F SIGNOFF 180 - A
RETINOID_RX ALL S SIGNOFF 2 7 B
RETINOL_OTC ALL S ADVISE 1 5 B
ACIDS ALL S ADVISE 2 5 B
SUNBURN ALL S BLOCK - - B
TAN_RECENT ALL S SIGNOFF 3 14 B
SELF_TAN MN S SIGNOFF 2 14 B
SKIN_INFECTION ALL S BLOCK - - A/B
HSV_ACTIVE ALL S BLOCK 14 - B/D
HSV_HISTORY ALL F SIGNOFF - - A
FEVER_ILL ALL S SIGNOFF 14 - B
ACNE_ACTIVE MN S BLOCK - - B
ROSACEA_ACTIVE ALL S BLOCK - - B
ECZEMA_ZONE ALL S BLOCK - - B
PSORIASIS ALL F SIGNOFF - - B
VITILIGO_LP ALL F SIGNOFF - - CP
OPEN_WOUND ALL S BLOCK - - B
SKIN_CANCER ALL F BLOCK - - B
AK_MOLES MN F SIGNOFF - - B
KELOID ALL F SIGNOFF - - B
SCAR_FRESH MN F SIGNOFF 180 - B
BLEEDING_DISORDER ALL F BLOCK - - B
ANTICOAG ALL S SIGNOFF - - A/B
ANTIPLATELET ALL S SIGNOFF - - A
NSAID ALL S ADVISE 3 7 B
SUPPLEMENTS ALL S ADVISE 3 7 B
ALCOHOL ALL S ADVISE 1 - B
DIABETES_UNCTRL ALL F BLOCK - - B
DIABETES ALL F SIGNOFF - - B
IMMUNE ALL F SIGNOFF - - B
CHEMO_RT ALL F BLOCK 180 365 B/CP
AUTOIMMUNE ALL F SIGNOFF - - B
SCLERODERMA ALL F BLOCK - - B
CARDIAC ALL F SIGNOFF - - B/CP
PACEMAKER RF F BLOCK - - B
STROKE_CLOT TXA F BLOCK - - A
HORMONAL_PILL TXA F SIGNOFF - - A/CP
LIVER_KIDNEY MS F SIGNOFF - - B
GALLSTONE LIPO F SIGNOFF - - C
BMI30 LIPO F SIGNOFF - - B
DYSPHAGIA LIPO F SIGNOFF - - B
FACIAL_PALSY LIPO F SIGNOFF - - B
NECK_MASS LIPO F SIGNOFF - - A
METAL_ALLERGY MN F BLOCK - - B
NICKEL MN F SIGNOFF - - A
CAINE_ALLERGY NUMB F BLOCK - - B
METHB_G6PD NUMB F BLOCK - - C/B
ANTIARRHYTHMIC NUMB F SIGNOFF - - B
ANAPHYLAXIS_HX ALL F SIGNOFF - - CP
VENOM COMP:HYALURONIDASE F BLOCK - - B
SOY_EGG COMP:PC F BLOCK - - CP
FISH COMP:PDRN_PN F BLOCK - - CP
SULPHITE_PRES MS F SIGNOFF - - A
COSMETIC_REACT MN F SIGNOFF - - A
EPILEPSY MS F SIGNOFF - - CP
FAINT ALL F ADVISE - - CP
HYPOTENSION COMP:MINOXIDIL_INJ F SIGNOFF - - CP
FATHERING DUT F SIGNOFF - - R
BLOOD_DONOR DUT F ADVISE 180 - R
SCALP_DISEASE HAIR F BLOCK - - C
TATTOO_PMU MN F SIGNOFF - - B
BTX_RECENT ALL S SIGNOFF 14 - B
FILLER_RECENT ALL S SIGNOFF 14 28 B
THREAD_BIOSTIM ALL S SIGNOFF 90 - CP
PEEL_RECENT ALL S SIGNOFF 14 28 B
LASER_RECENT ALL S SIGNOFF 14 28 B
WAX_RECENT ALL S SIGNOFF 3 7 B
DERMAB_RECENT ALL S ADVISE 7 14 B
SURGERY_RECENT ALL F SIGNOFF 90 365 B
DENTAL MS S ADVISE 14 - B
VACCINE MS S ADVISE 14 - B
PREV_SESSION ALL S BLOCK - - D
PREV_BAD ALL F SIGNOFF - - D
EVENT_SOON ALL S ADVISE 3 7 B
SUN_HOLIDAY ALL S ADVISE 14 - B
SMOKING ALL F ADVISE - - B
BDD ALL F SIGNOFF - - B
EXPECTATION ALL F ADVISE - - S
"""


# Where the rule beside an item widens it: other mesotherapy, and numbing for epilepsy.
WIDENED = {"STROKE_CLOT": "TXA+MS", "EPILEPSY": "MS+NUMB"}


def test_table_3_1_moments(shared: SharedCatalogue) -> None:
    assert [
        cells(one.code, one.valid_days, one.before_minutes, one.grade) for one in shared.screening_moments
    ] == rows(
        """
        FIRST 365 - D
        EVERY - 4320 B
        NEW_PROTOCOL - - D
        OPEN_REACTION - - B
    """
    )


def test_table_3_2_screening_items(shared: SharedCatalogue) -> None:
    expected = [[row[0], WIDENED.get(row[0], row[1]), *row[2:]] for row in rows(ITEMS)]
    assert [_item_cells(item) for item in shared.screening] == expected
    assert len(expected) == 84


def test_table_3_2_severities_in_sum(shared: SharedCatalogue) -> None:
    severities = [str(item.severity) for item in shared.screening]
    assert {one: severities.count(one) for one in set(severities)} == {
        "SIGNOFF": 44,
        "BLOCK": 26,
        "ADVISE": 14,
    }
    assert sum(item.asked == "every" for item in shared.screening) == 33


def test_table_3_2_zone_items_remove_zones(shared: SharedCatalogue) -> None:
    assert [item.code for item in shared.screening if item.is_zone] == [
        "ACNE_ACTIVE",
        "ROSACEA_ACTIVE",
        "ECZEMA_ZONE",
        "OPEN_WOUND",
        "AK_MOLES",
        "TATTOO_PMU",
    ]


def test_table_3_2_agent_items_block_the_agent(shared: SharedCatalogue) -> None:
    agents = {item.code: item.numbing_agents for item in shared.screening if item.is_agent}
    assert agents["METHB_G6PD"] == ("NUMB_EMLA", "NUMB_BLT")
    assert set(agents) == {"CAINE_ALLERGY", "METHB_G6PD", "ANTIARRHYTHMIC"}


def test_table_3_2_exceptions(shared: SharedCatalogue) -> None:
    found = [
        cells(
            item.code,
            one.answer,
            "+".join(one.tags) or None,
            "+".join((*one.components, *one.zones)) or None,
            one.severity,
            one.unless_role,
            one.hard_days,
            one.is_zone,
            one.is_clinic_choice,
        )
        for item in shared.screening
        for one in item.exceptions
    ]
    assert found == rows("""
        BREASTFEED - MN - SIGNOFF - - no yes
        CONTRACEPTION - DUT - BLOCK - - no no
        ISO_PAST - - - BLOCK - 180 no yes
        FEVER_ILL now - - BLOCK - - no no
        ROSACEA_ACTIVE quiet - - SIGNOFF - - no no
        PSORIASIS in_zone - - BLOCK - - yes no
        KELOID own MN+RF - BLOCK - - no no
        ALCOHOL intoxicated - - BLOCK - - no no
        IMMUNE - LIPO+MS - BLOCK DOC - no no
        CARDIAC - - CAFFEINE+AMINOPHYLLINE+MINOXIDIL_INJ BLOCK DOC - no no
        STROKE_CLOT - - - SIGNOFF - - no no
        LIVER_KIDNEY - LIPO - BLOCK - - no no
        DYSPHAGIA - - N_SUBMENTAL BLOCK - - no no
        FACIAL_PALSY - - N_SUBMENTAL BLOCK - - no no
        ANAPHYLAXIS_HX - MS - BLOCK DOC - no no
        FATHERING may_conceive - - BLOCK - - no no
        PEEL_RECENT medium - - SIGNOFF - 28 no no
        PEEL_RECENT deep - - SIGNOFF - 90 no no
        LASER_RECENT ablative - - SIGNOFF - 90 no no
        SURGERY_RECENT facelift - - SIGNOFF - 365 no no
        PREV_SESSION symptoms - - SIGNOFF - - no no
        EVENT_SOON - LIPO - ADVISE - 14 no no
    """)


def test_table_3_2_items_follow_the_protocol(catalogue: Catalogue) -> None:
    asked = {one.code: set(codes(one.screening)) for one in catalogue.protocols}
    assert "PACEMAKER" in asked["RFMN_SCAR"]
    assert "METAL_ALLERGY" in asked["RFMN_SCAR"]
    assert "PACEMAKER" not in asked["MN_ACNE_SCAR"]
    assert {"STROKE_CLOT", "HORMONAL_PILL"} <= asked["MS_MELASMA_TXA"]
    assert "HORMONAL_PILL" not in asked["MS_HYDRATION"]
    assert {"FATHERING", "BLOOD_DONOR"} <= asked["MS_HAIR_DUT"]
    assert {"VENOM"} <= asked["MS_CELLULITE"]
    assert {"SOY_EGG"} <= asked["MS_LIPO_BODY"]
    assert "CAINE_ALLERGY" not in asked["MS_CELLULITE"]
    assert "NECK_MASS" in asked["MS_LIPO_SUBMENTAL"]
    assert "NECK_MASS" not in asked["MS_LIPO_BODY"]
    assert "SCALP_DISEASE" in asked["MN_SCALP"]
    assert "HSV_HISTORY" not in asked["MN_SCALP"]


def test_table_3_4_skin_types(shared: SharedCatalogue) -> None:
    found = [
        cells(
            one.code,
            one.mn,
            one.rf,
            one.ms,
            one.strict_sun_days,
            "+".join(map(str, one.pigment_check_days)) or None,
            one.test_area_from_days,
            one.test_area_to_days,
        )
        for one in shared.skin_types
    ]
    assert found == rows("""
        I normal normal normal 0 - - -
        II normal normal normal 0 - - -
        III normal normal normal 0 - - -
        IV caution caution caution 14 14+28 - -
        V caution caution caution 14 14+28 7 14
        VI caution caution caution 14 14+28 7 14
    """)


def test_table_3_5_patch_tests(shared: SharedCatalogue) -> None:
    assert [(one.code, one.read_at_hours, one.valid_days, one.grade) for one in shared.patch_tests] == [
        ("PT_NUMB", (24, 48), 180, "B/CP"),
        ("PT_SERUM", (48, 72), 180, "C/CP"),
        ("PT_MIX", (Decimal("0.3"), 24, 48), 180, "C/CP"),
        ("PT_ENZYME", (Decimal("0.3"), 24), 90, "CP"),
        ("PT_FST", (168, 336), 365, "CP"),
    ]
    assert shared.policy("PATCH_TEST_LATE_ASK_H") == 96
    skin = next(one for one in shared.patch_tests if one.code == "PT_FST")
    assert (skin.before_from_days, skin.before_to_days) == (7, 14)


def _item_cells(item: ScreeningItem) -> list[str]:
    applies = "+".join(item.tags) if item.tags else f"COMP:{item.components[0]}"
    asked = {"first": "F", "every": "S"}[item.asked]
    return cells(item.code, applies, asked, item.severity, item.hard_days, item.advise_days, item.grade)

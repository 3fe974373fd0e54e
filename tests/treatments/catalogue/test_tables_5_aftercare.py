"""Tables 5.1 and 5.2 of the catalogue: what to leave, and the texts that say so."""

import hashlib

from tests.treatments.catalogue.blocks import cells, rows
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

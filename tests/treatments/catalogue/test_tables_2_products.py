"""Tables 2.4 to 2.8 of the catalogue: topicals, techniques, dose limits, numbing, mixtures."""

from decimal import Decimal

from tests.treatments.catalogue.blocks import cells, codes, rows
from treatments.catalogue import Catalogue
from treatments.definitions import SharedCatalogue


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
    typical = {one.code: cap.typical for one in shared.dose_limits for cap in one.caps if cap.typical}
    assert typical == {"LIM_BOOST_TOTAL": 2}
    strengths = next(one for one in shared.dose_limits if one.code == "LIM_TXA_CONC")
    assert cells(*strengths.preset_mg_per_ml, strengths.other_strength) == ["4", "50", "100", "SIGNOFF"]


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
    emla, lido4, lido5 = shared.numbing_agents[1:4]
    assert cells(emla.cap_area_cm2, emla.face_cap_g, lido4.clinic_cap_g, lido5.clinic_cap_g) == [
        "400",
        "10",
        "10",
        "10",
    ]
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
    assert [
        cells(code, one.strength_from, one.strength_to) for code, one in classes.items() if one.strength_from
    ] == rows("""
        HA_NCL 5 20
        PROCAINE_LIDO 10 20
        MINOXIDIL_INJ 1 5
    """)
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


def test_table_2_8_templates_offer_the_strengths_of_the_trials(shared: SharedCatalogue) -> None:
    found = [
        cells(one.code, part.mixture_class, *part.strengths)
        for one in shared.mixtures
        for part in one.components
        if part.strengths
    ]
    assert found == rows("""
        TPL_TXA_LOW TXA 4
        TPL_TXA_HIGH TXA 50 100
        TPL_DCA DC 10
        TPL_PCDC PC 50
        TPL_PCDC DC 25
        TPL_DUT DUTASTERIDE 0.5
    """)

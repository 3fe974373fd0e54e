"""Hard limits of catalogue 2.6 against a plain reading, and the arithmetic of doses (BR-10)."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import shipped
from treatments.definitions import DoseLimit
from treatments.dosing import Component, Technique, ZoneDose, breaches, dose, odd_strengths

D = Decimal


def limits(protocol: str) -> tuple[DoseLimit, ...]:
    found: tuple[DoseLimit, ...] = shipped().protocol(protocol).dose_limits
    return found


def drawn(code: str, ml: str, strength: str | None = None, unit: str = "mg/mL", **more: bool) -> Component:
    return Component(
        mixture_class=code,
        strength=D(strength) if strength else None,
        strength_unit=unit,
        amount=D(ml),
        amount_unit="mL",
        **more,
    )


def into(region: str, ml: str, points: int | None = None) -> ZoneDose:
    return ZoneDose(zone="Z", region=region, volume_ml=D(ml), points=points)


def broken(
    protocol: str,
    components: list[Component],
    zones: list[ZoneDose],
    *,
    per_point: str | None = None,
    spacing: int | None = None,
    weight: str | None = "60",
    hours: str | None = None,
) -> set[tuple[str, str]]:
    found = breaches(
        limits(protocol),
        given=dose(components, zones),
        components=components,
        technique=Technique(ml_per_point=D(per_point) if per_point else None, spacing_mm=spacing),
        weight_kg=D(weight) if weight else None,
        hours_after_cream=D(hours) if hours else None,
    )
    return {(breach.limit, breach.measure) for breach in found}


#: Catalogue 2.6 as printed: protocol, mL allowed in one session, region that counts, a region that does not.
TOTALS = [
    ("MS_MELASMA_TXA", "2", "face"),
    ("MS_HYDRATION", "5", "face"),
    ("MS_REJUV", "5", "neck"),
    ("MS_BRIGHTEN", "5", "face"),
    ("MS_SKINBOOST", "3", "face"),
    ("MS_HAIR", "5", "scalp"),
    ("MS_HAIR_DUT", "5", "scalp"),
    ("MS_CELLULITE", "20", "body"),
    ("MS_LIPO_SUBMENTAL", "10", "neck"),
]


@pytest.mark.parametrize(("protocol", "most", "region"), TOTALS)
@settings(max_examples=15, deadline=None)
@given(share=st.decimals(min_value="0.01", max_value="2", places=2))
def test_session_volume_has_a_hard_limit(protocol: str, most: str, region: str, share: Decimal) -> None:
    volume = D(most) * share
    mix = [drawn("VIT_MULTI", str(volume))]
    over = {
        limit
        for limit, measure in broken(protocol, mix, [into(region, str(volume))])
        if measure == "ml_per_session"
    }
    assert bool(over) == (volume > D(most))


@pytest.mark.parametrize(
    ("protocol", "component", "strength", "most_ml", "measure"),
    [
        ("MS_MELASMA_TXA", "TXA", "100", "2", "mg_per_session"),
        ("MS_LIPO_SUBMENTAL", "DC", "10", "10", "mg_per_session"),
        ("MS_LIPO_BODY", "PC", "50", "50", "mg_per_session"),
        ("MS_HAIR_DUT", "DUTASTERIDE", "0.5", "2", "mg_per_session"),
    ],
)
def test_session_dose_in_mg_has_a_hard_limit(
    protocol: str, component: str, strength: str, most_ml: str, measure: str
) -> None:
    region = {"MS_MELASMA_TXA": "face", "MS_HAIR_DUT": "scalp"}.get(protocol, "body")
    for extra, is_over in (("0", False), ("0.1", True)):
        volume = str(D(most_ml) + D(extra))
        found = broken(protocol, [drawn(component, volume, strength)], [into(region, volume)])
        assert (measure in {name for _, name in found}) == is_over


def test_points_and_spacing_have_hard_limits() -> None:
    acid = [drawn("DC", "4", "10")]
    chin = [into("neck", "4", 20)]
    assert broken("MS_LIPO_SUBMENTAL", acid, chin, per_point="0.2", spacing=10) == set()
    assert broken("MS_LIPO_SUBMENTAL", acid, chin, per_point="0.21", spacing=10) == {
        ("LIM_DCA_POINT", "ml_per_point"),
        ("LIM_DCA_POINT", "mg_per_cm2"),
    }
    assert broken("MS_LIPO_SUBMENTAL", acid, chin, per_point="0.2", spacing=9) == {
        ("LIM_DCA_POINT", "min_spacing_mm"),
        ("LIM_DCA_POINT", "mg_per_cm2"),
    }
    assert broken("MS_LIPO_SUBMENTAL", acid, [into("neck", "4", 51)]) == {
        ("LIM_DCA_SESSION", "points_per_session")
    }
    assert broken("MS_MELASMA_TXA", [drawn("TXA", "1", "4")], [into("face", "1")], per_point="0.06") == {
        ("LIM_TXA_POINT", "ml_per_point")
    }


def test_face_gets_half_of_the_body_amount_per_point() -> None:
    mix = [drawn("PC", "1", "50")]
    assert broken("MS_LIPO_BODY", mix, [into("body", "1")], per_point="0.3") == set()
    assert broken("MS_LIPO_BODY", mix, [into("face", "1")], per_point="0.3") == {
        ("LIM_PCDC_POINT", "ml_per_point")
    }


def test_lidocaine_is_limited_by_weight_with_and_without_adrenaline() -> None:
    """LIM_LIDO: 4.5 mg/kg without, 7 mg/kg with adrenaline: 270 and 420 mg for 60 kg."""
    for ml, adrenaline, is_over in (
        ("13.5", False, False),
        ("13.6", False, True),
        ("13.6", True, False),
        ("21.1", True, True),
    ):
        mix = [drawn("PROCAINE_LIDO", ml, "20", has_adrenaline=adrenaline)]
        found = {limit for limit, _ in broken("MS_CELLULITE", mix, [into("body", ml)])}
        assert ("LIM_LIDO" in found) == is_over
    unknown = breaches(
        limits("MS_CELLULITE"),
        given=dose([drawn("PROCAINE_LIDO", "1", "20")], [into("body", "1")]),
        components=[drawn("PROCAINE_LIDO", "1", "20")],
        technique=Technique(),
        weight_kg=None,
    )
    assert [(one.limit, one.is_unknown) for one in unknown] == [("LIM_LIDO", True)]


def test_injected_anaesthetic_waits_four_hours_after_the_cream() -> None:
    mix = [drawn("PROCAINE_LIDO", "1", "10")]
    assert broken("MS_CELLULITE", mix, [into("body", "1")], hours="4") == set()
    assert broken("MS_CELLULITE", mix, [into("body", "1")], hours="3.9") == {
        ("LIM_LIDO", "min_hours_after_cream")
    }
    assert broken("MS_CELLULITE", [drawn("CAFFEINE", "1", "50")], [into("body", "1")], hours="1") == set()


@pytest.mark.parametrize(("strength", "is_odd"), [("4", False), ("50", False), ("100", False), ("20", True)])
def test_other_strengths_of_tranexamic_acid_need_a_signature(strength: str, is_odd: bool) -> None:
    assert bool(odd_strengths(limits("MS_MELASMA_TXA"), [drawn("TXA", "1", strength)])) == is_odd


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.lists(st.tuples(st.integers(1, 50), st.integers(1, 100)), min_size=1, max_size=4),
    part=st.integers(1, 100),
)
def test_dose_is_the_sum_of_ml_times_strength_in_proportion_to_what_was_injected(
    amounts: list[tuple[int, int]], part: int
) -> None:
    components = [drawn(f"C{n}", str(ml), str(mg)) for n, (ml, mg) in enumerate(amounts)]
    total = sum(ml for ml, _ in amounts)
    injected = D(total) * part / 100
    result = dose(components, [into("body", str(injected))])
    expected = sum((D(ml * mg) for ml, mg in amounts), D(0)) * part / 100
    assert abs(result.total_mg - expected) < D("0.000001")
    assert result.drawn_ml == total


def test_units_of_strength_are_converted() -> None:
    assert drawn("X", "2", "1", "%").mg == D(20)
    assert drawn("X", "2", "500", "ug/mL").mg == D(1)
    assert drawn("X", "2", "100", "IU/mL").mg is None

"""The wash-out matrix in both directions, over touching zones, the face and the whole body."""

from datetime import date, timedelta

import pytest

from treatments.washout import (
    SkinMap,
    Treatment,
    WashOutFinding,
    WashOutMatrix,
    WashOutRow,
)

DAY = date(2026, 3, 2)
CHEEK, NOSE_FOLD, CHIN, THIGH = "F_CHEEK_MEDIAL", "F_NASOLABIAL", "F_CHIN", "B_THIGH_FRONT"
SKIN = SkinMap(
    touching=(
        frozenset({CHEEK, "F_CHEEK_LATERAL", NOSE_FOLD}),
        frozenset({CHIN, "F_JAWLINE", "N_SUBMENTAL"}),
    ),
    regions={CHEEK: "face", NOSE_FOLD: "face", CHIN: "face", THIGH: "body"},
)
MATRIX = WashOutMatrix(
    before={
        row.code: row
        for row in (
            WashOutRow("MN", {"MN": (28, 30), "MS": (14, 28)}),
            WashOutRow("MS", {"MN": (14, 14), "MS": (7, 14)}),
            WashOutRow("BTX", {"MN": (14, 14), "MS": (7, 14)}),
            WashOutRow("DENTAL", {"MN": (0, 0), "MS": (14, 14)}, scope="face"),
            WashOutRow("VACCINE", {"MN": (0, 0), "MS": (0, 14)}, scope="body", never_blocks=True),
        )
    },
    after={"BTX": WashOutRow("BTX", {"MN": (14, 14), "MS": (14, 14)})},
    skin=SKIN,
)


def before(days: int) -> date:
    return DAY - timedelta(days=days)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def ask(
    *others: Treatment, family: str = "MN", zones: frozenset[str] = frozenset({CHEEK})
) -> list[WashOutFinding]:
    return MATRIX.findings(others, family=family, zones=zones, around=DAY)


def test_earlier_treatment_on_the_zone_names_both_dates() -> None:
    mesotherapy = Treatment("MS", before(10), frozenset({CHEEK}), is_ours=True)
    (finding,) = ask(mesotherapy)
    assert finding == WashOutFinding(mesotherapy, after(4), after(4), is_later=False, never_blocks=False)
    assert [finding.blocks(on) for on in (after(3), after(4))] == [True, False]


def test_touching_zone_counts_as_the_same() -> None:
    assert len(ask(Treatment("MS", before(3), frozenset({NOSE_FOLD})))) == 1
    assert ask(Treatment("MS", before(3), frozenset({CHIN}))) == []


def test_unknown_zones_always_count() -> None:
    assert len(ask(Treatment("BTX", before(3)))) == 1
    assert len(ask(Treatment("BTX", before(3), frozenset({THIGH})), zones=frozenset())) == 1


def test_between_least_and_recommended_it_only_warns() -> None:
    (finding,) = ask(Treatment("MN", before(20), frozenset({CHEEK})), family="MS")
    assert (finding.min_date, finding.rec_date) == (before(6), after(8))
    assert (finding.blocks(DAY), finding.warns(DAY), finding.warns(after(8))) == (False, True, False)


@pytest.mark.parametrize(("zones", "count"), [({CHEEK}, 1), ({THIGH}, 0), (set(), 1), ({THIGH, CHIN}, 1)])
def test_face_rows_count_for_any_zone_of_the_face(zones: set[str], count: int) -> None:
    assert len(ask(Treatment("DENTAL", before(1)), family="MS", zones=frozenset(zones))) == count


def test_body_rows_count_anywhere_and_may_never_block() -> None:
    (finding,) = ask(
        Treatment("VACCINE", before(1), frozenset({CHIN})), family="MS", zones=frozenset({THIGH})
    )
    assert (finding.blocks(DAY), finding.warns(DAY)) == (False, True)


def test_rows_of_no_days_and_unknown_codes_say_nothing() -> None:
    assert ask(Treatment("DENTAL", before(1)), Treatment("HAIRCUT", before(1))) == []


def test_later_treatment_holds_from_the_other_side() -> None:
    (finding,) = ask(Treatment("BTX", after(10), frozenset({CHEEK})))
    assert (finding.is_later, finding.min_date) == (True, before(4))
    assert [finding.blocks(on) for on in (before(4), before(3))] == [False, True]


def test_strictest_finding_comes_first() -> None:
    found = ask(Treatment("MS", before(2)), Treatment("MN", before(2)), Treatment("BTX", after(20)))
    assert [one.other.code for one in found] == ["MN", "MS", "BTX"]

"""Screening windows against a plain reading of the printed table 3.2; zones, agents, exceptions."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import shipped
from treatments.definitions import ScreeningItem
from treatments.screening_rules import GivenAnswer, ItemFinding, ScreeningScope, applies, finding

TODAY = date(2026, 3, 3)
#: Catalogue 3.2 as printed: item, severity inside, hard days, advise days (items with a window and a date before).
WINDOWS = [
    ("ISO_PAST", "SIGNOFF", 180, None),
    ("RETINOID_RX", "SIGNOFF", 2, 7),
    ("RETINOL_OTC", "ADVISE", 1, 5),
    ("ACIDS", "ADVISE", 2, 5),
    ("SELF_TAN", "SIGNOFF", 2, 14),
    ("HSV_ACTIVE", "BLOCK", 14, None),
    ("SCAR_FRESH", "SIGNOFF", 180, None),
    ("NSAID", "ADVISE", 3, 7),
    ("SUPPLEMENTS", "ADVISE", 3, 7),
    ("CHEMO_RT", "BLOCK", 180, 365),
]
#: Catalogue 3.2: a yes without any window is for as long as it lasts.
ALWAYS = [
    ("PREGNANT", "BLOCK"),
    ("BREASTFEED", "BLOCK"),
    ("ISO_CURRENT", "BLOCK"),
    ("SUNBURN", "BLOCK"),
    ("SKIN_INFECTION", "BLOCK"),
    ("BLEEDING_DISORDER", "BLOCK"),
    ("DIABETES_UNCTRL", "BLOCK"),
    ("SCLERODERMA", "BLOCK"),
    ("METAL_ALLERGY", "BLOCK"),
    ("ANTICOAG", "SIGNOFF"),
    ("ANTIPLATELET", "SIGNOFF"),
    ("DIABETES", "SIGNOFF"),
    ("AUTOIMMUNE", "SIGNOFF"),
    ("NICKEL", "SIGNOFF"),
    ("COSMETIC_REACT", "SIGNOFF"),
    ("HSV_HISTORY", "SIGNOFF"),
    ("PREV_BAD", "SIGNOFF"),
    ("BDD", "SIGNOFF"),
    ("FAINT", "ADVISE"),
    ("SMOKING", "ADVISE"),
]


def item(code: str) -> ScreeningItem:
    return next(one for one in shipped().shared.screening if one.code == code)


def scope(
    *tags: str, components: tuple[str, ...] = (), zones: tuple[str, ...] = ("F_CHIN",), face: bool = True
) -> ScreeningScope:
    return ScreeningScope(
        tags=frozenset(tags or {"MN"}),
        components=frozenset(components),
        zones=frozenset(zones),
        regions=frozenset({"face"} if face else {"body"}),
    )


def found(
    code: str,
    answer: str = "yes",
    *,
    since: date | None = None,
    on: date = TODAY,
    where: ScreeningScope | None = None,
    zones: tuple[str, ...] = (),
) -> ItemFinding:
    given_answer = GivenAnswer(
        item=code, answer=answer, answered_on=TODAY, since_on=since, zones=frozenset(zones)
    )
    return finding(item(code), given_answer, where or scope(), on=on)


def is_asked(code: str, where: ScreeningScope) -> bool:
    return applies(item(code), where)


@pytest.mark.parametrize("row", WINDOWS, ids=lambda row: row[0])
@settings(max_examples=25, deadline=None)
@given(age=st.integers(min_value=0, max_value=400))
def test_window_is_judged_on_the_day_of_the_session(row: tuple[str, str, int, int | None], age: int) -> None:
    code, severity, hard, advise = row
    since = TODAY - timedelta(days=age)
    expected = severity if age < hard else "ADVISE" if advise and age < advise else None
    free = since + timedelta(days=hard if age < hard else advise or hard)
    result = found(code, since=since)
    assert result.severity == expected
    assert result.possible_from == (free if expected else None)


@pytest.mark.parametrize(("code", "severity"), ALWAYS)
def test_condition_without_window_holds_on_every_day(code: str, severity: str) -> None:
    for days in (0, 30, 300):
        result = found(code, on=TODAY + timedelta(days=days))
        assert (result.severity, result.possible_from) == (severity, None)
    assert found(code, "no").severity is None


def test_unknown_date_counts_in_full() -> None:
    result = found("RETINOID_RX")
    assert (result.severity, result.needs_date) == ("SIGNOFF", True)


def test_healed_question_is_cleared_by_yes() -> None:
    assert found("PREV_SESSION", "yes").severity is None
    assert found("PREV_SESSION", "symptoms").severity == "SIGNOFF"
    assert found("PREV_SESSION", "no").severity == "BLOCK"


def test_zone_answer_removes_the_zone_and_not_the_plan() -> None:
    where = scope(zones=("F_CHIN", "F_FOREHEAD"))
    assert found("ACNE_ACTIVE", zones=("F_CHIN",), where=where).zones == {"F_CHIN"}
    assert found("ACNE_ACTIVE", where=where).zones == {"F_CHIN", "F_FOREHEAD"}
    plaque = found("PSORIASIS", "in_zone", zones=("F_CHIN",), where=where)
    assert (plaque.severity, set(plaque.zones)) == ("BLOCK", {"F_CHIN"})
    elsewhere = found("PSORIASIS", "elsewhere", where=where)
    assert (elsewhere.severity, elsewhere.zones) == ("SIGNOFF", frozenset())


def test_anaesthetic_allergy_excludes_the_cream_and_not_the_treatment() -> None:
    result = found("METHB_G6PD", where=scope("NUMB"))
    assert (result.is_agent, set(result.agents)) == (True, {"NUMB_EMLA", "NUMB_BLT"})


@pytest.mark.parametrize(
    ("code", "answer", "where", "severity", "role"),
    [
        ("KELOID", "own", scope("MN"), "BLOCK", None),
        ("KELOID", "own", scope("MS"), "SIGNOFF", None),
        ("KELOID", "relative", scope("MN"), "SIGNOFF", None),
        ("IMMUNE", "yes", scope("MN"), "SIGNOFF", None),
        ("IMMUNE", "yes", scope("MS"), "BLOCK", "DOC"),
        ("CARDIAC", "yes", scope("MS"), "SIGNOFF", None),
        ("CARDIAC", "yes", scope("MS", components=("CAFFEINE",)), "BLOCK", "DOC"),
        ("STROKE_CLOT", "yes", scope("MS", "TXA"), "BLOCK", None),
        ("STROKE_CLOT", "yes", scope("MS"), "SIGNOFF", None),
        ("LIVER_KIDNEY", "yes", scope("MS", "LIPO"), "BLOCK", None),
        ("DYSPHAGIA", "yes", scope("LIPO", zones=("N_SUBMENTAL",)), "BLOCK", None),
        ("DYSPHAGIA", "yes", scope("LIPO", zones=("B_FLANK",)), "SIGNOFF", None),
        ("FEVER_ILL", "now", scope(), "BLOCK", None),
        ("ALCOHOL", "intoxicated", scope(), "BLOCK", None),
        ("ALCOHOL", "yes", scope(), "ADVISE", None),
        ("CONTRACEPTION", "yes", scope("MS", "DUT"), "BLOCK", None),
        ("FATHERING", "may_conceive", scope("DUT"), "BLOCK", None),
    ],
)
def test_exception_of_the_table_wins(
    code: str, answer: str, where: ScreeningScope, severity: str, role: str | None
) -> None:
    result = found(code, answer, where=where)
    assert (result.severity, result.unless_role) == (severity, role)


def test_treatment_with_a_known_date_is_left_to_the_wash_outs() -> None:
    assert found("BTX_RECENT", since=TODAY - timedelta(days=3)).severity is None
    assert found("BTX_RECENT").severity == "SIGNOFF"
    assert found("PEEL_RECENT", "deep").severity == "SIGNOFF"


def test_coming_holiday_and_party_are_advice_until_they_are_over() -> None:
    party = TODAY + timedelta(days=2)
    assert found("EVENT_SOON", since=party).severity == "ADVISE"
    assert found("EVENT_SOON", since=party, on=party + timedelta(days=1)).severity is None
    assert found("EVENT_SOON", since=TODAY + timedelta(days=10)).severity is None
    assert (
        found("EVENT_SOON", since=TODAY + timedelta(days=10), where=scope("MS", "LIPO")).severity == "ADVISE"
    )


def test_items_are_asked_by_tag_component_and_zone() -> None:
    assert is_asked("VENOM", scope("MS", components=("HYALURONIDASE",)))
    assert not is_asked("VENOM", scope("MS", components=("CAFFEINE",)))
    assert is_asked("HSV_HISTORY", scope())
    assert not is_asked("HSV_HISTORY", scope(zones=("B_FLANK",), face=False))
    assert not is_asked("PACEMAKER", scope("MN"))
    assert is_asked("PACEMAKER", scope("MN", "RF"))

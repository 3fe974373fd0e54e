"""Definitions: documents without loss, steps, phases, curves, grades, and values to confirm."""

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from tests.treatments.catalogue.blocks import cells, rows
from treatments import words
from treatments.catalogue import Catalogue
from treatments.catalogue.layout import SHIPPED
from treatments.definitions import (
    CareGroup,
    DocumentError,
    Entry,
    Envelope,
    Family,
    ProtocolDefinition,
    SessionCounts,
    Severity,
    SharedCatalogue,
    checksum,
    from_document,
    grade_needs_check,
)


def through_json(document: Any) -> Any:
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("code", SHIPPED)
def test_protocol_comes_back_from_its_document(catalogue: Catalogue, code: str) -> None:
    protocol = catalogue.protocol(code)
    again = ProtocolDefinition.from_document(through_json(protocol.to_document()))
    assert again == protocol
    assert again.checksum == protocol.checksum


def test_shared_catalogue_comes_back_from_its_entries(shared: SharedCatalogue) -> None:
    stored = [replace(entry, data=through_json(entry.data)) for entry in shared.entries()]
    assert SharedCatalogue.from_entries(stored) == shared


def test_entries_are_unique_and_fit_their_columns(shared: SharedCatalogue) -> None:
    entries = list(shared.entries())
    assert len({(entry.kind, entry.code) for entry in entries}) == len(entries)
    assert max(len(entry.kind) for entry in entries) <= 40
    assert max(len(entry.code) for entry in entries) <= 80


def test_document_tells_every_problem_at_once() -> None:
    with pytest.raises(DocumentError) as refusal:
        from_document(SessionCounts, {"minimum": "3", "typical": True, "sum": 1, "source": "x", "grade": "A"})
    assert {(one.path, one.sentence) for one in refusal.value.problems} == {
        ("minimum", "should be a whole number, not '3'"),
        ("typical", "should be a whole number, not True"),
        ("sum", "is not a known field"),
        ("maximum", "is missing"),
    }


def test_document_names_the_place_of_an_unknown_code(catalogue: Catalogue) -> None:
    document = through_json(catalogue.protocol("MS_HAIR").to_document())
    document["screening"][2]["severity"] = "MAYBE"
    document["care_group"] = "CG_FACE"
    with pytest.raises(DocumentError) as refusal:
        ProtocolDefinition.from_document(document)
    assert [one.path for one in refusal.value.problems] == ["care_group", "screening/2/severity"]


def test_checksum_changes_with_one_number(catalogue: Catalogue) -> None:
    protocol = catalogue.protocol("MN_REJUV")
    changed = replace(protocol, stale=replace(protocol.stale, days=85))
    assert changed.checksum != protocol.checksum
    assert checksum({"a": 1, "b": 2}) == checksum({"b": 2, "a": 1})


def test_definition_cannot_be_changed(catalogue: Catalogue) -> None:
    with pytest.raises(FrozenInstanceError):
        catalogue.protocol("MN_REJUV").sessions.typical = 4  # type: ignore[misc]


def test_step_before_follows_the_phases(catalogue: Catalogue) -> None:
    hair = catalogue.protocol("MS_HAIR")
    assert [hair.step_before(number).ideal_days for number in range(2, 13)] == [7, 7, 7, 14, 14, *[28] * 6]


def test_step_before_keeps_the_last_rhythm_beyond_the_series(catalogue: Catalogue) -> None:
    assert catalogue.protocol("MS_CELLULITE").step_before(20).ideal_days == 14


def test_step_before_the_first_session_does_not_exist(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="session 1 has no session before it"):
        catalogue.protocol("MS_HAIR").step_before(1)


def test_phases_of_a_later_needling_session(catalogue: Catalogue) -> None:
    found = [
        cells(phase.code, phase.offset_minutes, phase.minutes, "+".join(sorted(phase.needs)))
        for phase in catalogue.protocol("MN_ACNE_SCAR").phases_of(2)
    ]
    assert found == rows("""
        prep 0 5 practitioner+room
        settle 5 5 room
        numbing 10 30 room
        procedure 40 30 device+practitioner+room
        post 70 5 practitioner+room
        rest 75 5 room
        turnover 80 10 room
    """)


def test_phases_of_the_first_session_are_longer_with_the_practitioner(catalogue: Catalogue) -> None:
    first, later = (catalogue.protocol("RFMN_SCAR").phases_of(number) for number in (1, 2))
    assert first[0].minutes - later[0].minutes == 20
    assert {
        after.offset_minutes - before.offset_minutes for after, before in zip(first, later, strict=True)
    } == {
        0,
        20,
    }


def test_phases_without_numbing_or_device(catalogue: Catalogue) -> None:
    phases = catalogue.protocol("MS_CELLULITE").phases_of(2)
    assert [phase.code for phase in phases] == ["prep", "settle", "procedure", "post", "rest", "turnover"]
    assert phases[2].needs == {"room", "practitioner"}


def test_phases_fill_the_slot_and_the_patient_leaves_before_turnover(catalogue: Catalogue) -> None:
    for protocol in catalogue.protocols:
        phases = protocol.phases_of(2)
        assert phases[-1].end_minutes == protocol.minutes.slot
        assert [phase.code for phase in phases if not phase.has_patient] == ["turnover"]


def test_envelope_is_linear_between_its_days_and_rounded_up() -> None:
    curve = Envelope(
        care_group=CareGroup.MN,
        symptom="erythema",
        days=(0, 1, 2, 3, 5, 7, 10, 14),
        scores=(7, 6, 5, 3, 2, 1, 1, 0),
        source="own derivation",
        grade="D",
    )
    assert [curve.upper_normal(day) for day in (0, 3, 4, 5, 6, 8, 12, 13, 14, 99)] == [
        7,
        3,
        3,
        2,
        2,
        1,
        1,
        1,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("A", False),
        ("B/A", False),
        ("S", False),
        ("C", False),
        ("R", True),
        ("CP", True),
        ("D", True),
        ("A/D", True),
        ("B/CP", True),
    ],
)
def test_grade_decides_what_a_clinician_confirms(grade: str, expected: bool) -> None:
    assert grade_needs_check(grade) is expected


def test_values_to_check_have_paths_of_codes(catalogue: Catalogue) -> None:
    protocol = catalogue.protocol("MS_LIPO_SUBMENTAL")
    paths = {located.path for located in protocol.values_to_check()}
    assert {"stale", "minutes", "zones/N_SUBMENTAL/volume", "checks/C1"} <= paths
    assert {"sessions", "dose_limits/LIM_DCA_SESSION"}.isdisjoint(paths)
    assert len(paths) == len(protocol.values_to_check())


def test_words_agree_with_the_stored_ones() -> None:
    assert {str(word) for word in Family} == set(words.Family.values)
    assert {str(word) for word in Severity} == set(words.Severity.values)


def test_entry_class_is_known_for_every_kind(shared: SharedCatalogue) -> None:
    kinds: dict[str, Entry] = {entry.kind: entry for entry in shared.entries()}
    assert len(kinds) == 47
